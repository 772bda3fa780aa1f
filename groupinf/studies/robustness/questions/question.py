"""What a question of robustness is: a statement of the fitted model that the removal of rows may flip."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from groupinf.config.section import Problem, Section
from groupinf.datasets.dataset import Dataset
from groupinf.effects.evaluations.evaluation import ParameterNames
from groupinf.effects.row_orders.row_order import SIGNS, Side, Target
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective


@dataclass(frozen=True)
class Asking:
    """What questions are asked of: the data, what the parameters are called, the losses of the test rows (m,), the seed
    of whatever is drawn.
    """

    dataset: Dataset
    names: ParameterNames
    test_losses: Array
    seed: int


@dataclass(frozen=True)
class Posing:
    """What a question is put to: the fit, the test rows, what parameters are called, and the classes, none of
    regression.
    """

    fitted: Fitted
    test: Objective
    names: ParameterNames
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A way to flip a statement: the value of the ``target`` goes to one ``side``, beyond the ``boundary``, and not as
    far as the ``limit``, where there is one. ``c`` (P,) is the target's slope where it is linear in θ.
    """

    target: Target
    side: Side
    boundary: float = 0.0
    limit: float | None = None
    c: Array | None = None

    def beyond(self, value: float) -> float:
        """How far a value is past the boundary, and short of the limit; negative where it is not, also of no number."""
        past = SIGNS[self.side] * (value - self.boundary)
        short = past if self.limit is None else min(past, SIGNS[self.side] * (self.limit - value))
        return -np.inf if np.isnan(short) else float(short)


@dataclass(frozen=True)
class Posed:
    """A statement of one fit: the routes by which it flips, none where nothing can be asked of it, and in which
    ``state`` it is of any fit, in words.
    """

    routes: tuple[Route, ...]
    state: Callable[[Fitted], str]


class Question(Section, ABC):
    """A section of the configuration, told by what it ``flips``.

    ``label`` heads it, ``in_text`` is what sentences say flips ("a prediction"), ``measured`` what its value is,
    ``measured_of_numbers`` where that of regression is called otherwise.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    measured: ClassVar[str]
    measured_of_numbers: ClassVar[str | None] = None

    @abstractmethod
    def check(self, dataset: Dataset, names: ParameterNames) -> Problem | None:
        """What it asks and the data cannot give."""

    @abstractmethod
    def most_asked(self, dataset: Dataset, names: ParameterNames) -> int:
        """At most how many statements it is about."""

    @abstractmethod
    def asked(self, of: Asking) -> Mapping[int, str]:
        """The statements that it is about, by a number that says which, with their names: none where it is left
        aside.
        """

    @abstractmethod
    def posed(self, to: Posing, number: int) -> Posed:
        """One of these statements of a fit."""

    def note(self, dataset: Dataset, names: ParameterNames) -> str | None:
        """What the user should know of what it leaves aside."""
        return None

    @property
    def asks(self) -> str:
        """What tells this question from others of its kind, in short; empty where that is its defaults."""
        return ""

    @property
    @abstractmethod
    def meaning(self) -> str:
        """What is asked, in a clause."""
