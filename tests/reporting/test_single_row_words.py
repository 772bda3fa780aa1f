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
    left_out_line,
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
    others = {
        "leverage": np.linspace(0.01, 0.4, N),
        "distance": np.linspace(1, 2, N),
        "self_newton": NAN,
        "loss": 1.0,
        "score": NAN,
    }
    others["error_estimate"] = 0.0
    return pd.DataFrame({**about, **numbers, **others, "predicted": "no", **columns})


@pytest.fixture
def run(make_run) -> Run:
    made = with_points(make_run(), retrain=0)
    labels = pd.DataFrame({"split": "test", "row": [3, 7], "label": ["yes", "no"]})
    return replace(made, rows=labels, manifest=replace(made.manifest, n=N))


def asked_for(run: Run, rows: pd.DataFrame) -> Run:
    """The run that tells of these rows alone, of N."""
    return replace(run, points=rows, manifest=replace(run.manifest, n=N))


def test_of_rows_that_were_asked_for_nothing_is_said_as_of_all(run: Run) -> None:
    rows = table(self_newton=1.0, predicted="none").iloc[[3, 30]]
    some, all_rows = asked_for(run, rows), asked_for(run, table(self_newton=1.0, predicted="none"))
    assert strongest_line(some, LOSS, rows)[0].startswith(
        "Of the 2 training rows asked for, of 40, row 3 (label yes) has the largest influence: −0.846 on test loss"
    )
    assert label_line(some, LOSS, rows) == [
        "Test loss: no harmful row (of one) and the one helpful row have the label of test point 7, of the 2 training "
        "rows asked for, of 40."
    ]
    assert suspects_line(some) == [
        "All 2 rows asked for get another class than their label from the fit with them: look at these first for wrong "
        "labels."
    ]
    headings = [listing.heading for listing in single_rows_listings(some)]
    assert headings == [
        f"Test loss: training rows most {way}, of the 2 training rows asked for, of 40"
        for way in ("helpful", "harmful")
    ]
    assert not any("asked for" in line for line in single_row_lines(all_rows))
    many = asked_for(run, table(self_newton=1.0, predicted="none").iloc[:20])
    assert suspects_line(many)[0].startswith(
        "All 10 rows whose own loss rises most when they are left out (by Newton), of the 20 training rows asked for, "
        "of 40, get another"
    )
    one = asked_for(run, table(self_newton=1.0).iloc[[3]])
    assert label_line(one, LOSS, table().iloc[[3]])[0].startswith("Test loss: no harmful row (of one) has the label")
    assert suspects_line(one) == [
        "The one row asked for gets another class than its label from the fit with it: look at it first for wrong "
        "labels."
    ]


def test_test_points_and_rows_without_influence_are_counted_and_in_no_sentence(run: Run) -> None:
    unseen = table(test_point=3, influence=1e-18, newton=0.0)
    both = pd.concat([table(), unseen], ignore_index=True)
    assert left_out_line(LOSS, table()) == []
    assert left_out_line(LOSS, both) == [
        "Test loss: on test point 3 no row has an influence above rounding: left out of what is said and listed of "
        "rows."
    ]
    few = pd.concat([table(influence=np.r_[np.full(30, 1e-20), np.ones(10)]), unseen], ignore_index=True)
    assert left_out_line(LOSS, few) == [
        "Test loss: on test point 3 no row has an influence above rounding; 30 of 40 influences on the other test "
        "points are not above rounding, or 1·10⁻⁹ of the largest of their test point: left out of what is said and "
        "listed of rows."
    ]
    told = asked_for(run, both)
    assert label_line(told, LOSS, both) == label_line(told, LOSS, table())
    assert leverage_line(LOSS, both) == leverage_line(LOSS, table())
    assert nearness_line(LOSS, both) == nearness_line(LOSS, table())
    assert strongest_line(told, LOSS, unseen) == []
    many = pd.concat([unseen.assign(test_point=point) for point in range(5)], ignore_index=True)
    assert left_out_line(LOSS, many)[0].startswith(
        "Test loss: on test point 0, test point 1, test point 2 and 2 more no row has an influence above rounding: "
    )


def test_effects_that_are_not_above_their_error_say_nothing_of_predictions() -> None:
    small = table(actual=np.r_[2.6e-5, -1e-6, np.full(N - 2, NAN)], error_estimate=1.5e-4)
    assert agreement_line(LOSS, small) == [
        "Test loss: over 2 effects of rows retrained alone, nothing is said of predictions: the largest, 2.6·10⁻⁵, is "
        "not above the error that it may have, 1.5·10⁻⁴."
    ]


def test_how_many_effects_newton_was_compared_on_is_said_where_it_is_not_known_of_all() -> None:
    actual = np.r_[-2.0, -1.0, np.full(N - 2, NAN)]
    [line] = agreement_line(LOSS, table(actual=actual, newton=np.r_[NAN, -1.0, np.ones(N - 2)], influence=-1.0))
    assert line == (
        "Test loss: Newton and retraining agree where Newton is known: over 2 effects of rows retrained alone, "
        "leave-one-out by Newton, known of 1 of them, is off by up to 0.00 % of the largest, influence by up to "
        "50.00 % of it."
    )
    [vast] = agreement_line(LOSS, table(actual=actual, newton=actual, influence=5_000.0))
    assert vast.endswith("influence by up to 2,501 times it.")
    [tiny] = agreement_line(LOSS, table(actual=actual, newton=actual + 1e-9, influence=actual))
    assert "leave-one-out by Newton is off by less than 0.01 % of the largest" in tiny


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
    assert line.endswith("influence by up to 0.00 % of it.")


def test_nothing_is_said_of_retraining_where_nothing_was_retrained_and_of_newton_where_it_is_not_known() -> None:
    assert agreement_line(LOSS, table()) == []
    [line] = agreement_line(LOSS, table(actual=2.0, influence=1.0, newton=NAN))
    assert (
        line
        == "Test loss: over 40 effects of rows retrained alone, influence is off by up to 50.00 % of the largest; of "
        "none is Newton known."
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
        "Training row 7: of features, each moved by a unit of its own, x0 moves its influence most, by 2.1, 4.20 times "
        "as much as any feature of another column; through the residual alone, it is x2."
    ]
    other = moved([0.1, 0.2, -0.5], [0.0, 0.0, -0.1], ["a", "a", "b"])
    assert largest_feature_line(7, other) == [
        "Training row 7: of features, each moved by a unit of its own, x2 moves its influence most, by −0.6, 3.00 "
        "times as much as any feature of another column; through the residual alone, it is this one too."
    ]
    alone = moved([0.1, 0.2], [0.0, 0.0], ["a", "a"])
    assert largest_feature_line(7, alone) == [
        "Training row 7: of features, each moved by a unit of its own, x1 moves its influence most, by 0.2; through "
        "the residual alone, it is this one too."
    ]
    assert largest_feature_line(7, moved([0.0], [0.0], ["a"])) == []
