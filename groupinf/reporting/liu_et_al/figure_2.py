"""Figure 2: logistic regression on two digits, leave-one-out against three solvers, and the digits that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.figure import Figure

from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.liu_et_al.looks import (
    DIAGONAL,
    LABELS,
    effects_pane,
    effects_panel,
    frame_words,
    label_styles,
    outside_lines,
)
from groupinf.reporting.single_rows.panel import ComparisonPanel, Frame, Looks
from groupinf.reporting.single_rows.points import pictures, single_points
from groupinf.reporting.single_rows.removed import RemovedRows, removed_rows, train_labels
from groupinf.reporting.words.style import method_name
from groupinf.reporting.words.summary import convention_line, facts_line, method_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

FRAME = Frame(2e-4, 2e-4)
COLOURS = ("#d62728", "#1f77b4")  # the authors': red for 1, blue for 7
# What they multiplied predictions by before they drew them, by whether these are averaged estimates, as LiSSA's are.
FACTORS = {False: 1.5, True: 1.8}
WHY = (
    "As published, predictions are multiplied by 1.5, and those of LiSSA by 1.8, of which the paper says nothing: its "
    "Hessian and gradients have 2λ where the fit has λ, and come out too small by about as much. These have λ "
    "throughout and need no factor."
)


def digits_figure(runs: Sequence[Run], as_published: bool = False) -> Figure:
    """A panel for each prediction that no earlier run has, actual effects on x, then images where a run has them.

    Raises DataError where the runs are not ones of single rows on the loss of a test point.
    """
    styles = label_styles(train_labels(runs[0]), COLOURS)
    panels: dict[str, ComparisonPanel] = {}
    for rows, method, heading in _predictions(runs):
        factor = _factor(rows.run, method) if as_published else None
        panels[heading] = effects_panel(rows, method, FRAME, Looks(rows.labels, styles, DIAGONAL), factor)
    page = Panes(
        title="Liu et al., Figure 2: influence against leave-one-out, logistic regression on two digits",
        facts=(facts_line(runs[0]),),
        y_label="Predicted effect",
        panes=(
            *(effects_pane(heading, panel) for heading, panel in panels.items()),
            *(pane for run in runs for pane in _images(run)),
        ),
        styles=tuple(styles.values()),
        foot=(
            *((WHY,) if as_published else ()),
            frame_words(FRAME),
            *outside_lines(panels.values()),
            *dict.fromkeys(line for panel in panels.values() for line in method_lines(panel.rows.run)),
            convention_line(runs[0]),
        ),
        columns=4,
        legend=LABELS,
    )
    return panes_figure(page)


def _predictions(runs: Sequence[Run]) -> Iterator[tuple[RemovedRows, str, str]]:
    """What runs removed, and each method that no earlier one has with its heading."""
    seen: set[str] = set()
    for run in runs:
        of = removed_rows(run)
        for method in of.predicted:
            if method not in seen:
                seen.add(method)
                rows = "" if of.rows.size == run.manifest.n else f", {number(of.rows.size)} rows"
                yield of, method, f"{method_name(method)}{rows}"


def _factor(run: Run, method: str) -> float:
    """That of the authors, which depends on whether estimates of a solver are averaged."""
    solver = run.manifest.solver(method)
    return FACTORS[solver is not None and "repeats" in solver.heeds]


def _images(run: Run) -> list[Pane]:
    """The test image, the training image of least |influence| and the most harmful one, where the run has kept them."""
    if run.points is None:
        return []
    of = single_points(run)[0]
    influence = of.rows.influence.to_numpy()
    chosen = {"Least influence": int(np.argmin(np.abs(influence))), "Most harmful": int(np.argmin(influence))}
    named = [(f"{words}: a {of.rows.label.iloc[at]}", int(of.rows.row.iloc[at])) for words, at in chosen.items()]
    return pictures(of, named)
