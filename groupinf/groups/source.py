"""What builders draw groups from: the data, the sizes, and what the fitted model says of each training point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.errors import DataError
from groupinf.groups.row_orders import RowOrders
from groupinf.groups.row_steps import RowSteps
from groupinf.groups.sizes import Sizes, group_sizes


@dataclass(frozen=True)
class GroupSource:
    """Frozen inputs of every builder.

    The gradient of training point i at θ̂ is the outer product of [x_i, 1], or x_i unless the model ``has_intercept``,
    and ``residuals[i]`` (n, K'), which holds s_i r_i; K' is 1 in binary tasks and regression, K for softmax.
    ``influence[i, t]`` (n, T) is the influence of removing point i on the loss of ``test_points[t]``,
    a row of the test set, ALL_ROWS for the sum over all of it, or a number of ``test_set_names`` for that over a set.
    These names also hold the row keys of single rows, where the data have any. ``steps``, ``self_newton`` (n,), the
    rise of each row's own loss by the Newton step without it, and ``row_orders`` are there where a builder asks for
    them.
    """

    dataset: Dataset
    sizes: Sizes | None
    residuals: NDArray[np.float64]
    influence: NDArray[np.float64]
    test_points: tuple[int, ...]
    seed: int
    test_set_names: Mapping[int, str] = field(default_factory=dict)
    steps: RowSteps | None = None
    has_intercept: bool = True
    self_newton: NDArray[np.float64] | None = None
    row_orders: RowOrders | None = None

    def point_name(self, test_point: int) -> str:
        """A test point in words."""
        name = self.test_set_names.get(test_point, "")
        if test_point >= 0:
            return f"test point {test_point}" + (f" ({name})" if name else "")
        return f"test points {name}" if name else "all test points"

    def required_steps(self) -> RowSteps:
        """``steps``. Raises DataError where they were not computed."""
        if self.steps is None:
            raise DataError("groups: expected the steps of the fitted model, which a builder needs; found none")
        return self.steps

    def required_self_newton(self) -> NDArray[np.float64]:
        """``self_newton``. Raises DataError where the model tells none."""
        if self.self_newton is None:
            raise DataError(
                "groups: expected the leave-one-out loss of every row, which tells suspects; H has no factor, or "
                "that takes too long with so many parameters; random and strongest rows need none"
            )
        return self.self_newton

    def required_row_orders(self) -> RowOrders:
        """``row_orders``. Raises DataError where there are none."""
        if self.row_orders is None:
            raise DataError("groups: expected orders of rows by the fitted model, which a builder needs; found none")
        return self.row_orders

    def required_sizes(self) -> Sizes:
        """``sizes``. Raises DataError where the configuration has none and a builder asks for them."""
        if self.sizes is None:
            raise DataError("groups.sizes: expected {min: .., max: .., num: ..}, found nothing")
        return self.sizes

    def group_sizes(self) -> tuple[int, ...]:
        """The sizes for this dataset's n. Raises DataError where there are none or the smallest is 0."""
        return group_sizes(self.required_sizes(), self.dataset.n)
