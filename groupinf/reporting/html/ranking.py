"""How well does the prediction rank the groups; does it underestimate, and by how much?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from groupinf.reporting.html.agreement_tables import (
    RHO,
    SLOPE,
    UNDER,
    Statistic,
    evaluations_of,
    legend,
    overall,
    statistic_table,
)
from groupinf.reporting.html.entries import Entry, Looks
from groupinf.reporting.html.marks import Scale
from groupinf.reporting.html.markup import Html, element, joined
from groupinf.reporting.summary import SLOPE_WORDS, statistics_line

_LEAST_SPAN = 2.0  # a scale of slopes reaches at least from 1/2 to 2


def ranking(entries: Sequence[Entry], looks: Looks) -> Html:
    """Spearman's ρ with its interval, per evaluation and test point."""
    scale = rho_scale(_values(entries, RHO, lowest=True))
    heading = f"ρ from {scale.low:g} to 1".replace("-", "−")
    tables = [
        statistic_table(entries, evaluation, looks.methods, (RHO,), scale, heading)
        for evaluation in evaluations_of(entries)
    ]
    run = entries[0].run
    return joined(
        [legend(looks.methods), *tables, element("p", {"class": "quiet"}, statistics_line(run, run.spearman))]
    )


def underestimation(entries: Sequence[Entry], looks: Looks) -> Html:
    """Slope and share of underestimated groups, per evaluation and test point."""
    scale = slope_scale(_values(entries, SLOPE))
    heading = f"slope from {scale.low:.2g} to {scale.high:.2g}; the line is at 1"
    tables = [
        statistic_table(entries, evaluation, looks.methods, (SLOPE, UNDER), scale, heading)
        for evaluation in evaluations_of(entries)
    ]
    return joined([element("p", {}, SLOPE_WORDS), legend(looks.methods), *tables])


def rho_scale(values: Sequence[float]) -> Scale:
    """A scale up to 1 that begins at the nearest of a few round numbers below all values."""
    least = min((v for v in values if math.isfinite(v)), default=0.0)
    low = next((edge for edge in (0.99, 0.95, 0.9, 0.5, 0.0) if least >= edge), -1.0)
    return Scale(low, 1.0, 1.0 if low > 0 else 0.0)


def slope_scale(values: Sequence[float]) -> Scale:
    """A logarithmic scale around 1, as far to either side, up to a factor of 10; slopes up to 0 stand at its left."""
    spans = [max(v, 1 / v) for v in values if math.isfinite(v) and v > 0]
    span = min(10.0, max([_LEAST_SPAN, *spans]))
    return Scale(1 / span, span, 1.0, logarithmic=True)


def _values(entries: Sequence[Entry], statistic: Statistic, lowest: bool = False) -> list[float]:
    rows = [row for e in entries for name in evaluations_of([e]) for row in overall(e, name).to_dict("records")]
    values = [float(row[statistic.column]) for row in rows]
    return values + ([float(statistic.limits(row)[0]) for row in rows] if lowest else [])
