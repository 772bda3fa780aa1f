"""The figure of the cross-validation shows its table as it is, and nothing overlaps or leaves the page."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from groupinf.reporting.drawing.lambda_figure import MOST_FOLDS, choice_line, lambda_figure
from groupinf.reporting.report import write_report
from groupinf.studies.group_effects.result import Run

CHOSEN = 4
MARGIN = 0.1  # inches of white that printers need around the page


def made_up(num: int = 10, folds: int = 5, low: float = 1e-4, high: float = 1e-1, chosen: int = CHOSEN) -> pd.DataFrame:
    scores = 0.6 + 0.02 * np.random.default_rng(0).random((num, folds))
    return pd.DataFrame(
        {
            "lam_over_n": np.geomspace(low, high, num),
            "mean_score": scores.mean(axis=1),
            "standard_error": scores.std(axis=1, ddof=1) / np.sqrt(folds),
            **{f"fold_{k}": scores[:, k] for k in range(folds)},
            "approximate_leave_one_out": scores.mean(axis=1) + 0.05 * (np.arange(num) == 6),
            "chosen": np.arange(num) == chosen,
        }
    )


@pytest.fixture
def run(make_run) -> Run:
    wanted = {"min": 1e-4, "max": 1e-1, "num": 10, "folds": 5, "shuffle": False, "score": "accuracy"}
    return replace(make_run(methods=("influence",)), config={"regularization": {"cross_validation": wanted}})


def lines(figure: Figure) -> list[np.ndarray]:
    (ax,) = figure.axes
    return [np.column_stack([line.get_xdata(), line.get_ydata()]) for line in ax.lines]


def test_every_column_of_the_table_is_drawn_against_lambda(run: Run) -> None:
    table = made_up()
    drawn = lines(lambda_figure(run, table))
    for column in ("mean_score", "approximate_leave_one_out", *(f"fold_{k}" for k in range(5))):
        expected = table[["lam_over_n", column]].to_numpy()
        assert any(np.array_equal(line, expected) for line in drawn), column
    ring = table.loc[[CHOSEN], ["lam_over_n", "mean_score"]].to_numpy()
    assert any(np.array_equal(line, ring) for line in drawn)


def test_many_folds_are_drawn_by_their_mean_alone(run: Run) -> None:
    table = made_up(folds=MOST_FOLDS + 1)
    expected = table[["lam_over_n", "fold_0"]].to_numpy()
    assert not any(np.array_equal(line, expected) for line in lines(lambda_figure(run, table)))


def test_what_is_left_out_is_not_drawn_and_said(run: Run) -> None:
    table = made_up().assign(approximate_leave_one_out=np.nan)
    assert len(lines(lambda_figure(run, table))) == len(lines(lambda_figure(run, made_up()))) - 1
    assert "too costly" in choice_line(run, table)


def test_the_sentence_names_both_choices(run: Run) -> None:
    line = choice_line(run, made_up())
    assert "Chosen: λ/n = 0.00215" in line
    assert "5 contiguous folds" in line
    assert "is best at λ/n = 0.01." in line


SCORES = [name for name in made_up() if "score" in name or "fold" in name or "leave" in name]
LARGE = made_up().assign(**{name: -123456.7 * made_up()[name] for name in SCORES})
GRIDS = [
    (made_up(), "accuracy"),
    (made_up(1, chosen=0), "f1"),
    (made_up(3, low=2e-3, high=4e-3, chosen=1), "log_loss"),
    (made_up(40, low=1e-30, high=1e30), "log_loss"),
    (LARGE, "log_loss"),
]


@pytest.mark.parametrize(("table", "score"), GRIDS)
def test_nothing_overlaps_or_leaves_the_page(run: Run, table: pd.DataFrame, score: str) -> None:
    run.config["regularization"]["cross_validation"]["score"] = score
    figure = lambda_figure(run, table)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    (ax,) = figure.axes
    boxes = [ax.get_tightbbox(renderer), figure.legends[0].get_window_extent(renderer)]
    boxes += [text.get_window_extent(renderer) for text in figure.texts]
    margin = MARGIN * figure.dpi
    for box in boxes:
        assert box.x0 >= margin
        assert box.y0 >= margin
        assert box.x1 <= figure.bbox.x1 - margin
        assert box.y1 <= figure.bbox.y1 - margin
    names = [tick.label1 for tick in ax.xaxis.get_major_ticks()]
    assert names
    on_axis = [name.get_window_extent(renderer) for name in names]
    for a, b in (*itertools.combinations(boxes, 2), *itertools.combinations(on_axis, 2)):
        assert not a.overlaps(b)


def test_the_report_holds_the_figure_where_there_is_a_table(run: Run) -> None:
    write_report(run)
    assert not list(run.path.rglob("*cross_validation*"))
    with_table = replace(run, cross_validation=made_up())
    first = write_report(with_table).read_text(encoding="utf-8")
    assert "figures/cross_validation.png" in first
    written = {path.name: path.read_bytes() for path in (run.path / "figures").glob("cross_validation.*")}
    assert set(written) == {"cross_validation.png", "cross_validation.svg"}
    write_report(with_table)
    assert {name: (run.path / "figures" / name).read_bytes() for name in written} == written
