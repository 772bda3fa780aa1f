"""Which effects are large: rises, falls, or both; what an interval proves of that."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.registry import Registry


class Side(ABC):
    """How large effects are, by the ``name`` of the side."""

    name: ClassVar[str]

    @abstractmethod
    def least(self, low: Array, high: Array) -> Array:
        """How large an effect between ``low`` and ``high`` is at least: the same shape."""

    @abstractmethod
    def most(self, low: Array, high: Array) -> Array:
        """How large it is at most."""


class Rise(Side):
    """The effect itself."""

    name: ClassVar = "rise"

    def least(self, low: Array, high: Array) -> Array:
        """The lower end."""
        return low

    def most(self, low: Array, high: Array) -> Array:
        """The upper end."""
        return high


class Fall(Side):
    """Minus the effect."""

    name: ClassVar = "fall"

    def least(self, low: Array, high: Array) -> Array:
        """Minus the upper end."""
        return -high

    def most(self, low: Array, high: Array) -> Array:
        """Minus the lower end."""
        return -low


class Both(Side):
    """The size of the effect."""

    name: ClassVar = "both"

    def least(self, low: Array, high: Array) -> Array:
        """How far the interval is from 0."""
        return np.maximum(np.maximum(low, -high), 0.0)

    def most(self, low: Array, high: Array) -> Array:
        """How far its other end is."""
        return np.maximum(-low, high)


SIDES: Registry[Side] = Registry("side", (Rise(), Fall(), Both()))
