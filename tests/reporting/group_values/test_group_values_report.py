"""Every sentence on a run of group values is computed, and another where numbers are; page and figure hold them."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from support.made_sites import config_of, made_sites

from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.group_values.figure import narrow_values_figure, values_figure
from groupinf.reporting.group_values.report import report_markdown, write_report
from groupinf.reporting.group_values.tables import MOST_SHOWN, cells, headers, left_out_line, shown, values_text
from groupinf.reporting.group_values.words import (
    MOST_MEASURES,
    answers,
    coalition_lines,
    comparison_lines,
    data_line,
    efficiency_lines,
    interval_line,
    measured,
    trust_line,
)
from groupinf.reporting.sources import load_source
from groupinf.studies.group_values.result import GroupValuesRun
from groupinf.studies.group_values.study import GROUP_VALUES
from groupinf.studies.load import load_config


def made(folder: Path, **changes: Any) -> GroupValuesRun:
    config = {**config_of(made_sites(), folder), "name": "small & <simple>", **changes}
    run: GroupValuesRun = execute_study(GROUP_VALUES, load_config(config), folder / "out", 1, False, Silent())
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> GroupValuesRun:
    return made(tmp_path_factory.mktemp("exact"), evaluations=["test_loss", "test_prediction"])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> GroupValuesRun:
    values = {"by": "shapley", "exact_up_to": 0, "permutations": 40, "ungrouped": "absent"}
    return made(tmp_path_factory.mktemp("drawn"), values=values)


@pytest.fixture(scope="module")
def banzhaf(tmp_path_factory: pytest.TempPathFactory) -> GroupValuesRun:
    return made(tmp_path_factory.mktemp("banzhaf"), values="banzhaf", model={"intercept": "none"})


def with_shares(
    run: GroupValuesRun, shares: list[float], half: float = 0.0, worth: float | None = None
) -> GroupValuesRun:
    """The run with other shares of its first measure, and its totals as they follow or as they are said to be."""
    count, value = len(shares), np.array(shares)
    values = run.values.copy()
    for name, column in (("value", value), ("low", value - half), ("high", value + half)):
        values.loc[values.index[:count], name] = column
    totals = run.totals.copy()
    total = value.sum()
    whole = total if worth is None else worth
    columns = {"shares": total, "worth": whole, "deviation": total - whole, "magnitude": np.abs(value).sum()}
    for name, number in columns.items():
        totals.loc[totals.index[0], name] = number
    return replace(run, values=values, totals=totals)


def about(run: GroupValuesRun, **changes: Any) -> GroupValuesRun:
    return replace(run, manifest=replace(run.manifest, **changes))


def test_what_was_run_is_told(run: GroupValuesRun, drawn: GroupValuesRun) -> None:
    assert data_line(run).startswith(
        "rows: n = 40, d = 3, λ/n = 0.05; Shapley values of 4 groups, exact; 8 different coalitions; with all rows "
        "mean test loss 0."
    )
    assert "by 40 orders in 20 rounds of 2; 8 different coalitions" in data_line(drawn)


def test_the_largest_and_the_least_share_are_named_with_their_part_of_the_whole(run: GroupValuesRun) -> None:
    first = answers(with_shares(run, [1.0, 6.0, 0.5, 2.5]))[0]
    assert first == (
        "Test loss, sum over all test points: south has the largest share, 6 (60.0 %) of 10, east the least, 0.5 "
        "(5.0 %); no share is negative."
    )
    second = answers(with_shares(run, [3.0, -1.0, 2.0, -2.0]))[0]
    assert "north has the largest share, 3 (150.0 %) of 2, nobody the least, −2 (−100.0 %); 2 shares are" in second
    assert "negative: each such group raises the test loss, which makes the model worse." in second
    assert (
        "all groups together are worth less than none, v(all) − v(none) = −3."
        in answers(with_shares(run, [-1.0, -2.0, 0.0, 0.0]))[0]
    )


def test_what_is_neither_good_nor_bad_is_not_called_worse(run: GroupValuesRun) -> None:
    values = run.values.copy()
    values.loc[values["evaluation"] == "test_prediction", ["value", "low", "high"]] = [[-1.0] * 3] * 4
    second = answers(replace(run, values=values))[1]
    assert "4 shares are negative: each such group lowers the test prediction" in second
    assert "worse" not in second
    assert "together" not in second


def test_intervals_that_reach_into_the_first_are_counted(drawn: GroupValuesRun) -> None:
    apart = answers(with_shares(drawn, [9.0, 1.0, 2.0, 3.0], half=0.5))[0]
    assert "the interval of the first is [8.5, 9.5], and no other reaches into it." in apart
    near = answers(with_shares(drawn, [9.0, 8.5, 8.2, 3.0], half=0.5))[0]
    assert "and those of 2 others reach into it." in near
    unsure = answers(with_shares(drawn, [9.0, -0.2, -3.0, 3.0], half=0.5))[0]
    assert "2 shares are negative, 1 with their whole interval" in unsure


def test_shares_that_do_not_add_up_are_said_to_be_wrong(run: GroupValuesRun, banzhaf: GroupValuesRun) -> None:
    assert "shares add up to v(all) − v(none) = " in efficiency_lines(run)[0]
    broken = efficiency_lines(with_shares(run, [1.0, 2.0, 3.0, 4.0], worth=9.5))[0]
    assert broken == (
        "Test loss, sum over all test points: shares add up to 10 and not to v(all) − v(none) = 9.5, as they must: "
        "they are wrong by 0.5 in all."
    )
    other = efficiency_lines(banzhaf)[0]
    assert "Banzhaf values come to " in other
    assert "need not be the same" in other


def test_rank_correlations_are_those_of_the_table(run: GroupValuesRun) -> None:
    line = comparison_lines(run)[0]
    for name, words in (("influence", "influence"), ("leave_one_out", "leave-one-out"), ("size", "size")):
        values = run.values[run.values["evaluation"] == "test_loss"]
        rho = values["value"].rank().corr(values[name].rank())
        assert f"{rho:.3f} with {words}".replace("-0", "−0") in line
    assert " (which says little of 3 groups); shares add up to " in comparison_lines(about(run, n_groups=3))[0]
    assert "says little" not in line
    nothing = run.spearman.assign(spearman=np.nan)
    assert "no rank correlation is defined" in comparison_lines(replace(run, spearman=nothing))[0]


def test_leave_one_out_is_not_put_beside_itself(tmp_path: Path, run: GroupValuesRun) -> None:
    itself = made(tmp_path, values="leave_one_out")
    [line], [of] = comparison_lines(itself), measured(itself)
    assert "leave-one-out" not in line
    assert "Leave-one-out" not in headers(itself, of)
    assert len(cells(itself, of, of.shares)[0]) == len(headers(itself, of))
    assert "Leave-one-out" in headers(run, measured(run)[0])


def test_rows_of_several_groups_and_of_none_are_told(run: GroupValuesRun, drawn: GroupValuesRun) -> None:
    said = " ".join(coalition_lines(run))
    assert "4 rows in several groups: a coalition has them if it has any of their groups." in said
    assert "4 rows of 40 in no group: every coalition has them." in said
    assert "finite optimum" not in said
    left = " ".join(coalition_lines(drawn))
    assert "4 rows of 40 in no group: no coalition has them, and v(all) is of the others alone; influence is " in left
    assert "; with all rows, those in no group too, mean test loss" in data_line(drawn)
    assert "; with all rows mean test loss" in data_line(run)
    assert "of another model" not in said + " ".join(coalition_lines(about(drawn, n_ungrouped=0)))
    assert "rows in" not in " ".join(coalition_lines(about(run, n_shared=0, n_ungrouped=0)))


def test_coalitions_without_a_model_are_counted_with_what_stands_for_it(
    run: GroupValuesRun, drawn: GroupValuesRun, banzhaf: GroupValuesRun
) -> None:
    lacking = " ".join(coalition_lines(about(run, no_optimum=3)))
    assert "3 of 8 coalitions have no row of some class, and so no finite optimum beside a free intercept" in lacking
    assert "an intercept that gives the shares of classes of all rows" in lacking
    assert "1 of 8 coalitions has no row, and so no finite optimum" in " ".join(coalition_lines(drawn))
    several = " ".join(coalition_lines(about(drawn, no_optimum=3)))
    assert "3 of 8 coalitions have no row of some class, one of them no row at all, and so" in several
    assert "the mean of all rows" in " ".join(coalition_lines(about(run, no_optimum=3, classes=())))
    assert "1 of 8 coalitions has no row: the penalty alone" in " ".join(coalition_lines(about(banzhaf, no_optimum=1)))


def test_intervals_are_explained_where_there_are_any(run: GroupValuesRun, drawn: GroupValuesRun) -> None:
    assert interval_line(run) == "Every coalition that counts was taken: shares have no standard error."
    assert interval_line(drawn) == (
        "± and intervals: 95 % by Student's t, over 40 orders in 20 rounds of 2, drawn by the seed."
    )


def test_exactness_is_that_of_the_certificates(run: GroupValuesRun) -> None:
    assert trust_line(run).startswith("7 coalitions retrained exactly, the smallest with 4 rows: largest Newton")
    worse = run.coalitions.assign(decrement=0.25)
    assert "largest Newton decrement 0.25;" in trust_line(replace(run, coalitions=worse))
    assert trust_line(replace(run, coalitions=run.coalitions.iloc[:0])) == "No coalition was retrained."


def many(run: GroupValuesRun) -> GroupValuesRun:
    """The first measure of a run with 30 groups, of sizes from 1 to 900."""
    one = run.values.iloc[[0] * 30].reset_index(drop=True)
    at = np.arange(30)
    value = 10.0 - at.astype(float)
    values = one.assign(
        group=at, group_name=[f"group {i}" for i in at], size=1 + at**2, value=value, low=value - 1, high=value + 1
    )
    return replace(about(run, evaluations=("test_loss",), n_groups=30), values=values, totals=run.totals.iloc[:1])


def test_tables_for_reading_have_the_largest_and_the_least(run: GroupValuesRun, drawn: GroupValuesRun) -> None:
    [of] = measured(many(drawn))
    rows = shown(of)
    assert len(rows) == MOST_SHOWN
    assert rows["group_name"].tolist() == [f"group {i}" for i in (*range(10), *range(20, 30))]
    assert left_out_line(of) == "The 10 largest and the 10 least shares of 30."
    first = measured(run)[0]
    assert left_out_line(first) == ""
    assert headers(run, first) == ["Group", "Rows", "Share", "Of all", "Influence", "Leave-one-out"]
    assert headers(drawn, measured(drawn)[0])[3] == "±"
    assert [row[0] for row in cells(run, first, shown(first))] == first.shares["group_name"].tolist()


def texts(figure: Figure) -> str:
    found = [text.get_text() for text in figure.texts]
    for ax in figure.axes:
        found += [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()]
        found += [label.get_text() for label in ax.get_yticklabels()]
    return "\n".join(found)


def test_the_figure_draws_every_share_with_its_interval_the_largest_first(drawn: GroupValuesRun) -> None:
    figure = values_figure(with_shares(drawn, [1.0, 6.0, -0.5, 2.5], half=0.25))
    bars, sizes = figure.axes
    assert [bar.get_width() for bar in bars.patches] == [6.0, 2.5, 1.0, -0.5]  # type: ignore[attr-defined]
    assert [label.get_text() for label in bars.get_yticklabels()] == ["south", "nobody", "north", "east"]
    assert "95 % by Student's t" in texts(figure).replace("\n", " ")
    points = np.asarray(sizes.collections[-1].get_offsets())
    assert points[:, 1].tolist() == [6.0, 2.5, 1.0, -0.5]
    assert points[:, 0].tolist() == [14.0, 2.0, 14.0, 10.0]
    assert sizes.get_xscale() == "linear"
    assert values_figure(many(drawn)).axes[1].get_xscale() == "log"
    assert len(narrow_values_figure(drawn).axes) == 2


def test_of_many_measures_the_first_are_told_and_any_whose_shares_do_not_add_up(run: GroupValuesRun) -> None:
    assert "first" not in texts(values_figure(run))
    points = tuple(range(MOST_MEASURES + 1))
    values = pd.concat([run.values.iloc[:4].assign(test_point=point) for point in points], ignore_index=True)
    totals = pd.concat([run.totals.iloc[:1].assign(test_point=point) for point in points], ignore_index=True)
    more = replace(about(run, evaluations=("test_loss",), test_points=points), values=values, totals=totals)
    figure = values_figure(more)
    assert len(figure.axes) == 2 * MOST_MEASURES
    left = f"The first {MOST_MEASURES} of {MOST_MEASURES + 1} measures are told and drawn"
    assert left in texts(figure).replace("\n", " ")
    assert len(answers(more)) == MOST_MEASURES + 1
    assert left in answers(more)[-1]
    assert len(efficiency_lines(more)) == MOST_MEASURES
    broken = totals.copy()
    broken.loc[MOST_MEASURES, "deviation"] = 1.0
    assert "as they must: they are wrong by 1 in all" in efficiency_lines(replace(more, totals=broken))[-1]


def test_report_page_and_tables_are_the_same_bytes_again_and_hold_the_sentences(run: GroupValuesRun) -> None:
    report = write_report(run)
    files = {path: path.read_bytes() for path in run.path.rglob("*") if path.parent.name in ("tables", "figures")}
    files |= {path: path.read_bytes() for path in (report, run.path / "report.html")}
    assert {path.name for path in files} >= {"values.csv", "values.md", "values.png", "values.svg", "report.html"}
    write_report(run)
    assert all(path.read_bytes() == content for path, content in files.items())
    text = report_markdown(run)
    page = html.unescape((run.path / "report.html").read_text(encoding="utf-8"))
    assert "small &amp; &lt;simple&gt;" in text
    assert page.index("<figure") < page.index("<table")
    for line in (*answers(run), *comparison_lines(run), *efficiency_lines(run), trust_line(run)):
        assert line in page
        assert line in " ".join(values_text(run, 100).split())


def test_it_is_a_figure_by_name_of_one_run(run: GroupValuesRun) -> None:
    figure = FIGURES["group-values"].draw([load_source(run.path, GROUP_VALUES)])
    assert "Shapley values of groups" in texts(figure)
