"""Losses agree with their definition, derivatives with central differences; tails neither overflow nor cancel."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from groupinf.errors import DataError
from groupinf.numerics.losses.binary_logistic import BinaryLogistic
from groupinf.numerics.losses.hinge import Hinge
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.losses.registry import LOSSES as LOSS_REGISTRY
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.losses.smooth_hinge import SmoothHinge
from groupinf.numerics.losses.softmax import Softmax
from groupinf.numerics.losses.squared import Squared

LOSSES: list[tuple[Loss, int]] = [(BinaryLogistic(), 2), (Softmax(4), 4), (Squared(), 0), (SmoothHinge(0.7), 2)]


def sample(loss: Loss, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    y = rng.integers(classes, size=7).astype(float) if classes else rng.normal(size=7)
    return 3 * rng.normal(size=(7, loss.outputs)), y


def many(loss: Loss, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Twenty thousand rows, with scores about 0 and about 1, and far from either."""
    rng = np.random.default_rng(6)
    y = rng.integers(classes, size=20000).astype(float) if classes else rng.normal(size=20000)
    spread = rng.choice([0.01, 0.1, 1.0, 4.0, 12.0], size=(20000, 1))
    return rng.integers(-1, 2, size=(20000, 1)) + spread * rng.normal(size=(20000, loss.outputs)), y


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_residuals_are_the_gradient_of_values(loss: Loss, classes: int) -> None:
    z, y = sample(loss, classes)
    step = 1e-6
    for k in range(loss.outputs):
        e = step * np.eye(loss.outputs)[k]
        slope = (loss.values(z + e, y) - loss.values(z - e, y)) / (2 * step)
        np.testing.assert_allclose(loss.residuals(z.copy(), y)[:, k], slope, atol=1e-8)


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_a_loss_is_flat_where_all_scores_move_alike_if_it_says_so(loss: Loss, classes: int) -> None:
    z, y = sample(loss, classes)
    assert loss.flat_direction == np.allclose(loss.values(z + 0.5, y), loss.values(z, y), rtol=1e-12)


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_curvature_is_the_gradient_of_residuals(loss: Loss, classes: int) -> None:
    z, y = sample(loss, classes)
    step = 1e-6
    for k in range(loss.outputs):
        e = step * np.eye(loss.outputs)[k]
        slope = (loss.residuals(z + e, y) - loss.residuals(z - e, y)) / (2 * step)
        np.testing.assert_allclose(loss.curvature(z, y)[:, k], slope, atol=1e-8)


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_the_third_derivative_is_how_the_curvature_changes_along_a_direction(loss: Loss, classes: int) -> None:
    z, y = sample(loss, classes)
    u = np.random.default_rng(5).normal(size=(7, loss.outputs, 3))
    step = 1e-5
    for b in range(3):
        change = loss.curvature(z + step * u[:, :, b], y) - loss.curvature(z - step * u[:, :, b], y)
        expected = np.einsum("nkm,nm->nk", change / (2 * step), u[:, :, b])
        np.testing.assert_allclose(loss.third(z, y, u)[:, :, b], expected, atol=1e-9)
        np.testing.assert_allclose(loss.third(z, y, u[:, :, b]), loss.third(z, y, u)[:, :, b], rtol=1e-14)


@pytest.mark.parametrize("z", [-30.0, -2.0, 0.0, 0.3, 30.0])
def test_third_derivatives_are_right_to_their_own_size_in_the_tails(z: float) -> None:
    with mp.workdps(60):
        p = 1 / (1 + mp.exp(-mp.mpf(z)))
        expected = float(p * (1 - p) * (1 - 2 * p) * 4)
    label, direction = np.zeros(1), np.array([[0.0, 2.0]])
    one = BinaryLogistic().third(np.array([[z]]), label, np.array([[2.0]]))[0, 0]
    several = Softmax(2).third(np.array([[0.0, z]]), label, direction)[0, 1]
    np.testing.assert_allclose([one, several], expected, rtol=1e-12)


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_the_constant_of_self_concordance_bounds_how_fast_the_curvature_changes(loss: Loss, classes: int) -> None:
    z, y = many(loss, classes)
    rng = np.random.default_rng(7)
    u, v = rng.normal(size=(2, *z.shape))
    ends = v if loss.outputs > 1 else np.hstack([v, np.zeros_like(v)])
    change = np.abs((loss.third(z, y, u) * v).sum(axis=1))
    share = change / (np.ptp(ends, axis=1) * np.einsum("nk,nkm,nm->n", u, loss.curvature(z, y), u))
    assert loss.concordance is not None
    assert (share <= loss.concordance * (1 + 1e-6)).all()
    assert share.max() >= 0.99 * loss.concordance


