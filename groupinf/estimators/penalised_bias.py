"""The intercept of liblinear's models: the coefficient of one more feature, which is penalised as all are."""

from __future__ import annotations

from groupinf.numerics.intercept import Intercept


def penalised_bias(scaling: float) -> tuple[Intercept, float | None]:
    """The intercept, and the value of the feature it is the coefficient of where that is not 1.

    With ``intercept_scaling`` b the intercept is b·v, and v is penalised: (λ/2)v².

    >>> penalised_bias(1.0)[1], penalised_bias(10.0)[1]
    (None, 10.0)
    """
    return (Intercept.PENALISED, None) if scaling == 1.0 else (Intercept.NONE, scaling)
