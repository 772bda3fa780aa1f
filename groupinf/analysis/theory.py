"""What the theory of a run says beside its retraining: proven intervals, the bounds of the paper's propositions, cones.

The theory of a run has a row for each group, evaluation and test point; a group's rows repeat what depends on it alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.pairs import ACTUAL
from groupinf.analysis.ranking import MEASURE

Values = NDArray[np.float64]
KEYS = ["group", *MEASURE]
# solves and sums leave less than this share of the size of their terms; what is no larger is not told from 0
ROUNDING = 1e-9


def beside_actual(theory: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """The rows of the theory with kind and size of the group, its actual effect, and the estimate of its error.

    ``effects`` is the run's tidy table. Columns besides: kind, size, actual, actual_error.
    """
    actual = effects[effects["method"] == ACTUAL][[*KEYS, "kind", "size", "effect", "error_estimate"]]
    named = actual.rename(columns={"effect": "actual", "error_estimate": "actual_error"})
    return theory.merge(named, on=KEYS, how="inner", validate="one_to_one")


def each_group(rows: pd.DataFrame) -> pd.DataFrame:
    """The first row of each group, for what depends on the group alone."""
    return rows.drop_duplicates("group")


@dataclass(frozen=True)
class Intervals:
    """How the proven intervals of ``count`` effects hold: how many are ``finite`` and how many have ``one_end``; of how
    many they prove the sign (``signed``); and how many actual effects lie ``outside`` theirs by more than their error
    estimate, which none may.

    ``width`` is the median width of finite ones, ``relative`` the median of their widths as multiples of the |actual
    effect| of the same group, where that is larger than its error estimate; NaN where none is finite.
    """

    count: int
    finite: int
    one_end: int
    signed: int
    outside: int
    width: float
    relative: float


def intervals(rows: pd.DataFrame) -> Intervals:
    """The :class:`Intervals` of rows :func:`beside_actual`."""
    finite, own = has_interval(rows), np.abs(_of(rows, "actual"))
    some, told = has_end(rows), finite & (own > _of(rows, "actual_error"))
    width = np.where(finite, _of(rows, "proven_high") - _of(rows, "proven_low"), np.nan)
    return Intervals(
        count=len(rows),
        finite=int(finite.sum()),
        one_end=int((some & ~finite).sum()),
        signed=int(has_sign(rows).sum()),
        outside=int(is_outside(rows).sum()),
        width=_median(width[finite]),
        relative=_median(width[told] / own[told]),
    )


def has_interval(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Of which rows the proven interval is finite."""
    return np.isfinite(_of(rows, "proven_low")) & np.isfinite(_of(rows, "proven_high"))


