"""A block of groups: what workers get for it, what they compute, and what of that is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import BlockEffects, compute_block, predict_block
from groupinf.effects.certificates import Certificates, no_certificates
from groupinf.effects.study import Study
from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.theory.block import OfGroups, OfValues, TheoryBlock, theory_of
from groupinf.theory.screening.climbing import Climbing
from groupinf.theory.screening.level import Intervals
from groupinf.theory.screening.screen import Screen, Screened, retrained_intervals, screened
from groupinf.theory.spectra import Spectrum
from groupinf.theory.theory import Theory, theory_for

# what arrays of the theory are called in the file of a block: each stacks the fields of its class in their order
THEORY_OF_GROUPS, THEORY_OF_VALUES = "theory_of_groups", "theory_of_values"
EIGENVALUES, EIGENVALUE_ERRORS = "eigenvalues", "eigenvalue_errors"
# those of screening: the fields of Intervals, stacked, the level of each group, and which of them are retrained
INTERVALS, LEVEL, RETRAINED = "intervals", "level", "retrained"


@dataclass(frozen=True)
class Shared:
    """What every block is computed with: the study, its theory where that is asked for, and what screens its groups
    where not all of them are retrained.
    """

    study: Study
    theory: Theory | None
    screen: Screen | None = None


def shared(study: Study, with_theory: bool, screen: Screen | None = None) -> Shared:
    """The study, with its theory where that is asked for."""
    return Shared(study, theory_for(study) if with_theory else None, screen)


@dataclass(frozen=True)
class StoredBlock:
    """The fields of BlockEffects, with θ̂(w) in parameters of the features; an evaluation of a run stores no θ̂(w).

    Where not all groups are retrained, ``screened`` has the intervals of all of them, and ``retrained`` (R,) the
    numbers within the block, rising, of those that all else is of. Where none is asked for it is empty, ``effect`` and
    ``error_estimate`` are what is predicted of every group, and there are no certificates.
    """

    effect: Array
    error_estimate: Array
    theta: Array | None
    certificates: Certificates | None
    resampled: Array | None = None
    theory: TheoryBlock | None = None
    screened: Screened | None = None
    retrained: NDArray[np.int64] | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the block's file, in the order of the fields."""
        told: dict[str, NDArray[Any] | None] = {}
        told |= {"effect": self.effect, "error_estimate": self.error_estimate, "theta": self.theta}
        if self.certificates is not None:
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
        if self.screened is not None:
            found = self.screened.intervals
            intervals = np.stack([getattr(found, field.name) for field in fields(Intervals)])
            told |= {INTERVALS: intervals, LEVEL: self.screened.level}
        told |= {RETRAINED: self.retrained}
        return {name: array for name, array in told.items() if array is not None}


def block_to_store(of: Shared, block: BlockEffects, theta: Array | None) -> StoredBlock:
    """What is kept of a computed block, with its theory where that is asked for; ``theta`` (B, P) in parameters of the
    features.
    """
    theory = None if of.theory is None else theory_of(of.theory, of.study, block)
    return StoredBlock(block.effect, block.error_estimate, theta, block.certificates, block.resampled, theory)


def stored_block(arrays: Mapping[str, NDArray[Any]]) -> StoredBlock:
    """The block that ``StoredBlock.arrays`` told."""
    effect, error = arrays["effect"], arrays["error_estimate"]
    theory = None
    if THEORY_OF_GROUPS in arrays:
        theory = TheoryBlock(
            OfGroups(*arrays[THEORY_OF_GROUPS]),
            OfValues(*arrays[THEORY_OF_VALUES]),
            Spectrum(arrays[EIGENVALUES], arrays[EIGENVALUE_ERRORS]),
        )
    of_screening = None if LEVEL not in arrays else Screened(arrays[LEVEL], Intervals(*arrays[INTERVALS]))
    return StoredBlock(
        effect=effect,
        error_estimate=error,
        theta=arrays.get("theta"),
        certificates=_certificates(arrays),
        resampled=arrays.get("resampled"),
        theory=theory,
        screened=of_screening,
        retrained=arrays.get(RETRAINED),
    )


