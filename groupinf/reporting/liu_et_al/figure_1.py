"""Figure 1: ridge regression on the forest fires, leave-one-out against four ways to solve with the Hessian."""

from __future__ import annotations

from matplotlib.figure import Figure

from groupinf.reporting.drawing.panes import Panes, panes_figure
from groupinf.reporting.liu_et_al.looks import DIAGONAL, effects_pane, effects_panel, frame_words, outside_lines
from groupinf.reporting.single_rows.panel import Frame, Looks
from groupinf.reporting.single_rows.removed import removed_rows
from groupinf.reporting.words.style import KindStyle, method_name
from groupinf.reporting.words.summary import convention_line, facts_line, method_lines
from groupinf.studies.group_effects.result import Run

# The authors' axes reach to 0.01; their losses, (y − z)², are twice these.
FRAME = Frame(0.01 / 2, 0.01 / 2)
STYLE = KindStyle("Training row", "#0072B2", "o")


def ridge_figure(run: Run) -> Figure:
    """A panel for each prediction of a run of single rows: actual effects on x.

    Raises DataError where the run is not one of single rows on the loss of a test point.
    """
    rows = removed_rows(run)
    looks = Looks.alike(STYLE, rows.rows.size, DIAGONAL)
    panels = {method: effects_panel(rows, method, FRAME, looks) for method in rows.predicted}
    page = Panes(
        title="Liu et al., Figure 1: influence against leave-one-out, ridge regression",
        facts=(facts_line(run),),
        y_label="Predicted effect",
        panes=tuple(effects_pane(method_name(method), panel) for method, panel in panels.items()),
        styles=(),
        foot=(
            f"{frame_words(FRAME)} In their units, twice these, they are twice as long.",
            *outside_lines(panels.values()),
            *method_lines(run),
            convention_line(run),
        ),
        columns=4,
    )
    return panes_figure(page)
