"""How well predicted effects agree with actual ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.bootstrap import bootstrap_spearman
from groupinf.analysis.intervals import (
    FEWEST_GROUPS,
    LEVEL,
    RESAMPLES,
    bonett_wright_interval,
)
from groupinf.analysis.pairs import PairedEffects, pair_effects
from groupinf.analysis.ranks import average_ranks
from groupinf.errors import DataError

ALL_KINDS = "all"
KEYS = ("evaluation", "test_point", "kind", "method")
STATISTICS = (
    "n_groups",
    "spearman",
    "spearman_low",
    "spearman_high",
    "pearson",
    "slope",
    "same_sign",
    "underestimated",
    "median_relative_error",
)

# those that compare sizes, undefined where only the order of predicted effects means anything
OF_SIZES = ("slope", "underestimated", "median_relative_error")

Interval = Literal["bootstrap", "analytic"]
INTERVAL_WORDS: dict[Interval, str] = {
    "bootstrap": f"95 % percentile bootstrap over groups, {RESAMPLES:,} resamples",
    "analytic": "95 % analytic interval on Fisher's z scale (Bonett and Wright 2000)",
}
# The bootstrap of a whole table stays within a few seconds below this many (coefficient, group, resample).
MOST_BOOTSTRAP_CELLS = 400_000_000


# predictions nearer to the actual effect than this share of it are not called smaller: retraining is exact to less
ROUNDING = 1e-6


@dataclass(frozen=True)
class AgreementTable:
    """One row per (evaluation, test_point, kind or "all", method), and which interval Spearman's ρ has."""

    table: pd.DataFrame
    interval: Interval

    @property
    def interval_in_words(self) -> str:
        """The interval in a few words, for a manifest or a caption."""
        return INTERVAL_WORDS[self.interval]


def agreement_table(effects: pd.DataFrame, seed: int) -> AgreementTable:
    """Agreement of each prediction with the actual effects, over all groups and over each kind of group.

    With p predicted and a actual effects of the groups of a row:
    spearman: correlation of average ranks, with a 95 % interval over groups (percentile bootstrap where the
    table is small enough for it to be quick, else Bonett & Wright 2000). pearson: correlation of p and a.
    slope: Σpa/Σp², least squares of a on p through the origin, since removing nothing changes nothing; above 1
    the prediction is too small. same_sign: share with sign p = sign a. underestimated: share that also has
    |p| < |a|. median_relative_error: median of |p - a|/|a| over groups with a ≠ 0.
    NaN where undefined: ρ of one group or of constant effects, intervals of fewer than 10 groups, slope of p = 0, and
    OF_SIZES of predictions of which only ranks mean anything.
    A method has no row of a measure that it does not predict.

    ``effects`` is one run's tidy table. Raises DataError where it is incomplete or a kind is named "all".
    """
    return agreement_of(pair_effects(effects), seed)


def agreement_of(pairs: PairedEffects, seed: int) -> AgreementTable:
    """:func:`agreement_table` of effects that are arrays already; raises DataError where a kind is named "all"."""
    kinds = list(dict.fromkeys(pairs.kinds))
    if ALL_KINDS in kinds:
        raise DataError(f"effects: kind {ALL_KINDS!r} stands for all groups together; give these groups another kind")
    members = {ALL_KINDS: np.ones(pairs.groups.size, dtype=bool)} | {kind: pairs.kinds == kind for kind in kinds}
    cells = pairs.predicted.size * 2 * RESAMPLES
    interval: Interval = "bootstrap" if cells <= MOST_BOOTSTRAP_CELLS else "analytic"
    parts = [agreement_rows(pairs, kind, chosen, interval, seed) for kind, chosen in members.items()]
    return AgreementTable(_ordered(pd.concat(parts, ignore_index=True), pairs, list(members)), interval)


def without_actual() -> AgreementTable:
    """The table of effects of which no actual ones are known: its columns alone."""
    columns = {name: np.empty(0, dtype=object) for name in KEYS}
    columns |= {name: np.empty(0) for name in STATISTICS}
    types = {"test_point": np.int64, "n_groups": np.int64}
    return AgreementTable(pd.DataFrame(columns).astype(types), "bootstrap")


