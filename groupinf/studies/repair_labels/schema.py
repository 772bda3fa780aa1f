"""The configuration of a study that repairs labels: which are flipped, in which order rows are inspected, how many."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from groupinf.config.load import LoadedConfig
from groupinf.config.registered import RegisteredName
from groupinf.config.section import PositiveInt, Section, distinct
from groupinf.config.words import found
from groupinf.groups.sizes import spaced
from groupinf.studies.linear.schema import LinearConfig
from groupinf.studies.repair_labels.orders.registry import ORDERS

# those of Koh and Liang 2017, Figure 6, and the one that uses what a row without itself would be told
ORDERS_LEFT_OUT = ("self_influence", "training_loss", "random", "leave_one_out")


def _amount(value: Any) -> int | float:
    """A share of the rows, or a number of them."""
    if isinstance(value, float) and 0.0 < value < 1.0:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ValueError(f"expected a share above 0 and below 1, or a whole number of rows, found {found(value)}")


Amount = Annotated[
    int | float,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                {"type": "integer", "minimum": 1},
            ]
        }
    ),
]


def rows_of(amount: float, n: int) -> int:
    """How many of n rows a share, rounded down, or a whole number is.

    >>> rows_of(0.1, 455), rows_of(412, 4137)
    (45, 412)
    """
    return amount if isinstance(amount, int) else int(amount * n)


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
