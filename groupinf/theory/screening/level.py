"""What a level of screening is: proven intervals of the actual effects of groups, at so much work."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.evaluations.evaluation import BoundedPart, Measure, Quantity
from groupinf.effects.study import Study
from groupinf.numerics.losses.loss import Array
from groupinf.theory.intervals import Place, difference, read, summed, values_within
from groupinf.theory.prover import Prover
from groupinf.theory.screening.climbing import Climbing


@dataclass(frozen=True)
class Intervals:
    """Of B groups and T values of evaluations, (T, B) each: what is predicted, NaN where that is no number, and the
    proven ends between which the actual effect lies, infinite where nothing is proven.
    """

    prediction: Array
    low: Array
    high: Array

    def within(self, others: Intervals) -> Intervals:
        """These predictions, and what both intervals have in common."""
        return Intervals(self.prediction, np.maximum(self.low, others.low), np.minimum(self.high, others.high))

    def of(self, columns: NDArray[np.int64]) -> Intervals:
        """Those of some of the groups."""
        return Intervals(self.prediction[:, columns], self.low[:, columns], self.high[:, columns])

    def with_columns(self, columns: NDArray[np.int64], others: Intervals) -> Intervals:
        """The same with ``others`` in the places of some groups."""
        copies = [getattr(self, name).copy() for name in ("prediction", "low", "high")]
        for copy, new in zip(copies, (others.prediction, others.low, others.high), strict=True):
            copy[:, columns] = new
        return Intervals(*copies)


@dataclass(frozen=True)
class Setting:
    """What levels are made from, once for a study: the ``evaluations`` that intervals are of, what proves them, and
    where θ̂ is.
    """

    study: Study
    evaluations: tuple[Quantity, ...]
    prover: Prover
    of_fit: Place


class Level(ABC):
    """One level, by the ``name`` of the prediction that it rests on."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def made(cls, setting: Setting) -> Self:
        """With all that is computed once for a study."""

    @abstractmethod
    def intervals(self, groups: Climbing) -> Intervals:
        """The intervals of the groups on all values of their measures."""


def intervals_at(of_fit: Place, after: Place, measures: Sequence[Measure]) -> Intervals:
    """f(θ*) − f(θ̂*) of every value, θ* near the models of ``after`` and θ̂* near θ̂: as predicted by these models."""
    parts = [_of_measure(of_fit, after, measure) for measure in measures]
    return Intervals(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _of_measure(of_fit: Place, after: Place, measure: Measure) -> tuple[Array, Array, Array]:
    shape = (len(measure.labels), after.theta.shape[1])
    parts = [part for part in measure.parts if isinstance(part, BoundedPart)]
    at_fit, ended = ([part.scores(place.theta) for part in measure.parts] for place in (of_fit, after))
    values = [summed([p.values(z) for p, z in zip(measure.parts, each, strict=True)]) for each in (at_fit, ended)]
    prediction = np.broadcast_to(values[1] - values[0], shape)
    if len(parts) < len(measure.parts):
        return prediction, np.full(shape, -np.inf), np.full(shape, np.inf)
    before = [read(part, z) for part, z in zip(parts, at_fit, strict=True)]
    then = [read(part, z) for part, z in zip(parts, ended, strict=True)]
    low, high = difference(values_within(before, of_fit), values_within(then, after))
    return prediction, np.broadcast_to(low, shape), np.broadcast_to(high, shape)
