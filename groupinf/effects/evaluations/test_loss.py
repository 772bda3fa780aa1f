"""The loss on a test point."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, row_residuals


@dataclass(frozen=True)
class TestLoss(OnTestPoints):
    """f(θ) = ℓ(x_test, y_test; θ), unweighted."""

    name = "test_loss"
    label = "Test loss"
    in_text = "test loss"
    short = "loss"

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """ℓ."""
        return loss.values(z, y)

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """r."""
        return loss.residuals(z.copy(), y)

    def row_slopes(self, rows: Objective, theta: Array) -> Array:
        """r by its shortest formula."""
        return row_residuals(rows, theta)


TEST_LOSS = TestLoss()
