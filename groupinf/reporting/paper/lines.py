"""Figure C.3 of the paper: how well influence ranks groups, against the strength of the regularisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.effects.evaluations.evaluation import WithoutOptions
from groupinf.effects.evaluations.registry import OF_THE_PAPER
from groupinf.effects.methods.influence import Influence
from groupinf.errors import DataError
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS
from groupinf.reporting.drawing.lettering import DOTS_PER_INCH, drawable, shorten_to, width_of
from groupinf.reporting.drawing.page import (
    BOLD,
    LEGEND_COLUMN,
    LEGEND_LINE,
    LINE,
    MARGIN,
    SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    add_legend,
    wrapped,
)
from groupinf.reporting.paper.scatter import (
    Shown,
    chosen_by_loss,
    shown,
)
from groupinf.reporting.words.formats import one_line
from groupinf.reporting.words.style import GRID, MOST_USER_KINDS, QUIET, SMALL, KindStyle, line_styles
from groupinf.reporting.words.summary import change_facts
from groupinf.studies.group_effects.convention import joint_convention
from groupinf.studies.group_effects.result import Run
from groupinf.wording import power_of_ten

WIDTH, HEIGHT, BETWEEN = 2.6, 2.2, 0.25
LEFT, RIGHT, BELOW = 0.75, 0.2, 0.62
BAND_ALPHA = 0.18


@dataclass(frozen=True)
class Line:
    """ρ and its interval at rising λ/n; all (L,)."""

    name: str
    lam_over_n: NDArray[np.float64]
    spearman: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def correlation_lines(series: Sequence[Sequence[Run]], evaluation: WithoutOptions) -> list[Line | None]:
    """For each series of runs by rising λ/n its line; None where the runs do not measure that."""
    named = zip(_names(series), series, strict=True)
    return [_line(name, shown(runs, [Influence]), evaluation) for name, runs in named]


def spearman_figure(series: Sequence[Sequence[Run]]) -> Figure:
    """Spearman's ρ of influence against λ/n: a line for each series, a panel for each evaluation."""
    if len(series) > MOST_USER_KINDS:
        raise DataError(f"figure-c3: expected at most {MOST_USER_KINDS} datasets, found {len(series)}")
    lines = {evaluation: correlation_lines(series, evaluation) for evaluation in OF_THE_PAPER}
    drawn = {evaluation: of for evaluation, of in lines.items() if any(line is not None for line in of)}
    every = [run for runs in series for run in runs]
    intervals = dict.fromkeys(one_line(run.manifest.agreement_interval) for run in every)
    by_loss = all(map(chosen_by_loss, every))
    point = "highest loss " + ("of each dataset" if by_loss else "where a run has one, else its first")
    foot = [
        "ρ: Spearman's rank correlation of influence with actual effects over all groups. "
        f"Bands: {'; '.join(intervals)}.",
        f"Test prediction and test loss are those of the test point of {point}.",
        joint_convention(run.manifest.convention for run in every),
    ]
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        return _draw(drawn, [drawable(one_line(name)) for name in _names(series)], foot)


def _line(name: str, runs: Sequence[Shown], evaluation: WithoutOptions) -> Line | None:
    rows = []
    for s in runs:
        table, [point] = s.run.spearman, evaluation.labels([s.point])
        at = (table["evaluation"] == evaluation.name) & (table["test_point"] == point) & (table["kind"] == ALL_KINDS)
        found = table[at & (table["method"] == Influence.name)]
        if found.empty:
            return None
        statistics = found.iloc[0][["spearman", "spearman_low", "spearman_high"]]
        rows.append([s.run.manifest.lam_over_n, *map(float, statistics)])
    lam, rho, low, high = np.array(rows, dtype=np.float64).T
    return Line(name, lam, rho, low, high)


def _names(series: Sequence[Sequence[Run]]) -> list[str]:
    """The dataset of each series, and what is done to groups where that differs."""
    first = [runs[0] for runs in series]
    told = zip(first, change_facts(first), strict=True)
    return [", ".join(filter(None, [str(run.manifest.dataset), change])) for run, change in told]


def _draw(drawn: dict[WithoutOptions, list[Line | None]], names: Sequence[str], foot: Sequence[str]) -> Figure:
    width = max(LEFT + len(drawn) * (WIDTH + BETWEEN) - BETWEEN + RIGHT, 6.4)
    title = wrapped("How well influence ranks groups, by regularisation", TITLE_SIZE * BOLD, width)
    lines = wrapped(" ".join(foot), SMALL, width)
    top = MARGIN + TITLE_LINE * len(title) + 0.4
    styles = line_styles(names)
    entry = max(width_of(style.name, SIZE) for style in styles) + LEGEND_COLUMN
    columns = max(1, int((width - 2 * MARGIN) / entry))
    legend = top + HEIGHT + BELOW
    below = legend + LEGEND_LINE * (1 + -(-len(names) // columns)) + 0.12
    height = below + LINE * len(lines) + MARGIN
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH)
    figure.text(MARGIN / width, 1 - MARGIN / height, "\n".join(title), size=TITLE_SIZE, weight="bold", va="top")
    lowest = _lowest(drawn)
    for i, (evaluation, of) in enumerate(drawn.items()):
        left = LEFT + i * (WIDTH + BETWEEN)
        ax = figure.add_axes((left / width, 1 - (top + HEIGHT) / height, WIDTH / width, HEIGHT / height))
        _draw_lines(ax, of, styles)
        ax.set_ylim(lowest, 1 + 0.03 * (1 - lowest))
        ax.set_title(evaluation.label, pad=8.0, size=SIZE, weight="bold")
        ax.set_xlabel("λ/n", labelpad=3.0)
        if i == 0:
            ax.set_ylabel("Spearman's ρ", labelpad=4.0)
        else:
            ax.set_yticklabels([])
    handles = [Line2D([], [], color=s.colour, marker=s.marker, markersize=5, linewidth=1.4) for s in styles]
    labels = [shorten_to(style.name, SIZE, width - 2 * MARGIN - LEGEND_COLUMN) for style in styles]
    add_legend(figure, handles, labels, (MARGIN / width, 1 - legend / height), columns, "Dataset")
    figure.text(MARGIN / width, 1 - below / height, "\n".join(lines), size=SMALL, color=QUIET, va="top")
    return figure


def _lowest(drawn: dict[WithoutOptions, list[Line | None]]) -> float:
    """Where the axis of ρ begins: below every line and every interval, at a multiple of 0.1."""
    values = np.concatenate(
        [np.r_[line.low, line.spearman] for of in drawn.values() for line in of if line is not None]
    )
    known = values[np.isfinite(values)]
    return float(np.floor(10 * known.min() - 0.2) / 10) if known.size else 0.0


def _draw_lines(ax: Axes, lines: Sequence[Line | None], styles: Sequence[KindStyle]) -> None:
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    for line, style in zip(lines, styles, strict=True):
        if line is None:
            continue
        ax.fill_between(line.lam_over_n, line.low, line.high, color=style.colour, alpha=BAND_ALPHA, linewidth=0)
        ax.plot(line.lam_over_n, line.spearman, color=style.colour, marker=style.marker, markersize=4.5, linewidth=1.4)
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=7))
    ax.xaxis.set_major_formatter(lambda value, _: power_of_ten(round(np.log10(value))))
    ax.xaxis.set_minor_formatter(NullFormatter())
