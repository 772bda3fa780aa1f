"""Figure 1: influence against what is left of it without the training loss, without H⁻¹ and without both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.influence_components import (
    FULL,
    INNER_PRODUCT,
    LARGEST,
    WITHOUT_HESSIAN,
    WITHOUT_TRAIN_LOSS,
    Component,
    components,
    most_harmful,
    of_mean,
)
from groupinf.reporting.drawing.axes import linear_axis, set_axes
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import draw_points, write_above
from groupinf.reporting.koh_liang_2017.points import STYLES, PointRows, only_test_point, pictures
from groupinf.reporting.words.formats import coefficient, percent
from groupinf.reporting.words.style import GRID, KindStyle
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

# the harmful image of the authors' figure is the fifth, from 1, of the test image's label
HARMFUL = 5
HEADINGS = {
    WITHOUT_TRAIN_LOSS: ("Without the training loss", "±n·xᵀH⁻¹∇f"),
    WITHOUT_HESSIAN: ("Without H⁻¹", "r·xᵀ∇f"),
    INNER_PRODUCT: ("Without both", "±xᵀ∇f"),
}


def variants_figure(run: Run) -> Figure:
    """Three panels with influence on y and a variant of it on x, green where a row has the test point's label; where
    rows are images the test image and the fifth most harmful row of its label.

    Raises DataError where the run has not the points of one test point.
    """
    of = only_test_point(run)
    found = components(of.rows, of.label)
    harmful = most_harmful(of.rows, of.label).iloc[HARMFUL - 1]
    value = number(float(harmful.influence) * len(of.rows))
    images = pictures(run, of.test_point, [(f"Row {harmful['row']}: {value}", int(harmful["row"]))])
    page = Panes(
        title="Koh and Liang (2017), Figure 1: components of influence",
        facts=(f"{facts_line(run)}; test point {of.test_point}, of class {of.label}",),
        y_label="Influence · n",
        panes=(*(_pane(of, found[name]) for name in HEADINGS), *images),
        styles=tuple(STYLES.values()),
        foot=(_words(of, found), *(_image_words(of, value) if images else ()), convention_line(run)),
    )
    return panes_figure(page)


def _pane(of: PointRows, component: Component) -> Pane:
    heading, label = HEADINGS[component.column]
    return Pane(heading, label, partial(draw_component, of=of, component=component, styles=STYLES))


def draw_component(ax: Axes, of: PointRows, component: Component, styles: Mapping[str, KindStyle]) -> None:
    """Influence (y) against what is left of it (x), as the authors state them, in styles by ``PointRows.kinds``."""
    x, y = of_mean(of.rows, component.column), of_mean(of.rows, FULL)
    ax.axhline(0, color=GRID, linewidth=0.6, zorder=0)
    ax.axvline(0, color=GRID, linewidth=0.6, zorder=0)
    draw_points(ax, x, y, of.kinds, styles, rasterized=True)
    set_axes(ax, linear_axis(x), linear_axis(y))
    ax.set_box_aspect(1.0)
    write_above(ax, f"r = {coefficient(component.pearson)}")


def _words(of: PointRows, found: dict[str, Component]) -> str:
    full, without = found[FULL], found[WITHOUT_HESSIAN]
    shared = ", ".join(str(found[name].shared) for name in HEADINGS)
    return (
        f"Each point is one of {counted(len(of.rows), 'training row')}; influence is that of removing it on the test "
        "loss, times n as the authors state it; below the panels r is the residual and ± its sign, above them "
        f"Pearson's correlation of both axes. Of the {LARGEST} largest influences {shared} are among the {LARGEST} "
        f"largest of the variants. {percent(full.own_harmful)} of the rows with the test point's label are harmful, "
        f"{percent(full.others_helpful)} of the others helpful; without H⁻¹ {percent(without.own_harmful)} and "
        f"{percent(without.others_helpful)}."
    )


def _image_words(of: PointRows, value: str) -> tuple[str, ...]:
    return (f"Below: the fifth most harmful of the rows of class {of.label}, with influence · n = {value}.",)
