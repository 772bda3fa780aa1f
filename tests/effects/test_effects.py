"""Predicted effects are what their definitions say, and actual effects are what scikit-learn finds by retraining."""

from __future__ import annotations

import importlib
from dataclasses import fields, replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from support.problems import make_objective

from groupinf.effects.block import block_context, compute_block
from groupinf.effects.certificates import Certificates
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import measures_of
from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.influence import influence_norms, point_influence
from groupinf.effects.methods.influence import InfluenceStep
from groupinf.effects.methods.method import Setting, predictions_of
from groupinf.effects.methods.newton import NewtonStep
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.errors import ConvergenceError
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import changed, removing
from groupinf.numerics.engine import Engine, choose_engine
from groupinf.numerics.factor import DenseFactor, cholesky, hessian_diagonal
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.objective import Objective, gradients, row_hessian
from groupinf.numerics.reduced import own_factors, sample_space_kernel
from groupinf.studies.group_effects.schema import METHODS_OF_THE_PAPER
from groupinf.test_point_labels import OWN_GROUP

GROUPS = (np.array([1, 7, 30]), np.arange(20, 32), np.array([59]))
NAMES = ("a", "b", "c")
METHODS = tuple(method.name for method in METHODS_OF_THE_PAPER)
BY_NAME = {evaluation.name: evaluation for evaluation in (TEST_PREDICTION, TEST_LOSS, SELF_LOSS)}
TASKS = [0, 2, 3]


# sums over sets of different sizes: their rows of the 15 test rows, one set after the other
SETS = ((3, 0, 7, 9, 1), (14,), (2, 4, 5, 6, 8, 10, 11, 12, 13))


def make_study(
    classes: int,
    test_points: tuple[int, ...] = (4, 0, 11),
    weighted: bool = True,
    lam: float = 0.7,
    sums: tuple[slice, ...] = (),
) -> Study:
    fitted = fit(make_objective(classes, weighted=weighted, lam=lam))
    test = replace(make_objective(classes, n=15, seed=9), lam=0.0)
    if test_points[0] >= 0:
        rows = np.array(test_points)
        test = Objective(test.X[rows], test.y[rows], test.sample_weight[rows], 0.0, test.loss)
    evaluations = of_the_paper(fitted.objective.loss)
    norms = dict.fromkeys((e.name for e in evaluations), 1.0)
    engine = choose_engine(fitted, removing(fitted), 5.0)
    bounded = bounded_problem(fitted, test, engine.kernel)
    trust = (bounded, trust_in_fit(bounded, fitted))
    methods = predictions_of(METHODS_OF_THE_PAPER, Setting(fitted, removing(fitted)))
    points = TestRows(test, test_points, sums)
    return Study(fitted, removing(fitted), engine, fitted.factor, points, evaluations, methods, norms, norms, *trust)


def study_of_sets(classes: int) -> Study:
    """The study with the sets as test points, their rows one set after the other."""
    study = make_study(classes, (-2, -3, -4))
    rows = np.concatenate([np.array(of_set) for of_set in SETS])
    sums = (slice(0, 5), slice(5, 6), slice(6, 15))
    return replace(study, test=TestRows(study.test.rows.at(rows), study.test.labels, sums))


def on_test_points(study: Study) -> list[OnTestPoints]:
    return [e for e in study.evaluations if isinstance(e, OnTestPoints)]


def effects(study: Study, method: str) -> np.ndarray:
    block = compute_block(study, GROUPS, NAMES)
    return block.effect[[*METHODS, "actual"].index(method)]


def f(study: Study, theta: np.ndarray, group: int) -> np.ndarray:
    """All evaluations at θ (P,) written out from the definitions."""
    o, test = study.fitted.objective, study.test.rows
    z = test.X @ theta.reshape(o.p, -1)
    rows = GROUPS[group]
    own = o.loss.values((o.X[rows] @ theta.reshape(o.p, -1)), o.y[rows]) @ o.sample_weight[rows]
    parts = {"test_prediction": z[:, 0], "test_loss": o.loss.values(z, test.y), "self_loss": np.array([own])}
    for name in set(parts) - {"self_loss"} if study.test.sums else ():
        parts[name] = np.array([sum(parts[name][i] for i in range(15)[rows]) for rows in study.test.sums])
    return np.concatenate([parts[evaluation.name] for evaluation in study.evaluations])


