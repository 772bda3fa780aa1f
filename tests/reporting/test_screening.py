"""What is said of a run whose groups were not all retrained holds of its intervals, and is said nowhere else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from support.runs import unreported
from support.screened import top_run
from support.undrawn import leave_pictures_out

from groupinf.analysis.screening import Standing, by_measure, standing
from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.reporting.drawing.screening import MOST_PANELS, screening_figure
from groupinf.reporting.html.page import page_html
from groupinf.reporting.report import write_report
from groupinf.reporting.tables.comparison import comparison_text
from groupinf.reporting.tables.groups import groups_frame
from groupinf.reporting.tables.ranking import order_lines
from groupinf.reporting.tables.screening import screening_listings, unlisted_lines
from groupinf.reporting.tables.sweep_screening import sweep_listings
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.entries import entries_of, named_runs
from groupinf.reporting.words.evaluation_answers import evaluation_answers
from groupinf.reporting.words.explained import explained
from groupinf.reporting.words.formats import ends
from groupinf.reporting.words.screening import (
    chosen_lines,
    known_lines,
    left_aside_lines,
    levels_line,
    predicted_line,
    proven_lines,
    screening_lines,
    selected_lines,
    shown_lines,
    standings,
    unretrained_lines,
)
from groupinf.reporting.words.summary import data_line
from groupinf.reporting.words.verdict import verdict
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.retrain.section import TopGroups
from groupinf.wording import number

STUDY: dict[str, Any] = {
    "name": "screened",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 0.05},
    "test_points": {"random": 2},
    "evaluations": ["test_loss", "self_loss", "test_error"],
    "methods": ["influence", "newton"],
    "groups": {"sizes": {"min": 0.01, "max": 0.1, "num": 6}, "builders": ["random", "influence_tails"]},
}
FEW = TopGroups(top=3, by="self_loss", side="rise")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported(STUDY, tmp_path_factory.mktemp("all"))


@pytest.fixture(scope="module")
def none(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported({**STUDY, "retrain": "none"}, tmp_path_factory.mktemp("none"))


@pytest.fixture(scope="module")
def top(whole: Run, none: Run) -> Run:
    """The three largest rises of self-loss, with all groups whose intervals reach as far retrained."""
    return top_run(whole, none, FEW, reaching(whole, none))


def reaching(whole: Run, none: Run, most: int = 3) -> list[int]:
    assert none.intervals is not None
    actual = whole.ranking("self_loss")["actual"].iloc[most - 1]
    rows = none.intervals[none.intervals["evaluation"] == "self_loss"]
    return sorted(rows.loc[rows["high"] >= actual, "group"])


def only(found: list[Standing], evaluation: str, side: str) -> Standing:
    return next(one for one in found if (one.evaluation, one.side) == (evaluation, side))


def made(low: list[float], high: list[float], most: int = 1, **said: Any) -> Standing:
    names = [f"g{i}" for i in range(len(low))]
    rows = {"group_name": names, "evaluation": "self_loss", "test_point": -1, "level": "newton", "low": low}
    rows |= {"kind": "random", "size": 4}
    value = [(a + b) / 2 if np.isfinite(a + b) else 1.0 for a, b in zip(low, high, strict=True)]
    found = standing(pd.DataFrame({**rows, "high": high, "prediction": value}), said.get("side", "rise"), most)
    assert found is not None
    return found


def test_the_facts_say_how_many_were_retrained(whole: Run, none: Run, top: Run) -> None:
    count = len(top.retrains)
    assert 3 <= count < 30
    assert data_line(whole).endswith("30 groups")
    assert data_line(none).endswith("30 groups, none of them retrained")
    assert data_line(top).endswith(f"30 groups, {count} of them retrained")


def test_levels_are_counted(none: Run, top: Run) -> None:
    count = len(top.retrains)
    assert levels_line(none).endswith("proven intervals of the actual ones rest on Newton for 30 groups.")
    assert levels_line(none).startswith("Nothing was retrained")
    share = f"{100 * count / 30:.2f} %"
    told = f"{count} of 30 groups ({share}) were retrained; proven intervals left the others aside, {30 - count} by"
    assert levels_line(top).startswith(told)
    every = replace(top, manifest=replace(top.manifest, levels={"retrained": 30}))
    assert levels_line(every) == "All of 30 groups were retrained: no proven interval leaves one aside."
    both = replace(top, manifest=replace(top.manifest, levels={"influence": 18, "newton": 11, "retrained": 1}))
    assert "18 by those of influence and 11 by those of Newton" in levels_line(both)
    assert "1 of 30 groups (3.33 %) was retrained" in levels_line(both)


def test_a_proven_ranking_is_said_to_be_proven_and_another_is_not(whole: Run, none: Run, top: Run) -> None:
    [found] = standings(top)
    assert found.first["group"].tolist() == whole.ranking("self_loss", top=3)["group"].tolist()
    assert proven_lines(top, [found]) == [
        "Proven: the groups with the 3 largest effects on self-loss are those listed; their order is proven too."
    ]
    fewer = top_run(whole, none, FEW, found.first["group"].tolist())
    [line] = proven_lines(fewer, standings(fewer))
    others = len(top.retrains) - 3
    assert line.startswith("Not proven: which groups have the 3 largest effects on self-loss; the interval")
    assert f"of {others:,} other groups" in line or others == 1


@pytest.mark.parametrize(
    ("low", "high", "most", "line"),
    [
        ([3, 1, 0], [4, 2, 0.5], 2, "are those listed; their order is proven too."),
        ([3, 2.9, 0], [4, 3.5, 0.5], 2, "are those listed; of their order nothing is proven."),
        ([5, 2, 1.9], [6, 4, 3], 3, "are those listed; their order is proven up to place 1."),
        ([3, 0, 0], [4, 2, 0.5], 1, "with the largest effect on self-loss are those listed; no other has as large a"),
        ([3, 0, 0], [4, 3.1, 0.5], 1, "the interval of another group reaches as far as one of those listed (g1)."),
        ([3, 0, 0, 0, 0, 0], [4] * 6, 1, "of 5 other groups reach as far as one of those listed (g1, g2, g3 and 2 mo"),
    ],
)
def test_what_is_not_proven_is_not_said_to_be(
    top: Run, low: list[float], high: list[float], most: int, line: str
) -> None:
    assert line in proven_lines(top, [made(low, high, most)])[0]


def test_over_several_values_those_that_are_proven_are_counted(top: Run) -> None:
    both, apart, neither = made([3, 0], [4, 1]), made([3, 2.9, 0], [4, 3.5, 1], 2), made([3, 0], [4, 9])
    lines = proven_lines(top, [both, apart, neither])
    which = "which groups go farthest"
    assert lines[0] == f"Proven on 2 of 3 test points: {which}; on 1 of them their order is proven too."
    assert len(lines) == 2
    assert lines[1].startswith("Not proven: which groups have the largest effect on self-loss;")
    assert "on each of 2 test points" in proven_lines(top, [both, both])[0]
    assert "; on all of them their order" in proven_lines(top, [both, both])[0]
    assert "; on none of them their order" in proven_lines(top, [apart, apart])[0]
    assert proven_lines(top, [neither] * 5)[-1] == "Not proven on 2 more."


def test_largest_effects_are_named_by_their_side(top: Run) -> None:
    sides = {side: made([3, 0], [4, 1], side=side) for side in ("rise", "fall", "both")}
    said = {side: screening_listings(top, [one])[0].heading for side, one in sides.items()}
    assert said["rise"] == "Groups with the largest effect on self-loss"
    assert said["both"] == "Groups with the largest effect on self-loss, of either sign"
    assert said["fall"].startswith("Groups with the lowest effect on self-loss")
    assert said["fall"].endswith("self-loss")
    assert screening_listings(top, [made([3, 0], [4, 9])])[0].heading.endswith("self-loss: found, not proven")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ([3, 0], [4, 1], "the actual effect is proven to lie within [3, 4], and no other group's to go as far."),
        ([3, 0], [4, 5], "the actual effect is proven to lie within [3, 4], but not to go farthest."),
        ([3, 0], [np.inf, 1], "the actual effect is proven to lie above 3, and no other group's to go as far."),
        ([-np.inf, 0], [4, 1], "the actual effect is proven to lie below 4, but not to go farthest."),
        ([-np.inf, 0], [np.inf, 1], "; nothing is proven of that."),
    ],
)
def test_of_a_prediction_is_said_what_is_proven(none: Run, low: list[float], high: list[float], said: str) -> None:
    line = predicted_line(none, made(low, high))
    assert line.startswith("Self-loss rises most by removing group g0, as Newton predicts: by ")
    assert line.endswith(said)


def test_the_largest_predicted_effects_are_those_of_the_intervals(none: Run) -> None:
    assert none.intervals is not None
    rows = none.intervals[none.intervals["evaluation"] == "self_loss"].sort_values("prediction", ascending=False)
    rises = only(standings(none), "self_loss", "rise")
    assert rises.first["group"].tolist() == rows["group"].head(10).tolist()
    falls = [one for one in standings(none) if (one.evaluation, one.side) == ("self_loss", "fall")]
    assert not falls  # the loss of rows that are left out rises
    assert all((one.first["prediction"] < 0).all() for one in standings(none) if one.side == "fall")


def test_intervals_are_counted_by_evaluation(none: Run) -> None:
    rows = pd.DataFrame(
        {
            "evaluation": "self_loss",
            "low": [1.0, -np.inf, -1.0],
            "high": [2.0, -1.0, 3.0],
            "prediction": [1.0, -2.0, 2.0],
        }
    )
    wide = "in the median 1.5 times as wide as the prediction is large"
    assert known_lines(rows) == [
        f"Self-loss: proven intervals with two ends for 2 of 3 effects, {wide}, one end for 1 more; of 2 the sign is "
        "proven."
    ]
    assert known_lines(rows.iloc[2:]) == [
        "Self-loss: proven intervals with two ends for all 1 effect, in the median 2 times as wide as the prediction "
        "is large; the sign of none is proven."
    ]
    assert known_lines(rows.iloc[:1].assign(low=-np.inf, high=np.inf)) == ["Self-loss: nothing is proven of 1 effect."]


def test_agreement_is_said_to_be_that_of_the_retrained(whole: Run, none: Run, top: Run) -> None:
    count = len(top.retrains)
    assert chosen_lines(named_runs([whole])) == shown_lines(named_runs([whole])) == left_aside_lines([whole]) == []
    assert unretrained_lines([whole, top]) == []
    [line] = chosen_lines(named_runs([top]))
    assert line.startswith(f"Agreement is that of {count} retrained groups alone, ")
    assert line.endswith(f"of the {30 - count} others.")
    assert shown_lines(named_runs([top])) == [f"Shown are the groups that were retrained, {count} of 30."]
    every = replace(top, manifest=replace(top.manifest, levels={"retrained": 30}))
    assert chosen_lines(named_runs([every])) == []
    assert unretrained_lines([none]) == [
        "Nothing was retrained: no agreement of predictions with actual effects is known."
    ]
    assert unretrained_lines([whole, none])[0].startswith(f"Nothing was retrained in {none.path.name}:")
    assert left_aside_lines([whole, top])[0].startswith("Agreement in ")


def test_the_verdict_names_what_was_not_compared(whole: Run, none: Run, top: Run) -> None:
    assert "nothing was retrained" not in verdict([whole])
    assert verdict([none]).startswith("With care: nothing was retrained, so that no prediction is compared")
    assert f"Actual effects of {len(top.retrains)} groups are exact" in verdict([top])
    assert verdict([whole, none]).startswith(verdict([whole]))
    assert "In 1 other run nothing was retrained" in verdict([whole, none])


def test_a_ranking_without_actual_effects_is_by_the_prediction_of_its_intervals_with_proven_ends(
    none: Run, whole: Run
) -> None:
    table = none.ranking("self_loss")
    assert list(table)[-2:] == ["low", "high"]
    assert (table["newton"].diff().dropna() <= 0).all()
    assert table["newton"].between(table["low"], table["high"]).all()
    assert (none.ranking("self_loss", method="influence")["influence"].diff().dropna() <= 0).all()
    others = replace(none, manifest=replace(none.manifest, levels={"two_step_newton": 30}))
    assert others.default_method("self_loss") == "influence"
    assert none.intervals is not None
    own = none.intervals[none.intervals["evaluation"] == "self_loss"].set_index("group")
    assert table["high"].tolist() == own["high"].loc[table["group"]].tolist()
    assert none.default_method("test_error") == "newton"  # which influence does not predict
    assert "low" not in whole.ranking("self_loss")
    with pytest.raises(DataError, match="expected a method that predicts effects there, one of influence, newton;"):
        none.ranking(method="actual")


def test_ranks_are_said_to_be_those_of_the_retrained_or_of_a_prediction(whole: Run, none: Run, top: Run) -> None:
    assert order_lines(whole, "actual") == []
    assert order_lines(top, "actual") == [
        f"Ranks are among the {len(top.retrains)} groups, of 30, that were retrained."
    ]
    assert order_lines(none, "newton")[0].startswith(
        "Nothing was retrained: the order is that of Newton, a prediction;"
    )
    every = replace(top, manifest=replace(top.manifest, levels={"retrained": 30}))
    assert order_lines(every, "actual") == []


def test_rank_shows_predictions_where_nothing_was_retrained(none: Run) -> None:
    done = CliRunner().invoke(main, ["rank", str(none.path), "--top", "2", "--by", "self_loss"])
    assert done.exit_code == 0, done.output
    assert "Self-loss rises most by removing a group, as Newton predicts" in done.output
    assert "actual effect, proven" in done.output
    assert "Nothing was retrained: the order is that of Newton" in done.output


def test_the_table_of_groups_has_all_of_them_with_proven_ends(none: Run, top: Run) -> None:
    frame = groups_frame(none)
    assert len(frame) == 30
    assert "self_loss.influence.rank" in frame
    assert not [name for name in frame if "actual" in name]
    assert frame["self_loss.proven.low"].notna().all()
    of_top = groups_frame(top)
    assert int(of_top["self_loss.actual"].notna().sum()) == len(top.retrains) < len(of_top) == 30
    assert of_top["self_loss.proven.low"].notna().all()


@pytest.mark.parametrize("which", ["none", "top"])
def test_reports_are_written_and_true(
    request: pytest.FixtureRequest, which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: Run = replace(request.getfixturevalue(which), path=tmp_path)
    report = write_report(run).read_text(encoding="utf-8")
    assert (tmp_path / "figures" / "largest_effects.png").stat().st_size > 5_000
    assert "## Largest effects, and what of them is proven" in report
    assert (tmp_path / "tables" / "spearman.csv").exists() == run.has_actual
    assert ("## Figures" in report) == run.has_actual
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Which groups have the largest effects, and what of that is proven?" in page
    assert ("How good are the predictions?" in page) == run.has_actual
    assert ("Every group: predicted against actual effect" in page) == run.has_actual
    text = spearman_text(run, 100)
    assert levels_line(run).split(";")[0].split(":")[0] in " ".join(text.split())
    assert ("Slope (actual ÷ predicted)" in text) == run.has_actual


def test_pages_of_several_runs_tell_which_retrained(
    whole: Run, none: Run, top: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_pictures_out(monkeypatch)
    page = page_html([whole, none, top], "several", plotly=False)
    assert f"<h3>{none.path.name}</h3>" in page
    assert "Nothing was retrained in" in comparison_text([whole, none, top], 100)
    alone = page_html([none, replace(none, path=none.path.with_name("other"))], "two", plotly=False)
    assert "How well does the prediction rank the groups?" not in alone


def test_the_picture_has_a_panel_for_each_evaluation_first(none: Run, top: Run) -> None:
    found = standings(none)
    panels = by_measure(found, MOST_PANELS)
    assert len(panels) <= MOST_PANELS
    assert {own[0].evaluation for own in panels} == {one.evaluation for one in found}
    figure = screening_figure(top, standings(top))
    [ax] = figure.axes
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert len(names) > 3  # those that come next stand below
    assert len(screening_figure(none, found).axes) == len(panels)


def test_the_test_point_is_told_of_on_which_the_largest_effects_are(none: Run) -> None:
    """Of several; what is not listed or not drawn is said to be left out."""
    assert none.intervals is not None
    last = none.intervals[none.intervals["evaluation"] == "test_loss"]
    other = last["test_point"].unique()[-1]
    raised = none.intervals.assign(
        **{
            name: none.intervals[name].where(none.intervals["test_point"] != other, 100 * none.intervals[name])
            for name in ("prediction", "low", "high")
        }
    )
    loud = replace(none, intervals=raised)
    found = standings(loud)
    told = [line for line in screening_lines(loud, found) if line.startswith("Test loss of")]
    assert all(line.startswith(f"Test loss of test point {other} ") for line in told)
    assert all("the farthest of 2 test points; the actual effect is proven to lie " in line for line in told)
    assert all(line.endswith(" there.") for line in told)
    assert len(told) == 2
    assert all(f"test point {other}" in one.heading for one in screening_listings(loud, found, 1))
    measures = len({(one.evaluation, one.test_point) for one in found})
    [line] = unlisted_lines(loud, found, 1)
    assert line == (
        f"Listed are the groups of test loss of test point {other}; intervals.parquet has those of {measures - 1} "
        "more measures."
    )
    assert unlisted_lines(loud, found, 2)[0].startswith("Listed are the groups of 2 measures;")
    assert unlisted_lines(loud, found, measures) == []
    assert " ".join(line.split()) in " ".join(spearman_text(loud, 100).split())


def test_a_picture_says_how_many_measures_it_leaves_out(top: Run) -> None:
    """And draws those of the largest effects."""
    found = [replace(made([3, i], [4, i + 1]), test_point=i) for i in range(MOST_PANELS)]
    assert not any("Not drawn" in text.get_text() for text in screening_figure(top, found).texts)
    far = [*found, replace(made([30, 0], [40, 1]), test_point=99)]
    assert [own[0].test_point for own in by_measure(far, MOST_PANELS)] == [0, 1, 2, 3, 4, 99]
    assert any("Not drawn: 1 more measure" in text.get_text() for text in screening_figure(top, far).texts)


def test_a_sweep_without_retraining_tells_the_largest_predicted_effect_of_each_run(none: Run, whole: Run) -> None:
    """And what is proven of it; a run with actual effects has none of that."""
    assert none.intervals is not None
    larger = none.intervals.assign(**{name: 1000 * none.intervals[name] for name in ("prediction", "low", "high")})
    other = replace(none, intervals=larger, manifest=replace(none.manifest, lam_over_n=7.0))
    found = sweep_listings([none, other, whole])
    assert [listing.heading.partition(":")[0] for listing in found] == ["Test loss", "Self-loss", "Test error"]
    for listing, name in zip(found, ["test_loss", "self_loss"], strict=False):
        rows = none.intervals[none.intervals["evaluation"] == name]
        largest = rows.loc[rows["prediction"].abs().idxmax()]
        every, rows = len(rows), rows[np.isfinite(rows["high"] - rows["low"])]
        wide = ((rows["high"] - rows["low"]) / rows["prediction"].abs()).median()
        for line, lam, times in zip(listing.lines[1:], ("0.05", "7"), (1, 1000), strict=True):
            assert line[:2] == (lam, largest["group_name"])
            assert line[3] == number(times * largest["prediction"])
            assert line[5] == ends(times * largest["low"], times * largest["high"])
            assert line[6:] == (f"{len(rows)} of {every}", number(wide))
    assert sweep_listings([whole]) == []


def test_correlations_among_chosen_groups_are_not_told_in_sentences(
    whole: Run, top: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_pictures_out(monkeypatch)
    for run, chosen in ((natural(whole), False), (natural(top), True)):
        [entry] = entries_of([run])
        page = page_html([run], "natural", plotly=False)
        assert explained(entry)
        assert all((line in page) != chosen for line in explained(entry))
        assert ("Correlations are those among the retrained groups alone" in page) == chosen
        assert (selected_lines(entry) != []) == chosen


def test_figures_of_agreement_say_what_they_need(none: Run, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["figure", "figure-1", str(none.path), "-o", str(tmp_path / "f.png")])
    assert done.exit_code == 2
    assert "found influence, newton alone: a run with retrain: all has both" in done.output
    assert f"effects of {none.path.name}: expected method" in " ".join(done.output.split())
    assert not (tmp_path / "f.png").exists()


def test_a_forecast_retrains_nothing_where_nothing_is_to_be(tmp_path: Path) -> None:
    """At most, of the largest effects, all groups: how many cannot be told before."""
    config = tmp_path / "study.yaml"
    config.write_text(yaml.safe_dump(STUDY), encoding="utf-8")
    for retrain, told in (("none", 0), ("{top: 3}", 30), ("all", 30)):
        done = CliRunner().invoke(main, ["validate", str(config), "--set", f"retrain={retrain}"])
        assert done.exit_code == 0, done.output
        assert re.search(rf"retrains +at most {told}\n", done.output), done.output


def natural(run: Run) -> Run:
    """The same run, of groups of the user's own."""
    intervals = None if run.intervals is None else run.intervals.assign(kind="file")
    groups, effects = (table.assign(kind="file") for table in (run.groups, run.effects))
    return replace(run, groups=groups, effects=effects, intervals=intervals)


def test_no_group_is_said_to_matter_most_where_others_were_not_retrained(
    whole: Run, top: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is not ranked with proof one that was left aside may matter more."""
    leave_pictures_out(monkeypatch)
    for run, told in ((natural(whole), True), (natural(top), False)):
        assert any("matters most" in line for line in evaluation_answers(entries_of([run]))) == told
        page = page_html([run], "natural", plotly=False)
        assert ("Which groups matter most?" in page) == told
        assert ("Shown are the groups that were retrained" in page) != told


def test_an_evaluation_of_chosen_groups_says_that_they_were_chosen(top: Run) -> None:
    """It has no intervals of its own, and its groups are those all the same."""
    evaluated = replace(top, intervals=None)
    assert chosen_lines(named_runs([evaluated])) == chosen_lines(named_runs([top])) != []
    assert order_lines(evaluated, "actual") == order_lines(top, "actual") != []
    assert not any("matters most" in line for line in evaluation_answers(entries_of([natural(evaluated)])))
