"""Groups of random training points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.row_orders import first_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


IN_A_RANDOM_ORDER = "in a random order"


class Random(Builder):
    """Random points."""

    name: ClassVar = "random"
    kinds: ClassVar = (Kind("random", "Random", ("#000000", "o")),)

    builder: Literal["random"] = "random"
    # false is the same configuration as none
    nested: Annotated[bool | None, AfterValidator(lambda nested: nested or None)] = None

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each size s: s training points uniformly without replacement; ``nested`` ones are the first s of one
        random order. Raises DataError where a size is 0.
        """
        from groupinf.groups.groups import Built
        from groupinf.groups.pools import Pool, draw_from_pools

        words = source.dataset.row_words
        if self.nested:
            order = rng.permutation(source.dataset.n)
            return Built(tuple(_first(order, size) for size in source.group_sizes()))
        everything = Pool(f"all {words.points}", np.arange(source.dataset.n, dtype=np.int64))
        return draw_from_pools([everything], source.group_sizes(), self.name, words.whole, rng)


def _first(order: NDArray[np.int64], size: int) -> Group:
    from groupinf.groups.groups import Group

    return Group(Random.name, np.sort(order[:size]), first_rows(size, IN_A_RANDOM_ORDER))
