"""Where the effect of removing a group must be around its influence, by sums over its rows: no system is solved for it.

Let S = Σ_{i in group} h_i be the group's summed leverages, so that H(w) ≤ SH and M = H − H(w) ≥ (1 − S)H where S < 1;
norms of slopes are in H⁻¹, and δ = θ* − θ̂. ∇L(θ̂; w) = e − g, e what the fit has left, has a norm in M⁻¹ of at most
ν = (‖g‖ + ‖e‖)/√(1 − S), so that √(δᵀMδ) ≤ d = −log(1 − cRν)/(cR), R the reach of a row in M (``theory/balls.py``; rows
that reach far are left out there, and count for what they hold of the Hessian). On the way to θ* no curvature changes
by a factor beyond e^{±cRd}, so that in 0 = e − g + (M + E)δ, with x = cRd,

    |vᵀEδ| ≤ ((eˣ − 1)/x − 1)·√(vᵀMv)·d,

rows that reach far each with its own x. With M⁻¹ − H⁻¹ = H⁻¹H(w)M⁻¹, A = H^(−½)H(w)H^(−½) and ‖A‖ ≤ S this gives for
the gradient φ of f at θ̂

    |φᵀδ − φᵀH⁻¹g| ≤ √(S·Σ_{i in group} uᵢᵀsᵢAᵢuᵢ)·‖g‖/(1 − S) + ‖φ‖·(‖e‖/(1 − S) + ((eˣ − 1)/x − 1)·d/√(1 − S)),

uᵢ = xᵢᵀH⁻¹φ, and f(θ*) − f(θ̂) − φᵀδ is a half of the least and largest curvature of f, times squared reaches. g, u and
φ are known up to rounding, which each of the terms counts.

It is of removal, of losses with a constant of self-concordance (logistic, softmax, squared, smooth hinge) whose H has a
proven factor, and of evaluations that are the same quantity for every group and have a slope, and curvatures, with
bounds: not of the self-loss, nor of the test error. Elsewhere it is infinite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from groupinf.effects.methods.influence import Influence
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, transposed_product
from groupinf.numerics.rounding import SLACK, UNIT, gamma, summed_terms
from groupinf.numerics.verified import VerifiedFactor
from groupinf.theory.balls import radius_of
from groupinf.theory.intervals import Interval, difference
from groupinf.theory.screening.climbing import Climbing
from groupinf.theory.screening.level import Intervals, Level, Setting
from groupinf.theory.screening.row_sums import OfRows, OfValues, Reaches, bounded_parts, of_rows, of_values, reaches_of

# S up to which a group is worth its gradient
LARGEST_SHARE = 0.95


@dataclass(frozen=True)
class ByRows:
    """The bound above. ``concordance`` is c, ``left`` at least ‖e‖, ``sums`` what sums may do to g per √Σs²‖r‖²."""

    objective: Objective
    concordance: float
    verified: VerifiedFactor
    rows: OfRows
    of: OfValues
    reaches: Reaches
    left: float
    sums: float

    def influence(self, members: Sequence[Rows]) -> Array:
        """That of the groups: (T, B)."""
        return np.column_stack([self.rows.influence[rows].sum(axis=0) for rows in members])

    def ends(self, members: Sequence[Rows]) -> Interval:
        """Those of groups whose leverages add up to less than LARGEST_SHARE; infinite ones of others: (T, B) twice."""
        share = SLACK * np.array([self.rows.leverage[rows].sum() for rows in members])
        few = np.flatnonzero(share < LARGEST_SHARE)
        high = np.full((self.of.norm.size, len(members)), np.inf)
        low = -high
        if few.size:
            low[:, few], high[:, few] = self._of_few([members[int(b)] for b in few], share[few])
        return low, high

    def _of_few(self, members: Sequence[Rows], share: Array) -> Interval:
        X, rows, of, kept = self.objective.X, self.rows, self.of, (1.0 - share) / SLACK
        g = np.column_stack([transposed_product(X[m], rows.residuals[m, :, None])[:, 0] for m in members])
        off = self.sums * np.sqrt([rows.squares[m].sum() for m in members])
        off += [rows.scattered[m].sum() for m in members]
        shared = np.column_stack([rows.shared[m].sum(axis=0) for m in members])
        norm = self.verified.norms_of_many(g) + SLACK * off
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            distance, changing = self._distance((norm + self.left) / np.sqrt(kept), kept)
            in_H = distance / np.sqrt(kept)
            away = np.sqrt(shared * share) * norm / kept + of.norm * (self.left / kept + changing * in_H)
            away += of.slope * in_H + (of.norm + of.left) * off + of.left * norm
            centre = of.solved.T @ g
            away += gamma(len(g)) * (np.abs(of.solved).T @ np.abs(g))
            low = of.value[0] + (centre - SLACK * away) + of.least * (SLACK * in_H) ** 2
            high = of.value[1] + (centre + SLACK * away) + of.most * (SLACK * in_H) ** 2
            units = 4.0 * UNIT * (np.abs(of.value[0]) + np.abs(of.value[1]) + np.abs(centre))
            low, high = difference(of.exact, (low - units, high + units))
        return np.where(np.isfinite(low), low, -np.inf), np.where(np.isfinite(high), high, np.inf)

    def _distance(self, decrement: Array, kept: Array) -> tuple[Array, Array]:
        """At most d, and at most (eˣ − 1)/x − 1 of all rows together, each with its own x: (B,) twice."""
        far, longer = self.reaches, SLACK / np.sqrt(kept)
        held = np.concatenate([[0.0], np.cumsum(far.leverage)])[:, None] / kept
        reach = far.others[:, None] * longer
        radius = radius_of(self.concordance, reach, SLACK * decrement / np.maximum(1.0 - SLACK * held, 0.0))
        distance = np.min(np.where(np.isnan(radius), np.inf, radius), axis=0)
        of_far = far.leverage[:, None] / kept * _growth(self.concordance * far.reach[:, None] * longer * distance)
        summed = np.vstack([np.zeros(kept.size), np.cumsum(of_far, axis=0)])
        changing = summed + _growth(self.concordance * reach * distance)
        return distance, SLACK * np.min(np.where(np.isnan(changing), np.inf, changing), axis=0)


def _growth(x: Array) -> Array:
    """At least (eˣ − 1)/x − 1; where x is small ½xeˣ, which is no less, and cancels nothing."""
    small = 0.5 * x * np.exp(x)
    ratio = np.divide(np.expm1(x), x, out=np.ones_like(x), where=x > 0.0)
    return np.where(x < 1e-3, small, ratio - 1.0 + 8.0 * UNIT * ratio)


@dataclass(frozen=True)
class InfluenceLevel(Level):
    """``by_rows`` is None of a study that the bound is not of, with T ``values``."""

    values: int
    by_rows: ByRows | None
    name: ClassVar = Influence.name

    @classmethod
    def made(cls, setting: Setting) -> Self:
        """Solve for each value once, and read every row off it."""
        values = sum(len(e.labels(setting.study.test.labels)) for e in setting.evaluations)
        return cls(values, _by_rows(setting))

    def intervals(self, groups: Climbing) -> Intervals:
        """Those of groups whose leverages add up to less than 1; of others the influence alone."""
        predicted = self.predicted(groups.members)
        if self.by_rows is None:
            return Intervals(predicted, np.full_like(predicted, -np.inf), np.full_like(predicted, np.inf))
        return Intervals(predicted, *self.by_rows.ends(groups.members))

    def predicted(self, members: Sequence[Rows]) -> Array:
        """The influence of groups, NaN of a study that the bound is not of: (T, B)."""
        nothing = np.full((self.values, len(members)), np.nan)
        return nothing if self.by_rows is None else self.by_rows.influence(members)


def _by_rows(setting: Setting) -> ByRows | None:
    study, prover = setting.study, setting.prover
    objective, change, verified = study.fitted.objective, study.change, prover.verified
    concordance, parts = objective.loss.concordance, bounded_parts(setting)
    of_removal = change.times == 0.0 and change.label is None
    if verified is None or concordance is None or parts is None or not of_removal:
        return None
    of = of_values(setting, verified, parts)
    terms = SLACK * (gamma(summed_terms(objective) + 3) + objective.loss.roundings * UNIT)
    columns = np.repeat(prover.sizes.sums, objective.loss.outputs)[:, None]
    return ByRows(
        objective=objective,
        concordance=concordance,
        verified=verified,
        rows=of_rows(setting, verified, of),
        of=of,
        reaches=reaches_of(verified),
        left=float(setting.of_fit.balls[0].radius[0]),
        sums=float(terms * verified.norm_within(columns)[0]),
    )
