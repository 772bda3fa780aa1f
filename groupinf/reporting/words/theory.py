"""What the theory of a run says of it, in sentences: intervals, bounds, cones, copies, and what goes with ρ."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.explained_rho import NEWTON_SPREAD, explanation_of_rho, kinds_table
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.analysis.theory import (
    BOUNDS,
    OF_THE_GROUP,
    OF_THE_PAPER,
    ROUNDING,
    Cone,
    Held,
    cone,
    copies,
    has_end,
    has_interval,
    held,
    intervals,
    is_exact,
)
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.reporting.words.formats import coefficient, size_words, slope
from groupinf.reporting.words.style import evaluation_in_text, kind_name
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

# copies whose factor differs from the predicted one by no more than this share have that factor
_SAME = 1e-6
# fewer kinds have no order that could go with another
_FEWEST_KINDS = 3
# |ρ| that chance alone reaches in one of twenty orders of so many kinds; of fewer it may reach 1. Of ten there are
# intervals.
CRITICAL = {5: 0.999, 6: 0.885, 7: 0.785, 8: 0.738, 9: 0.699}


def theory_lines(run: Run, rows: pd.DataFrame) -> list[str]:
    """Every sentence on rows ``beside_actual`` of the run."""
    return [
        interval_line(rows),
        *free_lines(run, rows),
        *bound_lines(rows),
        *cone_lines(rows),
        *copies_lines(rows),
        *alike_lines(rows),
    ]


def interval_line(rows: pd.DataFrame) -> str:
    """How many effects have a proven interval, of groups of which sizes, how wide it is beside the effect, of how many
    the sign is proven, and whether all hold.
    """
    found = intervals(rows)
    if found.outside:
        lie = "effect lies outside its" if found.outside == 1 else "effects lie outside their"
        return (
            f"WRONG: {found.outside:,} of {found.count:,} actual {lie} proven interval, by more than error estimates "
            "allow: a proof, or a number here, is false."
        )
    ends = f"; one end for {found.one_end:,} more" if found.one_end else ""
    signs = f"the sign of {_all_or(found.signed, found.count, 'effect') if found.signed else 'none'}"
    if not found.finite:
        none = f"a finite interval for none of {counted(found.count, 'effect')}"
        return f"Proven without retraining: {none}{ends}{f'; {signs}' if found.one_end else ''}."
    proven = _all_or(found.finite, found.count, "effect")
    exact = is_exact(rows)
    wide = (
        ""
        if exact or math.isnan(found.relative)
        else f", in the median {_times(found.relative)} the size of the effect wide"
    )
    return (
        f"Proven without retraining: finite intervals for {proven}{_sizes(rows)}{wide}{ends}; {signs}. Every actual "
        f"effect lies inside its interval.{' Newton effects are exact up to rounding here.' if exact else ''}"
    )


def _times(value: float) -> str:
    return f"{number(value)} times"


def _sizes(rows: pd.DataFrame) -> str:
    """How large the groups are whose effects have a finite interval, and those whose have none."""
    finite, sizes = has_interval(rows), rows["size"].to_numpy()
    if finite.all():
        return ""
    having, without = sizes[finite], sizes[~finite]
    if having.max() < without.min() or without.max() < having.min():
        one, other = (size_words(int(of.min()), int(of.max())) for of in (having, without))
        return f" (groups of {one}; none for those of {other})"
    one, other = (counted(round(float(np.median(of))), "row") for of in (having, without))
    return f" (in the median of groups of {one}; without, of {other})"


def free_lines(run: Run, rows: pd.DataFrame) -> list[str]:
    """Why effects have no finite interval where the intercept is free, and what would give them one."""
    told = rows["curvature"].notna() | has_end(rows)
    known = told.groupby(rows["evaluation"]).transform("any").to_numpy()  # others have no bounds in any model
    without = int((known & ~has_interval(rows)).sum())
    if not without or not run.manifest.intercept.is_free:
        return []
    have = "effect has" if without == 1 else "effects have"
    return [
        f"{without:,} {have} no finite interval: where the Hessian does not bound how far parameters still move, only "
        "λ does, and the intercept is free of it. With model: {intercept: none} or {intercept: penalised} "
        "every interval is finite."
    ]


def bound_lines(rows: pd.DataFrame) -> list[str]:
    """A sentence for each proposition whose bounds have values, over all evaluations, on errors above rounding."""
    lines = []
    for name, bounds in itertools.groupby(BOUNDS, lambda bound: bound.of):
        found = [(bound.version, held(rows, bound)) for bound in bounds]
        told = [f"{version} {_held(of)}" for version, of in found if of.compared]
        lines += [f"Violations of {name} (median bound ÷ error): {'; '.join(told)}."] if told else []
    return lines


def _held(of: Held) -> str:
    violated = f"{of.violations:,}" if of.violations else "none"
    rounded = " with an error above rounding" if of.compared < of.count else ""
    return f"{violated} of {counted(of.compared, 'effect')}{rounded} ({number(of.median, 2)})"


def cone_lines(rows: pd.DataFrame) -> list[str]:
    """What of Proposition 3 is seen on the self-loss, where it is measured and groups have cones."""
    own = rows[rows["evaluation"] == SELF_LOSS.name]
    of_groups, of_paper = cone(own, OF_THE_GROUP), cone(own, OF_THE_PAPER)
    if not of_groups.count:
        return []
    allowed = f"the group's own cone allows up to {slope(of_groups.slope)} in the median"
    if of_paper.count:
        allowed += f", that of the paper {slope(of_paper.slope)}"
    inside = _inside(of_groups, of_paper)
    held_by = _all_or(of_groups.actual, of_groups.count, "group")
    without = of_groups.without
    left = f" {counted(without, 'more group')} {'has' if without == 1 else 'have'} influence 0." if without else ""
    actual = f"The actual effects of {held_by} lie in the group's own cone too.{left}"
    return [
        f"Proposition 3: to second order, Newton ÷ influence on {SELF_LOSS.in_text} is {slope(of_groups.found)} in "
        f"the median; {allowed}. {inside} {actual}"
    ]


def _inside(of_groups: Cone, of_paper: Cone) -> str:
    out = of_groups.count - of_groups.second_order + of_paper.count - of_paper.second_order
    if out:
        return f"VIOLATED: {counted(out, 'second-order value')} outside a cone."
    return "No group is outside." if of_paper.count else "No group is outside its own."


def copies_lines(rows: pd.DataFrame) -> list[str]:
    """Whether groups of copies have the factor of Proposition 4, where there are any."""
    found = copies(rows)
    if not found.groups:
        return []
    groups = counted(found.groups, "group")
    if found.largest <= _SAME:
        return [f"Proposition 4: in {groups} of one row or its copies Newton ÷ influence is the factor predicted."]
    return [
        f"Proposition 4: in {groups} of one row or its copies Newton ÷ influence differs from the factor predicted, by "
        f"up to {number(found.largest, 2)} of it."
    ]


def alike_lines(rows: pd.DataFrame) -> list[str]:
    """In which kind of group Newton ÷ influence is most alike and in which least, and whether influence ranks kinds the
    better the more alike their groups are. Nothing of fewer than three kinds of FEWEST_GROUPS groups, nor where two
    share an end, as where the ratio is 1 in all groups.
    """
    table = kinds_table(rows)
    kept = table[(table["kind"] != ALL_KINDS) & (table["n_groups"] >= FEWEST_GROUPS)]
    kept = kept[np.isfinite(kept[NEWTON_SPREAD])]
    spread = kept.groupby("kind", sort=False)[NEWTON_SPREAD].first().sort_values()
    if spread.size < _FEWEST_KINDS or (spread.diff().iloc[[1, -1]] <= ROUNDING).any():
        return []
    most, least = (f"{kind_name(str(spread.index[end]))} ({number(spread.iloc[end], 2)})" for end in (0, -1))
    alike = f"Newton ÷ influence is most alike in {most} and least in {least}: standard deviation ÷ mean."
    return [" ".join([alike, *_going_together(kept)])]


def _going_together(kinds: pd.DataFrame) -> list[str]:
    """For each thing to say, a sentence on the evaluations of which it is true."""
    told: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for row in explanation_of_rho([kinds], (NEWTON_SPREAD,)).to_dict("records"):
        if row["n"] >= _FEWEST_KINDS and np.isfinite(row["spearman"]):
            said = told.setdefault((_goes(row), int(row["n"])), [])
            said.append((evaluation_in_text(row["evaluation"]), coefficient(row["spearman"])))
    return [
        f"On {listed(name for name, _ in said)} {goes} (Spearman's ρ of that and 1 − ρ over {n} kinds: "
        f"{listed(rho for _, rho in said)})."
        for (goes, n), said in told.items()
    ]


def _goes(row: Mapping[Any, Any]) -> str:
    """What the correlation of both says: where it has no interval, of few kinds, by its critical value."""
    critical = CRITICAL.get(row["n"], math.inf)
    if row["spearman"] >= critical or row["spearman_low"] > 0:
        return "influence ranks kinds the better the more alike their groups are"
    if row["spearman"] <= -critical or row["spearman_high"] < 0:
        return "influence ranks kinds the worse the more alike their groups are"
    return "it is not told from chance whether influence ranks kinds the better the more alike their groups are"


def _all_or(count: int, of: int, one: str) -> str:
    return f"all {counted(of, one)}" if count == of else f"{count:,} of {counted(of, one)}"
