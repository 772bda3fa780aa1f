"""What a prediction is: a step, which parameters are predicted to take, and how an evaluation is read off it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from groupinf.effects.context import BlockContext
from groupinf.numerics.losses.loss import Array


class Readout(Enum):
    """How an evaluation f is read off a step Δ: ∇f(θ̂)·Δ, or f(θ̂ + Δ) − f(θ̂)."""

    LINEAR = "linear"
    EXACT = "exact"


@dataclass(frozen=True)
class Step:
    """A predicted change Δ of the parameters, for each group of a block.

    ``delta`` makes it (P, B); ``remainder`` says what a Δ (P, B) leaves to solve, A⁻¹(AΔ − b) of its own equation
    AΔ = b (P, B), zero for an exact solve. Where solving ``is_direct`` a remainder is subtracted again until it is
    rounding; of what was solved by iteration it is the error estimate.
    """

    name: str
    delta: Callable[[BlockContext], Array]
    remainder: Callable[[BlockContext, Array], Array]
    is_direct: Callable[[BlockContext], bool]


@dataclass(frozen=True)
class Method:
    """A prediction by name: ``label`` heads a column, ``in_text`` stands inside a sentence, ``equation`` says what the
    predicted effect is. Several methods may read out the same step, which is then computed once.
    """

    name: str
    label: str
    in_text: str
    equation: str
    step: Step
    readout: Readout
