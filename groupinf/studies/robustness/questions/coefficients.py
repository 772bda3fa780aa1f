"""What questions on single coefficients share: which of them, and the slope of each in θ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from groupinf.config.section import PositiveInt, Problem
from groupinf.datasets.dataset import Dataset
from groupinf.effects.evaluations.coefficient import Asked, Coefficient, Picked
from groupinf.effects.evaluations.evaluation import ParameterNames
from groupinf.numerics.losses.loss import Array
from groupinf.studies.robustness.questions.question import Asking, Posing, Question
from groupinf.test_point_labels import FIRST_NAMED
from groupinf.wording import counted


class OfCoefficients(Question):
    """A question on coefficients: those ``of`` some features, by their names, or all, the intercept by its name.

    With ``at_most`` it is left aside where there are more of them.
    """

    of: Asked = "all"
    at_most: PositiveInt | None = None

    def check(self, dataset: Dataset, names: ParameterNames) -> Problem | None:
        """A feature that there is not."""
        return Coefficient(of=self.of).check(names)

    def most_asked(self, dataset: Dataset, names: ParameterNames) -> int:
        """As many as there are coefficients; none where they are too many."""
        return 0 if self._too_many(names) else self._count(names)

    def asked(self, of: Asking) -> Mapping[int, str]:
        """By the number of the parameter, as evaluations on coefficients have it."""
        return {} if self._too_many(of.names) else dict(Coefficient(of=self.of).value_names(of.names))

    def note(self, dataset: Dataset, names: ParameterNames) -> str | None:
        """That it was left aside."""
        if not self._too_many(names):
            return None
        found = counted(self._count(names), Coefficient.in_text)
        return f"{self.in_text} is not asked for: there are {found}, more than {self.at_most}"

    def slope(self, to: Posing, number: int) -> Array:
        """∇θ_j of the parameter of that number: (P,)."""
        outputs, features = to.fitted.objective.loss.outputs, len(to.names.features)
        place, k = divmod(FIRST_NAMED - number, outputs)
        return Picked(to.fitted.objective, features, np.array([place], dtype=np.int64)).gradients()[:, k]

    def _count(self, names: ParameterNames) -> int:
        return len(Coefficient(of=self.of).value_names(names))

    def _too_many(self, names: ParameterNames) -> bool:
        return self.at_most is not None and self._count(names) > self.at_most
