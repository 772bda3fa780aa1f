"""Effects on coefficients are what DFBETA says and what refitting finds, in the features' own units."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from support.extended import DIGITS
from support.measured import measured_block, measured_study
from support.problems import make_objective
from support.small_studies import block_of, random_problem, study_of, truth_of, truth_of_fit

from groupinf.effects.evaluations import coefficient as module
from groupinf.effects.evaluations.coefficient import Coefficient
from groupinf.effects.evaluations.evaluation import ParameterNames
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.numerics.change import membership
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective, with_intercept
from groupinf.numerics.row_space import row_space_basis
from groupinf.test_point_labels import FIRST_NAMED

GROUPS = (np.array([1, 7, 30]), np.arange(20, 32), np.array([59]))
NAMES = ParameterNames(("age", "height", "weight", "sex=female"), ())


def names_for(classes: int) -> ParameterNames:
    return replace(NAMES, classes=("a", "b", "c") if classes == 3 else ())


def coefficients(classes: int, *of: str) -> np.ndarray:
    """Flat places of the parameters that are asked for."""
    places = {name: j for j, name in enumerate((*NAMES.features, "intercept"))}
    outputs = 3 if classes == 3 else 1
    return np.array([places[name] * outputs + k for name in of for k in range(outputs)])


def rows_of(n: int) -> list[np.ndarray]:
    return [np.array([i]) for i in range(n)]


def test_of_least_squares_they_are_dfbeta_and_add_up_to_cooks_distance() -> None:
    """Belsley, Kuh and Welsch 1980: β − β(i) = (XᵀX)⁻¹xᵢeᵢ/(1 − hᵢ), D = e²h/(p s²(1 − h)²), at λ next to nothing."""
    o = make_objective(0, n=30, lam=1e-9)
    block = measured_block(measured_study(o, o, [Coefficient(of="all").quantity(NAMES)], rows_of(30)), rows_of(30))
    inverse = np.linalg.inv(o.X.T @ o.X)
    e = o.y - o.X @ (inverse @ o.X.T @ o.y)
    h = np.einsum("ij,jk,ik->i", o.X, inverse, o.X)
    dfbeta = inverse @ o.X.T * (e / (1.0 - h))
    for method in (2, 3):  # Newton is exact for the squared loss
        np.testing.assert_allclose(-block.effect[method], dfbeta, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(-block.effect[0], inverse @ o.X.T * e, rtol=1e-6, atol=1e-9)
    p, changes = 5, block.effect[3]
    variance = e @ e / (30 - p)
    cook = np.einsum("ji,jk,ki->i", changes, o.X.T @ o.X, changes) / (p * variance)
    np.testing.assert_allclose(cook, e**2 * h / (p * variance * (1.0 - h) ** 2), rtol=1e-6)


def test_of_a_logistic_model_newton_is_the_one_step_dfbeta() -> None:
    """Pregibon 1981: (XᵀVX)⁻¹xᵢ(yᵢ − pᵢ)/(1 − hᵢ) with V = p(1 − p), at the fit of scikit-learn."""
    o = make_objective(2, n=60, lam=1e-6)
    block = measured_block(measured_study(o, o, [Coefficient(of="all").quantity(NAMES)], rows_of(60)), rows_of(60))
    model = LogisticRegression(C=1e6, solver="newton-cholesky", tol=1e-12, max_iter=500).fit(o.X[:, :-1], o.y)
    p = model.predict_proba(o.X[:, :-1])[:, 1]
    inverse = np.linalg.inv((o.X * (p * (1.0 - p))[:, None]).T @ o.X)
    h = p * (1.0 - p) * np.einsum("ij,jk,ik->i", o.X, inverse, o.X)
    np.testing.assert_allclose(-block.effect[2], inverse @ o.X.T * ((o.y - p) / (1.0 - h)), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("classes", [2, 3])
def test_actual_effects_are_those_of_scikit_learns_newton_cholesky(classes: int) -> None:
    o = make_objective(classes, weighted=True)
    of = ("sex=female", "age", "intercept")
    quantity = Coefficient(of=of).quantity(names_for(classes))
    block = measured_block(measured_study(o, o, [TEST_LOSS, quantity], GROUPS), GROUPS)

    def theta(rows: np.ndarray) -> np.ndarray:
        model = LogisticRegression(C=1 / o.lam, solver="newton-cholesky", tol=1e-12, max_iter=500)
        model.fit(o.X[rows, :-1], o.y[rows], sample_weight=o.sample_weight[rows])
        intercept = model.intercept_ - (model.intercept_.mean() if classes == 3 else 0.0)
        return np.vstack([model.coef_.T, intercept]).ravel()[coefficients(classes, *of)]

    everything = np.arange(o.n)
    for g, rows in enumerate(GROUPS):
        change = theta(np.setdiff1d(everything, rows)) - theta(everything)
        np.testing.assert_allclose(block.effect[3, o.n :, g], change, atol=1e-7)
        assert (np.abs(block.effect[3, o.n :, g] - change) <= block.error_estimate[3, o.n :, g] + 1e-8).all()


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_influence_is_the_derivative_as_weights_fall(classes: int) -> None:
    o = make_objective(classes, weighted=True)
    study = measured_study(o, o, [Coefficient(of="all").quantity(names_for(classes))], GROUPS)
    block, t = measured_block(study, GROUPS), 1e-4

    def theta(rows: np.ndarray, times: float) -> np.ndarray:
        weight = o.sample_weight.copy()
        weight[rows] *= times
        return fit(replace(o, sample_weight=weight), study.fitted.theta).theta.reshape(5, -1)

    for g, rows in enumerate(GROUPS):
        slope = (theta(rows, 1 - t) - theta(rows, 1 + t)) / (2 * t)
        slope[-1] -= slope[-1].mean() if classes == 3 else 0.0  # the level of three intercepts is free
        np.testing.assert_allclose(block.effect[0, :, g], slope.ravel(), rtol=2e-5, atol=1e-7)


def wide(classes: int) -> tuple[Objective, Objective]:
    """The same rows, fewer than features, in features and in coordinates of their span."""
    rng = np.random.default_rng(4)
    X, n = rng.normal(size=(12, 30)), 12
    y = (np.arange(n) % classes).astype(float) if classes else rng.normal(size=n)
    basis = row_space_basis(X)
    of_features = Objective(with_intercept(X), y, np.ones(n), 0.5, loss_for(classes))
    return of_features, replace(of_features, X=with_intercept(X @ basis), basis=basis)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_with_fewer_rows_than_features_they_are_those_of_the_features(classes: int) -> None:
    names = ParameterNames(tuple(f"x{j}" for j in range(30)), ("a", "b", "c") if classes == 3 else ())
    quantity = Coefficient(of=["x29", "intercept", "x3"]).quantity(names)
    groups = (np.array([1, 7]), np.array([4]))
    full, short = (
        (study := measured_study(o, o, [quantity], groups), measured_block(study, groups)) for o in wide(classes)
    )
    np.testing.assert_allclose(short[1].effect, full[1].effect, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(short[0].scales["coefficient"], full[0].scales["coefficient"], rtol=1e-6)
    # what of a unit vector lies outside of the span of the rows meets no change
    within, whole = (np.array(study.gradient_norms["coefficient"]) for study, _ in (short, full))
    assert (within <= whole * (1 + 1e-9)).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_scales_and_norms_are_those_written_out(classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    o = make_objective(classes, weighted=True)
    quantity = Coefficient(of=["height", "age"]).quantity(names_for(classes))
    monkeypatch.setattr(module, "AT_ONCE", 2)  # groups and coefficients take several parts
    study = measured_study(o, o, [quantity], GROUPS)
    block, at = measured_block(study, GROUPS), coefficients(classes, "height", "age")
    assert study.scales["coefficient"] == pytest.approx(np.abs(block.effect[0]).max(), rel=1e-9)
    inverse = study.fitted.factor.solve(np.eye(o.size))
    exact = np.sqrt(np.diag(inverse)[at])
    np.testing.assert_allclose(study.gradient_norms["coefficient"], exact, rtol=1e-9)
    monkeypatch.setattr(module, "MOST_NORMS", 1)
    bounded = measured_study(o, o, [quantity], GROUPS).gradient_norms["coefficient"]
    assert (np.asarray(bounded) >= exact).all()


def test_labels_are_the_same_whichever_others_are_asked_for_and_names_go_with_them() -> None:
    names = names_for(3)
    some, every = Coefficient(of=["weight", "intercept"]), Coefficient(of="all")
    assert some.quantity(names).labels(()) == tuple(FIRST_NAMED - j for j in (6, 7, 8, 12, 13, 14))
    assert list(some.value_names(names).values())[:4] == ["weight (a)", "weight (b)", "weight (c)", "intercept (a)"]
    told = every.value_names(names)
    assert all(told[label] == name for label, name in some.value_names(names).items())
    assert len(told) == 15


def test_a_feature_that_is_called_intercept_is_a_feature() -> None:
    names = ParameterNames(("age", "intercept"), ())
    assert Coefficient(of=["intercept"]).quantity(names).labels(()) == (FIRST_NAMED - 1,)


@pytest.mark.parametrize(
    ("features", "own"), [(("age", "intercept"), "(intercept)"), (("(intercept)", "intercept"), "((intercept))")]
)
def test_the_intercept_is_told_from_features_that_are_called_so(features: tuple[str, ...], own: str) -> None:
    names = ParameterNames(features, ())
    assert list(Coefficient(of="all").value_names(names).values()) == [*features, own]
    assert Coefficient(of=[own]).check(names) is None
    assert Coefficient(of=[own]).quantity(names).labels(()) == (FIRST_NAMED - 2,)
    without = Coefficient(of=[own]).check(replace(names, intercept=False))
    assert without is not None
    assert f"found {own!r}" in without.message


def test_a_list_with_all_names_a_feature_and_all_alone_is_every_one() -> None:
    names = ParameterNames(("age", "all"), ())
    assert list(Coefficient(of=["all"]).value_names(names).values()) == ["all"]
    assert list(Coefficient(of="all").value_names(names).values()) == ["age", "all", "intercept"]
    problem = Coefficient(of=["all"]).check(NAMES)
    assert problem is not None
    assert "found 'all'; write of: all, no list, for all" in problem.message


def test_features_of_one_name_are_told_apart_by_their_number() -> None:
    names = ParameterNames(("sex", "age", "sex"), ())
    told = ["sex (feature 0)", "age", "sex (feature 2)", "intercept"]
    assert list(Coefficient(of="all").value_names(names).values()) == told


@pytest.mark.parametrize(
    ("of", "features", "found"),
    [
        (("ages",), ("age", "sex"), "found 'ages'; did you mean 'age'?"),
        (("sex",), ("age", "sex", "sex"), "expected names that one feature has, found 'sex', which 2 have"),
        (("x",), tuple(f"f{j}" for j in range(3000)), "and 2,988 more"),
    ],
)
def test_features_that_there_are_not_are_refused(of: tuple[str, ...], features: tuple[str, ...], found: str) -> None:
    problem = Coefficient(of=of).check(ParameterNames(features, ()))
    assert problem is not None
    assert problem.key == "of"
    assert found in problem.message


def test_error_estimates_cover_what_extended_precision_says() -> None:
    """Of random problems down to λ/n = 1e-12: a coefficient is the score of its unit vector less that of 0."""
    above = total = 0
    for seed in range(24):
        problem = random_problem(seed)
        if problem is None:
            continue
        d, study = problem.X.shape[1], study_of(problem)
        quantity = Coefficient(of="all").quantity(ParameterNames(tuple(f"x{j}" for j in range(d)), ()))
        W = sparse.csr_array(membership(problem.y.size, problem.groups).T.astype(float))
        scale = quantity.scale(study.fitted, study.change, study.test, W)
        assert scale.gradient_norm is not None
        scales = {**study.scales, "coefficient": scale.largest or 1.0}
        norms = {**study.gradient_norms, "coefficient": scale.gradient_norm}
        study = replace(study, evaluations=(quantity,), scales=scales, gradient_norms=norms)
        unit = np.vstack([np.zeros((1, d)), np.eye(d)])
        block = block_of(problem, study)
        # training rows stand before those whose scores are asked for
        scores = truth_of(replace(problem, X_test=unit, y_test=np.zeros(d + 1)), study.fitted, block).scores
        whole = truth_of_fit(replace(problem, X_test=unit), study.fitted)
        for g, of_group in enumerate(scores):
            after = [row[0] for row in of_group[problem.y.size :]]
            for j in range(d + 1):
                with mp.workdps(DIGITS):
                    change = after[j + 1] - after[0] - whole[j + 1] + whole[0] if j < d else after[0] - whole[0]
                    error = abs(float(change - block.effect[-1, j, g]))
                assert error <= 10.0 * block.error_estimate[-1, j, g]
                above += error > block.error_estimate[-1, j, g]
                total += 1
    assert total > 100
    assert above <= 0.03 * total


def test_of_a_model_without_an_intercept_there_is_no_coefficient_of_it() -> None:
    names = replace(NAMES, intercept=False)
    assert len(Coefficient(of="all").quantity(names).labels(())) == 4
    assert list(Coefficient(of="all").value_names(names).values()) == list(NAMES.features)
    assert Coefficient(of=["intercept"]).check(NAMES) is None
    problem = Coefficient(of=["intercept"]).check(names)
    assert problem is not None
    assert "found 'intercept'" in problem.message
