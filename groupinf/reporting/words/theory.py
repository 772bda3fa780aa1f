"""What the theory of a run says of it, in sentences: intervals, bounds, cones, copies, and what goes with ρ."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.explained_rho import kinds_table
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.analysis.theory import (
    BOUNDS,
    OF_THE_GROUP,
    OF_THE_PAPER,
    Cone,
    Held,
    cone,
    copies,
    held,
    intervals,
)
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.reporting.words.formats import ratio
from groupinf.reporting.words.style import kind_name
from groupinf.wording import counted, number

# copies whose factor differs from the predicted one by no more than this share have that factor
_SAME = 1e-6
_SPREAD = "newton_over_influence_ratio"


def theory_lines(rows: pd.DataFrame) -> list[str]:
    """Every sentence on rows ``beside_actual``."""
    return [interval_line(rows), *bound_lines(rows), *cone_lines(rows), *copies_lines(rows), *alike_lines(rows)]


def interval_line(rows: pd.DataFrame) -> str:
    """How many effects have a proven interval, whether it holds, and how wide it is."""
    found = intervals(rows)
    if found.outside:
        lie = "effect lies outside its" if found.outside == 1 else "effects lie outside their"
        return (
            f"WRONG: {found.outside:,} of {found.count:,} actual {lie} proven interval, by more than error estimates "
            "allow: a proof, or a number here, is false."
        )
    if not found.finite:
        return f"Proven without retraining: a finite interval for none of {counted(found.count, 'effect')}."
    proven = _all_or(found.finite, found.count, "effect")
    return (
        f"Proven without retraining: finite intervals for {proven}, in the median {number(found.relative)} times as "
        "wide as the median effect is large; every actual effect lies inside."
    )


def bound_lines(rows: pd.DataFrame) -> list[str]:
    """A sentence for each proposition whose bounds have values, over all evaluations."""
    lines = []
    for name, bounds in itertools.groupby(BOUNDS, lambda bound: bound.of):
        found = [(bound.version, held(rows, bound)) for bound in bounds]
        told = [f"{version} {_held(of)}" for version, of in found if of.count]
        meaning = " (median bound ÷ error)" if any(of.compared for _, of in found) else ""
        lines += [f"Violations of {name}{meaning}: {'; '.join(told)}."] if told else []
    return lines


def _held(of: Held) -> str:
    violated = f"{of.violations:,}" if of.violations else "none"
    loose = f" ({number(of.median, 2)})" if of.compared else ""
    return f"{violated} of {counted(of.count, 'effect')}{loose}"


def cone_lines(rows: pd.DataFrame) -> list[str]:
    """What of Proposition 3 is seen on the self-loss, where it is measured and groups have cones."""
    own = rows[rows["evaluation"] == SELF_LOSS.name]
    of_groups, of_paper = cone(own, OF_THE_GROUP), cone(own, OF_THE_PAPER)
    if not of_groups.count:
        return []
    allowed = f"the group's own cone allows up to {_slope(of_groups.slope)} in the median"
    if of_paper.count:
        allowed += f", that of the paper {_slope(of_paper.slope)}"
    inside = _inside(of_groups, of_paper)
    held_by = _all_or(of_groups.actual, of_groups.count, "group")
    actual = f"The actual effects of {held_by} lie in the group's own cone too."
    return [
        f"Proposition 3: to second order, Newton ÷ influence on {SELF_LOSS.in_text} is {_slope(of_groups.found)} in "
        f"the median; {allowed}. {inside} {actual}"
    ]


def _inside(of_groups: Cone, of_paper: Cone) -> str:
    out = of_groups.count - of_groups.second_order + of_paper.count - of_paper.second_order
    if out:
        return f"VIOLATED: {counted(out, 'second-order value')} outside a cone."
    return "No group is outside." if of_paper.count else "No group is outside its own."


def _slope(value: float) -> str:
    return ratio(value) if value < 10 else number(value)


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
    """In which kind of group Newton ÷ influence is most alike and in which least, and on how many evaluations influence
    ranks these best and worst of the kinds; nothing of fewer than two kinds of FEWEST_GROUPS groups.
    """
    table = kinds_table(rows)
    kept = table[(table["kind"] != ALL_KINDS) & (table["n_groups"] >= FEWEST_GROUPS)]
    kept = kept[np.isfinite(kept[_SPREAD]) & kept["spearman"].notna()]
    spread = kept.groupby("kind", sort=False)[_SPREAD].first()
    if spread.size < 2:
        return []
    most, least = str(spread.idxmin()), str(spread.idxmax())
    by_evaluation = kept.groupby("evaluation", sort=False)["spearman"]
    best = kept[kept["spearman"] == by_evaluation.transform("max")]["kind"] == most
    worst = kept[kept["spearman"] == by_evaluation.transform("min")]["kind"] == least
    of = by_evaluation.ngroups
    first, last = _evaluations(int(best.sum()), of), _evaluations(int(worst.sum()), of)
    return [
        f"Newton ÷ influence is most alike in {kind_name(most)} (upper ÷ lower quartile {ratio(spread[most])}), which "
        f"influence ranks best of all kinds on {first}; it is least alike in {kind_name(least)} "
        f"({ratio(spread[least])}), which influence ranks worst on {last}."
    ]


def _evaluations(count: int, of: int) -> str:
    if not count:
        return "no evaluation"
    return "every evaluation" if count == of else f"{count} of {counted(of, 'evaluation')}"


def _all_or(count: int, of: int, one: str) -> str:
    return f"all {counted(of, one)}" if count == of else f"{count:,} of {counted(of, one)}"
