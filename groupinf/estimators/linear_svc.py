"""scikit-learn's LinearSVC with the hinge loss."""

from __future__ import annotations

from typing import Any, ClassVar

from groupinf.estimators.estimator import Estimator, TrainingLabels, Translated, class_weights, refused
from groupinf.estimators.hinge_machine import hinge_machine, require_two_classes
from groupinf.estimators.penalised_bias import penalised_bias
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.hinge import Hinge


class LinearSVCCase(Estimator):
    """C Σ wᵢ max(0, 1 − ỹᵢθᵀxᵢ) + ½‖weights‖², the intercept penalised as a weight is: λ = 1/C."""

    name: ClassVar = "LinearSVC"
    classifies: ClassVar = True
    exactly: ClassVar = "tol=1e-8 and a larger max_iter"

    def translated(self, model: Any, rows: TrainingLabels) -> Translated:
        """Of two classes and the hinge loss; its squared hinge, the default, has no counterpart."""
        if model.penalty != "l2":
            raise refused(model, f"its penalty is {model.penalty}, which has corners", 'fit it with penalty="l2"')
        require_two_classes(model, rows, "as many machines")
        if model.loss != Hinge.name:
            instead = f'fit LinearSVC(loss="{Hinge.name}"), SVC(kernel="linear") or LogisticRegression'
            raise refused(model, f"its loss is {model.loss}, which is none of the losses here", instead)
        intercept, bias = penalised_bias(float(model.intercept_scaling))
        if not model.fit_intercept:
            intercept, bias = Intercept.NONE, None
        return hinge_machine(model, rows, class_weights(model, rows, rows.weight), intercept, bias)
