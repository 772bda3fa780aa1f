"""Figure 2: logistic regression on two digits, leave-one-out against three solvers, and the digits that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from groupinf.effects.methods.method import Readout
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
from groupinf.reporting.single_rows.needs import of_the_same_rows
from groupinf.reporting.single_rows.panel import ComparisonPanel, Frame, Looks
from groupinf.reporting.single_rows.points import pictures, single_points
from groupinf.reporting.single_rows.removed import RemovedRows, removed_rows, train_labels
from groupinf.reporting.words.style import method_name
from groupinf.reporting.words.summary import convention_lines, facts_line, method_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import listed, number

FRAME = Frame(2e-4, 2e-4)
COLOURS = ("#d62728", "#1f77b4")  # the authors': red for 1, blue for 7
# What they multiplied predictions by before they drew them, by whether these are averaged estimates, as LiSSA's are.
FACTORS = {False: 1.5, True: 1.8}
WHY = (
    "of which the paper says nothing: its Hessian and gradients have 2λ where the fit has λ, and come out too small by "
    "about as much. These have λ throughout and need no factor."
)


def digits_figure(runs: Sequence[Run], as_published: bool = False) -> Figure:
    """A panel for each prediction that no earlier run has, actual effects on x, then images where a run has them.

    Raises DataError where the runs are not ones of single rows on the loss of a test point, or not of the same rows.
    """
    of_the_same_rows(runs)
    styles = label_styles(train_labels(runs[0]), COLOURS)
    panels: dict[str, ComparisonPanel] = {}
    factors: dict[str, float] = {}
    for rows, method, heading in _predictions(runs):
        factor = _factor(rows.run, method) if as_published else None
        panels[heading] = effects_panel(rows, method, FRAME, Looks(rows.labels, styles, DIAGONAL), factor)
        if factor is not None and factor != 1.0:
            factors[method_name(method)] = factor
    classes = runs[0].manifest.classes
    losses = dict.fromkeys(run.manifest.loss.label for run in runs)
    page = Panes(
        title=f"Liu et al., Figure 2: influence against leave-one-out, {listed(losses)}, classes {listed(classes)}",
        facts=tuple(dict.fromkeys(map(facts_line, runs))),
        y_label="Predicted effect",
        panes=(
            *(effects_pane(heading, panel) for heading, panel in panels.items()),
            *next(filter(None, map(_images, runs)), []),
        ),
        styles=tuple(styles.values()),
        foot=(
            *_multiplied(factors),
            frame_words(FRAME),
            *outside_lines(panels.values()),
            *dict.fromkeys(line for panel in panels.values() for line in method_lines(panel.rows.run)),
            *convention_lines((heading, panel.rows.run) for heading, panel in panels.items()),
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


def _multiplied(factors: Mapping[str, float]) -> list[str]:
    """What is multiplied by what, and why; nothing where nothing is."""
    if not factors:
        return []
    by_factor: dict[float, list[str]] = {}
    for name, factor in factors.items():
        by_factor.setdefault(factor, []).append(name)
    told = ", ".join(f"{listed(names)} by {number(factor)}" for factor, names in by_factor.items())
    return [f"As published, predictions are multiplied, {told}, {WHY}"]


def _factor(run: Run, method: str) -> float:
    """That of the authors for influence, which depends on whether estimates of a solver are averaged."""
    if run.manifest.readout(method) is not Readout.LINEAR:
        return 1.0
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
