"""On random small problems all that the theory says of a group is what brute force finds, and what it proves holds.

Groups are of up to nine tenths of the rows. Minima are found in extended precision, spectra from dense matrices,
derivatives of evaluations by differences.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.linalg import eigh
from support.exact_models import LONG
from support.exact_problems import CHANGES, TESTED, Problem, every_class_stays, problem, study_of

from groupinf.effects.block import BlockEffects, block_context
from groupinf.numerics.change import removing
from groupinf.numerics.fit import fit
from groupinf.numerics.intercept import Intercept
from groupinf.theory.block import TheoryBlock, theory_of
from groupinf.theory.theory import theory_for

Array = np.ndarray


@dataclass(frozen=True)
class Outcome:
    problem: Problem
    theory: TheoryBlock
    block: BlockEffects
    effects: Array
    theta: Array


def outcome(problem: Problem) -> Outcome:
    """The theory of all groups, beside exact effects."""
    exact, fitted = problem.exact, problem.study.fitted
    start = np.repeat(fitted.theta.reshape(1, -1, exact.outputs), len(problem.weight), axis=0)
    theta = exact.minima(start, problem.weight, problem.y)
    effects = problem.effects(theta)
    at = block_context(problem.study, problem.members)
    block = BlockEffects(at, effects.astype(float)[None], np.zeros((1, *effects.shape)), theta, None)  # type: ignore[arg-type]
    return Outcome(problem, theory_of(theory_for(problem.study), problem.study, block), block, effects, theta)


@dataclass(frozen=True)
class Brute:
    """H at θ̂ with a flat direction filled in, what groups take out of it and out of the gradient, and the two steps."""

    H: Array
    taken: Array
    g: Array
    influence: Array
    newton: Array


def brute(made: Problem) -> Brute:
    exact, K = made.exact, made.exact.outputs
    theta = made.study.fitted.theta.reshape(1, -1, K).astype(LONG)
    r, A = exact.derivatives(exact.X.astype(LONG) @ theta, made.y[:1])
    H = exact.hessian(theta, made.weight[:1], made.y[:1])[0]
    if K > 1 and not exact.penalised.all():
        H[-K:, -K:] += np.trace(H[-K:, -K:]) / K**2
    changed_r = exact.derivatives(np.repeat(exact.X.astype(LONG) @ theta, len(made.y) - 1, axis=0), made.y[1:])[0]
    residuals = made.weight[0, :, None] * r - made.weight[1:, :, None] * changed_r
    g = (exact.X.T @ residuals.astype(float)).reshape(len(residuals), -1)
    taken = exact.gram((made.weight[0] - made.weight[1:])[..., None, None] * A)
    return Brute(H, taken, g, np.linalg.solve(H, g.T).T, np.linalg.solve(H - taken, g[..., None])[..., 0])


def slopes_along(made: Problem, directions: Array) -> tuple[Array, Array]:
    """First and second derivative of each evaluation at θ̂ along directions (B, P), by differences: (T, B) twice."""
    exact = made.exact
    theta = made.study.fitted.theta.reshape(1, -1, exact.outputs).astype(LONG)
    along = directions.reshape(len(directions), -1, exact.outputs).astype(LONG)
    rows = np.vstack([exact.X, made.X_test])
    h = LONG(1e-2) / np.maximum(np.abs(rows @ along).max(axis=(1, 2), keepdims=True), 1e-30)
    far, down, up, farther = (made.effects(np.concatenate([theta, theta + k * h * along])) for k in (-2, -1, 1, 2))
    first = (8 * (up - down) - (farther - far)) / (12 * h[:, 0, 0])
    return first, (16 * (up + down) - (farther + far)) / (12 * h[:, 0, 0] ** 2)


def near(found: Array, expected: Array, scale: Array | float = 0.0) -> None:
    """Alike to a hundred-thousandth of themselves, or of the largest in their row, or of ``scale``."""
    expected = np.asarray(expected, dtype=float)
    size = np.maximum(np.abs(expected).max(axis=-1, keepdims=True), scale)
    np.testing.assert_array_less(np.abs(found - expected), 1e-5 * size + 1e-12)


SEEDS = st.integers(0, 2**32 - 1)
EVERY = given(
    seed=SEEDS, classes=st.sampled_from([0, 2, 3]), intercept=st.sampled_from(list(Intercept)),
    kind=st.sampled_from(CHANGES),
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@EVERY
def test_every_actual_effect_lies_in_its_proven_interval(
    seed: int, classes: int, intercept: Intercept, kind: str
) -> None:
    made = problem(seed, classes, intercept, kind)
    assume(made is not None)
    found = outcome(made)
    low, high = found.theory.values.proven_low, found.theory.values.proven_high
    assert (low <= found.effects).all()
    assert (found.effects <= high).all()


@settings(max_examples=40, deadline=None, derandomize=True)
@EVERY
def test_spectra_angles_and_cones_are_those_of_dense_matrices(
    seed: int, classes: int, intercept: Intercept, kind: str
) -> None:
    made = problem(seed, classes, intercept, kind)
    assume(made is not None and kind != "relabel")
    by = brute(made)
    assume(np.abs(by.g).max(axis=1).min() > 0.0)
    found = outcome(made).theory
    groups = found.groups
    values = np.array([eigh(taken, by.H, eigvals_only=True) for taken in by.taken])
    mu = np.take_along_axis(values, np.abs(values).argmax(axis=1)[:, None], axis=1)[:, 0]
    np.testing.assert_allclose(groups.mu, mu, rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(groups.mu_error, 0.0)
    np.testing.assert_allclose(groups.d_norm, np.abs(mu / (1 - mu)), rtol=1e-6, atol=1e-9)
    for b, row in enumerate(found.spectrum.eigenvalues):
        kept = row[~np.isnan(row)]
        expected = values[b][np.argsort(-np.abs(values[b]))][: kept.size]
        np.testing.assert_allclose(np.abs(kept), np.abs(expected), rtol=1e-6, atol=1e-9)
    dot = np.einsum("bp,pq,bq->b", by.influence, by.H, by.newton)
    lengths = [np.sqrt(np.einsum("bp,pq,bq->b", v, by.H, v)) for v in (by.influence, by.newton)]
    np.testing.assert_allclose(np.cos(np.radians(groups.angle)), dot / lengths[0] / lengths[1], rtol=1e-6)
    ratio = np.einsum("bp,bp->b", by.g, by.newton) / np.einsum("bp,bp->b", by.g, by.influence)
    np.testing.assert_allclose(groups.newton_over_influence, ratio, rtol=1e-6)
    if kind == "remove":
        np.testing.assert_allclose(groups.cone_group, 1 + mu / (1 - mu) + mu / (1 - mu) ** 2 / 2, rtol=1e-5)
    defined = kind == "remove" and intercept is not Intercept.FREE
    top = np.linalg.eigvalsh(by.H)[-1] / made.exact.lam - 1
    expected = np.full(mu.size, top if defined else np.nan)
    np.testing.assert_allclose(groups.d_norm_paper, expected, rtol=1e-9)
    np.testing.assert_allclose(groups.cone_paper, 1 + 1.5 * expected + 0.5 * expected**2, rtol=1e-9)


@settings(max_examples=40, deadline=None, derandomize=True)
@EVERY
def test_newton_is_influence_and_what_differences_find_of_the_rest(
    seed: int, classes: int, intercept: Intercept, kind: str
) -> None:
    made = problem(seed, classes, intercept, kind)
    assume(made is not None)
    done, by = outcome(made), brute(made)
    values, fitted = done.theory.values, made.study.fitted.theta.reshape(1, -1, made.exact.outputs).astype(LONG)
    moved = fitted + by.newton.reshape(-1, *fitted.shape[1:])
    newton = made.effects(np.concatenate([fitted, moved])).astype(float)
    along_influence, along, curved = (
        slopes_along(made, by.influence)[0], *slopes_along(made, by.newton),
    )  # fmt: skip
    scale = np.abs(along.astype(float)).max(axis=1, keepdims=True) + np.abs(newton)
    near(values.influence, along_influence, scale)
    near(values.newton, newton, scale)
    near(values.linear, along - along_influence, scale)
    near(values.curvature, curved / 2, scale)
    near(values.rest, newton - along - curved / 2, scale)
    near(values.newton_error, done.effects - newton, scale)
    summed = values.influence + values.linear + values.curvature + values.rest
    np.testing.assert_allclose(summed, values.newton, atol=1e-9 * scale.max(), rtol=1e-9)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS, classes=st.sampled_from([0, 2, 3]), intercept=st.sampled_from([Intercept.NONE, Intercept.PENALISED]))
def test_the_repaired_bounds_hold_and_have_the_constants_of_the_propositions(
    seed: int, classes: int, intercept: Intercept
) -> None:
    made = problem(seed, classes, intercept)
    assume(made is not None)
    values, by, exact = outcome(made).theory.values, brute(made), made.exact
    rounding = 1e-9 * (1 + np.abs(values.newton))
    assert (np.abs(values.newton_error) <= values.newton_error_bound + rounding).all()
    assert (np.abs(values.rest) <= values.rest_bound + rounding).all()
    norms, s = np.linalg.norm(exact.X, axis=1), made.weight[0]
    theta = made.study.fitted.theta.reshape(-1, exact.outputs)
    r = exact.derivatives(exact.X.astype(LONG) @ theta, made.y[0])[0].astype(float)
    third = {0: 0.0, 2: 1 / (6 * 3**0.5), 3: 6**0.5 / 9}[classes]
    slope = {0: np.inf, 2: 1.0, 3: 2**0.5}[classes]
    step = np.array([m.size for m in made.members]) * (s * norms * np.linalg.norm(r, axis=1)).max()
    least = np.linalg.eigvalsh(by.H)[0]
    first = TESTED if classes <= 2 else 0
    tested = np.linalg.norm(made.X_test, axis=1)[:, None]
    losses = slice(first, first + TESTED)
    if classes:
        of_newton = exact.y.size * (s * norms**3).max() * third * slope * tested * step**2
        np.testing.assert_allclose(values.newton_error_bound[losses], of_newton / exact.lam**3, rtol=1e-6)
        np.testing.assert_allclose(values.newton_error_bound_paper[losses], of_newton / least**3, rtol=1e-6)
    of_rest = third * tested**3 * step**3 / 6
    np.testing.assert_allclose(values.rest_bound[losses], of_rest / exact.lam**3, rtol=1e-6)
    np.testing.assert_allclose(values.rest_bound_paper[losses], of_rest / least**3, rtol=1e-6)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=SEEDS, classes=st.sampled_from([0, 2, 3]), intercept=st.sampled_from(list(Intercept)))
def test_newton_of_the_self_loss_lies_in_both_cones_but_for_the_rest(
    seed: int, classes: int, intercept: Intercept
) -> None:
    made = problem(seed, classes, intercept)
    assume(made is not None)
    theory = outcome(made).theory
    values, groups = theory.values, theory.groups
    own = 2 * TESTED if classes <= 2 else TESTED
    influence, newton = values.influence[own], values.newton[own] - values.rest[own]
    rounding = 1e-9 * (1 + np.abs(newton))
    assert (newton >= influence - rounding).all()
    assert (newton <= groups.cone_group * influence + rounding).all()
    if intercept is not Intercept.FREE:
        assert (groups.cone_group <= groups.cone_paper * (1 + 1e-9)).all()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=SEEDS, intercept=st.sampled_from(list(Intercept)))
def test_a_quadratic_loss_gives_newton_no_error_and_intervals_of_rounding(seed: int, intercept: Intercept) -> None:
    made = problem(seed, 0, intercept)
    assume(made is not None)
    values = outcome(made).theory.values
    size = np.abs(values.newton).max(axis=1, keepdims=True) + 1e-3
    assert (np.abs(values.newton_error) <= 1e-9 * size).all()
    assert (values.proven_high - values.proven_low <= 1e-6 * size).all()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=SEEDS, classes=st.sampled_from([0, 2]), intercept=st.sampled_from(list(Intercept)), times=st.integers(1, 5))
def test_of_copies_newton_is_influence_times_the_factor_of_proposition_4(
    seed: int, classes: int, intercept: Intercept, times: int
) -> None:
    made = problem(seed, classes, intercept)
    assume(made is not None)
    base = made.study.fitted.objective
    rows = np.repeat(np.arange(base.n), times)
    fitted = fit(base.at(rows))
    members = tuple(np.flatnonzero(rows == i) for i in range(base.n))
    members = tuple(m for m in members if every_class_stays(fitted.objective.y, m, classes))
    inside = np.array([np.isin(np.arange(rows.size), m) for m in [np.empty(0, dtype=int), *members]])
    copies = replace(
        made,
        study=study_of(fitted, removing(fitted), made.study.test.rows),
        members=members,
        exact=replace(made.exact, X=np.asarray(fitted.objective.X), y=fitted.objective.y),
        weight=np.where(inside, 0.0, fitted.objective.sample_weight),
        y=np.repeat(fitted.objective.y[None], len(inside), axis=0),
    )
    groups, pulls = outcome(copies).theory.groups, np.abs(brute(copies).g).max(axis=1) > 0.0
    np.testing.assert_allclose(groups.copies_factor[pulls], groups.newton_over_influence[pulls], rtol=1e-7)
    assert np.isnan(groups.newton_over_influence[~pulls]).all()
    np.testing.assert_allclose(groups.copies_factor, 1 + groups.d_norm, rtol=1e-7)


def test_nothing_is_proven_by_a_factor_whose_rounding_is_not_counted() -> None:
    made = problem(1, 2, Intercept.FREE, "remove")
    assert made is not None
    at, prover = block_context(made.study, made.members), theory_for(made.study).prover
    pencils = [at.reduced.pencil(b) for b in range(len(made.members))]
    step = at.newton
    plain = prover.after(at, pencils, step).balls[0].radius
    of_rows = [pencil and replace(pencil, factor=replace(pencil.factor, by_rows=True)) for pencil in pencils]
    assert np.isfinite(plain).any()
    assert np.isinf(prover.after(at, of_rows, step).balls[0].radius).all()
