"""scikit-learn's Ridge."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from groupinf.estimators.estimator import Estimator, TrainingLabels, Translated, plain_array, refused
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.squared import Squared


class RidgeCase(Estimator):
    """Σ wᵢ(yᵢ − θᵀxᵢ)² + alpha‖weights‖², which is twice the objective with ℓ = ½(y − θᵀx)² and λ = alpha."""

    name: ClassVar = "Ridge"
    classifies: ClassVar = False
    exactly: ClassVar = 'solver="cholesky" or "svd"'

    def translated(self, model: Any, rows: TrainingLabels) -> Translated:
        """Of one target."""
        return Translated(Squared(), **squared_parts(model), weight=rows.weight, told={"λ is": "alpha"})


def squared_parts(model: Any) -> dict[str, Any]:
    """λ, intercept and coefficients of a model with a squared loss; raises DataError where there is none of it."""
    if getattr(model, "positive", False):
        instead = "effects are of optima without constraints: fit it with positive=False"
        raise refused(model, "its coefficients are kept positive", instead)
    coef, constant = np.atleast_2d(plain_array(model.coef_)), np.atleast_1d(plain_array(model.intercept_))
    if coef.shape[0] > 1:
        instead = "they share no parameter: fit one for each and ask for the effects on each"
        raise refused(model, f"it has {coef.shape[0]} outputs", instead)
    alpha = np.atleast_1d(np.asarray(model.alpha, dtype=np.float64))
    if alpha.size != 1 or not alpha[0] > 0.0:
        instead = "fit it with one positive alpha, however small"
        raise refused(model, f"alpha is {model.alpha!r}, and a penalty is needed", instead)
    intercept = Intercept.FREE if model.fit_intercept else Intercept.NONE
    return {"lam": float(alpha[0]), "intercept": intercept, "coef": coef, "constant": constant}
