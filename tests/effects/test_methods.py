"""Every method's step is what its equation says, for every change, held against NumPy and against exact refits."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest
from support.changed_rows import CASES, GROUPS, NAMES, TASKS, along, context, solved, study_of
from support.problems import make_objective

from groupinf.effects.block import block_context, compute_block
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.inner_product import InnerProduct
from groupinf.effects.methods.method import Readout, Setting, predictions_of
from groupinf.effects.methods.newton import Newton
from groupinf.effects.methods.registry import METHODS
from groupinf.effects.methods.relative_influence import RelativeInfluence, SampledStep
from groupinf.effects.methods.representer import Representer
from groupinf.effects.methods.rescaled_influence import RescaledInfluence
from groupinf.effects.methods.second_order import SecondOrder
from groupinf.effects.methods.two_step_newton import TwoStepNewton
from groupinf.effects.methods.without_hessian import WithoutHessian
from groupinf.effects.methods.without_train_loss import WithoutTrainLoss, unit_residuals
from groupinf.errors import ConvergenceError, DataError, GroupConvergenceError
from groupinf.numerics.approximate_leave_one_out import changed_each
from groupinf.numerics.change import RowChange, changed, removing
from groupinf.numerics.engine import Engine, Way, choose_engine
from groupinf.numerics.factor import BorderedFactor, DenseFactor, IterativeFactor, hessian_diagonal
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.objective import Objective, gradients, hessian, row_residuals, values
from groupinf.numerics.reduced import AsFitted, sample_space_kernel

every_case = pytest.mark.parametrize(("classes", "case"), [(c, case) for c in TASKS for case in CASES])
N = 60


def gradient(o: Objective, theta: np.ndarray) -> np.ndarray:
    return gradients(o, theta[:, None])[:, 0]


def inverse(H: np.ndarray) -> np.ndarray:
    """That of what is not flat: softmax does not tell the level of its intercepts."""
    return np.linalg.pinv(H, rcond=1e-12, hermitian=True)


@every_case
def test_newton_is_exact_for_the_squared_loss_and_else_one_step_by_numpy(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    delta = solved(Newton(), context(fitted, change)).delta
    for g, rows in enumerate(GROUPS):
        o = along(fitted, change, rows, 1.0)
        step = inverse(hessian(o, fitted.theta)) @ gradient(o, fitted.theta)
        np.testing.assert_allclose(delta[:, g], -step, rtol=1e-8, atol=1e-10)
        if classes == 0:
            np.testing.assert_allclose(fitted.theta + delta[:, g], fit(o).theta, rtol=1e-9, atol=1e-10)


@every_case
def test_rescaled_influence_is_the_sum_of_the_newton_steps_of_single_rows(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    found = solved(RescaledInfluence(), context(fitted, change))
    for g, rows in enumerate(GROUPS):
        total = np.zeros(fitted.theta.size)
        for row in rows:
            o = along(fitted, change, np.array([row]), 1.0)
            total -= inverse(hessian(o, fitted.theta)) @ (gradient(o, fitted.theta) - fitted.gradient)
        np.testing.assert_allclose(found.delta[:, g], total, rtol=1e-8, atol=1e-10)
    assert np.abs(found.remainder).max() < 1e-12


@every_case
def test_second_order_has_the_second_derivative_of_exact_refits(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    at, h = context(fitted, change), 0.02
    delta, first = solved(SecondOrder(), at).delta, solved(Influence(), at).delta
    for g, rows in enumerate(GROUPS):
        steps = (-2, -1, 0, 1, 2)
        refits = np.array([fit(along(fitted, change, rows, t * h), fitted.theta).theta for t in steps])
        slope = np.array([1, -8, 0, 8, -1]) @ refits / (12 * h)
        bend = np.array([-1, 16, -30, 16, -1]) @ refits / (12 * h**2)
        np.testing.assert_allclose(first[:, g], slope, rtol=1e-4, atol=1e-5 * np.abs(slope).max())
        np.testing.assert_allclose(
            delta[:, g] - first[:, g], 0.5 * bend, rtol=1e-3, atol=1e-3 * np.abs(bend).max() + 1e-10
        )


@every_case
def test_two_step_newton_is_two_steps_by_numpy(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    found = solved(TwoStepNewton(), context(fitted, change))
    for g, rows in enumerate(GROUPS):
        o, theta = along(fitted, change, rows, 1.0), fitted.theta
        for _ in range(2):
            theta = theta - inverse(hessian(o, theta)) @ gradient(o, theta)
        np.testing.assert_allclose(fitted.theta + found.delta[:, g], theta, rtol=1e-8, atol=1e-9)
    assert np.abs(found.remainder).max() < 1e-8


def far_step() -> tuple[Fitted, RowChange, np.ndarray]:
    """Rows that overlap, and heavy ones of the other label in a group: without these Newton's step goes too far."""
    rng, rows = np.random.default_rng(0), np.arange(40, 60)
    x = np.where(np.arange(N) % 2 == 0, -1.0, 1.0) + 0.3 * rng.normal(size=N)
    y = np.where(rng.random(N) < 0.3, x <= 0, x > 0).astype(float)
    y[rows] = x[rows] <= 0
    weight = np.where(np.isin(np.arange(N), rows), 10.0, 1.0)
    fitted = fit(replace(make_objective(2), X=np.column_stack([x, np.ones(N)]), y=y, lam=1e-3, sample_weight=weight))
    return fitted, removing(fitted), rows


