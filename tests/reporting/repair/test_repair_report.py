"""Every sentence on a run that repairs labels is computed, and another where numbers are; page and figure hold them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import groupinf
from groupinf.analysis.repair import Lead
from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.repair.curves import narrow_repair_figure, repair_figure
from groupinf.reporting.repair.pairs import (
    ahead_words,
    lead_lines,
    lead_words,
    pair_cells,
    pair_headers,
    pairs_line,
)
from groupinf.reporting.repair.report import report_markdown, write_report
from groupinf.reporting.repair.tables import cells, repair_csv, repair_text, shown
from groupinf.reporting.repair.words import (
    ACCURACY,
    FOUND,
    answers,
    data_line,
    deviation_line,
    order_lines,
    trust_line,
)
from groupinf.reporting.sources import load_source
from groupinf.studies.load import load_config
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.studies.repair_labels.study import REPAIR_LABELS

CONFIG: dict[str, Any] = {
    "study": "repair_labels",
    "name": "small & <simple>",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "flip": 45,
    "repeats": 4,
    "inspect": {"max": 90, "num": 5},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RepairRun:
    out = tmp_path_factory.mktemp("repairs")
    made: RepairRun = execute_study(REPAIR_LABELS, load_config(CONFIG), out, 1, False, Silent())
    return made


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> RepairRun:
    out, few = tmp_path_factory.mktemp("once"), {"repeats": 1, "orders": ["training_loss", "random"]}
    made: RepairRun = execute_study(REPAIR_LABELS, load_config(CONFIG | few), out, 1, False, Silent())
    return made


def test_what_was_run_is_told_with_accuracies_before_and_after_flipping(run: RepairRun, once: RepairRun) -> None:
    flipped = run.repeats["flipped_accuracy"]
    mean, deviation = f"{100 * flipped.mean():.1f} %", f"{100 * flipped.std(ddof=1):.1f} %"
    assert data_line(run) == (
        "breast_cancer: n = 455, d = 30, λ/n = 0.01; 45 labels (9.9 %) flipped in each of 4 repeats; test accuracy "
        f"98.2 % with the labels of the data, {mean} ± {deviation} with the flipped ones"
    )
    assert "flipped once; " in data_line(once)
    assert "±" not in data_line(once)


def test_the_answers_rank_the_orders_by_their_means(run: RepairRun) -> None:
    found, accuracy = answers(run)
    table = run.summary[run.summary["inspected"] == 45].set_index("order")["mean_found_share"].sort_values()
    assert found.startswith("With 45 of 455 rows inspected (9.9 %), of the flipped labels were found: ")
    told = [found.index(ORDERS[order].in_text) for order in table.index[::-1]]
    assert told == sorted(told)
    assert f"{100 * table['random']:.1f} % at random" in found
    assert accuracy.startswith("With 90 of 455 rows inspected (19.8 %), test accuracy with what was found put right: ")
    turned = run.summary.assign(mean_found_share=1 - run.summary["mean_found_share"])
    other, _ = answers(replace(run, summary=turned))
    assert other.index("at random") < other.index("by training loss")


SHARES = (0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("ahead", "behind", "expected"),
    [
        (SHARES, (), "Self-influence at every share"),
        ((0.2, 0.3), (), "Self-influence from 20.0 % to 30.0 %"),
        ((), (0.1,), "Random at 10.0 %"),
        ((0.1,), (0.3,), "Self-influence at 10.0 %; Random at 30.0 %"),
        ((0.1, 0.3), (), "Self-influence at 2 of 3 shares, between 10.0 % and 30.0 %"),
        ((), (), "neither"),
    ],
)
def test_a_lead_is_told_where_it_is(ahead: tuple[float, ...], behind: tuple[float, ...], expected: str) -> None:
    lead = Lead("self_influence", "random", SHARES, ahead, behind, 30, 9, 40)
    assert ahead_words(lead) == expected
    assert set(ahead_words(lead.turned()).split("; ")) == set(expected.split("; "))
    assert (lead.ties, lead.turned().ties) == (1, 1)


def test_what_an_order_is_ahead_of_and_behind_is_listed() -> None:
    def lead(first: str, second: str, ahead: tuple[float, ...], behind: tuple[float, ...]) -> Lead:
        return Lead(first, second, SHARES, ahead, behind, 1, 1, 2)

    pairs = [
        lead("self_influence", "training_loss", (0.1,), (0.3,)),
        lead("random", "self_influence", (), SHARES),
        lead("self_influence", "leverage", (), ()),
        lead("training_loss", "random", SHARES, ()),
    ]
    start = "by more than the two standard deviations together"
    assert lead_words("self_influence", pairs) == (
        f"{start} Self-influence is somewhere ahead of Training loss and Random, somewhere behind Training loss, "
        "nowhere apart from Leverage"
    )
    assert lead_words("leverage", pairs) == f"{start} Leverage is nowhere apart from Self-influence"


def test_of_one_repeat_only_areas_are_compared(once: RepairRun) -> None:
    lines = lead_lines(once)
    assert len(lines) == 2
    assert not any("deviation" in line for line in (*lines, pairs_line(once)))
    larger = once.repeats["found_area_training_loss"][0] > once.repeats["found_area_random"][0]
    assert pair_headers(once) == ["Orders", "Areas"]
    assert pair_cells(once, FOUND) == [["Training loss / Random", f"{int(larger)} / {int(not larger)}"]]
    assert deviation_line(once) == "One repeat: there is no standard deviation."


def test_leads_of_a_run_are_those_of_its_tables(run: RepairRun) -> None:
    _, found = lead_lines(run)
    means = {order: f"{100 * run.repeats[f'found_area_{order}'].mean():.1f} %" for order in run.manifest.orders}
    assert found.startswith("Share of flipped labels found, mean of the curve: ")
    assert f"{means['random']} at random; " in found
    assert f"{means['self_influence']} by self-influence" in found
    best = max(run.manifest.orders, key=lambda order: run.repeats[f"found_area_{order}"].mean())
    assert f"together {ORDERS[best].label} is somewhere ahead of " in found
    pairs = pair_cells(run, FOUND)
    assert len(pairs) == 6
    assert ["Self-influence / Random", "Self-influence at every share", "4 / 0"] in pairs
    level = replace(run, summary=run.summary.assign(deviation_found_share=1.0))
    assert {cells[1] for cells in pair_cells(level, FOUND)} == {"neither"}
    assert f"{ORDERS[best].label} is nowhere apart from " in lead_lines(level)[1]
    equal = run.repeats.assign(found_area_random=run.repeats["found_area_self_influence"])
    assert pair_cells(replace(run, repeats=equal), FOUND)[1][2] == "0 / 0, 4 equal"
    assert "in how many of 4 repeats" in pairs_line(run)
    assert deviation_line(run) == "Error bars and ±: the standard deviation over 4 repeats."


def test_of_one_order_none_is_ahead(run: RepairRun, tmp_path: Path) -> None:
    alone = replace(run, manifest=replace(run.manifest, orders=("random",)))
    assert lead_lines(alone) == []


def test_fewer_rows_than_flips_cannot_find_them_all(run: RepairRun) -> None:
    """Where no number of inspected rows is that of the flips, the nearest may be smaller."""
    assert "could be" not in answers(run)[0]
    more = replace(run, manifest=replace(run.manifest, flips=60))
    assert answers(more)[0].startswith("With 67 of 455 rows inspected (14.7 %), of the flipped labels were found: ")
    fewer = replace(run, manifest=replace(run.manifest, flips=50))
    assert answers(fewer)[0].startswith(
        "With 45 of 455 rows inspected (9.9 %), of the flipped labels were found (at most 90.0 % could be): "
    )


def test_equations_of_the_orders_are_told(run: RepairRun) -> None:
    [line] = order_lines(run)
    assert "Self-influence: gᵢᵀH⁻¹gᵢ (Koh and Liang 2017, section 5.4)" in line
    assert "Cook" not in line


def test_trust_says_whether_any_class_is_open(run: RepairRun) -> None:
    assert trust_line(run).startswith("68 measured models, refitted exactly: the class of no test row is open")
    some = replace(run, repairs=run.repairs.assign(uncertain=[3, *[0] * 79], loss_error=0.5))
    assert "the class of up to 3 of 114 test rows is open by the error estimates" in trust_line(some)
    assert trust_line(some).endswith("largest error estimate of a mean test loss 0.5.")
    assert "largest Newton decrement" in trust_line(run)


def test_tables_hold_the_means(run: RepairRun, once: RepairRun) -> None:
    stored = pd.read_csv(pd.io.common.StringIO(repair_csv(run)))
    pd.testing.assert_frame_equal(stored, run.summary, check_dtype=False)
    rows = cells(run, FOUND, shown(run))
    assert [row[0] for row in rows] == ["0", "22", "45", "67", "90"]
    one = run.summary[(run.summary["inspected"] == 45) & (run.summary["order"] == "random")].iloc[0]
    mean, deviation = one["mean_found_share"], one["deviation_found_share"]
    assert rows[2][2 + run.manifest.orders.index("random")] == f"{100 * mean:.1f} % ± {100 * deviation:.1f} %"
    assert "±" not in "".join(cells(once, ACCURACY, shown(once))[1])


def test_the_terminal_shows_answers_tables_and_trust(run: RepairRun) -> None:
    text = repair_text(run, 100)
    assert all(len(line) <= 100 for line in text.splitlines())
    for words in (
        "45 labels (9.9 %) flipped",
        "Test accuracy\n",
        "Share of flipped labels found\n",
        "refitted exactly",
    ):
        assert words in text


def lines_of(figure: Figure) -> list[dict[str, np.ndarray]]:
    """The lines of each panel by their labels."""
    told = []
    for ax in figure.axes:
        handles, labels = ax.get_legend_handles_labels()
        told.append({label: handle[0].get_xydata() for label, handle in zip(labels, handles, strict=True)})
    return told


def test_the_figure_has_the_means_a_dashed_line_and_the_deviations(run: RepairRun) -> None:
    figure = repair_figure(run)
    left, right = figure.axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("Test accuracy", "Share of flipped labels found")
    dashed = [line for line in left.lines if line.get_linestyle() == "--"]
    assert [line.get_ydata()[0] for line in dashed] == [run.manifest.test_accuracy]
    for panel, measure in zip(lines_of(figure), ("test_accuracy", "found_share"), strict=True):
        assert list(panel) == ["Self-influence", "Training loss", "Random", "Leave-one-out loss"]
        for order in run.manifest.orders:
            rows = run.summary[run.summary["order"] == order]
            drawn = panel[ORDERS[order].label]
            np.testing.assert_allclose(drawn, rows[["share", f"mean_{measure}"]])
    colours = {handle[0].get_color() for handle in right.get_legend_handles_labels()[0]}
    assert len(colours) == 4
    bars = right.containers[0].lines[2][0].get_segments()
    rows = run.summary[run.summary["order"] == run.manifest.orders[0]]
    heights = [segment[1][1] - segment[0][1] for segment in bars]
    np.testing.assert_allclose(heights, 2 * rows["deviation_found_share"], atol=1e-12)
    assert any("standard deviation over 4 repeats" in text.get_text() for text in figure.texts)


def test_the_narrow_figure_has_the_same_lines_one_panel_below_the_other(run: RepairRun) -> None:
    wide, narrow = repair_figure(run), narrow_repair_figure(run)
    for one, other in zip(lines_of(wide), lines_of(narrow), strict=True):
        assert one.keys() == other.keys()
        for label, points in one.items():
            np.testing.assert_array_equal(points, other[label])
    upper, lower = (ax.get_position() for ax in narrow.axes)
    assert upper.y0 > lower.y1
    assert upper.x0 == lower.x0
    narrow.draw_without_rendering()
    [legend] = narrow.legends
    assert legend.get_window_extent().y0 > narrow.axes[0].get_window_extent().y1
    # no wider than a phone at the size that its letters have
    assert narrow.get_size_inches()[0] * 96 < 400


def test_the_figure_of_one_repeat_has_no_bars(once: RepairRun) -> None:
    assert repair_figure(once).axes[1].containers[0].lines[2] == ()


def test_the_figure_of_koh_and_liang_is_drawn_from_a_folder(run: RepairRun) -> None:
    wanted = FIGURES["koh-liang-6"]
    drawn = wanted.draw([load_source(run.path, wanted.kind)])
    assert [ax.get_ylabel() for ax in drawn.axes] == ["Test accuracy", "Share of flipped labels found"]


def test_the_report_is_written_twice_with_the_same_bytes(run: RepairRun, tmp_path: Path) -> None:
    copied = tmp_path / run.path.name
    shutil.copytree(run.path, copied)
    again = groupinf.load_run(copied)
    report = write_report(again)  # type: ignore[arg-type]
    files = {path: path.read_bytes() for path in copied.rglob("*") if path.is_file()}
    write_report(again)  # type: ignore[arg-type]
    assert {path: path.read_bytes() for path in copied.rglob("*") if path.is_file()} == files
    text = report.read_text(encoding="utf-8")
    assert text == report_markdown(run)
    assert "![Test accuracy and share of flipped labels found](figures/repair.png)" in text


def test_the_page_has_its_picture_before_its_tables_and_escapes_what_others_wrote(
    run: RepairRun, tmp_path: Path
) -> None:
    copied = tmp_path / run.path.name
    shutil.copytree(run.path, copied)
    write_report(groupinf.load_run(copied))  # type: ignore[arg-type]
    page = (copied / "report.html").read_text(encoding="utf-8")
    assert "small &amp; &lt;simple&gt;" in page
    assert "<simple>" not in page
    assert page.index("<img") < page.index("<table")
    for line in (*answers(run), *lead_lines(run), pairs_line(run), trust_line(run)):
        assert line in page
    assert "<td>Self-influence at every share</td>" in page
    assert page.count('<source media="screen and (max-width: 40rem)"') == page.count("<img") == 1
