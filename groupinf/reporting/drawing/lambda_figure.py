"""How λ was chosen: the figure of the cross-validation, and the sentence that goes with it."""

from __future__ import annotations

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import NDArray

from groupinf.reporting.drawing.axes import PowerOfTen
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS, add_heading, write_figure
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, drawable, wrap_to
from groupinf.reporting.words.choices import choice_line, score_name
from groupinf.reporting.words.formats import markdown
from groupinf.reporting.words.markdown import picture
from groupinf.reporting.words.style import GRID, QUIET, SMALL, TEXT
from groupinf.reporting.words.summary import facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number, power_of_ten

NAME = "cross_validation"
# above this many folds no single one is drawn
MOST_FOLDS = 20
_MEAN, _LEFT_OUT = "#0072B2", "#D55E00"
# inches
_WIDTH, _PANEL_WIDTH, _PANEL_HEIGHT, _LEFT, _TOP, _BELOW = 8.0, 4.3, 3.0, 0.9, 0.75, 0.62
_MOST_TICKS = 8
_LEGEND_GAP, _MARGIN, _FOOT_LINE = 0.25, 0.15, 0.165


def write_lambda_figure(run: Run, table: pd.DataFrame) -> None:
    """Write figures/cross_validation.{png,svg}."""
    write_figure(run.path, NAME, lambda_figure(run, table))


def lambda_parts(run: Run, table: pd.DataFrame) -> list[str]:
    """The section of the report on the choice of λ, in Markdown."""
    return ["## Choice of λ", markdown(choice_line(run, table)), picture("Score against λ/n", NAME)]


def lambda_figure(run: Run, table: pd.DataFrame) -> Figure:
    """Score against λ/n: each fold, their mean ± standard error, approximate leave-one-out, and the λ/n chosen.

    ``table`` is the run's ``cross_validation``.
    """
    folds = table.filter(regex=r"^fold_\d+$").to_numpy(dtype=np.float64)  # (values of λ, folds)
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        foot = wrap_to(drawable(choice_line(run, table)), SMALL, _WIDTH - 2 * _MARGIN)
        below = _BELOW + _FOOT_LINE * len(foot) + _MARGIN
        height = _TOP + _PANEL_HEIGHT + below
        figure = Figure(figsize=(_WIDTH, height), dpi=DOTS_PER_INCH)
        box = (_LEFT / _WIDTH, below / height, _PANEL_WIDTH / _WIDTH, _PANEL_HEIGHT / height)
        ax = figure.add_axes(box)
        _draw(ax, table, folds)
        _scale(ax, table["lam_over_n"].to_numpy(dtype=np.float64))
        ax.set_xlabel("λ/n")
        ax.set_ylabel(f"{score_name(run)} on rows left out")
        corner = ((_LEFT + _PANEL_WIDTH + _LEGEND_GAP) / _WIDTH, 1 - _TOP / height)
        handles, labels = ax.get_legend_handles_labels()
        legend = figure.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=corner, borderaxespad=0.0)
        legend.set_frame_on(False)
        add_heading(figure, "Choice of λ by cross-validation", facts_line(run))
        figure.text(_MARGIN / _WIDTH, (below - _BELOW) / height, "\n".join(foot), size=SMALL, color=QUIET, va="top")
    return figure


def _draw(ax: Axes, table: pd.DataFrame, folds: NDArray[np.float64]) -> None:
    x = table["lam_over_n"].to_numpy(dtype=np.float64)
    mean, chosen = table["mean_score"].to_numpy(dtype=np.float64), table["chosen"].to_numpy(dtype=bool)
    ax.axvline(x[chosen][0], color=GRID, linewidth=4.0, zorder=0, label=f"Chosen: λ/n = {number(x[chosen][0])}")
    if folds.shape[1] <= MOST_FOLDS:
        for k, scores in enumerate(folds.T):
            ax.plot(
                x, scores, color=QUIET, alpha=0.55, linewidth=0.7, marker=".", markersize=3, zorder=1,
                label="Each fold" if k == 0 else None,
            )  # fmt: skip
    ax.errorbar(
        x, mean, yerr=table["standard_error"], color=_MEAN, marker="o", markersize=4.5, linewidth=1.6, elinewidth=1.0,
        capsize=3.0, zorder=3, label=f"Mean of {folds.shape[1]} folds\n± standard error",
    )  # fmt: skip
    left_out = table["approximate_leave_one_out"].to_numpy(dtype=np.float64)
    if not np.isnan(left_out).all():
        ax.plot(
            x, left_out, color=_LEFT_OUT, marker="D", markersize=4, linewidth=1.4, linestyle=(0, (4, 2)), zorder=2,
            label="Approximate\nleave-one-out",
        )  # fmt: skip
    ax.plot(
        x[chosen], mean[chosen], linestyle="", marker="o", markersize=10, markerfacecolor="none", markeredgecolor=TEXT,
        zorder=4,
    )  # fmt: skip


def _scale(ax: Axes, x: NDArray[np.float64]) -> None:
    """A log axis with its powers of ten; where fewer than two are in reach, with the values of the grid."""
    ax.set_xscale("log")
    margin = (x[-1] / x[0]) ** 0.04 if x[-1] > x[0] else 2.0
    low, high = x[0] / margin, x[-1] * margin
    ax.set_xlim(low, high)
    powers = range(int(np.ceil(np.log10(low))), int(np.floor(np.log10(high))) + 1)
    decades = len(powers) >= 2
    every = -(-len(powers) // _MOST_TICKS)
    ticks = [10.0**power for power in powers[::every]] if decades else sorted({x[0], x[x.size // 2], x[-1]})
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_minor_locator(NullLocator())
    names = FuncFormatter(lambda value, _: power_of_ten(round(np.log10(value))) if decades else number(value))
    ax.xaxis.set_major_formatter(names)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], min_n_ticks=2))
    ax.yaxis.set_major_formatter(PowerOfTen())
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
