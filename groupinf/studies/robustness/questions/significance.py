"""Which rows make a coefficient significant, or insignificant?"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np

from groupinf.config.registered import RegisteredName
from groupinf.config.section import PositiveFloat
from groupinf.effects.standard_errors.registry import STANDARD_ERRORS
from groupinf.effects.targets import Ratio
from groupinf.numerics.fit import Fitted
from groupinf.studies.robustness.questions.coefficients import OfCoefficients
from groupinf.studies.robustness.questions.question import Posed, Posing, Route
from groupinf.wording import number as in_digits

# of the normal distribution, two-sided at 5 %
TWO_SIDED = 1.96


class Significance(OfCoefficients):
    """Whether θ_j is farther than ``beyond`` of its standard errors from 0 (Broderick, Giordano and Meager 2020).

    Where it is, what is asked for is that it no longer is, on either side; where it is not, that it is, on either side.
    """

    name: ClassVar = "significance"
    label: ClassVar = "Significance"
    in_text: ClassVar = "the significance of a coefficient"
    measured: ClassVar = "coefficient ÷ standard error"

    flips: Literal["significance"] = "significance"
    errors: Annotated[str, RegisteredName(STANDARD_ERRORS)] = next(iter(STANDARD_ERRORS))
    beyond: PositiveFloat = TWO_SIDED

    def posed(self, to: Posing, number: int) -> Posed:
        """From outside of ±``beyond`` inwards; from inside to either side; none where there is no standard error."""
        ratio = Ratio(self.slope(to, number), STANDARD_ERRORS[self.errors])

        def state(fitted: Fitted) -> str:
            value = ratio.value(fitted)
            if np.isnan(value):
                return "without a standard error"
            return "significant" if abs(value) > self.beyond else "not significant"

        value, far = ratio.value(to.fitted), self.beyond
        if np.isnan(value):
            return Posed((), state)
        if value > far:
            return Posed((Route(ratio, "fall", far, limit=-far),), state)
        if value < -far:
            return Posed((Route(ratio, "rise", -far, limit=far),), state)
        return Posed((Route(ratio, "rise", far), Route(ratio, "fall", -far)), state)

    @property
    def asks(self) -> str:
        """Which standard errors, and how many of them where that is not the default."""
        label = STANDARD_ERRORS[self.errors].label.lower()
        return label if self.beyond == TWO_SIDED else f"{label}, {in_digits(self.beyond)}"

    @property
    def meaning(self) -> str:
        """What becomes of the ratio, and what the standard errors are."""
        errors = STANDARD_ERRORS[self.errors]
        gone = f"farther than {in_digits(self.beyond)} standard errors from 0 no more, or is so now, on either side"
        return f"the coefficient is {gone}; {errors.in_text}, the variance {errors.equation} ({errors.source})"
