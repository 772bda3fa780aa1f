"""How far along a step groups go, found on their scores alone: no product with X but the one for the step.

φ(t) = L(θ − tv) is convex. A step is taken where its slope has fallen to ENOUGH of what it was; else it is looked for
by secants between the ends of what brackets the minimum. Steps that were only ever cut back left groups stuck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.heavy_rows.weighted import Weighted
from groupinf.numerics.losses.loss import Array

# of the slope at t = 0: what is nearer to the minimum is worth no further trial, as the next step does more
ENOUGH = 0.5
MOST_TRIALS = 20
# shares of a bracket between which a trial lies, wherever the secant points; and how far beyond one without an end
INSIDE, FURTHER = (0.1, 0.9), 2.0


@dataclass(frozen=True)
class Line:
    """θ − tv of B groups: scores z (n, B) at t = 0, Xv (n, B), and ``constant`` + t·``linear`` (B,), the slope of all
    that is no row's loss.
    """

    rows: Weighted
    z: Array
    along: Array
    constant: Array
    linear: Array

    def at(self, t: Array, columns: NDArray[np.int64]) -> tuple[Array, Array, Array]:
        """Scores (n, b), residuals (n, b) and slope (b,) of some groups, each at its t (b,)."""
        whole = columns.size == self.z.shape[1]
        rows, z, along = self.rows, self.z, self.along
        if not whole:
            rows, z, along = rows.of(columns), z[:, columns], along[:, columns]
        moved = t * along
        np.subtract(z, moved, out=moved)
        r = rows.residuals(moved)
        return moved, r, self.constant[columns] + t * self.linear[columns] - column_dots(r, along)


@dataclass(frozen=True)
class Found:
    """t (B,), scores and residuals (n, B) there, and where the slope has fallen enough (B,)."""

    t: Array
    z: Array
    r: Array
    enough: NDArray[np.bool_]


def search(line: Line, slope: Array) -> Found:
    """From t = 1 on, with the ``slope`` (B,) at t = 0; a group whose slope there is not downhill stays where it is."""
    count, allowed = slope.size, ENOUGH * np.abs(slope)
    t = np.where(slope < 0.0, 1.0, 0.0)
    z, r, now = line.at(t, np.arange(count))
    low, high, slope_low, slope_high = np.zeros(count), np.full(count, np.inf), slope.copy(), np.zeros(count)
    for _ in range(MOST_TRIALS):
        among = np.flatnonzero((np.abs(now) > allowed) & (slope < 0.0))
        if among.size == 0:
            break
        above, below = among[now[among] > 0.0], among[now[among] <= 0.0]
        high[above], slope_high[above] = t[above], now[above]
        low[below], slope_low[below] = t[below], now[below]
        t[among] = _next(t[among], low[among], high[among], slope_low[among], slope_high[among])
        z[:, among], r[:, among], now[among] = line.at(t[among], among)
    return Found(t, z, r, (np.abs(now) <= allowed) & (slope < 0.0))


def _next(t: Array, low: Array, high: Array, slope_low: Array, slope_high: Array) -> Array:
    bounded = np.isfinite(high)
    width = np.where(bounded, high, low) - low
    rise = np.where(bounded, slope_high - slope_low, 1.0)
    return np.where(bounded, low + np.clip(-slope_low / rise, *INSIDE) * width, FURTHER * t)
