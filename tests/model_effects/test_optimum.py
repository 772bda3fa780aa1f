"""How far a model is from its optimum is found as well where H has no factor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from support.fitted_models import rows_of

import groupinf
from groupinf.errors import ConvergenceError
from groupinf.model_effects.optimum import NEAR, Distance, distance, require_optimum
from groupinf.numerics.factor import IterativeFactor, hessian_diagonal


@pytest.mark.parametrize("classes", [2, 3])
def test_without_a_factor_the_distance_is_the_same_to_what_is_solved_for(classes: int) -> None:
    rows = rows_of(classes)
    model = LogisticRegression(tol=1e-2).fit(rows.X, rows.y)
    taken = groupinf.fitted_model(model, rows.X, rows.y, rows.X_test, rows.y_test, refit=True).taken
    fitted, outputs = taken.fit.fitted, taken.linear.loss.outputs
    theta = np.vstack([model.coef_.T, model.intercept_[None]]).reshape(-1)
    assert theta.size == 5 * outputs
    iterative = IterativeFactor(fitted.objective, fitted.theta, hessian_diagonal(fitted.objective, fitted.theta))
    found = distance(replace(fitted, factor=iterative), theta, 0.0, taken.test)
    assert found == replace(taken.distance, share=found.share)
    assert found.share == pytest.approx(taken.distance.share, rel=0.01)


def test_what_is_near_enough_passes_and_what_is_not_is_told_in_its_measure() -> None:
    require_optimum("Ridge", 'solver="cholesky"', Distance(1.0, 1.0, NEAR, 1.0), steps=False)
    with pytest.raises(ConvergenceError) as error:
        require_optimum("Ridge", 'solver="cholesky"', Distance(0.25, 0.5, 0.0123, 2.0), steps=True)
    assert str(error.value).startswith(
        "Ridge: the model is not at the optimum of its objective: an effect may be off by 1.2 % of what leaving out a "
        "typical row does, where 1 % is tolerated (its gradient has the norm 0.25, its Newton decrement is 0.5, test "
        "scores are off by up to 2). With refit=True"
    )
    assert str(error.value).endswith("and that its steps transform rows as they did when it was fitted")
