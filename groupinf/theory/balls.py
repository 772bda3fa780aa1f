"""Balls around a model in which the exact minimum of its objective lies, proven, rounding included.

Let g be the gradient of an objective at θ, H_θ its Hessian there and ν = √(gᵀH_θ⁻¹g). If no two scores of a row that
counts move apart by more than R‖v‖ along a change v of the parameters, ‖v‖ in H_θ, and curvatures change along scores
at a rate of at most c (``Loss.concordance``), then with the minimum θ*

    ‖θ* − θ‖ ≤ −log(1 − cRν)/(cR)    where cRν < 1

(generalised self-concordance, Bach 2010, proposition 2; ν itself where c = 0). H_θ is not formed: with κ, τ and what a
pass has found of curvatures, H_θ ≥ κ(H − H(δ)) and H ≤ a(H − H(δ)), so that H_θ ≥ κH/a.

Where all parameters are penalised, λ‖θ* − θ‖² ≤ gᵀ(θ − θ*) holds without any of this: a ball around θ in the norm √λ‖v‖
whose radius is ‖g‖/√λ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations.evaluation import RowNumbers
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.reduced import Pencil
from groupinf.numerics.rounding import SLACK
from groupinf.numerics.verified import VerifiedFactor

# values of an evaluation up to which each is solved for with the Hessian of each group; beyond that the norm in H does
MOST_SOLVED = 64


class Ball(ABC):
    """B models, or one that serves all, and how far their minima are at most: ``radius`` (B,) or (1,).

    ``reach`` is how far two scores of a row move apart per unit of the norm, and ``of_columns`` at least the dual norm
    of any v that is not above the largest |x_ij| of each column j; both are to be multiplied with ``growth``.
    """

    reach: RowNumbers
    of_columns: float
    radius: Array

    @abstractmethod
    def norms(self, V: Array) -> Array:
        """At least the dual norm of each v, by which vᵀ(θ* − θ) is at most the radius times: (P, T, B) -> (T, B)."""

    @property
    @abstractmethod
    def growth(self) -> Array:
        """(B,) or (1,)."""


@dataclass(frozen=True)
class InHessian(Ball):
    """In H_θ: ``amplification`` is a and ``kept`` κ, (B,) each; ``pencils`` are those of the groups, None where none is
    at hand, and of a fit, whose Hessian is H itself, there are none. ``product`` is the cRν that tells the radius.
    """

    verified: VerifiedFactor
    reach: RowNumbers
    of_columns: float
    pencils: Sequence[Pencil | None]
    amplification: Array
    kept: Array
    radius: Array
    product: Array

    def norms(self, V: Array) -> Array:
        """By each group's own factor where there is one, else √(a/κ) times the norm in H⁻¹."""
        P, T, B = V.shape
        if not self.solves or T > MOST_SOLVED:
            told = np.broadcast_to(np.isfinite(self.growth), B) if B > 1 else np.ones(1, dtype=bool)
            norms = np.full((T, B), np.inf)
            norms[:, told] = self.verified.norms_of_many(V[:, :, told].reshape(P, -1)).reshape(T, -1)
            return norms * self.growth
        each = [
            self.verified.reduced_norm(pencil, V[:, :, b if B > 1 else 0], float(self.amplification[b]))
            for b, pencil in enumerate(self.pencils)
        ]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.kept > 0.0, np.column_stack(each) / np.sqrt(self.kept), np.inf)

    def within(self, bound: Array) -> Array:
        """√(a/κ) times that in H⁻¹."""
        return self.verified.norm_within(bound) * self.growth

    @property
    def solves(self) -> bool:
        """Whether each group's own factor is at hand."""
        return bool(self.pencils) and all(pencil is not None and pencil.H is not None for pencil in self.pencils)

    @property
    def growth(self) -> Array:
        """√(a/κ)."""
        return growth_of(self.amplification, self.kept)


@dataclass(frozen=True)
class InPenalty(Ball):
    """In √λ‖v‖: rows reach as far as ‖x‖/√λ, and √2 times that with several outputs."""

    lam: float
    reach: RowNumbers
    of_columns: float
    radius: Array

    def norms(self, V: Array) -> Array:
        """‖v‖/√λ."""
        return np.asarray(SLACK * np.linalg.norm(V, axis=0) / np.sqrt(self.lam))

    @property
    def growth(self) -> Array:
        """1."""
        return np.ones(1)


@dataclass(frozen=True)
class OfScores(Ball):
    """No score of a training row or of a row of the test points is off by more than the radius, a certificate's: every
    row reaches as far as 1, and of anything else nothing is said.
    """

    reach: RowNumbers
    radius: Array
    of_columns: float = np.inf

    def norms(self, V: Array) -> Array:
        """Infinite."""
        return np.full((V.shape[1], self.radius.size), np.inf)

    @property
    def growth(self) -> Array:
        """1."""
        return np.ones(1)


def growth_of(amplification: Array, kept: Array) -> Array:
    """√(a/κ), infinite where nothing is kept."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(kept > 0.0, SLACK * np.sqrt(amplification / kept), np.inf)


def radius_of(concordance: float, reach: Array, decrement: Array) -> Array:
    """−log(1 − cRν)/(cR) from R and ν (B,); infinite where cRν ≥ 1."""
    if concordance == 0.0:
        return decrement
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        s = SLACK * concordance * reach * decrement
        distance = SLACK * -np.log1p(-s) / (concordance * reach)
        return np.where(s < 1.0, np.where(s > 0.0, distance, decrement), np.inf)
