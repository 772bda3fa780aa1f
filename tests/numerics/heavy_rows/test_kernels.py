"""Kernels that numba compiles give what NumPy gives, to rounding, and the same bytes whatever stands beside a group."""

from __future__ import annotations

import importlib
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from support.heavy_rows import groups_of, retrained, words

from groupinf.errors import RunError
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.workers.processes import each
from groupinf.numerics.change import changed, removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.heavy_rows import kernels as either
from groupinf.numerics.heavy_rows import plain
from groupinf.numerics.heavy_rows.inner import Curved, solve
from groupinf.numerics.heavy_rows.rows import Single, heavy_rows
from groupinf.numerics.heavy_rows.solver import HeavyRowsSolver

compiled_only = pytest.mark.skipif(
    find_spec("numba") is None, reason="numba, of the extra groupinf[fast], is not installed"
)
WIDTHS = [1, 5, 16, 17, 40]


def compiled() -> either.Kernels:
    return either.kernels(True)


def curved_and_gradients(count: int) -> tuple[Curved, Single]:
    """Hessians of ``count`` groups at the fit of separable words, and right-hand sides of length 1."""
    fitted, rng = fit(words(separable=True)), np.random.default_rng(1)
    members = [rng.choice(fitted.objective.n, rng.integers(1, 120), replace=False) for _ in range(count)]
    solver = HeavyRowsSolver(changed(fitted, removing(fitted), members), heavy_rows(fitted.objective, fitted.theta))
    V = rng.normal(size=(fitted.objective.p, count)).astype(np.float32)
    return solver._hessian(solver.changed, fitted.theta[:, None]), V / np.linalg.norm(V, axis=0)


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


@compiled_only
@pytest.mark.parametrize("width", WIDTHS)
def test_products_are_those_of_dense_matrices(width: int) -> None:
    X, rng = words().X, np.random.default_rng(0)
    assert not isinstance(X, np.ndarray)
    X.data[:] = rng.normal(size=X.data.size)
    T, R = rng.normal(size=(X.shape[1], width)), rng.normal(size=(X.shape[0], width))
    np.testing.assert_allclose(compiled().times(X, T), X.toarray() @ T, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(compiled().transposed_times(X, R), X.toarray().T @ R, rtol=1e-13, atol=1e-12)
    # as columns in another order in memory, of rows that a worker may only read, and with wide indices
    shared = sparse.csr_array((read_only(X.data), X.indices.astype(np.int64), X.indptr), shape=X.shape)
    np.testing.assert_array_equal(compiled().times(shared, np.asfortranarray(T)), compiled().times(X, T))


@compiled_only
@pytest.mark.parametrize("width", WIDTHS)
def test_small_systems_are_inverses_and_an_indefinite_one_is_zero(width: int) -> None:
    rng = np.random.default_rng(0)
    half = rng.normal(size=(12, 20)).astype(np.float32)
    gram, roots = half @ half.T, rng.random((12, width)).astype(np.float32)
    found = compiled().small_systems(gram, roots)
    K = np.eye(12) + roots.T[:, :, None] * gram.astype(float) * roots.T[:, None, :]
    np.testing.assert_allclose(found, roots.T[:, :, None] * np.linalg.inv(K) * roots.T[:, None, :], atol=1e-5)
    mixed = np.where(np.arange(width) == width - 1, 1.0, 0.05).astype(np.float32) * np.ones((12, 1), np.float32)
    indefinite = np.eye(12, dtype=np.float32) * -20.0
    last, others = compiled().small_systems(indefinite, mixed)[-1], compiled().small_systems(indefinite, mixed)[:-1]
    np.testing.assert_array_equal(last, 0.0)
    np.testing.assert_array_equal(plain.small_systems(indefinite, mixed)[-1], 0.0)
    np.testing.assert_allclose(others, np.broadcast_to(np.eye(12) * 0.05**2 / 0.95, others.shape), rtol=1e-5)


@compiled_only
@pytest.mark.parametrize("width", WIDTHS)
def test_steps_are_what_numpy_makes_of_them(width: int) -> None:
    o = words()
    rows, rng = heavy_rows(o, np.zeros(o.p)), np.random.default_rng(0)
    theta, gradient = rng.normal(size=(2, o.p, width))
    given = (rng.normal(size=(o.p, width)).astype(np.float32), rng.random(width), o.penalty(), theta, gradient)
    found, expected = compiled().step(rows, *given), plain.step(rows, *given)
    np.testing.assert_allclose(found.v, expected.v, rtol=1e-14)
    for name in ("penalised", "of_itself", "along_gradient"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-11, atol=1e-11)


@compiled_only
@pytest.mark.parametrize("width", WIDTHS)
def test_conjugate_gradients_solve_with_each_groups_hessian(width: int) -> None:
    hessian, V = curved_and_gradients(width)
    tolerance = np.geomspace(1e-1, 1e-3, width)
    found = compiled().solve(hessian, V, tolerance, 500)
    assert found.reached.all()
    assert (found.iterations > 0).all()
    assert np.abs(found.iterations - plain.solve(hessian, V, tolerance, 500).iterations).max() <= 1
    X = sparse.csr_array(hessian.among.X).toarray().astype(float)
    for b in range(width):
        H = (X.T * hessian.curvature[:, b]) @ X + np.diag(hessian.rows.penalty[:, 0])
        exact = np.linalg.solve(H, V[:, b])
        off = found.solution[:, b] - exact
        # the residual is measured by P⁻¹, which is near to H⁻¹
        assert off @ H @ off <= (3.0 * tolerance[b]) ** 2 * (exact @ H @ exact)


@compiled_only
def test_a_groups_solution_has_the_same_bytes_alone_and_in_any_company() -> None:
    hessian, V = curved_and_gradients(40)
    tolerance = np.geomspace(1e-1, 1e-3, 40)[np.random.default_rng(2).permutation(40)]
    together = compiled().solve(hessian, V, tolerance, 500)
    for columns in (np.array([7]), np.array([39, 3, 21]), np.arange(40)[::-1]):
        among = replace(
            hessian, curvature=hessian.curvature[:, columns], preconditioner=hessian.preconditioner.of(columns)
        )
        part = compiled().solve(among, V[:, columns], tolerance[columns], 500)
        assert part.solution.tobytes() == together.solution[:, columns].tobytes()
        assert part.iterations.tolist() == together.iterations[columns].tolist()


@compiled_only
def test_one_hessian_serves_all_columns_and_what_has_no_solution_says_so() -> None:
    hessian, V = curved_and_gradients(20)
    first = np.zeros(20, dtype=np.int64)
    one = replace(hessian, curvature=hessian.curvature[:, :1], preconditioner=hessian.preconditioner.of(first[:1]))
    each_its_own = replace(
        hessian, curvature=hessian.curvature[:, first], preconditioner=hessian.preconditioner.of(first)
    )
    tolerance = np.full(20, 1e-3)
    shared = compiled().solve(one, V, tolerance, 500)
    np.testing.assert_array_equal(shared.solution, compiled().solve(each_its_own, V, tolerance, 500).solution)
    V[:, 3] = 0.0
    bent = replace(hessian, curvature=np.where(np.arange(20) == 5, -1e6, hessian.curvature).astype(np.float32))
    for kernels in (plain, compiled()):
        found = kernels.solve(bent, V, tolerance, 500)
        assert np.flatnonzero(~found.reached).tolist() == [5]
        assert (found.iterations[[3, 5]] == [0, 1]).all()
        assert not found.solution[:, [3, 5]].any()
        short = kernels.solve(hessian, V, tolerance, 2)
        assert np.flatnonzero(short.reached).tolist() == [3]
        assert set(short.iterations.tolist()) == {0, 2}
        assert short.solution[:, 0].any()


def ended(groups: slice) -> bytes:
    """θ̂(w) of some groups, in whatever process this is."""
    fitted = fit(words(separable=True))
    return retrained(fitted, groups_of(fitted.objective, fitted)[groups]).theta.tobytes()


@compiled_only
def test_workers_give_the_same_bytes() -> None:
    tasks = [slice(0, 4), slice(4, 8)]
    assert [*each(ended, tasks, 2)] == [ended(task) for task in tasks]


@compiled_only
def test_numba_is_imported_where_sparse_rows_are_retrained_and_nowhere_else() -> None:
    code = """
import sys
from support.heavy_rows import groups_of, retrained, words
from groupinf.numerics.change import removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from support.problems import make_objective
dense = fit(make_objective(2, n=80))
print(choose_engine(dense, removing(dense), 5.0).name, "numba" in sys.modules)
fitted = fit(words())
print("numba" in sys.modules)
retrained(fitted, groups_of(fitted.objective, fitted))
print("numba" in sys.modules)
"""
    tests = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r})\n{code}"], capture_output=True, text=True
    )
    assert done.stdout.split() == ["own_factors", "False", "False", "True"], done.stderr


