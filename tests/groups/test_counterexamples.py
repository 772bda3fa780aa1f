"""Single rows, pairs and copies are those that brute force finds, and are refused where there are none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import sparse
from support.problems import make_objective

from groupinf.datasets.rows.origins import RowOrigins
from groupinf.effects.row_steps import row_step_products
from groupinf.errors import DataError
from groupinf.groups.builders import pairs as pairs_module
from groupinf.groups.builders.copies import Copies, identical_rows
from groupinf.groups.builders.pairs import Pairs, pair_cosines
from groupinf.groups.builders.single_rows import SingleRows
from groupinf.groups.row_steps import RowSteps
from groupinf.groups.source import GroupSource
from groupinf.numerics.change import RowChange, removed_curvatures, removing, row_change
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.objective import gradients, hessian


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.mark.parametrize("given", [{}, {"rows": "all"}])
def test_every_row_is_a_group_of_its_own(make_source, given: dict[str, Any]) -> None:
    groups = SingleRows(**given).build(make_source(sizes=None), rng()).groups
    assert [group.indices.tolist() for group in groups] == [[i] for i in range(200)]
    assert (groups[17].kind, groups[17].made_from, groups[17].test_point) == ("single_row", "row 17", -1)
    assert groups[17].indices.dtype == np.int64


def test_random_rows_are_distinct_and_any_row_is_drawn(make_source) -> None:
    drawn = [SingleRows(random=50).build(make_source(), np.random.default_rng(s)).groups for s in range(60)]
    rows = [[int(group.indices[0]) for group in groups] for groups in drawn]
    assert all(one == sorted(set(one)) and len(one) == 50 for one in rows)
    times = np.bincount(np.concatenate(rows), minlength=200)
    assert 3 <= times.min() <= times.max() <= 29  # 15 ± 3.4


def test_the_strongest_rows_of_each_test_point_are_those_of_largest_influence(make_source) -> None:
    source = make_source()
    source.influence[11] = [7.0, -8.0]  # the strongest of both
    source.influence[12] = [-6.0, 0.0]
    built = SingleRows(strongest=3).build(source, rng())
    by_hand = [sorted(range(200), key=lambda i: -abs(source.influence[i, t]))[:3] for t in range(2)]
    expected = list(dict.fromkeys([*by_hand[0], *by_hand[1]]))
    assert [int(group.indices[0]) for group in built.groups] == expected
    assert len(expected) == 5
    assert [group.test_point for group in built.groups] == [3, 3, 3, -1, -1]
    words = "row 11, among the 3 of largest |influence| on test point 3 and all test points"
    assert (built.groups[0].made_from, built.groups[0].kind) == (words, "strongest_row")
    assert built.notes == (
        "single_rows: the 3 strongest of 2 test points are 5 rows: 1 time one was among those of another",
    )


def test_listed_rows_are_groups_in_that_order(make_source) -> None:
    groups = SingleRows(rows=[17, 4]).build(make_source(), rng()).groups
    assert [group.indices.tolist() for group in groups] == [[17], [4]]
    assert SingleRows(rows=[17, 4]).most_groups(make_source().dataset, 0, 0) == 2
    with pytest.raises(DataError, match="expected training rows 0 to 199, found 200"):
        SingleRows(rows=[3, 200]).build(make_source(), rng())


def test_suspects_are_the_rows_whose_own_loss_rises_most_without_them(make_source) -> None:
    rises = np.linspace(0.0, 1.0, 200)
    rises[[5, 60]], rises[7] = [3.0, 3.0], np.nan
    built = SingleRows(suspects=3).build(replace(make_source(), self_newton=rises), rng())
    assert [int(group.indices[0]) for group in built.groups] == [5, 60, 199]
    first = built.groups[0]
    assert (first.kind, first.test_point) == ("suspect_row", -1)
    assert first.made_from == "row 5, among the 3 whose own loss rises most without them"
    with pytest.raises(DataError, match="expected the leave-one-out loss of every row"):
        SingleRows(suspects=3).build(make_source(), rng())
    pooled = replace(make_source(), dataset=replace(make_source().dataset, of_pool=True))
    with pytest.raises(DataError, match="expected rows that are fitted, found rows of the pool"):
        SingleRows(suspects=3).build(pooled, rng())


def test_nothing_is_noted_where_no_row_is_chosen_twice(make_source) -> None:
    source = make_source()
    source.influence[:] = 0.0
    source.influence[[1, 2], [0, 1]] = 1.0
    built = SingleRows(strongest=1).build(source, rng())
    assert [group.indices.tolist() for group in built.groups] == [[1], [2]]
    assert built.notes == ()


def test_single_rows_have_their_keys(make_source) -> None:
    source = make_source(n=3)
    keys = np.array(list("abcdefg"), dtype=object)
    origins = RowOrigins(np.array(["a.csv"] * 7, dtype=object), np.arange(2, 9), "id", keys)
    named = replace(source, dataset=replace(source.dataset, origins=origins))
    assert SingleRows(rows="all").build(named, rng()).groups[1].made_from == "row 1 (b)"


@pytest.mark.parametrize(
    ("given", "found"),
    [({"rows": "all", "random": 2}, "found rows and random"), ({"random": 0}, "greater than or")],
)
def test_single_rows_are_chosen_in_one_way(given: dict[str, Any], found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        SingleRows(**given)


@pytest.mark.parametrize("key", ["random", "strongest"])
def test_no_more_rows_than_there_are(make_source, key: str) -> None:
    source = make_source()
    problem = SingleRows(**{key: 201}).check(source.dataset)
    assert problem == (key, "expected at most n = 200, the number of training points, found 201")
    assert SingleRows(**{key: 200}).check(source.dataset) is None
    with pytest.raises(DataError, match="at most n = 200"):
        SingleRows(**{key: 201}).build(source, rng())


def test_what_is_said_before_is_at_least_what_is_made(make_source) -> None:
    source = make_source()
    for builder in (SingleRows(rows="all"), SingleRows(random=7), SingleRows(strongest=150)):
        assert len(builder.build(source, rng()).groups) <= builder.most_groups(source.dataset, 0, 2) <= 200


def steps_of(fitted: Fitted, change: RowChange) -> RowSteps:
    kernel, gram = row_step_products(fitted, slice(None))
    return RowSteps(change.residuals, removed_curvatures(fitted, change), kernel, gram)


def with_steps(source: GroupSource, classes: int, change: str = "remove") -> tuple[GroupSource, Fitted, RowChange]:
    fitted = fit(make_objective(classes, n=source.dataset.n, weighted=True, lam=0.05))
    made = removing(fitted)
    if change == "reweight":
        made = row_change(fitted, 2.0, fitted.objective.sample_weight)
    if change == "relabel":
        y = fitted.objective.y
        made = row_change(fitted, 1.0, fitted.objective.sample_weight, (y + 1) % classes if classes else y + 0.5)
    return replace(source, steps=steps_of(fitted, made)), fitted, made


def cosine_by_hand(fitted: Fitted, change: RowChange, pair: tuple[int, int]) -> float:
    """Of the steps from the gradient and the Hessian of the changed objective, each summed from its definition."""
    o = fitted.objective
    weight, y = o.sample_weight.copy(), o.y.copy()
    weight[list(pair)] = change.times * change.own[list(pair)]
    if change.label is not None:
        y[list(pair)] = change.label[list(pair)]
    changed = replace(o, sample_weight=weight, y=y)
    g = (gradients(o, fitted.theta[:, None]) - gradients(changed, fitted.theta[:, None]))[:, 0]
    influence, newton = (np.linalg.pinv(hessian(of, fitted.theta)) @ g for of in (o, changed))
    return float(influence @ newton / np.linalg.norm(influence) / np.linalg.norm(newton))


@pytest.mark.parametrize("change", ["remove", "reweight", "relabel"])
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_the_angle_of_a_pair_is_that_of_its_two_steps(make_source, classes: int, change: str) -> None:
    source, fitted, made = with_steps(make_source(n=24), classes, change)
    assert source.steps is not None
    cosines = np.concatenate(list(pair_cosines(source.steps)))
    pairs = list(zip(*np.triu_indices(24, 1), strict=True))
    expected = [cosine_by_hand(fitted, made, (int(i), int(j))) for i, j in pairs]
    # a level of three intercepts that no data tell is 0 in the pseudo-inverse and in both steps
    np.testing.assert_allclose(cosines, expected, atol=1e-9)
    assert min(expected) < 0.999 or change == "relabel"


def test_the_pairs_that_are_kept_have_the_largest_angles_of_all(make_source) -> None:
    source, fitted, made = with_steps(make_source(n=20), 2)
    groups = Pairs(keep=15).build(source, rng()).groups
    every = {(i, j): cosine_by_hand(fitted, made, (i, j)) for i in range(20) for j in range(i + 1, 20)}
    expected = sorted(every, key=lambda pair: every[pair])[:15]
    assert [tuple(group.indices) for group in groups] == expected
    i, j = expected[0]
    angle = np.degrees(np.arccos(every[i, j]))
    assert groups[0].made_from == f"rows {i} and {j}, {angle:.1f}° between influence and Newton step"
    assert {group.kind for group in groups} == {"pairs"}


def test_rows_whose_change_moves_nothing_have_no_angle() -> None:
    steps = RowSteps(np.array([[0.0], [0.0], [1.0]]), np.zeros((3, 1, 1)), np.eye(3), np.eye(3))
    assert np.concatenate(list(pair_cosines(steps))).tolist() == [1.0, 1.0, 1.0]


def test_pairs_are_bounded_and_no_more_than_there_are(make_source, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_source(n=20).dataset
    assert Pairs(keep=190).check(dataset) is None
    assert Pairs(keep=191).check(dataset) == ("keep", "expected at most 190, the pairs of 20 rows, found 191")
    monkeypatch.setattr(pairs_module, "MOST_SCORES", 40)
    assert Pairs(keep=1).check(make_source(n=40).dataset) is None
    problem = Pairs(keep=1).check(make_source(n=41).dataset)
    assert problem is not None
    assert problem.message == ("pairs: expected at most 40 training rows, as it goes through all pairs; found 41")
    three = replace(make_source(n=20).dataset, classes=("a", "b", "c"))
    problem = Pairs(keep=1).check(three)
    assert problem is not None
    assert "at most 13 training rows of 3 classes" in problem.message


def test_pairs_need_the_steps_of_the_model(make_source) -> None:
    assert Pairs.needs_steps
    with pytest.raises(DataError, match="expected the steps of the fitted model"):
        Pairs(keep=1).build(make_source(n=20), rng())


def ortho(as_sparse: bool = False, **changes: Any) -> Any:
    """Two axes, of each some copies of one row of class 0 and some of one of class 1 (Koh et al. 2019, Figure 3)."""
    points = [((0.075, 0.0), 0, 4), ((0.15, 0.0), 1, 2), ((0.0, 1.0), 0, 3), ((0.0, 0.1), 1, 1)]
    X = np.array([x for x, _, times in points for _ in range(times)])
    X[X == 0.0] *= -1.0  # a negative zero is a zero
    X[0] = np.abs(X[0])
    y = np.array([label for _, label, times in points for _ in range(times)], dtype=np.int64)
    return {"X_train": sparse.csr_array(X) if as_sparse else X, "y_train": y, **changes}


def copied(make_source, **arrays: Any) -> GroupSource:
    source = make_source(n=10)
    weight = arrays.pop("sample_weight_train", np.ones(10))
    return replace(source, dataset=replace(source.dataset, sample_weight_train=weight, **arrays))


@pytest.mark.parametrize("as_sparse", [False, True])
def test_copies_are_all_numbers_of_the_rows_of_each_set(make_source, as_sparse: bool) -> None:
    source = copied(make_source, **ortho(as_sparse))
    built = Copies().build(source, rng())
    assert [group.indices.tolist() for group in built.groups] == [
        *([0], [0, 1], [0, 1, 2], [0, 1, 2, 3]),
        *([4], [4, 5]),
        *([6], [6, 7], [6, 7, 8]),
    ]
    assert built.groups[2].made_from == "3 of 4 copies of row 0"
    assert built.notes == ("copies: 3 sets of identical training rows, of 2 to 4",)
    left = Copies(leave=1).build(source, rng()).groups
    assert [group.indices.size for group in left] == [1, 2, 3, 1, 1, 2]
    for leave in (0, 1, 3):
        builder = Copies(leave=leave)
        assert builder.most_groups(source.dataset, 0, 2) == len(builder.build(source, rng()).groups)


def test_rows_of_other_labels_or_weights_are_no_copies(make_source) -> None:
    arrays = ortho()
    arrays["y_train"][1] = 1
    weight = np.ones(10)
    weight[5] = 2.0
    found = identical_rows(copied(make_source, **arrays, sample_weight_train=weight).dataset)
    assert [rows.tolist() for rows in found] == [[0, 2, 3], [6, 7, 8]]


def test_a_set_that_is_a_whole_class_is_told(make_source) -> None:
    arrays = ortho()
    arrays["y_train"][:] = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    dataset = copied(make_source, **arrays).dataset
    assert Copies().notes(dataset)[1] == "copies: 1 set is all rows of a class"
    assert len(Copies(leave=1).notes(dataset)) == 1


def test_copies_are_refused_where_there_are_none(make_source) -> None:
    source = make_source(n=10)
    problem = Copies().check(source.dataset)
    assert problem == ("builder", "copies: expected identical training rows, found none in made")
    with pytest.raises(DataError, match="found none in made"):
        Copies().build(source, rng())
    most = copied(make_source, **ortho()).dataset
    assert Copies(leave=4).check(most) == ("leave", "expected less than 4, the most copies that a row has, found 4")
    assert Copies(leave=3).check(most) is None


def test_copies_of_a_label_and_the_largest_of_each_set(make_source) -> None:
    source = copied(make_source, **ortho())
    of_0 = Copies(label="no", leave=1).build(source, rng())
    assert [group.indices.tolist() for group in of_0.groups] == [[0], [0, 1], [0, 1, 2], [6], [6, 7]]
    assert of_0.notes == ("copies: 2 sets of identical training rows, of 3 to 4",)
    largest = Copies(only="largest", leave=1).build(source, rng()).groups
    assert [group.indices.tolist() for group in largest] == [[0, 1, 2], [4], [6, 7]]
    assert largest[0].made_from == "3 of 4 copies of row 0"
    both = Copies(only="largest", label="no", leave=2)
    assert [group.indices.tolist() for group in both.build(source, rng()).groups] == [[0, 1], [6]]
    none_of_small = Copies(only="largest", leave=3)  # a set of which nothing is left makes no group
    assert [group.indices.tolist() for group in none_of_small.build(source, rng()).groups] == [[0]]
    for builder in (both, none_of_small, Copies(label="no")):
        assert builder.most_groups(source.dataset, 0, 2) == len(builder.build(source, rng()).groups)


def test_a_label_of_a_regression_is_a_target(make_source) -> None:
    arrays = ortho()
    arrays["y_train"] = np.array([0.5] * 4 + [2.0] * 2 + [0.5] * 4)
    source = copied(make_source, **arrays, task="regression", classes=())
    groups = Copies(label="2", only="largest").build(source, rng()).groups
    assert [group.indices.tolist() for group in groups] == [[4, 5]]


def test_labels_that_copies_do_not_have_are_refused(make_source) -> None:
    dataset = copied(make_source, **ortho()).dataset
    problem = Copies(label="7").check(dataset)
    assert problem == ("label", "expected a label of training rows, one of 'no', 'yes'; found '7'")
    other = ortho()
    other["y_train"][4] = 0  # the one point of class 1 with copies has them no longer
    problem = Copies(label="yes").check(copied(make_source, **other).dataset)
    assert problem == ("builder", "copies: expected identical training rows of label 'yes', found none in made")
    with pytest.raises(ValidationError, match="largest"):
        Copies(**{"only": "smallest"})
