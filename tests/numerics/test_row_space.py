"""With fewer rows than features, coordinates in the span of the rows are the same problem, whatever is removed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from support.problems import make_objective

from groupinf.numerics.fit import fit
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, with_intercept
from groupinf.numerics.row_space import MOST_SPARSE_ROWS, is_reduced, row_space, row_space_basis


def both(classes: int, n: int = 12, d: int = 40) -> tuple[Objective, Objective]:
    """The same problem in features and in coordinates."""
    rng = np.random.default_rng(3)
    X, basis = rng.normal(size=(n, d)), None
    full = replace(make_objective(classes, n=n), X=with_intercept(X))
    basis = row_space_basis(X)
    return full, replace(full, X=with_intercept(X @ basis), basis=basis)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_the_minimum_is_the_same_model(classes: int) -> None:
    full, reduced = both(classes)
    there, here = fit(full), fit(reduced)
    np.testing.assert_allclose(reduced.in_full(here.theta), there.theta, atol=1e-9)
    np.testing.assert_allclose(reduced.in_coordinates(there.theta), here.theta, atol=1e-9)
    several = np.column_stack([here.theta, 2 * here.theta])
    np.testing.assert_allclose(reduced.in_full(several)[:, 0], reduced.in_full(here.theta), atol=1e-14)
    without = np.where(np.arange(12) < 4, 0.0, full.sample_weight)
    removed = [fit(replace(o, sample_weight=without)) for o in (full, reduced)]
    np.testing.assert_allclose(reduced.in_full(removed[1].theta), removed[0].theta, atol=1e-9)


def test_rows_are_rotated_and_nothing_is_lost_of_them() -> None:
    X = np.random.default_rng(0).normal(size=(20, 200)) * 10.0 ** np.linspace(-6, 6, 20)[:, None]
    basis = row_space_basis(X)
    np.testing.assert_allclose(basis.T @ basis, np.eye(20), atol=1e-14)
    off = np.linalg.norm(X @ basis @ basis.T - X, axis=1)
    assert (off <= 1e-13 * np.linalg.norm(X, axis=1)).all()


@pytest.mark.parametrize("as_sparse", [False, True])
def test_dear_coordinates_come_from_the_factorisation(as_sparse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).normal(size=(20, 200)) * 10.0 ** np.linspace(-6, 6, 20)[:, None]
    X = sparse.csr_array(rows) if as_sparse else rows
    basis, product = row_space(X)
    np.testing.assert_array_equal(product, X @ basis)
    monkeypatch.setattr("groupinf.numerics.row_space.DEAR_COORDINATES", 0.0)
    again, coordinates = row_space(X)
    np.testing.assert_array_equal(again, basis)
    np.testing.assert_array_equal(np.triu(coordinates, 1), 0.0)  # R, and no product
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(coordinates / lengths, product / lengths, rtol=0.0, atol=1e-14)
    np.testing.assert_allclose(coordinates @ basis.T / lengths, rows / lengths, rtol=0.0, atol=1e-14)


def test_only_where_there_are_fewer_rows_than_features_and_sparse_rows_are_few() -> None:
    assert is_reduced(np.zeros((3, 4)))
    assert not is_reduced(np.zeros((4, 4)))
    assert is_reduced(sparse.csr_array((3, 4)))
    assert not is_reduced(sparse.csr_array((MOST_SPARSE_ROWS + 1, 10_000)))


@pytest.mark.parametrize("lam", [1e-6, 1e-9])
def test_a_ridge_that_interpolates_is_the_formula_of_its_gram_matrix(lam: float) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 400)), rng.normal(size=30)
    basis = row_space_basis(X)
    fitted = fit(Objective(with_intercept(X @ basis), y, np.ones(30), lam, loss_for(0), basis))
    # α = (K + λI)⁻¹(y − b), 1ᵀα = 0: residuals are −λα, which y − z has lost all digits of
    system = np.block([[X @ X.T + lam * np.eye(30), np.ones((30, 1))], [np.ones((1, 30)), np.zeros((1, 1))]])
    alpha = np.linalg.solve(system, np.append(y, 0.0))[:-1]
    np.testing.assert_allclose(fitted.residuals[:, 0], -lam * alpha, rtol=1e-8)
    np.testing.assert_allclose(fitted.objective.in_full(fitted.theta)[:-1], X.T @ alpha, atol=1e-13)
