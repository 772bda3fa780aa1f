"""The engine takes own factors where P is small, small systems where P is large, else iteration or plain passes."""

from __future__ import annotations

import numpy as np
import pytest
from support.problems import make_objective

from groupinf.numerics import factor as factors
from groupinf.numerics.engine import Pair, Shape, cheapest, choose_engine, possible_ways, retraining_work
from groupinf.numerics.fit import fit

EVERYTHING: list[Pair] = [
    ("own_factors", "reduced"),
    ("own_factors", "shared"),
    ("sample_space", "reduced"),
    ("sample_space", "shared"),
    ("iterative", "shared"),
    ("passes", "diagonal"),
]
SOFTMAX: list[Pair] = [pair for pair in EVERYTHING if pair[0] != "sample_space"]

# rows, parameters per output, outputs, stored entries, sparse, rows of a mean group
DIABETES = Shape(20_000, 128, 1, 20_000 * 128, False, 2_500)
CDR = Shape(24_000, 331, 1, 24_000 * 12, True, 900)
DOGFISH = Shape(1_800, 2_049, 1, 1_800 * 2_049, False, 200)
ENRON = Shape(4_137, 3_296, 1, 145_846, True, 450)
MNIST = Shape(55_000, 785, 10, 55_000 * 785, False, 5_000)


@pytest.mark.parametrize(
    ("shape", "ways", "iterations", "expected"),
    [
        (DIABETES, EVERYTHING, np.inf, ("own_factors", "reduced")),
        (CDR, EVERYTHING, np.inf, ("iterative", "shared")),
        (ENRON, EVERYTHING, 32.0, ("passes", "diagonal")),
        (MNIST, SOFTMAX, np.inf, ("iterative", "shared")),
    ],
)
def test_shapes_of_the_papers_data(shape: Shape, ways: list[Pair], iterations: float, expected: Pair) -> None:
    assert cheapest(shape, ways, iterations) == expected


def test_wide_dense_data_use_systems_of_the_groups_size() -> None:
    assert cheapest(DOGFISH, EVERYTHING, np.inf)[0] == "sample_space"


def test_more_iterations_with_a_diagonal_cost_more_and_leave_the_others_alone() -> None:
    for pair in EVERYTHING:
        few, many = (retraining_work(ENRON, pair, passes) for passes in (10.0, 100.0))
        assert (many > few) == (pair[1] == "diagonal")


def test_without_a_factor_nothing_shares_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "DENSE_BYTES", 0)
    assert possible_ways(fit(make_objective(3, lam=5.0))) == [("passes", "diagonal")]


def test_softmax_has_no_sample_space() -> None:
    assert all(way != "sample_space" for way, _ in possible_ways(fit(make_objective(3))))
    assert any(way == "sample_space" for way, _ in possible_ways(fit(make_objective(2))))


def test_the_choice_is_the_same_again() -> None:
    fitted = fit(make_objective(2, as_sparse=True, n=80))
    first, second = choose_engine(fitted, 5.0), choose_engine(fitted, 5.0)
    assert (first.way, first.preconditioner) == (second.way, second.preconditioner)
    np.testing.assert_array_equal(first.diagonal.diagonal, second.diagonal.diagonal)
