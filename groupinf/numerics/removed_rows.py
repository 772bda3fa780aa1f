"""Products with the Hessians of groups' own rows, which are picked out of the data slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import Columns
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, scores, transposed_product
from groupinf.numerics.products import Design, times, transposed_times

# rows of a slice of dense X, which stays in the cache while each group picks its own
SLICE_ROWS = 2048

# share of all pairs of rows and groups from which multiplying every row of dense X for every group costs less than
# picking each group's rows for one column: measured on 1,800 × 1,281
TOGETHER = 0.03


@dataclass(frozen=True)
class Curved:
    """Rows' part in a Hessian at one θ: curvature states (n, K') and weights (n,), which may be negative."""

    state: Array
    weight: Array


@dataclass(frozen=True)
class RemovedRows:
    """What B groups take out of H: the sum of what their rows are in ``parts``.

    ``slices`` are of the rows, each with the numbers in it of those that are in each group.
    """

    objective: Objective
    parts: tuple[Curved, ...]
    slices: tuple[tuple[slice, tuple[Rows, ...]], ...]

    def products(self, V: Array, columns: Columns) -> Array:
        """Σ_{i in group} weight_i x_iA_ix_iᵀ V, column j with the rows of group columns[j]: (P, b) -> (P, b).

        In the precision of V, where X is dense.
        """
        K, right = self.objective.loss.outputs, np.ascontiguousarray(V.T)
        products = np.zeros_like(right)
        for rows, groups in self.slices:
            X = self.objective.X[rows]
            if isinstance(X, np.ndarray):
                X = X.astype(V.dtype, copy=False)
            parts = [(p.state[rows].astype(V.dtype), p.weight[rows, None].astype(V.dtype)) for p in self.parts]
            for j, c in enumerate(columns):
                own = groups[c]
                if own.size == 0:
                    continue
                picked = X[own]
                u = scores(picked, right[j], K)
                curved = [self._curved(state[own], weight[own], u) for state, weight in parts]
                products[j] += transposed_product(picked, curved[0] if len(curved) == 1 else curved[0] + curved[1])
        return np.ascontiguousarray(products.T)

    def _curved(self, state: Array, weight: Array, u: Array) -> Array:
        product = self.objective.loss.curvature_product(state, u)
        product *= weight
        return product


def removed_rows(objective: Objective, parts: Sequence[Curved], members: Sequence[Rows]) -> RemovedRows:
    """Sort the rows of the groups into slices; all rows are one where X is sparse, of which a slice is a copy."""
    step = SLICE_ROWS if isinstance(objective.X, np.ndarray) else max(1, objective.n)
    edges = np.arange(0, objective.n + step, step)
    ordered = [np.sort(rows) for rows in members]
    cuts: list[NDArray[np.int64]] = [np.searchsorted(rows, edges) for rows in ordered]
    slices = []
    for s, start in enumerate(edges[:-1]):
        own = tuple(rows[cut[s] : cut[s + 1]] - start for rows, cut in zip(ordered, cuts, strict=True))
        slices.append((slice(int(start), int(min(start + step, objective.n))), own))
    return RemovedRows(objective, tuple(parts), tuple(slices))


def own_scores(X: Design, members: Sequence[Rows], V: Array) -> list[Array]:
    """x_iᵀV_j of the rows i of group j, for each group: V (p, B) of one output."""
    if _together(X, members):
        z = times(X, V)
        return [z[rows, j] for j, rows in enumerate(members)]
    return [np.asarray(X[rows] @ V[:, j]) for j, rows in enumerate(members)]


def own_sums(X: Design, members: Sequence[Rows], r: Sequence[Array]) -> Array:
    """Σ r_ij x_i over the rows i of group j: (p, B)."""
    if _together(X, members):
        scattered = np.zeros((X.shape[0], len(members)))
        for j, rows in enumerate(members):
            scattered[rows, j] = r[j]
        return transposed_times(X, scattered)
    sums = np.empty((X.shape[1], len(members)))
    for j, rows in enumerate(members):
        sums[:, j] = X[rows].T @ r[j]
    return sums


def _together(X: Design, members: Sequence[Rows]) -> bool:
    rows = sum(own.size for own in members)
    return isinstance(X, np.ndarray) and rows > TOGETHER * X.shape[0] * len(members)
