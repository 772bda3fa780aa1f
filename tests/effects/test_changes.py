"""Every change has the influence that is the slope along its path, and the actual effect that scikit-learn finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from support.changed_rows import CASES, GROUPS, NAMES, TASKS, added, along, relabelled, study_of
from support.problems import make_objective

from groupinf.effects.block import block_context, compute_block
from groupinf.effects.study import Study
from groupinf.numerics.change import RowChange, changed, removing, row_change
from groupinf.numerics.engine import Engine, Way
from groupinf.numerics.factor import DenseFactor, hessian_diagonal
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.losses.smooth_hinge import SmoothHinge
from groupinf.numerics.objective import Objective, hessian
from groupinf.numerics.reduced import sample_space_kernel
from groupinf.studies.group_effects.block import block_to_store, shared
from groupinf.studies.group_effects.schema import METHODS_OF_THE_PAPER

every_case = pytest.mark.parametrize(("classes", "case"), [(c, case) for c in TASKS for case in CASES])


def make_study(fitted: Fitted, change: RowChange) -> Study:
    return study_of(fitted, change, METHODS_OF_THE_PAPER)


def f(study: Study, theta: np.ndarray, group: np.ndarray) -> np.ndarray:
    """All evaluations at θ (P,), written out; the group's own loss with the weights and labels of the data."""
    o, test = study.fitted.objective, study.test.rows
    z = test.X @ theta.reshape(o.p, -1)
    own = o.loss.values(o.X[group] @ theta.reshape(o.p, -1), o.y[group]) @ study.change.own[group]
    parts = {"test_prediction": z[:, 0], "test_loss": o.loss.values(z, test.y), "self_loss": np.array([own])}
    return np.concatenate([parts[evaluation.name] for evaluation in study.evaluations])


def computed(study: Study) -> dict[str, np.ndarray]:
    block = compute_block(study, GROUPS, NAMES)
    return dict(zip([*(method.name for method in study.methods), "actual"], block.effect, strict=True))


@every_case
def test_influence_is_the_slope_along_the_path_of_the_change(classes: int, case: str) -> None:
    study = make_study(*CASES[case](classes))
    predicted, t = computed(study)["influence"], 1e-4
    for g, group in enumerate(GROUPS):
        up, down = (fit(along(study.fitted, study.change, group, s), study.fitted.theta).theta for s in (t, -t))
        slope = (f(study, up, group) - f(study, down, group)) / (2 * t)
        np.testing.assert_allclose(predicted[:, g], slope, rtol=1e-4, atol=1e-7)


@every_case
def test_actual_effects_are_those_of_a_fit_to_the_changed_rows(classes: int, case: str) -> None:
    study = make_study(*CASES[case](classes))
    actual = computed(study)["actual"]
    for g, group in enumerate(GROUPS):
        after = peer(along(study.fitted, study.change, group, 1.0))
        expected = f(study, after, group) - f(study, study.fitted.theta, group)
        np.testing.assert_allclose(actual[:, g], expected, rtol=1e-7, atol=1e-7)