@pytest.mark.parametrize(("loss", "classes"), [*LOSSES, (Softmax(3), 3), (Hinge(0.0), 2), (Hinge(0.1), 2)])
def test_no_slope_is_larger_than_its_bound_and_some_are_nearly_so_large(loss: Loss, classes: int) -> None:
    z, y = many(loss, classes)
    size = np.linalg.norm(loss.residuals(100.0 * z, y), axis=1)
    assert (size <= loss.slope_bound * (1 + 1e-12)).all()
    assert size.max() >= (0.999 * loss.slope_bound if np.isfinite(loss.slope_bound) else 1e3)


@pytest.mark.parametrize(("loss", "classes"), [*LOSSES, (Softmax(3), 3), (SmoothHinge(0.01), 2)])
def test_no_third_derivative_is_larger_than_its_bound_and_some_are_nearly_so_large(loss: Loss, classes: int) -> None:
    z, y = many(loss, classes)
    u, v, w = np.random.default_rng(8).normal(size=(3, *z.shape))
    u, v, w = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in (u, v, w))
    assert loss.third_bound is not None
    # by polarisation, 4·[u, v, w] = [u + v, u + v, w] − [u − v, u − v, w]
    mixed = 0.25 * ((loss.third(z, y, u + v) - loss.third(z, y, u - v)) * w).sum(axis=1)
    equal = (loss.third(z, y, u) * u).sum(axis=1)
    for form in (mixed, equal):
        assert (np.abs(form) <= loss.third_bound * (1 + 1e-9)).all()
    assert np.abs(equal).max() >= 0.9 * loss.third_bound


@pytest.mark.parametrize("outputs", [2, 3, 7])
def test_two_likely_classes_attain_the_bound_of_softmax_by_differences_in_extended_precision(outputs: int) -> None:
    loss, p = Softmax(outputs), (3 - 3**0.5) / 6
    z = np.full(outputs, -200.0)
    z[:2] = np.log([p, 1 - p])
    u = np.zeros(outputs)
    u[:2] = 0.5**0.5, -(0.5**0.5)
    with mp.workdps(60):
        h = mp.mpf(10) ** -12

        def value(step: int) -> mp.mpf:
            return mp.log(mp.fsum(mp.exp(mp.mpf(a) + step * h * mp.mpf(b)) for a, b in zip(z, u, strict=True)))

        third = float((value(2) - 2 * value(1) + 2 * value(-1) - value(-2)) / (2 * h**3))
    assert loss.third_bound == pytest.approx(abs(third), rel=1e-12)
    assert loss.third_bound == pytest.approx(6**0.5 / 9, rel=1e-15)


def test_a_loss_with_a_corner_has_no_bound_of_its_third_derivative() -> None:
    assert Hinge(0.0).third_bound is None
    assert Hinge(0.1).concordance is None


@pytest.mark.parametrize("classes", [0, 1, 2, 3, 10])
def test_every_number_of_classes_has_a_loss_of_its_own(classes: int) -> None:
    assert loss_for(classes).name == {0: "squared", 2: "binary_logistic"}.get(classes, "softmax")
    assert type(loss_for(classes)) in LOSS_REGISTRY.values()
    assert type(loss_for(classes)) is type(loss_for(classes, loss_for(classes).name))
    with pytest.raises(DataError, match="expected softmax for 5 classes, found binary_logistic"):
        loss_for(5, "binary_logistic")


