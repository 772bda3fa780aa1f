"""Predicted effects are what their definitions say, and actual effects are what scikit-learn finds by retraining."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from support.problems import make_objective

from groupinf.effects.block import Study, compute_block
from groupinf.effects.evaluations import evaluations_for
from groupinf.effects.influence import evaluation_gradients, influence_norms, point_influence
from groupinf.effects.steps import influence_step, newton_step
from groupinf.errors import ConvergenceError
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.factor import DenseFactor, cholesky
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.losses import loss_for
from groupinf.numerics.objective import Objective
from groupinf.numerics.reduced import own_factors
from groupinf.numerics.removal import removal, removed_rows

GROUPS = (np.array([1, 7, 30]), np.arange(20, 32), np.array([59]))
NAMES = ("a", "b", "c")
METHODS = ("influence", "parameter_influence", "newton")
TASKS = [0, 2, 3]


def evaluation_names(classes: int) -> tuple[str, ...]:
    return ("test_loss", "self_loss") if classes > 2 else ("test_prediction", "test_loss", "self_loss")


def make_study(
    classes: int, test_points: tuple[int, ...] = (4, 0, 11), weighted: bool = True, lam: float = 0.7
) -> Study:
    fitted = fit(make_objective(classes, weighted=weighted, lam=lam))
    test = replace(make_objective(classes, n=15, seed=9), lam=0.0)
    if test_points != (-1,):
        rows = np.array(test_points)
        test = Objective(test.X[rows], test.y[rows], test.sample_weight[rows], 0.0, test.loss)
    names = evaluation_names(classes)
    norms = dict.fromkeys(names, 1.0)
    engine = choose_engine(fitted, 5.0)
    return Study(
        fitted, engine, fitted.factor, test, test_points, names, METHODS, dict.fromkeys(names, 1.0), norms, float("inf")
    )


def effects(study: Study, method: str) -> np.ndarray:
    block = compute_block(study, GROUPS, NAMES)
    return block.effect[[*METHODS, "actual"].index(method)]


def f(study: Study, theta: np.ndarray, group: int) -> np.ndarray:
    """All evaluations at θ (P,) written out from the definitions."""
    o, test = study.fitted.objective, study.test
    z = test.X @ theta.reshape(o.p, -1)
    rows = GROUPS[group]
    own = o.loss.values((o.X[rows] @ theta.reshape(o.p, -1)), o.y[rows]) @ o.sample_weight[rows]
    parts = {"test_prediction": z[:, 0], "test_loss": o.loss.values(z, test.y), "self_loss": np.array([own])}
    if study.test_points == (-1,):
        parts = {name: np.array([value.sum()]) for name, value in parts.items()}
    return np.concatenate([parts[name] for name in study.evaluations])


def downweighted(fitted: Fitted, group: int, t: float) -> np.ndarray:
    o = fitted.objective
    weight = o.sample_weight.copy()
    weight[GROUPS[group]] *= 1 - t
    return fit(replace(o, sample_weight=weight), fitted.theta).theta


@pytest.mark.parametrize("test_points", [(4, 0, 11), (-1,)])
@pytest.mark.parametrize("classes", TASKS)
def test_influence_is_the_derivative_of_f_as_weights_fall(classes: int, test_points: tuple[int, ...]) -> None:
    study = make_study(classes, test_points)
    predicted = effects(study, "influence")
    t = 1e-4
    for g in range(3):
        up, down = downweighted(study.fitted, g, t), downweighted(study.fitted, g, -t)
        slope = (f(study, up, g) - f(study, down, g)) / (2 * t)
        np.testing.assert_allclose(predicted[:, g], slope, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("classes", TASKS)
def test_parameter_influence_and_newton_are_exact_readouts_of_their_steps(classes: int) -> None:
    study = make_study(classes)
    fitted, o = study.fitted, study.fitted.objective
    block = compute_block(study, GROUPS, NAMES)
    for g, rows in enumerate(GROUPS):
        gradient = (o.X[rows][:, :, None] * fitted.residuals[rows][:, None, :]).sum(axis=0).ravel()
        A = o.loss.curvature(o.X @ fitted.theta.reshape(o.p, -1)) * o.sample_weight[:, None, None]
        removed = np.einsum("np,nkm,nq->pkqm", o.X[rows], A[rows], o.X[rows]).reshape(o.size, o.size)
        assert isinstance(fitted.factor, DenseFactor)
        for i, H in ((1, fitted.factor.H), (2, fitted.factor.H - removed)):
            theta = fitted.theta + np.linalg.solve(H, gradient)
            np.testing.assert_allclose(block.effect[i][:, g], f(study, theta, g) - f(study, fitted.theta, g), atol=1e-9)
    assert block.error_estimate[:3].max() < 1e-9


@pytest.mark.parametrize("classes", [2, 3])
def test_actual_effects_are_those_of_scikit_learns_newton_cholesky(classes: int) -> None:
    study = make_study(classes)
    o = study.fitted.objective
    actual = effects(study, "actual")
    for g, rows in enumerate(GROUPS):
        stays = np.setdiff1d(np.arange(o.n), rows)
        model = LogisticRegression(C=1 / o.lam, solver="newton-cholesky", tol=1e-12, max_iter=500)
        model.fit(o.X[stays, :-1], o.y[stays], sample_weight=o.sample_weight[stays])
        theta = np.vstack([model.coef_.T, model.intercept_]).ravel()
        np.testing.assert_allclose(actual[:, g], f(study, theta, g) - f(study, study.fitted.theta, g), atol=1e-7)


def test_newton_is_exact_for_the_squared_loss() -> None:
    study = make_study(0)
    np.testing.assert_allclose(effects(study, "newton"), effects(study, "actual"), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("classes", TASKS)
def test_influence_on_test_points_is_additive_and_on_self_loss_is_not(classes: int) -> None:
    study = make_study(classes)
    gradients = evaluation_gradients("test_loss", study.test, study.test_points, study.fitted.theta)
    per_point = point_influence(study.fitted, gradients)
    block = compute_block(study, GROUPS, NAMES)
    first = study.evaluations.index("test_loss") * 3
    for g, rows in enumerate(GROUPS):
        np.testing.assert_allclose(block.effect[0][first : first + 3, g], per_point[rows].sum(axis=0), atol=1e-10)
    alone = compute_block(study, [np.array([r]) for r in GROUPS[0]], ["x", "y", "z"])
    assert abs(block.effect[0][-1, 0] - alone.effect[0][-1].sum()) > 1e-6


def test_self_influence_is_the_squared_norm_of_the_groups_gradient() -> None:
    study = make_study(2)
    block = removal(study.fitted, GROUPS)
    np.testing.assert_allclose(effects(study, "influence")[-1], influence_norms(study.fitted, block.g) ** 2, rtol=1e-10)


def test_a_point_of_weight_two_counts_as_the_point_twice() -> None:
    o = make_objective(2)
    again = np.append(np.arange(o.n), 59)
    twice = Objective(o.X[again], o.y[again], np.ones(o.n + 1), o.lam, o.loss)
    doubled = replace(o, sample_weight=np.where(np.arange(o.n) == 59, 2.0, 1.0))
    study = make_study(2, weighted=False)
    scale = {"scales": study.scales, "gradient_norms": study.gradient_norms}
    one = compute_block(replace(study, fitted=fit(doubled), **scale), [np.array([59])], ["a"])
    two = compute_block(replace(study, fitted=fit(twice), **scale), [np.array([59, 60])], ["a"])
    np.testing.assert_allclose(one.effect, two.effect, atol=1e-9)


def test_a_step_that_is_not_solved_shows_in_its_error_estimate() -> None:
    study = make_study(2)
    fitted, block = study.fitted, removal(study.fitted, GROUPS)
    assert isinstance(fitted.factor, DenseFactor)
    assert np.abs(newton_step(block, study.engine.reduced(block)).remainder).max() < 1e-12
    others = own_factors(fitted, fitted.factor, (GROUPS[1], GROUPS[1], GROUPS[1]))
    assert np.abs(newton_step(block, others).remainder[:, 0]).max() > 1e-6
    assert np.abs(influence_step(block, fitted.factor).remainder).max() < 1e-12
    step = influence_step(block, cholesky(2 * fitted.factor.H))
    np.testing.assert_allclose(step.remainder, -step.delta, rtol=1e-9)


def test_error_estimates_hold_their_tolerance_and_predict_the_error() -> None:
    study = make_study(2, lam=0.05)
    block = compute_block(study, GROUPS, NAMES)
    assert block.error_estimate[-1].max() <= 1e-8
    assert (block.passes >= 1).all()
    assert block.theta.shape == (3, study.fitted.theta.size)


def test_a_group_that_cannot_converge_fails_by_name() -> None:
    study = make_study(2)
    impossible = replace(study, scales=dict.fromkeys(study.evaluations, 1e-18))
    with pytest.raises(ConvergenceError, match=r"group a: retraining stopped at a Newton decrement of .* tolerance"):
        compute_block(impossible, GROUPS, NAMES)


def test_evaluations_come_in_the_order_asked_for() -> None:
    study = make_study(2)
    names = ("self_loss", "test_prediction")
    made = evaluations_for(names, study.test, study.test_points, study.fitted.objective, removed_rows(60, GROUPS))
    assert tuple(e.name for e in made) == names
    assert [e.test_points for e in made] == [(-1,), (4, 0, 11)]
    assert loss_for(2).outputs == 1
