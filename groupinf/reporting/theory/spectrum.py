"""The eigenvalues of D(w) by kind and by size of the groups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from groupinf.analysis.breakdown import size_bands
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import set_logarithmic
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import write_above
from groupinf.reporting.theory.reading import spectra_of, theory_rows
from groupinf.reporting.words.formats import size_words
from groupinf.reporting.words.style import GRID, KindStyle, kind_styles
from groupinf.reporting.words.summary import convention_line, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, number

# eigenvalues smaller than this share of the largest are not drawn: effects hardly see them
_SMALLEST = 1e-4
_ENDS = (0.1, 0.9)
# the bound of the paper is a line up to so many times the largest value drawn
_FARTHEST = 100.0
_MOST_TICKS = 6
_BAND = "#e4e4e4"
_PAPER = "#D55E00"


def spectrum_figure(run: Run) -> Figure:
    """A panel for each range of sizes: the number of an eigenvalue on x, the median over each kind's groups on y.

    Raises DataError where the run has no theory, or groups count more often than before, so that D(w) is negative.
    """
    rows = spectra_of(run).merge(_groups(run), on="group")
    rows = rows.assign(value=rows["eigenvalue"] / (1 - rows["eigenvalue"]))
    if not (rows["value"] > 0).any():
        raise DataError(f"{run.path}: expected groups whose H(w) has eigenvalues above 0, as of removal, found none")
    groups = rows.drop_duplicates("group")
    bands = dict(zip(groups["group"], size_bands(groups["size"].to_numpy(dtype=np.int64)), strict=True))
    rows = rows.assign(band=rows["group"].map(bands))
    styles = kind_styles([str(kind) for kind in groups["kind"].value_counts().index])
    top, limit = _top(rows), _paper_limit(run)
    draw = partial(_draw, styles=styles, top=top, last=_last(rows, top), limit=limit)
    panes = [
        Pane(_sizes(own), "Number of the eigenvalue", partial(draw, rows=own))
        for _, own in rows.groupby("band", sort=True)
    ]
    page = Panes(
        title="Eigenvalues of D(w), by kind and size of the groups",
        facts=(facts_line(run),),
        y_label="Eigenvalue of D(w)",
        panes=tuple(panes),
        styles=tuple(dict.fromkeys(styles.values())),
        foot=(_MEANING, *_limit_words(limit, top), convention_line(run)),
        legend="Kind of group",
    )
    return panes_figure(page)


_MEANING = (
    "D(w) = (I − A)⁻¹ − I with A = H^(−½)H(w)H^(−½) has the eigenvalues a/(1 − a), a those of A: near 0, Newton and "
    "influence agree on a group; at 1 they may differ by as much as influence is. Lines: medians over the groups of a "
    "kind; grey: 10 % to 90 % of all groups of the panel. Number 1 is the largest; those below "
    f"{number(_SMALLEST)} of the largest drawn are left out, and a line ends where of some group no more are known."
)


def _groups(run: Run) -> pd.DataFrame:
    return run.groups[["group", "kind", "size"]]


def _paper_limit(run: Run) -> float:
    """σ_max/λ, which bounds all; NaN where the run has no such bound."""
    return float(theory_rows(run)["d_norm_paper"].max()) if run.theory is not None else np.nan


def _limit_words(limit: float, top: float) -> list[str]:
    if not np.isfinite(limit):
        return []
    where = "Dashed" if _in_sight(limit, top) else "Far above the panels"
    return [f"{where}: σ_max/λ = {number(limit)}, the paper's bound on all of them."]


def _in_sight(limit: float, top: float) -> bool:
    return bool(limit <= _FARTHEST * top)


def _top(rows: pd.DataFrame) -> float:
    """The largest value that a line or the end of a band reaches."""
    first = rows[rows["number"] == 1]
    medians, ends = first.groupby(["band", "kind"])["value"].median(), first.groupby("band")["value"].quantile(_ENDS[1])
    return float(max(medians.max(), ends.max()))


def _sizes(rows: pd.DataFrame) -> str:
    return size_words(int(rows["size"].min()), int(rows["size"].max()))


def _last(rows: pd.DataFrame, top: float) -> int:
    """The number of the last eigenvalue that any group has above what is drawn."""
    return int(rows.loc[rows["value"] > _SMALLEST * top, "number"].max())


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    """Values with a row for each group and a column for each number: beyond those that are stored 0 where the whole
    spectrum was computed, which has no error, and NaN where only the largest were found.
    """
    every = rows.pivot(index="group", columns="number", values="value")
    whole = rows.groupby("group")["error"].max().loc[every.index].to_numpy() == 0
    return every.where(every.notna() | ~whole[:, None], 0.0)


def _draw(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, KindStyle], top: float, last: int, limit: float) -> None:
    low = _SMALLEST * top
    every = _known(rows)
    numbers = every.columns.to_numpy()
    least, most = np.quantile(every.to_numpy(), _ENDS, axis=0)
    seen, bottom = most > low, np.maximum(least, low / 10)  # beyond, groups have no eigenvalue to be drawn
    ax.bar(numbers[seen], (most - bottom)[seen], 1.0, bottom[seen], color=_BAND, linewidth=0, zorder=0)
    kinds = rows.drop_duplicates("group").set_index("group")["kind"].loc[every.index].to_numpy()
    for kind, style in styles.items():
        own = every[kinds == kind]
        if not own.empty:
            median = own.median(skipna=False).to_numpy()
            ax.plot(
                numbers, np.where(median > low, median, np.nan), color=style.colour, marker=style.marker, markersize=3,
                linewidth=1.0, markeredgewidth=0,
            )  # fmt: skip
    if _in_sight(limit, top):
        ax.axhline(limit, color=_PAPER, linewidth=1.0, dashes=(4, 2))
    ax.grid(axis="y", color=GRID, linewidth=0.4)
    ax.set_axisbelow(True)
    set_logarithmic(ax, None, (low, 2 * max(top, limit if _in_sight(limit, top) else top)))
    ax.set_xlim(0.5, last + 0.5)
    ax.xaxis.set_major_locator(FixedLocator(range(1, last + 1, -(-last // _MOST_TICKS))))
    ax.set_box_aspect(1.0)
    largest = np.median(every[1].to_numpy())
    write_above(ax, f"{counted(len(every), 'group')} · largest {number(float(largest), 2)} in the median")
