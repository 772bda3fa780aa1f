"""What a disparity is measured by, of sets of test rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from groupinf.effects.evaluations.evaluation import Part
from groupinf.wording import number

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Objective


class DisparityMeasure(ABC):
    """One measure; ``short`` is what names of its values begin with, ``defined_for`` says of what models it is defined,
    ``needs_labels`` whether it depends on the labels of the rows, ``signed`` whether a value is a difference of two,
    whose size is a gap.

    Each set is a slice of rows, which are sorted by their labels.
    """

    name: ClassVar[str]
    short: ClassVar[str]
    defined_for: ClassVar[str] = "every loss"
    needs_labels: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    @classmethod
    def is_defined(cls, loss: Loss) -> bool:
        """Whether it is defined for models of this loss."""
        return True

    @abstractmethod
    def unit(self, loss: Loss, classes: Sequence[str]) -> str:
        """In what it is stated."""

    @abstractmethod
    def compared(self, sets: int) -> Iterator[tuple[int, ...]]:
        """The numbers of the sets that each of its values is of, of so many."""

    @abstractmethod
    def called(self, names: Sequence[str]) -> str:
        """What the value of sets with these names is called."""

    def lacking(self, y: Array, classes: Sequence[str]) -> str:
        """What a set with the labels ``y`` has none of, and must have; empty where it has all."""
        return ""

    @abstractmethod
    def parts(self, rows: Objective, sets: Sequence[slice]) -> tuple[Part, ...]:
        """The value of these sets of ``rows``, as parts that it is the sum of."""

    def told(self, names: Sequence[str], parts: Sequence[Part], theta: Array) -> str:
        """The value of sets with these names at θ (P, 1), and what else readers should know of it."""
        return f"{self.called(names)}: {number(value_at(parts, theta))}"


def value_at(parts: Sequence[Part], theta: Array) -> float:
    """The value whose ``parts`` these are at θ (P, 1)."""
    return sum(float(part.values(part.scores(theta))[0, 0]) for part in parts)