def peer(o: Objective) -> np.ndarray:
    """θ̂ by scikit-learn, or by the normal equations: (P,)."""
    counted = o.sample_weight > 0
    X, y, weight = o.X[counted], o.y[counted], o.sample_weight[counted]
    if o.loss.name == "squared":
        return np.linalg.solve((X.T * weight) @ X + np.diag(o.penalty()), X.T @ (weight * y))
    model = LogisticRegression(C=1 / o.lam, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(X[:, :-1], y, sample_weight=weight)
    return np.vstack([model.coef_.T, model.intercept_]).ravel()


@every_case
def test_newton_solves_with_the_hessian_of_the_changed_rows(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    block = changed(fitted, change, GROUPS)
    for way in ("own_factors", "sample_space", "iterative", "passes"):
        if way == "sample_space" and classes == 3:
            continue
        steps = engine(fitted, way).reduced(block).solve(block.g, np.arange(3), 1e-12)
        for g, group in enumerate(GROUPS):
            H = hessian(along(fitted, change, group, 1.0), fitted.theta)
            gradient = path_gradient(fitted, change, group)
            expected = -np.linalg.pinv(H, rcond=1e-13) @ gradient
            np.testing.assert_allclose(scores_of(fitted, steps[:, g]), scores_of(fitted, expected), atol=1e-8)


def scores_of(fitted: Fitted, theta: np.ndarray) -> np.ndarray:
    """Without what softmax does not tell: the level of the intercepts."""
    z = fitted.objective.X @ theta.reshape(fitted.objective.p, -1)
    return z - z.mean(axis=1, keepdims=True) if z.shape[1] > 1 else z


def path_gradient(fitted: Fitted, change: RowChange, group: np.ndarray) -> np.ndarray:
    """∇L at θ̂ of the changed rows, each row's written out."""
    o = along(fitted, change, group, 1.0)
    z = o.X @ fitted.theta.reshape(o.p, -1)
    r = o.loss.residuals(z.copy(), o.y) * o.sample_weight[:, None]
    return (o.X.T @ r).ravel() + o.penalty() * fitted.theta


def engine(fitted: Fitted, way: Way) -> Engine:
    kernel = sample_space_kernel(fitted) if way == "sample_space" else np.empty((0, 0))
    return Engine(way, "shared", kernel, np.empty((0, 0)), hessian_diagonal(fitted.objective, fitted.theta))


@every_case
def test_error_estimates_cover_what_another_solver_says(classes: int, case: str) -> None:
    study = make_study(*CASES[case](classes))
    block = compute_block(study, GROUPS, NAMES)
    for g, group in enumerate(GROUPS):
        after = fit(along(study.fitted, study.change, group, 1.0)).theta
        off = np.abs(block.effect[-1][:, g] - (f(study, after, group) - f(study, study.fitted.theta, group)))
        assert (off <= block.error_estimate[-1][:, g] + 1e-12).all()
        assert (block.error_estimate[-1][:, g] < 1e-7).all()
        # proven, of one output: no score of any row is farther off
        moved = np.abs(scores_of(study.fitted, block.theta[g] - after)).max()
        assert moved <= block.certificates.score_bound[g] or classes == 3
        assert block.certificates.score_bound[g] < 1e-7 or classes == 3


def test_rows_that_count_zero_times_are_removed_to_the_byte() -> None:
    fitted = fit(o := make_objective(2, weighted=True))
    removed, reweighted = removing(fitted), row_change(fitted, 0.0, o.sample_weight)
    studies = [shared(make_study(fitted, change), with_theory=True) for change in (removed, reweighted)]
    blocks = [(of, compute_block(of.study, GROUPS, NAMES)) for of in studies]
    stored, again = (block_to_store(of, block, block.theta).arrays() for of, block in blocks)
    assert stored.keys() == again.keys()
    for name, array in stored.items():
        np.testing.assert_array_equal(array, again[name])


@pytest.mark.parametrize("classes", TASKS)
def test_relabelling_twice_gives_back_the_model(classes: int) -> None:
    fitted, change = relabelled(make_objective(classes, weighted=True))
    once = compute_block(make_study(fitted, change), GROUPS[1:2], NAMES[:1]).theta[0]
    inside = np.isin(np.arange(fitted.objective.n), GROUPS[1])
    assert change.label is not None
    refitted = fit(replace(fitted.objective, y=np.where(inside, change.label, fitted.objective.y)))
    np.testing.assert_allclose(scores_of(fitted, once), scores_of(fitted, refitted.theta), atol=1e-8)
    back = row_change(refitted, 1.0, fitted.objective.sample_weight, fitted.objective.y)
    twice = compute_block(make_study(refitted, back), GROUPS[1:2], NAMES[:1]).theta[0]
    np.testing.assert_allclose(scores_of(fitted, twice), scores_of(fitted, fitted.theta), atol=1e-8)


@pytest.mark.parametrize("classes", TASKS)
def test_to_add_and_then_remove_is_nothing(classes: int) -> None:
    fitted, change = added(make_objective(classes, weighted=True))
    grown = compute_block(make_study(fitted, change), GROUPS[1:2], NAMES[:1])
    inside = np.isin(np.arange(fitted.objective.n), GROUPS[1])
    whole = fit(replace(fitted.objective, sample_weight=np.where(inside, change.own, fitted.objective.sample_weight)))
    shrunk = compute_block(make_study(whole, removing(whole)), GROUPS[1:2], NAMES[:1])
    np.testing.assert_allclose(grown.effect[-1], -shrunk.effect[-1], atol=1e-7)
    np.testing.assert_allclose(scores_of(fitted, shrunk.theta[0]), scores_of(fitted, fitted.theta), atol=1e-8)


def test_a_new_label_takes_nothing_out_of_the_hessian_and_is_solved_with_the_fit() -> None:
    fitted, change = relabelled(make_objective(2, weighted=True))
    study = make_study(fitted, change)
    assert study.engine.way == "as_fitted"
    assert isinstance(fitted.factor, DenseFactor)
    at = block_context(study, GROUPS)
    np.testing.assert_allclose(fitted.factor.H @ at.newton, at.changed.g, atol=1e-9)
    np.testing.assert_array_equal(at.newton, at.influence)


def of_smooth_hinge() -> tuple[Fitted, RowChange]:
    return relabelled(replace(make_objective(2, weighted=True), loss=SmoothHinge(0.3)))


def test_where_a_label_bends_the_loss_everything_holds_too() -> None:
    fitted, change = of_smooth_hinge()
    assert not change.pulls
    study, t = make_study(fitted, change), 1e-4
    assert study.engine.way != "as_fitted"
    block = compute_block(study, GROUPS, NAMES)
    for g, group in enumerate(GROUPS):
        up, down = (fit(along(fitted, change, group, s), fitted.theta).theta for s in (t, -t))
        slope = (f(study, up, group) - f(study, down, group)) / (2 * t)
        np.testing.assert_allclose(block.effect[0][:, g], slope, rtol=1e-3, atol=1e-6)
        after = fit(along(fitted, change, group, 1.0)).theta
        off = np.abs(block.effect[-1][:, g] - (f(study, after, group) - f(study, fitted.theta, group)))
        assert (off <= block.error_estimate[-1][:, g] + 1e-12).all()
        assert off.max() < 1e-7
        H = hessian(along(fitted, change, group, 1.0), fitted.theta)
        newton = block_context(study, GROUPS).newton[:, g]
        np.testing.assert_allclose(newton, -np.linalg.solve(H, path_gradient(fitted, change, group)), atol=1e-8)