def agreement_rows(
    pairs: PairedEffects, kind: str, chosen: NDArray[np.bool_], interval: Interval, seed: int
) -> pd.DataFrame:
    """The statistics of :func:`agreement_table` over the ``chosen`` (G,) groups, called ``kind``."""
    predicted, actual = pairs.predicted[..., chosen], pairs.actual[..., chosen]
    ranks = average_ranks(predicted), average_ranks(actual)
    spearman = correlation(*ranks)
    low, high = _interval(*ranks, spearman, interval, seed)
    same_sign = np.sign(predicted) == np.sign(actual)
    statistics = {
        "n_groups": np.full(spearman.shape, actual.shape[-1]),
        "spearman": spearman,
        "spearman_low": low,
        "spearman_high": high,
        "pearson": correlation(predicted, actual),
        "slope": slope(predicted, actual),
        "same_sign": same_sign.mean(axis=-1),
        "underestimated": (same_sign & (np.abs(predicted) < (1 - ROUNDING) * np.abs(actual))).mean(axis=-1),
        "median_relative_error": _median_relative_error(predicted, actual),
    }
    for statistic in OF_SIZES:
        statistics[statistic][[method in pairs.ranks_only for method in pairs.methods]] = np.nan
    keys = [(e, t, kind, m) for m in pairs.methods for e, t in pairs.measures]
    frame = pd.DataFrame(keys, columns=list(KEYS))
    return frame.assign(**{name: statistics[name].ravel() for name in STATISTICS})[pairs.has.ravel()]


def slope(predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Σpa/Σp² along the last axis, least squares of actual on predicted through the origin; NaN where p = 0."""
    return _ratio((predicted * actual).sum(axis=-1), (predicted**2).sum(axis=-1))


def correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlation along the last axis; NaN where either side is constant, or empty."""
    if x.shape[-1] == 0:
        return np.full(np.broadcast_shapes(x.shape, y.shape)[:-1], np.nan)
    x0, y0 = x - x.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    norms = np.linalg.norm(x0, axis=-1) * np.linalg.norm(y0, axis=-1)
    varies = (np.ptp(x, axis=-1) > 0) & (np.ptp(y, axis=-1) > 0)
    return np.clip(_ratio((x0 * y0).sum(axis=-1), np.where(varies, norms, 0.0)), -1.0, 1.0)


def rank_correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spearman's ρ along the last axis: the correlation of average ranks; NaN where either side is constant."""
    return correlation(average_ranks(x), average_ranks(y))


def _ordered(table: pd.DataFrame, pairs: PairedEffects, kinds: list[str]) -> pd.DataFrame:
    measure_at = {measure: i for i, measure in enumerate(pairs.measures)}
    rank = pd.DataFrame(
        {
            "measure": [measure_at[key] for key in zip(table["evaluation"], table["test_point"], strict=True)],
            "kind": table["kind"].map(kinds.index),
            "method": table["method"].map(pairs.methods.index),
        }
    )
    return table.loc[rank.sort_values(["measure", "kind", "method"]).index].reset_index(drop=True)


def _interval(
    predicted: NDArray[np.float64],
    actual: NDArray[np.float64],
    spearman: NDArray[np.float64],
    interval: Interval,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n_groups = actual.shape[-1]
    if interval == "analytic" or n_groups < FEWEST_GROUPS:
        return bonett_wright_interval(spearman, n_groups)
    resampled = bootstrap_spearman(predicted, actual, RESAMPLES, seed)
    bounds = np.full((2, *spearman.shape), np.nan)
    for at in np.argwhere(np.isfinite(spearman)):
        values = resampled[tuple(at)]
        tails = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
        bounds[:, *at] = np.quantile(values[np.isfinite(values)], tails)
    # Where only neighbours in rank change places (ρ above about 0.9999), repeated groups count such a swap
    # about twice and all resamples may lie below ρ: the interval is widened to hold it.
    return np.minimum(bounds[0], spearman), np.maximum(bounds[1], spearman)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """above/below, NaN where below is 0."""
    result = np.full(below.shape, np.nan)
    np.divide(above, below, out=result, where=below != 0)
    return result


def _median_relative_error(predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    result = np.full(predicted.shape[:-1], np.nan)
    for e, row in enumerate(actual):
        known = row != 0
        if known.any():
            with np.errstate(over="ignore"):  # an effect that all but underflows
                error = np.abs(predicted[:, e, known] - row[known]) / np.abs(row[known])
            result[:, e] = np.median(error, axis=-1)
    return result
