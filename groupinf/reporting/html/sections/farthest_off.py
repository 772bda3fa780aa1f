"""Which single groups are farthest off?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupinf.analysis.certificates import RESOLVED
from groupinf.analysis.farthest import farthest_off, told_apart
from groupinf.analysis.pairs import ACTUAL
from groupinf.reporting.html.parts.agreement_tables import RUN, measures_of, named_symbol, run_cell
from groupinf.reporting.html.parts.markup import Content, element, folded, joined
from groupinf.reporting.html.parts.table import Cell, Column, Row, table
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.words.entries import Entry, Looks
from groupinf.reporting.words.formats import percent, shorten, whole_words
from groupinf.reporting.words.screening import shown_lines
from groupinf.reporting.words.style import (
    LONGEST_NAME,
    each_value,
    evaluation_name,
    kind_name,
    method_in_text,
    method_name,
    point_name,
)
from groupinf.reporting.words.summary import measure_name
from groupinf.wording import counted, listed, number

MOST_OF_AN_EVALUATION = 10
_LONGEST_ORIGIN = 80
_MOST_LEFT_OUT = 3


@dataclass(frozen=True)
class _Far:
    """A group of a run where it is far off: its row of :func:`farthest_off`, and what the run says of the group."""

    position: int
    entry: Entry
    row: Mapping[Any, Any]
    group: Mapping[Any, Any]


def _answer(material: Material) -> Answer:
    """The group farthest off in a sentence, then a table; where groups are plotted, a click marks them there."""
    entries, looks, plotted = material.entries, material.looks, material.plotted
    most = MOST_OF_AN_EVALUATION if len(entries) == 1 else MOST_OF_AN_EVALUATION // 2
    found = [far for i, entry in enumerate(entries) for far in _found(i, entry, most)]
    found.sort(key=lambda far: -float(far.row["error"]))
    quiet = element("p", {"class": "quiet"}, _words(entries, most, plotted))
    told = (*_without_sizes(entries), *_left_out(entries), *shown_lines(entries))
    missing = [element("p", {"class": "quiet"}, line) for line in told]
    if not found:
        return Answer(joined(missing))
    worst = element("p", {}, element("strong", {}, _worst(found)))
    methods = list(dict.fromkeys(m for e in entries for m in e.pairs.methods if m not in e.pairs.ranks_only))
    rows = [_row(far, methods, looks, len(entries) > 1, plotted) for far in found]
    listed_groups = table("Groups farthest off", _columns(methods, entries), rows, "farthest")
    shown = (
        [folded("The groups farthest off on each evaluation", joined([quiet, listed_groups]))] if len(rows) > 1 else []
    )
    return Answer(joined([worst, *missing, *shown]))


def _without_sizes(entries: Sequence[Entry]) -> list[str]:
    """A sentence on runs whose predictions have ranks alone, where there are any."""
    methods = dict.fromkeys(entry.method for entry in entries if entry.method in entry.pairs.ranks_only)
    names = listed(map(method_in_text, methods))
    return [f"Left out, as only the order of groups means anything: what {names} predicts."] if names else []


def _found(position: int, entry: Entry, most: int) -> list[_Far]:
    if entry.method in entry.pairs.ranks_only:
        return []
    rows = farthest_off(entry.pairs, entry.method, most, entry.unresolved).to_dict("records")
    about = entry.run.groups.set_index("group")[["name", "kind", "size", "made_from"]]
    return [_Far(position, entry, row, about.loc[row["group"]].to_dict()) for row in rows]


def _worst(found: Sequence[_Far]) -> str:
    """What made the group farthest off, its size, where it is off, and by how much; where none stands out, that."""
    far = next((far for far in found if _is_off(far)), None)
    if far is None:
        methods = dict.fromkeys(method_in_text(one.entry.method) for one in found)
        names, equal = listed(methods), "equals" if len(methods) == 1 else "equal"
        return f"No group listed is off: {names} {equal} the actual effect, up to the error estimates of both."
    error = number(far.row["error"])
    if len(found) > 1 and all(number(other.row["error"]) == error for other in found):
        return (
            f"No group stands out: all listed are off by {error} times the median actual effect there, without signs."
        )
    row, entry = far.row, far.entry
    on = measure_name(row["evaluation"], row["test_point"], entry.sets)
    where = f"{on} at {entry.label}" if entry.label else on
    method = method_in_text(entry.method)
    return (
        f"Farthest off is group {_called(far)}, {counted(int(far.group['size']), 'row')}, on {where}: {method} "
        f"{number(row[entry.method])}, actual effect {number(row[ACTUAL])}; the difference is {error} times the median "
        "actual effect there, without signs."
    )


def _called(far: _Far) -> str:
    """The group's name, and in brackets what made it where that says more: ``ward=ward 17`` does not of ``ward 17``."""
    name, made = shorten(far.group["name"], LONGEST_NAME), whole_words(far.group["made_from"], _LONGEST_ORIGIN)
    return name if made.endswith(f"={far.group['name']}") else f"{name} ({made})"


