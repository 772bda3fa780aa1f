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
# how far below 1 a scale of ρ may begin: it is the first that holds all values, of which the lowest then stands two
# fifths of the scale or more from 1
_RHO_SPANS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def rho_scale(values: Sequence[float]) -> Scale:
    """A scale up to 1 that begins at the nearest of a few round numbers below all values; the last resort is −1."""
    least = min((v for v in values if math.isfinite(v)), default=0.0)
    low = next((1.0 - span for span in _RHO_SPANS if least >= 1.0 - span), -1.0)
    return Scale(low, 1.0, 1.0)


def slope_scale(values: Sequence[float]) -> Scale:
    """A logarithmic scale around 1, as far to either side, up to a factor of 10; slopes up to 0 stand at its left."""
    spans = [max(v, 1 / v) for v in values if math.isfinite(v) and v > 0]
    span = min(_MOST_SPAN, max([_LEAST_SPAN, *spans]))
    return Scale(1 / span, span, 1.0, logarithmic=True)