@pytest.mark.parametrize(("loss", "classes"), LOSSES)
def test_curvature_product_is_the_product_with_curvature(loss: Loss, classes: int) -> None:
    z, y = sample(loss, classes)
    u = np.random.default_rng(2).normal(size=(7, loss.outputs, 3))
    expected = np.einsum("nkm,nmb->nkb", loss.curvature(z, y), u)
    np.testing.assert_allclose(loss.curvature_product(loss.curvature_state(z, y), u), expected, atol=1e-12)
    np.testing.assert_allclose(
        loss.curvature_product(loss.curvature_state(z, y), u[:, :, 0]), expected[:, :, 0], atol=1e-12
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


@pytest.mark.parametrize("z", [0.0, 0.7, 5.0, 30.0, 300.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_residuals_losses_and_curvatures_are_right_to_their_own_size_in_the_tails(z: float, y: float) -> None:
    with mp.workdps(400):
        p = 1 / (1 + mp.exp(-mp.mpf(z)))
        r, loss = p - y, mp.log1p(mp.exp(-mp.mpf(z) if y else mp.mpf(z)))
        expected = [float(v) for v in (r, loss, p * (1 - p))]
    one, several, label = BinaryLogistic(), Softmax(2), np.array([y])
    at, pair = np.array([[z]]), np.array([[0.0, z]])
    state = several.curvature_state(pair, label)
    found = [
        (one.residuals(at.copy(), label)[0, 0], one.values(at, label)[0], one.curvature(at, label)[0, 0, 0]),
        (
            several.residuals(pair.copy(), label)[0, 1],
            several.values(pair, label)[0],
            several.curvature(pair, label)[0, 1, 1],
        ),
        (*expected[:2], -several.curvature_product(state, np.array([[1.0, 0.0]]))[0, 1]),
    ]
    for numbers in found:
        np.testing.assert_allclose(numbers, expected, rtol=1e-13)
    root = several.curvature_root(pair, label)[0]
    np.testing.assert_allclose(root.T @ root, several.curvature(pair, label)[0], rtol=1e-12)


@pytest.mark.parametrize("loss", [BinaryLogistic(), Squared(), Softmax(3)])
def test_squared_residuals_traces_and_shared_curvatures_are_those_of_each_row(loss: Loss) -> None:
    rng = np.random.default_rng(0)
    z, y = 3 * rng.normal(size=(20, loss.outputs, 4)), rng.integers(max(2, loss.outputs), size=20).astype(float)
    weight, state = rng.uniform(size=(20, 4)), loss.curvature_state(z, y)
    r = loss.residuals(z.copy(), y)
    np.testing.assert_allclose(loss.squared_residuals(z, state, y), (r**2).sum(axis=1), rtol=1e-7)
    np.testing.assert_allclose(loss.plain_residuals(z.copy(), y), r, atol=1e-15)
    for b in range(4):
        A = loss.curvature(z[:, :, b], y)
        np.testing.assert_allclose(loss.curvature_trace(state)[:, b], np.einsum("nkk->n", A), rtol=1e-10)
        least = np.linalg.eigvalsh(np.einsum("n,nkm->km", weight[:, b], A))[1 if loss.outputs > 1 else 0]
        assert loss.shared_curvature(state, weight)[b] == pytest.approx(least, rel=1e-9)


def test_squared_residuals_near_a_half_are_numbers_though_the_curvature_is_rounded_to_above_a_quarter() -> None:
    z = 1e-8 * np.random.default_rng(0).normal(size=(2000, 1, 1))
    loss, y = BinaryLogistic(), np.zeros(2000)
    state = loss.curvature_state(z, y)
    assert (state > 0.25).any()
    np.testing.assert_allclose(loss.squared_residuals(z, state, y)[:, 0], 0.25, rtol=1e-7)


@pytest.mark.parametrize("temperature", [1e-3, 0.1, 2.0])
@pytest.mark.parametrize("z", [-400.0, -3.0, 0.0, 0.9, 0.999, 1.0, 1.0005, 1.2, 3.0, 40.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_smooth_hinge_is_right_to_its_own_size_also_far_from_its_corner(
    temperature: float, z: float, y: float
) -> None:
    loss, at, label = SmoothHinge(temperature), np.array([[z]]), np.array([y])
    with mp.workdps(600):
        t, sign = mp.mpf(temperature), (1 if y else -1)
        u = (1 - sign * mp.mpf(z)) / t
        s, other = 1 / (1 + mp.exp(-u)), 1 / (1 + mp.exp(u))
        a = s * other / t
        expected = [float(v) for v in (t * mp.log1p(mp.exp(u)), -sign * s, a, -sign * a * (other - s) / t)]
    found = [
        loss.values(at, label)[0],
        loss.residuals(at.copy(), label)[0, 0],
        loss.curvature(at, label)[0, 0, 0],
        loss.curvature_slope(at, label)[0, 0],
    ]
    # beyond |u| = 700 the residual saturates, and what is below the smallest number is 0
    np.testing.assert_allclose(found, expected, rtol=loss.roundings * 2.0**-53, atol=1e-290)


def test_with_a_falling_temperature_the_smooth_hinge_is_the_hinge() -> None:
    z = np.linspace(-3, 3, 41)[:, None]
    for y in (np.zeros(41), np.ones(41)):
        hinge = np.maximum(0.0, 1.0 - (2 * y - 1) * z[:, 0])
        for temperature in (1e-1, 1e-3, 1e-6):
            above = SmoothHinge(temperature).values(z, y) - hinge
            assert (above >= -1e-15).all()
            assert above.max() <= temperature * np.log(2.0) * (1 + 1e-9)


def test_labels_of_each_model_stand_beside_its_scores() -> None:
    rng = np.random.default_rng(6)
    loss, z, y = SmoothHinge(0.3), rng.normal(size=(7, 1, 3)), rng.integers(2, size=(7, 1, 3)).astype(float)
    for b in range(3):
        np.testing.assert_array_equal(
            loss.residuals(z.copy(), y)[:, :, b], loss.residuals(z[:, :, b].copy(), y[:, 0, b])
        )
        np.testing.assert_array_equal(loss.curvature_state(z, y)[:, :, b], loss.curvature_state(z[:, :, b], y[:, 0, b]))
        np.testing.assert_array_equal(loss.values(z, y)[:, b], loss.values(z[:, :, b], y[:, 0, b]))


@pytest.mark.parametrize("outputs", [3, 40])
def test_residuals_and_entries_of_curvatures_of_softmax_are_right_to_as_many_roundings_as_it_says(outputs: int) -> None:
    rng = np.random.default_rng(11)
    z = rng.normal(size=(12, outputs)) * rng.choice([1.0, 100.0], size=(12, 1))
    y, loss = rng.integers(outputs, size=12).astype(float), Softmax(outputs)
    r, A = loss.residuals(z.copy(), y), loss.curvature(z, y)
    worst = 0.0
    with mp.workdps(400):
        for i in range(12):
            weights = [mp.exp(mp.mpf(v)) for v in z[i]]
            p = [w / mp.fsum(weights) for w in weights]
            own = int(y[i])
            pairs = [(r[i, k], p[k] if k != own else -mp.fsum(p[:k] + p[k + 1 :])) for k in range(outputs)]
            pairs += [(A[i, k, k], p[k] * (1 - p[k])) for k in range(outputs)]
            pairs += [(A[i, k, m], -p[k] * p[m]) for k in range(outputs) for m in range(outputs) if k != m]
            worst = max(worst, *(float(abs(found - true) / abs(true)) for found, true in pairs if abs(true) > 1e-300))
    assert 10.0 * 2.0**-53 < worst <= loss.roundings * 2.0**-53


def test_entries_of_curvatures_of_softmax_move_as_its_constant_says() -> None:
    rng = np.random.default_rng(12)
    z, y = rng.normal(size=(5000, 3)) * rng.choice([0.3, 3.0], size=(5000, 1)), np.zeros(5000)
    moved = rng.normal(size=z.shape) * rng.choice([1e-4, 0.1, 1.0], size=(5000, 1))
    A, B = Softmax(3).curvature(z, y), Softmax(3).curvature(z + moved, y)
    roots = np.sqrt(np.einsum("nkk->nk", A))
    change = np.abs(B - A) / (roots[:, :, None] * roots[:, None, :])
    most = np.expm1(np.ptp(moved, axis=1))[:, None, None]
    assert (change <= most).all()
    assert (change / most).max() > 0.8
