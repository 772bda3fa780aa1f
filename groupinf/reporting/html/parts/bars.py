"""The groups with the largest actual effects as bars, with what was predicted of them as marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from groupinf.reporting.html.parts.marks import Bar, Mark, Scale, drawing, symbol
from groupinf.reporting.html.parts.markup import Content, Html, element
from groupinf.reporting.words.entries import Entry, Look, Looks
from groupinf.reporting.words.formats import shorten, whole_words
from groupinf.reporting.words.style import LONGEST_NAME, kind_name
from groupinf.wording import number

MOST_BARS = 20
# a prediction farther out than so many times the largest actual effect stands at the edge, or bars would vanish
_FARTHEST = 1.5


def largest(actual: NDArray[np.float64], shown: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Places of the MOST_BARS largest |actual| (G,) of the groups ``shown`` (G,), largest first, of ties the first.

    Groups whose effect is 0 are none of them.
    """
    places = np.flatnonzero(shown & (actual != 0))
    return places[np.argsort(-np.abs(actual[places]), kind="stable")[:MOST_BARS]]


def bar_chart(entry: Entry, run: int, measure: int, shown: NDArray[np.bool_], looks: Looks, marks_groups: bool) -> Html:
    """A row for each of the largest groups on a measure of the run: its name, a bar from 0, marks, the actual effect.

    ``marks_groups``: a press on the name marks the group in the plots.
    """
    actual = entry.pairs.actual[measure]
    places = largest(actual, shown)
    predicted = {
        method: entry.pairs.predicted[m, measure][places]
        for m, method in enumerate(entry.pairs.methods)
        if entry.pairs.has[m, measure] and method not in entry.pairs.ranks_only
    }
    ends = entry.ends(measure)
    if ends is None:
        bars = [Bar(float(value)) for value in actual[places]]
    else:
        reached = ends.iloc[places]
        three = zip(actual[places], reached["effect_low"], reached["effect_high"], strict=True)
        bars = [Bar(float(value), float(low), float(high)) for value, low, high in three]
    reach = np.array([end for bar in bars for end in (bar.value, bar.low, bar.high) if np.isfinite(end)])
    scale = bar_scale(reach, list(predicted.values()))
    about = entry.run.groups.set_index("group").loc[entry.pairs.groups[places]]
    several = len(set(entry.pairs.kinds[shown])) > 1
    rows = []
    for i, (group, row) in enumerate(about.iterrows()):
        look = looks.kinds[row["kind"]] if several else None
        name = _name(run, int(str(group)), shorten(row["name"], LONGEST_NAME), marks_groups)
        values = {method: float(effects[i]) for method, effects in predicted.items()}
        drawn = _drawn(bars[i], values, looks.methods, scale)
        title = f"{kind_name(row['kind'])}, {row['size']:,} rows, {whole_words(row['made_from'], 3 * LONGEST_NAME)}"
        called = element("span", {"class": "named", "title": title}, *_symbol(look), name)
        rows.append(element("li", {}, called, drawn, element("span", {"class": "value"}, number(actual[places[i]]))))
    return element("ol", {"class": "bars"}, *rows)


def bar_scale(actual: NDArray[np.float64], predicted: Sequence[NDArray[np.float64]]) -> Scale:
    """From 0 or the lowest value to 0 or the highest, predictions within _FARTHEST times the largest |actual|."""
    edge = _FARTHEST * float(np.abs(actual).max(initial=0.0))
    values = np.clip(np.concatenate([actual, *predicted]), -edge, edge)
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    return Scale(low, high if high > low else 1.0, 0.0)


def beyond(entry: Entry, measure: int, shown: NDArray[np.bool_]) -> bool:
    """Whether a prediction of a group that has a bar stands at the edge of the scale."""
    actual = entry.pairs.actual[measure]
    places = largest(actual, shown)
    edge = _FARTHEST * float(np.abs(actual[places]).max(initial=0.0))
    to_scale = [m for m, method in enumerate(entry.pairs.methods) if method not in entry.pairs.ranks_only]
    return bool((np.abs(entry.pairs.predicted[to_scale, measure][:, places]) > edge).any())


def _name(run: int, group: int, name: str, marks_groups: bool) -> Content:
    if not marks_groups:
        return name
    attributes = {"class": "marks-group", "aria-pressed": "false", "data-run": f"{run}", "data-group": f"{group}"}
    return element("button", {"type": "button", **attributes}, name)


def _symbol(look: Look | None) -> list[Html]:
    return [] if look is None else [symbol(look.css, look.style.marker)]


def _drawn(bar: Bar, predicted: Mapping[str, float], looks: Mapping[str, Look], scale: Scale) -> Html:
    """The bar, and over it a mark for each prediction, the one named first on top."""
    marks = [
        Mark(value, np.nan, np.nan, looks[m].css, looks[m].style.marker, f"{looks[m].style.name} {number(value)}")
        for m, value in reversed(list(predicted.items()))
    ]
    return drawing(marks, scale, bar)
