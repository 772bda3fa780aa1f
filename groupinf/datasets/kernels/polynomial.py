"""The polynomial kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from groupinf.config.section import PositiveFloat, PositiveInt
from groupinf.datasets.kernels.kernel import Array, Kernel, inner_products
from groupinf.wording import number

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Features


class Polynomial(Kernel):
    """k(a, b) = (γ aᵀb + coef0)^degree."""

    name: Literal["polynomial"] = "polynomial"
    gamma: PositiveFloat
    degree: PositiveInt = 3
    coef0: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0

    def at(self, X: Features) -> Polynomial:
        """Itself."""
        return self

    def values(self, A: Features, B: Features) -> Array:
        """(γ aᵀb + coef0)^degree."""
        return np.asarray((self.gamma * inner_products(A, B) + self.coef0) ** self.degree)

    @property
    def in_text(self) -> str:
        """With its options."""
        options = f"coef0 = {number(self.coef0, 6)} and gamma = {number(self.gamma, 6)}"
        return f"polynomial kernel of degree {self.degree} with {options}"
