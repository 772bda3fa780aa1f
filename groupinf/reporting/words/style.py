"""Colours, markers, order and names: the one place that decides how kinds, evaluations and methods look."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.effects.evaluations.evaluation import TEST_POINT
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.registry import METHODS
from groupinf.groups.builders.registry import known_kinds
from groupinf.reporting.words.formats import shorten, shorten_value
from groupinf.reporting.words.palette import computed_looks
from groupinf.test_point_labels import FIRST_NAMED, FIRST_SET
from groupinf.wording import listed

MOST_TEST_POINTS = 12
# values with names of their own, such as coefficients, that tables of the page list: each row holds drawings
MOST_NAMED_VALUES = 100
MOST_USER_KINDS = 8
LONGEST_NAME = 30
SMALL = 8.5

TEXT = "#1a1a1a"
QUIET = "#666666"
GRID = "#d0d0d0"
IDENTITY = "#8c8c8c"


@dataclass(frozen=True)
class KindStyle:
    """How one kind of group is drawn; ``marker`` is a matplotlib marker."""

    name: str
    colour: str
    marker: str


# Okabe and Ito's colours, told apart with any common colour blindness; the shapes say the same without colour. The
# kinds of the builders have them too.
_USER_STYLES = (
    ("#0072B2", "o"),
    ("#D55E00", ">"),
    ("#009E73", "p"),
    ("#CC79A7", "d"),
    ("#E69F00", "h"),
    ("#56B4E9", "*"),
    ("#000000", "D"),
    ("#7F4F24", "H"),
)
_OTHER_STYLE = ("#8c8c8c", ".")
# Of methods, by their place in the registry.
_METHOD_STYLES = (
    ("#0072B2", "o"),
    ("#E69F00", "D"),
    ("#009E73", "s"),
    ("#D55E00", ">"),
    ("#CC79A7", "d"),
    ("#56B4E9", "*"),
    ("#000000", "p"),
    ("#7F4F24", "H"),
)
# Where the ground is dark, in place of colours too dark for it.
_ON_DARK = {
    "#000000": "#ffffff",
    "#0072B2": "#3b9fe0",
    "#7F4F24": "#c08a5c",
    "#720c56": "#d257ae",
    "#3f11a0": "#9a7bf0",
    "#593e26": "#b98d63",
    "#1c2ffd": "#7f8bff",
}
# What matplotlib's markers are called in plotly.
PLOTLY_SYMBOLS = {
    "s": "square",
    "D": "diamond",
    "^": "triangle-up",
    "v": "triangle-down",
    "o": "circle",
    "P": "cross",
    "X": "x",
    ">": "triangle-right",
    "p": "pentagon",
    "d": "diamond-tall",
    "h": "hexagon",
    "*": "star",
    "H": "hexagon2",
    "<": "triangle-left",
    "8": "octagon",
    ".": "circle",
}


def evaluation_name(evaluation: str) -> str:
    """An evaluation as it heads a table.

    >>> evaluation_name("test_loss"), evaluation_name("self_loss")
    ('Test loss', 'Self-loss')
    """
    return EVALUATIONS[evaluation].label


def evaluation_in_text(evaluation: str) -> str:
    """An evaluation inside a sentence.

    >>> evaluation_in_text("self_loss")
    'self-loss'
    """
    return EVALUATIONS[evaluation].in_text


def each_value(measures: Iterable[tuple[str, int]]) -> str:
    """What evaluations on test points, or on what else it is, have several values of; sets of points are no points.

    >>> each_value([("test_loss", 4), ("self_loss", -1)]), each_value([("test_loss", -2)])
    ('test point', 'set of test points')
    """
    return listed((one for one, _ in _each(measures)), "or")


def each_values(measures: Iterable[tuple[str, int]]) -> str:
    """The same, of many.

    >>> each_values([("self_loss", -1)]), each_values([("test_loss", -2), ("test_loss", 4)])
    ('test points', 'sets of test points or test points')
    """
    return listed((many for _, many in _each(measures)), "or")


def counted_values(measures: Sequence[tuple[str, int]]) -> str:
    """The number of values of one evaluation, and of what they are.

    >>> counted_values([("test_loss", 4), ("test_loss", 7)]), counted_values([("test_loss", -2)])
    ('2 test points', '1 set of test points')
    """
    count = len(measures)
    return f"{count:,} {each_value(measures) if count == 1 else each_values(measures)}"


def _each(measures: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """What values are, of one and of many."""
    found = []
    for evaluation, point in measures:
        each = EVALUATIONS[evaluation].each
        if FIRST_NAMED < point <= FIRST_SET:
            found.append((f"set of {each}s", f"sets of {each}s"))
        elif EVALUATIONS[evaluation].measured_on is None:
            found.append((each, f"{each}s"))
    return list(dict.fromkeys(found or [(TEST_POINT, f"{TEST_POINT}s")]))


def method_name(method: str) -> str:
    """A method as it heads a column: the project's own in words, one that a user has named by that name.

    >>> method_name("parameter_influence")
    'Parameter influence'
    """
    return METHODS[method].label if method in METHODS else method


def method_in_text(method: str) -> str:
    """A method inside a sentence.

    >>> method_in_text("influence"), method_in_text("newton")
    ('influence', 'Newton')
    >>> method_name("LiSSA"), method_in_text("LiSSA")
    ('LiSSA', 'LiSSA')
    """
    return METHODS[method].in_text if method in METHODS else method


def panel_name(evaluation: str, test_point: int, sets: Mapping[int, str]) -> str:
    """What an evaluation was measured on, as the heading of a plot; ``sets`` names sets, and rows by their keys.

    >>> panel_name("test_loss", 17, {}), panel_name("self_loss", -1, {}), panel_name("test_loss", -1, {})
    ('test point 17', 'own group', 'sum over all test points')
    >>> panel_name("test_loss", -2, {-2: "genre=travel"})
    'Σ genre=travel'
    >>> panel_name("test_loss", 17, {17: "id=p3"})
    'test point 17 (id=p3)'
    """
    return EVALUATIONS[evaluation].measured_on or test_point_heading(test_point, sets)


def panel_title(evaluation: str, test_point: int, sets: Mapping[int, str]) -> str:
    """A :func:`panel_name` that opens a line: words begin with a capital, a name of the data stays as it is.

    >>> panel_title("test_loss", 17, {}), panel_title("coefficient", FIRST_NAMED, {FIRST_NAMED: "sex=male"})
    ('Test point 17', 'sex=male')
    """
    name = panel_name(evaluation, test_point, sets)
    return name if test_point <= FIRST_NAMED else f"{name[:1].upper()}{name[1:]}"


def test_point_heading(test_point: int, sets: Mapping[int, str]) -> str:
    """A test point as :func:`panel_name` heads a plot with it; what has a name of its own by that."""
    if test_point <= FIRST_NAMED:
        return shorten_value(sets[test_point], LONGEST_NAME)
    if test_point >= 0:
        return f"test point {_keyed(test_point, sets)}"
    if test_point in sets:
        return f"Σ {shorten(sets[test_point], LONGEST_NAME)}"
    return "sum over all test points"


def kind_name(kind: str) -> str:
    """A kind as readers see it: the project's own in words, a user's and a column's as it is, shortened.

    >>> kind_name("random_within_class"), kind_name("all"), kind_name("column ward_3")
    ('Random within class', 'All groups', 'column ward_3')
    """
    if kind == ALL_KINDS:
        return "All groups"
    known = known_kinds()
    return known[kind].label if kind in known else shorten(kind, LONGEST_NAME)


def point_name(evaluation: str, test_point: int, sets: Mapping[int, str]) -> str:
    """What an evaluation was measured on; ``sets`` names sets, and rows by their keys.

    >>> point_name("test_loss", 17, {}), point_name("self_loss", -1, {}), point_name("test_loss", -1, {})
    ('17', 'own group', 'sum of all')
    >>> point_name("test_loss", -2, {-2: "genre=travel"})
    'sum of genre=travel'
    >>> point_name("test_loss", 17, {17: "id=p3"})
    '17 (id=p3)'
    """
    return EVALUATIONS[evaluation].measured_on or test_point_name(test_point, sets)


def test_point_name(test_point: int, sets: Mapping[int, str]) -> str:
    """A test point as :func:`point_name` calls it."""
    if test_point <= FIRST_NAMED:
        return shorten_value(sets[test_point], LONGEST_NAME)
    if test_point >= 0:
        return _keyed(test_point, sets)
    if test_point in sets:
        return f"sum of {shorten(sets[test_point], LONGEST_NAME)}"
    return "sum of all"


def _keyed(test_point: int, names: Mapping[int, str]) -> str:
    """A row of the test set, with its key where it has one."""
    return f"{test_point} ({shorten(names[test_point], LONGEST_NAME)})" if test_point in names else str(test_point)


def kind_styles(kinds: Sequence[str]) -> dict[str, KindStyle]:
    """A style for every kind, the project's kinds first and in their order, then the others as given.

    The first MOST_USER_KINDS kinds of a user's own have a style each, those first whose colour none of the project's
    kinds here has; all further ones share one.
    """
    looks = {kind.name: kind.look for kind in known_kinds().values() if kind.name in kinds}
    styles = {kind: KindStyle(kind_name(kind), *look) for kind, look in looks.items() if look is not None}
    own = [kind for kind in dict.fromkeys(kinds) if kind not in styles]
    shown, others = own[:MOST_USER_KINDS], own[MOST_USER_KINDS:]
    used = {style.colour for style in styles.values()}
    for kind, look in zip(shown, sorted(_USER_STYLES, key=lambda look: look[0] in used), strict=False):
        styles[kind] = KindStyle(kind_name(kind), *look)
    other = KindStyle(f"{len(others)} other kinds", *_OTHER_STYLE)
    return styles | dict.fromkeys(others, other)


def method_styles(methods: Sequence[str]) -> dict[str, KindStyle]:
    """A style for every method, where several stand in one drawing."""
    named = dict.fromkeys((*METHODS, *methods))
    looks = dict(zip(named, itertools.chain(_METHOD_STYLES, computed_looks()), strict=False))
    return {method: KindStyle(method_name(method), *looks[method]) for method in dict.fromkeys(methods)}


def line_styles(names: Sequence[str]) -> list[KindStyle]:
    """A style for each of at most MOST_USER_KINDS lines."""
    return [KindStyle(name, *look) for name, look in zip(names, _USER_STYLES, strict=False)]


def on_dark(colour: str) -> str:
    """The colour that stands for ``colour`` on a dark ground."""
    return _ON_DARK.get(colour, colour)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
