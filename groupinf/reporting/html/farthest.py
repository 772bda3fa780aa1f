"""Which single groups are farthest off?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groupinf.analysis.farthest import farthest_off
from groupinf.analysis.pairs import ACTUAL
from groupinf.reporting.formats import number, shorten
from groupinf.reporting.html.agreement_tables import RUN, named_symbol, run_cell
from groupinf.reporting.html.entries import Entry, Looks
from groupinf.reporting.html.markup import Content, Html, element, joined
from groupinf.reporting.html.table import Cell, Column, table
from groupinf.reporting.style import LONGEST_NAME, evaluation_name, kind_name, method_name, point_name

MOST_OF_AN_EVALUATION = 10
_LONGEST_ORIGIN = 80


def farthest(entries: Sequence[Entry], looks: Looks, plotted: bool) -> Html:
    """A table of the groups with the largest errors; where groups are ``plotted``, a click marks them there."""
    most = MOST_OF_AN_EVALUATION if len(entries) == 1 else MOST_OF_AN_EVALUATION // 2
    methods = list(dict.fromkeys(m for entry in entries for m in entry.pairs.methods))
    several = len(entries) > 1
    columns = [
        Column("Group"),
        *([RUN] if several else []),
        Column("Kind"),
        Column("Error", numeric=True),
        Column("Actual", numeric=True),
        *(Column(method_name(method), numeric=True) for method in methods),
        Column("Evaluation"),
        Column("Measured on"),
        Column("Size", numeric=True),
        Column("What made it", words=True),
    ]
    rows = [
        row
        for position, entry in enumerate(entries)
        for row in _rows(entry, position, methods, looks, most, several, plotted)
    ]
    first = " or ".join(dict.fromkeys(method_name(entry.method).lower() for entry in entries))
    words = (
        f"The {most} groups of each evaluation that {first} misses by most. Error: distance to the actual effect as a "
        "multiple of the median actual effect (without sign) on the same test point. A group is listed on the test "
        "point where it is farthest off."
    )
    hint = " Press a group to mark it in the plots below." if plotted else ""
    return joined([element("p", {}, words + hint), table("Groups farthest off", columns, rows, "farthest")])


def _rows(
    entry: Entry, position: int, methods: Sequence[str], looks: Looks, most: int, several: bool, plotted: bool
) -> list[list[Cell]]:
    about = entry.run.groups.set_index("group")[["name", "kind", "size", "made_from"]].to_dict("index")
    found = farthest_off(entry.pairs, entry.method, most).to_dict("records")
    place = {int(group): i for i, group in enumerate(entry.pairs.groups)}
    rows = []
    for row in found:
        group = about[row["group"]]
        name = shorten(group["name"], LONGEST_NAME)
        shown = _marker(name, position, place[row["group"]], row) if plotted else name
        look = looks.kinds[group["kind"]]
        kind = named_symbol(look, kind_name(group["kind"]))
        rows.append(
            [
                Cell(shown, float(row["group"])),
                *([run_cell(entry)] if several else []),
                Cell(kind),
                Cell(f"{number(row['error'])}×", row["error"]),
                _effect(row, ACTUAL),
                *(_effect(row, method) for method in methods),
                Cell(evaluation_name(row["evaluation"])),
                Cell(point_name(row["evaluation"], row["test_point"], entry.sets)),
                Cell(f"{group['size']:,}", float(group["size"])),
                Cell(shorten(group["made_from"], _LONGEST_ORIGIN)),
            ]
        )
    return rows


def _effect(row: Mapping[Any, Any], method: str) -> Cell:
    value = row.get(method)
    return Cell("", float("nan")) if value is None else Cell(number(value), value)


def _marker(name: str, run: int, place: int, row: Mapping[Any, Any]) -> Content:
    attributes = {
        "type": "button",
        "class": "marks-group",
        "aria-pressed": "false",
        "data-run": f"{run}",
        "data-place": f"{place}",
        "data-measure": f"{row['evaluation']} {row['test_point']}",
    }
    return element("button", attributes, name)
