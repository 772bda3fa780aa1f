"""Cold smooth hinges, flat nearly everywhere, are fitted and retrained to rounding, near the support vector machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.svm import SVC
from support.problems import make_objective

from groupinf.numerics.change import changed, removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.smooth_hinge import SmoothHinge
from groupinf.numerics.objective import gradients, values
from groupinf.numerics.retrain import retrain


@pytest.mark.parametrize("temperature", [0.1, 1e-3, 1e-5])
def test_a_cold_smooth_hinge_is_minimised_and_is_near_the_support_vector_machine(temperature: float) -> None:
    o = replace(make_objective(2, n=80, lam=1.5), loss=SmoothHinge(temperature))
    fitted = fit(o)
    np.testing.assert_allclose(gradients(o, fitted.theta[:, None]), 0.0, atol=1e-9)
    svm = SVC(kernel="linear", C=1 / o.lam, tol=1e-10).fit(o.X[:, :-1], o.y)
    margin = (2 * o.y - 1) * svm.decision_function(o.X[:, :-1])
    least = np.maximum(0.0, 1.0 - margin).sum() + 0.5 * o.lam * float(np.sum(svm.coef_**2))
    found = float(values(o, fitted.theta[:, None])[0])
    assert least - 1e-5 <= found <= least + o.n * temperature * np.log(2.0)


@pytest.mark.parametrize("temperature", [0.1, 1e-3])
def test_groups_are_retrained_also_where_no_row_that_stays_is_near_its_margin(temperature: float) -> None:
    o = replace(make_objective(2, n=80, lam=1.5), loss=SmoothHinge(temperature))
    fitted = fit(o)
    near = np.argsort(np.abs(1 - (2 * o.y - 1) * (o.X @ fitted.theta)))
    groups = [np.sort(near[:12]), np.arange(10), np.arange(40, 60)]
    change = removing(fitted)
    block, engine = changed(fitted, change, groups), choose_engine(fitted, change, 14.0)
    reduced = engine.reduced(block)
    start, tolerance = np.repeat(fitted.theta[:, None], 3, axis=1), np.full(3, 1e-11)
    end = retrain(block, reduced, engine.precondition(block, reduced), start, tolerance, engine.truncated_newton)
    assert end.converged.all()
    np.testing.assert_allclose(block.gradients(end.theta), 0.0, atol=1e-8)
