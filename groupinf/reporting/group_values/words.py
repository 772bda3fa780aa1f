"""What a run of group values found, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.influence import Influence
from groupinf.reporting.words.formats import coefficient, ends, one_line, percent, shorten
from groupinf.reporting.words.style import LONGEST_NAME, evaluation_name, panel_name
from groupinf.studies.group_values.manifest import orientation
from groupinf.studies.group_values.result import GroupValuesRun
from groupinf.wording import counted, listed, number

INFLUENCE = Influence.name
# sums of shares telescope to v(all) − v(none): more than this share of all that is summed is no rounding
SUMS_TO = 1e-9
# groups whose order is one of so few that ρ is often 1 by chance: of 3 groups in a sixth of all orders
TOO_FEW = 3
# measures that sentences tell of and that are drawn, each in a row of its own
MOST_MEASURES = 6
# what sentences call the columns that are ranked
RANKED = {"value": "shares", INFLUENCE: Influence.in_text, "leave_one_out": "leave-one-out", "size": "size"}


@dataclass(frozen=True)
class Measured:
    """One measure of a run: what it is called, its totals, and the shares of all groups, the largest first."""

    evaluation: str
    test_point: int
    heading: str
    totals: pd.Series
    shares: pd.DataFrame

    @property
    def worth(self) -> float:
        """v(all) − v(none)."""
        return float(self.totals["worth"])


def measured(run: GroupValuesRun) -> list[Measured]:
    """Every measure, in the order of the tables; of equal shares the first group stands first."""
    found = []
    for place, (evaluation, point) in enumerate(run.manifest.measures):
        rows = run.values[(run.values["evaluation"] == evaluation) & (run.values["test_point"] == point)]
        ranked = rows.sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
        where = panel_name(evaluation, point, run.manifest.names)
        heading = one_line(f"{evaluation_name(evaluation)}, {where}")
        found.append(Measured(evaluation, point, heading, run.totals.iloc[place], ranked))
    return found


def told(run: GroupValuesRun) -> list[Measured]:
    """Those of which sentences tell and that are drawn: the first MOST_MEASURES."""
    return measured(run)[:MOST_MEASURES]


def told_line(run: GroupValuesRun) -> str:
    """Which measures are told; nothing where all are."""
    every = len(run.manifest.measures)
    if every <= MOST_MEASURES:
        return ""
    return f"The first {MOST_MEASURES} of {every:,} measures are told and drawn; tables/values.csv has all."


def title_line(run: GroupValuesRun) -> str:
    """The run's name."""
    return one_line(run.manifest.name)


def facts_line(run: GroupValuesRun) -> str:
    """Dataset, its size, λ/n, and the shares of how many groups from what."""
    about = run.manifest
    size = f"n = {about.n:,}, d = {about.d:,}, λ/n = {number(about.lam_over_n)}"
    of = f"{about.values.in_text}s of {counted(about.n_groups, 'group')}"
    different = counted(about.n_coalitions, "different coalition")
    how = "exact" if about.exact else f"by {about.values.told(about.n_groups)}"
    return f"{shorten(about.dataset, LONGEST_NAME)}: {size}; {of}, {how}; {different}"


def data_line(run: GroupValuesRun) -> str:
    """The facts, with the quality of the model of all rows."""
    about = run.manifest
    quality = [f"mean test loss {number(about.test_loss)}"]
    if about.test_accuracy is not None:
        quality.append(f"test accuracy {percent(about.test_accuracy, 1)}")
    rows = "all rows, those in no group too," if model_of_more(run) else "all rows"
    return f"{facts_line(run)}; with {rows} {listed(quality)}."


def model_of_more(run: GroupValuesRun) -> bool:
    """Whether the model of all rows, at which influence is taken, has rows that no coalition has."""
    return run.manifest.values.ungrouped == "absent" and run.manifest.n_ungrouped > 0


def answers(run: GroupValuesRun) -> list[str]:
    """Of each measure who has the largest share, who the least, and how many are negative."""
    return [*(_answer(run, of) for of in told(run)), *filter(None, [told_line(run)])]


