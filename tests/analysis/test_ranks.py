"""Ranks are those of SciPy along the last axis, ties, empty lists and what is not a number included."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from groupinf.analysis.ranks import average_ranks, best_ranks


@pytest.mark.parametrize("shape", [(0,), (1,), (40,), (3, 0), (0, 3), (2, 3, 25)])
@pytest.mark.parametrize("decimals", [0, 1, 17])
def test_ranks_are_those_of_scipy(shape: tuple[int, ...], decimals: int) -> None:
    values = np.round(np.random.default_rng(1).normal(size=shape), decimals)
    np.testing.assert_array_equal(average_ranks(values), rankdata(values, axis=-1), strict=True)
    np.testing.assert_array_equal(best_ranks(values), rankdata(values, axis=-1, method="min"))


def test_where_one_is_no_number_none_has_a_rank() -> None:
    values = np.array([[2.0, np.nan, 1.0], [0.0, -0.0, -1.0]])
    np.testing.assert_array_equal(average_ranks(values), [[np.nan] * 3, [2.5, 2.5, 1.0]])
