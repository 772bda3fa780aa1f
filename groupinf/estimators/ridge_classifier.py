"""scikit-learn's RidgeClassifier of two classes."""

from __future__ import annotations

from typing import Any, ClassVar

from groupinf.estimators.estimator import Estimator, TrainingLabels, Translated, class_weights, refused, weighted
from groupinf.estimators.ridge import squared_parts
from groupinf.numerics.losses.squared import Squared


class RidgeClassifierCase(Estimator):
    """Ridge regression on the targets −1 and 1 of the two classes: λ = alpha, and effects are those of a regression."""

    name: ClassVar = "RidgeClassifier"
    classifies: ClassVar = True
    exactly: ClassVar = 'solver="cholesky" or "svd"'

    def translated(self, model: Any, rows: TrainingLabels) -> Translated:
        """Of two classes; of more it is one regression for each."""
        if len(rows.classes) > 2:
            instead = "fit RidgeClassifier, or Ridge on −1 and 1, for each class against the others"
            raise refused(model, f"of {len(rows.classes)} classes it is as many regressions", instead)
        # compute_sample_weight, which it uses, does not look at the weights of rows
        weight, told = weighted(model, rows, class_weights(model, rows, None))
        first, second = rows.classes
        told |= {"classes": f"fitted as the targets −1 ({first}) and 1 ({second}) of a regression", "λ is": "alpha"}
        targets = {0: -1.0, 1: 1.0}
        return Translated(Squared(), **squared_parts(model), weight=weight, targets=targets, told=told)
