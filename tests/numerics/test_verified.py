"""What a proven factor of H says is at least what extended precision finds, with rounding, and hardly more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import mpmath as mp
import numpy as np
import pytest
from support.problems import make_objective

from groupinf.numerics.change import Changed, changed, removing, row_change
from groupinf.numerics.factor import Cholesky, DenseFactor
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.objective import scores
from groupinf.numerics.reduced import OwnFactors, own_factors, sample_space, sample_space_kernel
from groupinf.numerics.rounding import sizes_of
from groupinf.numerics.verified import LARGEST, VerifiedFactor, amplifications, verified_factor

GROUPS = (np.array([3, 9, 10]), np.arange(12, 30), np.arange(42))
NO_KERNEL = np.empty((0, 0))


@pytest.fixture(autouse=True)
def sixty_digits() -> Iterator[None]:
    with mp.workdps(60):
        yield


@dataclass(frozen=True)
class Exact:
    """θ̂ as it stands, and of its H all to sixty digits: H, its inverse, and s_i A_i; arrays of mpf."""

    H: np.ndarray
    inverse: np.ndarray
    curvatures: np.ndarray
    rows: np.ndarray
    flat: float

    def without(self, members: np.ndarray, share: float = 1.0) -> np.ndarray:
        """(H − share·H(w))⁻¹, with the flat direction filled in as in H."""
        return inverse(self.H - share * gram(self.rows[members], self.curvatures[members]))

    def norms(self, V: np.ndarray, of: np.ndarray) -> np.ndarray:
        return np.array([float(mp.sqrt(v @ of @ v)) for v in precise(V).T])


def precise(values: np.ndarray) -> np.ndarray:
    return np.vectorize(mp.mpf, otypes=[object])(values)


def inverse(H: np.ndarray) -> np.ndarray:
    return np.array(mp.inverse(mp.matrix(H.tolist())).tolist(), dtype=object)


def gram(rows: np.ndarray, curvatures: np.ndarray) -> np.ndarray:
    total = sum(np.kron(np.outer(x, x), A) for x, A in zip(rows, curvatures, strict=True))
    return np.asarray(total)


def exact(fitted: Fitted) -> Exact:
    """By the definitions alone."""
    o, K = fitted.objective, fitted.objective.loss.outputs
    rows, theta = precise(np.asarray(o.X)), precise(fitted.theta.reshape(-1, K))
    curvatures = np.empty((o.n, K, K), dtype=object)
    for i, z in enumerate(rows @ theta):
        all_scores = z if K > 1 else np.array([mp.mpf(0), z[0]])
        weights = np.array([mp.exp(a) for a in all_scores])
        p = weights / weights.sum()
        curvatures[i] = mp.mpf(o.sample_weight[i]) * (np.diag(p) - np.outer(p, p))[-K:, -K:]
    H = gram(rows, curvatures) + np.diag(precise(o.penalty()))
    flat = mp.mpf(0)
    if o.flat_intercepts:
        flat = np.trace(H[-K:, -K:]) / K**2
        H[-K:, -K:] += flat
    return Exact(H, inverse(H), curvatures, rows, flat)


def problem(classes: int, intercept: Intercept, scaling: float) -> Fitted:
    o = make_objective(classes, n=48, d=3, lam=0.3, weighted=True)
    X = np.asarray(o.X) * np.append(scaling ** np.arange(-1.0, 2.0), 1.0)
    return fit(replace(o, X=X if intercept.columns else np.ascontiguousarray(X[:, :-1]), intercept=intercept))


def verified(fitted: Fitted) -> VerifiedFactor:
    factor = verified_factor(fitted, sizes_of(fitted.objective, fitted.objective), fitted.objective, NO_KERNEL)
    assert factor is not None
    return factor


def without(fitted: Fitted) -> tuple[Changed, OwnFactors]:
    assert isinstance(fitted.factor, DenseFactor)
    block = changed(fitted, removing(fitted), GROUPS)
    return block, own_factors(block, fitted.factor)


def directions(fitted: Fitted) -> np.ndarray:
    """Gradients of rows, and of groups, of sizes far apart: of what the norm in H⁻¹ is asked."""
    rng = np.random.default_rng(0)
    K = fitted.objective.loss.outputs
    V = np.einsum("ij,ikb->jkb", fitted.objective.X[:20], rng.normal(size=(20, K, 6))) * 10.0 ** np.arange(-3.0, 3.0)
    if K > 1:
        V -= V.mean(axis=1, keepdims=True)
    return V.reshape(fitted.objective.size, 6)


CASES = [(2, Intercept.FREE, 1.0), (2, Intercept.NONE, 1e3), (3, Intercept.FREE, 1.0), (3, Intercept.FREE, 30.0)]
CASES += [(3, Intercept.NONE, 1.0), (3, Intercept.PENALISED, 1.0), (4, Intercept.PENALISED, 30.0)]
EVERY = pytest.mark.parametrize(("classes", "intercept", "scaling"), CASES)


@EVERY
def test_the_factor_is_as_near_to_the_exact_hessian_as_it_says(
    classes: int, intercept: Intercept, scaling: float
) -> None:
    fitted = problem(classes, intercept, scaling)
    factor = verified(fitted)
    W = precise(factor.W)
    off = (W @ exact(fitted).H @ W.T - np.eye(W.shape[0])).astype(float)
    assert np.linalg.norm(off, ord=2) <= factor.deficit < 1e-3


@EVERY
def test_norms_leverages_and_ranges_are_at_least_the_exact_ones_and_hardly_more(
    classes: int, intercept: Intercept, scaling: float
) -> None:
    fitted = problem(classes, intercept, scaling)
    factor, true, K = verified(fitted), exact(fitted), fitted.objective.loss.outputs
    V = directions(fitted)
    above(factor.norm(V), true.norms(V, true.inverse))
    above(factor.norm_within(np.abs(V)), true.norms(V, true.inverse), np.inf)
    inner = [np.kron(x[:, None], np.eye(K)).T @ true.inverse @ np.kron(x[:, None], np.eye(K)) for x in true.rows]
    leverages = np.array([np.trace(A @ G) for A, G in zip(true.curvatures, inner, strict=True)])
    above(factor.leverage, leverages)
    above(factor.unit_leverage, leverages / precise(fitted.objective.sample_weight))
    pairs = [(k, m) for k in range(K) for m in range(k)]
    ranges = [max([G[k, k] + G[m, m] - 2 * G[k, m] for k, m in pairs], default=G[0, 0]) for G in inner]
    above(factor.reach, [mp.sqrt(square) for square in ranges])
    above(factor.test_reach, [mp.sqrt(square) for square in ranges])
    above(factor.row_norm, mp.sqrt(max(ranges)))


def above(found: object, expected: object, times: float = 1.01) -> None:
    smallest = np.asarray(expected, dtype=float)
    assert (np.asarray(found) >= smallest).all()
    assert (np.asarray(found) <= times * smallest).all()


@EVERY
def test_what_is_left_without_a_group_is_bounded_and_its_norms_are_nearly_exact(
    classes: int, intercept: Intercept, scaling: float
) -> None:
    fitted = problem(classes, intercept, scaling)
    factor, true, V = verified(fitted), exact(fitted), directions(fitted)
    block, solver = without(fitted)
    found = amplifications(factor, solver.pencil, block)
    for b, members in enumerate(GROUPS):
        left = true.without(members)
        largest = max(abs(v) for v in mp.eig(mp.matrix((left @ true.H).tolist()), left=False, right=False))
        assert largest <= found[b] <= 2.5 * largest
        norms = true.norms(V, left)
        above(factor.reduced_norm(solver.pencil(b), V, found[b]), norms, 1.0 + 1e-5)
        above(factor.reduced_norm(None, V, found[b]), norms, 1.6 * np.sqrt(found[b]))
    assert found[-1] > 3.0


def test_the_sum_of_leverages_is_at_least_the_largest_share_that_a_group_takes() -> None:
    fitted = problem(3, Intercept.FREE, 1.0)
    factor, true = verified(fitted), exact(fitted)
    for members in GROUPS:
        taken = gram(true.rows[members], true.curvatures[members]).astype(float)
        shares = np.linalg.eigvals(true.inverse.astype(float) @ taken).real
        assert shares.max() <= factor.leverage[members].sum()
        assert shares.sum() == pytest.approx(factor.leverage[members].sum(), rel=1e-6)


def test_rows_that_count_twice_add_to_the_hessian_and_norms_fall() -> None:
    fitted = problem(3, Intercept.FREE, 1.0)
    assert isinstance(fitted.factor, DenseFactor)
    block = changed(fitted, row_change(fitted, 3.0, fitted.objective.sample_weight), GROUPS)
    solver, factor, true, V = own_factors(block, fitted.factor), verified(fitted), exact(fitted), directions(fitted)
    found = amplifications(factor, solver.pencil, block)
    for b, members in enumerate(GROUPS):
        above(factor.reduced_norm(solver.pencil(b), V, found[b]), true.norms(V, true.without(members, -2.0)), 1 + 1e-5)


def test_a_norm_without_a_group_holds_also_where_its_factor_is_that_of_another_group() -> None:
    fitted = problem(3, Intercept.FREE, 1.0)
    factor, true, V = verified(fitted), exact(fitted), directions(fitted)
    block, solver = without(fitted)
    found, pencils = amplifications(factor, solver.pencil, block), [solver.pencil(b) for b in range(len(GROUPS))]
    for b, members in enumerate(GROUPS):
        norms = true.norms(V, true.without(members))
        wrong = replace(pencils[b], factor=pencils[b - 1].factor)
        assert (factor.reduced_norm(wrong, V, found[b]) >= norms).all()
        # and without what the residual adds it would not
        assert b == 0 or (np.sqrt(np.einsum("pb,pb->b", V, wrong.factor.solve(V))) < norms).any()


def test_of_an_unbounded_share_nothing_is_proven() -> None:
    fitted = problem(3, Intercept.FREE, 1.0)
    _, solver = without(fitted)
    found = verified(fitted).reduced_norm(solver.pencil(0), np.zeros((fitted.objective.size, 2)), np.inf)
    assert np.isposinf(found).all()


def test_in_the_sample_space_norms_are_those_of_h_times_what_is_left() -> None:
    fitted = problem(2, Intercept.FREE, 1.0)
    factor, V = verified(fitted), directions(fitted)
    small = sample_space(changed(fitted, removing(fitted), GROUPS), sample_space_kernel(fitted))
    assert small is not None
    np.testing.assert_allclose(factor.reduced_norm(small.pencil(0), V, 4.0), 2.0 * factor.norm(V), rtol=1e-8)


def test_a_hessian_that_is_not_that_of_the_factor_is_told_by_the_deficit_or_refused() -> None:
    fitted = problem(3, Intercept.FREE, 1.0)
    assert isinstance(fitted.factor, DenseFactor)
    H, sizes = fitted.factor.H, sizes_of(fitted.objective, fitted.objective)
    d, signs = np.sqrt(np.diag(H)), np.random.default_rng(3).choice([-1.0, 1.0], size=H.shape)
    right = verified(fitted)
    for wrong in (1e-10, 1e-8, 1e-6):
        other = H + wrong * np.outer(d, d) * np.triu(signs) + wrong * np.outer(d, d) * np.triu(signs, 1).T
        moved = replace(fitted, factor=DenseFactor(other, fitted.factor.factor))
        off = np.linalg.norm(right.W @ other @ right.W.T - np.eye(H.shape[0]), ord=2)
        assert right.deficit < off <= verified(moved).deficit
    moved = replace(fitted, factor=DenseFactor(3.0 * H, fitted.factor.factor))
    assert verified_factor(moved, sizes, fitted.objective, NO_KERNEL) is None
    nan = replace(fitted, factor=DenseFactor(H, Cholesky(np.full_like(H, np.nan))))
    assert verified_factor(nan, sizes, fitted.objective, NO_KERNEL) is None


@pytest.mark.parametrize("classes", [2, 3])
def test_the_rounding_that_is_counted_is_needed(classes: int) -> None:
    # features of one part in 10⁷ beside each other: H has lost what the exact one is told by
    o = make_objective(classes, n=48, d=2, lam=1e-6)
    X = np.asarray(o.X).copy()
    X[:, 1] = X[:, 0] + 1e-7 * X[:, 1]
    fitted = fit(replace(o, X=X))
    factor = verified(fitted)
    W = precise(factor.W)
    off = np.linalg.norm((W @ exact(fitted).H @ W.T - np.eye(W.shape[0])).astype(float), ord=2)
    seen = np.linalg.norm(factor.W @ factor.H @ factor.W.T - np.eye(W.shape[0]), ord=2)
    assert seen < off <= factor.deficit


def test_a_hessian_larger_than_is_asked_for_is_not_factored() -> None:
    fitted = problem(3, Intercept.FREE, 1.0)
    sizes = sizes_of(fitted.objective, fitted.objective)
    assert fitted.objective.size <= LARGEST
    for largest, proven in ((fitted.objective.size, True), (fitted.objective.size - 1, False)):
        found = verified_factor(fitted, sizes, fitted.objective, NO_KERNEL, largest)
        assert (found is not None) == proven


def test_rows_are_worked_on_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = problem(3, Intercept.FREE, 1.0)
    whole = verified(fitted)
    monkeypatch.setattr("groupinf.numerics.row_norms.MOST_FORMED", 7 * 9 * fitted.objective.size)
    pieces = verified(fitted)
    np.testing.assert_allclose(pieces.leverage, whole.leverage, rtol=1e-12)
    assert pieces.row_norm == pytest.approx(whole.row_norm, rel=1e-12)


def test_of_one_output_a_leverage_is_the_weight_times_the_squared_norm_of_the_row() -> None:
    fitted = problem(2, Intercept.FREE, 1.0)
    o, factor = fitted.objective, verified(fitted)
    a = o.loss.curvature(scores(o.X, fitted.theta, 1), o.y)[:, 0, 0]
    norms = factor.norm(np.ascontiguousarray(np.asarray(o.X).T))
    np.testing.assert_allclose(factor.leverage, o.sample_weight * a * norms**2, rtol=1e-8)
    assert factor.row_norm == pytest.approx(norms.max(), rel=1e-8)


def test_sparse_rows_have_the_norms_of_dense_ones() -> None:
    sparse = fit(make_objective(3, n=48, as_sparse=True))
    dense = fit(replace(sparse.objective, X=sparse.objective.X.toarray()))
    np.testing.assert_allclose(verified(sparse).leverage, verified(dense).leverage, rtol=1e-6)
