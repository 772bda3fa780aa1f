"""The features that an L1-penalised logistic regression keeps."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from groupinf.errors import ConvergenceError
from groupinf.wording import number

Vector = NDArray[np.float64]
Labels = NDArray[np.int64]

# liblinear penalises the intercept by its square over the square of this: at 10^4 it is as good as free.
INTERCEPT_SCALING = 1e4
TOLERANCE = 1e-6  # of liblinear's stopping rule, a hundredth of what it takes unless told
MOST_PASSES = 1_000
# Below it a coefficient is what the tolerance has left of a zero.
ZERO = 1e-4


def l1_regression(X: sparse.csr_array, y: Labels, weight: Vector, lambda_over_n: float) -> LogisticRegression:
    """Return θ̂ = argmin Σ_i s_i ℓ(x_i, y_i; θ) + λ‖weights‖₁ with λ = n λ/n, n the number of rows, intercept free.

    Raises ConvergenceError where the tolerance is not reached.
    """
    model = LogisticRegression(
        l1_ratio=1,
        C=1 / (lambda_over_n * y.size),
        solver="liblinear",
        intercept_scaling=INTERCEPT_SCALING,
        tol=TOLERANCE,
        max_iter=MOST_PASSES,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return model.fit(X, y, sample_weight=weight)
        except ConvergenceWarning as error:
            raise ConvergenceError(
                f"feature selection: L1 logistic regression at lambda_over_n {number(lambda_over_n, 6)} did not reach"
                f" tolerance {number(TOLERANCE)} in {MOST_PASSES} passes; on the data that are meant it does:"
                " groupinf data verify says whether these are"
            ) from error


def selected_features(model: LogisticRegression) -> NDArray[np.int64]:
    """Return the indices of the features with a coefficient other than zero, sorted.

    Among identical columns the solution is not unique; which of them it uses is the solver's choice.
    """
    return np.flatnonzero(np.abs(model.coef_[0]) > ZERO).astype(np.int64)


def best_on(models: Iterable[LogisticRegression], X: sparse.csr_array, y: Labels) -> LogisticRegression:
    """Return the model with the highest F1 of class 1 on these rows, the first of ties."""
    return max(models, key=lambda model: float(f1_score(y, model.predict(X), zero_division=0)))
