"""The batched L-BFGS solves each column as if it were alone, to its own tolerance, and says where it does not."""

from __future__ import annotations

import numpy as np

from groupinf.numerics.minimise import minimise


def quadratics(count: int, size: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    roots = rng.normal(size=(count, size, size))
    return roots @ roots.transpose(0, 2, 1) + np.eye(size), rng.normal(size=(size, count))


def test_quadratics_are_solved_with_any_positive_definite_preconditioner() -> None:
    A, c = quadratics(5)
    end = minimise(
        lambda t, cols: np.column_stack([A[b] @ t[:, j] - c[:, b] for j, b in enumerate(cols)]),
        lambda v, _: 0.1 * v,
        np.zeros((6, 5)),
        np.full(5, 1e-10),
        200,
    )
    assert end.converged.all()
    for b in range(5):
        np.testing.assert_allclose(end.theta[:, b], np.linalg.solve(A[b], c[:, b]), atol=1e-8)


def test_the_inverse_hessian_as_preconditioner_needs_one_step() -> None:
    A, c = quadratics(4)
    end = minimise(
        lambda t, cols: np.column_stack([A[b] @ t[:, j] - c[:, b] for j, b in enumerate(cols)]),
        lambda v, cols: np.column_stack([np.linalg.solve(A[b], v[:, j]) for j, b in enumerate(cols)]),
        np.zeros((6, 4)),
        np.full(4, 1e-8),
        50,
    )
    np.testing.assert_array_equal(end.passes, 2)


def test_overlong_steps_are_cut_back() -> None:
    # log cosh is flat far out: the step of a preconditioner 1/50 overshoots by far
    end = minimise(lambda t, _: np.tanh(t), lambda v, _: 50.0 * v, np.full((1, 2), 3.0), np.full(2, 1e-8), 100)
    assert end.converged.all()
    np.testing.assert_allclose(end.theta, 0.0, atol=1e-8)


def test_a_column_without_a_minimum_does_not_converge_and_leaves_the_others_alone() -> None:
    def gradient(t: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return np.where(columns == 1, -np.exp(-np.abs(t)), t - 2.0)

    end = minimise(gradient, lambda v, _: v, np.zeros((1, 2)), np.full(2, 1e-12), 15)
    np.testing.assert_array_equal(end.converged, [True, False])
    assert end.passes[1] == 15
    np.testing.assert_allclose(end.theta[0, 0], 2.0, atol=1e-12)