def downweighted(fitted: Fitted, group: int, t: float) -> np.ndarray:
    o = fitted.objective
    weight = o.sample_weight.copy()
    weight[GROUPS[group]] *= 1 - t
    return fit(replace(o, sample_weight=weight), fitted.theta).theta


@pytest.mark.parametrize("kind", ["rows", "all", "sets"])
@pytest.mark.parametrize("classes", TASKS)
def test_influence_is_the_derivative_of_f_as_weights_fall(classes: int, kind: str) -> None:
    study = {
        "rows": lambda: make_study(classes),
        "all": lambda: make_study(classes, (-1,), sums=(slice(0, 15),)),
        "sets": lambda: study_of_sets(classes),
    }[kind]()
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
        A = o.loss.curvature(o.X @ fitted.theta.reshape(o.p, -1), o.y) * o.sample_weight[:, None, None]
        removed = np.einsum("np,nkm,nq->pkqm", o.X[rows], A[rows], o.X[rows]).reshape(o.size, o.size)
        assert isinstance(fitted.factor, DenseFactor)
        for i, H in ((1, fitted.factor.H), (2, fitted.factor.H - removed)):
            theta = fitted.theta + np.linalg.solve(H, gradient)
            np.testing.assert_allclose(block.effect[i][:, g], f(study, theta, g) - f(study, fitted.theta, g), atol=1e-9)
    assert block.error_estimate[:3].max() < 1e-7


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
def test_effects_on_a_set_are_the_sums_over_its_rows(classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OnTestPoints, "at_once", 4)  # the largest set takes three parts
    study = study_of_sets(classes)
    each = compute_block(make_study(classes, tuple(range(15))), GROUPS, NAMES)
    of_sets = compute_block(study, GROUPS, NAMES)
    for i, evaluation in enumerate(on_test_points(study)):
        for j, rows in enumerate(SETS):
            summed = each.effect[:, [15 * i + row for row in rows]].sum(axis=1)
            np.testing.assert_allclose(
                of_sets.effect[:, 3 * i + j], summed, rtol=1e-7, atol=1e-11, err_msg=evaluation.name
            )
    np.testing.assert_allclose(of_sets.effect[:, -1], each.effect[:, -1], rtol=1e-12)


