"""A block of coalitions: what workers get for it, and what of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import retrain_block
from groupinf.effects.certificates import Certificates
from groupinf.effects.study import Study
from groupinf.experiments.study import Arrays
from groupinf.numerics.objective import Rows
from groupinf.studies.group_values.coalitions import Blocs, Coalitions
from groupinf.wording import counted

EFFECT, ERROR = "effect", "error_estimate"


@dataclass(frozen=True)
class CoalitionsOfBlock:
    """The rows that each coalition lacks, and what errors call these."""

    members: tuple[Rows, ...]
    names: tuple[str, ...]


def coalitions_of_block(blocs: Blocs, coalitions: Coalitions, units: range) -> CoalitionsOfBlock:
    """The block of ``units``, which count the coalitions that are retrained."""
    numbers = coalitions.retrained[units.start : units.stop]
    groups = coalitions.sets.shape[1]
    return CoalitionsOfBlock(
        members=tuple(blocs.removed(coalitions.sets[c]) for c in numbers),
        names=tuple(
            f"of all rows outside coalition {c} ({coalitions.sets[c].sum():,} of {counted(groups, 'group')}, "
            f"{counted(int(coalitions.size[c]), 'row')})"
            for c in numbers
        ),
    )


def compute_coalitions(study: Study, task: CoalitionsOfBlock) -> Arrays:
    """Retrain each coalition as removal of the rows outside of it; raises ConvergenceError, naming it, where that
    does not reach its tolerance.
    """
    block = retrain_block(study, task.members, task.names)
    certificates = {field.name: getattr(block.certificates, field.name) for field in fields(Certificates)}
    told = {EFFECT: block.effect.T, ERROR: block.error_estimate.T, **certificates}
    return {name: array for name, array in told.items() if array is not None}


def joined(blocks: list[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """The arrays of all blocks below one another; nothing where no coalition is retrained."""
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]} if blocks else {}