def has_end(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Of which rows an end of the proven interval is finite, or both."""
    return np.isfinite(_of(rows, "proven_low")) | np.isfinite(_of(rows, "proven_high"))


def has_sign(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Of which rows the sign is proven: the interval is above 0, or below."""
    return np.asarray((_of(rows, "proven_low") > 0) | (_of(rows, "proven_high") < 0))


def is_outside(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Of which rows the actual effect lies outside the proven interval by more than its error estimate."""
    actual, error = _of(rows, "actual"), _of(rows, "actual_error")
    return np.asarray((actual + error < _of(rows, "proven_low")) | (actual - error > _of(rows, "proven_high")))


@dataclass(frozen=True)
class Bound:
    """A bound ``of`` something in one ``version``, and what it bounds in rows :func:`beside_actual`: ``error`` is a
    column, ``rounding`` how far that itself may be off. ``name`` is what tables call it.
    """

    name: str
    of: str
    version: str
    error: str
    bound: Callable[[pd.DataFrame], Values]
    rounding: Callable[[pd.DataFrame], Values]

    @property
    def title(self) -> str:
        """What people call it."""
        return ", ".join(filter(None, (self.of, self.version)))


@dataclass(frozen=True)
class Held:
    """How a bound held over ``count`` effects that have one: ``violations`` are errors above it, by more than rounding.

    ``least``, ``median`` and ``most`` are of bound ÷ |error| over the ``compared`` whose error is above rounding; NaN
    where there are none.
    """

    count: int
    violations: int
    compared: int
    least: float
    median: float
    most: float


def _newton_rounding(rows: pd.DataFrame) -> Values:
    sizes = np.abs(rows.newton.to_numpy()) + np.abs(_of(rows, "actual"))
    return np.asarray(_of(rows, "actual_error") + ROUNDING * sizes)


def _rest_rounding(rows: pd.DataFrame) -> Values:
    terms = (rows.influence, rows.newton, rows["linear"], rows["curvature"])
    sizes = np.sum([np.abs(term.to_numpy()) for term in terms], axis=0)
    return np.asarray(_of(rows, "actual_error") + ROUNDING * sizes)  # which has the rounding of scores as well


def reach(rows: pd.DataFrame) -> Values:
    """How far the farther end of the proven interval is from the Newton prediction; |actual − Newton| is no more."""
    low, high, newton = _of(rows, "proven_low"), _of(rows, "proven_high"), rows.newton.to_numpy()
    return np.asarray(np.maximum(high - newton, newton - low))


def _column(name: str) -> Callable[[pd.DataFrame], Values]:
    return lambda rows: _of(rows, name)


_FIRST, _SECOND, _PRINTED, _REPAIRED = "Proposition 1", "Proposition 2", "as printed", "repaired"
# as printed both take the least eigenvalue of all rows for that of the problem without the group, repaired 0
BOUNDS = (
    Bound(
        "proposition_1_printed", _FIRST, _PRINTED, "newton_error", _column("newton_error_bound_paper"), _newton_rounding
    ),
    Bound("proposition_1", _FIRST, _REPAIRED, "newton_error", _column("newton_error_bound"), _newton_rounding),
    Bound("proposition_2_printed", _SECOND, _PRINTED, "rest", _column("rest_bound_paper"), _rest_rounding),
    Bound("proposition_2", _SECOND, _REPAIRED, "rest", _column("rest_bound"), _rest_rounding),
)
PROVEN = Bound("proven", "Proven interval", "", "newton_error", reach, _newton_rounding)


def is_violated(rows: pd.DataFrame, bound: Bound) -> NDArray[np.bool_]:
    """Of which rows the error is above its bound by more than rounding."""
    return np.asarray(np.abs(_of(rows, bound.error)) - bound.rounding(rows) > bound.bound(rows))


def is_resolved(rows: pd.DataFrame, bound: Bound) -> NDArray[np.bool_]:
    """Of which rows there is a finite bound, and an error above rounding."""
    return np.isfinite(bound.bound(rows)) & (np.abs(_of(rows, bound.error)) > bound.rounding(rows))


def is_exact(rows: pd.DataFrame) -> bool:
    """Whether no actual effect differs from its Newton prediction by more than rounding, as in regression."""
    return not (np.abs(_of(rows, "newton_error")) > _newton_rounding(rows)).any()


def held(rows: pd.DataFrame, bound: Bound) -> Held:
    """How the bound held on rows :func:`beside_actual`."""
    bounds, compared = bound.bound(rows), is_resolved(rows, bound)
    ratios = bounds[compared] / np.abs(_of(rows, bound.error)[compared])
    least, most = (float(ratios.min()), float(ratios.max())) if ratios.size else (math.nan, math.nan)
    return Held(
        int(np.isfinite(bounds).sum()),
        int(is_violated(rows, bound).sum()),
        int(compared.sum()),
        least,
        _median(ratios),
        most,
    )


@dataclass(frozen=True)
class Cone:
    """How a cone of Proposition 3 held on the self-loss of ``count`` groups with an influence other than 0; of
    ``without`` more it is 0.

    ``second_order`` of them have I + linear + curvature, the Newton effect to second order where influence is I, within
    [I, slope·I], and ``actual`` their actual effect. ``slope`` is the median slope of the cone, ``found`` that of the
    second-order value ÷ I, ``tightness`` the median of the first ÷ the second.
    """

    count: int
    without: int
    second_order: int
    actual: int
    slope: float
    found: float
    tightness: float


# columns of the cones' slopes: that of the paper, for all groups, and that of each group's own largest eigenvalue
OF_THE_PAPER, OF_THE_GROUP = "cone_paper", "cone_group"


def cone(self_loss: pd.DataFrame, column: str) -> Cone:
    """The :class:`Cone` of rows :func:`beside_actual` of the self-loss; ``column`` has the slopes."""
    known = self_loss[np.isfinite(self_loss[column])]
    rows = known[known.influence != 0]
    influence, slope, actual = rows.influence.to_numpy(), _of(rows, column), _of(rows, "actual")
    value, rounding = second_order(rows), _rest_rounding(rows)
    found = value / influence
    by_value, by_actual = (
        _within(of, influence, slope, off) for of, off in ((value, rounding), (actual, _of(rows, "actual_error")))
    )
    return Cone(
        count=len(rows),
        without=len(known) - len(rows),
        second_order=int(by_value.sum()),
        actual=int(by_actual.sum()),
        slope=_median(slope),
        found=_median(found),
        tightness=_median(slope / found),
    )


def second_order(rows: pd.DataFrame) -> Values:
    """The Newton prediction to second order of f: influence + linear + curvature."""
    return np.asarray(rows.influence.to_numpy() + _of(rows, "linear") + _of(rows, "curvature"))


def _within(value: Values, influence: Values, slope: Values, off: Values) -> NDArray[np.bool_]:
    rounding = off + ROUNDING * slope * np.abs(influence)
    return np.asarray((value >= influence - rounding) & (value <= slope * influence + rounding))


@dataclass(frozen=True)
class Copies:
    """How far Newton ÷ influence is at most from the factor of Proposition 4, relatively, over so many groups of
    copies; NaN without any. Where nothing of the Hessian goes, as in relabelling, the factor is 1 and says nothing.
    """

    groups: int
    largest: float


def copies(rows: pd.DataFrame) -> Copies:
    """The :class:`Copies` among the groups of the rows."""
    groups = each_group(rows[np.isfinite(rows["copies_factor"]) & (rows["copies_factor"] != 1)])
    factor, found = _of(groups, "copies_factor"), _of(groups, "newton_over_influence")
    known = np.isfinite(found)
    off = np.abs(found[known] / factor[known] - 1)
    return Copies(int(known.sum()), float(off.max()) if off.size else math.nan)


def _of(rows: pd.DataFrame, name: str) -> Values:
    return rows[name].to_numpy(dtype=np.float64)


def _median(values: Values) -> float:
    return float(np.median(values)) if values.size else math.nan
