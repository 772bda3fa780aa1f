"""Which labels are flipped in a repeat, and to what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.groups.streams import builder_stream
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows

# of the random stream that draws rows and their labels
FLIP = "flip"
# what an error says of a class without a row beside a free intercept, and what to change
NO_OPTIMUM = "without which a free intercept has no unique finite optimum"
OTHER_FLIPS = "expected fewer flips, another seed, or model: {intercept: penalised}"


@dataclass(frozen=True)
class Flips:
    """The ``rows`` (m,), rising, whose labels are flipped, and all labels y (n,) as they are then."""

    rows: Rows
    y: Array


def drawn_flips(y: Array, classes: int, count: int, seed: int, repeat: int) -> Flips:
    """``count`` rows, without replacement, each with a class that is not its own.

    The stream is that of the repeat: another repeat, or an order, draws nothing from it.
    """
    rng = builder_stream(seed, FLIP, repeat)
    rows = np.sort(rng.choice(y.size, count, replace=False))
    flipped = y.copy()
    flipped[rows] = (y[rows] + rng.integers(1, classes, size=count)) % classes
    return Flips(rows, flipped)


def empty_class(y: Array, weight: Array, classes: int) -> int | None:
    """The first class that is the label of no row of a weight above 0; None where there is none."""
    counts = np.bincount(y[weight > 0.0].astype(np.int64), minlength=classes)
    return int(np.argmin(counts)) if counts.min() == 0 else None
