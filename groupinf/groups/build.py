"""All builders of a configuration, each from its own random stream, to the groups of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder
from groupinf.groups.groups import Built, Groups
from groupinf.groups.source import GroupSource
from groupinf.groups.streams import builder_stream


@dataclass(frozen=True)
class Task:
    """One builder of the configuration; ``occurrence`` counts those of the same name before it."""

    source: GroupSource
    builder: Builder
    occurrence: int


MapTasks = Callable[[Callable[[Task], Built], Iterable[Task]], Iterable[Built]]


def build_groups(
    source: GroupSource, builders: Sequence[Builder], map_builders: MapTasks = map
) -> tuple[Groups, tuple[str, ...]]:
    """The groups of every builder, numbered from 0 in the order of ``builders``, and all notes.

    Paths that builders name are absolute, or start from the working folder. ``map_builders`` may run the builders
    side by side: their groups do not depend on each other, nor on the order of execution. Raises DataError where a
    builder cannot work on the data, or where no builder made a group.
    """
    tasks = []
    seen: Counter[str] = Counter()
    for builder in builders:
        tasks.append(Task(source, builder, seen[builder.name]))
        seen[builder.name] += 1
    built = list(map_builders(build_one, tasks))
    groups = Groups.collect(group for b in built for group in b.groups)
    notes = tuple(note for b in built for note in b.notes)
    if len(groups) == 0:
        raise DataError("\n".join(["groups: no builder made a group", *notes]))
    return groups, notes


def build_one(task: Task) -> Built:
    """The groups of one builder from its own stream (seed, name, occurrence); picklable, for ``map_builders``.

    Raises DataError, naming the builder and the group, where one is not of some training rows, each once.
    """
    built = task.builder.build(task.source, builder_stream(task.source.seed, task.builder.name, task.occurrence))
    for i, group in enumerate(built.groups):
        fault = rows_fault(group.indices, task.source.dataset.n)
        if fault:
            which = f"group {group.name or i} ({group.kind}, {group.made_from})"
            raise DataError(f"builder {task.builder.name}: {which}: {fault}")
    return built


def rows_fault(rows: object, n: int) -> str:
    """What is wrong with the rows of a group of n training rows, in words; empty where nothing is.

    >>> rows_fault(np.array([3, 1]), 4), rows_fault(np.array([3, 4]), 4)
    ('', 'expected rows 0 to 3, found 4')
    """
    if not isinstance(rows, np.ndarray) or rows.ndim != 1:
        found = f"an array of {rows.ndim} axes" if isinstance(rows, np.ndarray) else type(rows).__name__
        return f"expected an array of one axis with the rows of the group, found {found}"
    if rows.size == 0:
        return "expected at least one row, found none"
    if not np.issubdtype(rows.dtype, np.integer):
        mask = "; np.flatnonzero gives the rows of a mask" if rows.dtype == bool else ""
        return f"expected whole numbers, the rows of the group, found {rows.dtype}{mask}"
    outside = rows[(rows < 0) | (rows >= n)]
    if outside.size:
        return f"expected rows 0 to {n - 1}, found {outside[0]}"
    values, counts = np.unique(rows, return_counts=True)
    return f"expected every row once, found {values[counts.argmax()]} more than once" if counts.max() > 1 else ""
