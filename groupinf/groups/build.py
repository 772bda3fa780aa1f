"""All builders of a configuration, each from its own random stream, to the groups of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from groupinf.config import schema
from groupinf.errors import DataError
from groupinf.groups.builders import (
    feature_clusters,
    gradient_clusters,
    influence_tails,
    random_groups,
    random_within_class,
    shared_feature,
)
from groupinf.groups.builders import own_groups as user_groups
from groupinf.groups.groups import Built, Groups
from groupinf.groups.source import GroupSource
from groupinf.groups.streams import builder_stream


@dataclass(frozen=True)
class Task:
    """One builder of the configuration; ``occurrence`` counts those of the same name before it."""

    source: GroupSource
    options: schema.Builder
    occurrence: int


MapTasks = Callable[[Callable[[Task], Built], Iterable[Task]], Iterable[Built]]


def build_groups(
    source: GroupSource, builders: Sequence[schema.Builder], base: Path, map_builders: MapTasks = map
) -> tuple[Groups, tuple[str, ...]]:
    """The groups of every builder, numbered from 0 in the order of ``builders``, and all notes.

    ``base`` is the folder that relative paths of group files start from. ``map_builders`` may run the builders
    side by side: their groups do not depend on each other, nor on the order of execution.
    DataError where a builder cannot work on the data, or where no builder made a group.
    """
    tasks = []
    seen: Counter[str] = Counter()
    for options in builders:
        tasks.append(Task(source, _at(options, base), seen[options.builder]))
        seen[options.builder] += 1
    built = list(map_builders(build_one, tasks))
    groups = Groups.collect(group for b in built for group in b.groups)
    notes = tuple(note for b in built for note in b.notes)
    if len(groups) == 0:
        raise DataError("\n".join(["groups: no builder made a group", *notes]))
    return groups, notes


def build_one(task: Task) -> Built:
    """The groups of one builder from its own stream (seed, name, occurrence); picklable, for ``map_builders``."""
    source, options = task.source, task.options
    rng = builder_stream(source.seed, options.builder, task.occurrence)
    match options:
        case schema.SharedFeature():
            return shared_feature.build(source, options, rng)
        case schema.FeatureClusters():
            return feature_clusters.build(source, options, rng)
        case schema.GradientClusters():
            return gradient_clusters.build(source, options, rng)
        case schema.RandomWithinClass():
            return random_within_class.build(source, options, rng)
        case schema.Random():
            return random_groups.build(source, options, rng)
        case schema.InfluenceTails():
            return influence_tails.build(source, options, rng)
        case schema.GroupFile():
            return user_groups.build_file(source, options, rng)
        case schema.Column():
            return user_groups.build_column(source, options, rng)


def _at(options: schema.Builder, base: Path) -> schema.Builder:
    if isinstance(options, schema.GroupFile):
        return options.model_copy(update={"path": str(base / Path(options.path).expanduser())})
    return options
