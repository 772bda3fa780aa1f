"""How predictions keep up with actual effects as groups grow, each within the next larger one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

# a prediction off by no more than this share of the actual effect is close
CLOSE = 0.1


class Fault(Enum):
    """What a prediction is beside the actual effect."""

    NONE = "close"
    UNDER = "too small"
    OVER = "too large"
    OPPOSITE = "of the other sign"


@dataclass(frozen=True)
class Growth:
    """Groups of rising ``sizes`` (m,), their ``actual`` effects on a value and those that each method predicts."""

    sizes: NDArray[np.int64]
    actual: NDArray[np.float64]
    predicted: Mapping[str, NDArray[np.float64]]

    def faults(self, method: str) -> list[Fault]:
        """At each size whether a method is close; where it is not, what it is."""
        return [_fault(a, p) for a, p in zip(self.actual.tolist(), self.predicted[method].tolist(), strict=True)]

    def end(self, method: str) -> tuple[Fault, int]:
        """What a method is at the largest size, and the least from which on it is that at every size."""
        faults = self.faults(method)
        same = next((i for i, fault in enumerate(faults[::-1]) if fault is not faults[-1]), len(faults))
        return faults[-1], int(self.sizes[len(faults) - same])


def _fault(actual: float, predicted: float) -> Fault:
    """By the ratio of both.

    >>> [_fault(-1.0, p).value for p in (-0.95, -0.8, -1.2, 0.1)], _fault(0.0, 0.0).value, _fault(0.0, 1.0).value
    (['close', 'too small', 'too large', 'of the other sign'], 'close', 'too large')
    """
    if abs(predicted - actual) <= CLOSE * abs(actual):
        return Fault.NONE
    if actual * predicted < 0.0:
        return Fault.OPPOSITE
    return Fault.UNDER if abs(predicted) < abs(actual) else Fault.OVER
