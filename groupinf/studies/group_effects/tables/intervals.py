"""intervals.parquet: where the actual effects of all groups must lie, those that were not retrained included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.experiments.folder.files import TableInParts, row_groups
from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.block import StoredBlock
from groupinf.studies.group_effects.retrain.section import TopGroups
from groupinf.studies.group_effects.tables.effects import Measured
from groupinf.theory.screening.registry import LEVEL_NAMES

INTERVALS = "intervals.parquet"


def intervals_table(
    about: Measured, groups: Groups, numbers: NDArray[np.int64], blocks: Sequence[StoredBlock]
) -> TableInParts:
    """A row for each of the groups ``numbers`` and value, in that order: of all evaluations, or of the one by which
    groups are ranked.
    """
    found = [block.screened for block in blocks if block.screened is not None]
    level = np.concatenate([block.level for block in found])
    ends = {name: np.concatenate([getattr(block.intervals, name).T for block in found]) for name in ENDS}
    return TableInParts(_parts(interval_values(about), groups, numbers, level, ends))


def _parts(
    values: Sequence[tuple[str, int]],
    groups: Groups,
    numbers: NDArray[np.int64],
    level: NDArray[np.uint8],
    ends: Mapping[str, Array],
) -> Iterator[pd.DataFrame]:
    names, kinds, levels = (pd.Series(of, dtype=str) for of in (groups.name, groups.kind, LEVEL_NAMES))
    evaluation = pd.Series([evaluation for evaluation, _ in values], dtype=str)
    point = np.array([point for _, point in values], dtype=np.int64)
    for rows in row_groups(numbers.size * len(values)):
        place, value = np.divmod(np.arange(rows.start, rows.stop), len(values))
        group = numbers[place]
        yield pd.DataFrame(
            {
                "group": group,
                "group_name": names.take(group).array,
                "kind": kinds.take(group).array,
                "size": groups.sizes[group],
                "evaluation": evaluation.take(value).array,
                "test_point": point[value],
                "level": levels.take(level[place]).array,
                **{name: values_of[place, value] for name, values_of in ends.items()},
            }
        )


ENDS = ("prediction", "low", "high")


def interval_values(about: Measured) -> tuple[tuple[str, int], ...]:
    """The (evaluation, test_point) that intervals are of, in their order."""
    by = about.retrain.by if isinstance(about.retrain, TopGroups) else None
    evaluations = about.evaluations if by is None else (by,)
    return tuple((evaluation, point) for evaluation in evaluations for point in about.labels(evaluation))


def levels_of(blocks: Sequence[StoredBlock]) -> dict[str, int]:
    """How many groups ended at each level, those at which any did."""
    levels = [block.screened.level for block in blocks if block.screened is not None]
    if not levels:
        return {}
    counts = np.bincount(np.concatenate(levels), minlength=len(LEVEL_NAMES))
    return {name: int(count) for name, count in zip(LEVEL_NAMES, counts, strict=True) if count}
