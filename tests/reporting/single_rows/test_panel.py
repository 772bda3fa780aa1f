"""Panels show every row and the authors' frame, or are the frame, and say which rows are outside of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from support.manifests import made_manifest

from groupinf.errors import DataError
from groupinf.reporting.koh_liang_2017.looks import square_pane, square_panel
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.reporting.single_rows.panel import ComparisonPanel, Frame, Looks, comparison_pane, outside_words
from groupinf.reporting.single_rows.removed import RemovedRows
from groupinf.reporting.words.style import KindStyle
from groupinf.studies.group_effects.result import Run

FRAME, ENDLESS = Frame(0.05, 0.05), Frame(0.05, np.inf)
STYLE = KindStyle("row", "#000000", "o")
INSIDE = Comparison(np.array([0.01, -0.02, 0.0]), np.array([0.02, -0.02, 0.01]))
BEYOND = Comparison(np.array([0.01, -0.02, 0.2]), np.array([0.02, -0.06, 0.01]))


def rows_of(of: Comparison) -> RemovedRows:
    rows = np.array([7, 8, 9])
    nothing = pd.DataFrame()
    table = pd.DataFrame({"split": "train", "row": rows, "line": pd.array([None] * 3, "Int64")})
    run = Run(Path("/run"), {}, made_manifest(), *[nothing] * 5, rows=table)
    return RemovedRows(run, rows, np.array(["a", "b", "a"], dtype=object), of.actual, {"influence": of.predicted})


def drawn(panel: ComparisonPanel) -> Axes:
    ax = Figure().add_subplot()
    comparison_pane("", panel, "").draw(ax)
    return ax


def points(ax: Axes) -> np.ndarray:
    [found] = ax.collections
    return np.asarray(found.get_offsets())


def test_slope_and_correlation_are_those_of_actual_on_predicted() -> None:
    np.testing.assert_allclose(BEYOND.slope, (0.0002 + 0.0012 + 0.002) / (0.0004 + 0.0036 + 0.0001))
    np.testing.assert_allclose(BEYOND.pearson, np.corrcoef(BEYOND.actual, BEYOND.predicted)[0, 1])
    assert BEYOND.where(np.array([True, True, False])).pearson == pytest.approx(1)


def test_rows_are_outside_of_a_frame_by_either_effect_and_of_an_endless_one_by_the_actual() -> None:
    found = [frame.outside(of).tolist() for frame in (FRAME, ENDLESS) for of in (INSIDE, BEYOND)]
    assert found == [[False] * 3, [False, True, True], [False] * 3, [False, False, True]]


def test_axes_hold_the_frame_and_every_row_or_are_those_of_the_frame() -> None:
    assert [axis.limits for axis in FRAME.axes(BEYOND)] == [(-0.05, 0.05)] * 2
    for frame, up in ((FRAME, 1.06 * 0.06), (ENDLESS, 1.06 * 0.06)):
        around = frame.axes_around(BEYOND)
        np.testing.assert_allclose([axis.high for axis in around], [1.06 * 0.2, up])
    np.testing.assert_allclose([axis.high for axis in FRAME.axes_around(INSIDE)], [1.06 * 0.05] * 2)
    np.testing.assert_allclose([axis.high for axis in ENDLESS.axes(INSIDE)], [0.05, 1.06 * 0.02])
    assert ENDLESS.axes(Comparison(INSIDE.actual, np.zeros(3)))[1].high == 0.05


def test_rows_outside_of_the_axes_are_hidden_and_the_frame_is_drawn_where_axes_are_longer() -> None:
    rows, looks = rows_of(BEYOND), Looks.alike(STYLE, 3)
    around = ComparisonPanel(rows, BEYOND, FRAME, FRAME.axes_around(BEYOND), looks)
    theirs = replace(around, axes=FRAME.axes(BEYOND))
    [frame] = drawn(around).patches
    assert isinstance(frame, Rectangle)
    assert (frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) == (-0.05, -0.05, 0.1, 0.1)
    np.testing.assert_array_equal(points(drawn(around)), np.column_stack([BEYOND.actual, BEYOND.predicted]))
    assert not drawn(theirs).patches
    np.testing.assert_array_equal(points(drawn(theirs)), [[0.01, 0.02]])
    assert outside_words([around]) == ["Outside of the authors' axes, which thin lines frame: row 8 and row 9."]
    assert outside_words([theirs]) == ["Hidden, outside of the authors' axes: row 8 and row 9."]
    inside = ComparisonPanel(rows_of(INSIDE), INSIDE, FRAME, FRAME.axes(INSIDE), looks)
    assert outside_words([inside]) == []


def test_a_square_panel_is_the_frame_where_it_holds_every_row_and_else_is_larger() -> None:
    for of, high in ((INSIDE, 0.05), (BEYOND, 1.06 * 0.2)):
        panel = square_panel(rows_of(of), "influence", FRAME)
        ax = Figure().add_subplot()
        square_pane("", panel, 0.03).draw(ax)
        assert len(ax.patches) == (of is BEYOND)
        np.testing.assert_allclose([ax.get_xlim(), ax.get_ylim()], [[-high, high]] * 2)
        assert ax.get_xticks().tolist() == ax.get_yticks().tolist() == [-0.03, 0.0, 0.03]
        assert not panel.hidden.any()
    endless = square_panel(rows_of(BEYOND), "influence", ENDLESS)
    np.testing.assert_allclose([axis.high for axis in endless.axes], [1.06 * 0.2, 1.06 * 0.06])


def test_a_method_that_a_run_has_not_is_named_with_those_that_it_has() -> None:
    with pytest.raises(DataError, match="/run: expected the method newton, found actual, influence"):
        rows_of(INSIDE).comparison("newton")
