"""The loss on a test point."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.effects.evaluations.on_test_points import OnTestPoints

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Loss, Steepness
    from groupinf.numerics.objective import Objective


class TestLoss(OnTestPoints):
    """f(θ) = ℓ(x_test, y_test; θ), unweighted."""

    name: ClassVar = "test_loss"
    label: ClassVar = "Test loss"
    in_text: ClassVar = "test loss"
    short: ClassVar = "loss"
    better: ClassVar = -1

    evaluation: Literal["test_loss"] = "test_loss"

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """ℓ."""
        return loss.values(z, y)

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """r."""
        return loss.residuals(z.copy(), y)

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """Au."""
        return loss.curvature_product(loss.curvature_state(z, y), u)

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """Those of the loss."""
        return loss.between(z, y, reach)

    def steepness(self, loss: Loss) -> Steepness | None:
        """That of the loss."""
        return loss.steepness

    def row_slopes(self, rows: Objective, theta: Array) -> Array:
        """r by its shortest formula."""
        from groupinf.numerics.objective import row_residuals

        return row_residuals(rows, theta)


TEST_LOSS = TestLoss()
