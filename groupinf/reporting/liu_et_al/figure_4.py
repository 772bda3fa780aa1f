"""Figure 4: a support vector machine on iris, leave-one-out of the hinge against influence through smooth hinges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.errors import DataError
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import write_above
from groupinf.reporting.liu_et_al.effects import Comparison, comparison_pane, frame_words, outside_words
from groupinf.reporting.liu_et_al.reading import labels_of, removed_rows
from groupinf.reporting.words.style import KindStyle
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

FRAME = 0.14
COLOURS = ("#d62728", "#1f77b4")  # the authors': red for versicolor, blue for virginica
CURVES = ((0.1, "#0072B2"), (0.03, "#E69F00"), (0.0, "#000000"))
# What they multiplied the predictions at t = 0.1 by before they drew them.
FACTORS: Mapping[float, float] = {0.1: 1.6}
WHY = (
    "As published, predictions at t = 0.1 are multiplied by 1.6, of which the paper says nothing: its Hessian and "
    "gradients have 2λ where the fit has λ, and the temperature is too high for the size of effects to come out right."
)
NO_INVERSE = (
    "At t = 0 the hinge has no curvature, and with a free intercept the Hessian no inverse; the authors add 10⁻⁴. "
    "Here the intercept is penalised at t = 0, which is another model."
)


def smoothing_figure(runs: Sequence[Run], as_published: bool = False) -> Figure:
    """The smooth hinges, then a panel for each run of the hinge by rising temperature: actual effects on x.

    Raises DataError where the runs are not ones of single rows on the loss of a test point.
    """
    names = sorted(set(labels_of(runs[0])))
    styles = {name: KindStyle(name, colour, "o") for name, colour in zip(names, COLOURS, strict=False)}
    ordered = sorted(runs, key=smoothing)
    comparisons = []
    for run in ordered:
        of = removed_rows(run)
        factor = FACTORS.get(smoothing(run), 1.0) if as_published else 1.0
        [predicted] = list(of.predicted.values())[:1]
        up = FRAME if smoothing(run) else np.inf
        comparisons.append(Comparison(run, of, predicted, of.labels, styles, FRAME, up, as_published, factor))
    page = Panes(
        title="Liu et al., Figure 4: leave-one-out of the hinge, and influence through smooth hinges",
        facts=(facts_line(ordered[-1]),),
        y_label="Predicted effect",
        panes=(
            Pane("Smooth hinge", "Margin s", _curves, y_label="Loss"),
            *(
                comparison_pane(f"t = {number(smoothing(run))}", one)
                for run, one in zip(ordered, comparisons, strict=True)
            ),
        ),
        styles=tuple(styles.values()),
        foot=(
            *((WHY,) if as_published else ()),
            f"{frame_words(FRAME)} At t = 0 that on y is as long as need be.",
            *outside_words(comparisons),
            *((NO_INVERSE,) if any(smoothing(run) == 0 for run in runs) else ()),
            convention_line(ordered[-1]),
        ),
        columns=4,
        legend="Label of the training row",
    )
    return panes_figure(page)


def smoothing(run: Run) -> float:
    """The temperature of the smooth hinge by which a run of the hinge is predicted."""
    temperature = run.manifest.loss_options.get("smoothing")
    if temperature is None:
        raise DataError(f"{run.path}: expected a run of the hinge, found one of the {run.manifest.loss.label}")
    return float(temperature)


def _curves(ax: Axes) -> None:
    s = np.linspace(0.0, 2.0, 401)
    for t, colour in CURVES:
        values = t * np.logaddexp(0.0, (1 - s) / t) if t else np.maximum(0.0, 1 - s)
        ax.plot(s, values, color=colour, linewidth=1.2, label=f"t = {number(t)}")
    ax.legend(frameon=False, fontsize=8)
    ax.set_box_aspect(1.0)
    write_above(ax, "t·log(1 + exp((1 − s)/t))")
