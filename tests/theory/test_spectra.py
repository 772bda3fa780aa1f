"""The eigenvalues of a group are the same however they are found, and errors of those found by iteration are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import eigh
from support.problems import make_objective

from groupinf.numerics.change import changed, removing, row_change
from groupinf.numerics.factor import DenseFactor
from groupinf.numerics.fit import Fitted, fit
from groupinf.theory import lanczos, spectra
from groupinf.theory.spectra import ByIteration, ByRows, Spectra, Unchanged, spectra_of

GROUPS = [np.arange(3), np.arange(5, 40), np.arange(0, 60, 2), np.array([7])]


@pytest.fixture(params=[0, 2, 3])
def fitted(request: pytest.FixtureRequest) -> Fitted:
    return fit(make_objective(request.param, n=60, d=6, weighted=True))


def dense(fitted: Fitted, rows: np.ndarray) -> np.ndarray:
    assert isinstance(fitted.factor, DenseFactor)
    taken = changed(fitted, removing(fitted), [rows]).removed_hessian(0)
    return eigh(taken, fitted.factor.H, eigvals_only=True)[::-1]


def found_by(way: Spectra, fitted: Fitted) -> list[tuple[np.ndarray, np.ndarray]]:
    """The eigenvalues of each group that are told, with their errors."""
    spectrum = way.of(changed(fitted, removing(fitted), GROUPS), [])
    told = ~np.isnan(spectrum.eigenvalues)
    return [(values[has], error[has]) for values, error, has in zip(*vars(spectrum).values(), told, strict=True)]


def test_rows_in_the_metric_of_the_hessian_have_the_eigenvalues_of_dense_matrices(fitted: Fitted) -> None:
    way = spectra_of(fitted, removing(fitted))
    assert isinstance(way, ByRows)
    for rows, (values, error) in zip(GROUPS, found_by(way, fitted), strict=True):
        np.testing.assert_allclose(values, dense(fitted, rows)[: values.size], rtol=1e-9, atol=1e-12)
        assert (error == 0.0).all()


def test_a_kernel_of_all_rows_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(make_objective(2, n=60, d=6, weighted=True))
    by_kernel = spectra_of(fitted, removing(fitted))
    assert isinstance(by_kernel, ByRows)
    assert by_kernel.kernel.size == 0  # with many rows and few parameters none is held
    U = by_kernel.U
    for rows, (values, _) in zip(GROUPS, found_by(replace(by_kernel, kernel=U @ U.T), fitted), strict=True):
        expected = dense(fitted, rows)[: values.size]
        np.testing.assert_allclose(values[: expected.size], expected, rtol=1e-9, atol=1e-12)


def test_iteration_finds_the_largest_to_the_error_that_it_tells(fitted: Fitted) -> None:
    for rows, (values, error) in zip(GROUPS, found_by(ByIteration(1.0), fitted), strict=True):
        expected = dense(fitted, rows)
        assert abs(values[0] - expected[0]) <= 2.0 * error[0] + 1e-9
        assert error[0] <= lanczos.TOLERANCE * values[0] + 1e-12
        nearest = np.abs(values[:, None] - expected).min(axis=1)
        assert (nearest <= error + 1e-9).all()


def test_no_eigenvalue_is_told_below_one_that_has_not_settled() -> None:
    fitted = fit(make_objective(3, n=90, d=40, lam=0.01))
    rows = [np.arange(i, i + 30) for i in range(0, 60, 5)]
    spectrum = ByIteration(1.0).of(changed(fitted, removing(fitted), rows), [])
    for members, values in zip(rows, spectrum.eigenvalues, strict=True):
        told = values[~np.isnan(values)]
        assert not np.isnan(values[: told.size]).any()  # without gaps
        np.testing.assert_allclose(told, dense(fitted, members)[: told.size], rtol=1e-4)
    assert (~np.isnan(spectrum.eigenvalues)).sum(axis=1).max() > 1


def test_few_steps_tell_a_large_error(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(make_objective(2, n=60, d=6))
    monkeypatch.setattr(lanczos, "STEPS", 2)
    (values, error) = found_by(ByIteration(1.0), fitted)[1]
    assert error[0] > 1e-3 * values[0]
    assert values[0] < dense(fitted, GROUPS[1])[0]  # a Ritz value is never above


def test_large_matrices_have_their_largest_eigenvalues_found_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit(make_objective(2, n=60, d=30))
    monkeypatch.setattr(spectra, "WHOLE", 20)
    monkeypatch.setattr(spectra, "KEPT_OF_LARGE", 4)
    for rows, (values, _) in zip(GROUPS, found_by(spectra_of(fitted, removing(fitted)), fitted), strict=True):
        expected = dense(fitted, rows)[: min(values.size, rows.size)]
        np.testing.assert_allclose(values[: expected.size], expected, rtol=1e-7, atol=1e-9)


def test_of_several_outputs_and_many_parameters_iteration_is_chosen() -> None:
    several = fit(make_objective(3, n=60, d=60))
    assert isinstance(spectra_of(several, removing(several)), ByIteration)


def test_doubling_adds_to_the_hessian_and_a_change_of_labels_nothing() -> None:
    fitted = fit(make_objective(2, n=60, d=6))
    weight = fitted.objective.sample_weight
    twice = row_change(fitted, 2.0, weight)
    spectrum = spectra_of(fitted, twice).of(changed(fitted, twice, GROUPS), [])
    for rows, mu in zip(GROUPS, spectrum.largest, strict=True):
        np.testing.assert_allclose(mu, -dense(fitted, rows)[0], rtol=1e-9)
    relabelled = row_change(fitted, 1.0, weight, 1.0 - fitted.objective.y)
    assert isinstance(spectra_of(fitted, relabelled), Unchanged)
    assert (spectra_of(fitted, relabelled).of(changed(fitted, relabelled, GROUPS), []).largest == 0.0).all()
