"""Figure 3: influence beside what is left of it without the training loss, without H⁻¹ and without both."""

from __future__ import annotations

from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.influence_components import (
    FULL,
    VARIANTS,
    WITHOUT_HESSIAN,
    WITHOUT_TRAIN_LOSS,
    Component,
    components,
)
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.single_rows.components import draw_component
from groupinf.reporting.single_rows.points import OTHER, OWN, PointRows, single_points
from groupinf.reporting.words.formats import percent
from groupinf.reporting.words.style import IDENTITY, KindStyle
from groupinf.reporting.words.summary import convention_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

# the authors': blue has the label of the test point, red another
STYLES = {OWN: KindStyle("Label of the test point", "#1f77b4", "o"), OTHER: KindStyle("Another label", "#d62728", "o")}


def components_figure(run: Run) -> Figure:
    """Three panels with influence on y and a variant of it on x, on the first test point.

    Raises DataError where the run has no points on the loss of a test point.
    """
    of = single_points(run)[0]
    found = components(of.rows, of.label)
    full, without = found[FULL], found[WITHOUT_HESSIAN]
    page = Panes(
        title="Liu et al., Figure 3: components of influence",
        facts=(of.facts,),
        y_label="n × influence",
        panes=tuple(
            Pane(f"{name[0].upper()}{name[1:]}", "The same, but for that", partial(_draw, of=of, component=found[name]))
            for name in VARIANTS
        ),
        styles=tuple(STYLES.values()),
        foot=(
            f"Each of {counted(len(of.rows), 'training row')}; with H⁻¹ times their number, as the authors state it. "
            "Dashed, where the units are the same: the same on both axes. Of the rows with the label of the test point "
            f"{percent(full.own_harmful)} are harmful, of the others {percent(full.others_helpful)} helpful; without "
            f"H⁻¹ {percent(without.own_harmful)} and {percent(without.others_helpful)}.",
            convention_line(run),
        ),
    )
    return panes_figure(page)


def _draw(ax: Axes, of: PointRows, component: Component) -> None:
    draw_component(ax, of, component, STYLES)
    if component.column == WITHOUT_TRAIN_LOSS:
        low, high = (f(end) for f, end in zip((max, min), zip(ax.get_xlim(), ax.get_ylim(), strict=True), strict=True))
        ax.plot([low, high], [low, high], color=IDENTITY, linewidth=1.0, linestyle="--", zorder=3)
