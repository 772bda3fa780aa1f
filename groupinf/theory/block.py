"""The theory of one block of groups: what its numbers are, group by group and value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from groupinf.effects.block import BlockEffects
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import BoundedPart, Measure, measures_of
from groupinf.effects.methods.newton import NewtonStep
from groupinf.effects.study import Study
from groupinf.numerics.change import Changed
from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.numerics.products import dense
from groupinf.theory.intervals import Place, difference, read, summed, values_within
from groupinf.theory.propositions import bounds_of
from groupinf.theory.spectra import Spectrum, removed_share
from groupinf.theory.theory import Theory


@dataclass(frozen=True)
class OfGroups:
    """What does not depend on the evaluation: (B,) each, NaN where it is not defined.

    ``mu`` μ(w) with an estimate of its error, 0 where the whole spectrum was computed; ``d_norm`` ‖D(w)‖ = μ/(1 − μ),
    and σ_max/λ, the paper's bound of it (Lemma 1). ``angle`` in degrees between influence and Newton step, in the
    metric of H (Corollary 1), and ``newton_over_influence`` gᵀΔ_Nt/gᵀΔ_inf; ``copies_factor`` is what Proposition 4
    predicts of it where all rows of a group have the same x. The slopes of the cones of self-loss: the paper's
    (Proposition 3), and 1 + μ/(1 − μ) + ½μ/(1 − μ)².
    """

    mu: Array
    mu_error: Array
    d_norm: Array
    d_norm_paper: Array
    angle: Array
    newton_over_influence: Array
    copies_factor: Array
    cone_paper: Array
    cone_group: Array


@dataclass(frozen=True)
class OfValues:
    """What is of each value of an evaluation, in its units: (T, B) each, NaN where it is not defined.

    Newton = influence + ``linear`` + ``curvature`` + ``rest`` (Proposition 2), with ∇fᵀH^(−½)D(w)H^(−½)g, ½ΔᵀNt∇²f ΔNt
    and what is left of f(θ̂ + Δ_Nt); ``newton_error`` actual − Newton (Proposition 1). Bounds as printed end in
    ``_paper``, the others have λ in the place of σ_min + λ. The actual effect is proven to lie between ``proven_low``
    and ``proven_high``, infinite where nothing is proven.
    """

    influence: Array
    newton: Array
    linear: Array
    curvature: Array
    rest: Array
    rest_bound_paper: Array
    rest_bound: Array
    newton_error: Array
    newton_error_bound_paper: Array
    newton_error_bound: Array
    proven_low: Array
    proven_high: Array


@dataclass(frozen=True)
class TheoryBlock:
    """All of one block, with the spectrum of each group."""

    groups: OfGroups
    values: OfValues
    spectrum: Spectrum


def theory_of(theory: Theory, study: Study, block: BlockEffects) -> TheoryBlock:
    """The theory of a block whose effects have been computed."""
    at, actual = block.at, block.effect[-1]
    step = at.solution(NewtonStep()).delta
    removed = at.changed.removed_hessian_products(step, np.arange(step.shape[1]))
    pencils = [at.reduced.pencil(b) for b in range(len(at.changed.members))]
    spectrum = theory.spectra.of(at.changed, pencils)
    steps = _Steps(at.influence, step, study.fitted.factor.solve(removed))
    after = theory.prover.after(at, pencils, step)
    found, first = [], 0
    for measure in measures_of(study.evaluations, study.test, at.changed):
        last = first + len(measure.labels)
        found.append(_of_values(theory, measure, steps, after, at.changed.members, actual[first:last]))
        first = last
    values = OfValues(*(np.concatenate([getattr(one, f.name) for one in found]) for f in fields(OfValues)))
    return TheoryBlock(_groups(theory, at, step, removed, spectrum), values, spectrum)


@dataclass(frozen=True)
class _Steps:
    """Δ_inf and Δ_Nt, and ``turned`` H⁻¹H(w)Δ_Nt = H^(−½)D(w)H^(−½)g, their difference with all its digits: (P, B)."""

    influence: Array
    newton: Array
    turned: Array


def _of_values(
    theory: Theory, measure: Measure, steps: _Steps, after: Place, members: Sequence[Rows], actual: Array
) -> OfValues:
    """Proposition 2 of one measure, its bounds, and the interval of its actual effect."""
    parts = [part for part in measure.parts if isinstance(part, BoundedPart)]
    if len(parts) < len(measure.parts):
        return _of_unbounded(theory, measure, steps, actual)
    before = [read(part, part.scores(theory.of_fit.theta)) for part in parts]
    moves = [part.scores(steps.newton) for part in parts]
    ended = [read(one.part, one.z + u) for one, u in zip(before, moves, strict=True)]
    newton = summed([one.part.values(one.z) for one in ended]) - summed([one.part.values(one.z) for one in before])
    low, high = difference(values_within(before, theory.of_fit), values_within(ended, after))
    bounds = bounds_of(theory.constants, parts, newton.shape, np.array([rows.size for rows in members], dtype=float))
    known = np.nan if measure.jumps else 1.0
    gradient = known * summed([one.gradient for one in before])
    squares = [one.part.total(u * one.part.curvature(one.z, u)) for one, u in zip(before, moves, strict=True)]
    curved = known * 0.5 * summed(squares)
    return OfValues(
        influence=_along(gradient, steps.influence),
        newton=newton,
        linear=_along(gradient, steps.turned),
        curvature=curved,
        rest=newton - _along(gradient, steps.newton) - curved,
        rest_bound_paper=bounds.rest_paper,
        rest_bound=bounds.rest,
        newton_error=actual - newton,
        newton_error_bound_paper=bounds.newton_error_paper,
        newton_error_bound=bounds.newton_error,
        proven_low=np.broadcast_to(low, newton.shape),
        proven_high=np.broadcast_to(high, newton.shape),
    )


def _of_unbounded(theory: Theory, measure: Measure, steps: _Steps, actual: Array) -> OfValues:
    """The same of an evaluation that knows no second derivative and no bounds: what its slopes and values tell."""
    at_fit = [(part, part.scores(theory.of_fit.theta)) for part in measure.parts]
    after = [part.values(z + part.scores(steps.newton)) - part.values(z) for part, z in at_fit]
    slopes = [part.gradient(z) for part, z in at_fit]

    def along(step: Array) -> Array:
        return summed([p.total(slope * p.scores(step)) for (p, _), slope in zip(at_fit, slopes, strict=True)])

    newton = summed(after)
    unknown, anything = np.full(newton.shape, np.nan), np.full(newton.shape, np.inf)
    return OfValues(
        influence=along(steps.influence),
        newton=newton,
        linear=along(steps.turned),
        curvature=unknown,
        rest=unknown,
        rest_bound_paper=unknown,
        rest_bound=unknown,
        newton_error=actual - newton,
        newton_error_bound_paper=unknown,
        newton_error_bound=unknown,
        proven_low=-anything,
        proven_high=anything,
    )


def _along(gradient: Array, steps: Array) -> Array:
    """∇fᵀΔ: (P, T, B) or (P, T, 1), and (P, B) -> (T, B)."""
    along: Array = np.einsum("ptb,pb->tb", np.broadcast_to(gradient, (*gradient.shape[:2], steps.shape[1])), steps)
    return along


def _groups(theory: Theory, at: BlockContext, step: Array, removed: Array, spectrum: Spectrum) -> OfGroups:
    mu, g = spectrum.largest, at.changed.g
    with np.errstate(divide="ignore", invalid="ignore"):
        d_norm = np.abs(mu / (1.0 - mu))
        along, influence = column_dots(g, step), column_dots(g, at.influence)
        length = np.sqrt(influence * np.maximum(along + column_dots(step, removed), 0.0))
        cosine = np.clip(along / length, -1.0, 1.0)
        cone = 1.0 + d_norm + 0.5 * mu / (1.0 - mu) ** 2
        ratio = along / influence
    constants, everywhere = theory.constants, np.ones(mu.size)
    return OfGroups(
        mu=mu,
        mu_error=spectrum.error[:, 0],
        d_norm=d_norm,
        d_norm_paper=everywhere * (np.nan if constants is None else constants.d_norm),
        angle=np.degrees(np.arccos(cosine)),
        newton_over_influence=ratio,
        copies_factor=np.array([_copies_factor(at.changed, b) for b in range(mu.size)]),
        cone_paper=everywhere * (np.nan if constants is None else constants.cone),
        cone_group=cone if theory.of_removal else everywhere * np.nan,
    )


def _copies_factor(changed: Changed, column: int) -> float:
    """1/(1 − Σ_i (s_i − s'_i)a_i xᵀH⁻¹x) where all rows of a group have the same x, of one output (Proposition 4)."""
    objective, members, fitted = changed.objective, changed.members[column], changed.fitted
    if objective.loss.outputs > 1:
        return np.nan
    x = dense(objective.X[members[:1]])
    # most groups are told from copies by their second row
    if any(np.any(dense(objective.X[rows]) != x) for rows in (members[1:2], members[1:])):
        return np.nan
    curvature = objective.loss.curvature(x @ fitted.theta[:, None], objective.y[members[:1]])[0, 0, 0]
    weight = removed_share(changed.change, fitted.objective) * changed.change.own[members].sum()
    return float(1.0 / (1.0 - weight * curvature * (x @ fitted.factor.solve(x.T))[0, 0]))
