"""The Gaussian kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import PlainValidator, WithJsonSchema

from groupinf.config.words import found
from groupinf.datasets.kernels.kernel import Array, Kernel, squared_distances
from groupinf.wording import number

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Features


MEDIAN = "median"


class Rbf(Kernel):
    """k(a, b) = exp(−γ‖a − b‖²); ``median`` is γ = 1/m with m the median of ‖x_i − x_j‖² over the pairs of rows i < j
    of which the kernel is made.
    """

    name: Literal["rbf"] = "rbf"
    gamma: Annotated[
        float | str,
        PlainValidator(lambda value: _gamma(value)),
        WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"const": MEDIAN}]}),
    ] = MEDIAN

    def at(self, X: Features) -> Rbf:
        """With γ as a number, 1 where all rows are alike."""
        if self.gamma != MEDIAN:
            return self
        pairs = squared_distances(X, X)[np.triu_indices(X.shape[0], 1)]
        median = float(np.median(pairs)) if pairs.size else 0.0
        return Rbf(gamma=1.0 / median if median > 0.0 else 1.0)

    def values(self, A: Features, B: Features) -> Array:
        """exp(−γ‖a − b‖²)."""
        assert not isinstance(self.gamma, str)  # ``at`` has made it a number
        exponents = squared_distances(A, B)
        exponents *= -self.gamma
        return np.exp(exponents, out=exponents)

    @property
    def in_text(self) -> str:
        """With γ."""
        gamma = self.gamma if isinstance(self.gamma, str) else number(self.gamma, 6)
        return f"rbf kernel with gamma = {gamma}"


def _gamma(value: Any) -> float | str:
    if value == MEDIAN:
        return MEDIAN
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
        return float(value)
    raise ValueError(f"expected {MEDIAN} or a number above 0, found {found(value)}")
