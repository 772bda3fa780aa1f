"""Figure 1: influence against what is left of it without the training loss, without H⁻¹ and without both."""

from __future__ import annotations

from functools import partial

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
)
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.koh_liang_2017.looks import STYLES
from groupinf.reporting.single_rows.components import draw_component
from groupinf.reporting.single_rows.points import PointRows, only_test_point, pictures
from groupinf.reporting.words.formats import percent
from groupinf.reporting.words.summary import convention_line
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
    images = pictures(of, [(f"Row {harmful['row']}: {value}", int(harmful["row"]))])
    page = Panes(
        title="Koh and Liang (2017), Figure 1: components of influence",
        facts=(of.facts,),
        y_label="Influence · n",
        panes=(*(_pane(of, found[name]) for name in HEADINGS), *images),
        styles=tuple(STYLES.values()),
        foot=(_words(of, found), *(_image_words(of, value) if images else ()), convention_line(run)),
    )
    return panes_figure(page)


def _pane(of: PointRows, component: Component) -> Pane:
    heading, label = HEADINGS[component.column]
    return Pane(heading, label, partial(draw_component, of=of, component=component, styles=STYLES))


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
