"""What is known of the groups of a study before they are drawn: how many there are at most."""

from __future__ import annotations

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.pool import pool_as_training_rows
from groupinf.groups.builders.builder import Builder
from groupinf.studies.group_effects.checks import evaluations_of, parameter_names
from groupinf.studies.group_effects.row_orders import asked_for
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.group_effects.test_points import most_points
from groupinf.studies.linear.configured_model import model_of


def most_groups(loaded: LoadedStudy, dataset: Dataset) -> int:
    """At most how many groups the builders make."""
    groups, dataset = loaded.located().groups, pool_as_training_rows(dataset)
    builders = groups.builders
    sizes, points = 0 if groups.sizes is None else groups.sizes.num, most_points(loaded.config.test_points, dataset)
    return sum(builder.most_groups(dataset, sizes, _values(loaded, dataset, builder, points)) for builder in builders)


def _values(loaded: LoadedStudy, dataset: Dataset, builder: Builder, points: int) -> int:
    """Of how many values a builder makes groups: test points, or those of the evaluation that it orders rows by."""
    if builder.asked_order is None:
        return points
    evaluation, _ = asked_for(builder.asked_order, evaluations_of(loaded, dataset))
    assert evaluation is not None  # what is checked already
    names = parameter_names(dataset, model_of(loaded, dataset))
    return len(evaluation.quantity(names).labels(range(points)))
