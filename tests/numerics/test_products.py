"""Products in pieces are the products: of every shape that is cut, summed or transposed, and of sparse X."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from groupinf.numerics.products import times, transposed_times


@pytest.mark.parametrize(
    ("n", "p", "b"),
    [(900, 128, 20), (901, 128, 33), (700, 300, 40), (50, 2_000, 30), (10, 40_000, 4), (3, 2, 1), (1_500, 700, 1)],
)
def test_products_are_those_of_the_whole(n: int, p: int, b: int) -> None:
    rng = np.random.default_rng(n)
    X, T, R = rng.normal(size=(n, p)), rng.normal(size=(p, b)), rng.normal(size=(n, b))
    np.testing.assert_allclose(times(X, T), X @ T, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(transposed_times(X, R), X.T @ R, rtol=1e-10, atol=1e-9)


def test_sparse_products_are_dense() -> None:
    X = sparse.csr_array(np.eye(4)[:, :3])
    T = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(times(X, T), X.toarray() @ T)
    np.testing.assert_array_equal(transposed_times(X, np.ones((4, 2))), np.ones((3, 2)))
