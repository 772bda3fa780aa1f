"""scikit-learn's LinearSVC with the hinge loss."""

from __future__ import annotations

from typing import Any, ClassVar

from groupinf.estimators.estimator import (
    Estimator,
    TrainingLabels,
    Translated,
    class_weights,
    plain_array,
    refused,
    weighted,
)
from groupinf.estimators.penalised_bias import penalised_bias
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.hinge import SMOOTHING, Hinge


class LinearSVCCase(Estimator):
    """C Σ wᵢ max(0, 1 − ỹᵢθᵀxᵢ) + ½‖weights‖², the intercept penalised as a weight is: λ = 1/C."""

    name: ClassVar = "LinearSVC"
    classifies: ClassVar = True
    exactly: ClassVar = "tol=1e-8 and a larger max_iter"

    def translated(self, model: Any, rows: TrainingLabels) -> Translated:
        """Of two classes and the hinge loss; its squared hinge, the default, has no counterpart."""
        if model.penalty != "l2":
            raise refused(model, f"its penalty is {model.penalty}, which has corners", 'fit it with penalty="l2"')
        if len(rows.classes) > 2:
            instead = "fit one of each class against the others, or a multinomial LogisticRegression"
            raise refused(model, f"of {len(rows.classes)} classes it is as many machines", instead)
        if model.loss != Hinge.name:
            instead = f'fit LinearSVC(loss="{Hinge.name}"), SVC(kernel="linear") or LogisticRegression'
            raise refused(model, f"its loss is {model.loss}, which is none of the losses here", instead)
        weight, told = weighted(model, rows, class_weights(model, rows, rows.weight))
        intercept, bias = penalised_bias(float(model.intercept_scaling))
        if not model.fit_intercept:
            intercept, bias = Intercept.NONE, None
        return Translated(
            loss=Hinge(SMOOTHING.default),
            lam=1.0 / float(model.C),
            intercept=intercept,
            coef=plain_array(model.coef_),
            constant=plain_array(model.intercept_).reshape(-1),
            weight=weight,
            bias=bias,
            told={**told, "λ is": f"1/C, C = {model.C:g}"},
        )
