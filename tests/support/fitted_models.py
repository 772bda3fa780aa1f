"""Fitted scikit-learn models of small made data, with rows that they were fitted to and tested on, and their refits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.svm import SVC, LinearSVC

Array = np.ndarray
N, TESTED, D = 90, 12, 4

TIGHT = {"solver": "newton-cholesky", "tol": 1e-12, "max_iter": 1000}
# each kind of model at its optimum, and how many classes its labels have
MODELS: dict[str, tuple[Any, int]] = {
    "logistic": (LogisticRegression(C=0.5, **TIGHT), 2),
    "logistic of weighted classes": (LogisticRegression(C=0.5, class_weight={"no": 2.0, "yes": 0.5}, **TIGHT), 2),
    "logistic without intercept": (LogisticRegression(C=0.5, fit_intercept=False, **TIGHT), 2),
    "liblinear": (LogisticRegression(C=0.5, solver="liblinear", tol=1e-12, max_iter=10**5), 2),
    "liblinear, scaled": (
        LogisticRegression(C=0.5, solver="liblinear", intercept_scaling=3.0, tol=1e-12, max_iter=10**5),
        2,
    ),
    "softmax": (LogisticRegression(C=0.5, **TIGHT), 3),
    "ridge": (Ridge(alpha=2.0), 0),
    "ridge without intercept": (Ridge(alpha=2.0, fit_intercept=False), 0),
    "ridge classifier": (RidgeClassifier(alpha=2.0, class_weight={"no": 2.0, "yes": 0.5}), 2),
    "linear svc": (LinearSVC(C=0.2, loss="hinge", tol=1e-10, max_iter=10**6, random_state=0), 2),
    "svc": (SVC(kernel="linear", C=0.2, tol=1e-10), 2),
}


@dataclass(frozen=True)
class Rows:
    """Training rows with weights, and test rows."""

    X: Array
    y: Array
    weight: Array
    X_test: Array
    y_test: Array

    @property
    def given(self) -> dict[str, Array]:
        """As arguments."""
        return {"X": self.X, "y": self.y, "X_test": self.X_test, "y_test": self.y_test, "sample_weight": self.weight}

    def fitted(self, model: Any, out: Any = ()) -> Any:
        """A copy of the model, fitted to all rows but those ``out``."""
        kept = np.delete(np.arange(N), out)
        return clone(model).fit(self.X[kept], self.y[kept], sample_weight=self.weight[kept])


def rows_of(classes: int, seed: int = 0) -> Rows:
    """Noisy rows with labels of so many classes: no and yes, a, b and c, or numbers."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N + TESTED, D)) * np.array([1.0, 2.0, 0.5, 1.0]) + np.array([0.0, 1.0, 0.0, -2.0])
    z = X @ rng.normal(size=(D, max(classes, 1))) + 1.5 * rng.normal(size=(N + TESTED, max(classes, 1)))
    y = z[:, 0] if classes == 0 else np.array(["no", "yes"] if classes == 2 else list("abc"))[np.argmax(z, axis=1)]
    weight = rng.uniform(0.5, 2.0, size=N)
    return Rows(X[:N], y[:N], weight, X[N:], y[N:])


def score(model: Any, rows: Rows) -> Array:
    """The scores of the test rows, (m,)."""
    decide = getattr(model, "decision_function", model.predict)
    return np.asarray(decide(rows.X_test))
