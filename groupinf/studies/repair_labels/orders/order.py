"""What an order is: a score of each training row, by what is known without the true labels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from groupinf.errors import ConvergenceError

if TYPE_CHECKING:
    from groupinf.numerics.approximate_leave_one_out import ChangedEach
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Rows
    from groupinf.points.row_scores import PlainScores, RowScores


@dataclass(frozen=True)
class Known:
    """A fit to the labels at hand, some of them wrong, and the loss that is ``measured`` where it is another.

    What takes a solve for each row is computed when it is first asked for.
    """

    fitted: Fitted
    measured: Loss | None = None

    @cached_property
    def plain(self) -> PlainScores:
        """Loss, score and residual of each row."""
        from groupinf.points.row_scores import plain_scores

        return plain_scores(self.fitted, self.measured)

    @cached_property
    def steps(self) -> ChangedEach:
        """The Newton steps without each row. Raises ConvergenceError where there is no factor of H to take them by."""
        from groupinf.points.row_scores import left_out_each

        steps = left_out_each(self.fitted)
        if steps is None:
            raise ConvergenceError(
                "scores of rows that take H⁻¹ need a factor of H, and there is none for so many parameters and rows; "
                "orders by the training loss, or at random, need none"
            )
        return steps

    @cached_property
    def solved(self) -> RowScores:
        """What takes H⁻¹ as well. Raises ConvergenceError as ``steps``."""
        from groupinf.points.row_scores import scores_of_steps

        return scores_of_steps(self.fitted, self.steps, self.measured)


class Order(ABC):
    """In which order training rows are inspected.

    In sentences it is ``in_text`` ("by self-influence"), in legends its ``label``; ``colour`` and ``marker`` are those
    of its line. ``equation`` is the score of row i, ``source`` where it was proposed.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    in_text: ClassVar[str]
    equation: ClassVar[str]
    source: ClassVar[str]
    colour: ClassVar[str]
    marker: ClassVar[str]

    @abstractmethod
    def score(self, known: Known) -> Array:
        """(n,): rows with a large score are inspected first; a row without a number comes last."""


def inspected_first(score: Array, rng: np.random.Generator) -> Rows:
    """The rows from the largest score down; ``rng`` decides between equal ones."""
    ties = rng.permutation(score.size)
    return np.lexsort((ties, -np.where(np.isnan(score), -np.inf, score)))
