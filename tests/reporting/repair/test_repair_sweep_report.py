"""Sentences on a sweep of repairs are computed, and others where numbers are; tables, figure and page hold them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from groupinf.analysis.repair_sweep import Span
from groupinf.config.sweep_grid import grid_of
from groupinf.experiments.folder.manifest import SweepFailure
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.repair.sweep.figure import narrow_sweep_figure, sweep_figure
from groupinf.reporting.repair.sweep.page import page_html
from groupinf.reporting.repair.sweep.report import write_repair_sweep
from groupinf.reporting.repair.sweep.tables import cells, repair_sweep_text, sweep_csv, sweep_markdown
from groupinf.reporting.repair.sweep.words import (
    RepairSweep,
    ahead_line,
    answers,
    data_line,
    lines_over_lambda,
    shown,
    span_line,
    span_words,
    trust_lines,
)
from groupinf.reporting.repair.words import ACCURACY, FOUND
from groupinf.studies.load import load_config
from groupinf.studies.repair_labels.lambda_sweep.open import REPAIR_SWEEP
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun

CONFIG: dict[str, Any] = {
    "study": "repair_labels",
    "name": "small & <simple>",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "flip": 45,
    "repeats": 3,
    "inspect": {"max": 90, "num": 5},
    "orders": ["self_influence", "training_loss", "random"],
}
GRID = [1e-3, 1e-2, 1e-1, 1.0]
# at each λ/n of the grid, of each order
Made = dict[str, tuple[float, ...]]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> RepairSweep:
    plan = REPAIR_SWEEP.plan(load_config(CONFIG), grid_of(GRID), False)
    return REPAIR_SWEEP.execute(plan, tmp_path_factory.mktemp("swept"), 1, False, Silent())


@pytest.fixture
def made(sweep: RepairSweep) -> Callable[[Made], RepairSweep]:
    """The sweep with other shares found and accuracies, the same in every repeat."""

    def with_shares(shares: Made) -> RepairSweep:
        runs = []
        for i, run in enumerate(sweep.runs):
            share = run.repairs["order"].map({order: of[i] for order, of in shares.items()})
            runs.append(replace(run, repairs=run.repairs.assign(found_share=share, test_accuracy=share)))
        return replace(sweep, runs=tuple(runs))

    return with_shares


def summary_of(run: RepairRun, order: str, inspected: int) -> pd.Series:
    table = run.summary
    return table[(table["order"] == order) & (table["inspected"] == inspected)].iloc[0]


FLAT = (0.1, 0.1, 0.1, 0.1)


def test_what_was_run_is_told_with_what_every_run_shares(sweep: RepairSweep) -> None:
    assert data_line(sweep) == (
        "breast_cancer: n = 455, d = 30, 4 values of λ/n; 45 labels (9.9 %) flipped in each of 3 repeats; the same "
        "labels at every λ/n"
    )
    assert shown(sweep) == (22, 45, 90)


def test_the_answers_tell_where_each_order_is_at_its_best_the_best_first(
    made: Callable[[Made], RepairSweep],
) -> None:
    shares = {"self_influence": (0.2, 0.5, 0.5, 0.4), "training_loss": (0.6, 0.1, 0.2, 0.3), "random": FLAT}
    found, accuracy = answers(made(shares))
    assert found == (
        "With 45 of 455 rows inspected (9.9 %), most flipped labels are found by training loss at λ/n = 0.001 "
        "(60.0 %), by self-influence at λ/n = 0.01 and 0.1 (50.0 %) and at random at every λ/n (10.0 %)."
    )
    assert accuracy.startswith("With 90 of 455 rows inspected (19.8 %), test accuracy with what was found put right is")
    other, _ = answers(made({**shares, "self_influence": (0.7, 0.7, 0.7, 0.4)}))
    assert "are found by self-influence from λ/n = 0.001 to 0.1 (70.0 %), by training loss" in other


def test_the_order_ahead_is_told_at_each_lambda(made: Callable[[Made], RepairSweep]) -> None:
    shares = {"self_influence": (0.2, 0.5, 0.5, 0.4), "training_loss": (0.6, 0.1, 0.5, 0.3), "random": FLAT}
    assert ahead_line(made(shares), FOUND) == (
        "With 45 of 455 rows inspected (9.9 %), order against order, most flipped labels are found by training loss at "
        "λ/n = 0.001; by self-influence at λ/n = 0.01 and 1; by self-influence and by training loss alike at λ/n = 0.1."
    )
    always = made({**shares, "random": (1.0, 1.0, 1.0, 1.0)})
    best = "test accuracy with what was found put right is best at random at every λ/n."
    assert ahead_line(always, ACCURACY).endswith(best)


def test_how_much_lambda_decides_is_told_order_by_order(made: Callable[[Made], RepairSweep]) -> None:
    shares = {"self_influence": (0.2, 0.5, 0.5, 0.4), "training_loss": (0.6, 0.1, 0.2, 0.3), "random": FLAT}
    assert span_line(made(shares), FOUND) == (
        "With 45 of 455 rows inspected (9.9 %), the least and the most flipped labels found over λ/n: by "
        "self-influence from 20.0 % at λ/n = 0.001 to 50.0 % at λ/n = 0.01, more there in 3 and less in 0 of 3 "
        "repeats; by training loss from 10.0 % at λ/n = 0.01 to 60.0 % at λ/n = 0.001, more there in 3 and less in 0 "
        "of 3 repeats; at random 10.0 % at every λ/n."
    )
    level = made({"self_influence": FLAT, "training_loss": FLAT, "random": FLAT})
    assert "from" not in span_line(level, FOUND)
    mixed = Span("random", 0.2, (0.1,), 0.3, (1.0,), 2, 1, 3)
    assert span_words(mixed) == (
        "at random from 20.0 % at λ/n = 0.1 to 30.0 % at λ/n = 1, more there in 2 and less in 1 of 3 repeats"
    )


def test_sentences_of_a_sweep_are_those_of_its_tables(sweep: RepairSweep) -> None:
    found, _ = answers(sweep)
    for order in CONFIG["orders"]:
        means = [summary_of(run, order, 45)["mean_found_share"] for run in sweep.runs]
        assert f"({100 * max(means):.1f} %)" in found.split(ORDERS[order].in_text)[1].split(",")[0]
    assert len(lines_over_lambda(sweep)) == 4
    assert lines_over_lambda(replace(sweep, runs=sweep.runs[:1])) == []
    assert "at λ/n = 0.001 (" in answers(replace(sweep, runs=sweep.runs[:1]))[0]


def test_trust_is_told_of_each_run(sweep: RepairSweep) -> None:
    lines = trust_lines(sweep)
    assert [line.partition(":")[0] for line in lines] == [f"λ/n = {value:g}" for value in GRID]
    assert all("the class of no test row is open" in line for line in lines)
    first = replace(sweep.runs[0], repairs=sweep.runs[0].repairs.assign(uncertain=2))
    assert "the class of up to 2 of 114 test rows" in trust_lines(replace(sweep, runs=(first, *sweep.runs[1:])))[0]


def test_tables_hold_the_means_of_every_run(sweep: RepairSweep) -> None:
    stored = pd.read_csv(io.StringIO(sweep_csv(sweep)))
    for run in sweep.runs:
        rows = stored[stored["run"] == run.path.name].reset_index(drop=True)
        pd.testing.assert_frame_equal(rows[run.summary.columns], run.summary, check_dtype=False)
        assert set(rows["lam_over_n"]) == {run.manifest.lam_over_n}
        assert set(rows["clean_accuracy"]) == {run.manifest.test_accuracy}
    head, first, *_ = cells(sweep, ACCURACY, 45)
    assert head == ["λ/n", "Labels of the data", "Self-influence", "Training loss", "Random"]
    one = summary_of(sweep.runs[0], "random", 45)
    told = f"{100 * one['mean_test_accuracy']:.1f} % ± {100 * one['deviation_test_accuracy']:.1f} %"
    assert (first[0], first[1], first[-1]) == ("0.001", f"{100 * sweep.runs[0].manifest.test_accuracy:.1f} %", told)


def test_markdown_and_terminal_have_the_sentences_and_say_what_has_no_result(sweep: RepairSweep) -> None:
    failed = replace(sweep, manifest=replace(sweep.manifest, failures=(SweepFailure(10.0, "the fit stopped"),)))
    text, page = repair_sweep_text(failed, 100), sweep_markdown(failed, "../figures/sweep.png")
    assert all(len(line) <= 100 for line in text.splitlines())
    joined = " ".join(text.split())
    for line in (data_line(sweep), *answers(sweep), *lines_over_lambda(sweep)):
        assert line in joined
    assert "λ/n = 10 has no result: the fit stopped" in text
    assert "λ/n = 10 has no result: the fit stopped" in page
    assert "has no result" not in repair_sweep_text(sweep, 100)
    assert "# small &amp; &lt;simple&gt; over λ/n" in page
    assert all(f"(../{run.path.name}/)" in page for run in sweep.runs)


def test_the_narrow_figure_has_the_same_panels_one_below_the_other(sweep: RepairSweep) -> None:
    wide, narrow = sweep_figure(sweep), narrow_sweep_figure(sweep)
    assert len(narrow.axes) == len(wide.axes)
    for one, other in zip(wide.axes, narrow.axes, strict=True):
        for bars, same in zip(one.containers, other.containers, strict=True):
            np.testing.assert_array_equal(bars.lines[0].get_xydata(), same.lines[0].get_xydata())
    places = [ax.get_position() for ax in narrow.axes]
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(places))
    assert all(ax.get_title() and ax.get_ylabel() for ax in narrow.axes)
    # no wider than a phone at the size that its letters have
    assert narrow.get_size_inches()[0] * 96 < 400


def test_the_figure_has_a_line_of_each_order_its_deviations_and_the_clean_accuracies(sweep: RepairSweep) -> None:
    figure = sweep_figure(sweep)
    panels = np.reshape(np.array(figure.axes), (2, 3))
    assert [ax.get_title() for ax in panels[0]] == [
        f"{rows} rows inspected ({rows / 4.55:.1f} %)" for rows in shown(sweep)
    ]
    told = [("Test accuracy", "test_accuracy"), ("Share of flipped labels found", "found_share")]
    for row, (label, measure) in zip(panels, told, strict=True):
        assert row[0].get_ylabel() == label
        for ax, rows in zip(row, shown(sweep), strict=True):
            assert ax.get_xscale() == "log"
            for order, bars in zip(CONFIG["orders"], ax.containers, strict=True):
                of_runs = [summary_of(run, order, rows) for run in sweep.runs]
                means = [of[f"mean_{measure}"] for of in of_runs]
                drawn = bars.lines[0].get_xydata()
                np.testing.assert_allclose(drawn, np.column_stack([GRID, means]))
                heights = [segment[1][1] - segment[0][1] for segment in bars.lines[2][0].get_segments()]
                np.testing.assert_allclose(heights, [2 * of[f"deviation_{measure}"] for of in of_runs], atol=1e-12)
    dashed = [line for line in panels[0][0].lines if line.get_linestyle() == "--"]
    assert [list(line.get_ydata()) for line in dashed] == [[run.manifest.test_accuracy for run in sweep.runs]]
    assert not any(line.get_linestyle() == "--" for line in panels[1][0].lines)


def test_the_page_has_its_picture_before_its_tables_links_the_runs_and_escapes_what_others_wrote(
    sweep: RepairSweep, tmp_path: Path
) -> None:
    table = write_repair_sweep(replace(sweep, path=tmp_path))
    assert table == tmp_path / "tables" / "sweep.md"
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    narrow = figure_bytes(narrow_sweep_figure(sweep), "png")
    assert page == page_html(sweep, (tmp_path / "figures" / "sweep.png").read_bytes(), narrow)
    assert "small &amp; &lt;simple&gt;" in page
    assert "<simple>" not in page
    assert page.index("<img") < page.index("<table")
    assert all(f'href="{run.path.name}/report.html"' in page for run in sweep.runs)
    for line in (*answers(sweep), *lines_over_lambda(sweep), *trust_lines(sweep)):
        assert line in page


def test_one_repeat_at_one_lambda_has_no_deviations_and_a_figure_all_the_same(tmp_path: Path) -> None:
    few = CONFIG | {"repeats": 1, "inspect": {"max": 45, "num": 2}, "orders": ["training_loss", "random"]}
    plan = REPAIR_SWEEP.plan(load_config(few), grid_of([0.05]), False)
    once = REPAIR_SWEEP.execute(plan, tmp_path, 1, False, Silent())
    assert "1 value of λ/n; 45 labels (9.9 %) flipped once; " in data_line(once)
    assert shown(once) == (45,)
    assert [bars.lines[2] for ax in sweep_figure(once).axes for bars in ax.containers] == [()] * 4
    text = repair_sweep_text(once, 100)
    assert "One repeat: there is no standard deviation." in text
    assert "±" not in text
