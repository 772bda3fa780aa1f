"""The scales on which ρ and slopes are drawn, and what to read from where a mark stands."""

from __future__ import annotations

import math
from collections.abc import Sequence

from groupinf.reporting.html.parts.marks import Scale

SLOPE_SCALE = (
    "Right of the line (slope above 1) actual effects are larger than predicted, left of it smaller. "
    "The scale is logarithmic; marks outside it, and slopes of 0 or below, stand at its edge."
)
_LEAST_SPAN, _MOST_SPAN = 2.0, 10.0  # a scale of slopes reaches at least from 1/2 to 2, at most from 1/10 to 10
_RHO_BEGINS = (0.99, 0.95, 0.9, 0.5, 0.0)  # the nearer to 1 all values are, the finer the scale; the last resort is −1


def rho_scale(values: Sequence[float]) -> Scale:
    """A scale up to 1 that begins at the nearest of a few round numbers below all values."""
    least = min((v for v in values if math.isfinite(v)), default=0.0)
    low = next((edge for edge in _RHO_BEGINS if least >= edge), -1.0)
    return Scale(low, 1.0, 1.0)


def slope_scale(values: Sequence[float]) -> Scale:
    """A logarithmic scale around 1, as far to either side, up to a factor of 10; slopes up to 0 stand at its left."""
    spans = [max(v, 1 / v) for v in values if math.isfinite(v) and v > 0]
    span = min(_MOST_SPAN, max([_LEAST_SPAN, *spans]))
    return Scale(1 / span, span, 1.0, logarithmic=True)