def test_the_second_step_is_halved_until_the_changed_objective_falls() -> None:
    fitted, change, rows = far_step()
    at = block_context(study_of(fitted, change), [rows])
    o = along(fitted, change, rows, 1.0)
    theta = fitted.theta + solved(Newton(), at).delta[:, 0]
    step = inverse(hessian(o, theta)) @ gradient(o, theta)
    before = values(o, theta[:, None])[0]
    tried = [values(o, (theta - 0.5**k * step)[:, None])[0] for k in range(60)]
    halvings = next(k for k, value in enumerate(tried) if value <= before)
    assert halvings > 0  # the whole step rises
    end = fitted.theta + solved(TwoStepNewton(), at).delta[:, 0]
    np.testing.assert_allclose(end, theta - 0.5**halvings * step, rtol=1e-6)


@every_case
def test_representer_exchanges_the_terms_of_the_group_in_the_sum_that_the_weights_are(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    o, outputs = fitted.objective, fitted.objective.loss.outputs
    # the weights are −(1/λ)Σ s_i x_i r_iᵀ at the minimum
    terms = -np.einsum("nj,nk->njk", o.X, row_residuals(o, fitted.theta)) / o.lam
    weights = fitted.theta.reshape(-1, outputs)[:-1]
    np.testing.assert_allclose(terms.sum(axis=0)[:-1], weights, rtol=1e-6, atol=1e-8)
    delta = solved(Representer(), context(fitted, change)).delta.reshape(-1, outputs, 3)
    label = o.y if change.label is None else change.label
    new = replace(o, y=label, sample_weight=change.times * change.own)
    becoming = -np.einsum("nj,nk->njk", o.X, row_residuals(new, fitted.theta)) / o.lam
    for g, rows in enumerate(GROUPS):
        expected = (becoming - terms)[rows].sum(axis=0)
        np.testing.assert_allclose(delta[:-1, :, g], expected[:-1], rtol=1e-8, atol=1e-10)
    assert not delta[-1].any()


def test_components_are_those_of_koh_and_liang_for_single_rows() -> None:
    methods = (Influence(), WithoutHessian(), WithoutTrainLoss(), InnerProduct())
    o = make_objective(2, n=40)
    fitted = fit(o)
    study = replace(study_of(fitted, removing(fitted), methods), evaluations=(TEST_LOSS,))
    groups = [np.array([i]) for i in range(6)]
    effect = compute_block(study, groups, [str(i) for i in range(6)]).effect
    inverse_hessian, sign, test = np.linalg.inv(hessian(o, fitted.theta)), 2 * o.y - 1, study.test.rows

    def sigma(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    for t in range(3):
        ours = 2 * test.y[t] - 1
        for i in range(6):
            # −I_up,loss of Koh and Liang, section 2.2: removing is upweighting by −1
            both = ours * sign[i] * sigma(-ours * fitted.theta @ test.X[t])
            size = sigma(-sign[i] * fitted.theta @ o.X[i])
            near, plain = test.X[t] @ inverse_hessian @ o.X[i], test.X[t] @ o.X[i]
            expected = [both * size * near, both * size * plain, both * near, both * plain]
            np.testing.assert_allclose(effect[:4, t, i], expected, rtol=1e-8)


@every_case
def test_without_the_training_loss_the_residual_keeps_its_direction_alone(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    o, at = fitted.objective, context(fitted, change)
    label = o.y if change.label is None else change.label

    def direction(y: np.ndarray) -> np.ndarray:
        z = o.X @ fitted.theta.reshape(o.p, -1)
        if classes == 0:
            return np.sign(z - y[:, None])
        if classes == 2:
            return 1 - 2 * y[:, None]
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        own = np.arange(N), y.astype(int)
        r = p / (1 - p[own])[:, None]
        r[own] = -1.0
        return r

    u = o.sample_weight[:, None] * direction(o.y) - change.times * change.own[:, None] * direction(label)
    np.testing.assert_allclose(unit_residuals(Setting(fitted, change)), u, rtol=1e-7, atol=1e-12)
    for g, rows in enumerate(GROUPS):
        total = np.einsum("nj,nk->jk", o.X[rows], u[rows]).ravel()
        np.testing.assert_allclose(solved(InnerProduct(), at).delta[:, g], total, rtol=1e-8, atol=1e-10)
        expected = inverse(hessian(o, fitted.theta)) @ total
        np.testing.assert_allclose(solved(WithoutTrainLoss(), at).delta[:, g], expected, rtol=1e-7, atol=1e-9)


def test_a_residual_lost_to_rounding_keeps_its_label() -> None:
    loss, z, y = make_objective(2).loss, np.array([[800.0], [-800.0]]), np.array([1.0, 0.0])
    assert loss.unit_residuals(z, y).ravel().tolist() == [-1.0, 1.0]


@every_case
def test_relative_influence_of_every_row_is_influence(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    at, counted = context(fitted, change), int((fitted.objective.sample_weight > 0).sum())
    found = solved(RelativeInfluence(rows=counted), at)
    np.testing.assert_allclose(found.delta, solved(Influence(), at).delta, rtol=1e-9, atol=1e-12)
    assert np.abs(found.remainder).max() < 1e-12


@pytest.mark.parametrize("classes", TASKS)
def test_relative_influence_has_the_hessian_of_distinct_rows_scaled_up(classes: int) -> None:
    fitted, change = CASES["remove"](classes)
    o, setting = fitted.objective, Setting(fitted, change, seed=3)
    step = RelativeInfluence(rows=25).step(setting)
    assert isinstance(step, SampledStep)
    rows = [int(np.flatnonzero((x == o.X).all(axis=1))[0]) for x in step.sampled.X]
    assert len(set(rows)) == 25
    sampled = replace(o.at(np.array(rows)), sample_weight=o.sample_weight[rows] * N / 25)
    at = context(fitted, change)
    expected = inverse(hessian(sampled, fitted.theta)) @ at.changed.g
    np.testing.assert_allclose(at.solution(step).delta, expected, rtol=1e-7, atol=1e-9)
    again, other = (RelativeInfluence(rows=25).step(replace(setting, seed=seed)) for seed in (3, 4))
    assert isinstance(again, SampledStep)
    assert isinstance(other, SampledStep)
    assert np.array_equal(again.sampled.X, step.sampled.X)
    assert not np.array_equal(other.sampled.X, step.sampled.X)


def test_rows_that_do_not_count_are_not_drawn() -> None:
    fitted, change = CASES["add"](2)
    with pytest.raises(DataError, match="relative_influence: expected at most the 40 rows that count, found 41"):
        RelativeInfluence(rows=41).step(Setting(fitted, change))


def engine(fitted: Fitted, way: Way) -> Engine:
    empty = np.empty((0, 0))
    assert isinstance(fitted.factor, DenseFactor)
    kernel = sample_space_kernel(fitted) if way == "sample_space" else empty
    by = {"own_factors": "reduced", "sample_space": "reduced", "iterative": "shared", "passes": "diagonal"}[way]
    shared = fitted.factor.factor.inverse() if way == "iterative" else empty
    return Engine(way, by, kernel, shared, hessian_diagonal(fitted.objective, fitted.theta))  # type: ignore[arg-type]


@every_case
def test_steps_are_the_same_in_whatever_way_systems_are_solved(classes: int, case: str) -> None:
    fitted, change = CASES[case](classes)
    study = study_of(fitted, change)
    usual = solved(TwoStepNewton(), block_context(study, GROUPS)).delta
    for way in ("own_factors", "iterative", "passes", *(("sample_space",) if classes != 3 else ())):
        other = block_context(replace(study, engine=engine(fitted, way)), GROUPS)
        np.testing.assert_allclose(solved(TwoStepNewton(), other).delta, usual, rtol=1e-6, atol=1e-8)
    by_iteration = replace(study, influence_solver=Influence(solver="cg").factor(fitted, 0))
    loose = block_context(by_iteration, GROUPS)
    np.testing.assert_allclose(
        solved(SecondOrder(), loose).delta, solved(SecondOrder(), block_context(study, GROUPS)).delta, rtol=1e-12
    )


def test_a_row_of_leverage_one_has_no_rescaled_step_and_no_factor_none_at_all() -> None:
    o = make_objective(0, n=4, d=4, lam=1e-9)
    fitted = fit(o)
    setting = Setting(fitted, removing(fitted))
    block = changed(fitted, setting.change, [np.array([1])])
    at = BlockContext(block, AsFitted(fitted.factor), choose_engine(fitted, setting.change, 1.0), fitted.factor)
    with pytest.raises(ConvergenceError, match="all but interpolates a row of it"):
        at.solution(RescaledInfluence().step(setting))
    without = replace(fitted, factor=IterativeFactor(o, fitted.theta, hessian_diagonal(o, fitted.theta)))
    with pytest.raises(ConvergenceError, match=r"^method mine: .*H has no factor to tell it; leave it out of methods"):
        predictions_of([RescaledInfluence(name="mine")], replace(setting, fitted=without))


@pytest.mark.parametrize("as_sparse", [False, True])
def test_with_fewer_rows_than_features_leverages_come_from_the_small_factor(as_sparse: bool) -> None:
    o = make_objective(2, n=40, d=170, lam=3.0, as_sparse=as_sparse)
    fitted, rows = fit(o), np.arange(5)
    assert isinstance(fitted.factor, BorderedFactor)
    at = block_context(study_of(fitted, removing(fitted)), [rows])
    found = solved(RescaledInfluence(), at)
    dense, total = replace(o, X=o.X if isinstance(o.X, np.ndarray) else o.X.toarray()), 0.0
    for row in rows:
        without = dense.at(np.delete(np.arange(40), row))
        step = np.linalg.solve(hessian(without, fitted.theta), gradient(without, fitted.theta))
        total = total - step
    np.testing.assert_allclose(found.delta[:, 0], total, rtol=1e-6, atol=1e-9)


def test_what_rounding_does_to_leverages_is_estimated() -> None:
    shares = []
    for seed in range(20):
        fitted = fit(make_objective(0, n=5, d=4, lam=1e-4, seed=seed))
        o, each = fitted.objective, changed_each(fitted, removing(fitted))
        assert each is not None
        with mp.workdps(50):
            X = mp.matrix(o.X.tolist())
            G = X * (X.T * X + mp.diag([mp.mpf(float(v)) for v in o.penalty()])) ** -1 * X.T
            exact = [float(mp.mpf(float(fitted.residuals[i, 0])) / (1 - G[i, i])) for i in range(5)]
        shares += list(np.abs(each.residuals[:, 0] - exact) / np.abs(each.error[:, 0]))
    assert np.quantile(shares, 0.9) < 3.0
    assert np.median(shares) > 0.1  # and it is no wild guess


def test_a_second_step_that_is_not_defined_is_an_error_with_a_way_out() -> None:
    fitted, _, rows = far_step()
    heavier = replace(fitted.objective, sample_weight=fitted.objective.sample_weight**4)
    at = block_context(study_of(far := fit(heavier), removing(far)), [rows])
    [named] = predictions_of([TwoStepNewton(name="mine")], Setting(far, removing(far)))
    with pytest.raises(GroupConvergenceError, match=r"^method mine: .*methods can leave this one out") as caught:
        named.solution(at)
    assert caught.value.column == 0


@pytest.mark.parametrize("classes", TASKS)
def test_every_method_is_read_out_with_an_error_that_is_small(classes: int) -> None:
    fitted, change = CASES["remove"](classes)
    methods = tuple(m(rows=30) if m is RelativeInfluence else m() for m in METHODS.values())
    block = compute_block(study_of(fitted, change, methods), GROUPS, NAMES)
    size = np.abs(block.effect).max(axis=(1, 2))
    assert (block.error_estimate.max(axis=(1, 2)) <= 1e-7 * np.maximum(size, 1.0)).all()
    assert (block.error_estimate > 0.0).all()
    assert {m.name for m in METHODS.values() if m.readout is Readout.RANKS} == {
        "without_hessian",
        "without_train_loss",
        "inner_product",
    }
