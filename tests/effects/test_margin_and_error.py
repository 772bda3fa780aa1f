"""The margin and the error of test points are what their definitions say, far out in the tails and at ties too."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, getcontext

import numpy as np
import pytest
from scipy.sparse import csr_array
from support.measured import measured_block, measured_study
from support.problems import make_objective

from groupinf.effects.evaluations.test_error import TEST_ERROR, CountedPart
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_margin import TEST_MARGIN
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.losses.registry import LOSSES, loss_for
from groupinf.numerics.objective import Objective
from groupinf.numerics.predict import accuracy

GROUPS = (np.array([1, 7, 30]), np.arange(20, 32), np.array([59]))
# the largest of Python's floats is 1.8e308: exp(710) overflows
SCORES = ((0.0, 0.0, 0.0), (900.0, 0.0, -900.0), (-1e4, 3.0, 2.0), (40.0, 40.0, -40.0), (1e-9, -1e-9, 0.0))


def exact_margin(z: tuple[float, ...], own: int) -> Decimal:
    getcontext().prec = 60
    others = [Decimal(score) for k, score in enumerate(z) if k != own]
    return Decimal(z[own]) - sum(score.exp() for score in others).ln()


@pytest.mark.parametrize("own", [0, 1, 2])
@pytest.mark.parametrize("z", SCORES)
def test_the_margin_of_several_classes_is_exact_in_the_tails(z: tuple[float, ...], own: int) -> None:
    scores, y = np.array(z)[None, :, None], np.array([float(own)])
    assert TEST_MARGIN.values(loss_for(3), scores, y)[0, 0] == pytest.approx(float(exact_margin(z, own)), rel=1e-14)
    slopes = TEST_MARGIN.slopes(loss_for(3), scores, y)[0, :, 0]
    getcontext().prec = 60
    others = {k: Decimal(score).exp() for k, score in enumerate(z) if k != own}
    for k in range(3):
        expected = 1.0 if k == own else -float(others[k] / sum(others.values()))
        assert slopes[k] == pytest.approx(expected, rel=1e-12, abs=1e-320)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_margin_is_the_log_odds_of_the_own_class(classes: int) -> None:
    """log(p/(1 − p)), and so log(exp(ℓ) − 1) with a minus."""
    rng, loss = np.random.default_rng(0), loss_for(classes)
    z = rng.normal(size=(20, loss.outputs, 3))
    y = rng.integers(classes, size=20).astype(float)
    values = loss.values(z.copy(), y)
    np.testing.assert_allclose(TEST_MARGIN.values(loss, z, y), -np.log(np.expm1(values)), rtol=1e-9, atol=1e-12)
    for k in range(loss.outputs):
        step = np.zeros((1, loss.outputs, 1))
        step[0, k] = 1e-6
        slope = (TEST_MARGIN.values(loss, z + step, y) - TEST_MARGIN.values(loss, z - step, y)) / 2e-6
        np.testing.assert_allclose(TEST_MARGIN.slopes(loss, z, y)[:, k], slope, atol=1e-8)


def test_of_two_classes_the_margin_is_the_prediction_with_the_sign_of_the_class() -> None:
    o, test = make_objective(2), make_objective(2, n=7, seed=9)
    block = measured_block(measured_study(o, test, [TEST_PREDICTION, TEST_MARGIN], GROUPS), GROUPS)
    sign = np.where(test.y == 1, 1.0, -1.0)[:, None]
    np.testing.assert_array_equal(block.effect[:, 7:], sign * block.effect[:, :7])
    np.testing.assert_array_equal(block.error_estimate[:, 7:], block.error_estimate[:, :7])


def test_influence_on_the_margin_is_a_derivative_and_actual_effects_are_those_of_a_refit() -> None:
    o, test = make_objective(3, weighted=True), make_objective(3, n=7, seed=9)
    study = measured_study(o, test, [TEST_MARGIN], GROUPS)
    block, t = measured_block(study, GROUPS), 1e-4

    def margins(rows: np.ndarray, times: float) -> np.ndarray:
        weight = o.sample_weight.copy()
        weight[rows] *= times
        theta = fit(replace(o, sample_weight=weight), study.fitted.theta).theta
        z = test.X @ theta.reshape(5, 3)
        own = z[np.arange(7), test.y.astype(int)]
        others = [[z[i, k] for k in range(3) if k != test.y[i]] for i in range(7)]
        return np.asarray(own - np.log(np.exp(others).sum(axis=1)))

    for g, rows in enumerate(GROUPS):
        slope = (margins(rows, 1 - t) - margins(rows, 1 + t)) / (2 * t)
        np.testing.assert_allclose(block.effect[0, :, g], slope, rtol=2e-5, atol=1e-7)
        np.testing.assert_allclose(block.effect[3, :, g], margins(rows, 0.0) - margins(rows, 1.0), atol=1e-7)


def test_both_are_defined_for_classes_alone() -> None:
    for loss in LOSSES.values():
        made: Loss = loss_for(next(k for k in (2, 3, 0) if loss.is_for(k)), loss.name)
        for evaluation in (TEST_MARGIN, TEST_ERROR):
            assert evaluation.is_defined(made) is not loss.is_for(0)


@pytest.mark.parametrize("classes", [2, 3])
def test_effects_on_the_error_are_counts_that_a_refit_gives(classes: int) -> None:
    o, test = make_objective(classes, weighted=True), make_objective(classes, n=40, seed=9)
    sums = (slice(0, 25), slice(25, 40))
    study = measured_study(o, test, [TEST_ERROR], GROUPS, sums)
    block = measured_block(study, GROUPS)

    def errors(theta: np.ndarray) -> list[int]:
        return [round((1.0 - accuracy(test.at(rows), theta)) * (rows.stop - rows.start)) for rows in sums]

    assert np.isnan(block.effect[0]).all()  # influence is read out linearly
    assert np.isnan(block.error_estimate[0]).all()
    for g, rows in enumerate(GROUPS):
        weight = o.sample_weight.copy()
        weight[rows] = 0.0
        refitted = fit(replace(o, sample_weight=weight)).theta
        change = np.subtract(errors(refitted), errors(study.fitted.theta))
        np.testing.assert_array_equal(block.effect[3, :, g], change)
    assert np.abs(block.effect[3]).max() > 0
    assert (block.error_estimate[1:] == 0.0).all()  # no score of these is near a boundary


def counted(z: np.ndarray, y: np.ndarray, loss: Loss) -> tuple[CountedPart, np.ndarray]:
    rows = Objective(np.ones((y.size, 1)), y, np.ones(y.size), 0.0, loss)
    return CountedPart(TEST_ERROR, rows, summed=False, place=slice(None)), z


@pytest.mark.parametrize(
    ("z", "own", "wrong"),
    [((0.0,), 0, 0), ((0.0,), 1, 1), ((1e-300,), 1, 0), ((2.0, 2.0, 1.0), 0, 0), ((2.0, 2.0, 1.0), 1, 1)],
)
def test_ties_are_those_of_the_predicted_class(z: tuple[float, ...], own: int, wrong: int) -> None:
    scores = np.array(z)[None, :, None]
    assert TEST_ERROR.values(loss_for(2 if len(z) == 1 else 3), scores, np.array([float(own)]))[0, 0] == wrong


@pytest.mark.parametrize(
    ("z", "off", "own", "open_"),
    [
        ((0.5,), (0.4,), 1, 0),
        ((0.5,), (0.5,), 1, 1),
        ((-0.5,), (0.6,), 1, 1),
        ((1.0, 0.0, -5.0), (0.4, 0.4, 0.4), 0, 0),
        ((1.0, 0.0, -5.0), (0.5, 0.5, 0.0), 0, 1),
        ((1.0, 0.0, -5.0), (0.4, 0.4, 6.0), 0, 1),  # a class far behind whose score may be far off
        ((0.0, 1.0, -5.0), (0.4, 0.4, 0.4), 0, 0),
        ((0.0, 1.0, -5.0), (0.7, 0.4, 0.4), 0, 1),
        ((0.0, 1.0, 1.0), (0.0, 0.0, 0.0), 2, 1),
    ],
)
def test_a_row_is_open_where_its_class_may_be_the_predicted_one_as_well_as_not(
    z: tuple[float, ...], off: tuple[float, ...], own: int, open_: int
) -> None:
    loss = loss_for(2 if len(z) == 1 else 3)
    part, scores = counted(np.array(z)[None, :, None], np.array([float(own)]), loss)
    assert part.undecided(scores, np.array(off)[None, :, None])[0, 0] == open_


@pytest.mark.parametrize("z", [(0.0,), (0.0, 0.0, 0.0)])
@pytest.mark.parametrize("sparse", [False, True])
def test_a_row_without_a_value_is_not_open_as_no_parameter_moves_its_scores(z: tuple[float, ...], sparse: bool) -> None:
    X = np.array([[0.0, 0.0], [0.0, 2.0]])
    rows = Objective(csr_array(X) if sparse else X, np.zeros(2), np.ones(2), 0.0, loss_for(2 if len(z) == 1 else 3))
    part = CountedPart(TEST_ERROR, rows, summed=False, place=slice(None))
    scores = np.tile(np.array(z)[None, :, None], (2, 1, 1))
    np.testing.assert_array_equal(part.undecided(scores, np.full_like(scores, 0.5))[:, 0], [0.0, 1.0])


@pytest.mark.parametrize("classes", [2, 3])
def test_rows_whose_scores_are_at_a_boundary_are_the_error_estimate(classes: int) -> None:
    """Test rows are put on the boundary of the refitted model without the first group: both sides are possible there,
    and nowhere else."""
    o, test = make_objective(classes), make_objective(classes, n=12, seed=9)
    theta = measured_block(measured_study(o, test, [TEST_LOSS], GROUPS), GROUPS).theta[0].reshape(5, -1)
    normal = theta[:, 0] if classes == 2 else theta[:, 0] - theta[:, 1]
    X = test.X.copy()
    X[:5, :-1] -= np.outer(X[:5] @ normal, normal[:-1]) / (normal[:-1] @ normal[:-1])
    y = np.zeros(12)
    open_ = 5 if classes == 2 else int(np.sum((X[:5] @ theta)[:, 0] >= (X[:5] @ theta)[:, 2]))
    assert open_ > 1
    study = measured_study(o, replace(test, X=X, y=y), [TEST_ERROR], GROUPS, (slice(0, 12),))
    block = measured_block(study, GROUPS)
    assert block.error_estimate[3, 0].tolist() == [open_, 0, 0]


def test_retraining_is_not_held_to_the_error_and_what_is_retrained_is_the_same() -> None:
    o, test = make_objective(2), make_objective(2, n=12, seed=9)
    alone = measured_block(measured_study(o, test, [TEST_LOSS], GROUPS), GROUPS)
    both = measured_block(measured_study(o, test, [TEST_ERROR, TEST_LOSS], GROUPS), GROUPS)
    assert both.theta.tobytes() == alone.theta.tobytes()
    np.testing.assert_array_equal(both.effect[:, 12:], alone.effect)
    np.testing.assert_array_equal(both.error_estimate[:, 12:], alone.error_estimate)
