"""Every sentence on single rows says what their table says, and the opposite where that is so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.single_rows import with_points

from groupinf.reporting.tables.single_rows import FEW, shown_rows_frame, single_rows_files, single_rows_listings
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.single_rows import (
    agreement_line,
    direction,
    label_line,
    largest_feature_line,
    leverage_line,
    listed_measures,
    nearness_line,
    row_name,
    single_row_lines,
    strongest_line,
    suspects_line,
    told_evaluations,
)
from groupinf.studies.group_effects.result import Run

LOSS = "test_loss"
NAN = float("nan")
N = 40


def table(**columns: object) -> pd.DataFrame:
    """Of one test point, 7, whose label is no."""
    about = {"row": np.arange(N), "evaluation": LOSS, "test_point": 7, "label": ["no", "yes"] * (N // 2)}
    numbers = {"influence": np.linspace(-1.0, 1.0, N), "newton": np.linspace(-1.0, 1.0, N), "actual": NAN}
    others = {"leverage": np.linspace(0.01, 0.4, N), "distance": np.linspace(1, 2, N), "self_newton": NAN}
    return pd.DataFrame({**about, **numbers, **others, "predicted": "no", **columns})


@pytest.fixture
def run(make_run) -> Run:
    made = with_points(make_run(), retrain=0)
    labels = pd.DataFrame({"split": "test", "row": [3, 7], "label": ["yes", "no"]})
    return replace(made, rows=labels)


def test_the_row_of_the_largest_influence_is_named_with_what_leaving_it_out_does(run: Run) -> None:
    rows = table(influence=np.r_[-3.0, np.ones(N - 1)], newton=np.r_[-2.5, np.ones(N - 1)])
    assert strongest_line(run, LOSS, rows) == [
        "Training row 0 (label no) has the largest influence: −3 on test loss of test point 7; leave-one-out by Newton "
        "−2.5."
    ]
    retrained = rows.assign(actual=np.r_[-2.6, np.full(N - 1, NAN)], key=[f"p{i}" for i in range(N)])
    assert strongest_line(run, LOSS, retrained)[0].endswith("leave-one-out by Newton −2.5 and by retraining −2.6.")
    assert "Training row 0 (p0) (label no)" in strongest_line(run, LOSS, retrained)[0]
    other = strongest_line(run, LOSS, rows.assign(influence=np.r_[np.ones(N - 1), 9.0], newton=NAN))
    assert other == ["Training row 39 (label yes) has the largest influence: 9 on test loss of test point 7."]
    of_sum = strongest_line(run, LOSS, rows.assign(test_point=-1))
    assert of_sum[0].startswith("Training row 0 (label no) has the largest influence: −3 on test loss summed over all")
    assert strongest_line(run, LOSS, rows.assign(influence=0.0)) == []


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["no"] * N, "all 10 most harmful rows and all 10 most helpful rows have the label of test point 7."),
        (["yes"] * N, "none of the 10 most harmful rows and none of the 10 most helpful rows have the label"),
        (
            ["no"] * 3 + ["yes"] * (N - 3),
            "3 of the 10 most harmful rows and none of the 10 most helpful rows have the label",
        ),
        (["yes"] * (N - 4) + ["no"] * 4, "none of the 10 most harmful rows and 4 of the 10 most helpful rows"),
    ],
)
def test_labels_of_the_strongest_rows_are_counted(run: Run, labels: list[str], words: str) -> None:
    [line] = label_line(run, LOSS, table(label=labels))
    assert line.startswith(f"Test loss: {words}")


def test_labels_are_counted_over_all_test_points_by_the_label_of_each(run: Run) -> None:
    both = pd.concat([table(label="no"), table(label="no", test_point=3)])
    [line] = label_line(run, LOSS, both)
    assert line == (
        "Test loss: 10 of the 20 most harmful rows and 10 of the 20 most helpful rows have the label of their test "
        "point (at most 10 for each)."
    )
    assert label_line(run, LOSS, table(test_point=-1)) == []  # a sum has no label
    assert label_line(run, "test_prediction", table()) == []  # nor is more of a prediction better or worse
    assert label_line(replace(run, manifest=replace(run.manifest, classes=())), LOSS, table()) == []


@pytest.mark.parametrize(("off", "agree"), [(0.0, True), (0.009, True), (0.011, False), (0.5, False)])
def test_newton_and_retraining_agree_within_a_hundredth_of_the_largest_effect(off: float, agree: bool) -> None:
    newton = np.linspace(-1.0, 1.0, N)
    actual = np.r_[newton[:5], np.full(N - 5, NAN)]
    [line] = agreement_line(LOSS, table(newton=newton + np.r_[off, np.zeros(N - 1)], actual=actual, influence=newton))
    words = "Newton and retraining agree" if agree else "Newton and retraining differ"
    assert line.startswith(
        f"Test loss: {words}: over 5 effects of rows retrained alone, leave-one-out by Newton is off"
    )
    assert line.endswith("influence by up to 0.00 %.")


def test_nothing_is_said_of_retraining_where_nothing_was_retrained_and_of_newton_where_it_is_not_known() -> None:
    assert agreement_line(LOSS, table()) == []
    [line] = agreement_line(LOSS, table(actual=2.0, influence=1.0, newton=NAN))
    assert (
        line == "Test loss: over 40 effects of rows retrained alone, influence is off by up to 50.00 % of the largest."
    )


@pytest.mark.parametrize(
    ("power", "words"),
    [(1.0, "influence underestimates rows of high leverage"), (0.0, "influence does not underestimate rows of high")],
)
def test_influence_underestimates_rows_of_high_leverage_or_not(power: float, words: str) -> None:
    rows = table(influence=1.0)
    [line] = leverage_line(LOSS, rows.assign(newton=(1.0 - rows["leverage"]) ** -power))
    assert line.startswith(f"Test loss: {words}")
    assert ("1.00 in that of the others" in line) is (power == 0.0)


def test_influence_that_is_too_small_for_all_rows_alike_does_not_underestimate_those_of_high_leverage() -> None:
    [line] = leverage_line(LOSS, table(influence=1.0, newton=2.0))
    assert "does not underestimate" in line
    assert "is 2.00 in the median" in line
    assert leverage_line(LOSS, table(leverage=NAN)) == []


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (np.arange(N, 0, -1.0), "nearer to their test point than others are: Spearman's ρ of |influence| and"),
        (np.arange(N) + 1.0, "farther from their test point than others are"),
        (np.where(np.arange(N) % 2, np.arange(N), N - np.arange(N)), "neither near nor far"),
    ],
)  # fmt: skip
def test_rows_that_matter_are_near_far_or_neither(distance: np.ndarray, words: str) -> None:
    [line] = nearness_line(LOSS, table(influence=np.arange(N) + 1.0, distance=distance))
    assert line.startswith(f"Test loss: rows that matter are {words}")
    assert nearness_line(LOSS, table(distance=NAN)) == []


def test_suspects_are_counted_by_whether_they_get_another_class(run: Run) -> None:
    wrong = replace(run, points=table(self_newton=1.0, predicted="none"))
    assert suspects_line(wrong) == [
        "All 10 rows whose own loss rises most when they are left out (by Newton) get another class than their label "
        "from the fit with them: look at these first for wrong labels."
    ]
    right = replace(run, points=table(self_newton=1.0, label="no", predicted="no"))
    assert suspects_line(right)[0].startswith("None of the 10 rows")
    assert "look at these" not in suspects_line(right)[0]
    half = replace(run, points=table(self_newton=np.arange(N), predicted="no"))
    assert suspects_line(half)[0].startswith("5 of the 10 rows")
    by_loss = replace(run, points=table(loss=1.0, predicted="none"))
    assert suspects_line(by_loss)[0].startswith("All 10 rows of largest loss get another class")
    assert suspects_line(replace(run, points=table(loss=NAN))) == []
    assert suspects_line(replace(run, points=table(self_newton=1.0).drop(columns="predicted"))) == []


def test_more_of_a_margin_is_better_and_less_of_a_loss() -> None:
    assert direction("test_loss", True) == direction("test_margin", False) == "most helpful"
    assert direction("test_loss", False) == direction("test_margin", True) == "most harmful"
    assert direction("test_prediction", True) == "that it rises most without"


def test_a_key_stands_beside_the_number_of_a_row() -> None:
    assert row_name({"row": 3, "key": None}) == row_name({"row": 3}) == "3"
    assert row_name({"row": 3, "key": "p7"}) == "3 (p7)"


def test_losses_are_told_of_before_predictions_and_predictions_only_where_there_are_no_losses(run: Run) -> None:
    assert run.points is not None
    assert listed_measures(run) == [
        ("test_loss", 7),
        ("test_loss", 3),
        ("test_prediction", 7),
        ("test_prediction", 3),
    ]
    assert told_evaluations(run) == ["test_loss"]
    alone = replace(run, points=run.points[run.points["evaluation"] == "test_prediction"])
    assert told_evaluations(alone) == ["test_prediction"]
    assert single_row_lines(alone)[0].startswith("Training row ")
    without = replace(run, points=None)
    assert (listed_measures(without), single_row_lines(without), single_rows_listings(without)) == ([], [], [])


def test_the_file_of_rows_has_those_of_the_page_in_their_order(run: Run) -> None:
    frame = shown_rows_frame(run)
    assert frame is not None
    assert run.points is not None
    assert list(frame.columns[:4]) == ["evaluation", "test_point", "without_it", "rank"]
    for (evaluation, point, way), own in frame.groupby(["evaluation", "test_point", "without_it"]):
        rows = run.points[(run.points["evaluation"] == evaluation) & (run.points["test_point"] == point)]
        best = rows.sort_values("influence", ascending=way == "falls").head(10)
        assert own["row"].tolist() == best["row"].tolist()
        assert own["rank"].tolist() == list(range(1, len(best) + 1))
    assert single_rows_files(run)["points.csv"].decode().startswith("evaluation,test_point,without_it,rank,row,label,")
    assert single_rows_files(replace(run, points=None)) == {}


def test_a_terminal_shows_the_few_strongest_rows_of_each_test_point(run: Run) -> None:
    assert run.points is not None
    helpful, harmful = single_rows_listings(run)
    assert helpful.heading == "Test loss: training rows most helpful"
    assert helpful.lines[0] == ("test point", "row", "label", "influence", "Newton")
    rows = run.points[(run.points["evaluation"] == LOSS) & (run.points["test_point"] == 7)]
    expected = rows.sort_values("influence", ascending=False)["row"].head(FEW).astype(str).tolist()
    assert [line[1] for line in helpful.lines[1 : 1 + FEW]] == expected
    assert [line[0] for line in helpful.lines[1:]] == ["7", "", "", "3", "", ""]
    assert harmful.heading == "Test loss: training rows most harmful"
    assert helpful.text in spearman_text(run, 100)


def moved(first: list[float], second: list[float], columns: list[str]) -> pd.DataFrame:
    names = [f"x{j}" for j in range(len(first))]
    total = np.add(first, second)
    return pd.DataFrame({"feature": names, "column": columns, "first": first, "second": second, "perturbation": total})


def test_the_feature_that_moves_an_influence_most_is_named_with_how_far_other_columns_are_behind() -> None:
    one = moved([0.1, 0.2, -0.5], [2.0, 1.0, 0.0], ["a", "a", "b"])
    assert largest_feature_line(7, one) == [
        "Training row 7: a unit of x0 moves its influence most, by 2.1, 4.20 times as much as any feature of another "
        "column; through the test point alone x2 does."
    ]
    other = moved([0.1, 0.2, -0.5], [0.0, 0.0, -0.1], ["a", "a", "b"])
    assert largest_feature_line(7, other) == [
        "Training row 7: a unit of x2 moves its influence most, by −0.6, 3.00 times as much as any feature of another "
        "column; through the test point alone so it does."
    ]
    alone = moved([0.1, 0.2], [0.0, 0.0], ["a", "a"])
    assert largest_feature_line(7, alone) == [
        "Training row 7: a unit of x1 moves its influence most, by 0.2; through the test point alone so it does."
    ]
    assert largest_feature_line(7, moved([0.0], [0.0], ["a"])) == []
