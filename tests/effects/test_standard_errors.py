"""Standard errors are those of statsmodels, and what rows do to a coefficient's ratio to them is what refits say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from groupinf.effects.influence import point_influence
from groupinf.effects.row_orders.row_order import influences
from groupinf.effects.standard_errors.registry import STANDARD_ERRORS
from groupinf.effects.targets import Linear, Ratio
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, design

Array = np.ndarray
N, D, STEP = 60, 3, 1e-4
# so little that it leaves the digits that are compared
NEXT_TO_NOTHING = 1e-9


def objective_of(classes: int, lam: float, weighted: bool = False) -> Objective:
    rng = np.random.default_rng(classes)
    X = rng.normal(size=(N, D))
    z = X @ rng.normal(size=(D, max(classes, 1))) + 1.5 * rng.normal(size=(N, max(classes, 1)))
    y = {0: z[:, 0], 2: (z[:, 0] > 0).astype(float)}.get(classes, z.argmax(axis=1).astype(float))
    weight = rng.uniform(0.5, 2.0, size=N) if weighted else np.ones(N)
    return Objective(design(X, Intercept.FREE), y, weight, lam, loss_for(classes))


def unit(objective: Objective, j: int) -> Array:
    c = np.zeros((objective.p, objective.loss.outputs))
    c[j, 0] = 1.0
    return c.ravel()


@pytest.mark.parametrize(("name", "covariance"), [("sandwich", "HC0"), ("model", "nonrobust")])
def test_t_statistics_of_a_regression_are_those_of_statsmodels(name: str, covariance: str) -> None:
    objective = objective_of(0, NEXT_TO_NOTHING)
    fitted, peer = fit(objective), sm.OLS(objective.y, objective.X).fit(cov_type=covariance)
    found = [Ratio(unit(objective, j), STANDARD_ERRORS[name]).value(fitted) for j in range(D + 1)]
    np.testing.assert_allclose(found, peer.tvalues, rtol=1e-7)


@pytest.mark.parametrize(("name", "covariance"), [("sandwich", "HC0"), ("model", "nonrobust")])
def test_z_statistics_of_a_logistic_regression_are_those_of_statsmodels(name: str, covariance: str) -> None:
    objective = objective_of(2, NEXT_TO_NOTHING)
    fitted, peer = fit(objective), sm.Logit(objective.y, objective.X).fit(cov_type=covariance, disp=0, tol=1e-12)
    found = [Ratio(unit(objective, j), STANDARD_ERRORS[name]).value(fitted) for j in range(D + 1)]
    np.testing.assert_allclose(found, peer.tvalues, rtol=1e-6)


def in_part(objective: Objective, row: int, share: float) -> Fitted:
    weight = objective.sample_weight.copy()
    weight[row] *= 1.0 - share
    return fit(replace(objective, sample_weight=weight))


def meat_in_part(fitted: Fitted, c: Array, row: int, share: float) -> float:
    """The sandwich variance where a row counts 1 − share: its score, s r with the weight that it has, counts so once
    more in the sum of squares, which is then linear in the share as the fit is, and whole without the row.
    """
    objective = fitted.objective
    y = np.linalg.solve(dense_hessian(fitted), c).reshape(objective.p, -1)
    psi = np.einsum("nk,nk->n", fitted.residuals, np.asarray(objective.X) @ y)
    psi[row] /= np.sqrt(1.0 - share)
    return float((psi**2).sum())


def dense_hessian(fitted: Fitted) -> Array:
    return fitted.factor.H  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_what_a_row_does_to_a_sandwich_ratio_is_the_slope_of_refits_with_less_of_it(classes: int) -> None:
    objective = objective_of(classes, 2.0, weighted=True)
    fitted, c = fit(objective), unit(objective, 1)
    told = influences(fitted, Ratio(c, STANDARD_ERRORS["sandwich"]))
    for row in range(6):
        ends = [in_part(objective, row, share) for share in (STEP, -STEP)]
        ratios = [
            c @ end.theta / meat_in_part(end, c, row, s) ** 0.5 for end, s in zip(ends, (STEP, -STEP), strict=True)
        ]
        assert told[row] == pytest.approx((ratios[0] - ratios[1]) / (2 * STEP), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("classes", [2, 3])
def test_what_a_row_does_to_a_model_based_ratio_is_the_slope_of_refits_with_less_of_it(classes: int) -> None:
    objective = objective_of(classes, 2.0, weighted=True)
    fitted, ratio = fit(objective), Ratio(unit(objective, 1), STANDARD_ERRORS["model"])
    told = influences(fitted, ratio)
    for row in range(6):
        less, more = (ratio.value(in_part(objective, row, share)) for share in (STEP, -STEP))
        assert told[row] == pytest.approx((less - more) / (2 * STEP), rel=1e-5, abs=1e-7)


def test_what_a_row_does_to_a_model_based_t_statistic_counts_one_degree_of_freedom() -> None:
    objective = objective_of(0, 2.0)
    fitted, c = fit(objective), unit(objective, 1)
    told = influences(fitted, Ratio(c, STANDARD_ERRORS["model"]))
    freedom = N - D - 1

    def t_of(row: int, share: float) -> float:
        end = in_part(objective, row, share)
        r = np.asarray(end.objective.X) @ end.theta - end.objective.y
        variance = (end.objective.sample_weight * r**2).sum() / (freedom - share)
        return float(c @ end.theta / (variance * c @ np.linalg.solve(dense_hessian(end), c)) ** 0.5)

    for row in range(6):
        slope = (t_of(row, STEP) - t_of(row, -STEP)) / (2 * STEP)
        assert told[row] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_influence_on_a_coefficient_of_a_regression_is_the_closed_form_of_amip() -> None:
    """Broderick, Giordano and Meager 2020, section 2.2: ψ_n = −(XᵀX)⁻¹x_n ε_n for leaving a row in by less."""
    objective = objective_of(0, NEXT_TO_NOTHING)
    fitted, X, y = fit(objective), np.asarray(objective.X), objective.y
    inverse = np.linalg.inv(X.T @ X)
    epsilon = y - X @ (inverse @ X.T @ y)
    for j in range(D + 1):
        expected = -(X @ inverse[:, j]) * epsilon
        np.testing.assert_allclose(influences(fitted, Linear(unit(objective, j))), expected, rtol=1e-6, atol=1e-12)


def test_influence_on_a_robust_t_statistic_of_a_regression_is_a_closed_form() -> None:
    """By hand: dβ = −Mxε, de = x_kᵀMx ε, dψ_k = de_k p_k + e_k dp_k with M = (XᵀX)⁻¹ and dM = Mxxᵀ M."""
    objective = objective_of(0, NEXT_TO_NOTHING)
    fitted, X, y = fit(objective), np.asarray(objective.X), objective.y
    M = np.linalg.inv(X.T @ X)
    beta, j = M @ X.T @ y, 2
    e, p = y - X @ beta, X @ M[:, j]
    psi, K = e * p, X @ M @ X.T
    v = (psi**2).sum()
    d_beta, d_psi = -p * e, K * e * p[:, None] + e[:, None] * K * p
    d_v = 2.0 * psi @ d_psi - psi**2
    expected = d_beta / v**0.5 - 0.5 * beta[j] / v**1.5 * d_v
    found = influences(fitted, Ratio(unit(objective, j), STANDARD_ERRORS["sandwich"]))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-10)


def test_without_rows_to_spare_there_is_no_model_based_ratio() -> None:
    objective = objective_of(0, 2.0).at(slice(0, D + 1))
    assert np.isnan(Ratio(unit(objective, 1), STANDARD_ERRORS["model"]).value(fit(objective)))


def test_a_linear_target_sees_rows_through_the_fit_alone() -> None:
    objective = objective_of(2, 1.0)
    fitted, target = fit(objective), Linear(unit(objective, 0))
    assert not target.direct(fitted).any()
    slopes = point_influence(fitted, target.slopes(fitted)[:, None], fitted.residuals)[:, 0]
    np.testing.assert_array_equal(influences(fitted, target), slopes)