def _certificates(arrays: Mapping[str, NDArray[Any]]) -> Certificates | None:
    """None of groups that were not retrained."""
    if "passes" not in arrays:
        return None
    return Certificates(
        passes=arrays["passes"],
        gradient_norm=arrays["gradient_norm"],
        decrement=arrays["decrement"],
        score_bound=arrays["score_bound"],
        refreshed=arrays["refreshed"],
        at_rounding=arrays["at_rounding"],
        duality_gap=arrays.get("duality_gap"),
    )


@dataclass(frozen=True)
class GroupsOfBlock:
    """A block as workers get it: the rows of its groups, and what errors call the groups."""

    members: tuple[Rows, ...]
    names: tuple[str, ...]

    def of(self, columns: NDArray[np.int64]) -> GroupsOfBlock:
        """Some of its groups."""
        return GroupsOfBlock(tuple(self.members[c] for c in columns), tuple(self.names[c] for c in columns))


def groups_of_block(groups: Groups, retrained: Sequence[int], units: range) -> GroupsOfBlock:
    """The block of ``units``, which count the numbers of the groups that are ``retrained``; it holds no others."""
    numbers = [retrained[unit] for unit in units]
    return GroupsOfBlock(
        members=tuple(groups.members(g).copy() for g in numbers),
        names=tuple(group_words(groups, g) for g in numbers),
    )


def group_words(groups: Groups, group: int) -> str:
    """What errors call a group."""
    return f"{groups.name[group]} ({groups.kind[group]}, {groups.made_from[group]})"


def retrain_block(of: Shared, task: GroupsOfBlock) -> dict[str, NDArray[Any]]:
    """Predict and retrain a block, or as much of it as is asked for.

    Raises ConvergenceError, naming the group, where a retrain does not converge.
    """
    if of.screen is not None:
        return _screened_block(of.study, of.screen, task).arrays()
    block = compute_block(of.study, task.members, task.names)
    return block_to_store(of, block, _of_features(of.study, block)).arrays()


def _of_features(study: Study, block: BlockEffects) -> Array:
    """The retrained parameters as those of the features: (B, P)."""
    return np.ascontiguousarray(study.fitted.objective.in_full(block.theta.T).T)


def _screened_block(study: Study, screen: Screen, task: GroupsOfBlock) -> StoredBlock:
    """What is proven of a block, with the predictions of all its groups, or with all of those that may matter."""
    if screen.largest is None:
        predicted = predict_block(study, task.members, task.names)
        groups = Climbing(study, screen.evaluations, task.members, task.names, predicted.at)
        return StoredBlock(
            effect=predicted.effect,
            error_estimate=predicted.error_estimate,
            theta=None,
            certificates=None,
            screened=screened(screen, groups)[0],
            retrained=np.empty(0, dtype=np.int64),
        )
    found, left, numbers = screened(screen, Climbing(study, screen.evaluations, task.members, task.names))
    if numbers.size == 0:
        return replace(no_effects(study), screened=found)
    block = compute_block(study, left.members, left.names, left.at)
    intervals = retrained_intervals(screen, study, block)
    return StoredBlock(
        effect=block.effect,
        error_estimate=block.error_estimate,
        theta=_of_features(study, block),
        certificates=block.certificates,
        resampled=block.resampled,
        screened=found.with_retrained(numbers, replace(intervals, prediction=_actual(screen, study, block))),
        retrained=numbers,
    )


def no_effects(study: Study) -> StoredBlock:
    """A block of which no group was retrained: as others, of none of its groups."""
    size, nothing = study.fitted.objective.in_full(study.fitted.theta).size, np.empty(0, dtype=np.int64)
    effects = np.empty((len(study.methods) + 1, sum(_counts(study)), 0))
    certificates = no_certificates(study.machine is not None)
    return StoredBlock(effects, effects, np.empty((0, size)), certificates, retrained=nothing)


def _counts(study: Study) -> list[int]:
    """How many values each evaluation has."""
    return [len(evaluation.labels(study.test.labels)) for evaluation in study.evaluations]


def _actual(screen: Screen, study: Study, block: BlockEffects) -> Array:
    """The actual effects on what intervals are of."""
    names = np.repeat([evaluation.name for evaluation in study.evaluations], _counts(study))
    wanted = [evaluation.name for evaluation in screen.evaluations]
    return np.asarray(block.effect[-1][np.isin(names, wanted)])
