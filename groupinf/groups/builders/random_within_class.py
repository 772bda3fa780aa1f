"""Groups of random training points of one class."""

from __future__ import annotations

import numpy as np

from groupinf.config.schema import RandomWithinClass
from groupinf.errors import DataError
from groupinf.groups.groups import Built
from groupinf.groups.pools import Pool, draw_from_pools
from groupinf.groups.source import GroupSource


def classes_wanted(task: str) -> str:
    """What to say where the data have no classes."""
    return f"random_within_class: expected data with classes, found a {task} task; leave out this builder"


def build(source: GroupSource, options: RandomWithinClass, rng: np.random.Generator) -> Built:
    """For each size s: a class of at least s points uniformly, s of its points without replacement.

    Sizes that no class can fill are skipped and noted. DataError where the data have no classes.
    """
    dataset = source.dataset
    if dataset.task != "classification":
        raise DataError(classes_wanted(dataset.task))
    classes = [
        Pool(f"class {label}", np.flatnonzero(dataset.y_train == code)) for code, label in enumerate(dataset.classes)
    ]
    return draw_from_pools(classes, source.group_sizes(), options.builder, "class", rng)