@pytest.mark.parametrize("classes", TASKS)
def test_the_gradient_of_a_set_is_one_vector_the_sum_over_its_rows(classes: int) -> None:
    study = study_of_sets(classes)
    rows = TestRows(study.test.rows, tuple(range(15)))
    for evaluation in on_test_points(study):
        single = evaluation.gradients(rows, study.fitted.theta)
        summed = evaluation.gradients(study.test, study.fitted.theta)
        expected = np.stack([single[:, rows].sum(axis=1) for rows in study.test.sums], axis=1)
        assert summed.shape == (study.fitted.theta.size, 3)
        np.testing.assert_allclose(summed, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("classes", TASKS)
def test_error_estimates_of_a_set_are_those_of_its_summed_gradient(classes: int) -> None:
    study = study_of_sets(classes)
    loose = replace(study, scales=dict.fromkeys(study.scales, 1e4))
    block = compute_block(loose, GROUPS, NAMES)
    o = study.fitted.objective
    for g, rows in enumerate(GROUPS):
        theta = block.theta[g]
        stays = o.at(np.setdiff1d(np.arange(o.n), rows))
        A = row_hessian(o, study.fitted.theta, np.setdiff1d(np.arange(o.n), rows)) + np.diag(o.penalty())
        left = np.linalg.lstsq(A, gradients(stays, theta[:, None])[:, 0], rcond=None)[0]
        for i, evaluation in enumerate(on_test_points(study)):
            slopes = evaluation.gradients(study.test, theta).T @ left
            estimates = block.error_estimate[-1, 3 * i : 3 * i + 3, g]
            # iterative solves with H − H(w) are taken to a relative residual of 1e-2 for estimates
            assert (estimates >= 0.98 * np.abs(slopes)).all()
            # what the Hessian at hand may not see is at most a few times ‖∇f‖·decrement, here with ‖∇f‖ set to 1
            assert (estimates <= 1.2 * np.abs(slopes) + 4.0 * block.certificates.decrement[g] + 1e-9).all()
    assert classes == 0 or block.error_estimate[-1].max() > 1e-6


@pytest.mark.parametrize("classes", TASKS)
def test_influence_on_test_points_is_additive_and_on_self_loss_is_not(classes: int) -> None:
    study = make_study(classes)
    slopes = TEST_LOSS.gradients(study.test, study.fitted.theta)
    per_point = point_influence(study.fitted, slopes, study.fitted.residuals)
    block = compute_block(study, GROUPS, NAMES)
    first = study.evaluations.index(TEST_LOSS) * 3
    for g, rows in enumerate(GROUPS):
        np.testing.assert_allclose(block.effect[0][first : first + 3, g], per_point[rows].sum(axis=0), atol=1e-10)
    alone = compute_block(study, [np.array([r]) for r in GROUPS[0]], ["x", "y", "z"])
    assert abs(block.effect[0][-1, 0] - alone.effect[0][-1].sum()) > 1e-6


def test_self_influence_is_the_squared_norm_of_the_groups_gradient() -> None:
    study = make_study(2)
    block = changed(study.fitted, removing(study.fitted), GROUPS)
    np.testing.assert_allclose(effects(study, "influence")[-1], influence_norms(study.fitted, block.g) ** 2, rtol=1e-10)


def with_fit(study: Study, fitted: Fitted) -> Study:
    bounded = bounded_problem(fitted, study.test.rows, study.engine.kernel)
    return replace(study, fitted=fitted, change=removing(fitted), bounded=bounded, of_fit=trust_in_fit(bounded, fitted))


def test_a_point_of_weight_two_counts_as_the_point_twice() -> None:
    o = make_objective(2)
    again = np.append(np.arange(o.n), 59)
    twice = Objective(o.X[again], o.y[again], np.ones(o.n + 1), o.lam, o.loss)
    doubled = replace(o, sample_weight=np.where(np.arange(o.n) == 59, 2.0, 1.0))
    study = make_study(2, weighted=False)
    one = compute_block(with_fit(study, fit(doubled)), [np.array([59])], ["a"])
    two = compute_block(with_fit(study, fit(twice)), [np.array([59, 60])], ["a"])
    np.testing.assert_allclose(one.effect, two.effect, atol=1e-9)


def test_a_step_that_is_not_solved_shows_in_its_error_estimate() -> None:
    study = make_study(2)
    fitted, at = study.fitted, block_context(study, GROUPS)
    assert isinstance(fitted.factor, DenseFactor)
    assert np.abs(at.solution(NewtonStep()).remainder).max() < 1e-12
    others = BlockContext(
        at.changed,
        own_factors(changed(fitted, removing(fitted), (GROUPS[1], GROUPS[1], GROUPS[1])), fitted.factor),
        at.engine,
        cholesky(2 * fitted.factor.H),
    )
    mixed = replace(at, engine=replace(at.engine, way="iterative"))  # nothing is refined
    vars(mixed)["newton"] = others.newton
    assert np.abs(mixed.solution(NewtonStep()).remainder[:, 0]).max() > 1e-6
    assert np.abs(at.solution(InfluenceStep()).remainder).max() < 1e-12
    halved = others.solution(InfluenceStep())
    np.testing.assert_allclose(halved.remainder, -halved.delta, rtol=1e-9)


def test_error_estimates_hold_their_tolerance_and_predict_the_error() -> None:
    study = make_study(2, lam=0.05)
    fitted = study.fitted
    exact = np.array([f(study, downweighted(fitted, g, 1.0), g) - f(study, fitted.theta, g) for g in range(3)]).T
    loose = compute_block(replace(study, scales=dict.fromkeys(study.scales, 1e4)), GROUPS, NAMES)
    block = compute_block(study, GROUPS, NAMES)
    assert (np.abs(block.effect[-1] - exact) <= 1e-8).all()
    assert (block.error_estimate[-1] <= 1e-8).all()
    errors, estimates = np.abs(loose.effect[-1] - exact), loose.error_estimate[-1]
    assert (errors > 1e-8).all()
    assert (errors <= estimates).all()
    # no estimate is more than six times the largest error that the group has in the same evaluation
    for rows in (slice(0, 3), slice(3, 6), slice(6, 7)):
        assert (estimates[rows] <= 6.0 * errors[rows].max(axis=0)).all()


def test_a_group_that_cannot_converge_fails_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    retraining = importlib.import_module("groupinf.numerics.retrain")
    for name in ("MAX_PASSES", "MAX_PASSES_NEWTON", "REFACTORED_BYTES"):
        monkeypatch.setattr(retraining, name, 1)
    with pytest.raises(
        ConvergenceError,
        match=r"group a: retraining stopped after \d+ passes .* decrement .* leaves \d\S*·10⁻\S+; .* lambda_over_n",
    ):
        compute_block(make_study(2), GROUPS, NAMES)


def test_evaluations_come_in_the_order_asked_for() -> None:
    study = make_study(2)
    evaluations = [SELF_LOSS, TEST_PREDICTION]
    made = measures_of(evaluations, study.test, changed(study.fitted, removing(study.fitted), GROUPS))
    assert [measure.evaluation for measure in made] == evaluations
    assert [measure.labels for measure in made] == [(OWN_GROUP,), (4, 0, 11)]


def engines(fitted: Fitted) -> list[Engine]:
    """One for each way to solve, with the preconditioner that suits it."""
    assert isinstance(fitted.factor, DenseFactor)
    empty, diagonal = np.empty((0, 0)), hessian_diagonal(fitted.objective, fitted.theta)
    made = [
        Engine("own_factors", "reduced", empty, empty, diagonal),
        Engine("iterative", "shared", empty, fitted.factor.factor.inverse(), diagonal),
        Engine("passes", "diagonal", empty, empty, diagonal),
    ]
    if fitted.objective.loss.outputs == 1:
        made.append(Engine("sample_space", "reduced", sample_space_kernel(fitted), empty, diagonal))
    return made


@pytest.mark.parametrize("classes", TASKS)
def test_what_is_asked_for_changes_no_bit_of_what_is_retrained(classes: int) -> None:
    study = make_study(classes)
    asked = [
        (("newton",), ("self_loss",)),
        (("parameter_influence", "influence"), ("test_loss", "self_loss")),
    ]
    by_name = {method.name: method for method in study.methods}
    certified = {field.name for field in fields(Certificates)} - {"duality_gap"}
    for engine in engines(study.fitted):
        whole = replace(study, engine=engine)
        block = compute_block(whole, GROUPS, NAMES)
        labels = [e.name for e in whole.evaluations for _ in e.labels(whole.test.labels)]
        for methods, evaluations in asked:
            part = replace(
                whole,
                methods=tuple(by_name[name] for name in methods),
                evaluations=tuple(BY_NAME[name] for name in evaluations),
            )
            other = compute_block(part, GROUPS, NAMES)
            assert other.theta.tobytes() == block.theta.tobytes(), engine.way
            for name in certified:
                of_other, of_block = (getattr(end.certificates, name) for end in (other, block))
                assert of_other.tobytes() == of_block.tobytes(), (engine.way, name)
            rows = [row for name in evaluations for row in np.flatnonzero(np.array(labels) == name)]
            assert other.effect[-1].tobytes() == block.effect[-1][rows].tobytes()
            assert other.error_estimate[-1].tobytes() == block.error_estimate[-1][rows].tobytes()
            for i, method in enumerate(methods):
                np.testing.assert_array_equal(other.effect[i], block.effect[METHODS.index(method)][rows])
