"""A block of groups: what workers get for it, what they compute, and what of that is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import BlockEffects, compute_block
from groupinf.effects.certificates import Certificates
from groupinf.effects.study import Study
from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.theory.block import OfGroups, OfValues, TheoryBlock, theory_of
from groupinf.theory.spectra import Spectrum
from groupinf.theory.theory import Theory, theory_for

# what arrays of the theory are called in the file of a block: each stacks the fields of its class in their order
THEORY_OF_GROUPS, THEORY_OF_VALUES = "theory_of_groups", "theory_of_values"
EIGENVALUES, EIGENVALUE_ERRORS = "eigenvalues", "eigenvalue_errors"


@dataclass(frozen=True)
class Shared:
    """What every block is computed with: the study, and its theory where that is asked for."""

    study: Study
    theory: Theory | None


def shared(study: Study, with_theory: bool) -> Shared:
    """The study, with its theory where that is asked for."""
    return Shared(study, theory_for(study) if with_theory else None)


@dataclass(frozen=True)
class StoredBlock:
    """The fields of BlockEffects, with θ̂(w) in parameters of the features; an evaluation of a run stores no θ̂(w)."""

    effect: Array
    error_estimate: Array
    theta: Array | None
    certificates: Certificates
    resampled: Array | None = None
    theory: TheoryBlock | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the block's file, in the order of the fields."""
        told = {"effect": self.effect, "error_estimate": self.error_estimate, "theta": self.theta}
        told |= {field.name: getattr(self.certificates, field.name) for field in fields(Certificates)}
        told |= {"resampled": self.resampled}
        if self.theory is not None:
            groups, values, spectrum = self.theory.groups, self.theory.values, self.theory.spectrum
            told |= {
                THEORY_OF_GROUPS: np.stack([getattr(groups, field.name) for field in fields(OfGroups)]),
                THEORY_OF_VALUES: np.stack([getattr(values, field.name) for field in fields(OfValues)]),
                EIGENVALUES: spectrum.eigenvalues,
                EIGENVALUE_ERRORS: spectrum.error,
            }
        return {name: array for name, array in told.items() if array is not None}


def block_to_store(of: Shared, block: BlockEffects, theta: Array | None) -> StoredBlock:
    """What is kept of a computed block, with its theory where that is asked for; ``theta`` (B, P) in parameters of the
    features.
    """
    theory = None if of.theory is None else theory_of(of.theory, of.study, block)
    return StoredBlock(block.effect, block.error_estimate, theta, block.certificates, block.resampled, theory)


def stored_block(arrays: Mapping[str, NDArray[Any]]) -> StoredBlock:
    """The block that ``StoredBlock.arrays`` told."""
    certificates = Certificates(
        passes=arrays["passes"],
        gradient_norm=arrays["gradient_norm"],
        decrement=arrays["decrement"],
        score_bound=arrays["score_bound"],
        refreshed=arrays["refreshed"],
        at_rounding=arrays["at_rounding"],
        duality_gap=arrays.get("duality_gap"),
    )
    effect, error = arrays["effect"], arrays["error_estimate"]
    theory = None
    if THEORY_OF_GROUPS in arrays:
        theory = TheoryBlock(
            OfGroups(*arrays[THEORY_OF_GROUPS]),
            OfValues(*arrays[THEORY_OF_VALUES]),
            Spectrum(arrays[EIGENVALUES], arrays[EIGENVALUE_ERRORS]),
        )
    return StoredBlock(effect, error, arrays.get("theta"), certificates, arrays.get("resampled"), theory)


@dataclass(frozen=True)
class GroupsOfBlock:
    """A block as workers get it: the rows of its groups, and what errors call the groups."""

    members: tuple[Rows, ...]
    names: tuple[str, ...]


def groups_of_block(groups: Groups, retrained: Sequence[int], units: range) -> GroupsOfBlock:
    """The block of ``units``, which count the numbers of the groups that are ``retrained``."""
    numbers = [retrained[unit] for unit in units]
    return GroupsOfBlock(
        members=tuple(groups.members(g) for g in numbers),
        names=tuple(f"{groups.name[g]} ({groups.kind[g]}, {groups.made_from[g]})" for g in numbers),
    )


def retrain_block(of: Shared, task: GroupsOfBlock) -> dict[str, NDArray[Any]]:
    """Predict and retrain a block; raises ConvergenceError, naming the group, where a retrain does not converge."""
    block = compute_block(of.study, task.members, task.names)
    theta = np.ascontiguousarray(of.study.fitted.objective.in_full(block.theta.T).T)
    return block_to_store(of, block, theta).arrays()
