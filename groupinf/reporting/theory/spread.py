"""What goes with ρ: how well influence ranks the groups of a kind, against how alike they are in Newton ÷ influence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.explained_rho import explanation_of_rho, kinds_table
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import set_logarithmic
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import draw_points, write_above
from groupinf.reporting.theory.reading import theory_rows
from groupinf.reporting.words.formats import coefficient, interval
from groupinf.reporting.words.style import KindStyle, evaluation_name, kind_styles
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

SPREAD = "newton_over_influence_variation"
_LINE = "#b0b0b0"
_MEANING = (
    "Each point is a kind of group in a run; grey lines join a kind over the λ/n of a dataset. x: standard deviation ÷ "
    "mean of Newton ÷ influence over the groups of the kind. y: 1 − ρ, with ρ Spearman's rank correlation of influence "
    "with actual effects, the median over test points. Above a panel: Spearman's ρ of x with y. Kinds of fewer than "
    f"{FEWEST_GROUPS} groups are left out."
)


def spread_figure(runs: Sequence[Run]) -> Figure:
    """A panel for each evaluation: the spread of Newton ÷ influence on x, 1 − ρ on y, a point for each kind and run.

    Raises DataError where a run has no theory, or fewer than two kinds of all runs can be compared.
    """
    parts = [_kinds(run) for run in runs]
    table = pd.concat(parts, ignore_index=True)
    explained = explanation_of_rho(parts)
    known = explained[(explained["spread"] == SPREAD) & (explained["n"] > 1)].set_index("evaluation")
    if known.empty:
        found = counted(len(table[["kind", "run"]].drop_duplicates()), "kind")
        raise DataError(
            f"{runs[0].path}: expected two kinds of {FEWEST_GROUPS} groups or more, of one run or of several, found "
            f"{found}"
        )
    styles = kind_styles(list(dict.fromkeys(table["kind"])))
    panes = []
    for evaluation in map(str, known.index):
        own = table[table["evaluation"] == evaluation]
        drawn = own[(own["lost"] > 0) & (own[SPREAD] > 0)]
        draw = partial(
            _draw, rows=drawn, styles=styles, words=_words(known.loc[[evaluation]].iloc[0], len(own) - len(drawn))
        )
        panes.append(Pane(evaluation_name(evaluation), "Spread of Newton ÷ influence", draw, len(own) - len(drawn)))
    page = Panes(
        title="How well influence ranks a kind of group, and how alike its groups are",
        facts=(f"{counted(len(runs), 'run')}: {listed(dict.fromkeys(map(_called, runs)))}",),
        y_label="1 − ρ",
        panes=tuple(panes),
        styles=tuple(dict.fromkeys(styles.values())),
        foot=(_MEANING,),
        legend="Kind of group",
    )
    return panes_figure(page)


def _kinds(run: Run) -> pd.DataFrame:
    """The kinds of a run that are compared."""
    table, about = kinds_table(theory_rows(run)), run.manifest
    known = np.isfinite(table[SPREAD]) & np.isfinite(table["spearman"])
    kept: pd.DataFrame = table[known & (table["kind"] != ALL_KINDS) & (table["n_groups"] >= FEWEST_GROUPS)]
    return kept.assign(lost=1 - kept["spearman"], run=str(run.path), dataset=about.dataset, lam_over_n=about.lam_over_n)


def _called(run: Run) -> str:
    return f"{run.manifest.dataset} at λ/n = {number(run.manifest.lam_over_n)}"


def _words(found: pd.Series, hidden: int) -> str:
    low, high = found["spearman_low"], found["spearman_high"]
    ends = f" {interval(low, high)}" if low == low else ""
    left = f" · {hidden:,} hidden" if hidden else ""
    return f"ρ = {coefficient(found['spearman'])}{ends} · {int(found['n']):,} kinds{left}"


def _draw(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, KindStyle], words: str) -> None:
    x, y = rows[SPREAD].to_numpy(), rows["lost"].to_numpy()
    for _, own in rows.groupby(["dataset", "kind"], sort=False):
        along = own.sort_values("lam_over_n")
        ax.plot(along[SPREAD].to_numpy(), along["lost"].to_numpy(), color=_LINE, linewidth=0.6, zorder=0.5)
    draw_points(ax, x, y, rows["kind"].to_numpy(dtype=object), styles)
    if rows.size:
        set_logarithmic(ax, (x.min() / 1.5, x.max() * 1.5), (y.min() / 2, y.max() * 2))
    ax.set_box_aspect(1.0)
    write_above(ax, words)
