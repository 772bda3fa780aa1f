"""The Banzhaf value."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from groupinf.config.section import Problem
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_values.semivalues.semivalue import Sampled, Sets, Shares

# samples for each group, at least: standard errors are those of a regression with as many coefficients as groups
LEAST_SAMPLES = 8


class Banzhaf(Sampled):
    """w = 1/2^(G − 1): the mean of what a group adds over all coalitions of the others.

    Shares are the coefficients of the additive game that is nearest to v in least squares over all coalitions (Hammer
    and Holzman 1992). Beyond ``exact_up_to`` groups they are those over drawn coalitions, each with its complement, so
    that every coalition tells of every group, as with maximum sample reuse (Wang and Jia 2023), and what other groups
    add is taken out: on games of breast cancer half to two thirds of the error of means with and without a group.
    """

    name: ClassVar = "banzhaf"
    label: ClassVar = "Banzhaf value"
    in_text: ClassVar = "Banzhaf value"
    equation: ClassVar = "mean over all coalitions S of the others of v(S and i) − v(S)"
    source: ClassVar = "Banzhaf 1965; of training data Wang and Jia 2023"

    by: Literal["banzhaf"] = "banzhaf"
    samples: Annotated[int, Field(ge=16, multiple_of=2)] = 2000

    def weights(self, groups: int) -> Array:
        """1/2^(G − 1)."""
        return np.full(groups, 0.5 ** (groups - 1))

    def check(self, groups: int) -> Problem | None:
        """Fewer samples than the regression needs."""
        if self.is_exact(groups) or self.samples >= LEAST_SAMPLES * groups:
            return None
        expected = f"expected at least {LEAST_SAMPLES} for each group, {LEAST_SAMPLES * groups:,} for {groups:,} groups"
        return Problem("samples", f"{expected}, found {self.samples:,}")

    def most_coalitions(self, groups: int) -> int:
        """All of them, or the samples."""
        every = 1 << groups
        return every if self.is_exact(groups) else min(every, self.samples)

    def told(self, groups: int) -> str:
        """Coalitions with their complements."""
        return f"{self.samples:,} coalitions, half of them the complements of the others"

    def drawn(self, groups: int, rng: np.random.Generator) -> Sets:
        """Each group in a coalition or not, by half and half; a coalition and its complement after each other."""
        half = rng.integers(2, size=(self.samples // 2, groups)).astype(bool)
        return np.stack([half, ~half], axis=1).reshape(-1, groups)

    def estimated(self, sets: Sets, value: Array, error: Array) -> Shares:
        """β of v(S) − v(complement) = Σ ±βᵢ + rest, + where S has the group, by least squares.

        Standard errors are those that hold whatever the rest depends on (HC3 of MacKinnon and White 1985).
        """
        signs = np.where(sets[::2], 1.0, -1.0)
        solved = np.linalg.solve(signs.T @ signs, signs.T)
        difference = value[::2] - value[1::2]
        share = solved @ difference
        leverage = np.einsum("gp,pg->p", solved, signs)
        rest = (difference - signs @ share) / (1.0 - leverage)[:, None]
        off = np.abs(solved) @ (error[::2] + error[1::2])
        return Shares(share, np.sqrt(solved**2 @ rest**2), off, signs.shape[0] - signs.shape[1])
