"""Crowdworkers, or whoever else contributed rows of several genres: figures C.8 to C.11, and Figure 4 on the right."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from groupinf.analysis.attributes import SIZE
from groupinf.analysis.test_sets import first_component_order
from groupinf.reporting.drawing.attribute_scatter import AttributePanel
from groupinf.reporting.drawing.axes import axis_of_most
from groupinf.reporting.drawing.effects_heat_map import EffectsMap, full_words, heat_map_figure
from groupinf.reporting.drawing.panes import (
    Pane,
    Panes,
    against_actual_pane,
    attribute_pane,
    panes_figure,
    set_heading,
)
from groupinf.reporting.paper.natural_groups.reading import COUNT, Y_LABEL, SetEffects, contributors
from groupinf.reporting.words.formats import shorten
from groupinf.reporting.words.style import LONGEST_NAME, KindStyle
from groupinf.reporting.words.summary import convention_line, doing_to_groups, facts_line
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

GROUP = "group"
STYLES = {GROUP: KindStyle("Group", "#4d4d4d", "o")}  # no colour that means something beside it in figure 4


def against_actual(run: Run) -> Figure:
    """Figure C.8: a panel for each set of test points."""
    effects = contributors(run)
    panes = tuple(
        against_actual_pane(set_heading(name), effects.panel(position), _one_category(effects), STYLES)
        for position, name in enumerate(effects.sets)
    )
    return _figure(effects, f"Influence against the actual effect of {doing_to_groups([run])}", panes)


def against_size(run: Run) -> Figure:
    """Figure C.9: rows of a group on x, its influence on the sum over the sets that groups contributed to on y."""
    effects = contributors(run).contributed()
    foot = sum_line(effects), largest_line(effects)
    return _figure(effects, "Influence against the number of rows contributed", (on_all(effects),), foot)


def against_own_rows(run: Run) -> Figure:
    """Figure C.11: a panel for each set that groups contributed to: a group's rows of its kind, its influence on it."""
    effects = contributors(run).contributed()
    panes = tuple(
        _pane(effects, COUNT.format(name), set_heading(name), f"Rows of {name}", predicted)
        for name, predicted in zip(effects.sets, effects.predicted, strict=True)
    )
    title = "Influence on a set against the number of rows contributed to it"
    return _figure(effects, title, panes, _own_rows_lines(effects))


def between_sets(run: Run) -> Figure:
    """Figure C.10: a heat map of influence, with a row for each set and a column for each group.

    Rows fall by the first principal component of the influences, columns by the mean influence on the rows above its
    change of sign.
    """
    effects = contributors(run)
    order = first_component_order(effects.predicted)
    family = order.sets[: order.family]
    columns = np.argsort(-effects.predicted[family].mean(axis=0), kind="stable")
    shown = EffectsMap(effects.sets, tuple(effects.names), effects.predicted).ordered(order.sets, columns)
    by = listed(effects.sets[i] for i in family)
    foot = [
        f"Sets fall by the first principal component of the influences, groups by their mean influence on {by}.",
        full_words(shown),
        convention_line(run),
    ]
    title = "Influence of groups on the test loss of each set"
    return heat_map_figure(shown, title, _facts(effects), Y_LABEL, foot)


def on_all(effects: SetEffects) -> Pane:
    """The panel of figure C.9, also Figure 4 on the right."""
    return _pane(effects, SIZE, "Sum over sets", "Rows contributed", effects.predicted.sum(axis=0))


def sum_line(effects: SetEffects) -> str:
    """Over what the effects of figure C.9 are summed."""
    return f"The sum is that over {listed(effects.sets)}."


def largest_line(effects: SetEffects) -> str:
    """What removing the group with most rows does to the sum over all sets, predicted and retrained."""
    sizes = effects.numbers(SIZE)
    most = int(np.argmax(sizes))
    predicted, actual = effects.predicted[:, most].sum(), effects.actual[:, most].sum()
    signs = "the signs agree" if np.sign(predicted) == np.sign(actual) else "the signs differ"
    return (
        f"The group with most rows, {shorten(effects.names[most], LONGEST_NAME)} ({sizes[most]:,.0f}), "
        f"has influence {number(predicted)} and actual effect {number(actual)}: {signs}."
    )


def _own_rows_lines(effects: SetEffects) -> tuple[str, ...]:
    """Where no group has rows of two sets, that the figure shows no more than which set a group belongs to."""
    counts = np.stack([effects.numbers(COUNT.format(name)) for name in effects.sets])
    if (np.count_nonzero(counts > 0, axis=0) > 1).any():
        return ()
    return ("No group has rows of two of the sets: in each panel x is 0 or the number of all rows of a group.",)


def _pane(effects: SetEffects, attribute: str, heading: str, x_label: str, predicted: NDArray[np.float64]) -> Pane:
    panel = AttributePanel(effects.numbers(attribute), predicted, _one_category(effects), axis_of_most)
    return attribute_pane(heading, x_label, panel, STYLES)


def _one_category(effects: SetEffects) -> NDArray[np.object_]:
    return np.full(effects.names.size, GROUP, dtype=object)


def _facts(effects: SetEffects) -> tuple[str]:
    return (f"{facts_line(effects.run)}; {counted(effects.names.size, 'group')}",)


def _figure(effects: SetEffects, title: str, panes: tuple[Pane, ...], foot: tuple[str, ...] = ()) -> Figure:
    return panes_figure(Panes(title, _facts(effects), Y_LABEL, panes, (), (*foot, convention_line(effects.run))))
