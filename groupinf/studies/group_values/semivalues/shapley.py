"""The Shapley value."""

from __future__ import annotations

from math import comb
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_values.semivalues.semivalue import Sampled, Sets, Shares

# independent rounds, at least: standard errors are those of their means
ROUNDS = 20


class Shapley(Sampled):
    """w_s = 1/(G·C(G − 1, s)): what a group adds to those before it, the mean over all orders of the groups.

    Beyond ``exact_up_to`` groups orders are drawn in rounds. A round turns one random order to evenly spaced places,
    and takes each of these with its reverse; with G even and G orders each group then has each place once. What a group
    adds depends most on how many come before it: on games of breast cancer rounds have a sixth to two fifths of the
    error of as many orders with their reverses alone.
    """

    name: ClassVar = "shapley"
    label: ClassVar = "Shapley value"
    in_text: ClassVar = "Shapley value"
    equation: ClassVar = "mean over orders of the groups of v(those before i, and i) − v(those before i)"
    source: ClassVar = "Shapley 1953; of training data Ghorbani and Zou 2019"
    efficient: ClassVar = True

    by: Literal["shapley"] = "shapley"
    permutations: Annotated[int, Field(ge=2 * ROUNDS)] = 400

    def weights(self, groups: int) -> Array:
        """1/(G·C(G − 1, s)).

        >>> Shapley().weights(3).round(3).tolist()
        [0.333, 0.167, 0.333]
        """
        return np.array([1.0 / (groups * comb(groups - 1, s)) for s in range(groups)])

    def rounds(self, groups: int) -> tuple[int, int]:
        """How many rounds of how many orders: at least ROUNDS, of at most as many orders as groups, an even number.

        >>> Shapley(permutations=400).rounds(10), Shapley(permutations=400).rounds(96)
        ((40, 10), (20, 20))
        """
        orders = 2 * max(1, min(groups + groups % 2, self.permutations // ROUNDS) // 2)
        return -(-self.permutations // orders), orders

    def most_coalitions(self, groups: int) -> int:
        """All of them; or those on the way of each order, which share none and all."""
        rounds, orders = self.rounds(groups)
        every = 1 << groups
        return every if self.is_exact(groups) else min(every, rounds * orders * (groups - 1) + 2)

    def told(self, groups: int) -> str:
        """Orders and rounds."""
        rounds, orders = self.rounds(groups)
        return f"{rounds * orders:,} orders in {rounds:,} rounds of {orders:,}"

    def drawn(self, groups: int, rng: np.random.Generator) -> Sets:
        """The G + 1 coalitions on the way of each order, order by order."""
        rounds, orders = self.rounds(groups)
        ways = np.concatenate([_round(rng.permutation(groups), orders) for _ in range(rounds)])
        places = np.argsort(ways, axis=1)
        return (places[:, None, :] < np.arange(groups + 1)[:, None]).reshape(-1, groups)

    def estimated(self, sets: Sets, value: Array, error: Array) -> Shares:
        """The mean over orders of what a group adds to those before it; its standard error from means of rounds."""
        groups, values = sets.shape[1], value.shape[1]
        rounds, orders = self.rounds(groups)
        on_way = sets.reshape(-1, groups + 1, groups)
        # a group is in all coalitions on the way but those up to its place
        places = groups - on_way.sum(axis=1)
        before, after = value.reshape(-1, groups + 1, values), error.reshape(-1, groups + 1, values)
        added = np.take_along_axis(np.diff(before, axis=1), places[:, :, None], axis=1)
        off = np.take_along_axis(after[:, 1:] + after[:, :-1], places[:, :, None], axis=1)
        return Shares.of_draws(added.reshape(rounds, orders, groups, values).mean(axis=1), off.mean(axis=0))


def _round(order: NDArray[np.int64], orders: int) -> NDArray[np.int64]:
    """An order turned to ``orders``/2 places, evenly spaced, and the reverse of each: (orders, G).

    >>> _round(np.arange(4), 4).tolist()
    [[0, 1, 2, 3], [2, 3, 0, 1], [3, 2, 1, 0], [1, 0, 3, 2]]
    """
    turned = [np.roll(order, round(2 * j * order.size / orders)) for j in range(orders // 2)]
    return np.array([*turned, *(way[::-1] for way in turned)])
