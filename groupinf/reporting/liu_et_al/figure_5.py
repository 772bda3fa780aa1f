"""Figure 5: a logistic regression beside a support vector machine, influence against the distance to the boundary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from groupinf.reporting.drawing.axes import EffectAxis, linear_axis, set_axes
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import draw_square
from groupinf.reporting.liu_et_al.looks import LABELS, label_styles
from groupinf.reporting.single_rows.needs import machine_and_smooth, of_the_same_rows
from groupinf.reporting.single_rows.points import single_points
from groupinf.reporting.words.style import QUIET, KindStyle
from groupinf.reporting.words.summary import convention_lines, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.stored_theta import theta_of
from groupinf.wording import counted, number

COLOURS = ("#ff7f0e", "#000000")  # the authors': orange for versicolor, black for virginica
# What they multiplied the influence of the logistic regression by before they drew it.
FACTOR = 2.3
WHY = (
    f"is multiplied by {FACTOR}, of which the paper says nothing: so that it is about as large as that of the machine. "
    "Scores are not divided by ‖β‖, which the text says they are: they are no distances. The authors' own numbers have "
    "2λ in Hessian and gradients where the fit has λ; these have λ throughout."
)

PLANE = " The distance is that to the plane on which both classes have the score 0."


@dataclass(frozen=True)
class Used:
    """Of a model's training rows, (n,) each: signed distances to the boundary, or scores, influence times n, labels."""

    run: Run
    heading: str
    x: NDArray[np.float64]
    influence: NDArray[np.float64]
    labels: NDArray[np.object_]


def distance_figure(runs: Sequence[Run], as_published: bool = False) -> Figure:
    """Influence against the distance for either model, between them lines that join what is the same row.

    Raises DataError where the runs are not a machine beside a smooth loss, with the same training rows and points.
    """
    first, second = (used(run, as_published) for run in of_the_same_rows(machine_and_smooth(runs)))
    smooth = first if first.run.manifest.loss.smooth else second
    styles = label_styles(first.labels, COLOURS)
    x_label = "Score, absolute" if as_published else f"Signed distance; positive: {first.run.manifest.classes[-1]}"
    across, up = linear_axis(first.x, second.x), linear_axis(first.influence, second.influence)
    draw = partial(_draw, styles=styles, across=across, up=up)
    page = Panes(
        title="Liu et al., Figure 5: influence against the distance to the boundary",
        facts=tuple(f"{one.heading}: {facts_line(one.run)}" for one in (first, second)),
        y_label="n × influence",
        panes=(
            Pane(first.heading, x_label, partial(draw, of=first)),
            Pane("The same rows", "Colour: distance, blue near", partial(_join, first=first, second=second, up=up)),
            Pane(second.heading, x_label, partial(draw, of=second)),
        ),
        styles=tuple(styles.values()),
        foot=(
            *((f"As published, the influence with {smooth.run.manifest.loss.label} {WHY}",) if as_published else ()),
            f"Influence of removing each of {counted(first.x.size, 'training row')} on the loss of the first test "
            f"point, times their number.{'' if as_published else PLANE}",
            *convention_lines((one.heading, one.run) for one in (first, second)),
        ),
        legend=LABELS,
    )
    return panes_figure(page)


def used(run: Run, as_published: bool = False) -> Used:
    """What a run says of each training row; raises DataError where it has no points, or its θ̂ is not stored."""
    points = single_points(run)[0].rows
    about, theta = run.manifest, theta_of(run.path).theta
    heading = str(about.loss.label).capitalize()
    score, influence = points["score"].to_numpy(dtype=np.float64), about.n * points.influence.to_numpy()
    labels = points["label"].astype(str).to_numpy(dtype=object)
    if as_published:
        smooth = about.loss.smooth
        return Used(run, heading, np.abs(score), influence * (FACTOR if smooth else 1.0), labels)
    return Used(run, heading, score / float(np.linalg.norm(theta[: about.d])), influence, labels)


def _draw(ax: Axes, of: Used, styles: dict[str, KindStyle], across: EffectAxis, up: EffectAxis) -> None:
    words = f"{number(float(of.influence.min()))} to {number(float(of.influence.max()))}"
    draw_square(ax, of.x, of.influence, of.labels, styles, (across, up), words)


def _join(ax: Axes, first: Used, second: Used, up: EffectAxis) -> None:
    """A tick for every row at either side, dark blue at the boundary and dark red far from it, and lines between."""
    for at, of in ((0.0, first), (1.0, second)):
        colours = matplotlib.colormaps["seismic"](Normalize()(np.abs(of.x)))
        ticks = [[(at - 0.06, y), (at + 0.06, y)] for y in of.influence]
        ax.add_collection(LineCollection(ticks, colors=colours, linewidths=0.8))
    pairs = zip(first.influence, second.influence, strict=True)
    lines = [[(0.06, y), (0.94, other)] for y, other in pairs]
    ax.add_collection(LineCollection(lines, colors=QUIET, linewidths=0.4, linestyles="--"))
    set_axes(ax, EffectAxis(-0.15, 1.15), up)
    ax.set_xticks([0.0, 1.0], [first.heading, second.heading])
    ax.set_box_aspect(1.0)
