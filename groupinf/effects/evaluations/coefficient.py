"""The coefficients of the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from groupinf.config.section import Problem, distinct
from groupinf.config.words import found
from groupinf.effects.evaluations.evaluation import (
    Evaluation,
    Measure,
    Norm,
    ParameterNames,
    Quantity,
    RowNumbers,
    Scale,
)
from groupinf.test_point_labels import FIRST_NAMED
from groupinf.wording import did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from groupinf.effects.context import BlockContext
    from groupinf.effects.test_rows import TestRows
    from groupinf.effects.trust import Trust
    from groupinf.numerics.change import Changed, RowChange
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Loss, Steepness
    from groupinf.numerics.objective import Objective


ALL, INTERCEPT = "all", "intercept"
# coefficients whose unit vectors are solved for at a time
AT_ONCE = 256
# coefficients up to which ‖∇f‖ is solved for; beyond it is bounded by the penalty, as that costs no solve
MOST_NORMS = 2048
# features that a message names, and among which it looks for one that is meant: more would take seconds
MOST_SHOWN, MOST_COMPARED = 12, 20_000


def _asked(value: Any) -> Any:
    """``all``, or a list of features, for a validator."""
    if value == ALL or (isinstance(value, list | tuple) and value):
        known = value if isinstance(value, str) else tuple(_feature(entry) for entry in value)
        return known if isinstance(known, str) else distinct(known)
    single = isinstance(value, str | int) and not isinstance(value, bool)
    written = f"; write [{value}]" if single else ""
    raise ValueError(f"expected {ALL}, or a list of features such as [age, {INTERCEPT}], found {found(value)}{written}")


def intercept_name(names: ParameterNames) -> str:
    """What the intercept is called: ``intercept``, in as many parentheses as tell it from every feature."""
    name = INTERCEPT
    while name in names.features:
        name = f"({name})"
    return name


def _feature(value: Any) -> str:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise ValueError(f"expected names of features, found {found(value)} in the list")


Asked = Annotated[
    tuple[str, ...] | Literal["all"],
    BeforeValidator(_asked),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": ALL},
                {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1, "uniqueItems": True},
            ]
        },
        mode="validation",
    ),
]


class Coefficient(Evaluation):
    """f(θ) = θ_j for some features or all, the intercept by its name; of several classes one for each (θ_jk).

    The intercept is ``(intercept)`` where a feature is called ``intercept``.

    What DFBETAS tell of single rows (Belsley, Kuh and Welsch 1980, section 2.1) before they are divided by a standard
    error. Where an intercept for each class has no level that data tell, it is taken relative to the mean of all.
    """

    name: ClassVar = "coefficient"
    label: ClassVar = "Coefficient"
    in_text: ClassVar = "coefficient"
    short: ClassVar = "coefficient"
    measured_on: ClassVar = None
    each: ClassVar = "coefficient"

    evaluation: Literal["coefficient"] = "coefficient"
    of: Asked

    @classmethod
    def unit(cls, loss: Loss, classes: Sequence[str]) -> str:
        """Of a score by a feature's unit."""
        score = loss.score_words(classes) or ("score of a class" if loss.outputs > 1 else "prediction")
        return (
            f"change of the {score} per unit of the feature as the model has it, which of a standardised one is its "
            "standard deviation over the training rows"
        )

    def check(self, names: ParameterNames) -> Problem | None:
        """A feature that there is not, or that several are called so."""
        own = intercept_name(names)
        for feature in self.of if self.of != ALL else ():
            times = names.features.count(feature)
            if times > 1:
                return Problem("of", f"expected names that one feature has, found {feature!r}, which {times} have")
            if not times and not (feature == own and names.intercept):
                known = [*islice(names.features, MOST_COMPARED), *([own] if names.intercept else [])]
                more = len(names.features) - MOST_SHOWN
                listed = ", ".join(known[:MOST_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
                near = f"; write of: {ALL}, no list, for all" if feature == ALL else did_you_mean(feature, known)
                return Problem(
                    "of",
                    f"expected features of the data or {own}, found {feature!r}{near}; the data have {listed}",
                )
        return None

    def value_names(self, names: ParameterNames) -> Mapping[int, str]:
        """Features, and classes where there are several of each; of features of one name with the number, from 0."""
        times = Counter(names.features)
        called = [name if times[name] == 1 else f"{name} (feature {j})" for j, name in enumerate(names.features)]
        called.append(intercept_name(names))
        features = [called[j] for j in self._places(names)]
        words = [f"{feature} ({c})" for feature in features for c in names.classes] if names.classes else features
        return dict(zip(self.quantity(names).labels(()), words, strict=True))

    def quantity(self, names: ParameterNames) -> Quantity:
        """The coefficients by their places."""
        return Coefficients(self._places(names), len(names.features), len(names.classes) or 1)

    def _places(self, names: ParameterNames) -> tuple[int, ...]:
        """Rows of θ: a feature's, d the intercept's."""
        d = len(names.features)
        if self.of == ALL:
            return tuple(range(d + names.intercept))
        place = {intercept_name(names): d} | {name: j for j, name in enumerate(names.features)}
        return tuple(place[feature] for feature in self.of)


@dataclass(frozen=True)
class Coefficients(Quantity):
    """Rows of θ as of a model in its d ``features``: a feature's, or d for the intercept; each with all ``outputs``."""

    places: tuple[int, ...]
    features: int
    outputs: int
    name: ClassVar = Coefficient.name

    def labels(self, test_points: Sequence[int]) -> tuple[int, ...]:
        """FIRST_NAMED and downwards by the index j·K' + k of the parameter, whichever others are asked for."""
        return tuple(FIRST_NAMED - (j * self.outputs + k) for j in self.places for k in range(self.outputs))

    def measures(self, test: TestRows, block: Changed) -> tuple[Measure, ...]:
        """One, in one part."""
        picked = self._picked(block.fitted.objective)
        return (Measure(self, self.labels(()), (picked,)),)

    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        """The largest |H⁻¹g(δ)| there, and each ‖e_j‖ in H⁻¹."""
        from groupinf.effects.influence import memberships
        from groupinf.numerics.change import group_gradients

        picked, largest = self._picked(fitted.objective), 0.0
        for inside in memberships(groups):
            g = group_gradients(fitted.objective, change.residuals, inside)
            largest = max(largest, float(np.abs(picked.scores(fitted.factor.solve(g))).max()))
        return Scale(largest, tuple(float(norm) for part in self._norms(fitted, picked) for norm in part))

    def _picked(self, objective: Objective) -> Picked:
        return Picked(objective, self.features, np.array(self.places, dtype=np.int64))

    def _norms(self, fitted: Fitted, picked: Picked) -> Iterator[Array]:
        """‖e_j‖ in H⁻¹, of a weight at most 1/√λ."""
        from groupinf.numerics.conjugate_gradient import column_dots

        bounded = len(self.places) * self.outputs > MOST_NORMS
        step = max(1, AT_ONCE // self.outputs)
        for start in range(0, len(self.places), step):
            places = picked.places[start : start + step]
            if bounded and (places < picked.features).all():
                yield np.full(places.size * self.outputs, fitted.objective.lam**-0.5)
            else:
                unit = replace(picked, places=places).gradients()
                yield np.sqrt(column_dots(unit, fitted.factor.solve(unit)))

    def gradient_norms(self, norms: Mapping[str, Norm], at: BlockContext) -> Array:
        """The same for every group."""
        return np.repeat(np.atleast_1d(norms[self.name])[:, None], at.changed.g.shape[1], axis=1)

    def rounding(self, trust: Trust, of_fit: Trust, norms: Array) -> Array:
        """By Cauchy and Schwarz from the decrements that rounding leaves."""
        return np.asarray(norms * (trust.rounding + of_fit.rounding))


@dataclass(frozen=True)
class Picked:
    """Some rows of θ, T = rows·K' values: of features as users know them, also where X holds coordinates."""

    objective: Objective
    features: int
    places: NDArray[np.int64]

    def scores(self, V: Array) -> Array:
        """The coefficients themselves: (P, B) -> (T, B)."""
        outputs = self.objective.loss.outputs
        rows = V.reshape(self.objective.p, outputs, -1)
        picked, weights = np.empty((self.places.size, *rows.shape[1:])), self.places < self.features
        basis, features = self.objective.basis, self.places[weights]
        if basis is None:
            picked[weights] = rows[features]
        else:
            picked[weights] = np.tensordot(basis[features], rows[: basis.shape[1]], axes=1)
        picked[~weights] = rows[-1] - self._level * rows[-1].mean(axis=0)
        return picked.reshape(-1, rows.shape[2])

    def gradients(self) -> Array:
        """∇f: (P, T)."""
        outputs = self.objective.loss.outputs
        slopes = np.zeros((self.objective.p, outputs, self.places.size, outputs))
        weights, each = np.flatnonzero(self.places < self.features), np.arange(outputs)
        basis, features = self.objective.basis, self.places[weights]
        for k in each:
            if basis is None:
                slopes[features, k, weights, k] = 1.0
            else:
                slopes[: basis.shape[1], k, weights, k] = basis[features].T
        own = np.eye(outputs) - self._level / outputs
        slopes[-1][:, self.places == self.features] = own[:, None]  # none of a model without an intercept
        return slopes.reshape(self.objective.size, -1)

    @property
    def _level(self) -> float:
        """1 where the level of the intercepts is free, and taken out; else 0."""
        return float(self.objective.flat_intercepts > 0)

    def values(self, z: Array) -> Array:
        """θ_j."""
        return z

    def gradient(self, z: Array) -> Array:
        """1."""
        return np.ones_like(z)

    def total(self, per_score: Array) -> Array:
        """As it is."""
        return per_score

    def curvature(self, z: Array, u: Array) -> Array:
        """0."""
        return np.zeros_like(u)

    def in_parameters(self, slopes: Array) -> Array:
        """∇f times ∂f/∂z, which is 1: (P, T, 1)."""
        return self.gradients()[:, :, None]

    def sizes(self, power: int) -> Array:
        """‖∇f‖^``power``: 1, or less of an intercept whose level is free."""
        return np.asarray(np.linalg.norm(self.gradients(), axis=0)[:, None] ** float(power))

    def steepness(self) -> Steepness:
        """Linear."""
        from groupinf.numerics.losses.loss import Steepness

        return Steepness(1.0, 0.0, 0.0, 0.0)

    def sums(self, per_row: Array) -> Array:
        """As they are."""
        return per_row

    def per_row(self, numbers: RowNumbers, scale: Array) -> Array:
        """Infinite: a coefficient is no row's score."""
        return np.full((self.places.size * self.objective.loss.outputs, 1), np.inf)

    def off(self, theta: Array, sizes: RowNumbers, error: Array) -> Array:
        """That of a product with a row of the orthonormal ``basis``, and of the level that is taken out."""
        from groupinf.numerics.rounding import gamma

        units = gamma(self.objective.p + 2) + gamma(self.objective.loss.outputs + 2)
        off = 2.0 * units * np.linalg.norm(theta, axis=0)
        return np.repeat(off[None], self.places.size * self.objective.loss.outputs, axis=0)

    def between(self, z: Array, moved: Array) -> tuple[Array, Array]:
        """θ_j less and more so much."""
        return z - moved, z + moved
