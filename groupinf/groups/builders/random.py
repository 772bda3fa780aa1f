"""Groups of random training points."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.groups import Built
from groupinf.groups.pools import Pool, draw_from_pools
from groupinf.groups.source import GroupSource


class Random(Builder):
    """Random points."""

    name: ClassVar = "random"
    kinds: ClassVar = (Kind("random", "Random", ("#000000", "o")),)

    builder: Literal["random"] = "random"

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each size s: s training points uniformly without replacement. Raises DataError where a size is 0."""
        words = source.dataset.row_words
        everything = Pool(f"all {words.points}", np.arange(source.dataset.n, dtype=np.int64))
        return draw_from_pools([everything], source.group_sizes(), self.name, words.whole, rng)
