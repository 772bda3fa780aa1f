"""Figures of the natural groups of a run: actual effects against attributes, and on each set of test points."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from groupinf.analysis.attributes import SIZE, categorical_attributes, numeric_attributes, strongest_given_size
from groupinf.analysis.pairs import PairedEffects
from groupinf.analysis.test_sets import correlation_between_sets, first_component_order
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.groups.builders.registry import natural_kinds
from groupinf.reporting.drawing.attribute_scatter import AttributePanel
from groupinf.reporting.drawing.effects_heat_map import EffectsMap, full_words, heat_map_figure
from groupinf.reporting.drawing.figures import MOST_VECTOR_POINTS
from groupinf.reporting.drawing.panes import MOST_COLUMNS, Panes, attribute_pane, panes_figure
from groupinf.reporting.words.attributes import aligned_attributes
from groupinf.reporting.words.formats import coefficient, one_line, shorten
from groupinf.reporting.words.style import (
    LONGEST_NAME,
    MOST_USER_KINDS,
    KindStyle,
    each_values,
    evaluation_in_text,
    kind_styles,
    line_styles,
    panel_title,
)
from groupinf.reporting.words.summary import convention_line, facts_line, test_point_names, test_set_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed

# the figures by the stems of their files, and what they show
NATURAL_FIGURES = {
    "attributes": "Actual effects against attributes of the groups",
    "test_sets": "Actual effects of each group on each set of test points",
}
# attributes of a figure, each a row of panels; on one test point so many are in a row, by their number
MOST_ATTRIBUTES = 4
_SIDE_BY_SIDE = {1: 1, 2: 2, 3: 3, 4: 2}
NO_CATEGORY = KindStyle("not known", "#8c8c8c", ".")


@dataclass(frozen=True)
class NaturalGroups:
    """Actual effects (E, G) of the natural groups of a run on what one evaluation is measured on, with the labels of
    that, the groups' names (G,) and kinds (G,), and a row of attributes for each.
    """

    evaluation: str
    points: tuple[int, ...]
    actual: NDArray[np.float64]
    names: NDArray[np.object_]
    kinds: NDArray[np.object_]
    attributes: pd.DataFrame


def natural_figures(run: Run) -> dict[str, Figure]:
    """Those of NATURAL_FIGURES that the run has: none without natural groups."""
    groups = natural_groups(run)
    if groups is None:
        return {}
    drawn = dict(zip(NATURAL_FIGURES, (attributes_figure(run, groups), sets_figure(run, groups)), strict=True))
    return {stem: figure for stem, figure in drawn.items() if figure is not None}


def natural_groups(run: Run) -> NaturalGroups | None:
    """Those of the run, on the test loss where that was measured, else on the first evaluation that has test points.

    None where no group is a natural one, no evaluation has test points, or nothing was retrained.
    """
    if not run.has_actual:
        return None
    pairs = run.pairs
    natural = np.isin(pairs.kinds.astype(str), natural_kinds(map(str, pairs.kinds)))
    evaluation = _evaluation(pairs)
    if not natural.any() or evaluation is None:
        return None
    at = [i for i, (name, _) in enumerate(pairs.measures) if name == evaluation]
    names = run.groups.set_index("group").loc[pairs.groups, "name"].to_numpy(dtype=object)
    return NaturalGroups(
        evaluation,
        tuple(pairs.measures[i][1] for i in at),
        pairs.actual[at][:, natural],
        names[natural],
        pairs.kinds[natural],
        aligned_attributes(run, pairs)[natural],
    )


def attributes_figure(run: Run, groups: NaturalGroups) -> Figure | None:
    """Actual effects against size and what goes with them most beside it, MOST_ATTRIBUTES in all.

    None where groups have no numbers. A row for each attribute, a column for each of the first test points; of one
    test point the attributes stand side by side. Colours are the categories of the first attribute that has few, else
    the kinds.
    """
    known = numeric_attributes(groups.attributes)
    if not known:
        return None
    named, styles, legend = _categories(groups)
    shown = groups.points[:MOST_COLUMNS]
    effects = groups.actual[: len(shown)]
    telling = strongest_given_size(known, groups.attributes[SIZE].to_numpy(dtype=np.float64), effects)
    drawn = telling[:MOST_ATTRIBUTES]
    headings = [panel_title(groups.evaluation, point, test_point_names(run)) for point in shown]
    rasterized = groups.names.size * len(shown) * len(drawn) > MOST_VECTOR_POINTS
    panes = tuple(
        attribute_pane(heading, name, AttributePanel(known[name], actual, named), styles, rasterized)
        for name in drawn
        for heading, actual in zip(headings, effects, strict=True)
    )
    left_out = _left_out(known, telling)
    if len(groups.points) > len(shown):
        left_out.append(
            f"The first {len(shown)} {each_values([(groups.evaluation, point) for point in shown])} are drawn."
        )
    return panes_figure(
        Panes(
            f"Actual effects on {evaluation_in_text(groups.evaluation)} against attributes of the groups",
            _facts(run, groups),
            "Actual effect (retrained)",
            panes,
            tuple(styles.values()) if len(styles) > 1 else (),
            (*left_out, convention_line(run)),
            columns=len(shown) if len(shown) > 1 else _SIDE_BY_SIDE[len(drawn)],
            legend=legend if len(styles) > 1 else "",
        )
    )


def _left_out(known: Collection[str], telling: Sequence[str]) -> list[str]:
    """Sentences on the attributes that are not drawn: copies of size, and those that go with effects less."""
    copies = [shorten(name, LONGEST_NAME) for name in known if name not in telling]
    order, are = ("orders", "is") if len(copies) == 1 else ("order", "are")
    lines = [f"{listed(copies)} {order} groups as size does and {are} not drawn."] if copies else []
    if len(telling) > MOST_ATTRIBUTES:
        given = "size and those that, given size," if SIZE in telling else "those that"
        lines.append(
            f"Of {len(known)} attributes {MOST_ATTRIBUTES} are drawn: {given} go with effects or their magnitudes most."
        )
    return lines


def sets_figure(run: Run, groups: NaturalGroups) -> Figure | None:
    """A heat map of actual effects on the sets of test points of the run; None where it has fewer than two."""
    names = test_set_names(run)
    at = [i for i, point in enumerate(groups.points) if point in names]
    if len(at) < 2:
        return None
    effects = groups.actual[at]
    order = first_component_order(effects)
    sets = tuple(names[groups.points[i]] for i in at)
    shown = EffectsMap(sets, tuple(groups.names), effects).ordered(order.sets, order.groups)
    foot = [
        "Sets and groups fall by the first principal component of the effects.",
        *_correlation_lines(shown),
        full_words(shown),
        convention_line(run),
    ]
    title = f"Actual effects of groups on {evaluation_in_text(groups.evaluation)} of each set"
    return heat_map_figure(shown, title, _facts(run, groups), "Actual effect", foot)


def _correlation_lines(shown: EffectsMap) -> list[str]:
    """The two sets on which effects are most alike, and the two on which they are least."""
    rho = correlation_between_sets(shown.effects)
    pairs = [(float(rho[i, j]), i, j) for i, j in zip(*np.triu_indices(len(shown.sets), 1), strict=True)]
    defined = [pair for pair in pairs if not np.isnan(pair[0])]
    if not defined:
        return []
    ends = [min(defined), max(defined)] if len(defined) > 1 else defined
    told = [f"{coefficient(r)} between {shown.sets[i]} and {shown.sets[j]}" for r, i, j in ends]
    return [f"Pearson's correlation of effects is {' to '.join(map(one_line, told))}."]


def _categories(groups: NaturalGroups) -> tuple[NDArray[np.object_], dict[str, KindStyle], str]:
    """The category of each group, how each is drawn, and what they are categories of."""
    few = {
        name: values
        for name, values in categorical_attributes(groups.attributes).items()
        if values.nunique() <= MOST_USER_KINDS
    }
    if not few:
        return groups.kinds, kind_styles(list(dict.fromkeys(map(str, groups.kinds)))), "Kind of group"
    name, values = next(iter(few.items()))
    of = list(dict.fromkeys(map(str, values.dropna())))
    styles = dict(zip(of, line_styles([shorten(category, LONGEST_NAME) for category in of]), strict=True))
    if values.isna().any():
        styles[NO_CATEGORY.name] = NO_CATEGORY
    return values.fillna(NO_CATEGORY.name).to_numpy(dtype=object), styles, shorten(name, LONGEST_NAME)


def _evaluation(pairs: PairedEffects) -> str | None:
    names = [name for name, _ in pairs.measures if EVALUATIONS[name].measured_on is None]
    return TEST_LOSS.name if TEST_LOSS.name in names else next(iter(names), None)


def _facts(run: Run, groups: NaturalGroups) -> tuple[str]:
    return (f"{facts_line(run)}; {counted(groups.names.size, 'group')}",)
