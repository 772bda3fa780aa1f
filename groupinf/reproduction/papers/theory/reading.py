"""What the page needs of a run: how its bounds, cones and intervals held, and what goes with ρ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import ALL_KINDS, rank_correlation
from groupinf.analysis.explained_rho import kinds_table
from groupinf.analysis.theory import (
    BOUNDS,
    OF_THE_GROUP,
    OF_THE_PAPER,
    PROVEN,
    ROUNDING,
    Cone,
    Copies,
    Held,
    Intervals,
    beside_actual,
    cone,
    copies,
    each_group,
    held,
    intervals,
)
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.reproduction.results import Facts, facts_of
from groupinf.studies.group_effects.result import Run

Quantiles = tuple[float, float, float]


@dataclass(frozen=True)
class Parts:
    """Medians over effects of |linear|, |curvature| and |rest| as shares of |Newton − influence| (Proposition 2), and
    how far the four terms are at most from adding up to Newton, as a share of the measure's median |Newton|.
    """

    linear: float
    curvature: float
    rest: float
    left: float


@dataclass(frozen=True)
class Measured:
    """One evaluation of a run, all test points together; ``held`` by the name of the bound."""

    evaluation: str
    intervals: Intervals
    held: Mapping[str, Held]
    parts: Parts


@dataclass(frozen=True)
class Steps:
    """Of the groups of a run 10 %, 50 % and 90 % of the angle between influence and Newton step, of gᵀΔ_Nt/gᵀΔ_inf and
    of ‖D(w)‖; σ_max/λ, NaN without one, and how many of the groups have ‖D(w)‖ above it (Lemma 1); the largest
    estimate of the error of μ(w), as a share of it.
    """

    angle: Quantiles
    ratio: Quantiles
    d_norm: Quantiles
    d_norm_paper: float
    above: int
    groups: int
    mu_error: float


@dataclass(frozen=True)
class Compared:
    """Spearman's ρ on the test prediction of the figures' test point over ``groups``; the share of them whose influence
    and actual effect have opposite signs, and the least and the largest actual ÷ influence.
    """

    groups: int
    influence_newton: float
    influence_actual: float
    newton_actual: float
    opposite: float
    least: float
    largest: float


@dataclass(frozen=True)
class TheoryFacts(Facts):
    """A run with theory. ``kinds`` is the ``explained_rho.kinds_table``; cones are of the self-loss, of no group where
    that is not measured.
    """

    measured: tuple[Measured, ...]
    paper_cone: Cone
    own_cone: Cone
    copies: Copies
    steps: Steps
    kinds: pd.DataFrame
    compared: Compared | None

    def over_all_kinds(self, evaluation: str, column: str) -> float:
        """What the table of kinds has of all groups together; NaN where the evaluation is not measured."""
        table = self.kinds
        chosen = table[(table["evaluation"] == evaluation) & (table["kind"] == ALL_KINDS)]
        return float(chosen[column].iloc[0]) if len(chosen) else np.nan


def theory_facts(run: Run) -> TheoryFacts:
    """What the page needs of a run that has a theory."""
    assert run.theory is not None
    facts, rows = facts_of(run), beside_actual(run.theory, run.effects)
    kinds = kinds_table(rows)
    own = rows[rows["evaluation"] == SELF_LOSS.name]
    on_point = rows[(rows["evaluation"] == TEST_PREDICTION.name) & (rows["test_point"] == facts.point)]
    return TheoryFacts(
        manifest=facts.manifest,
        spearman=facts.spearman,
        point=facts.point,
        sets=facts.sets,
        measured=tuple(_measured(str(name), of) for name, of in rows.groupby("evaluation", sort=False)),
        paper_cone=cone(own, OF_THE_PAPER),
        own_cone=cone(own, OF_THE_GROUP),
        copies=copies(rows),
        steps=_steps(each_group(rows), kinds),
        kinds=kinds,
        compared=None if on_point.empty else _compared(on_point),
    )


def _measured(evaluation: str, rows: pd.DataFrame) -> Measured:
    found = {bound.name: held(rows, bound) for bound in (*BOUNDS, PROVEN)}
    return Measured(evaluation, intervals(rows), found, parts_of(rows))


def parts_of(rows: pd.DataFrame) -> Parts:
    """The :class:`Parts` of rows ``beside_actual`` of one evaluation; shares are of what is above rounding."""
    influence, newton = rows.influence.to_numpy(), rows.newton.to_numpy()
    apart = np.abs(newton - influence)
    told = apart > ROUNDING * (np.abs(newton) + np.abs(influence))
    linear, curvature, rest = (rows[name].to_numpy(dtype=np.float64) for name in ("linear", "curvature", "rest"))
    typical = np.abs(rows.newton).groupby(rows["test_point"]).transform("median").to_numpy()
    left = np.abs(newton - influence - linear - curvature - rest)
    return Parts(
        linear=_median(np.abs(linear[told]) / apart[told]),
        curvature=_median(np.abs(curvature[told]) / apart[told]),
        rest=_median(np.abs(rest[told]) / apart[told]),
        left=float(np.max(left[typical > 0] / typical[typical > 0], initial=0.0)),
    )


def _steps(groups: pd.DataFrame, kinds: pd.DataFrame) -> Steps:
    together = kinds[kinds["kind"] == ALL_KINDS].iloc[0]
    d_norm, limit = groups["d_norm"].to_numpy(), groups["d_norm_paper"].to_numpy()
    mu, off = np.abs(groups["mu"].to_numpy()), groups["mu_error"].to_numpy()
    return Steps(
        angle=_quantiles(together, "angle"),
        ratio=_quantiles(together, "newton_over_influence"),
        d_norm=_quantiles(together, "d_norm"),
        d_norm_paper=float(limit.max()),
        above=int(np.count_nonzero(d_norm > limit * (1 + ROUNDING))),
        groups=len(groups),
        mu_error=float(np.max(off[mu > 0] / mu[mu > 0], initial=0.0)),
    )


def _compared(rows: pd.DataFrame) -> Compared:
    influence, newton = rows.influence.to_numpy(), rows.newton.to_numpy()
    actual = rows["actual"].to_numpy()
    ratios = actual[influence != 0] / influence[influence != 0]
    return Compared(
        len(rows),
        float(rank_correlation(influence, newton)),
        float(rank_correlation(influence, actual)),
        float(rank_correlation(newton, actual)),
        float(np.mean(influence * actual < 0)),
        float(ratios.min()),
        float(ratios.max()),
    )


def _quantiles(together: pd.Series, name: str) -> Quantiles:
    return float(together[f"{name}_low"]), float(together[f"{name}_median"]), float(together[f"{name}_high"])


def _median(values: NDArray[np.float64]) -> float:
    return float(np.median(values)) if values.size else np.nan
