"""Figure 2, left and middle: influence against leaving out single rows of MNIST."""

from __future__ import annotations

from matplotlib.figure import Figure

from groupinf.effects.methods.method import Readout
from groupinf.errors import DataError
from groupinf.reporting.drawing.panes import Panes, panes_figure
from groupinf.reporting.koh_liang_2017.looks import square_pane, square_panel
from groupinf.reporting.single_rows.panel import Frame, outside_words
from groupinf.reporting.single_rows.removed import removed_for_one
from groupinf.reporting.words.style import method_name
from groupinf.reporting.words.summary import convention_line, facts_line, method_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

# the axes and ticks of the authors, ±
FRAME, TICK = Frame(0.05, 0.05), 0.03


def leave_one_out_figure(run: Run) -> Figure:
    """A square panel for each influence of a run: the actual effect of leaving out a row on x, the influence on y.

    Raises DataError where the run has no influence, or not the loss of one test point.
    """
    methods = [method for method in run.manifest.methods if run.manifest.readout(method) is Readout.LINEAR]
    if not methods:
        raise DataError(f"{run.path}: expected a method with a linear readout, found none")
    rows = removed_for_one(run)
    panels = {method: square_panel(rows, method, FRAME) for method in methods}
    page = Panes(
        title="Koh and Liang (2017), Figure 2: influence against leave-one-out retraining",
        facts=(facts_line(run),),
        y_label="Predicted effect",
        panes=tuple(square_pane(method_name(method), panel, TICK) for method, panel in panels.items()),
        styles=(),
        foot=(
            f"Each point is one of {counted(run.manifest.n_retrained, 'training row')} that was left out. The line is "
            "predicted = actual; r is Pearson's correlation, slope that of actual on predicted effects through 0.",
            *outside_words(panels.values()),
            *method_lines(run),
            convention_line(run),
        ),
    )
    return panes_figure(page)
