"""Spearman's ρ is that of SciPy where it is defined, ties included, and no number elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from groupinf.analysis.correlations import spearman


@pytest.mark.parametrize("seed", range(5))
def test_it_is_that_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(4, size=12).astype(float), rng.normal(size=12)
    assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic, abs=1e-12)


@pytest.mark.parametrize(
    ("first", "second"), [([1.0], [2.0]), ([1.0, 1.0], [2.0, 3.0]), ([1.0, math.nan, 2.0], [3.0, 1.0, 2.0])]
)
def test_elsewhere_it_is_no_number(first: list[float], second: list[float]) -> None:
    assert math.isnan(spearman(np.array(first), np.array(second)))
