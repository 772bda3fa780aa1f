"""Rows that are images."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field

from groupinf.config.section import PositiveInt
from groupinf.datasets.row_kinds.row_kind import Array, FeatureFacts, Picture, RowKind

COLOURS = 3


def _grey_or_colour(shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) == 3 and shape[2] != COLOURS:
        raise ValueError(f"expected [height, width] or [height, width, {COLOURS}], found {list(shape)}")
    return shape


class Images(RowKind):
    """Images of a shape, (height, width) or (height, width, 3) for red, green and blue: pixel by pixel along each line,
    line below line. Those of sparse rows may end early, where no row has anything in the last pixels.
    """

    name: ClassVar = "images"

    kind: Literal["images"] = "images"
    shape: Annotated[
        tuple[PositiveInt, ...], Field(strict=False, min_length=2, max_length=3), AfterValidator(_grey_or_colour)
    ]

    @property
    def in_text(self) -> str:
        """With how many pixels they have.

        >>> Images(shape=(28, 28)).in_text, Images(shape=(32, 40, 3)).in_text
        ('images of 28 × 28 pixels', 'images of 32 × 40 pixels in colour')
        """
        return f"images of {self.shape[0]} × {self.shape[1]} pixels{' in colour' if len(self.shape) == 3 else ''}"

    @property
    def size(self) -> int:
        """How many values an image has."""
        return int(np.prod(self.shape))

    def fault(self, d: int, sparse: bool) -> str:
        """Where there are as many features as values, or fewer of sparse rows, nothing."""
        if d == self.size or (sparse and d < self.size):
            return ""
        return f"{self.in_text} have {self.size:,} values, found rows of {d:,} features"

    def drawn(self, row: Array, of: FeatureFacts, beside: Array | None, most: int) -> Picture:
        """From its least value to its largest; an image of one value is 0 throughout."""
        values = np.zeros(self.size)
        values[: row.size] = row
        low, high = float(values.min()), float(values.max())
        scaled = (values - low) / (high - low) if high > low else np.zeros(self.size)
        return Picture(scaled.reshape(self.shape))
