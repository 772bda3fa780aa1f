"""What groups of the most influential rows say, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from groupinf.analysis.growth import CLOSE, Fault
from groupinf.reporting.growing_groups.curves import Curve, Sort
from groupinf.reporting.growing_groups.reading import Found
from groupinf.reporting.words.formats import percent
from groupinf.reporting.words.style import method_in_text
from groupinf.wording import counted, listed, number

# predictions that differ by less of their size are one line
SAME = 1e-9
NESTED = (
    "Groups of one order of rows lie one within the next: the interval of ρ takes groups as independent, which these "
    "are not."
)
_FAULTS = {
    Fault.UNDER: "is too small by more than {share}",
    Fault.OVER: "is too large by more than {share}",
    Fault.OPPOSITE: "has the other sign",
}


def growth_lines(found: Sequence[Found]) -> list[str]:
    """A sentence for each method, of all series of groups, one on methods that predict the same, and one that compares
    orders where there are several.
    """
    return [*_method_lines(found), *_same_lines(found), *_order_lines(found)]


def _method_lines(found: Sequence[Found]) -> list[str]:
    methods = dict.fromkeys(method for of in found for method in of.growth.predicted)
    return [_method_line(method, [of for of in found if method in of.growth.predicted]) for method in methods]


def _same_lines(found: Sequence[Found]) -> list[str]:
    """Which two methods predict the same, in how many series: of two such lines a figure shows one."""
    methods = dict.fromkeys(method for of in found for method in of.growth.predicted)
    lines = []
    for pair in combinations(methods, 2):
        values = [[of.growth.predicted[method] for method in pair if method in of.growth.predicted] for of in found]
        same = sum(len(both) == 2 and np.allclose(both[0], both[1], rtol=SAME, atol=0.0) for both in values)
        if same:
            names = listed(method_in_text(method) for method in pair)
            where = "" if same == len(found) else f" in {same} of {len(found)} series"
            lines.append(f"{names[:1].upper()}{names[1:]} predict the same{where}.")
    return lines


def _method_line(method: str, found: Sequence[Found]) -> str:
    """At the largest groups, in how many series it is close, too small, too large or of the other sign."""
    ends = [of.growth.end(method) for of in found]
    name = method_in_text(method)
    name = f"{name[:1].upper()}{name[1:]}"
    if all(fault is Fault.NONE and size == of.growth.sizes[0] for of, (fault, size) in zip(found, ends, strict=True)):
        return f"{name} is within {percent(CLOSE)} of the actual effect at every size."
    total = f"in {{}} of {len(found)} series"
    parts = []
    for fault, words in _FAULTS.items():
        sizes = [size for end, size in ends if end is fault]
        if sizes:
            starts = " to ".join(f"{size:,}" for size in dict.fromkeys((min(sizes), max(sizes))))
            rows = "row" if max(sizes) == 1 else "rows"
            of_all = f"{total.format(len(sizes))}, " if len(found) > 1 else ""
            parts.append(f"{words.format(share=percent(CLOSE))} {of_all}from {starts} {rows} on")
    close = sum(fault is Fault.NONE for fault, _ in ends)
    if close and parts:
        parts.append(f"is within {percent(CLOSE)} of it at the largest size {total.format(close)}")
    elif close:
        parts.append(
            f"is within {percent(CLOSE)} of the actual effect at the largest size, and not at every smaller one"
        )
    return f"{name} {listed(parts)}."


def _order_lines(found: Sequence[Found]) -> list[str]:
    """Which order's groups move a value farthest, at the largest size that all orders of the value have, if any."""
    by_value: dict[tuple[str, int, str], list[Found]] = {}
    for of in found:
        by_value.setdefault((of.evaluation, of.test_point, of.side), []).append(of)
    several = [own for own in by_value.values() if len({of.by for of in own}) > 1]
    compared = [_farthest(own, max(sizes)) for own in several if (sizes := _common_sizes(own))]
    if not compared:
        return []
    if len(compared) == 1:
        [(_, size, effects)] = compared
        told = listed(f"{number(effect)} {by}" for by, effect in effects.items())
        return [f"Groups of {counted(size, 'row')}, the largest that every order has, move the value by {told}."]
    wins = Counter(by for best, _, _ in compared for by in best)
    told = listed(f"{by} in {count}" for by, count in wins.most_common())
    least, most = (of(size for _, size, _ in compared) for of in (min, max))
    rows = counted(most, "row") if least == most else f"{least:,} to {most:,} rows"
    among = f"Among groups of {rows}, the largest that every order has of a value and side"
    return [f"{among}, those that move it farthest were found {told} of {len(compared)}."]


