"""Shares of made games are those of the definitions, by all orders of the groups and by all coalitions; drawn ones are
within their intervals as often as these say.
"""

from __future__ import annotations

from itertools import permutations, product
from math import factorial

import numpy as np
import pytest

from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_values.semivalues.banzhaf import Banzhaf
from groupinf.studies.group_values.semivalues.leave_one_out import LeaveOneOut
from groupinf.studies.group_values.semivalues.registry import SEMIVALUES
from groupinf.studies.group_values.semivalues.semivalue import Semivalue, Sets, Shares, all_coalitions
from groupinf.studies.group_values.semivalues.shapley import Shapley

CASES: tuple[Semivalue, ...] = tuple(case() for case in SEMIVALUES.values())


def game(groups: int, seed: int = 0) -> dict[tuple[bool, ...], float]:
    """A number for every coalition, without any structure."""
    rng = np.random.default_rng(seed)
    return {of: float(rng.normal()) for of in product((False, True), repeat=groups)}


def of(worth: dict[tuple[bool, ...], float], sets: Sets) -> Array:
    """The worth of some coalitions, as one column."""
    return np.array([[worth[tuple(bool(b) for b in row)]] for row in sets])


def shares(case: Semivalue, worth: dict[tuple[bool, ...], float], seed: int = 0) -> Shares:
    groups = len(next(iter(worth)))
    sets = case.coalitions(groups, np.random.default_rng(seed))
    value = of(worth, sets)
    return case.shares(sets, value, np.zeros_like(value))


def added(worth: dict[tuple[bool, ...], float], before: tuple[int, ...], group: int, groups: int) -> float:
    with_it = tuple(g in before or g == group for g in range(groups))
    return worth[with_it] - worth[tuple(g in before for g in range(groups))]


@pytest.mark.parametrize("groups", [2, 3, 4, 5])
def test_shapley_values_are_means_over_all_orders(groups: int) -> None:
    worth, expected = game(groups), np.zeros(groups)
    for order in permutations(range(groups)):
        for place, group in enumerate(order):
            expected[group] += added(worth, order[:place], group, groups) / factorial(groups)
    found = shares(Shapley(), worth)
    assert np.allclose(found.value[:, 0], expected, rtol=0, atol=1e-12)
    assert not found.standard_error.any()
    assert not found.reach.any()


@pytest.mark.parametrize("groups", [2, 3, 5])
def test_banzhaf_values_are_means_over_all_coalitions_of_the_others(groups: int) -> None:
    worth, expected = game(groups), np.zeros(groups)
    for group in range(groups):
        others = [g for g in range(groups) if g != group]
        for chosen in product((False, True), repeat=groups - 1):
            before = tuple(g for g, there in zip(others, chosen, strict=True) if there)
            expected[group] += added(worth, before, group, groups) / 2 ** (groups - 1)
    assert np.allclose(shares(Banzhaf(), worth).value[:, 0], expected, rtol=0, atol=1e-12)


def test_leave_one_out_is_what_is_lost_without_a_group() -> None:
    worth, everyone = game(4), tuple(range(4))
    lost = [added(worth, tuple(g for g in everyone if g != group), group, 4) for group in everyone]
    sets = LeaveOneOut().coalitions(4, np.random.default_rng(0))
    assert len(sets) == 5
    assert shares(LeaveOneOut(), worth).value[:, 0].tolist() == lost


