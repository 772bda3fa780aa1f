"""A figure of the training rows that matter most: all of them as points, and the strongest as what they are."""

from __future__ import annotations

from typing import Any

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.single_rows import Measure, largest_influence, of_measure, strongest
from groupinf.effects.methods.influence import Influence
from groupinf.reporting.drawing.axes import axis_of_all, linear_axis, set_axes
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS, add_heading, kind_marker, write_figure
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, drawable, shorten_to
from groupinf.reporting.drawing.page import box
from groupinf.reporting.drawing.row_drawings import RowDrawings, draw_row, row_drawings
from groupinf.reporting.words.single_rows import (
    direction,
    label_of_test,
    label_words,
    row_name,
    rows_asked,
    told_evaluations,
)
from groupinf.reporting.words.style import GRID, SMALL, KindStyle, evaluation_name, method_name, panel_name
from groupinf.reporting.words.summary import facts_line, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

STEM = "training_rows"
# rows of each direction that are drawn
MOST_DRAWN = 4
SAME = KindStyle("same label", "#0072B2", "o")
OTHER = KindStyle("another label", "#D55E00", "s")
ROW = KindStyle("training row", "#0072B2", "o")
# what rows are drawn along, the first of which any has
_ACROSS = {"distance": "Distance to the test row", "leverage": "Leverage"}
# inches: the panel of points, a row that is drawn, what is between and around
_PANEL, _CELL, _GAP, _LEFT, _TOP, _BELOW = 3.2, 1.25, 0.22, 0.95, 1.0, 0.7
# and for what stands above a row: a direction and three lines; rows reach so far below the panel of points
_WORDS, _DEEPER = 0.65, 0.4


def single_rows_figure(run: Run) -> Figure | None:
    """Of the test point on which a row has the largest influence: every training row by its influence and its distance
    to the test row (of a sum, leverage), and, where the run has kept them, the test row and the strongest rows as what
    they are. None of a run without points.
    """
    measure = strongest_measure(run)
    if run.points is None or measure is None:
        return None
    rows, drawings = of_measure(run.points, measure), row_drawings(run)
    columns = 0 if drawings is None else MOST_DRAWN + 1
    width = _LEFT + _PANEL + 0.5 + columns * (_CELL + _GAP)
    height = _TOP + _PANEL + _BELOW
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH)
        add_heading(figure, _title(run, measure), facts_line(run))
        _draw_points(figure.add_axes(box(figure, _LEFT, _TOP, _PANEL, _PANEL)), run, measure, rows)
        if drawings is not None:
            _draw_rows(figure, run, measure, rows, drawings)
    return figure


def strongest_measure(run: Run) -> Measure | None:
    """Where a row has the largest influence, of the first evaluation that is told of; None where none has any."""
    if run.points is None:
        return None
    told = run.points[run.points["evaluation"] == told_evaluations(run)[0]]
    line = largest_influence(told)
    return None if line is None else (str(line["evaluation"]), int(line["test_point"]))


def write_single_rows_figure(run: Run) -> bool:
    """Write the figure as PNG and SVG; whether there is one."""
    figure = single_rows_figure(run)
    if figure is None:
        return False
    write_figure(run.path, STEM, figure)
    return True


def figure_words(run: Run) -> str:
    """What the figure shows; empty of a run that has none."""
    measure = strongest_measure(run)
    return "" if measure is None else _title(run, measure)


def _title(run: Run, measure: Measure) -> str:
    on = f"{evaluation_name(measure[0])}, {panel_name(*measure, test_point_names(run))}"
    asked = rows_asked(run)
    some = f" of {asked}" if asked else ""
    return f"Training rows that matter most{some}: {on}"


def _looks(run: Run, rows: pd.DataFrame, label: Any) -> list[tuple[KindStyle, pd.DataFrame]]:
    """The rows of each look, by whether they have the label, where there are classes and one label."""
    if label is None or not run.manifest.classes:
        return [(ROW, rows)]
    same = (rows["label"] == label).to_numpy()
    return [(SAME, rows[same]), (OTHER, rows[~same])]


def _draw_points(ax: Axes, run: Run, measure: Measure, rows: pd.DataFrame) -> None:
    across = next((name for name in _ACROSS if rows[name].notna().any()), "loss")
    known = rows[rows[across].notna() & rows.influence.notna()]
    ax.axhline(0, color=GRID, linewidth=0.6, zorder=0)
    looks = _looks(run, known, label_of_test(run).get(measure[1]))
    for style, own in looks:
        marks = own[across].to_numpy(dtype=np.float64), own.influence.to_numpy()
        ax.plot(
            *marks, linestyle="", marker=style.marker, color=style.colour, markersize=2.0, alpha=0.35, rasterized=True
        )
    set_axes(ax, linear_axis(known[across].to_numpy(dtype=np.float64)), axis_of_all(known.influence.to_numpy()))
    ax.set_xlabel(_ACROSS.get(across, "Loss of the row"))
    ax.set_ylabel(method_name(Influence.name), labelpad=4.0)
    if len(looks) > 1:
        handles = [kind_marker(style) for style, _ in looks]
        names = [style.name for style, _ in looks]
        ax.legend(handles, names, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False)


def _draw_rows(figure: Figure, run: Run, measure: Measure, rows: pd.DataFrame, drawings: RowDrawings) -> None:
    """The test row, then in a line each those without which the evaluation falls and rises most."""
    evaluation, point = measure
    noun = "label" if run.manifest.classes else "target"
    left, height = _LEFT + _PANEL + 0.5, (_PANEL + _DEEPER - _WORDS) / 2
    cell = min(_CELL, height - _WORDS)
    test, labels = drawings.of_test(point), label_of_test(run)
    if test is not None:
        ax = figure.add_axes(box(figure, left, _TOP + _WORDS, cell, _PANEL - _WORDS))
        draw_row(ax, test)
        ax.set_title(
            f"{panel_name(*measure, {})}\n{noun} {label_words(labels[point])}", size=SMALL, pad=5.0, loc="left"
        )
    for line, rises in enumerate((True, False)):
        above = _TOP + line * (height + _WORDS)
        figure.text(
            (left + _CELL + _GAP) / figure.get_figwidth(),
            1 - above / figure.get_figheight(),
            direction(evaluation, rises).capitalize(),
            weight="bold",
            size=SMALL,
        )
        for i, row in enumerate(strongest(rows, MOST_DRAWN, rises).to_dict("records")):
            drawn = drawings.of_training(int(row["row"]), point)
            if drawn is not None:
                place = left + (i + 1) * (_CELL + _GAP)
                ax = figure.add_axes(box(figure, place, above + _WORDS, cell, cell))
                draw_row(ax, drawn)
                words = f"row {row_name(row)}", f"{noun} {label_words(row['label'])}", number(row[Influence.name])
                lines = [shorten_to(drawable(of), SMALL, _CELL) for of in words]
                ax.set_title("\n".join(lines), size=SMALL, pad=5.0, loc="left")
