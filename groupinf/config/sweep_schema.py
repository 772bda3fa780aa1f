"""The section ``regularization.sweep``: the values of λ/n that ``groupinf sweep`` goes through."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from groupinf.config.section import PositiveFloat, PositiveInt, Section

# values nearer to each other than this share of them are the same λ, rounded in two ways
SAME = 1e-9


class SweepConfig(Section):
    """``num`` values log-spaced from ``min`` to ``max``, or ``values``; groups drawn once, or anew at each value."""

    min: PositiveFloat | None = None
    max: PositiveFloat | None = None
    num: PositiveInt | None = None
    values: Annotated[tuple[PositiveFloat, ...], Field(strict=False, min_length=1)] | None = None
    redraw: bool = False

    @model_validator(mode="after")
    def _one_grid(self) -> Self:
        spaced = {"min": self.min, "max": self.max, "num": self.num}
        given = [key for key, value in spaced.items() if value is not None]
        expected = "expected either min, max and num, or values"
        if self.values is not None and given:
            raise ValueError(f"{expected}, found values and {given[0]}")
        if self.values is None and len(given) < len(spaced):
            raise ValueError(f"{expected}, found {' and '.join(given) or 'neither'}")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"expected min <= max, found min {self.min:g} and max {self.max:g}")
        for low, high in pairwise(sorted(self._unordered())):
            if same(low, high):
                raise ValueError(f"expected every lambda_over_n once, found {high:g} twice")
        return self

    def grid(self) -> tuple[float, ...]:
        """λ/n in rising order.

        >>> SweepConfig(min=0.01, max=1.0, num=3).grid()
        (0.01, 0.1, 1.0)
        """
        return tuple(sorted(self._unordered()))

    def _unordered(self) -> tuple[float, ...]:
        if self.values is not None:
            return self.values
        assert self.min is not None
        assert self.max is not None
        assert self.num is not None
        spaced = np.geomspace(self.min, self.max, self.num)
        return tuple(float(f"{value:.15g}") for value in spaced)  # a power of ten is one


def same(a: float, b: float) -> bool:
    """Whether two positive numbers are one λ/n."""
    return abs(a - b) <= SAME * max(a, b)
