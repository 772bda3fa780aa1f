"""Section 5.3 with the fit stopped as the authors' was: 1,000 iterations of L-BFGS, which do not converge."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from groupinf.datasets.registry import load_dataset
from groupinf.numerics.factor import cholesky
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, gradients, hessian, row_residuals, scores
from groupinf.numerics.predict import predicted_classes
from groupinf.numerics.products import dense
from groupinf.reporting.koh_liang_2017.children import CHILD, coefficients
from groupinf.reporting.single_rows.points import only_test_point
from groupinf.reporting.words.formats import extent
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear.linear_model import test_objective, training_objective
from groupinf.studies.load import load_config
from groupinf.wording import counted, number

# keys of a dataset that leave rows out
CHOICE = ("exclude", "keep")
ITERATIONS, TOLERANCE = 1_000, 1e-8


@dataclass(frozen=True)
class AtTheta:
    """At parameters: the gradient's norm over n, how many coefficients are larger than the child indicator's, how many
    of the children among the test rows are taken for another class, and the least and the largest |influence| of a
    child in the training data over that of the next row.
    """

    gradient: float
    larger: int
    wrong: int
    times: tuple[float, float]


@dataclass(frozen=True)
class Stopped:
    """The stopped fit beside the exact one; ``children`` of the test rows, and how many of them were got wrong
    ``before`` rows were left out of the training data.
    """

    stopped: AtTheta
    exact: AtTheta
    children: int
    before: int

    def in_words(self, larger: int) -> str:
        """What stopping explains of ``larger`` coefficients."""
        of, exact = self.stopped, self.exact
        as_told = "that is the paper's number" if of.larger == larger else f"the paper has {larger}"
        return (
            f"The authors' fit was stopped after {ITERATIONS:,} iterations of L-BFGS, before it had converged. So "
            f"stopped, ours has a mean gradient of norm {number(of.gradient, 2)} and {of.larger} larger coefficients "
            f"({as_told}); children are {extent(*of.times, _times)} times the next row, at the minimum "
            f"{extent(*exact.times, _times)}; {of.wrong} of {counted(self.children, 'child', 'children')} among the "
            f"test rows are got wrong, at the minimum {exact.wrong}."
        )


def stopped_early(run: Run) -> Stopped:
    """Fit the data of a run without an intercept as the authors did; raises DataError where they are not at hand."""
    config, model, point = load_config(run.config).config, run.manifest.model, only_test_point(run).test_point
    dataset = load_dataset(config.dataset, Path(), config.seed)
    fitted, test = training_objective(dataset, model, run.manifest.lam), test_objective(dataset, model, None)
    indicator = dataset.feature_names.index(CHILD)
    with threadpool_limits(limits=1):
        stopped, exact = (
            at_theta(fitted, test, theta, point, indicator)
            for theta in (stopped_theta(fitted, ITERATIONS), coefficients(run).to_numpy())
        )
    children = dense(test.X)[:, indicator] == 1
    whole = load_dataset(config.dataset.model_copy(update=dict.fromkeys(CHOICE)), Path(), config.seed)
    before = fit(training_objective(whole, model, run.manifest.lam_over_n * whole.n))
    wrong = predicted_classes(test, before.theta) != test.y
    return Stopped(stopped, exact, int(np.count_nonzero(children)), int(np.count_nonzero(wrong & children)))


def stopped_theta(objective: Objective, iterations: int) -> Array:
    """θ after so many iterations of scikit-learn's L-BFGS from 0: (d,)."""
    model = LogisticRegression(C=1 / objective.lam, tol=TOLERANCE, fit_intercept=False, max_iter=iterations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # that it has not converged is the point
        model.fit(objective.X, objective.y)
    return np.asarray(model.coef_[0], dtype=np.float64)


def at_theta(fitted: Objective, test: Objective, theta: Array, point: int, indicator: int) -> AtTheta:
    """What is told at θ, a minimum or not, on the loss of a test ``point``; feature ``indicator`` is 1 of children."""
    slope = gradients(test.at(np.array([point])), theta[:, None])
    solved = cholesky(hessian(fitted, theta)).solve(slope)
    sizes = np.abs(row_residuals(fitted, theta)[:, 0] * scores(fitted.X, solved[:, 0], 1)[:, 0])
    is_child, of_test = (dense(of.X)[:, indicator] == 1 for of in (fitted, test))
    times = sizes[is_child] / sizes[~is_child].max()
    wrong = predicted_classes(test, theta) != test.y
    return AtTheta(
        gradient=float(np.linalg.norm(gradients(fitted, theta[:, None]))) / fitted.n,
        larger=int(np.count_nonzero(np.abs(theta) > np.abs(theta[indicator]))),
        wrong=int(np.count_nonzero(wrong & of_test)),
        times=(float(times.min()), float(times.max())),
    )


def _times(value: float) -> str:
    return f"{value:.1f}"
