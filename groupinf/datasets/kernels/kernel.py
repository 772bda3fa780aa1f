"""What a kernel is: a section of the configuration that makes inner products of features out of rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groupinf.config.section import Section

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Features


Array = NDArray[np.float64]


class Kernel(Section, ABC):
    """One kernel with its options, which are its fields; a case has, besides, a field ``name``: its name."""

    @abstractmethod
    def at(self, X: Features) -> Kernel:
        """The same with every option that depends on the rows X (m, d) as a number."""

    @abstractmethod
    def values(self, A: Features, B: Features) -> Array:
        """k(a_i, b_j): (p, d) and (q, d) -> (p, q)."""

    @property
    @abstractmethod
    def in_text(self) -> str:
        """What sentences call it, options included."""


def inner_products(A: Features, B: Features) -> Array:
    """a_iᵀb_j, dense."""
    products = A @ B.T
    return products if isinstance(products, np.ndarray) else np.asarray(products.toarray())


def squared_distances(A: Features, B: Features) -> Array:
    """‖a_i − b_j‖², at least 0."""
    distances = inner_products(A, B)
    distances *= -2.0
    distances += _squares(A)[:, None]
    distances += _squares(B)
    return np.maximum(distances, 0.0, out=distances)


def _squares(X: Features) -> Array:
    squares = X**2 if isinstance(X, np.ndarray) else X.power(2)
    return np.asarray(squares.sum(axis=1), dtype=np.float64).ravel()
