"""A block of groups as it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from numpy.typing import NDArray

from groupinf.effects.block import BlockEffects
from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class StoredBlock:
    """The fields of BlockEffects, with θ̂(w) in parameters of the features; an evaluation of a run stores no θ̂(w)."""

    effect: Array
    error_estimate: Array
    theta: Array | None
    passes: NDArray[Any]
    gradient_norm: Array
    decrement: Array
    score_bound: Array
    refreshed: NDArray[Any]
    at_rounding: NDArray[Any]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the block's file, in the order of the fields."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: array for name, array in told.items() if array is not None}


def block_to_store(block: BlockEffects, theta: Array | None) -> StoredBlock:
    """What is kept of a computed block; ``theta`` (B, P) in parameters of the features."""
    return StoredBlock(
        effect=block.effect,
        error_estimate=block.error_estimate,
        theta=theta,
        passes=block.passes,
        gradient_norm=block.gradient_norm,
        decrement=block.decrement,
        score_bound=block.score_bound,
        refreshed=block.refreshed,
        at_rounding=block.at_rounding,
    )


def stored_block(arrays: Mapping[str, NDArray[Any]]) -> StoredBlock:
    """The block that ``StoredBlock.arrays`` told."""
    return StoredBlock(
        effect=arrays["effect"],
        error_estimate=arrays["error_estimate"],
        theta=arrays.get("theta"),
        passes=arrays["passes"],
        gradient_norm=arrays["gradient_norm"],
        decrement=arrays["decrement"],
        score_bound=arrays["score_bound"],
        refreshed=arrays["refreshed"],
        at_rounding=arrays["at_rounding"],
    )
