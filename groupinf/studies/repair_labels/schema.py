"""The configuration of a study that repairs labels: which are flipped, in which order rows are inspected, how many."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from groupinf.config.load import LoadedConfig
from groupinf.config.registered import RegisteredName
from groupinf.config.section import PositiveInt, Section, distinct
from groupinf.groups.sizes import spaced
from groupinf.studies.linear.amount import Amount, rows_of
from groupinf.studies.linear.schema import LinearConfig
from groupinf.studies.repair_labels.orders.registry import ORDERS

# what the registry and every manifest call this kind of study
STUDY = "repair_labels"

# those of Koh and Liang 2017, Figure 6, and the one that uses what a row without itself would be told
ORDERS_LEFT_OUT = ("self_influence", "training_loss", "random", "leave_one_out")


class Inspect(Section):
    """``num`` numbers of inspected rows, linearly spaced from 0 to ``max`` and rounded down."""

    max: Amount = 0.3
    num: Annotated[int, Field(ge=2)] = 31

    def rows(self, n: int) -> tuple[int, ...]:
        """The numbers.

        >>> Inspect(max=1236, num=7).rows(4137)
        (0, 206, 412, 618, 824, 1030, 1236)
        """
        return spaced(0, rows_of(self.max, n), self.num)


class RepairConfig(LinearConfig):
    """One study: a dataset, a regularisation, how many labels are flipped, and in which order they are looked for."""

    flip: Amount = 0.1
    repeats: PositiveInt = 40
    inspect: Inspect = Inspect()
    orders: Annotated[
        tuple[Annotated[str, RegisteredName(ORDERS)], ...],
        Field(strict=False, min_length=1),
        AfterValidator(distinct),
    ] = ORDERS_LEFT_OUT


# A configuration of this study that knows where it came from.
LoadedRepair = LoadedConfig[RepairConfig]
