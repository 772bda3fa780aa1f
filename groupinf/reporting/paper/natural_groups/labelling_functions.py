"""Labelling functions: influence against actual effects (figure C.5), coverage (C.6) and precision (C.7)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from groupinf.reporting.drawing.attribute_scatter import AttributePanel
from groupinf.reporting.drawing.axes import linear_axis
from groupinf.reporting.drawing.panes import (
    Pane,
    Panes,
    against_actual_pane,
    attribute_pane,
    panes_figure,
    set_heading,
)
from groupinf.reporting.paper.natural_groups.reading import (
    COVERAGE,
    POLARITIES,
    POLARITY,
    PRECISION,
    Y_LABEL,
    SetEffects,
    labelling_functions,
)
from groupinf.reporting.words.style import KindStyle
from groupinf.reporting.words.summary import convention_line, doing_to_groups, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

# the paper's colours, tab:blue and tab:red, with shapes that say the same
STYLES = {"positive": KindStyle("Pos. LF", "#1f77b4", "o"), "negative": KindStyle("Neg. LF", "#d62728", "s")}
ABOUT = "LF: labelling function, whose votes are all positive or all negative; each point is the group of its votes."
X_LABELS = {COVERAGE: "Coverage (share of candidates)", PRECISION: "Precision (share of right votes)"}


def against_actual(run: Run) -> Figure:
    """Figure C.5: a panel for the positive test rows, and one for the negative ones."""
    effects = labelling_functions(run)
    panes = tuple(
        against_actual_pane(set_heading(name), effects.panel(position), effects.texts(POLARITY), STYLES)
        for position, name in enumerate(effects.sets)
    )
    return _figure(effects, f"Influence against the actual effect of {doing_to_groups([run])}", panes)


def against_attribute(run: Run, attribute: str) -> Figure:
    """Figures C.6 and C.7: coverage or precision on x, a panel for the positive and one for the negative test rows."""
    effects = labelling_functions(run)
    panes = tuple(
        _pane(effects, attribute, set_heading(name), predicted)
        for name, predicted in zip(effects.sets, effects.predicted, strict=True)
    )
    return _figure(effects, f"Influence of labelling functions against their {attribute}", panes)


def on_own_class(effects: SetEffects, attribute: str) -> Pane:
    """Figure 4, left and middle: positive functions on the positive test rows beside negative ones on the negative."""
    positive, negative = effects.predicted
    own = np.where(effects.texts(POLARITY) == POLARITIES[0], positive, negative)
    return _pane(effects, attribute, "Σ test rows of the LF's class", own)


def _pane(effects: SetEffects, attribute: str, heading: str, predicted: NDArray[np.float64]) -> Pane:
    panel = AttributePanel(effects.numbers(attribute), predicted, effects.texts(POLARITY), linear_axis)
    return attribute_pane(heading, X_LABELS[attribute], panel, STYLES)


def _figure(effects: SetEffects, title: str, panes: tuple[Pane, ...]) -> Figure:
    facts = f"{facts_line(effects.run)}; {counted(effects.names.size, 'labelling function')}"
    return panes_figure(
        Panes(title, (facts,), Y_LABEL, panes, tuple(STYLES.values()), (ABOUT, convention_line(effects.run)))
    )
