"""What a loss of a linear model says of itself: a function of the scores z = Xθ and the labels, and its derivatives.

Scores have shape (n, K') or (n, K', B) for B models side by side. Labels y (n,) are float64: class codes 0..K-1, or
real numbers in regression. Per row, r = ∂ℓ/∂z (K') is the residual and A = ∂²ℓ/∂z² (K' × K') the curvature.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# beyond so large an argument an exponential is 0
LARGEST_ARGUMENT = 745.0
# the largest third central moment of a distribution on [0, 1]. With its mean given the moment is linear in the
# distribution and largest at an extreme one, which has two atoms (Carathéodory): p(1 − p)(1 − 2p) at p = (3 − √3)/6
LARGEST_THIRD_MOMENT = 1.0 / (6.0 * 3.0**0.5)


@dataclass(frozen=True)
class Option:
    """A number that a loss is made with: its name, its default, and what it is ``above``, or not below (``least``)."""

    name: str
    default: float
    above: float | None = None
    least: float | None = None


@dataclass(frozen=True)
class Steepness:
    """Suprema over the scores z of a row: ``slope`` ‖∂f/∂z‖, ``third`` the norm of ∂³f/∂z³; and of uᵀ(∂²f/∂z²)u over
    the squared range max u − min u of u, of one output u², the ``least`` and the ``most``.
    """

    slope: float
    third: float
    least: float
    most: float


class Loss(ABC):
    """A convex loss of one row's scores with K' ``outputs``; one class for each case, a value for a number of classes.

    ``units`` says in what losses, and where they differ predictions, are stated. ``flat_direction`` says whether ℓ is
    the same at z and z + c1: then no data tell the level of the intercepts. ``roundings`` bounds the relative error of
    a residual, and of an entry of a curvature, at given scores in units of 2⁻⁵³. ``options`` is what it is made with.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    units: ClassVar[str]
    flat_direction: ClassVar[bool]
    # an exponential to 4 (NumPy states below 1 to 4 for its vector code) and six operations more
    roundings: float = 10.0
    options: ClassVar[tuple[Option, ...]] = ()
    # whether it is minimised by its derivatives; what is not is the hinge, whose derivatives are those of another, and
    # whose options say only of which
    smooth: ClassVar[bool] = True
    outputs: int

    @classmethod
    @abstractmethod
    def is_for(cls, classes: int) -> bool:
        """Whether its labels are those of so many classes; 0 stands for regression."""

    @property
    @abstractmethod
    def concordance(self) -> float | None:
        """The least c with |∂³ℓ/∂z³[u, u, v]| ≤ c·range(v)·uᵀAu at all z and for all u, v, with range(v) = |v| of one
        output and max v − min v of several: of one output |d log a/dz| ≤ c. 0 where A is constant; None where no such c
        has been derived, and then nothing is proven of a fit (Bach 2010, section 2; of order 2 in Sun and Tran-Dinh
        2019).
        """

    @property
    @abstractmethod
    def slope_bound(self) -> float:
        """sup ‖∂ℓ/∂z‖₂ over all z and y; infinite where ℓ grows faster than its scores."""

    @property
    @abstractmethod
    def third_bound(self) -> float | None:
        """sup |∂³ℓ/∂z³[u, v, w]| over all z, y and unit vectors u, v, w, which is attained at u = v = w (Banach 1938);
        None where there is none, or none has been derived.
        """

    @classmethod
    @abstractmethod
    def of(cls, classes: int, options: Mapping[str, float]) -> Loss:
        """The loss for so many classes that it is for, with a value for each of its ``options``."""

    @property
    def curved(self) -> bool:
        """Whether its derivatives have any curvature, which a free intercept is held by."""
        return True

    def differentiated_by(self, other: Loss) -> Loss:
        """This loss, with the derivatives of ``other`` where it is not smooth."""
        return self

    @property
    def derivatives_in_text(self) -> str:
        """What its derivatives are those of."""
        return f"the {self.label}"

    @property
    def easier(self) -> Loss | None:
        """A loss near this one that is easier to minimise, from whose minimum a fit starts; None where none helps."""
        return None

    def score_words(self, classes: Sequence[str]) -> str:
        """What a score is, with the names of the ``classes``, where ``units`` does not say it; empty where it does."""
        return ""

    @property
    def curvature_bound(self) -> float | None:
        """sup uᵀAu over all z and all u of range 1, as ``concordance`` has it; None where none has been derived."""
        return None

    @property
    def steepness(self) -> Steepness | None:
        """How steep it is in the scores at most; None where one of the bounds has not been derived."""
        if self.third_bound is None or self.curvature_bound is None:
            return None
        return Steepness(self.slope_bound, self.third_bound, 0.0, self.curvature_bound)

    def between(self, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """The least and the largest ℓ of each row where no two scores move apart, or its only one moves, by more than
        ``reach`` (n, B): z (n, K', B) -> (n, B) twice. Anything, unless a case knows more.
        """
        return np.full_like(reach, -np.inf), np.full_like(reach, np.inf)

    @abstractmethod
    def values(self, z: Array, y: Array) -> Array:
        """ℓ(z_i, y_i): (n, K', ...) -> (n, ...)."""

    @abstractmethod
    def residuals(self, z: Array, y: Array) -> Array:
        """r, its relative error a few roundings: same shape as z, which it may overwrite."""

    @abstractmethod
    def plain_residuals(self, z: Array, y: Array) -> Array:
        """The same by the shortest formula, its absolute error a few roundings; z may be overwritten."""

    def unit_residuals(self, z: Array, y: Array) -> Array:
        """r over the size of its largest entry, 0 where r is: what is left of it without the size of the loss.

        Of a row's own class that entry is −1, in regression ±1. Same shape as z.
        """
        r = self.residuals(z.copy(), y)
        largest = np.abs(r).max(axis=1, keepdims=True)
        return np.asarray(np.divide(r, largest, out=np.zeros_like(r), where=largest > 0.0))

    def label_pull(self, y: Array, new: Array) -> Array | None:
        """r(z, new) − r(z, y), (n, K'), where it is the same at every z; None where it is not."""
        return None

    @abstractmethod
    def curvature_state(self, z: Array, y: Array) -> Array:
        """What products with the curvature need of z, computed once: same shape as z."""

    def curvature_kept(self, before: Array, after: Array) -> Array:
        """At least the c with A_i ≥ c A_i before, from the states (n, K', 1 or B) there and now: (n, B).

        0, which nothing can be less than, unless a case knows more.
        """
        return np.zeros((after.shape[0], after.shape[-1]))

    @abstractmethod
    def curvature_product(self, state: Array, u: Array) -> Array:
        """A_i u_i, from the state at z_i: same shape as u; the state is (n, K') or as u."""

    @abstractmethod
    def curvature(self, z: Array, y: Array) -> Array:
        """A_i: (n, K') -> (n, K', K')."""

    @abstractmethod
    def curvature_root(self, z: Array, y: Array) -> Array:
        """B_i with B_iᵀB_i = A_i: (n, K') -> (n, K', K')."""

    @abstractmethod
    def third(self, z: Array, y: Array, u: Array) -> Array:
        """∂³ℓ/∂z³ applied twice to u_i: z (n, K') or as u (n, K', B) -> same shape as u."""

    @abstractmethod
    def squared_residuals(self, z: Array, state: Array, y: Array) -> Array:
        """Σ_k r_k² from z and the state there, which costs less than r: (n, K', B) -> (n, B)."""

    @abstractmethod
    def curvature_trace(self, state: Array) -> Array:
        """Trace of A_i from the state (n, K', B): (n, B)."""

    @abstractmethod
    def shared_curvature(self, state: Array, weight: Array) -> Array:
        """Least eigenvalue of Σ_i weight_i A_i, directions that no score tells left out, from state (n, K', B) and
        weight (n, B): (B,).
        """


class OneOutputLoss(Loss):
    """A loss of one score: its curvature a is a number, and what is asked of a matrix is asked of that.

    A case says ``curvature_state`` a = ∂²ℓ/∂z² and ``curvature_slope`` ∂a/∂z, both of the shape of z.
    """

    outputs = 1
    flat_direction = False

    @classmethod
    def of(cls, classes: int, options: Mapping[str, float]) -> Loss:
        """The one that there is, of a loss without options."""
        return cls()

    @abstractmethod
    def curvature_slope(self, z: Array, y: Array) -> Array:
        """∂³ℓ/∂z³: same shape as z."""

    def plain_residuals(self, z: Array, y: Array) -> Array:
        """Those of ``residuals``."""
        return self.residuals(z, y)

    def curvature_kept(self, before: Array, after: Array) -> Array:
        """The ratio of the curvatures, 1 where there was none."""
        return np.divide(after, before, out=np.ones_like(after), where=before > 0.0)[:, 0]

    def curvature_product(self, state: Array, u: Array) -> Array:
        """a u."""
        return beside(state, u) * u

    def curvature(self, z: Array, y: Array) -> Array:
        """a as (n, 1, 1)."""
        return self.curvature_state(z, y)[:, :, None]

    def curvature_root(self, z: Array, y: Array) -> Array:
        """√a as (n, 1, 1)."""
        return np.sqrt(self.curvature(z, y))

    def third(self, z: Array, y: Array, u: Array) -> Array:
        """∂a/∂z · u²."""
        return beside(self.curvature_slope(z, y), u) * u**2

    def squared_residuals(self, z: Array, state: Array, y: Array) -> Array:
        """r²."""
        return self.residuals(z.copy(), y)[:, 0] ** 2

    def curvature_trace(self, state: Array) -> Array:
        """a."""
        return state[:, 0]

    def shared_curvature(self, state: Array, weight: Array) -> Array:
        """The sum itself."""
        return np.asarray((state[:, 0] * weight).sum(axis=0))


class TwoClassLoss(OneOutputLoss):
    """A loss of the score of two classes, y in {0, 1}, that falls as the score moves towards the own class."""

    @classmethod
    def is_for(cls, classes: int) -> bool:
        """Two."""
        return classes == 2

    def between(self, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """At the ends."""
        toward = beside(2.0 * y - 1.0, z) * reach[:, None]
        return self.values(z + toward, y), self.values(z - toward, y)


def beside(a: Array, like: Array) -> Array:
    """``a`` with axes of length one at its end, to stand beside ``like``; as it is where it has as many axes."""
    return a.reshape(a.shape + (1,) * (like.ndim - a.ndim))
