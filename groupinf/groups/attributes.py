"""What is known of groups beside their rows: numbers and categories, by which their effects may be explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groupinf.errors import DataError

if TYPE_CHECKING:
    from groupinf.groups.groups import Groups


if TYPE_CHECKING:
    import pandas as pd

# (G,) numbers, NaN where a group has none, or texts, None where it has none
Values = NDArray[np.float64] | NDArray[np.object_]
SIZE, SHARE, TARGET = "size", "share_of_rows", "mean_target"


@dataclass(frozen=True)
class Attributes:
    """The attributes of G groups by their names, in the order of tables, and what the user should know of them."""

    values: Mapping[str, Values]
    notes: tuple[str, ...] = ()


def attributes_of_rows(
    groups: Groups, y: NDArray[np.int64] | NDArray[np.float64], classes: Sequence[object]
) -> Attributes:
    """What is known of any groups, from the labels (n,) of the rows that they are drawn from: class codes, or targets.

    size, share_of_rows (size/n), and share_of_label C, the share of the group's rows with label C, for each class; of
    targets mean_target. Rows are counted, not weighted.
    """
    sizes = groups.sizes.astype(np.float64)
    W = groups.removal_matrix(y.size)
    values: dict[str, Values] = {SIZE: sizes, SHARE: sizes / y.size}
    for code, label in enumerate(classes):
        values[label_share(label)] = np.asarray(W @ (y == code).astype(np.float64)) / sizes
    if not classes:
        values[TARGET] = np.asarray(W @ y.astype(np.float64)) / sizes
    return Attributes(values)


def label_share(label: object) -> str:
    """The attribute that is the share of the group's rows with a label."""
    return f"share_of_label {label}"


def joined(parts: Sequence[Attributes]) -> Attributes:
    """The attributes of several sources, in their order; raises DataError where two have one of the same name."""
    values: dict[str, Values] = {}
    for part in parts:
        twice = next((name for name in part.values if name in values), None)
        if twice is not None:
            raise DataError(
                f"groups.attributes: {twice!r} is the name of two attributes, perhaps of one that every group has; "
                "give the other another name"
            )
        values |= part.values
    return Attributes(values, tuple(note for part in parts for note in part.notes))


def attributes_frame(attributes: Attributes, groups: int) -> pd.DataFrame:
    """One row for each of so many groups: its number, and a column for each attribute."""
    import pandas as pd

    return pd.DataFrame({"group": np.arange(groups, dtype=np.int64), **attributes.values})