@pytest.mark.parametrize("case", [*CASES, Shapley(exact_up_to=0), Banzhaf(exact_up_to=0)])
def test_an_additive_game_has_its_own_terms_as_shares_without_an_error(case: Semivalue) -> None:
    terms = np.array([3.0, -1.0, 0.0, 0.5, 2.0])
    worth = {of: 7.0 + float(terms @ np.array(of)) for of in game(5)}
    found = shares(case, worth)
    assert np.allclose(found.value[:, 0], terms, rtol=0, atol=1e-12)
    assert np.allclose(found.standard_error, 0.0, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_groups_that_are_alike_have_equal_shares_and_one_that_adds_nothing_none(case: Semivalue) -> None:
    other = game(2, seed=5)
    # 0 and 1 count alike, 2 counts for itself, 3 for nothing
    worth = {of: float(of[0] + of[1]) ** 2 + other[of[2], of[0] or of[1]] for of in game(4)}
    value = shares(case, worth).value[:, 0]
    assert value[0] == pytest.approx(value[1], abs=1e-12)
    assert value[3] == 0.0
    assert value[2] != pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("groups", [2, 5, 8, 13])
@pytest.mark.parametrize("case", CASES)
def test_weights_of_coalitions_add_up_to_one_and_sum_the_game_of_a_row_with_several_owners(
    case: Semivalue, groups: int
) -> None:
    assert case.of_row(groups, 1) == pytest.approx(1.0)
    assert case.of_row(groups, 0) == 0.0
    if groups <= 5:
        for owners in range(1, groups + 1):
            worth = {of: float(any(of[:owners])) for of in game(groups)}
            value = shares(case, worth).value[:, 0]
            assert np.allclose(value[:owners], case.of_row(groups, owners), atol=1e-12)
            assert np.allclose(value[owners:], 0.0, atol=1e-12)


def curved(groups: int, seed: int) -> dict[tuple[bool, ...], float]:
    """A game as models make them: most is learnt from the first rows, and groups stand in for one another."""
    rng = np.random.default_rng(seed)
    size, pair = rng.uniform(0.2, 2.0, size=groups), rng.normal(scale=0.4, size=(groups, groups))
    return {
        of: float(5.0 * np.log1p(size @ np.array(of)) + np.array(of) @ pair @ np.array(of) + rng.normal(scale=0.1))
        for of in game(groups)
    }


@pytest.mark.parametrize("groups", [6, 7])
@pytest.mark.parametrize(
    "case", [Shapley(exact_up_to=0, permutations=160), Banzhaf(exact_up_to=0, samples=200)], ids=lambda case: case.name
)
def test_drawn_shares_are_right_in_the_mean_and_intervals_hold_as_often_as_they_say(
    case: Semivalue, groups: int
) -> None:
    worth = curved(groups, seed=groups)
    exact = shares(type(case)(), worth).value
    found = [shares(case, worth, seed) for seed in range(150)]
    covered = np.array([np.abs(one.value - exact) <= one.reach for one in found])
    assert 0.92 <= covered.mean() <= 0.975
    each = np.array([one.value for one in found])
    error, usual = each.mean(axis=0) - exact, each.std(axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(error) <= 4.0 * usual)
    told = np.sqrt(np.mean([one.standard_error**2 for one in found], axis=0))
    assert np.all((0.85 * each.std(axis=0) <= told) & (told <= 1.15 * each.std(axis=0)))


def test_rounds_have_a_smaller_error_than_as_many_orders_each_with_its_reverse() -> None:
    worth, case = curved(8, seed=1), Shapley(exact_up_to=0, permutations=160)
    exact = shares(Shapley(), worth).value[:, 0]

    def of_reverses(rng: np.random.Generator) -> Array:
        total = np.zeros(8)
        for _ in range(80):
            order = rng.permutation(8)
            for way in (order, order[::-1]):
                for place, group in enumerate(way):
                    total[group] += added(worth, tuple(way[:place]), int(group), 8) / 160
        return total

    rounds = [shares(case, worth, seed).value[:, 0] - exact for seed in range(20)]
    plain = [of_reverses(np.random.default_rng(seed)) - exact for seed in range(20)]
    assert np.mean(np.square(rounds)) < 0.5 * np.mean(np.square(plain))


@pytest.mark.parametrize("groups", [4, 10])
def test_each_group_has_each_place_once_in_a_round_of_as_many_orders(groups: int) -> None:
    case = Shapley(exact_up_to=0, permutations=20 * groups)
    assert case.rounds(groups) == (20, groups)
    sets = case.coalitions(groups, np.random.default_rng(0)).reshape(20, groups, groups + 1, groups)
    places = groups - sets.sum(axis=2)
    assert np.array_equal(np.sort(places, axis=1), np.broadcast_to(np.arange(groups)[:, None], places.shape))


@pytest.mark.parametrize("groups", [5, 9, 40])
def test_drawn_shapley_values_add_up_and_errors_of_values_are_carried_to_them(groups: int) -> None:
    case, rng = Shapley(exact_up_to=0, permutations=40), np.random.default_rng(3)
    sets = case.coalitions(groups, rng)
    value, error = np.log1p(sets.sum(axis=1, keepdims=True) + rng.normal(size=(len(sets), 1)) ** 2), np.ones((1, 1))
    whole, none = sets.all(axis=1), ~sets.any(axis=1)
    value[whole], value[none] = 5.0, -1.0
    found = case.shares(sets, value, np.broadcast_to(error, value.shape))
    assert found.value.sum() == pytest.approx(6.0, abs=1e-12)
    assert np.allclose(found.error, 2.0)


def test_coalitions_are_drawn_by_their_own_seed_alone() -> None:
    for case in (Shapley(exact_up_to=0), Banzhaf(exact_up_to=0)):
        draws = [case.coalitions(6, np.random.default_rng(seed)) for seed in (0, 0, 1)]
        assert np.array_equal(draws[0], draws[1])
        assert not np.array_equal(draws[0], draws[2])


def test_all_coalitions_are_taken_up_to_twelve_groups_or_as_the_configuration_says() -> None:
    assert [Shapley().is_exact(groups) for groups in (12, 13)] == [True, False]
    assert [Banzhaf(exact_up_to=5).is_exact(groups) for groups in (5, 6)] == [True, False]
    assert len(np.unique(all_coalitions(6), axis=0)) == 64
    assert Shapley().most_coalitions(12) == 4096
