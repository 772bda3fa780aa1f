"""A dear Hessian is the same sum with less work: without empty columns, without what others tell, and in threads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from support.problems import make_objective

from groupinf.numerics import fit as fit_module
from groupinf.numerics.fit import first_fit
from groupinf.numerics.gram import copied_slices, weighted_gram
from groupinf.numerics.objective import Objective, hessian, scores
from groupinf.numerics.preconditioners import OutputBlocks, cheap_preconditioner

CASES = [(classes, as_sparse) for classes in (0, 2, 3, 5) for as_sparse in (False, True)]


@pytest.fixture
def all_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groupinf.numerics.gram.DEAR_GRAM", -1.0)


def with_empty_columns(classes: int, as_sparse: bool, n: int = 60, d: int = 7) -> Objective:
    """A problem whose columns 1 and 4 are 0 in every row, with a weight of 0 among the weights."""
    o = make_objective(classes, n=n, d=d, weighted=True)
    X, weight = np.array(o.X), o.sample_weight.copy()
    X[:, [1, 4]], weight[3] = 0.0, 0.0
    return replace(o, X=sparse.csr_array(X) if as_sparse else X, sample_weight=weight)


def by_kronecker_products(o: Objective, theta: np.ndarray) -> np.ndarray:
    X = o.X if isinstance(o.X, np.ndarray) else o.X.toarray()
    A = o.loss.curvature(scores(o.X, theta, o.loss.outputs), o.y) * o.sample_weight[:, None, None]
    return np.diag(o.penalty()) + sum(np.kron(np.outer(x, x), a) for x, a in zip(X, A, strict=True))


@pytest.mark.usefixtures("all_dear")
@pytest.mark.parametrize(("classes", "as_sparse"), CASES)
@pytest.mark.parametrize("rows", [4096, 16])
def test_it_is_the_sum_of_kronecker_products(
    classes: int, as_sparse: bool, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.numerics.objective.HESSIAN_ROWS", rows)
    o = with_empty_columns(classes, as_sparse)
    theta = 0.3 * np.random.default_rng(5).normal(size=o.size)
    found, expected = hessian(o, theta), by_kronecker_products(o, theta)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12 * np.abs(expected).max())
    if not as_sparse:  # products of sparse matrices are symmetric to rounding
        np.testing.assert_array_equal(found, found.T)
    empty = np.arange(o.size) // o.loss.outputs == 1
    np.testing.assert_array_equal(found[empty], np.where(np.eye(o.size, dtype=bool), o.lam, 0.0)[empty])


@pytest.mark.usefixtures("all_dear")
@pytest.mark.parametrize("as_sparse", [False, True])
def test_threads_change_no_byte(as_sparse: bool) -> None:
    o = with_empty_columns(5, as_sparse, n=900, d=40)
    theta = 0.3 * np.random.default_rng(5).normal(size=o.size)
    alone = hessian(o, theta)
    for threads in (2, 3, 20):
        np.testing.assert_array_equal(hessian(o, theta, threads), alone)
    fits = [first_fit(o, threads=threads) for threads in (1, 3)]
    np.testing.assert_array_equal(fits[0].theta, fits[1].theta)


def test_a_hessian_that_is_not_dear_is_rounded_as_block_by_block() -> None:
    o = with_empty_columns(3, False)
    theta = 0.3 * np.random.default_rng(5).normal(size=o.size)
    A = o.loss.curvature(scores(o.X, theta, 3), o.y) * o.sample_weight[:, None, None]
    expected = np.array([[weighted_gram(o.X, A[:, k, m]) for m in range(3)] for k in range(3)])
    expected = expected.transpose(2, 0, 3, 1).reshape(o.size, -1)
    expected[np.diag_indices(o.size)] += o.penalty()
    np.testing.assert_array_equal(hessian(o, theta), expected)


def test_outputs_of_the_same_curvature_share_a_factor() -> None:
    o = make_objective(5)
    at_start = cheap_preconditioner(o, np.zeros(o.size))
    assert isinstance(at_start, OutputBlocks)
    assert len({id(factor) for factor in at_start.factors}) <= 2
    theta, own = 0.3 * np.random.default_rng(5).normal(size=o.size), 0.2 * 0.8
    block = o.X.T @ o.X * own + np.diag(o.penalty()[::5])
    for factor in at_start.factors:
        np.testing.assert_allclose(factor.solve(block), np.eye(o.p), atol=1e-10)
    elsewhere = cheap_preconditioner(o, theta)
    assert isinstance(elsewhere, OutputBlocks)
    assert len({id(factor) for factor in elsewhere.factors}) == 5


def test_a_dear_preconditioner_is_computed_twice_and_the_fit_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    o = make_objective(10, n=400, d=60, lam=10.0)
    computed: list[int] = []

    def counted(objective: Objective, theta: np.ndarray) -> OutputBlocks:
        computed.append(1)
        found = cheap_preconditioner(objective, theta)
        assert isinstance(found, OutputBlocks)
        return found

    monkeypatch.setattr(fit_module, "cheap_preconditioner", counted)
    usual = first_fit(o)
    often = len(computed)
    computed.clear()
    monkeypatch.setattr("groupinf.numerics.gram.DEAR_GRAM", -1.0)
    found = first_fit(o)
    assert often > len(computed) == 2
    np.testing.assert_allclose(found.theta - found.left, usual.theta - usual.left, rtol=0.0, atol=1e-9)


def test_slices_of_what_is_large_are_of_some_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(23, 4))
    monkeypatch.setattr("groupinf.numerics.gram.MOST_COPIED", 30)
    monkeypatch.setattr("groupinf.numerics.gram.COPIED_ROWS", 5)
    assert [rows.stop - rows.start for rows in copied_slices(X)] == [5, 5, 5, 5, 3]
    assert [*copied_slices(sparse.csr_array(X))] == [slice(0, 23)]
    assert [*copied_slices(X[:0])] == [slice(0, 0)]
