"""From which size on predictions are too small, too large or of the other sign, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from groupinf.analysis.growth import Fault, Growth

SIZES = np.array([1, 2, 5, 10])


@pytest.mark.parametrize(
    ("actual", "predicted", "end"),
    [
        ([1, 2, 5, 10], [1, 2, 5, 10], (Fault.NONE, 1)),
        ([1, 2, 5, 10], [1, 1.9, 4.4, 8], (Fault.UNDER, 5)),
        ([1, 2, 5, 10], [0.5, 1.9, 4.9, 8.9], (Fault.UNDER, 10)),
        ([1, 2, 5, 10], [0.5, 2, 5, 9.1], (Fault.NONE, 2)),
        ([-1, -2, -5, -10], [-1, -2.3, -6, -12], (Fault.OVER, 2)),
        ([1, 2, 5, -10], [1, 2, 5, 10], (Fault.OPPOSITE, 10)),
        ([0, 0, 0, 0], [0, 0, 0, 0], (Fault.NONE, 1)),
        ([0, 0, 0, 0], [1, 1, 1, 1], (Fault.OVER, 1)),
    ],
)
def test_the_end_is_what_a_prediction_is_at_the_largest_size_and_from_where_on(
    actual: list[float], predicted: list[float], end: tuple[Fault, int]
) -> None:
    growth = Growth(SIZES, np.array(actual, dtype=float), {"newton": np.array(predicted, dtype=float)})
    assert growth.end("newton") == end
