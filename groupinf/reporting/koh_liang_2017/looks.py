"""How rows look in the authors' figures, and their square panels."""

from __future__ import annotations

import numpy as np

from groupinf.reporting.drawing.axes import EffectAxis
from groupinf.reporting.drawing.panes import Pane
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.reporting.single_rows.panel import Both, ComparisonPanel, Frame, Looks, comparison_pane
from groupinf.reporting.single_rows.points import OTHER, OWN
from groupinf.reporting.single_rows.removed import RemovedRows
from groupinf.reporting.words.style import KindStyle

# as the authors have them: green has the label of the test point, red another
STYLES = {OWN: KindStyle("Label of the test point", "#009E73", "o"), OTHER: KindStyle("Another label", "#D55E00", "^")}
ROW = KindStyle("Training row", "#0072B2", "o")


def square_panel(rows: RemovedRows, method: str, frame: Frame) -> ComparisonPanel:
    """A prediction on the authors' axes, or where rows are outside of these on larger ones, as long on x as on y where
    both of theirs are.
    """
    of = rows.comparison(method)
    return ComparisonPanel(rows, of, frame, _axes(of, frame), Looks.alike(ROW, of.actual.size))


def _axes(of: Comparison, frame: Frame) -> Both:
    if not frame.outside(of).any():
        return frame.axes(of)
    across, up = frame.axes_around(of)
    longer = max(across.high, up.high)
    both = EffectAxis(-longer, longer)
    return (both, both) if np.isfinite(frame.up) else (across, up)


def square_pane(heading: str, panel: ComparisonPanel, tick: float) -> Pane:
    """The panel below r and slope, with ticks at 0 and ±``tick``, as theirs."""
    words = f"r = {panel.of.pearson:.4f} · slope {panel.of.slope:.2f}"
    return comparison_pane(heading, panel, words, (-tick, 0.0, tick))