def _is_off(far: _Far) -> bool:
    measure = (far.row["evaluation"], int(far.row["test_point"]))
    return told_apart(far.entry.run.effects, far.entry.method, measure, int(far.row["group"]))


def _words(entries: Sequence[Entry], most: int, plotted: bool) -> str:
    first = listed(dict.fromkeys(method_in_text(entry.method) for entry in entries), "or")
    hint = " Press a group to mark it in the plots." if plotted else ""
    evaluations = [[name for name, _ in entry.pairs.measures] for entry in entries]
    several_points = any(len(set(names)) < len(names) for names in evaluations)
    each = each_value(measures_of(entries))
    once = (
        f" An evaluation lists a group once, where it is farthest off, and at most half of its groups on one {each}."
        if several_points
        else ""
    )
    return (
        f"The {most} groups of each evaluation that {first} misses by most, worst first. Error: distance to the actual "
        f"effect as a multiple of the median actual effect (without sign) on the same {each}.{once}{hint}"
    )


def _left_out(entries: Sequence[Entry]) -> list[str]:
    """A sentence on what is too small to be told from its error, where anything is."""
    names = [
        measure_name(*measure, entry.sets) + (f" at {entry.label}" if entry.label else "")
        for entry in entries
        for measure in entry.unresolved
    ]
    if not names:
        return []
    hidden = len(names) - _MOST_LEFT_OUT
    shown = [*names[:_MOST_LEFT_OUT], *([f"{hidden:,} more"] if hidden > 0 else [])]
    return [
        f"Left out, as error estimates there exceed {percent(RESOLVED)} of the median actual effect: {listed(shown)}."
    ]


def _columns(methods: Sequence[str], entries: Sequence[Entry]) -> list[Column]:
    return [
        Column("Group"),
        *([RUN] if len(entries) > 1 else []),
        Column("Kind"),
        Column("Evaluation"),
        Column("Measured on"),
        Column("Error", numeric=True),
        Column("Actual", numeric=True),
        *(Column(method_name(method), numeric=True) for method in methods),
        Column("Size", numeric=True),
        Column("What made it", words=True),
    ]


def _row(far: _Far, methods: Sequence[str], looks: Looks, several: bool, plotted: bool) -> Row:
    row, group, entry = far.row, far.group, far.entry
    name = shorten(group["name"], LONGEST_NAME)
    return [
        Cell(_marker(name, far) if plotted else name, float(row["group"])),
        *([run_cell(entry)] if several else []),
        Cell(named_symbol(looks.kinds[group["kind"]], kind_name(group["kind"]))),
        Cell(evaluation_name(row["evaluation"])),
        Cell(point_name(row["evaluation"], row["test_point"], entry.sets)),
        Cell(f"{number(row['error'])}×", row["error"]),
        _effect(row, ACTUAL),
        *(_effect(row, method) for method in methods),
        Cell(f"{group['size']:,}", float(group["size"])),
        Cell(whole_words(group["made_from"], _LONGEST_ORIGIN)),
    ]


def _effect(row: Mapping[Any, Any], method: str) -> Cell:
    value = row.get(method)
    return Cell("", float("nan")) if value is None else Cell(number(value), value)


def _marker(name: str, far: _Far) -> Content:
    attributes = {
        "type": "button",
        "class": "marks-group",
        "aria-pressed": "false",
        "data-run": f"{far.position}",
        "data-group": f"{far.row['group']}",
        "data-measure": f"{far.row['evaluation']} {far.row['test_point']}",
    }
    return element("button", attributes, name)


FARTHEST_OFF = Section("far", "Farthest off", "Which single groups are farthest off?", _answer)
