"""What a run says whose groups were not all retrained: how many each level took, and what is proven of their order."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from groupinf.analysis.ranking import MEASURE
from groupinf.analysis.screening import BOTH, FALL, RISE, Standing, farthest, known, standing
from groupinf.reporting.words.entries import Named, labels
from groupinf.reporting.words.formats import ends, percent, shorten
from groupinf.reporting.words.style import LONGEST_NAME, counted_values, evaluation_name, method_in_text
from groupinf.reporting.words.summary import measure_name, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.retrain.section import TopGroups
from groupinf.wording import counted, listed, number

# of each direction that is listed where nothing was retrained
MOST_PREDICTED = 10
# what is not proven is told of so many values, and by the names of so many groups
_MOST_TOLD, _MOST_NAMED = 3, 3
# what stands below tables and pictures
MORE = (
    "A proven interval holds the actual effect, rounding included; a prediction is an estimate. Order proven: the "
    "group's effect goes farther than that of any group below it or left out. intervals.parquet has every group."
)
PICTURE = "The groups that go farthest, with the proven intervals of their actual effects"
# what the value of an evaluation does whose effects go to a side
GO = {RISE: "rises", FALL: "falls"}
_LARGEST = {RISE: ("largest", ""), FALL: ("lowest", ""), BOTH: ("largest", ", of either sign")}


def standings(run: Run) -> list[Standing]:
    """The groups that go farthest on each measure that has intervals: as many as were asked for, to the side that was;
    where nothing was retrained, the MOST_PREDICTED of the largest predicted rises, and of the falls.
    """
    if run.intervals is None:
        return []
    asked = run.manifest.retrain
    wanted = [(way, MOST_PREDICTED, True) for way in GO]
    if isinstance(asked, TopGroups):
        wanted = [(asked.side, asked.top, False)]
    parts = [rows for _, rows in run.intervals.groupby(MEASURE, sort=False)]
    found = [standing(rows, *how) for rows in parts for how in wanted]
    return [one for one in found if one is not None]


def screening_lines(run: Run, found: Sequence[Standing]) -> list[str]:
    """Every sentence; ``found`` are the :func:`standings` of the run. Where nothing was retrained, of each evaluation
    the test point is told of on which the prediction goes farthest.
    """
    if run.intervals is None:
        return []
    if isinstance(run.manifest.retrain, TopGroups):
        return [levels_line(run), *proven_lines(run, found)]
    told = []
    for one in farthest(found):
        of = {(one.evaluation, own.test_point): None for own in found if own.evaluation == one.evaluation}
        told.append(predicted_line(run, one, list(of)))
    return [levels_line(run), *told, *known_lines(run.intervals)]


def levels_line(run: Run) -> str:
    """How many groups each level took; the last one is retraining."""
    about = run.manifest
    total = sum(about.levels.values())
    levels = list(about.levels.items())
    if not about.n_retrained:
        by = listed(f"{method_in_text(level)} for {counted(count, 'group')}" for level, count in levels)
        return f"Nothing was retrained: effects are predicted, and proven intervals of the actual ones rest on {by}."
    before = levels[:-1]
    retrained = f"{about.n_retrained:,} of {counted(total, 'group')}"
    if not before:
        return f"All of {counted(total, 'group')} were retrained: no proven interval leaves one aside."
    aside = listed(f"{count:,} by those of {method_in_text(level)}" for level, count in before)
    were = "was" if about.n_retrained == 1 else "were"
    share = percent(about.n_retrained / total, 2)
    return f"{retrained} ({share}) {were} retrained; proven intervals left the others aside, {aside}."


def proven_lines(run: Run, found: Sequence[Standing]) -> list[str]:
    """On which values the groups that go farthest are proven to be those that are listed, in which order, and for which
    groups they are not.
    """
    apart, others = [one for one in found if one.apart], [one for one in found if not one.apart]
    lines = []
    if len(found) == 1:
        lines += [f"Proven: the groups with the {largest(run, one)} are those listed; {_order(one)}." for one in apart]
    elif apart:
        count, of = counted_values([(one.evaluation, one.test_point) for one in found]), len(apart)
        where = f"on each of {count}" if of == len(found) else f"on {of:,} of {count}"
        ordered = sum(one.proven for one in apart)
        order = "on none of them" if not ordered else "on all of them" if ordered == of else f"on {ordered:,} of them"
        which = "which groups go farthest"
        lines.append(f"Proven {where}: {which}; {order} their order is proven too.")
    lines += [_not_proven(run, one) for one in others[:_MOST_TOLD]]
    hidden = len(others) - _MOST_TOLD
    return [*lines, *([f"Not proven on {hidden:,} more."] if hidden > 0 else [])]


def largest(run: Run, one: Standing) -> str:
    """What the groups of a standing have, after "the"."""
    which, sign = _LARGEST[one.side]
    count = len(one.first)
    effects = f"{count:,} {which} effects" if count > 1 else f"{which} effect"
    return f"{effects} on {_on(run, one)}{sign}"


def _order(one: Standing) -> str:
    if one.proven:
        return "their order is proven too" if len(one.first) > 1 else "no other has as large a one"
    return f"their order is proven up to place {one.in_order:,}" if one.in_order else "of their order nothing is proven"


def _not_proven(run: Run, one: Standing) -> str:
    several = f"the intervals of {one.reaching:,} other groups reach"
    reach = several if one.reaching > 1 else "the interval of another group reaches"
    names = [shorten(name, LONGEST_NAME) for name in one.next["group_name"].head(min(_MOST_NAMED, one.reaching))]
    more = one.reaching - len(names)
    told = listed([*names, *([f"{more:,} more"] if more else [])])
    return f"Not proven: which groups have the {largest(run, one)}; {reach} as far as one of those listed ({told})."


def predicted_line(run: Run, one: Standing, of: Sequence[tuple[str, int]] = ()) -> str:
    """The group that is predicted to go farthest one way, by how much, and what is proven of that; on the one ``of``
    several measures on which that is farthest.
    """
    [group] = one.first.head(1).to_dict("records")
    what, low, high = _on(run, one), float(group["low"]), float(group["high"])
    said = (
        f"{what[:1].upper()}{what[1:]} {GO[one.side]} most by {run.manifest.change.doing} group "
        f"{shorten(group['group_name'], LONGEST_NAME)}, as {method_in_text(group['level'])} predicts: by "
        f"{number(abs(group['prediction']))}"
    )
    there = ""
    if len(of) > 1:
        said, there = f"{said}, the farthest of {counted_values(of)}", " there"
    if math.isinf(low) and math.isinf(high):
        return f"{said}; nothing is proven of that."
    where = f"within {ends(low, high)}"
    if math.isinf(low) or math.isinf(high):
        where = f"above {number(low)}" if math.isinf(high) else f"below {number(high)}"
    proven = f"and no other group's to go as far{there}" if one.in_order else f"but not to go farthest{there}"
    return f"{said}; the actual effect is proven to lie {where}, {proven}."


def known_lines(intervals: pd.DataFrame) -> list[str]:
    """Of how many effects on each evaluation something is proven, how wide intervals are, and of how many the sign."""
    return [_known(str(name), rows) for name, rows in intervals.groupby("evaluation", sort=False)]


def _known(evaluation: str, rows: pd.DataFrame) -> str:
    found, name = known(rows), evaluation_name(evaluation)
    effects = counted(found.effects, "effect")
    if not found.finite and not found.one_end:
        return f"{name}: nothing is proven of {effects}."
    one_end = f", one end for {found.one_end:,} more" if found.one_end else ""
    wide = f", in the median {number(found.width)} times as wide as the prediction is large"
    wide = "" if math.isnan(found.width) else wide
    signed = f"of {found.signed:,} the sign is proven" if found.signed else "the sign of none is proven"
    of = f"all {effects}" if found.finite == found.effects else f"{found.finite:,} of {effects}"
    return f"{name}: proven intervals with two ends for {of}{wide}{one_end}; {signed}."


def unretrained_lines(runs: Sequence[Run]) -> list[str]:
    """A sentence on the runs that retrained nothing, where there are any."""
    without = [label for run, label in zip(runs, labels(runs), strict=True) if not run.has_actual]
    if not without:
        return []
    where = "" if len(without) == len(runs) else f" in {listed(without)}"
    return [f"Nothing was retrained{where}: no agreement of predictions with actual effects is known."]


def left_aside_lines(runs: Sequence[Run]) -> list[str]:
    """A sentence on the runs whose agreement is that of groups which were chosen, where there are any."""
    chosen = [label for run, label in zip(runs, labels(runs), strict=True) if run.has_actual and _chosen(run)]
    if not chosen:
        return []
    where = "" if len(chosen) == len(runs) else f" in {listed(chosen)}"
    return [f"Agreement{where} is that of the retrained groups alone, chosen for effects that may be the largest."]


def shown_lines(entries: Sequence[Named]) -> list[str]:
    """A sentence on each run of whose groups those alone are shown that were retrained."""
    return [
        f"{f'{entry.label}: s' if entry.label else 'S'}hown are the groups that were retrained, "
        f"{entry.run.manifest.n_retrained:,} of {sum(entry.run.manifest.levels.values()):,}."
        for entry in entries
        if _chosen(entry.run)
    ]


def selected_lines(entry: Named) -> list[str]:
    """A sentence on correlations with effects of a run whose groups were chosen for them."""
    if not _chosen(entry.run):
        return []
    about = entry.run.manifest
    return [
        f"Correlations are those among the retrained groups alone, {about.n_retrained:,} of "
        f"{sum(about.levels.values()):,}, chosen because their effects may be among the largest: among all groups they "
        "may be others, of the other sign too."
    ]


def chosen_lines(entries: Sequence[Named]) -> list[str]:
    """A sentence on each run whose agreement is that of groups which were chosen for their effects."""
    return [f"{f'{entry.label}: ' if entry.label else ''}{line}" for entry in entries for line in _chosen(entry.run)]


def _chosen(run: Run) -> list[str]:
    if not run.has_actual or not run.left_aside:
        return []
    groups = counted(run.manifest.n_retrained, "retrained group")
    return [
        f"Agreement is that of {groups} alone, chosen because their effects may be among the largest: it says nothing "
        f"of the {run.left_aside:,} others."
    ]


def _on(run: Run, one: Standing) -> str:
    return measure_name(one.evaluation, one.test_point, test_point_names(run))
