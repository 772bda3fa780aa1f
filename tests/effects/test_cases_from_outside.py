"""A loss, a method and an evaluation that the package does not know take part in a block like its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import PoissonRegressor
from support.outside_cases import Half, Poisson, SecondWeight
from support.problems import make_objective
from support.registered import registered

from groupinf.effects.block import BlockEffects, compute_block
from groupinf.effects.evaluations.evaluation import Quantity
from groupinf.effects.evaluations.registry import EVALUATIONS, of_the_paper
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Method, Setting, predictions_of
from groupinf.effects.methods.newton import Newton
from groupinf.effects.methods.registry import METHODS
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.errors import DataError
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import group_gradients, membership, removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.registry import LOSSES, loss_for
from groupinf.numerics.objective import Objective
from groupinf.registry import UnknownNameError
from groupinf.reporting.words.style import evaluation_name, method_name, point_name
from groupinf.studies.group_effects.schema import METHODS_OF_THE_PAPER
from groupinf.test_point_labels import OWN_GROUP
from groupinf.theory.block import theory_of
from groupinf.theory.theory import theory_for

GROUPS = (np.array([1, 7, 30]), np.arange(20, 32), np.array([59]))
NAMES = ("a", "b", "c")


def counts(n: int, seed: int) -> Objective:
    o = make_objective(0, n=n, seed=seed, lam=3.0)
    X = np.column_stack([o.X[:, :-1] / np.logspace(0, 1, 4), np.ones(n)])
    y = np.random.default_rng(seed).poisson(np.exp(0.4 * X[:, 0] - 0.2 * X[:, 1])).astype(float)
    return replace(o, X=X, y=y, loss=Poisson())


def study_of(o: Objective, test: Objective, evaluations: Sequence[Quantity], methods: Sequence[Method]) -> Study:
    fitted, points = fit(o), TestRows(replace(test, lam=0.0), tuple(range(test.n)))
    groups = sparse.csr_array(membership(o.n, GROUPS).T.astype(float))
    scales = {e.name: e.scale(fitted, removing(fitted), points, groups) for e in (*evaluations, *of_the_paper(o.loss))}
    engine = choose_engine(fitted, removing(fitted), 5.0)
    bounded = bounded_problem(fitted, test, engine.kernel)
    return Study(
        fitted=fitted,
        change=removing(fitted),
        engine=engine,
        influence_solver=fitted.factor,
        test=points,
        evaluations=tuple(evaluations),
        methods=predictions_of(methods, Setting(fitted, removing(fitted))),
        scales={name: scale.largest for name, scale in scales.items()},
        gradient_norms={name: s.gradient_norm for name, s in scales.items() if s.gradient_norm is not None},
        bounded=bounded,
        of_fit=trust_in_fit(bounded, fitted),
    )


def block_of(study: Study) -> BlockEffects:
    return compute_block(study, GROUPS, NAMES)


def test_a_loss_from_outside_is_retrained_as_scikit_learn_does_it_and_nothing_is_proven_of_it() -> None:
    o, test = counts(60, 0), counts(5, 1)
    study = study_of(o, test, of_the_paper(o.loss), METHODS_OF_THE_PAPER)
    block = block_of(study)
    for g, rows in enumerate(GROUPS):
        stays = np.setdiff1d(np.arange(o.n), rows)
        peer = PoissonRegressor(alpha=o.lam / stays.size, solver="newton-cholesky", tol=1e-13, max_iter=1000)
        peer.fit(o.X[stays, :-1], o.y[stays])
        np.testing.assert_allclose(block.theta[g], [*peer.coef_, peer.intercept_], rtol=1e-7, atol=1e-8)
    assert np.isinf(block.certificates.score_bound).all()
    predictions = block.effect[:, :5]
    nearer = np.abs(predictions[2] - predictions[3]).mean() < np.abs(predictions[1] - predictions[3]).mean()
    assert nearer  # the Newton step, which takes the removed curvature into account
    assert (block.error_estimate[:3] <= 1e-9).all()


def test_the_theory_of_cases_from_outside_says_what_is_known_of_them() -> None:
    o, test = counts(60, 0), counts(5, 1)
    study = study_of(o, test, [TEST_LOSS, SecondWeight()], [Newton()])
    found = theory_of(theory_for(study), study, block_of(study))
    values, of_loss, of_weight = found.values, slice(0, 5), slice(5, 6)
    assert np.isinf(values.proven_low).all()
    assert np.isinf(values.proven_high).all()
    assert np.isnan(values.newton_error_bound).all()
    np.testing.assert_allclose(
        values.newton[of_loss], (values.influence + values.linear + values.curvature + values.rest)[of_loss]
    )
    assert np.isnan(values.curvature[of_weight]).all()
    np.testing.assert_allclose(values.newton[of_weight], (values.influence + values.linear)[of_weight])
    assert (found.groups.mu > 0.0).all()


def test_a_loss_from_outside_is_found_by_its_name_and_changes_no_default() -> None:
    with registered(LOSSES, Poisson):
        assert isinstance(loss_for(0, "poisson"), Poisson)
        assert not isinstance(loss_for(0), Poisson)
        with pytest.raises(
            DataError, match="expected binary_logistic, smooth_hinge or hinge for 2 classes, found poisson"
        ):
            loss_for(2, "poisson")
    with pytest.raises(UnknownNameError, match="unknown loss 'poisson'"):
        loss_for(0, "poisson")


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_a_method_from_outside_has_its_own_step_and_its_own_remainder(classes: int) -> None:
    o, test = make_objective(classes, weighted=True), make_objective(classes, n=4, seed=9)
    with registered(METHODS, Half):
        methods = [*METHODS_OF_THE_PAPER, METHODS["half"]()]
        block = block_of(study_of(o, test, of_the_paper(o.loss), methods))
        assert method_name("half") == "Half"
    np.testing.assert_allclose(block.effect[3], 0.5 * block.effect[0], rtol=1e-12)
    # by Newton's equation, or by that of influence, half of the step would be left to solve
    assert (block.error_estimate[3] <= 1e-6 * np.abs(block.effect[3]).max()).all()


@pytest.mark.parametrize("classes", [0, 2])
def test_an_evaluation_from_outside_is_read_off_every_method_and_off_what_is_retrained(classes: int) -> None:
    o, test = make_objective(classes, weighted=True), make_objective(classes, n=4, seed=9)
    with registered(EVALUATIONS, SecondWeight):
        study = study_of(o, test, [SecondWeight(), TEST_LOSS], [Influence(), Newton()])
        assert evaluation_name("second_weight") == "Second weight"
        assert point_name("second_weight", OWN_GROUP, {}) == "second weight"
    block = block_of(study)
    alone = block_of(replace(study, evaluations=(TEST_PREDICTION,)))
    assert block.theta.tobytes() == alone.theta.tobytes()
    fitted = study.fitted
    g = group_gradients(o, fitted.residuals, membership(o.n, GROUPS))
    np.testing.assert_allclose(block.effect[0, 0], fitted.factor.solve(g)[1], rtol=1e-9)
    np.testing.assert_allclose(block.effect[2, 0], block.theta[:, 1] - fitted.theta[1], rtol=1e-9)
    assert (block.error_estimate[2, 0] <= 1e-7 * np.abs(block.effect[2, 0]).max()).all()


@pytest.mark.parametrize(("registry", "near"), [(METHODS, "newton"), (EVALUATIONS, "test_loss"), (LOSSES, "softmax")])
def test_a_name_that_is_not_registered_is_an_error_that_names_the_nearest(
    registry: Mapping[str, object], near: str
) -> None:
    with pytest.raises(UnknownNameError, match=f"did you mean '{near}'"):
        registry[near[:-1]]
