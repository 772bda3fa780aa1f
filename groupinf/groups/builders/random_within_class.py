"""Groups of random training points of one class."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.config.section import Problem
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built
    from groupinf.groups.source import GroupSource


class RandomWithinClass(Builder):
    """Random points of one class."""

    name: ClassVar = "random_within_class"
    kinds: ClassVar = (Kind("random_within_class", "Random within class", ("#E69F00", "v")),)

    builder: Literal["random_within_class"] = "random_within_class"

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each size s: a class of at least s points uniformly, s of its points without replacement.

        Sizes that no class can fill are skipped and noted. Raises DataError where the data have no classes.
        """
        from groupinf.groups.pools import Pool, draw_from_pools

        dataset = source.dataset
        problem = self.check(dataset)
        if problem is not None:
            raise DataError(problem.message)
        classes = [
            Pool(f"class {label}", np.flatnonzero(dataset.y_train == code))
            for code, label in enumerate(dataset.classes)
        ]
        return draw_from_pools(classes, source.group_sizes(), self.name, "class", rng)

    def check(self, dataset: Dataset) -> Problem | None:
        """Only data with classes."""
        if dataset.task == "classification":
            return None
        found = f"found a {dataset.task} task; leave out this builder"
        return Problem("builder", f"{self.name}: expected data with classes, {found}")
