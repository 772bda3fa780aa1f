"""What a change is: a section of the configuration that says what is done to the rows of a group."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from groupinf.config.section import Problem, Section
from groupinf.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.numerics.losses.loss import Array


class Change(Section, ABC):
    """One change with its options, which are its fields; a case has, besides, a field ``change``: its name.

    A changed row counts ``times`` its own weight, perhaps with another label. ``of_pool`` says that groups are drawn
    among rows that take no part in the fit. In sentences it is a ``noun`` ("the effect of removal"), and what is done
    to groups ``doing`` so ("removing"), or by what ``does`` it ("removes").
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    doing: ClassVar[str]
    does: ClassVar[str]
    of_pool: ClassVar[bool] = False

    @property
    @abstractmethod
    def times(self) -> float:
        """s'_i/c_i, how many times a row's own weight counts once its group is changed."""

    @property
    def told(self) -> str:
        """Its name, and its options as configurations have them.

        >>> from groupinf.effects.changes.reweight import Reweight
        >>> Reweight(factor=2.0).told
        'reweight, factor: 2'
        """
        options = self.model_dump(exclude={"change"}, exclude_none=True)
        values = {key: number(v, 6) if isinstance(v, float) else v for key, v in options.items()}
        return ", ".join([self.name, *(f"{key}: {value}" for key, value in values.items())])

    @property
    @abstractmethod
    def done(self) -> str:
        """What a group is once it is changed, with its options: "removed"; the word "groups" may stand before it."""

    @property
    @abstractmethod
    def convention(self) -> str:
        """What is kept, how an effect is defined, and what its sign means, as part of a sentence."""

    def labels(self, y: NDArray[Any], classes: Sequence[object], rng: np.random.Generator) -> Array | None:
        """The labels y' (n,) that rows get where their group is changed; None where they keep theirs.

        ``y`` (n,) holds codes into ``classes``, or the targets of regression, which has none.
        """
        return None

    def pool(self, n: int, rng: np.random.Generator) -> NDArray[np.int64] | None:
        """Which of n training rows are kept out of the fit, sorted; None where the change keeps none out."""
        return None

    def check(self, n: int, classes: Sequence[object], marked: int) -> Problem | None:
        """What would go wrong with n training rows of these classes (regression has none); None where nothing does.

        ``marked`` rows are, by the data, those of a pool.
        """
        return None
