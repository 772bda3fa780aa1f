"""Figure 4: influence against distance to the test point, of a kernel's model and of one on a network's features."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.agreement import rank_correlation
from groupinf.analysis.influence_and_distance import (
    MOST_HELPFUL,
    NEAR,
    InfluenceAndDistance,
    helpful_first,
    influence_and_distance,
)
from groupinf.reporting.drawing.axes import linear_axis
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import draw_square
from groupinf.reporting.koh_liang_2017.looks import STYLES
from groupinf.reporting.single_rows.points import PointRows, pictures, single_points
from groupinf.reporting.words.formats import coefficient, percent
from groupinf.reporting.words.summary import convention_lines, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

# a panel of effects and, where rows are images, these: the two most helpful rows and the first of another label
COLUMNS, HELPFUL = 5, 2
ABOUT = (
    "Each point is a training row; y is its influence on the loss of one test point, x its Euclidean distance to it, "
    "as the authors' code has it; their caption says squared, which has the same order. ρ: Spearman's rank correlation "
    "of |influence| with distance."
)


def kernel_figure(runs: Sequence[Run]) -> Figure:
    """A panel for each run, of its first test point, with images where rows are images; the closing lines are of all
    test points. Raises DataError where a run has not the points of a single test point.
    """
    headings = [model_heading(run) for run in runs]
    first = [single_points(run)[0] for run in runs]
    images = [_images(of) for of in first]
    panels = [_pane(heading, of) for heading, of in zip(headings, first, strict=True)]
    with_images = [pane for panel, of in zip(panels, images, strict=True) if of for pane in (panel, *of)]
    others = [panel for panel, of in zip(panels, images, strict=True) if not of]
    without = list(dict.fromkeys(str(run.manifest.dataset) for run, of in zip(runs, images, strict=True) if not of))
    page = Panes(
        title="Koh and Liang (2017), Figure 4: influence against distance to the test point",
        facts=tuple(dict.fromkeys(facts_line(run) for run in runs)),
        y_label="Influence",
        panes=(*with_images, *others),
        styles=tuple(STYLES.values()),
        foot=(
            ABOUT,
            *(f"{heading}: {summary(of)}." for heading, of in zip(headings, map(distances_of, runs), strict=True)),
            *([f"Rows of {listed(without)} are no images, and none is shown."] if without else []),
            *convention_lines(zip(headings, runs, strict=True)),
        ),
        columns=COLUMNS if with_images else 2,
    )
    return panes_figure(page)


def distances_of(run: Run) -> InfluenceAndDistance:
    """What all test points of a run say of influence and distance."""
    points = single_points(run)
    return influence_and_distance(pd.concat([of.rows for of in points]), {of.test_point: of.label for of in points})


def model_heading(run: Run) -> str:
    """The data, and what the model of a run is linear in."""
    kernel = (run.config.get("model") or {}).get("kernel")
    model = "linear" if kernel is None else f"{kernel['name'].upper()} kernel"
    return f"{run.manifest.dataset}, {model}"


def summary(of: InfluenceAndDistance) -> str:
    """The numbers in words."""
    ranks = [rank for rank in of.first_other if rank is not None]
    first = f"rank {number(float(np.median(ranks)))} in the median" if ranks else "none"
    return (
        f"over {counted(len(of.test_points), 'test point')} ρ {coefficient(of.rho)}; {percent(of.top_own)} of the "
        f"{MOST_HELPFUL} most helpful rows have the test point's label, first of another: {first}; rows of its label "
        f"helpful {percent(of.all_rows.own_helpful)}, others harmful {percent(of.all_rows.others_harmful)}, of the "
        f"nearest {percent(NEAR)} of rows {percent(of.near.own_helpful)} and {percent(of.near.others_harmful)}"
    )


def _pane(heading: str, of: PointRows) -> Pane:
    return Pane(heading, f"Distance to test point {of.test_point}", partial(_draw, of=of))


def _draw(ax: Axes, of: PointRows) -> None:
    x, y = of.rows["distance"].to_numpy(), of.rows.influence.to_numpy()
    words = f"ρ = {coefficient(float(rank_correlation(np.abs(y), x)))}"
    draw_square(ax, x, y, of.kinds, STYLES, (linear_axis(x), linear_axis(y)), words, rasterized=True)


def _images(of: PointRows) -> list[Pane]:
    """The test row, its most helpful rows, and after them the most helpful one of another label."""
    order = helpful_first(of.rows.influence.to_numpy())
    rows, labels = of.rows["row"].to_numpy()[order], of.rows["label"].to_numpy()[order]
    others = np.flatnonzero(labels != of.label)
    places = [*range(HELPFUL), *others[others >= HELPFUL][:1]]
    named = [(f"Helpful {place + 1}: {rows[place]}, class {labels[place]}", int(rows[place])) for place in places]
    return pictures(of, named)
