"""What a prediction is: a step, which parameters are predicted to take, and how an evaluation is read off it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, Field

from groupinf.config.section import Problem, Section
from groupinf.config.words import found
from groupinf.errors import ConvergenceError, GroupConvergenceError

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution, Step
    from groupinf.numerics.change import RowChange
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array


LONGEST_NAME = 30
_SIGNS = "_.+=-"


class Readout(Enum):
    """How an evaluation f is read off a step Δ: ∇f(θ̂)·Δ, or f(θ̂ + Δ) − f(θ̂).

    RANKS is the first of a Δ that is in units of its own: only the order of groups means anything.
    """

    LINEAR = "linear"
    EXACT = "exact"
    RANKS = "ranks"


@dataclass(frozen=True)
class Prediction:
    """A method as a study computes it: ``name`` is what tables call it."""

    name: str
    readout: Readout
    step: Step

    def solution(self, at: BlockContext) -> Solution:
        """What its step makes of a block; raises ConvergenceError with its name."""
        with _named(self.name):
            return at.solution(self.step)


def _none() -> Array:
    raise ValueError("no test points were given")


@dataclass(frozen=True)
class Setting:
    """What steps are made from, once for a study: the fit, what is done to a group's rows, the study's seed, and ∇f(θ̂)
    of every value on test points, (P, T).
    """

    fitted: Fitted
    change: RowChange
    seed: int = 0
    test_gradients: Callable[[], Array] = _none


def _one_word(name: str) -> str:
    """The name, for a validator: it heads columns and is part of the names of files."""
    if not all(c.isalnum() or c in _SIGNS for c in name) or not any(c.isalnum() for c in name):
        raise ValueError(f"expected letters, digits and {' '.join(_SIGNS)} alone, without spaces, found {found(name)}")
    return name


class Method(Section, ABC):
    """One method with its options, which are its fields, as it stands in ``methods``.

    A case has, besides a field ``method`` whose one value is its name: ``label``, which heads a column, ``in_text``,
    which stands inside a sentence, ``equation``, which says what the predicted effect is, and its ``readout``. The key
    ``name`` is what tables call it in the place of its own name, where a study has it more than once.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    equation: ClassVar[str]
    readout: ClassVar[Readout]

    called: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_one_word)] | None = Field(
        default=None, alias="name"
    )

    @abstractmethod
    def step(self, setting: Setting) -> Step:
        """What is read out, with all that is computed once for a study."""

    def check(self, n: int, size: int) -> Problem | None:
        """What would go wrong with n training rows and P = ``size`` parameters, at a key of its own; None where it can
        work.
        """
        return None

    def work(self, scores: int, size: int) -> int:
        """Bytes that it takes beside the fit and retraining, with so many scores of a block and P = ``size``."""
        return 0

    @property
    def on_test_points_alone(self) -> bool:
        """Whether it predicts effects on test points and no others."""
        return False

    def options(self) -> dict[str, str | int | float]:
        """What it is told beside its names, with the defaults that count."""
        return self.model_dump(exclude={"method", "called"}, exclude_none=True)

    @property
    def shown(self) -> str:
        """What tables call it."""
        return self.called or self.name


def predictions_of(methods: Sequence[Method], setting: Setting) -> tuple[Prediction, ...]:
    """The methods as a study computes them; raises ConvergenceError with the name of one that cannot be."""
    made = []
    for method in methods:
        with _named(method.shown):
            made.append(Prediction(method.shown, method.readout, method.step(setting)))
    return tuple(made)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say of what fails to converge that it is of the method that tables call so."""
    try:
        yield
    except GroupConvergenceError as error:
        raise GroupConvergenceError(error.column, f"method {name}: {error}") from error
    except ConvergenceError as error:
        raise ConvergenceError(f"method {name}: {error}") from error
