"""Figures of a run: predicted against actual effects of all groups, one figure per prediction."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.pairs import PairedEffects
from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.drawing.axes import TICK_SIZE
from groupinf.reporting.drawing.both_formats import png_and_svg
from groupinf.reporting.drawing.fixed_axes import FixedAxes
from groupinf.reporting.drawing.layout import Layout, arrange
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, FONT, drawable, shorten_to, width_of, wrap_to
from groupinf.reporting.drawing.scatter import (
    ALPHA,
    POINT_EDGE,
    Panel,
    count_styles,
    draw_panel,
    tick_room,
)
from groupinf.reporting.words.style import (
    IDENTITY,
    MOST_TEST_POINTS,
    QUIET,
    SMALL,
    TEXT,
    KindStyle,
    each_values,
    evaluation_in_text,
    evaluation_name,
    kind_styles,
    method_name,
    panel_name,
    panel_title,
)
from groupinf.reporting.words.summary import convention_line, facts_line, ranks_lines, test_point_names, unit_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

# Above this many points an SVG holds them as images; text, axes and lines stay vectors.
MOST_VECTOR_POINTS = 5000
FileFormat = Literal["svg", "pdf", "png"]
FILE_FORMATS: tuple[FileFormat, ...] = ("svg", "pdf", "png")
_METADATA: dict[FileFormat, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": "groupinf"},
    "pdf": {"CreationDate": None, "Creator": "groupinf"},
    "png": {"Software": None},
}
# inches: beside all text, and from the top of the figure to its title and to the line of facts
_MARGIN, _TITLE_TOP, _FACTS_TOP = 0.15, 0.14, 0.4
_LEGEND_LABEL = 2.3  # inches that a legend of 2.9 leaves beside the marker and the margin
_BESIDE_PANEL = 0.36  # inches by which a title may be wider than its panel without touching the next
_SIZE = 10.0
ACTUAL_LABEL = "Actual effect (retrained)"
TOO_SMALL = "Between the diagonal and the horizontal line at 0, predictions have the right sign and are too small."
LOGARITHMIC = "Axes with powers of ten are logarithmic away from 0 and linear near it."
FIGURE_SETTINGS = {
    "font.family": FONT,
    "font.size": _SIZE,
    "text.color": TEXT,
    "text.parse_math": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": TEXT,
    "axes.titlesize": 10.0,
    "axes.titley": 1.0,  # stays put, whatever is at the end of the axis
    "axes.titlepad": 27.0,  # above the line on ρ
    "axes.labelpad": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": TICK_SIZE,
    "ytick.labelsize": TICK_SIZE,
    "svg.hashsalt": "groupinf",
    "pdf.fonttype": 42,  # whole fonts, which journals ask for
}


def panels(run: Run, pairs: PairedEffects, method: str) -> list[Panel]:
    """The panels of one prediction: evaluation by evaluation that it predicts, of each the first MOST_TEST_POINTS."""
    overall = run.spearman[(run.spearman["kind"] == ALL_KINDS) & (run.spearman["method"] == method)]
    spearman = overall.set_index(["evaluation", "test_point"])["spearman"]
    predicted, has = (of[pairs.methods.index(method)] for of in (pairs.predicted, pairs.has))
    made = []
    for evaluation in dict.fromkeys(name for name, _ in pairs.measures):
        points = [(i, point) for i, (name, point) in enumerate(pairs.measures) if name == evaluation and has[i]]
        for i, point in points[:MOST_TEST_POINTS]:
            rho = float(spearman[evaluation, point])
            made.append(Panel(evaluation, point, predicted[i], pairs.actual[i], rho, method not in pairs.ranks_only))
    return made


def scatter_figure(run: Run, method: str) -> Figure:
    """Actual effects (x) of all groups of the run against those predicted by ``method`` (y).

    A row per evaluation and a column per test point, or a single row where every evaluation has one panel.
    """
    pairs = run.pairs
    made = panels(run, pairs, method)
    by_frequency = [kind for kind, _ in Counter(pairs.kinds).most_common()]
    styles = kind_styles(by_frequency)
    legend = count_styles(pairs.kinds, styles)
    drawn = dict.fromkeys(panel.evaluation for panel in made)
    foot = [convention_line(run), *unit_lines(run, drawn), *ranks_lines([method] if method in pairs.ranks_only else [])]
    if len(made) < np.count_nonzero(pairs.has[pairs.methods.index(method)]):
        many = each_values(pairs.measures)
        foot.append(f"The first {MOST_TEST_POINTS} {many} of each evaluation are drawn.")
    if any(panel.to_scale for panel in made):
        foot.append(TOO_SMALL)
    if any(axis.linear_to is not None for panel in made for axis in panel.axes):
        foot.append(LOGARITHMIC)
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        layout, lines = _arrange_with_foot(made, len(legend) + 1, foot)
        figure = Figure(figsize=(layout.width, layout.height), dpi=DOTS_PER_INCH)
        rasterized = sum(panel.predicted.size for panel in made) > MOST_VECTOR_POINTS
        axes = [figure.add_axes(FixedAxes(figure, box)) for box in layout.panels]
        for ax, panel in zip(axes, made, strict=True):
            draw_panel(ax, panel, pairs.kinds, styles, rasterized)
        _label(figure, axes, made, layout, test_point_names(run))
        _add_legend(figure, layout, legend, to_scale=method not in pairs.ranks_only)
        title = f"{method_name(method)} against the actual effect of {run.manifest.change.noun}"
        add_heading(figure, title, f"{facts_line(run)}; {counted(pairs.groups.size, 'group')}")
        figure.text(_MARGIN / layout.width, layout.foot, "\n".join(lines), size=SMALL, color=QUIET, va="top")
    return figure


def figure_bytes(figure: Figure, file_format: FileFormat) -> bytes:
    """The figure as the bytes of a file: the same figure gives the same bytes."""
    metadata = _METADATA[file_format]
    buffer = io.BytesIO()
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        figure.savefig(buffer, format=file_format, metadata=metadata)
    return buffer.getvalue()


def write_figure(folder: Path, name: str, figure: Figure) -> bytes:
    """Write figures/NAME.{png,svg} of a report in ``folder``; the PNG file."""
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        png, svg = png_and_svg(figure, _METADATA["svg"])
    write_atomically(folder / "figures" / f"{name}.png", png)
    write_atomically(folder / "figures" / f"{name}.svg", svg)
    return png


def _arrange_with_foot(made: list[Panel], legend_entries: int, foot: list[str]) -> tuple[Layout, list[str]]:
    """The layout, and the closing lines wrapped to its width, for which it leaves room."""
    evaluations, room = [panel.evaluation for panel in made], tick_room(made)
    width = arrange(evaluations, legend_entries, 0, room).width
    lines = [line for text in foot for line in wrap_to(drawable(text), SMALL, width - 2 * _MARGIN)]
    return arrange(evaluations, legend_entries, len(lines), room), lines


def _label(figure: Figure, axes: list[Axes], made: list[Panel], layout: Layout, sets: Mapping[int, str]) -> None:
    for ax, panel in zip(axes, made, strict=True):
        name = evaluation_name(panel.evaluation)
        of = panel.evaluation, panel.test_point, sets
        title = f"{name}, {panel_name(*of)}" if layout.one_row else panel_title(*of)
        if panel.test_point in sets:
            title = shorten_to(drawable(title), _SIZE, ax.get_position().width * layout.width + _BESIDE_PANEL)
        ax.set_title(title)
        if layout.one_row:
            ax.set_xlabel(ACTUAL_LABEL, labelpad=12.0)  # below the power of ten at the end of the axis
    for row in layout.rows:
        left, bottom, _, height = layout.panels[row.panels[0]]
        axes[row.panels[0]].set_ylabel("Predicted effect", labelpad=4.0)
        if row.heading:
            figure.text(left, bottom + height + layout.title, evaluation_name(row.heading), weight="bold")
        if not layout.one_row:
            evaluation = evaluation_in_text(made[row.panels[0]].evaluation)
            last_left, _, width, _ = layout.panels[row.panels[-1]]
            middle = (left + last_left + width) / 2
            words = f"Actual effect on {evaluation} (retrained)"
            figure.text(middle, bottom - layout.label, words, ha="center", va="top")


def _add_legend(figure: Figure, layout: Layout, counted: Mapping[KindStyle, int], to_scale: bool) -> None:
    handles: list[Artist] = [Line2D([], [], color=IDENTITY, linewidth=1.0)] if to_scale else []
    labels = ["Slope 1: predicted = actual"] if to_scale else []
    for style, count in counted.items():
        handles.append(kind_marker(style))
        counted_groups = f" ({count:,})"
        room = _LEGEND_LABEL - width_of(counted_groups, _SIZE)
        labels.append(shorten_to(drawable(style.name), _SIZE, room) + counted_groups)
    legend = figure.legend(
        handles,
        [str(i) for i in range(len(labels))],
        loc="upper left",
        bbox_to_anchor=layout.legend,
        borderaxespad=0.0,
        frameon=False,
        labelspacing=0.4,
        title="Kind of group (number of groups)",
        alignment="left",
    )
    set_labels(legend, labels)


def kind_marker(style: KindStyle) -> Line2D:
    """The point that stands for a kind in a legend."""
    return Line2D(
        [],
        [],
        linestyle="",
        marker=style.marker,
        color=style.colour,
        alpha=ALPHA,
        markersize=5,
        markeredgecolor="white",
        markeredgewidth=POINT_EDGE,
    )


def set_labels(legend: Legend, labels: Sequence[str]) -> None:
    """Write the labels into a legend made with others: matplotlib would leave out a name that begins with _."""
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)


def add_heading(figure: Figure, title: str, facts: str) -> None:
    """The title in bold in the upper left corner, and below it the facts, shortened to the figure's width."""
    width, height = map(float, figure.get_size_inches())
    left = _MARGIN / width
    figure.text(left, 1 - _TITLE_TOP / height, title, size=12, weight="bold", va="top")
    line = shorten_to(drawable(facts), _SIZE, width - 2 * _MARGIN)
    figure.text(left, 1 - _FACTS_TOP / height, line, va="top", color=QUIET)
