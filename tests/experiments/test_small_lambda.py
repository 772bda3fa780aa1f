"""Where λ is so small that removing a tail changes every curvature, groups still reach their minimum."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.registry import load_dataset
from groupinf.effects.block import compute_block
from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Setting, predictions_of
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.registry import loss_for
from groupinf.studies.linear.linear_model import LinearModel, training_objective
from groupinf.studies.linear.linear_model import test_objective as objective_of_test_rows

LAM_OVER_N = 1e-7


def test_tails_at_a_tiny_lambda_are_the_minima_of_newton_cholesky(tmp_path: Path) -> None:
    dataset = load_dataset(NamedDataset(name="breast_cancer"), tmp_path, 0)
    objective = training_objective(dataset, LinearModel(loss_for(len(dataset.classes))), LAM_OVER_N * dataset.n)
    fitted = fit(objective)
    test = objective_of_test_rows(dataset, LinearModel(objective.loss), None).at(np.arange(6))
    order = np.argsort(np.abs(fitted.residuals[:, 0]))
    groups = [order[-60:], order[:60], order[::5]]
    evaluations = of_the_paper(objective.loss)
    norms = {evaluation.name: 100.0 for evaluation in evaluations}
    engine = choose_engine(fitted, removing(fitted), 60.0)
    bounded = bounded_problem(fitted, test, engine.kernel)
    study = Study(
        fitted=fitted,
        change=removing(fitted),
        engine=engine,
        influence_solver=fitted.factor,
        test=TestRows(test, tuple(range(6))),
        evaluations=evaluations,
        methods=predictions_of([Influence()], Setting(fitted, removing(fitted))),
        scales=dict.fromkeys(norms, 1.0),
        gradient_norms=norms,
        bounded=bounded,
        of_fit=trust_in_fit(bounded, fitted),
    )
    block = compute_block(study, groups, ["a", "b", "c"])
    for theta, rows in zip(block.theta, groups, strict=True):
        stays = np.setdiff1d(np.arange(dataset.n), rows)
        peer = LogisticRegression(C=1 / objective.lam, solver="newton-cholesky", tol=1e-12, max_iter=1000)
        peer.fit(dataset.X_train[stays], dataset.y_train[stays])
        np.testing.assert_allclose(theta, [*peer.coef_[0], peer.intercept_[0]], rtol=1e-5, atol=1e-5)
