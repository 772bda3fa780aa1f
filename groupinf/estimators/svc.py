"""scikit-learn's SVC with a linear kernel."""

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
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.hinge import SMOOTHING, Hinge


class SVCCase(Estimator):
    """C Σ wᵢ max(0, 1 − ỹᵢθᵀxᵢ) + ½‖weights‖² with a free intercept, solved in the dual: λ = 1/C."""

    name: ClassVar = "SVC"
    classifies: ClassVar = True
    exactly: ClassVar = "tol=1e-8"

    def translated(self, model: Any, rows: TrainingLabels) -> Translated:
        """Of two classes and a linear kernel."""
        if model.kernel != "linear":
            instead = 'fit SVC(kernel="linear"), perhaps in a Pipeline behind sklearn.kernel_approximation.Nystroem'
            raise refused(model, f"its kernel is {model.kernel!r}, and effects are of linear models", instead)
        if len(rows.classes) > 2:
            instead = "fit one of each class against the others, or a multinomial LogisticRegression"
            raise refused(model, f"of {len(rows.classes)} classes it is a machine for each pair", instead)
        weight, told = weighted(model, rows, class_weights(model, rows, None))
        return Translated(
            loss=Hinge(SMOOTHING.default),
            lam=1.0 / float(model.C),
            intercept=Intercept.FREE,
            coef=plain_array(model.coef_),
            constant=plain_array(model.intercept_).reshape(-1),
            weight=weight,
            told={**told, "λ is": f"1/C, C = {model.C:g}"},
        )
