"""scikit-learn's LogisticRegression, of two classes or more."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from groupinf.estimators.estimator import Estimator, TrainingLabels, Translated, class_weights, refused, weighted
from groupinf.estimators.penalised_bias import penalised_bias
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.registry import loss_for

# the solver that penalises the intercept
LIBLINEAR = "liblinear"


class LogisticRegressionCase(Estimator):
    """C Σ wᵢℓᵢ + ½‖weights‖², ℓ the logistic loss or, of three classes and more, softmax cross-entropy: λ = 1/C."""

    name: ClassVar = "LogisticRegression"
    classifies: ClassVar = True
    exactly: ClassVar = 'solver="newton-cholesky", or with a tol of 1e-8 and a larger max_iter'

    def translated(self, model: Any, rows: TrainingLabels) -> Translated:
        """With class weights as row weights; liblinear penalises the intercept."""
        _require_ridge(model)
        classes = len(rows.classes)
        loss = loss_for(classes)
        coef, constant = np.array(model.coef_, dtype=np.float64), np.array(model.intercept_, dtype=np.float64)
        if coef.shape[0] != loss.outputs or (classes > 2 and _scheme(model) == "ovr"):
            instead = "fit one LogisticRegression for each class, of it against the others, or the multinomial one"
            raise refused(model, f"the {classes} classes have models of their own (one against the rest)", instead)
        weight, told = weighted(model, rows, class_weights(model, rows, rows.weight))
        lam, of_lam = 1.0 / float(model.C), f"1/C, C = {model.C:g}"
        if classes == 2 and _scheme(model) == "multinomial":
            # scores ±z of the two classes, each penalised: log-odds 2z, whose coefficients are 2 coef_
            coef, constant, lam, of_lam = 2.0 * coef, 2.0 * constant, 0.5 * lam, f"1/(2C), C = {model.C:g}"
            told = {**told, "classes": "the two scores of multi_class='multinomial' are ±half of the log-odds"}
        told = {**told, "λ is": of_lam}
        if model.fit_intercept and model.solver == LIBLINEAR:
            intercept, bias = penalised_bias(float(model.intercept_scaling))
            return Translated(loss, lam, intercept, coef, constant, weight, bias=bias, told=told)
        intercept = Intercept.FREE if model.fit_intercept else Intercept.NONE
        return Translated(loss, lam, intercept, coef, constant, weight, told=told)


def _scheme(model: Any) -> str:
    """What versions of scikit-learn before 1.8 call multi_class, where it was set."""
    return str(getattr(model, "multi_class", "auto"))


def _require_ridge(model: Any) -> None:
    """The penalty must be half of C⁻¹‖weights‖², whichever way this version of scikit-learn says so."""
    penalty = getattr(model, "penalty", "deprecated")
    l1_ratio = getattr(model, "l1_ratio", None) or 0.0
    if penalty in ("l1", "elasticnet") or (penalty == "deprecated" and l1_ratio > 0.0):
        instead = "effects are of smooth objectives: fit it with the penalty l2 (l1_ratio=0)"
        raise refused(model, "its penalty has a part in |weights| (l1 or elasticnet), which has corners", instead)
    if penalty is None or penalty == "none" or not np.isfinite(float(model.C)):
        instead = "fit it with a finite C, however large: without a penalty a removed group may leave no optimum"
        raise refused(model, "it has no penalty (C=inf)", instead)
