"""Which rows flip the sign of a coefficient?"""

from __future__ import annotations

from typing import ClassVar, Literal

from groupinf.effects.evaluations.coefficient import Coefficient
from groupinf.effects.targets import Linear
from groupinf.numerics.fit import Fitted
from groupinf.studies.robustness.questions.coefficients import OfCoefficients
from groupinf.studies.robustness.questions.question import Posed, Posing, Route


class Sign(OfCoefficients):
    """The sign of θ_j (Broderick, Giordano and Meager 2020)."""

    name: ClassVar = "sign"
    label: ClassVar = "Sign"
    in_text: ClassVar = "the sign of a coefficient"
    measured: ClassVar = Coefficient.in_text

    flips: Literal["sign"] = "sign"

    def posed(self, to: Posing, number: int) -> Posed:
        """To the other side of 0; a coefficient of 0 has no sign that could flip."""
        c = self.slope(to, number)

        def state(fitted: Fitted) -> str:
            value = float(c @ fitted.theta)
            return "positive" if value > 0.0 else "negative" if value < 0.0 else "zero"

        value = float(c @ to.fitted.theta)
        routes = () if value == 0.0 else (Route(Linear(c), "fall" if value > 0.0 else "rise", c=c),)
        return Posed(routes, state)

    @property
    def meaning(self) -> str:
        """On the other side of 0."""
        return "the coefficient is on the other side of 0"
