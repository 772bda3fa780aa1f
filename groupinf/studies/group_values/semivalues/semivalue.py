"""What a semivalue is: how the worth of coalitions of groups is shared out among the groups."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import comb
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from groupinf.config.section import Problem, Section
from groupinf.numerics.losses.loss import Array

# coalitions as rows: True where a group is in one
Sets = NDArray[np.bool_]

# groups up to which every coalition is taken, 2^12 = 4,096 of them, where the configuration does not say
MOST_EXACT = 12
# and beyond which that may not be asked for: 2^16 = 65,536 coalitions
MOST_ENUMERATED = 16
# of intervals
LEVEL = 0.95


@dataclass(frozen=True)
class Shares:
    """The share of each group in each value, and its standard error over draws, 0 where it is exact: (G, T) each.

    ``error`` is at most how far the errors of the coalitions' values move a share. ``freedom`` are the degrees of
    freedom of standard errors, 0 where nothing is drawn.
    """

    value: Array
    standard_error: Array
    error: Array
    freedom: int = 0

    @classmethod
    def of_draws(cls, each: Array, error: Array) -> Shares:
        """The means of independent draws (draws, G, T)."""
        draws = each.shape[0]
        return cls(each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(draws), error, draws - 1)

    @property
    def reach(self) -> Array:
        """Half of an interval of LEVEL, by Student's t: (G, T)."""
        from scipy.special import stdtrit

        quantile = float(stdtrit(self.freedom, 0.5 + LEVEL / 2)) if self.freedom else 0.0
        return self.standard_error * quantile


class Semivalue(Section, ABC):
    """A group's share is Σ_S w_|S| (v(S ∪ {i}) − v(S)) over the coalitions S of the others, Σ_S w_|S| = 1
    (Dubey, Neyman and Weber 1981).

    A case has, besides a field ``by`` whose one value is its name: ``label``, which heads a column, ``in_text``, what
    sentences call one such share, ``equation``, ``source``, and whether it is ``efficient``: shares add up to
    v(all) − v(none), and whether it ``leaves_one_out``: shares are v(all) − v(all but i). ``ungrouped`` says
    of rows in no group whether all coalitions have them, or none.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    equation: ClassVar[str]
    source: ClassVar[str]
    efficient: ClassVar[bool] = False
    leaves_one_out: ClassVar[bool] = False

    of: Literal["groups"] = "groups"
    ungrouped: Literal["present", "absent"] = "present"

    @abstractmethod
    def weights(self, groups: int) -> Array:
        """w of coalitions of 0 to G − 1 others: (G,)."""

    @abstractmethod
    def is_exact(self, groups: int) -> bool:
        """Whether every coalition that has a weight is taken, and none is drawn."""

    @abstractmethod
    def coalitions(self, groups: int, rng: np.random.Generator) -> Sets:
        """Those that are valued, every one that has a weight, or those that are drawn: (D, G)."""

    @abstractmethod
    def shares(self, sets: Sets, value: Array, error: Array) -> Shares:
        """Shares by these ``coalitions``, whose values and their errors are (D, T)."""

    @abstractmethod
    def most_coalitions(self, groups: int) -> int:
        """At most how many coalitions of so many groups are valued."""

    @abstractmethod
    def told(self, groups: int) -> str:
        """What is drawn, in words."""

    def check(self, groups: int) -> Problem | None:
        """What would go wrong with so many groups; None where nothing does."""
        return None

    def of_row(self, groups: int, owners: int) -> float:
        """The share of one of the ``owners`` of a row, of ``groups``: of v(S) = 1 where S has any owner, else 0."""
        others, weights = groups - owners, self.weights(groups)
        return float(sum(comb(others, s) * weights[s] for s in range(others + 1))) if owners else 0.0


class Sampled(Semivalue):
    """One that is exact up to a number of groups, and drawn beyond it."""

    exact_up_to: Annotated[int, Field(ge=0, le=MOST_ENUMERATED)] = MOST_EXACT

    @abstractmethod
    def drawn(self, groups: int, rng: np.random.Generator) -> Sets:
        """The coalitions that are valued where they are drawn: (D, G)."""

    @abstractmethod
    def estimated(self, sets: Sets, value: Array, error: Array) -> Shares:
        """Shares by the coalitions that were ``drawn``, whose values and their errors are (D, T)."""

    def is_exact(self, groups: int) -> bool:
        """Up to ``exact_up_to`` groups."""
        return groups <= self.exact_up_to

    def coalitions(self, groups: int, rng: np.random.Generator) -> Sets:
        """All of them, or those that are drawn."""
        return all_coalitions(groups) if self.is_exact(groups) else self.drawn(groups, rng)

    def shares(self, sets: Sets, value: Array, error: Array) -> Shares:
        """By the weights of all coalitions, or as they are estimated."""
        groups = sets.shape[1]
        if not self.is_exact(groups):
            return self.estimated(sets, value, error)
        without = sets[: len(sets) // 2, : groups - 1].sum(axis=1)  # of the other groups, whichever one is left out
        weights = self.weights(groups)[without]
        pairs = [_pairs(value, group) for group in range(groups)]
        exact = np.array([weights @ (there - absent) for absent, there in pairs])
        off = np.array([weights @ sum(_pairs(error, group)) for group in range(groups)])
        return Shares(exact, np.zeros_like(exact), off)


def all_coalitions(groups: int) -> Sets:
    """Every coalition, by the number that it is in binary, the first group the lowest digit.

    >>> all_coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    return (np.arange(2**groups)[:, None] >> np.arange(groups) & 1).astype(bool)


def _pairs(of_all: Array, group: int) -> tuple[Array, Array]:
    """Numbers of ``all_coalitions`` (D, T) without a group, by the number of the others in binary, and with it."""
    by_group = of_all.reshape(-1, 2, 1 << group, of_all.shape[1])
    without, inside = (by_group[:, there].reshape(-1, of_all.shape[1]) for there in (0, 1))
    return without, inside