def _answer(run: GroupValuesRun, of: Measured) -> str:
    shares, first, last = of.shares, of.shares.iloc[0], of.shares.iloc[-1]
    of_all = f" of {number(of.worth)}" if adds_up(run, of) else ""
    parts = [f"{_group(first)} has the largest share, {number(first['value'])}{_share(run, of, first)}{of_all}"]
    parts.append(f"{_group(last)} the least, {number(last['value'])}{_share(run, of, last)}")
    said = f"{of.heading}: {', '.join(parts)}; {_negative(of)}{_worth_nothing(of)}"
    if not run.manifest.exact:
        rivals = int((shares["high"][1:] >= first["low"]).sum())
        near = f"that of {counted(rivals, 'other')} reaches" if rivals == 1 else f"those of {rivals:,} others reach"
        said += f"; the interval of the first is {ends(first['low'], first['high'])}, and " + (
            f"{near} into it" if rivals else "no other reaches into it"
        )
    return f"{said}."


def adds_up(run: GroupValuesRun, of: Measured) -> bool:
    """Whether shares are parts of a whole above 0."""
    return run.manifest.values.efficient and of.worth > 0.0


def _worth_nothing(of: Measured) -> str:
    """Where all groups together are worth no more than none, of what is good or bad."""
    if of.worth > 0.0 or not EVALUATIONS[of.evaluation].better:
        return ""
    more = "less" if of.worth < 0.0 else "no more"
    return f"; all groups together are worth {more} than none, v(all) − v(none) = {number(of.worth)}"


def _group(row: pd.Series) -> str:
    return shorten(str(row["group_name"]), LONGEST_NAME)


def _share(run: GroupValuesRun, of: Measured, row: pd.Series) -> str:
    """In per cent of the worth, where shares add up to it and it is above 0."""
    if not adds_up(run, of):
        return ""
    share = row["value"] / of.worth
    return f" ({'−' if share < 0 else ''}{percent(abs(share), 1)})"


def _negative(of: Measured) -> str:
    """How many shares are below 0, and what that says."""
    below, about = int((of.shares["value"] < 0.0).sum()), EVALUATIONS[of.evaluation]
    surely = int((of.shares["high"] < 0.0).sum())
    if not below:
        return "no share is negative"
    whole = "" if surely == below else f", {surely:,} with their whole interval"
    does = {-1: "raises", 1: "lowers"}[orientation(of.evaluation)]
    harm = ", which makes the model worse" if about.better else ""
    said = f"share is negative{whole}: its group" if below == 1 else f"shares are negative{whole}: each such group"
    return f"{below:,} {said} {does} the {about.in_text}{harm}"


def efficiency_lines(run: GroupValuesRun) -> list[str]:
    """What all shares add up to, against what all groups are worth together; where that is wrong, of any measure."""
    every, shown = measured(run), {(of.evaluation, of.test_point) for of in told(run)}
    must = run.manifest.values.efficient
    wrong = {(of.evaluation, of.test_point) for of in every if must and not _adds_up_to_worth(of)}
    return [_efficiency(run, of) for of in every if (of.evaluation, of.test_point) in shown | wrong]


def _adds_up_to_worth(of: Measured) -> bool:
    return abs(float(of.totals["deviation"])) <= SUMS_TO * float(of.totals["magnitude"])


def _efficiency(run: GroupValuesRun, of: Measured) -> str:
    totals, name = of.totals, run.manifest.values.in_text
    deviation = float(totals["deviation"])
    if not run.manifest.values.efficient:
        return (
            f"{of.heading}: {name}s come to {number(totals['shares'])} in all, v(all) − v(none) is {number(of.worth)}; "
            "they need not be the same."
        )
    if _adds_up_to_worth(of):
        return (
            f"{of.heading}: shares add up to v(all) − v(none) = {number(of.worth, 6)}, as they must "
            f"(off by {number(abs(deviation), 2)})."
        )
    return (
        f"{of.heading}: shares add up to {number(totals['shares'], 6)} and not to v(all) − v(none) = "
        f"{number(of.worth, 6)}, as they must: they are wrong by {number(deviation)} in all."
    )


