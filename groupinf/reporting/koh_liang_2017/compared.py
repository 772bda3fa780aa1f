"""Rows that were left out one by one: the actual effect on x, a prediction of it on y, and the authors' frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from groupinf.analysis.agreement import correlation
from groupinf.analysis.pairs import ACTUAL
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import TICK_SIZE, PowerOfTen
from groupinf.reporting.drawing.scatter import write_above
from groupinf.reporting.words.style import IDENTITY, QUIET
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

BLUE = "#0072B2"
# beyond the outermost point or the frame
_MARGIN = 1.06


@dataclass(frozen=True)
class Compared:
    """Effects of leaving out each of some rows on the loss of one test point: (n,) each."""

    actual: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @property
    def pearson(self) -> float:
        """Pearson's correlation of both."""
        return float(correlation(self.predicted, self.actual))

    @property
    def slope(self) -> float:
        """Least squares of actual on predicted through the origin."""
        return float(self.predicted @ self.actual / (self.predicted @ self.predicted))

    def outside(self, across: float, up: float) -> int:
        """How many points lie outside of a frame from −``across`` to ``across`` and from −``up`` to ``up``."""
        return int(np.count_nonzero((np.abs(self.actual) > across) | (np.abs(self.predicted) > up)))


def compared(run: Run, method: str) -> Compared:
    """What a run predicted with a method, beside what came; raises DataError where it measured no single test loss."""
    rows = run.effects[run.effects["evaluation"] == TEST_LOSS.name]
    points = rows["test_point"].nunique()
    if points != 1:
        found = counted(points, "test point")
        raise DataError(f"{run.path}: expected effects on the {TEST_LOSS.in_text} of one test point, found {found}")
    table = rows.pivot(index="group", columns="method", values="effect")
    if method not in table:
        raise DataError(f"{run.path}: expected the method {method}, found {', '.join(map(str, table.columns))}")
    return Compared(table[ACTUAL].to_numpy(), table[method].to_numpy())


def agreement_words(of: Compared) -> str:
    """Pearson's r and the slope, as they stand above a panel."""
    return f"r = {of.pearson:.4f} · slope {of.slope:.2f}"


def drawing(of: Compared, frame: float, ticks: float, to_scale: bool = True) -> Callable[[Axes], None]:
    """Draws a square panel from −``frame`` to ``frame``, with ticks at −``ticks``, 0 and ``ticks`` and a diagonal.

    Where points lie outside of it the panel is larger, and the frame is drawn. Not ``to_scale`` y has the width of the
    predictions.
    """
    reach = _MARGIN * float(np.abs(of.predicted).max()) or frame
    inside = of.outside(frame, frame if to_scale else np.inf) == 0
    across = frame if inside else _MARGIN * max(frame, float(np.abs(of.actual).max()), reach if to_scale else 0.0)
    up = across if to_scale else reach

    def draw(ax: Axes) -> None:
        ax.plot([-across, across], [-across, across], color=IDENTITY, linewidth=1.0, zorder=0.5)
        ax.scatter(of.actual, of.predicted, s=9, c=BLUE, alpha=0.7, linewidths=0.2, edgecolors="white")
        if not inside:
            height = frame if to_scale else up
            corner, size = (-frame, -height), (2 * frame, 2 * height)
            ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=QUIET, linewidth=0.6))
        ax.set(xlim=(-across, across), ylim=(-up, up))
        ax.set_xticks([-ticks, 0.0, ticks])
        if to_scale:
            ax.set_yticks([-ticks, 0.0, ticks])
        else:
            ax.yaxis.set_major_formatter(PowerOfTen())
        ax.tick_params(labelsize=TICK_SIZE)
        ax.set_box_aspect(1.0)
        write_above(ax, agreement_words(of))

    return draw
