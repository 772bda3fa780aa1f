"""Groups of random training points."""

from __future__ import annotations

import numpy as np

from groupinf.config.schema import Random
from groupinf.groups.groups import Built
from groupinf.groups.pools import Pool, draw_from_pools
from groupinf.groups.source import GroupSource


def build(source: GroupSource, options: Random, rng: np.random.Generator) -> Built:
    """For each size s: s training points uniformly without replacement. DataError where a size is 0."""
    everything = Pool("all training points", np.arange(source.dataset.n, dtype=np.int64))
    return draw_from_pools([everything], source.group_sizes(), options.builder, "training set", rng)
