"""All builders of a configuration, each from its own random stream, to the groups of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

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
    """The groups of one builder from its own stream (seed, name, occurrence); picklable, for ``map_builders``."""
    return task.builder.build(task.source, builder_stream(task.source.seed, task.builder.name, task.occurrence))
