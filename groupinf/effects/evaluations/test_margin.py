"""The margin of a test point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.evaluations.on_test_points import OnTestPoints

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Loss, Steepness


class TestMargin(OnTestPoints):
    """f(θ) = z_y − log Σ_{k≠y} exp z_k, with z the scores of a test point of class y; of two classes with one score
    ±z. Where scores are logits it is log(p/(1 − p)), with p the predicted probability of the point's own class.
    """

    name: ClassVar = "test_margin"
    label: ClassVar = "Test margin"
    in_text: ClassVar = "test margin"
    short: ClassVar = "margin"
    defined_for: ClassVar = "classes"
    better: ClassVar = 1

    evaluation: Literal["test_margin"] = "test_margin"

    @classmethod
    def is_defined(cls, loss: Loss) -> bool:
        """Of classes."""
        return not loss.is_for(0)

    @classmethod
    def unit(cls, loss: Loss, classes: Sequence[str]) -> str:
        """Log-odds where scores are logits."""
        logits = loss.outputs > 1 or loss.score_words(classes)
        return f"{'log-odds' if logits else 'score'} of the point's own class"

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """The largest of the other scores is taken out of the sum, so that none overflows.

        >>> from groupinf.numerics.losses.softmax import Softmax
        >>> TEST_MARGIN.values(Softmax(3), np.array([[[900.0], [0.0], [-900.0]]]), np.array([1.0]))
        array([[-900.]])
        """
        if z.shape[1] == 1:
            return _signs(z, y)[:, 0] * z[:, 0]
        own, others = _split(z, y)
        largest = others.max(axis=1)
        total: Array = own - largest - np.log(np.exp(others - largest[:, None]).sum(axis=1))
        return total

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """1 at the own class, and minus the others' shares of Σ_{k≠y} exp z_k; of one score ±1."""
        from groupinf.numerics.losses.loss import beside

        if z.shape[1] == 1:
            return np.broadcast_to(_signs(z, y), z.shape).copy()
        _, others = _split(z, y)
        slopes: Array = np.exp(others - others.max(axis=1, keepdims=True))
        slopes /= -slopes.sum(axis=1, keepdims=True)
        np.put_along_axis(slopes, beside(y, z).astype(np.int64), 1.0, axis=1)
        return slopes

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """Minus the curvature of log Σ_{k≠y} exp z_k; of one score 0."""
        from groupinf.numerics.losses.loss import beside

        if z.shape[1] == 1:
            return np.zeros_like(u)
        shares = -self.slopes(loss, z, y)
        np.put_along_axis(shares, beside(y, z).astype(np.int64), 0.0, axis=1)
        mean = (shares * u).sum(axis=1, keepdims=True)
        return np.asarray(-shares * (u - mean))

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """f less and more ``reach``: no other score moves farther from the own one."""
        margin = self.values(loss, z, y)
        return margin - reach, margin + reach

    def steepness(self, loss: Loss) -> Steepness:
        """Of one score linear; else as steep as log Σ exp of the others, and as steep again by the own score."""
        from groupinf.numerics.losses.loss import Steepness
        from groupinf.numerics.losses.softmax import LARGEST_VARIANCE, THIRD_OF_LOG_SUM

        if loss.outputs == 1:
            return Steepness(1.0, 0.0, 0.0, 0.0)
        return Steepness(float(np.sqrt(2.0)), THIRD_OF_LOG_SUM, -LARGEST_VARIANCE, 0.0)


def _signs(z: Array, y: Array) -> Array:
    """1 where a point is of class 1, else −1, to stand beside z."""
    from groupinf.numerics.losses.loss import beside

    return beside(2.0 * y - 1.0, z)


def _split(z: Array, y: Array) -> tuple[Array, Array]:
    """The own scores (m, ...), and z with −∞ in their place."""
    from groupinf.numerics.losses.loss import beside

    own = beside(y, z).astype(np.int64)
    others = z.copy()
    np.put_along_axis(others, own, -np.inf, axis=1)
    return np.take_along_axis(z, own, axis=1)[:, 0], others


TEST_MARGIN = TestMargin()
