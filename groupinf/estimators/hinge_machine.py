"""What scikit-learn's machines with the hinge loss have in common: C Σ wᵢ max(0, 1 − ỹᵢθᵀxᵢ) + ½‖weights‖², λ = 1/C."""

from __future__ import annotations

from typing import Any

from groupinf.estimators.estimator import TrainingLabels, Translated, plain_array, refused, weighted
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.hinge import SMOOTHING, Hinge
from groupinf.numerics.losses.loss import Array


def require_two_classes(model: Any, rows: TrainingLabels, found: str) -> None:
    """Raises DataError where there are more; ``found`` says what the model is then."""
    if len(rows.classes) > 2:
        instead = "fit one of each class against the others, or a multinomial LogisticRegression"
        raise refused(model, f"of {len(rows.classes)} classes it is {found}", instead)


def hinge_machine(
    model: Any, rows: TrainingLabels, per_class: Array, intercept: Intercept, bias: float | None = None
) -> Translated:
    """The objective of a machine of two classes, whose weights are ``per_class``, (2,)."""
    weight, told = weighted(model, rows, per_class)
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
