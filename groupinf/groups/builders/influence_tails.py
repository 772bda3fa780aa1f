"""Groups of the points with the largest and the smallest influence on each test point's loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from groupinf.config.schema import InfluenceTails
from groupinf.groups.groups import Built, Group
from groupinf.groups.sizes import Stage, tail_stages
from groupinf.groups.source import GroupSource


def build(source: GroupSource, options: InfluenceTails, rng: np.random.Generator) -> Built:
    """Both tails of the training points ordered by ``source.influence[:, t]``, for every test point t.

    Every size s of a stage is s points without replacement among the first ``window`` points of the
    ordering (``tail_stages``; Koh et al. 2019, Appendix A.2). positive_tail begins at the largest influence:
    removing those points raises the test loss; negative_tail at the smallest. Equal influence: lower row
    first. Order of the groups: test point, then positive before negative tail, then stage, then size.
    """
    stages, notes = tail_stages(source.required_sizes(), source.dataset.n)
    groups: list[Group] = []
    for column, test_point in enumerate(source.test_points):
        influence = source.influence[:, column]
        for kind, scores in (("positive_tail", -influence), ("negative_tail", influence)):
            order = np.argsort(scores, kind="stable")
            groups.extend(_tail(kind, test_point, _where(source, test_point), order, stages, rng))
    return Built(tuple(groups), notes)


def _where(source: GroupSource, test_point: int) -> str:
    if test_point in source.test_set_names:
        return f"test point{'s' if test_point < 0 else ''} {source.test_set_names[test_point]}"
    return "all test points" if test_point == -1 else f"test point {test_point}"


def _tail(
    kind: str, test_point: int, where: str, order: NDArray[np.int64], stages: Sequence[Stage], rng: np.random.Generator
) -> Iterator[Group]:
    sign = "largest" if kind == "positive_tail" else "smallest"
    for stage in stages:
        for size in stage.sizes:
            made_from = f"{size} of the {stage.window} points of {sign} influence on {where}"
            members = np.sort(rng.choice(order[: stage.window], size, replace=False)).astype(np.int64)
            yield Group(kind, members, made_from, test_point)
