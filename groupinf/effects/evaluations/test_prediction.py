"""The prediction on a test point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.evaluations.on_test_points import OnTestPoints

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Loss, Steepness


class TestPrediction(OnTestPoints):
    """f(θ) = θᵀx_test, with x_test including 1 for the intercept: the score, where a model has one."""

    name: ClassVar = "test_prediction"
    label: ClassVar = "Test prediction"
    in_text: ClassVar = "test prediction"
    short: ClassVar = "prediction"
    defined_for: ClassVar = "two classes and for regression"
    at_once: ClassVar = None  # a sum of scores holds nothing beside them

    evaluation: Literal["test_prediction"] = "test_prediction"

    @classmethod
    def is_defined(cls, loss: Loss) -> bool:
        """Of one output."""
        return loss.outputs == 1

    @classmethod
    def unit(cls, loss: Loss, classes: Sequence[str]) -> str:
        """That of a score."""
        return loss.score_words(classes)

    @property
    def needs_labels(self) -> bool:
        """Not of what is predicted."""
        return False

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """z."""
        return z[:, 0]

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """1."""
        return np.ones_like(z)

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """0."""
        return np.zeros_like(u)

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """z less and more ``reach``."""
        return z[:, 0] - reach, z[:, 0] + reach

    def steepness(self, loss: Loss) -> Steepness:
        """Linear."""
        from groupinf.numerics.losses.loss import Steepness

        return Steepness(1.0, 0.0, 0.0, 0.0)


TEST_PREDICTION = TestPrediction()
