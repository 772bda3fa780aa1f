"""Sizes are the whole-number formula of the configuration, and the tail stages are those of the paper."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupinf.errors import DataError
from groupinf.groups.builders.influence_tails import tail_stages
from groupinf.groups.sizes import Sizes, group_sizes


@given(n=st.integers(1, 10**6), low=st.floats(1e-6, 1), high=st.floats(1e-6, 1), num=st.integers(1, 200))
def test_sizes_are_spaced_between_the_ends(n: int, low: float, high: float, num: int) -> None:
    low, high = sorted((low, high))
    sizes = Sizes(min=low, max=high, num=num)
    first, last = int(low * n), int(high * n)
    if first == 0:
        with pytest.raises(DataError, match=r"groups\.sizes\.min") as refused:
            group_sizes(sizes, n)
        needed = float(re.search(r"at least ([0-9.e+-]+)$", str(refused.value)).group(1))
        assert int(needed * n) == 1
        assert needed <= 1.011 / n
        return
    found = group_sizes(sizes, n)
    assert len(found) == num
    assert found[0] == first
    assert num == 1 or found[-1] == last
    # a float linspace may land just beside a whole number: allow it 1e-6 of slack before rounding down
    exact = np.linspace(first, last, num)
    assert (np.array(found) <= exact + 1e-6).all()
    assert (np.array(found) > exact - 1 - 1e-6).all()


def test_stages_of_the_paper_on_diabetes() -> None:
    stages, notes = tail_stages(Sizes(min=0.0025, max=0.25, num=100), 20_000)
    assert [(len(s.sizes), s.sizes[0], s.sizes[-1], s.window) for s in stages] == [
        (33, 50, 500, 750),
        (33, 50, 2000, 3000),
        (34, 50, 5000, 7500),
    ]
    assert notes == ()


def test_a_window_is_at_most_all_points() -> None:
    stages, _ = tail_stages(Sizes(min=0.1, max=1.0, num=9), 50)
    assert [(s.sizes[-1], s.window) for s in stages] == [(5, 7), (20, 30), (50, 50)]


def test_a_stage_that_ends_below_the_smallest_size_is_left_out_with_a_note() -> None:
    stages, notes = tail_stages(Sizes(min=0.15, max=0.25, num=10), 1000)
    assert [(len(s.sizes), s.sizes[0], s.sizes[-1]) for s in stages] == [(4, 150, 250)]
    assert [re.search(r"stage (\d) ends at (\d+)", note).groups() for note in notes] == [("1", "25"), ("2", "100")]