def comparison_lines(run: GroupValuesRun) -> list[str]:
    """What influence and leaving one group out make of the same groups, and how they and sizes rank them."""
    lines = []
    rho = run.spearman.set_index(["evaluation", "test_point", "first", "second"])["spearman"]
    few = run.manifest.n_groups
    little = f" (which says little of {counted(few, 'group')})" if few <= TOO_FEW else ""
    for of in told(run):
        place = (of.evaluation, of.test_point)
        ranks = {name: float(rho[(*place, "value", name)]) for name in ranked_beside(run)}
        known = [f"{coefficient(value)} with {RANKED[name]}" for name, value in ranks.items() if not math.isnan(value)]
        ranked = f"Spearman's ρ of shares {', '.join(known)}{little}" if known else "no rank correlation is defined"
        lines.append(f"{of.heading}: {ranked}; {_sums(run, of)}.")
    return lines


def ranked_beside(run: GroupValuesRun) -> list[str]:
    """The columns beside shares that these are ranked with: leave-one-out only where the shares are not that."""
    own = "leave_one_out" if run.manifest.values.leaves_one_out else ""
    return [name for name in RANKED if name not in ("value", own)]


def _sums(run: GroupValuesRun, of: Measured) -> str:
    """What the approximations add up to."""
    sums = [(RANKED[name], float(of.totals[name])) for name in ranked_beside(run) if name != "size"]
    known = [f"{name} to {number(value)}" for name, value in sums if not math.isnan(value)]
    return f"shares add up to {number(of.totals['shares'])}, {listed(known)}"


def coalition_lines(run: GroupValuesRun) -> list[str]:
    """What coalitions have, and what those are worth that have no model of their own."""
    about = run.manifest
    return [line for line in (*_rows_lines(run), _no_optimum_line(run)) if line] + [
        f"{about.values.label}: {about.values.equation} ({about.values.source})."
    ]


def _rows_lines(run: GroupValuesRun) -> Iterator[str]:
    about = run.manifest
    if about.n_shared:
        yield f"{counted(about.n_shared, 'row')} in several groups: a coalition has them if it has any of their groups."
    if about.n_ungrouped:
        have = "every coalition has them"
        if model_of_more(run):
            have = (
                "no coalition has them, and v(all) is of the others alone; influence is taken at the model of all "
                f"{about.n:,}, so that it tells of another model than shares do"
            )
        yield f"{counted(about.n_ungrouped, 'row')} of {about.n:,} in no group: {have}."


def _no_optimum_line(run: GroupValuesRun) -> str:
    """Nothing where every coalition has a model."""
    about = run.manifest
    if not about.no_optimum:
        return ""
    of = f"{about.no_optimum:,} of {counted(about.n_coalitions, 'coalition')}"
    has = "has" if about.no_optimum == 1 else "have"
    if not about.intercept.is_free:
        return f"{of} {has} no row: the penalty alone makes every parameter 0."
    empty, best = bool((run.coalitions["rows"] == 0).any()), "the shares of classes" if about.classes else "the mean"
    lack = "no row" if empty or not about.classes else "no row of some class"
    if empty and about.no_optimum > 1 and about.classes:
        lack = "no row of some class, one of them no row at all"
    return (
        f"{of} {has} {lack}, and so no finite optimum beside a free intercept; "
        f"by convention worth what a model of no rows is, of weights 0 and an intercept that gives {best} of all rows."
    )


def interval_line(run: GroupValuesRun) -> str:
    """What intervals and ± are, or that there are none."""
    about = run.manifest
    if about.exact:
        return "Every coalition that counts was taken: shares have no standard error."
    return f"± and intervals: 95 % by Student's t, over {about.values.told(about.n_groups)}, drawn by the seed."


def trust_line(run: GroupValuesRun) -> str:
    """How exactly coalitions were retrained."""
    about, coalitions = run.manifest, run.coalitions
    retrained = coalitions[coalitions["state"] == "retrained"]
    if retrained.empty:
        return "No coalition was retrained."
    gap = about.fit.duality_gap is not None
    exact = "square root of twice the duality gap" if gap else "Newton decrement"
    error = float(np.nanmax(run.values["error_estimate"]))
    return (
        f"{counted(len(retrained), 'coalition')} retrained exactly, the smallest with "
        f"{counted(int(retrained['rows'].min()), 'row')}: largest {exact} "
        f"{number(float(retrained['decrement'].max()), 2)}; errors of retraining move no share by more than an "
        f"estimated {number(error, 2)}."
    )
