"""What the script of the plots draws: the effects of every group as numbers, and how each kind looks."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.ranking import ENDS
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.drawing.axes import EffectAxis
from groupinf.reporting.drawing.scatter import ALPHA, Panel, count_styles
from groupinf.reporting.words.entries import Entry, Look, Looks
from groupinf.reporting.words.formats import coefficient, one_line, shorten, whole_words
from groupinf.reporting.words.style import (
    LONGEST_NAME,
    MOST_TEST_POINTS,
    PLOTLY_SYMBOLS,
    KindStyle,
    evaluation_name,
    kind_name,
    on_dark,
    panel_name,
)
from groupinf.test_point_labels import ALL_ROWS

_LONGEST_ORIGIN = 120
_MOST_VALUES = 4_000_000  # effects of a page, about 20 MB
_PLAIN_POWERS = 60  # float32 reaches from 2⁻¹²⁶ to 2¹²⁸

Place = tuple[int, str, int]


def shown_plots(entries: Sequence[Entry]) -> list[list[Place]]:
    """The (position, evaluation, test point) of each run's plots: of runs compared, one test point's.

    Of one run the first MOST_TEST_POINTS of each evaluation, fewer where there would be more than _MOST_VALUES effects.
    """
    shown = []
    for entry in entries:
        by_evaluation: dict[str, list[Place]] = {}
        for i, (name, point) in enumerate(entry.pairs.measures):
            by_evaluation.setdefault(name, []).append((i, name, point))
        values = entry.pairs.groups.size * (1 + len(entry.pairs.methods)) * len(by_evaluation)
        most = min(MOST_TEST_POINTS, max(1, _MOST_VALUES // values)) if len(entries) == 1 else 1
        shown.append([place for places in by_evaluation.values() for place in places[:most]])
    return shown


def measured_on(entry: Entry, evaluation: str, point: int) -> str:
    """The evaluation of a plot and its test point, in words."""
    if EVALUATIONS[evaluation].measured_on is not None:
        return evaluation_name(evaluation)
    return f"{evaluation_name(evaluation)}, {panel_name(evaluation, point, entry.sets)}"


def groups_of_styles(entries: Sequence[Entry], looks: Looks) -> dict[KindStyle, int]:
    """Number of groups of all runs in each style of their kinds."""
    kinds = np.concatenate([entry.pairs.kinds for entry in entries])
    return count_styles(kinds, {kind: look.style for kind, look in looks.kinds.items()})


def plot_data(entries: Sequence[Entry], looks: Looks) -> dict[str, Any]:
    """All that the script draws; equal arrays stand in ``arrays`` once. Kinds with fewer groups are drawn later."""
    styles = list(dict.fromkeys(looks.kinds.values()))
    arrays = _Arrays({})
    groups = [_groups(entry, looks, styles) for entry in entries]
    distinct = [one for i, one in enumerate(groups) if one not in groups[:i]]
    counts = groups_of_styles(entries, looks)
    drawn = sorted(range(len(styles)), key=lambda i: -counts.get(styles[i].style, 0))
    shown = zip(entries, shown_plots(entries), strict=True)
    return {
        "alpha": ALPHA,
        "drawn": drawn,
        "styles": [_style(look) for look in styles],
        "methods": {method: look.style.name for method, look in looks.methods.items()},
        "groups": distinct,
        "runs": [
            {
                "label": entry.label,
                "groups": distinct.index(one),
                "panels": {f"{name} {point}": _panel(entry, i, arrays) for i, name, point in places},
            }
            for (entry, places), one in zip(shown, groups, strict=True)
        ],
        "units": [unit for unit, _ in arrays.places],
        "arrays": [text for _, text in arrays.places],
    }


def has_logarithmic(data: Mapping[str, Any]) -> bool:
    """Whether some axis of :func:`plot_data` is logarithmic away from 0."""
    panels = (panel for run in data["runs"] for panel in run["panels"].values())
    return any(axis[2] is not None for panel in panels for axes in panel["axes"].values() for axis in axes)


@dataclass(frozen=True)
class _Arrays:
    """Arrays as a unit and the values in it, as base64 of little-endian float32; each of them once.

    Values of a size that float32 holds with all its digits, about seven, have the unit 1. Elsewhere it is
    a power of two, at which the largest value is 1 to 2.
    """

    places: dict[tuple[float, str], int]

    def place(self, values: NDArray[np.float64]) -> int:
        """Where the array stands in the list, at whose end it is put if it is new."""
        largest = float(np.abs(values).max(initial=0.0))
        power = math.frexp(largest)[1] - 1
        if abs(power) <= _PLAIN_POWERS:
            power = 0
        text = base64.b64encode(np.ldexp(values, -power).astype("<f4").tobytes()).decode()
        return self.places.setdefault((math.ldexp(1.0, power), text), len(self.places))


def _groups(entry: Entry, looks: Looks, styles: Sequence[Look]) -> dict[str, Any]:
    """What is said of the groups of a run; runs on the same groups share it. What made groups is said once.

    Names and origins that are shortened stand whole in ``long_names`` and ``long_origins``, by their places.
    """
    about = entry.run.groups.set_index("group").loc[entry.pairs.groups]
    kinds = {kind: i for i, kind in enumerate(dict.fromkeys(entry.pairs.kinds))}
    made, origins = pd.factorize(about["made_from"])
    names = [one_line(name) for name in about["name"]]
    return {
        "kinds": [{"name": kind_name(kind), "style": styles.index(looks.kinds[kind])} for kind in kinds],
        "kind": [kinds[kind] for kind in entry.pairs.kinds],
        "number": entry.pairs.groups.tolist(),
        "size": entry.sizes.tolist(),
        "name": [shorten(name, LONGEST_NAME) for name in names],
        "long_names": {i: name for i, name in enumerate(names) if len(name) > LONGEST_NAME},
        "origins": [whole_words(words, _LONGEST_ORIGIN) for words in origins],
        "long_origins": {i: words for i, words in enumerate(map(one_line, origins)) if len(words) > _LONGEST_ORIGIN},
        "made": made.tolist(),
    }


def _panel(entry: Entry, i: int, arrays: _Arrays) -> dict[str, Any]:
    evaluation, point = entry.pairs.measures[i]
    table = entry.run.spearman
    rows = table[(table["kind"] == ALL_KINDS) & (table["evaluation"] == evaluation) & (table["test_point"] == point)]
    spearman = dict(zip(rows["method"], rows["spearman"], strict=True))
    actual = entry.pairs.actual[i]
    words = measured_on(entry, evaluation, point)
    panel: dict[str, Any] = {"words": words, "actual": arrays.place(actual), "predicted": {}, "axes": {}, "rho": {}}
    panel["file"] = _file_words(entry, evaluation, point)
    ends = entry.ends(i)
    if ends is not None:
        panel["ends"] = [arrays.place(ends[end].to_numpy(dtype=np.float64)) for end in ENDS]
    for m, method in enumerate(entry.pairs.methods):
        if not entry.pairs.has[m, i]:
            continue
        predicted = entry.pairs.predicted[m, i]
        panel["predicted"][method] = arrays.place(predicted)
        to_scale = method not in entry.pairs.ranks_only
        axes = Panel(evaluation, point, predicted, actual, float(spearman[method]), to_scale).axes
        panel["axes"][method] = [_axis(axis) for axis in (axes[:1] if to_scale else axes)]
        panel["rho"][method] = coefficient(float(spearman[method]))
    return panel


def _file_words(entry: Entry, evaluation: str, point: int) -> str:
    """The evaluation and what it is measured on, as a file is called."""
    if EVALUATIONS[evaluation].measured_on is not None:
        return evaluation
    return f"{evaluation} {shorten(entry.sets.get(point, 'all' if point == ALL_ROWS else str(point)), LONGEST_NAME)}"


def _axis(axis: EffectAxis) -> list[float | None]:
    """Its ends, and how far from 0 it is linear: null where it is throughout."""
    return [axis.low, axis.high, axis.linear_to]


def _style(look: Look) -> dict[str, str]:
    style = look.style
    return {
        "name": style.name,
        "colour": style.colour,
        "dark": on_dark(style.colour),
        "symbol": PLOTLY_SYMBOLS[style.marker],
    }
