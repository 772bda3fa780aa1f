"""Losses agree with their definition, derivatives with central differences; tails neither overflow nor cancel."""

from __future__ import annotations

import numpy as np
import pytest

from groupinf.numerics.losses import BinaryLogistic, Loss, Softmax, Squared

LOSSES: list[tuple[Loss, int]] = [(BinaryLogistic(), 2), (Softmax(4), 4), (Squared(), 0)]


def sample(loss: Loss, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    y = rng.integers(classes, size=7).astype(float) if classes else rng.normal(size=7)
    return 3 * rng.normal(size=(7, loss.outputs)), y


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_residuals_are_the_gradient_of_values(loss: Loss, classes: int) -> None:
    z, y = sample(loss, classes)
    step = 1e-6
    for k in range(loss.outputs):
        e = step * np.eye(loss.outputs)[k]
        slope = (loss.values(z + e, y) - loss.values(z - e, y)) / (2 * step)
        np.testing.assert_allclose(loss.residuals(z.copy(), y)[:, k], slope, atol=1e-8)


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_curvature_is_the_gradient_of_residuals(loss: Loss, classes: int) -> None:
    z, y = sample(loss, classes)
    step = 1e-6
    for k in range(loss.outputs):
        e = step * np.eye(loss.outputs)[k]
        slope = (loss.residuals(z + e, y) - loss.residuals(z - e, y)) / (2 * step)
        np.testing.assert_allclose(loss.curvature(z)[:, k], slope, atol=1e-8)


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_curvature_product_is_the_product_with_curvature(loss: Loss, classes: int) -> None:
    z, _ = sample(loss, classes)
    u = np.random.default_rng(2).normal(size=(7, loss.outputs, 3))
    expected = np.einsum("nkm,nmb->nkb", loss.curvature(z), u)
    np.testing.assert_allclose(loss.curvature_product(loss.curvature_state(z), u), expected, atol=1e-12)
    np.testing.assert_allclose(
        loss.curvature_product(loss.curvature_state(z), u[:, :, 0]), expected[:, :, 0], atol=1e-12
    )


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_models_side_by_side_are_models_one_by_one(loss: Loss, classes: int) -> None:
    _, y = sample(loss, classes)
    z = np.random.default_rng(3).normal(size=(7, loss.outputs, 3))
    for b in range(3):
        np.testing.assert_array_equal(loss.values(z, y)[:, b], loss.values(z[:, :, b], y))
        np.testing.assert_allclose(
            loss.residuals(z.copy(), y)[:, :, b], loss.residuals(z[:, :, b].copy(), y), rtol=1e-14, atol=1e-16
        )


@pytest.mark.parametrize(
    ("z", "y", "value", "residual"),
    [
        # log(1 + exp(−z)) = exp(−z)(1 − exp(−z)/2 + ...), to 17 digits
        (40.0, 1.0, 4.248354255291589e-18, -4.248354255291589e-18),
        (-40.0, 1.0, 40.0, -1.0),
        (1000.0, 0.0, 1000.0, 1.0),
        (-1000.0, 0.0, 0.0, 0.0),
    ],
)
def test_tails_of_the_logistic_loss(z: float, y: float, value: float, residual: float) -> None:
    loss, column, label = BinaryLogistic(), np.array([[z]]), np.array([y])
    np.testing.assert_allclose(loss.values(column, label), [value], rtol=1e-15, atol=0)
    np.testing.assert_allclose(loss.residuals(column.copy(), label), [[residual]], rtol=1e-15, atol=1e-16)


def test_softmax_of_two_is_the_binary_loss_of_the_difference() -> None:
    rng = np.random.default_rng(4)
    z, y = 5 * rng.normal(size=(9, 2)), rng.integers(2, size=9).astype(float)
    np.testing.assert_allclose(Softmax(2).values(z, y), BinaryLogistic().values(z[:, 1:] - z[:, :1], y), atol=1e-13)
