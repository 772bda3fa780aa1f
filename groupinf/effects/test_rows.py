"""The rows of the test set that effects are measured on, and the test set as evaluations know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Objective, Rows
    from groupinf.numerics.products import Design


@dataclass(frozen=True)
class TestRows:
    """T test points: ``rows`` begins with their rows of the test set, ``labels`` (T,) is what tables call them.

    ``sums`` is the slice of the rows that each test point is the sum over, empty where each row is a test point.
    ``counts`` (rows, R) says how often each row is in each of R resamples of the rows of its sum; None where no
    resamples are asked for. ``besides`` says where in ``rows`` those stand that an evaluation, by its name, is measured
    on besides the test points.
    """

    __test__ = False  # not a pytest class

    rows: Objective
    labels: tuple[int, ...]
    sums: tuple[slice, ...] = ()
    counts: NDArray[np.uint8] | None = None
    besides: Mapping[str, slice] = field(default_factory=dict)

    @property
    def points(self) -> Objective:
        """The rows of the test points alone."""
        return self.rows.at(slice(0, self.slices[-1].stop)) if self.besides else self.rows

    @property
    def slices(self) -> tuple[slice, ...]:
        """The rows of each test point."""
        return self.sums or tuple(slice(t, t + 1) for t in range(len(self.labels)))

    def gradients(self, slopes: Array, features: Design | None = None) -> Array:
        """x_t ⊗ ∂f/∂z_t of each test point, or their sum over its rows: ``slopes`` (rows, K') -> (P, T); in parameters
        of other ``features`` of the rows where they are given.
        """
        from groupinf.numerics.objective import transposed_product
        from groupinf.numerics.products import dense

        X = self.points.X if features is None else features
        if self.sums:
            return np.column_stack([transposed_product(X[rows], slopes[rows]) for rows in self.sums])
        T = len(self.labels)
        return (dense(X[:T]).T[:, None] * slopes[:T].T).reshape(-1, T)


class RowsByColumn(Protocol):
    """The whole test set before anything is fitted, as an evaluation asks for rows of it by their columns."""

    @property
    def y(self) -> NDArray[np.float64]:
        """The labels (m,), codes of the ``classes`` or targets."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; none of regression."""

    @property
    def loss(self) -> Loss:
        """The loss that is fitted."""

    def problem(self, columns: tuple[str, ...]) -> str | None:
        """What is wrong with the names of columns; None where each is one that test rows have."""

    def sets(self, columns: tuple[str, ...]) -> Mapping[str, Rows]:
        """The rows of each value of a column, or combination of values of several, in the order of the values.

        Rows without a value are in none.
        """
