"""Groups of the points with the largest and the smallest influence on each test point's loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.sizes import Sizes, group_sizes, spaced
from groupinf.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


POSITIVE = Kind("positive_tail", "Positive tail", ("#D55E00", "P"))
NEGATIVE = Kind("negative_tail", "Negative tail", ("#009E73", "X"))

# Of Koh et al. 2019, Appendix A.2: the share of max·n that each stage's sizes end at, as top and bottom of a fraction,
STAGE_ENDS = ((1, 10), (2, 5), (1, 1))
# and how many times the size at its end a stage draws from.
WINDOW = 1.5


@dataclass(frozen=True)
class Stage:
    """Sizes drawn from the first ``window`` points of an ordering."""

    sizes: tuple[int, ...]
    window: int


class InfluenceTails(Builder):
    """Points with the largest and the smallest influence on each test point's loss."""

    name: ClassVar = "influence_tails"
    kinds: ClassVar = (POSITIVE, NEGATIVE)

    builder: Literal["influence_tails"] = "influence_tails"

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """Both tails of the training points ordered by ``source.influence[:, t]``, for every test point t.

        Every size s of a stage is s points without replacement among the first ``window`` points of the
        ordering (``tail_stages``; Koh et al. 2019, Appendix A.2). positive_tail begins at the largest influence:
        removing those points raises the test loss; negative_tail at the smallest. Equal influence: lower row
        first. Order of the groups: test point, then positive before negative tail, then stage, then size.
        """
        from groupinf.groups.groups import Built

        stages, notes = tail_stages(source.required_sizes(), source.dataset.n)
        groups: list[Group] = []
        for column, test_point in enumerate(source.test_points):
            influence, where = source.influence[:, column], source.point_name(test_point)
            for kind, sign, scores in ((POSITIVE, "largest", -influence), (NEGATIVE, "smallest", influence)):
                order = np.argsort(scores, kind="stable")
                groups.extend(_tail(kind, test_point, f"of {sign} influence on {where}", order, stages, rng))
        return Built(tuple(groups), notes)

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """Two tails of every size for each test point."""
        return len(self.kinds) * sizes * test_points


def tail_stages(sizes: Sizes, n: int) -> tuple[tuple[Stage, ...], tuple[str, ...]]:
    """The stages that tails are drawn in (Koh et al. 2019, Appendix A.2), and a note for each that is left out.

    The stages hold num//3, num//3 and the remaining sizes. They run from int(min·n) to a tenth, two fifths
    and all of max·n, rounded down; each draws from the first int(1.5·end) points, at most n. A stage that
    ends below int(min·n) has no size to offer and is left out. Raises DataError where the smallest size is 0.
    """
    low = group_sizes(sizes, n)[0]
    third = sizes.num // 3
    stages: list[Stage] = []
    notes: list[str] = []
    for number, (count, (top, bottom)) in enumerate(
        zip((third, third, sizes.num - 2 * third), STAGE_ENDS, strict=True)
    ):
        # max·n first: 0.1·max is not exact and could round a whole stage end down by one
        end = int(sizes.max * n * top / bottom)
        if count and end < low:
            notes.append(
                f"{InfluenceTails.name}: stage {number + 1} ends at {counted(end, 'point')}, below the smallest size "
                f"{low}; {'its one size was' if count == 1 else f'its {count} sizes were'} left out"
            )
        elif count:
            stages.append(Stage(spaced(low, end, count), min(int(WINDOW * end), n)))
    return tuple(stages), tuple(notes)


def _tail(
    kind: Kind,
    test_point: int,
    what: str,
    order: NDArray[np.int64],
    stages: Sequence[Stage],
    rng: np.random.Generator,
) -> Iterator[Group]:
    from groupinf.groups.groups import Group

    for stage in stages:
        for size in stage.sizes:
            members = np.sort(rng.choice(order[: stage.window], size, replace=False)).astype(np.int64)
            yield Group(kind.name, members, f"{size} of the {stage.window} points {what}", test_point)
