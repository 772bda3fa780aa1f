"""What goes with ρ: how well influence ranks the groups of a kind, against how alike they are in Newton ÷ influence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.explained_rho import NEWTON_SPREAD, explanation_of_rho, kinds_table
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import EffectAxis, linear_axis, set_axes, set_logarithmic
from groupinf.reporting.drawing.panes import Pane, Panes, panes_figure
from groupinf.reporting.drawing.scatter import draw_points, write_above
from groupinf.reporting.theory.reading import panel_headings, theory_rows
from groupinf.reporting.words.formats import coefficient, interval
from groupinf.reporting.words.style import KindStyle, evaluation_name, kind_styles
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted

_LINE = "#b0b0b0"
# what is smaller is rounding of the 1 in 1 − ρ
_LEAST_LOST = 1e-12
_MEANING = (
    "Each point is a kind of group in a run. x: standard deviation ÷ mean of Newton ÷ influence over the groups of the "
    "kind. y: 1 − ρ, with ρ Spearman's rank correlation of influence with actual effects, the median over test points; "
    f"at 0 influence ranks the kind without fault. Kinds of fewer than {FEWEST_GROUPS} groups are left out. Above a "
    "panel: Spearman's ρ of x with y, with a 95 % interval of ten kinds or more."
)


def spread_figure(runs: Sequence[Run]) -> Figure:
    """A panel for each evaluation: the spread of Newton ÷ influence on x, 1 − ρ on y, a point for each kind and run.

    Of runs of one dataset that differ in more than λ the later ones are hollow.
    Raises DataError where a run has no theory or is given twice, or fewer than two kinds of all runs can be compared.
    """
    _refuse_twice(runs)
    parts = [_kinds(run) for run in runs]
    table = _beside_others(pd.concat(parts, ignore_index=True))
    explained = explanation_of_rho(parts, (NEWTON_SPREAD,))
    known = explained[explained["n"] > 1].set_index("evaluation")
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
        draw = partial(_draw, rows=own, styles=styles, words=_words(known.loc[[evaluation]].iloc[0]))
        panes.append(Pane(evaluation_name(evaluation), "Spread of Newton ÷ influence", draw))
    page = Panes(
        title="How well influence ranks a kind of group, and how alike its groups are",
        facts=(f"{counted(len(runs), 'run')}: {'; '.join(panel_headings(runs))}",),
        y_label="1 − ρ",
        panes=tuple(panes),
        styles=tuple(dict.fromkeys(styles.values())),
        foot=tuple(_foot(table, runs)),
        legend="Kind of group",
    )
    return panes_figure(page)


def _refuse_twice(runs: Sequence[Run]) -> None:
    """Raises DataError where a run is given twice, also in a copy of its folder."""
    first: dict[str, Run] = {}
    for run in runs:
        told = first.setdefault(json.dumps(run.manifest.identity, sort_keys=True, default=str), run)
        if told is not run:
            raise DataError(f"{run.path}: expected each run once, found that of {told.path} again")


def _kinds(run: Run) -> pd.DataFrame:
    """The kinds of a run that are compared; runs of one ``series`` differ in nothing but their names and λ."""
    table, about = kinds_table(theory_rows(run)), run.manifest
    known = np.isfinite(table[NEWTON_SPREAD]) & np.isfinite(table["spearman"])
    kept: pd.DataFrame = table[known & (table["kind"] != ALL_KINDS) & (table["n_groups"] >= FEWEST_GROUPS)]
    others = {key: value for key, value in run.config.items() if key not in ("name", "regularization")}
    lost = 1 - kept["spearman"]
    return kept.assign(
        lost=lost.where(lost >= _LEAST_LOST, 0.0),
        run=str(run.path),
        dataset=about.dataset,
        series=json.dumps(others, sort_keys=True),
        lam_over_n=about.lam_over_n,
    )


def _beside_others(table: pd.DataFrame) -> pd.DataFrame:
    """With ``hollow``, whether a row is of another series than the first of its dataset."""
    return table.assign(hollow=table["series"] != table.groupby("dataset", sort=False)["series"].transform("first"))


def _foot(table: pd.DataFrame, runs: Sequence[Run]) -> list[str]:
    """What is drawn, how runs of one dataset are told apart, and what kinds have in common."""
    told = [_MEANING]
    if table.groupby("series")["run"].nunique().max() > 1:
        told.append("Grey lines join a kind over the λ/n of runs that differ in nothing else.")
    hollow = set(table.loc[table["hollow"], "run"])
    if hollow:
        headings = zip(panel_headings(runs), runs, strict=True)
        told.append(f"Hollow points: {'; '.join(heading for heading, run in headings if str(run.path) in hollow)}.")
    if table.groupby("dataset")["run"].nunique().max() > 1:
        told.append(
            "Intervals are as if kinds were independent; those of several runs on one dataset share groups or rows, so "
            "that intervals are too narrow."
        )
    return told


def _words(found: pd.Series) -> str:
    low, high = found["spearman_low"], found["spearman_high"]
    ends = f" {interval(low, high)}" if low == low else ""
    return f"ρ = {coefficient(found['spearman'])}{ends} · {int(found['n']):,} kinds"


def _draw(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, KindStyle], words: str) -> None:
    x, y = rows[NEWTON_SPREAD].to_numpy(), rows["lost"].to_numpy()
    for _, own in rows.groupby(["series", "kind"], sort=False):
        along = own.sort_values("lam_over_n")
        ax.plot(along[NEWTON_SPREAD].to_numpy(), along["lost"].to_numpy(), color=_LINE, linewidth=0.6, zorder=0.5)
    kinds, hollow = rows["kind"].to_numpy(dtype=object), rows["hollow"].to_numpy()
    draw_points(ax, x[~hollow], y[~hollow], kinds[~hollow], styles)
    for i in np.flatnonzero(hollow):
        of = styles[kinds[i]]
        ax.scatter(x[i], y[i], s=14, marker=of.marker, facecolors="none", edgecolors=of.colour, linewidths=0.9)
    set_axes(ax, _axis(x), _axis(y))
    set_logarithmic(ax, *(None if (of == 0).any() else (of.min() / 1.5, of.max() * 1.5) for of in (x, y)))
    ax.set_box_aspect(1.0)
    write_above(ax, words)


def _axis(values: np.ndarray) -> EffectAxis:
    """From 0, and logarithmic from the least value beyond it."""
    known = values[values > 0]
    if not known.size:
        return linear_axis(values)
    linear_to = float(10 ** np.floor(np.log10(known.min())))
    return EffectAxis(-0.3 * linear_to, float(1.5 * known.max()), linear_to)
