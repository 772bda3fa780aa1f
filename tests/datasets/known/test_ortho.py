"""Effects of copies in ``ortho`` and ``ortho_12`` are those of other code; the Newton step is that of Proposition 4."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr
from support.plain_newton import PlainModel

from groupinf.datasets.known import ortho, ortho_12
from groupinf.groups.builders.copies import identical_rows

NOWHERE = Path("/nowhere")


def model_of(module) -> tuple[PlainModel, list[NDArray[np.int64]], NDArray[np.float64]]:
    """The model at λ = 0.12, the rows of each point, and the test point."""
    data = module.load(NOWHERE, 0)
    assert isinstance(data.X_train, np.ndarray)
    return PlainModel(data.X_train, data.y_train, 0.12), identical_rows(data), data.X_test[0]


def effects(of: PlainModel, groups: list[NDArray[np.int64]], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Influence, Newton and actual effects (3, G)."""
    return np.array([[step(rows) @ x for rows in groups] for step in (of.influence, of.newton, of.actual)])


def rhos(table: NDArray[np.float64]) -> list[float]:
    return [float(spearmanr(table[i], table[j])[0]) for i, j in ((0, 1), (0, 2), (1, 2))]


def test_the_points_are_those_that_are_stated() -> None:
    data = ortho.load(NOWHERE, 0)
    points = [tuple(data.X_train[rows[0]]) for rows in identical_rows(data)]
    assert points == [(0.075, 0.0), (0.15, 0.0), (0.0, 1.0), (0.0, 0.1)]
    assert [rows.size for rows in identical_rows(data)] == [40, 20, 40, 20]
    assert [int(data.y_train[rows[0]]) for rows in identical_rows(data)] == [0, 1, 0, 1]
    assert data.X_test.tolist() == [[1.0, 1.0]]


def test_effects_of_ortho_at_the_most_copies() -> None:
    of, sets, x = model_of(ortho)
    assert of.theta == pytest.approx([0.0, -3.214], abs=5e-4)
    found = effects(of, [rows[:-1] for rows in sets], x).T
    stated = [(5.065, 6.253, 6.477), (-4.935, -7.835, -7.930), (0.911, 7.318, 4.495), (-0.666, -0.685, -1.024)]
    for one, other in zip(found, stated, strict=True):
        assert one == pytest.approx(other, abs=5.1e-4)
    by_hand = 39 * 0.075 / 2 / (0.12 + (40 * 0.075**2 + 20 * 0.15**2) / 4)  # of the first axis, whose θ̂ is 0
    assert found[0, 0] == pytest.approx(by_hand, rel=1e-12)


def test_influence_of_ortho_is_a_ratio_too_small_that_differs_between_points() -> None:
    of, sets, x = model_of(ortho)
    groups = [rows[:size] for rows in sets for size in range(1, rows.size)]
    table = effects(of, groups, x)
    assert len(groups) == 116
    assert rhos(table)[:2] == pytest.approx([0.972, 0.991], abs=5e-4)
    ratio = (table[2] / table[0])[[38, 96]]  # of 39 copies of the first and of the third point
    assert ratio == pytest.approx([1.3, 4.9], abs=0.05)
    assert (table[1] / table[0]).max() == pytest.approx(8.0, abs=0.05)


def test_influence_of_ortho_12_orders_groups_the_other_way_round() -> None:
    of, sets, x = model_of(ortho_12)
    assert of.y.size == 305
    first = [rows for rows in sets if of.y[rows[0]] == 0]
    table = effects(of, [rows[:-1] for rows in first], x)
    assert rhos(table) == pytest.approx([-1.0, -1.0, 1.0], abs=1e-12)
    assert (np.diff(table[0]) > 0).all()
    assert table[:, [0, -1]].ravel() == pytest.approx([1.02, 2.00, 4.29, 2.11, 3.98, 2.11], abs=0.005)
    every = effects(of, [rows[:size] for rows in first for size in range(1, rows.size)], x)
    assert every.shape[1] == 68
    assert rhos(every)[:2] == pytest.approx([0.87, 0.91], abs=0.005)


@pytest.mark.parametrize("module", [ortho, ortho_12])
def test_newton_is_influence_times_the_factor_of_proposition_4(module) -> None:
    of, sets, x = model_of(module)
    for rows in sets:
        k, point = rows.size - 1, of.X[rows[0]]
        factor = 1 / (1 - k * of.a[rows[0]] * point @ np.linalg.solve(of.H, point))
        assert of.newton(rows[:-1]) @ x == pytest.approx(factor * (of.influence(rows[:-1]) @ x), rel=1e-14)


@pytest.mark.parametrize("module", [ortho, ortho_12])
def test_no_seed_changes_them(module) -> None:
    one, other = module.load(NOWHERE, 0), module.load(NOWHERE, 1)
    np.testing.assert_array_equal(one.X_train, other.X_train)
    assert one.sources == other.sources
