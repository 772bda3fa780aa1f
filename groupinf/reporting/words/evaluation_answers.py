"""The answer of a page, a sentence for each evaluation: how well groups are ranked, and the size of predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.breakdown import NOTABLE_RATIO
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.analysis.ratios import Ratios, decisive, largest_effect, ratios
from groupinf.groups.builders.registry import natural_kinds
from groupinf.groups.row_orders import order_in
from groupinf.reporting.words.asked import SAME, Asked, asked, told
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, ends, extent, interval, one_line, percent, ratio, shorten
from groupinf.reporting.words.gaps import differences, gap_words, measures_of
from groupinf.reporting.words.style import (
    LONGEST_NAME,
    counted_values,
    each_values,
    kind_name,
    method_in_text,
)
from groupinf.reporting.words.summary import measure_name
from groupinf.wording import counted, listed, number

# what a ρ of at least so much is called: words are a judgement, and the number stands beside them
_RANKS = (
    (0.99, "almost perfectly"),
    (0.95, "very well"),
    (0.8, "well"),
    (0.5, "moderately"),
    (0.2, "poorly"),
    (-0.2, "hardly at all"),
    (-1.0, "in reverse"),
)
# groups that are named in a sentence; effects that differ by less than rounding share a rank
_MOST_NAMED, _TIED = 3, 1e-12
_UNSURE = "sign is not sure over other test rows"


def evaluation_answers(entries: Sequence[Entry]) -> list[str]:
    """How well the prediction that the page singles out ranks the groups, and its size, a sentence per evaluation.

    Runs that single out other predictions have sentences of their own. Where groups are natural ones, the one that
    matters most is named.
    """
    return [line for one in asked(entries) for line in told([(one, _words(one))])]


def _words(one: Asked) -> str:
    if one.row is None:
        return "all effects are too small to be told from their errors."
    size = _size(one)
    parts = [_ranking(one, one.row) + (f" and {size}" if size else ""), *_matters(one), *_aside(one)]
    return f"{'; '.join(parts)}."


def _ranking(one: Asked, row: Mapping[Any, Any]) -> str:
    method, least, most = method_in_text(one.method), row["spearman_least"], row["spearman_most"]
    if least != least:
        return f"{method} has no ρ, which needs two groups or more with effects that differ,"
    sizes = {entry.pairs.groups.size for entry in one.entries}
    few = max(sizes) < FEWEST_GROUPS
    groups = counted(sizes.pop(), "group") if len(sizes) == 1 else "groups"
    words = " to ".join(dict.fromkeys((_rank_words(least), _rank_words(most))))
    low, high = row["spearman_low"], row["spearman_high"]
    ends = "" if low != low else f" {interval(low, high)}"
    rho = f"ρ {extent(least, most, coefficient)}{ends}{one.over}{one.lowest()}"
    if few:
        return f"{method} ranks the {groups} with {rho}, which says little of fewer than {FEWEST_GROUPS} groups,"
    return f"{method} ranks the {groups} {words} ({rho})"


def _rank_words(rho: float) -> str:
    return next(words for least, words in _RANKS if rho >= least or least == -1.0)


def _size(one: Asked) -> str:
    """Whether the prediction is too small, and by how much; nothing where only its order means anything."""
    if any(one.method in entry.pairs.ranks_only for entry in one.entries):
        return ""
    found = [(entry, ratios(entry.pairs, one.method, one.evaluation, entry.unresolved)) for entry in one.entries]
    known = [(entry, quartiles) for entry, quartiles in found if quartiles.count]
    if not known:
        return f"predicts {'effects where none is' if any(of.zeros for _, of in found) else 'no effect at all'}"
    if len(one.entries) == 1:
        return f"{_beside_zeros(known[0][1].zeros)}{_size_of_one(one, known[0][1])}"
    (smallest, least), (largest, most) = (of(known, key=lambda pair: pair[1].median) for of in (min, max))
    ends = f"{ratio(least.median)} ({smallest.label}) to {ratio(most.median)} ({largest.label})"
    judged = {_judged(quartiles) for _, quartiles in known}
    words = f"{judged.pop()} in each run"
    if judged:
        words = f"{_judged(least)} at {smallest.label} and {_judged(most).removeprefix('is ')} at {largest.label}"
    zeros = max(quartiles.zeros for _, quartiles in known)
    beside = _beside_zeros(zeros, "up to ")
    return f"{beside}{words}: actual ÷ predicted in the median from {ends}"


def _beside_zeros(share: float, at_most: str = "") -> str:
    """What the sizes and signs that follow are not of."""
    return f"without the {at_most}{percent(share)} of actual effects that are 0 " if share else ""


def _size_of_one(one: Asked, found: Ratios) -> str:
    middle = extent(found.quarter, found.three_quarters, ratio)
    words = f"{_judged(found)}: actual ÷ predicted is {ratio(found.median)} in the median, {middle} for the middle half"
    row = one.row or {}
    least, most = row["slope_least"], row["slope_most"]
    slope = f"slope {extent(least, most, ratio)}"
    if found.median > 0 and least > NOTABLE_RATIO * found.median:
        return f"{words}, and more where predictions are large ({slope})"
    if found.median > 0 and least < 0:
        some = f" on some {each_values(one.measures)}" if most >= 0 else ""
        return f"{words}; {_reversed(one)}{some} ({slope})"
    if found.median > 0 and most < found.median / NOTABLE_RATIO:
        return f"{words}, and less where predictions are large ({slope})"
    return f"{words} (by {slope})"


def _reversed(one: Asked) -> str:
    """Which predictions make a slope negative: those of the few groups that decide it, where they do."""
    [entry] = one.entries
    method = entry.pairs.methods.index(one.method)
    wrong: dict[int, None] = {}
    for of in decisive(entry.pairs, one.method, one.evaluation, entry.unresolved):
        measure = entry.pairs.measures.index(of.measure)
        p, a = entry.pairs.predicted[method, measure], entry.pairs.actual[measure]
        if float(p @ a) < 0:
            wrong |= dict.fromkeys(place for place in of.places if p[place] * a[place] < 0)
    if not wrong:
        return "predictions that are large have the wrong sign"
    names = _named(entry, list(wrong))
    if len(wrong) == 1:
        return f"group {names}, which decides the slope, has the wrong sign"
    return f"groups {names}, which decide the slope, have the wrong sign"


def _judged(found: Ratios) -> str:
    """What quartiles of actual ÷ predicted say of the prediction.

    >>> _judged(Ratios(1.05, 1.2, 1.6, 9)), _judged(Ratios(-2.0, -1.0, 0.5, 9))
    ('is mostly too small', 'mostly has the wrong sign')
    """
    if SAME[0] <= found.quarter and found.three_quarters <= SAME[1]:
        return "is about the right size"
    if found.quarter >= 1:
        return "is mostly too small"
    if found.median <= 0:
        return "mostly has the wrong sign"
    if found.three_quarters <= 1:
        return "is mostly too large" if found.quarter > 0 else "is mostly too large or of the wrong sign"
    if SAME[0] <= found.median <= SAME[1]:
        return "is about the right size in the middle"
    if found.median > 1:
        return "is more often too small than not"
    return "is less often too small than not"


def _matters(one: Asked) -> list[str]:
    """Of natural groups the one with the largest actual effect, by each measure whose values are in one unit, where it
    has it, and what was predicted.

    Where not all groups were retrained none: another may matter more.
    """
    measures = [measures_of(entry.run, one.evaluation) for entry in one.entries]
    every = list(dict.fromkeys(measure for of in measures for measure in of.values())) or [""]
    return [line for measure in every for line in _matters_by(one, measure, f" for {measure}" if every[1:] else "")]


def _matters_by(one: Asked, by: str, on: str) -> list[str]:
    """The same of the values of one measure, which the words ``on`` name."""
    found = []
    for entry in one.entries:
        if entry.run.left_aside:
            continue
        own, measures = entry.natural, measures_of(entry.run, one.evaluation)
        others = [(one.evaluation, point) for point, measure in measures.items() if measure != by]
        place = largest_effect(entry.pairs, own, one.evaluation, [*entry.unresolved, *others])
        if place is not None:
            found.append((abs(float(entry.pairs.actual[place])), entry, place))
    if not found:
        return []
    _, entry, (measure, group) = max(found, key=lambda one: one[0])
    sizes = np.abs(entry.pairs.actual[measure])
    own = entry.natural
    tied = np.flatnonzero(own & (sizes >= (1 - _TIED) * sizes[group]))
    told = _effect(one, entry, measure, group, on) if tied.size == 1 else _effects(one, entry, measure, tied, on)
    return [told]


def _effect(one: Asked, entry: Entry, measure: int, group: int, on: str) -> str:
    """What the group that matters most does, with its interval over test rows where there is one."""
    actual = float(entry.pairs.actual[measure, group])
    does = "raises" if actual > 0 else "lowers"
    notes, reach, unsure = [], "", ""
    intervals = entry.ends(measure)
    if intervals is not None:
        both = intervals.iloc[group]
        low, high = sorted(float(np.sign(actual) * both[end]) for end in ("effect_low", "effect_high"))
        reach, unsure = f" {ends(low, high)}", f", but its {_UNSURE}" if low <= 0 <= high else ""
        notes.append("95 % over test rows")
    if one.method not in entry.pairs.ranks_only:
        value = float(entry.pairs.predicted[entry.pairs.methods.index(one.method), measure, group])
        notes += [f"predicted: {'a rise' if value > 0 else 'a fall'} of {number(abs(value))}"] if value else []
    told = f" ({'; '.join(notes)})" if notes else ""
    doing = entry.run.manifest.change.doing
    return (
        f"group {_named(entry, [group])} matters most{on}: {doing} it {does} {_on(entry, measure)} by "
        f"{number(abs(actual))}{reach}{_gap(entry, measure, [actual])}{told}{_where(one, entry)}{unsure}"
    )


def _effects(one: Asked, entry: Entry, measure: int, groups: NDArray[np.intp], on: str) -> str:
    """What groups do that share the largest effect, of either sign."""
    actual = entry.pairs.actual[measure, groups]
    signs = np.sign(actual).tolist()
    either = [float(actual[signs.index(sign)]) for sign in dict.fromkeys(signs)]
    does = "raises or lowers" if len(either) == 2 else "raises" if signs[0] > 0 else "lowers"
    intervals = entry.ends(measure)
    unsure = 0
    if intervals is not None:
        own = intervals.iloc[groups]
        unsure = int(((own["effect_low"] <= 0) & (own["effect_high"] >= 0)).sum())
    whose = "the" if unsure == groups.size else f"of {unsure:,} of them the"
    return (
        f"groups {_named(entry, groups)} matter most{on}: {entry.run.manifest.change.doing} any of them {does} "
        f"{_on(entry, measure)} by {number(abs(float(actual[0])))}{_gap(entry, measure, either)}{_where(one, entry)}"
        f"{f', but {whose} {_UNSURE}' if unsure else ''}"
    )


def _on(entry: Entry, measure: int) -> str:
    of = entry.pairs.measures[measure]
    signed = "the signed difference " if of in differences(entry.run) else ""
    return f"{signed}{measure_name(*of, entry.sets)}"


def _gap(entry: Entry, measure: int, effects: Sequence[float]) -> str:
    """What effects make of a signed difference and of its size; empty on what is none."""
    before = differences(entry.run).get(entry.pairs.measures[measure])
    if before is None:
        return ""
    return f", {' or '.join(gap_words(before, effect) for effect in effects)}"


def _where(one: Asked, entry: Entry) -> str:
    return f" at {entry.label}" if entry.label and not one.label else ""


def _named(entry: Entry, places: Sequence[int] | NDArray[np.intp]) -> str:
    """The names of up to _MOST_NAMED groups and a count of the others, each with its kind where several are natural;
    one of the first rows of an order by these.
    """
    about = entry.run.groups.set_index("group")
    names = about["made_from"].where(about["made_from"].map(order_in).notna(), about["name"])
    several = len(natural_kinds(entry.pairs.kinds)) > 1
    shown = [
        _short(str(names.loc[entry.pairs.groups[place]]))
        + (f" ({kind_name(entry.pairs.kinds[place])})" if several else "")
        for place in places
    ]
    left = len(shown) - _MOST_NAMED
    return listed([*shown[:_MOST_NAMED], *([f"{left:,} more"] if left > 0 else [])])


def _short(name: str) -> str:
    return f"of the {one_line(name)}" if order_in(name) else shorten(name, LONGEST_NAME)


def _aside(one: Asked) -> list[str]:
    if not one.left:
        return []
    several = len(one.entries) > 1
    points = [(one.evaluation, point) for _, point in one.left]
    many = counted(len(points), "measure") if several else counted_values(points)
    verb = "is" if many.startswith("1 ") else "are"
    return [f"{many} with effects too small to be told from their errors {verb} left aside"]
