"""The prediction on a test point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.numerics.losses.loss import Array, Loss


@dataclass(frozen=True)
class TestPrediction(OnTestPoints):
    """f(θ) = θᵀx_test, with x_test including 1 for the intercept: the score, where a model has one."""

    name = "test_prediction"
    label = "Test prediction"
    in_text = "test prediction"
    short = "prediction"
    defined_for = "two classes and for regression"
    at_once = None  # a sum of scores holds nothing beside them

    def is_defined(self, loss: Loss) -> bool:
        """Of one output."""
        return loss.outputs == 1

    def unit(self, loss: Loss, classes: Sequence[str]) -> str:
        """That of a score."""
        return loss.score_words(classes)

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """z."""
        return z[:, 0]

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """1."""
        return np.ones_like(z)


TEST_PREDICTION = TestPrediction()
