"""scikit-learn's SVC with a linear kernel."""

from __future__ import annotations

from typing import Any, ClassVar

from groupinf.estimators.estimator import Estimator, TrainingLabels, Translated, class_weights, refused
from groupinf.estimators.hinge_machine import hinge_machine, require_two_classes
from groupinf.numerics.intercept import Intercept


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
        require_two_classes(model, rows, "a machine for each pair")
        return hinge_machine(model, rows, class_weights(model, rows, None), Intercept.FREE)
