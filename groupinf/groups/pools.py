"""The rule that random, class and cluster builders share: pick a pool that is large enough, then points of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.groups.groups import Built, Group


@dataclass(frozen=True)
class Pool:
    """Training rows (m,) that belong together: a class, a cluster, all of them."""

    name: str
    members: NDArray[np.int64]


def draw_from_pools(
    pools: Sequence[Pool], sizes: Sequence[int], kind: str, what: str, rng: np.random.Generator
) -> Built:
    """For each size s: a pool uniformly among those of at least s points, s of its points without replacement.

    Sizes that no pool can fill are skipped, and a note says how many; ``what`` is the note's word for a pool.
    """
    capacity = np.array([p.members.size for p in pools], dtype=np.int64)
    largest = int(capacity.max(initial=0))
    groups = []
    for size in (s for s in sizes if s <= largest):
        pool = pools[rng.choice(np.flatnonzero(capacity >= size))]
        members = np.sort(rng.choice(pool.members, size, replace=False))
        groups.append(Group(kind, members, pool.name))
    skipped = len(sizes) - len(groups)
    verb = "size" if skipped == 1 else "sizes"
    was = "was" if skipped == 1 else "were"
    note = f"{kind}: {skipped} {verb} above {largest}, which no {what} can fill, {was} skipped"
    return Built(tuple(groups), (note,) if skipped else ())
