"""intervals.parquet: where the actual effects of all groups must lie, those that were not retrained included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.groups.groups import Groups
from groupinf.studies.group_effects.block import StoredBlock
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.retrain_section import TopGroups
from groupinf.theory.screening.registry import LEVEL_NAMES

INTERVALS = "intervals.parquet"


def intervals_table(
    about: GroupEffectsManifest, groups: Groups, numbers: NDArray[np.int64], blocks: Sequence[StoredBlock]
) -> pd.DataFrame:
    """A row for each of the groups ``numbers`` and value, in that order: of all evaluations, or of the one by which
    groups are ranked.
    """
    found = [block.screened for block in blocks if block.screened is not None]
    values, levels = interval_values(about), np.array(LEVEL_NAMES, dtype=object)
    of_groups = {
        "group": numbers,
        "group_name": np.array(groups.name, dtype=object)[numbers],
        "kind": np.array(groups.kind, dtype=object)[numbers],
        "size": groups.sizes[numbers],
    }
    level = levels[np.concatenate([block.level for block in found])]
    ends = [np.concatenate([getattr(block.intervals, name).T for block in found]).ravel() for name in ENDS]
    return pd.DataFrame(
        {
            **{name: np.repeat(column, len(values)) for name, column in of_groups.items()},
            "evaluation": np.tile(np.array([evaluation for evaluation, _ in values], dtype=object), numbers.size),
            "test_point": np.tile(np.array([point for _, point in values], dtype=np.int64), numbers.size),
            "level": np.repeat(level, len(values)),
            **dict(zip(ENDS, ends, strict=True)),
        }
    )


ENDS = ("prediction", "low", "high")


def interval_values(about: GroupEffectsManifest) -> tuple[tuple[str, int], ...]:
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
