"""Features that are made by a kernel have its inner products; models on them are those of scikit-learn's kernels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel
from sklearn.svm import SVC

from groupinf.datasets.dataset import Dataset, PoolRows
from groupinf.datasets.kernels import features
from groupinf.datasets.kernels.features import with_kernel
from groupinf.datasets.kernels.kernel import Kernel
from groupinf.datasets.kernels.polynomial import Polynomial
from groupinf.datasets.kernels.rbf import Rbf
from groupinf.errors import DataError
from groupinf.numerics.fit import fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.hinge import Hinge
from groupinf.numerics.losses.squared import Squared
from groupinf.numerics.objective import Objective, with_intercept
from groupinf.numerics.support_vectors import support_vector_machine


def dataset(as_sparse: bool = False, pooled: bool = False) -> Dataset:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(70, 4))
    X[:40][np.abs(X[:40]) < 0.3] = 0.0
    X[5] = X[6]  # two rows alike: K is singular
    y = (X[:, 0] * X[:, 1] + 0.3 * rng.normal(size=70) > 0).astype(np.int64)
    stored = sparse.csr_array if as_sparse else np.ascontiguousarray
    pool = PoolRows(stored(X[60:]), y[60:], np.ones(10)) if pooled else None
    train, test, ones = stored(X[:40]), stored(X[40:60]), np.ones(40)
    return Dataset("d", "classification", train, y[:40], test, y[40:60], (0, 1), ones, tuple("abcd"), pool=pool)


def dense(X: object) -> np.ndarray:
    return X if isinstance(X, np.ndarray) else X.toarray()  # type: ignore[attr-defined]


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("kernel", [Rbf(gamma=0.3), Polynomial(degree=2, coef0=0.5, gamma=0.2)])
def test_inner_products_are_those_of_the_kernel(kernel: Kernel, as_sparse: bool, pooled: bool) -> None:
    plain = dataset(as_sparse, pooled)
    made = with_kernel(plain, kernel)
    rows = [made.X_train, *([made.pool.X] if made.pool is not None else [])]
    raw = [plain.X_train, *([plain.pool.X] if plain.pool is not None else [])]
    phi, X = np.vstack(rows), np.vstack([dense(part) for part in raw])
    function = {
        Rbf: lambda a, b: rbf_kernel(a, b, gamma=0.3),
        Polynomial: lambda a, b: polynomial_kernel(a, b, degree=2, coef0=0.5, gamma=0.2),
    }[type(kernel)]
    np.testing.assert_allclose(phi @ phi.T, function(X, X), atol=1e-12)
    np.testing.assert_allclose(made.X_test @ phi.T, function(dense(plain.X_test), X), atol=1e-10)
    assert made.d < phi.shape[0]  # two rows are alike
    assert len(made.feature_names) == made.d
    assert f"{made.d} features of the {kernel.in_text}" in made.made_by_kernel


def test_the_median_is_that_of_the_squared_distances_of_pairs() -> None:
    X = dataset().X_train
    assert isinstance(X, np.ndarray)
    pairs = [np.sum((X[i] - X[j]) ** 2) for i in range(40) for j in range(i)]
    assert Rbf(gamma="median").at(X).gamma == pytest.approx(1 / np.median(pairs), rel=1e-12)
    assert Rbf(gamma="median").at(np.ones((3, 2))).gamma == 1.0


def test_the_machine_on_these_features_is_that_of_the_kernel() -> None:
    plain = dataset()
    made = with_kernel(plain, Rbf(gamma=0.5))
    o = Objective(with_intercept(made.X_train), made.y_train.astype(float), np.ones(40), 0.5, Hinge(0.001))
    theta = support_vector_machine(o).theta
    svc = SVC(kernel="rbf", gamma=0.5, C=2.0, tol=1e-10).fit(plain.X_train, plain.y_train)
    expected = svc.decision_function(plain.X_test)
    np.testing.assert_allclose(with_intercept(made.X_test) @ theta, expected, atol=1e-4)


def test_ridge_on_these_features_is_kernel_ridge() -> None:
    plain = dataset()
    y = np.sin(dense(plain.X_train)[:, 0])
    made = with_kernel(plain, Rbf(gamma=0.5))
    o = Objective(np.asarray(made.X_train), y, np.ones(40), 0.1, Squared(), intercept=Intercept.NONE)
    ridge = KernelRidge(alpha=0.1, kernel="rbf", gamma=0.5).fit(plain.X_train, y)
    np.testing.assert_allclose(made.X_test @ fit(o).theta, ridge.predict(plain.X_test), atol=1e-9)


def test_too_many_rows_are_refused_with_the_memory_that_they_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "KERNEL_BYTES", 8 * 30**2)
    with pytest.raises(DataError, match=r"expected at most 30 training rows, .* found 40: .* would take 0\.0 GB"):
        with_kernel(dataset(), Rbf(gamma=1.0))
    few = replace(dataset(), X_train=dataset().X_train[:30], y_train=dataset().y_train[:30])
    assert with_kernel(few, Rbf(gamma=1.0)).n == 30
