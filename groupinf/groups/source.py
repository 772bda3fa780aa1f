"""What builders draw groups from: the data, the sizes, and what the fitted model says of each training point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.errors import DataError
from groupinf.groups.sizes import Sizes, group_sizes


@dataclass(frozen=True)
class GroupSource:
    """Frozen inputs of every builder.

    The gradient of training point i at θ̂ is the outer product of [x_i, 1], or x_i unless the model ``has_intercept``,
    and ``residuals[i]`` (n, K'), which holds s_i r_i; K' is 1 in binary tasks and regression, K for softmax.
    ``influence[i, t]`` (n, T) is the influence of removing point i on the loss of ``test_points[t]``,
    a row of the test set, ALL_ROWS for the sum over all of it, or a number of ``test_set_names`` for that over a set.
    These names also hold the row keys of single rows, where the data have any.
    """

    dataset: Dataset
    sizes: Sizes | None
    residuals: NDArray[np.float64]
    influence: NDArray[np.float64]
    test_points: tuple[int, ...]
    seed: int
    test_set_names: Mapping[int, str] = field(default_factory=dict)
    has_intercept: bool = True

    def required_sizes(self) -> Sizes:
        """``sizes``. Raises DataError where the configuration has none and a builder asks for them."""
        if self.sizes is None:
            raise DataError("groups.sizes: expected {min: .., max: .., num: ..}, found nothing")
        return self.sizes

    def group_sizes(self) -> tuple[int, ...]:
        """The sizes for this dataset's n. Raises DataError where there are none or the smallest is 0."""
        return group_sizes(self.required_sizes(), self.dataset.n)