def test_what_serves_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(words())
    engine, rows = choose_engine(fitted, removing(fitted), 5.0), heavy_rows(fitted.objective, fitted.theta)
    for serves, name in ((False, "heavy_rows"), (True, "heavy_rows_compiled")):
        assert replace(engine, way="heavy_rows", rows=replace(rows, compiled=serves)).name == name
    assert replace(engine, way="passes", rows=None).name == "passes"
    assert ("numba" in provenance().versions) == (find_spec("numba") is not None)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert "numba" not in provenance().versions
    assert not heavy_rows(fitted.objective, fitted.theta).compiled


def test_dense_rows_are_left_to_blas() -> None:
    fitted = fit(replace(words(), X=words().X.toarray()))
    assert not heavy_rows(fitted.objective, fitted.theta).compiled


def test_a_numba_that_cannot_be_used_is_an_error_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ImportError("Numba needs NumPy 2.3 or less. Got NumPy 2.4.")

    monkeypatch.setattr(either, "import_module", broken)
    with pytest.raises(RunError, match=r"needs NumPy 2\.3 or less.*groupinf\[fast\].*uninstall") as caught:
        either.kernels(True)
    assert caught.value.exit_code == 1


@compiled_only
def test_where_nothing_can_be_kept_it_says_which_folder_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    function = importlib.import_module("groupinf.numerics.heavy_rows.compiled.function")

    def refused(*_: object, **__: object) -> None:
        raise RuntimeError("cannot cache function 'f': no locator available for file 'f.py'")

    monkeypatch.setattr(function.numba, "njit", refused)
    with pytest.raises(RunError, match=r"no locator available.*NUMBA_CACHE_DIR"):
        function.called_with()(solve)
