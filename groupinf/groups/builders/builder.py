"""What a builder is: a section of the configuration that knows how to make groups."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from groupinf.config.section import Problem, Section
from groupinf.groups.row_orders import AskedOrder

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


@dataclass(frozen=True)
class Kind:
    """A kind of groups, what readers call it and how plots draw it: ``look`` is a colour and a matplotlib marker.

    A kind without a look is drawn as kinds of a user's own are.
    """

    name: str
    label: str
    look: tuple[str, str] | None = None


class Builder(Section, ABC):
    """One builder with its options, which are its fields; it is drawn as it stands in ``groups.builders``.

    A case has, besides a field ``builder`` whose one value is its name: the ``kinds`` of groups that it makes, in the
    order of tables (none where data or users name them); whether they are ``natural``, what data or users say that
    belongs together; whether it draws groups of the configured sizes, and needs the ``steps`` of a source; whether it
    compares every two rows, which takes longer than all else;
    ``versions``, which a run's identity takes in where a builder makes other groups than it once did; and
    ``adversarial``, a sentence where groups are chosen so that predictions fail on them.
    """

    name: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]] = ()
    natural: ClassVar[bool] = False
    needs_sizes: ClassVar[bool] = True
    needs_steps: ClassVar[bool] = False
    compares_rows: ClassVar[bool] = False
    versions: ClassVar[Mapping[str, int]] = {}
    adversarial: ClassVar[str] = ""

    @property
    def needs_self_newton(self) -> bool:
        """Whether it reads that of a source, with its options."""
        return False

    @property
    def wants_sizes(self) -> bool:
        """Whether it draws groups of the configured sizes, with its options."""
        return self.needs_sizes

    @property
    def asked_order(self) -> AskedOrder | None:
        """The order of rows whose first ones it makes groups of, which only the removal of rows has; None for none."""
        return None

    @property
    def asked_score(self) -> str | None:
        """The score of each row of the fit, by its name, by which it orders them; None for none."""
        return None

    @abstractmethod
    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """The groups, everything random from ``rng``; each has rows 0 to n − 1 of the source, at least one, each once.

        Raises DataError where the data do not allow it.
        """

    def check(self, dataset: Dataset) -> Problem | None:
        """What would go wrong on this dataset, found before anything runs; None where it can work."""
        return None

    def known_groups(self, dataset: Dataset) -> tuple[Group, ...] | None:
        """Its groups, in their order, where they are known before anything is fitted and ``check`` finds nothing."""
        return None

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """At most how many groups it makes, of so many sizes and test points."""
        return sizes

    def notes(self, dataset: Dataset) -> tuple[str, ...]:
        """What the user should know of the data before it builds; ``build`` says it too."""
        return ()