def _common_sizes(own: Sequence[Found]) -> set[int]:
    """Those that all orders have groups of: none where one order ends before another begins."""
    return set.intersection(*({*of.growth.sizes.tolist()} for of in own))


def _farthest(own: Sequence[Found], size: int) -> tuple[list[str], int, dict[str, float]]:
    """The orders whose rows move a value farthest at a size, that size, and all effects there."""
    effects = {of.by: float(of.growth.actual[of.growth.sizes.tolist().index(size)]) for of in own}
    best = max(effects.values()) if own[0].side == "rise" else min(effects.values())
    return [by for by, effect in effects.items() if effect == best], size, effects


CHOSEN_BY_TEST_ROWS = "Best and worst are by the loss of the same test rows that it is measured on."


def removal_lines(curves: Sequence[Curve]) -> list[str]:
    """Of each order, where the mean test loss is least, or that it is never less than that of all rows; which orders
    stay above, or below, a random one; and what best and worst are chosen by.
    """
    of_orders = [curve for curve in curves if curve.sort is not Sort.RANDOM]
    random = [curve for curve in curves if curve.sort is Sort.RANDOM]
    lines = [_least_line(curve) for curve in of_orders]
    if random and of_orders:
        lines.append(_beside_random(of_orders, random))
    by_test_rows = any(curve.sort in (Sort.BEST, Sort.WORST) for curve in curves)
    return [*lines, *([CHOSEN_BY_TEST_ROWS] if by_test_rows else [])]


def _least_line(curve: Curve) -> str:
    least, whole = int(curve.loss.argmin()), float(curve.loss[0])
    if least == 0:
        return f"{curve.label}: the mean test loss is never below that of all rows, {number(whole)}."
    told = f"least without {counted(int(curve.removed[least]), 'row')}, {number(float(curve.loss[least]))}"
    return f"{curve.label}: the mean test loss is {told}, and {number(whole)} with all."


def _beside_random(curves: Sequence[Curve], random: Sequence[Curve]) -> str:
    """Orders whose loss is above, or below, that of the rows of every random order at every size that both have."""
    of_random = "random rows" if len(random) == 1 else f"each of {len(random)} random orders"
    told = []
    for words, sign in (("above", 1.0), ("below", -1.0)):
        names = []
        for curve in curves:
            gaps = [sign * gap for one in random for gap in _gaps(curve, one)]
            if gaps and min(gaps) > 0.0:
                names.append(f"{curve.label[:1].lower()}{curve.label[1:]}")
        if names:
            told.append(f"{words} that of {of_random} for: {'; '.join(names)}")
    if not told:
        return f"No order's mean test loss is on one side of that of {of_random} at every size."
    return f"At every size the mean test loss is {'. It is '.join(told)}."


def _gaps(curve: Curve, random: Curve) -> list[float]:
    """By how much the loss exceeds that of random rows at each size that both have, beside none."""
    at_random = dict(zip(random.removed.tolist(), random.loss.tolist(), strict=True))
    after = zip(curve.removed.tolist()[1:], curve.loss.tolist()[1:], strict=True)
    return [loss - at_random[size] for size, loss in after if size in at_random]
