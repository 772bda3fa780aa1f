"""A block of groups of rows that are changed: what the change takes out of the gradient and of the Hessian at θ̂.

Row i has a weight of its own, c_i, and counts s_i = m_i c_i in the fit, m_i = 1, or 0 for a row of a pool. A group's
rows are changed together: they count s'_i = ``times``·c_i, perhaps with another label y'_i. With ``times`` = 0 they
are removed. What is said of H(w) and g(w) of removal in Koh et al. 2019, section 2, holds for

    g(δ) = Σ_{i in group} [s_i ∇ℓ(x_i, y_i) − s'_i ∇ℓ(x_i, y'_i)] and H(δ) likewise, which may be negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import ColumnMap, Columns, column_dots
from groupinf.numerics.fit import Fitted, refined_residuals
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import (
    Counts,
    Objective,
    Rows,
    curvature_at,
    gradients,
    hessian_products,
    row_hessian,
    row_slices,
    scores,
    transposed_product,
    values,
)
from groupinf.numerics.removed_rows import Curved, RemovedRows, removed_rows

# share of rows up to which picking them out costs less than multiplying all of them
FEW = 0.25


@dataclass(frozen=True)
class RowChange:
    """What a change makes of any row: it counts ``times`` its own weight ``own`` (n,), with the label ``label`` (n,).

    ``label`` is None where labels stay; where they don't, ``times`` is 1. A row whose s_i is not its own weight is one
    of a pool, and its s_i is 0. ``residuals`` (n, K') are s_i r_i − s'_i r'_i at θ̂, whose product with x_i is what the
    change of the row takes out of the gradient; ``own_residuals`` (n, K') are c_i r_i, with the labels that the data
    have, of the loss that is measured. ``pulls`` says that a new label moves r by the same at every θ.
    """

    times: float
    own: Array
    label: Array | None
    pulls: bool
    residuals: Array
    own_residuals: Array

    def keeps_hessian(self, objective: Objective) -> bool:
        """Whether H(δ) = 0 whatever the group: s' = s, and the curvature does not depend on the label."""
        return bool(np.array_equal(objective.sample_weight, self.times * self.own)) and self.keeps_curvature

    @property
    def keeps_curvature(self) -> bool:
        """Whether the curvature of a row, weights aside, is as it was."""
        return self.label is None or self.pulls

    @property
    def removed_share(self) -> float | None:
        """At most this share of a row's part in H is taken out of it; None where a new label changes that part."""
        return max(0.0, 1.0 - self.times) if self.keeps_curvature else None


def removing(fitted: Fitted) -> RowChange:
    """Removal: s' = 0."""
    return RowChange(0.0, fitted.objective.sample_weight, None, False, fitted.residuals, fitted.residuals)


def row_change(fitted: Fitted, times: float, own: Array, label: Array | None = None) -> RowChange:
    """The change by which rows count ``times`` their ``own`` weight (n,), or have the label ``label`` (n,)."""
    if times == 0.0 and label is None:
        return removing(fitted)
    objective, pool = fitted.objective, np.flatnonzero(fitted.objective.sample_weight != own)
    own_residuals = fitted.residuals
    if pool.size:
        own_residuals = own_residuals.copy()
        own_residuals[pool] = refined_residuals(objective.at(pool), own[pool], fitted.theta, fitted.left)
    if label is None:
        residuals = (1.0 - times) * own_residuals
        residuals[pool] = -times * own_residuals[pool]
        return RowChange(times, own, None, False, residuals, own_residuals)
    pull = objective.loss.label_pull(objective.y, label)
    if pull is not None:
        return RowChange(1.0, own, label, True, -own[:, None] * pull, own_residuals)
    changed = refined_residuals(replace(objective, y=label), own, fitted.theta, fitted.left)
    return RowChange(1.0, own, label, False, own_residuals - changed, own_residuals)


def measuring(change: RowChange, fitted: Fitted, loss: Loss) -> RowChange:
    """The same change of a fit, where the groups' own losses are those of another ``loss``."""
    rows = replace(fitted.objective, loss=loss)
    return replace(change, own_residuals=refined_residuals(rows, change.own, fitted.theta, fitted.left))


@dataclass(frozen=True)
class RowTerms:
    """How rows enter the objectives of B groups: ``counts`` (n, B) times their own weight.

    New labels are told by what they add to the gradient whatever θ is, ``pull`` (P, B), where the loss allows that,
    ``pulled`` (B,) being √Σ(s_i(r'_i − r_i))²; and else as ``labels`` (n, 1, B). All None where no label is changed.
    """

    counts: Counts
    pull: Array | None = None
    pulled: Array | None = None
    labels: Array | None = None

    def of(self, columns: Columns) -> RowTerms:
        """Those of some of the groups."""
        pull = None if self.pull is None else self.pull[:, columns]
        pulled = None if self.pulled is None else self.pulled[columns]
        labels = None if self.labels is None else self.labels[:, :, columns]
        return RowTerms(self.counts[:, columns], pull, pulled, labels)


@dataclass(frozen=True)
class Changed:
    """B groups of rows, each changed by itself; ``g`` (P, B) holds their g(δ).

    ``inside`` (n, B) is True where a row is in a group; ``objective`` has the rows' own weights, which ``terms``
    counts.
    """

    fitted: Fitted
    change: RowChange
    members: tuple[Rows, ...]
    inside: NDArray[np.bool_]
    objective: Objective
    terms: RowTerms
    g: Array

    def of(self, columns: Columns) -> Changed:
        """Some of the groups."""
        return replace(
            self,
            members=tuple(self.members[c] for c in columns),
            inside=self.inside[:, columns],
            terms=self.terms.of(columns),
            g=self.g[:, columns],
        )

    def values(self, theta: Array) -> Array:
        """L(θ; δ) of all groups at θ (P, B), for each up to a number that does not depend on θ: (B,)."""
        total = values(self.objective, theta, self.terms.counts, self.terms.labels)
        if self.terms.pull is not None:
            total += column_dots(self.terms.pull, theta)
        return total

    def gradients(self, theta: Array, columns: Columns | None = None) -> Array:
        """∇L(θ; δ) of all groups, or of ``columns``, at θ (P, b): (P, b)."""
        terms = self.terms if columns is None else self.terms.of(columns)
        total = gradients(self.objective, theta, terms.counts, labels=terms.labels)
        if terms.pull is not None:
            total += terms.pull
        return total

    def hessians(self, theta: Array, columns: Columns | None = None) -> ColumnMap:
        """Products with ∇²L(θ; δ) of all groups, or of ``columns``, at θ (P, b), or at one θ (P, 1) for all."""
        terms = self.terms if columns is None else self.terms.of(columns)
        return curvature_at(self.objective, theta, terms.counts, terms.labels).product

    def hessian_products_at_fit(self, V: Array) -> Array:
        """(H − H(δ))V, column by column: (P, B)."""
        return hessian_products(self.objective, self.fitted.theta, V, self.terms.counts, self.terms.labels)

    def objective_of(self, column: int) -> Objective:
        """The objective of one group, on all rows; a row that it leaves out has the weight 0."""
        y = self.objective.y
        if self.change.label is not None:
            y = np.where(self.inside[:, column], self.change.label, y)
        return replace(self.objective, y=y, sample_weight=self.terms.counts[:, column] * self.objective.sample_weight)

    def removed_hessian(self, column: int) -> Array:
        """H(δ) of one group: (P, P)."""
        parts = [row_hessian(part, self.fitted.theta, slice(None)) for part in self._parts(self.members[column])]
        return parts[0] if len(parts) == 1 else parts[0] - parts[1]

    def removed_hessian_products(self, V: Array, columns: Columns) -> Array:
        """H(δ)V: column j with the rows of group columns[j] alone, (P, b) -> (P, b), in the precision of V."""
        return self._removed_rows.products(V, columns)

    @cached_property
    def _removed_rows(self) -> RemovedRows:
        fit, z = (
            self.fitted.objective,
            scores(self.fitted.objective.X, self.fitted.theta, self.fitted.objective.loss.outputs),
        )
        parts = self._parts(slice(None))
        curved = [
            Curved(part.loss.curvature_state(z, part.y), sign * part.sample_weight)
            for part, sign in zip(parts, (1.0, -1.0), strict=False)
        ]
        return removed_rows(fit, curved, self.members)

    def _parts(self, rows: Rows | slice) -> tuple[Objective, ...]:
        """Some rows with weights s − s', of which H(δ) is the Hessian; or as they are, and as they become."""
        before, change = self.fitted.objective.at(rows), self.change
        after = change.times * change.own[rows]
        if change.label is None or change.keeps_curvature:
            return (replace(before, sample_weight=before.sample_weight - after),)
        return before, replace(before, y=change.label[rows], sample_weight=after)

    @cached_property
    def own_gradient(self) -> Array:
        """Σ_{i in group} c_i ∇ℓ_i(θ̂), the gradient of the groups' own losses: (P, B)."""
        own = self.change.own_residuals
        return self.g if own is self.change.residuals else group_gradients(self.objective, own, self.inside)


def removed_curvatures(fitted: Fitted, change: RowChange) -> Array:
    """s_i A_i − s'_i A'_i at θ̂, what the change of a row takes out of H: (n, K', K')."""
    objective, loss = fitted.objective, fitted.objective.loss
    z, after = scores(objective.X, fitted.theta, loss.outputs), change.times * change.own
    A = loss.curvature(z, objective.y)
    if change.label is None or change.keeps_curvature:
        return np.asarray(A * (objective.sample_weight - after)[:, None, None])
    changed_A = loss.curvature(z, change.label)
    return np.asarray(A * objective.sample_weight[:, None, None] - changed_A * after[:, None, None])


def changed(fitted: Fitted, change: RowChange, members: Sequence[Rows]) -> Changed:
    """Collect B groups, with their g(δ)."""
    objective, inside = fitted.objective, membership(fitted.objective.n, members)
    if not np.array_equal(change.own, objective.sample_weight):
        objective = replace(objective, sample_weight=change.own)
    g = group_gradients(objective, change.residuals, inside)
    return Changed(fitted, change, tuple(members), inside, objective, _terms(fitted.objective, change, inside, g), g)


def _terms(fit: Objective, change: RowChange, inside: NDArray[np.bool_], g: Array) -> RowTerms:
    in_fit = (fit.sample_weight == change.own)[:, None]
    whole = change.times in (0.0, 1.0)
    counts: Counts = np.where(inside, bool(change.times) if whole else change.times, in_fit)
    if change.label is None:
        return RowTerms(counts)
    if change.pulls:
        return RowTerms(counts, pull=-g, pulled=np.sqrt((change.residuals**2).sum(axis=1) @ inside))
    return RowTerms(counts, labels=np.where(inside, change.label[:, None], fit.y[:, None])[:, None, :])


def membership(n: int, members: Sequence[Rows]) -> NDArray[np.bool_]:
    """Wᵀ (n, B): True where row i is in group b."""
    inside = np.zeros((n, len(members)), dtype=bool)
    for b, rows in enumerate(members):
        inside[rows, b] = True
    return inside


def group_gradients(objective: Objective, residuals: Array, inside: NDArray[np.bool_]) -> Array:
    """Σ_i w_i ``residuals``_i x_i for the columns w of ``inside`` (n, B), in one pass: (n, K') -> (P, B)."""
    total = np.zeros((objective.size, inside.shape[1]))
    for rows in touched_slices(objective, inside):
        total += transposed_product(objective.X[rows], residuals[rows, :, None] * inside[rows, None, :])
    return total


def touched_slices(objective: Objective, inside: NDArray[np.bool_]) -> Iterator[slice | Rows]:
    """Slices of rows as a pass takes them; where few rows of a slice are in any group, these rows alone."""
    touched = np.asarray(inside.any(axis=1))
    for rows in row_slices(objective, inside.shape[1]):
        found = np.flatnonzero(touched[rows])
        if found.size == 0:
            continue
        yield found + rows.start if found.size < FEW * (rows.stop - rows.start) else rows
