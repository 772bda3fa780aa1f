"""How rows look in the authors' figures, and their panels of actual effects (x) against predicted ones (y)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from groupinf.reporting.drawing.panes import Pane
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.reporting.single_rows.panel import ComparisonPanel, Frame, Looks, comparison_pane, outside_words
from groupinf.reporting.single_rows.removed import RemovedRows
from groupinf.reporting.words.formats import coefficient, ratio
from groupinf.reporting.words.style import KindStyle
from groupinf.wording import number

DIAGONAL = "--"
LABELS = "Label of the training row"


def label_styles(labels: Iterable[str], colours: Sequence[str]) -> dict[str, KindStyle]:
    """A circle of a colour for each label."""
    return {name: KindStyle(name, colour, "o") for name, colour in zip(sorted(set(labels)), colours, strict=False)}


def effects_panel(
    rows: RemovedRows, method: str, frame: Frame, looks: Looks, factor: float | None = None
) -> ComparisonPanel:
    """All rows; as published, with the ``factor`` by which predictions are multiplied, those in the authors' axes."""
    of = rows.comparison(method)
    if factor is None:
        return ComparisonPanel(rows, of, frame, frame.axes_around(of), looks)
    multiplied = Comparison(of.actual, factor * of.predicted)
    return ComparisonPanel(rows, multiplied, frame, frame.axes(multiplied), looks)


def effects_pane(heading: str, panel: ComparisonPanel) -> Pane:
    """The panel; r and slope of all rows stand above it and, where some are outside of the frame, r of the others."""
    of, outside = panel.of, panel.outside
    words = f"r {coefficient(of.pearson)}, slope {ratio(of.slope)}"
    if outside.any():
        where = "hidden" if panel.hidden.any() else "outside"
        words += f" · {int(np.count_nonzero(outside)):,} {where} ({coefficient(of.where(~outside).pearson)})"
    return comparison_pane(heading, panel, words)


def frame_words(frame: Frame) -> str:
    """What dashes are, and the authors' axes."""
    across = number(frame.across)
    return f"Dashed: predicted = actual. The authors' axes go from −{across} to {across}."


def outside_lines(panels: Iterable[ComparisonPanel]) -> list[str]:
    """Which rows are outside of these, and what stands in brackets; none where none is."""
    return [f"{line} In brackets r without them." for line in outside_words(panels)]
