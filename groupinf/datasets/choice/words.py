"""What a user should know of the rows that a dataset has, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groupinf.datasets.choice.left import RowsLeft
from groupinf.wording import counted, listed, number

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


def choice_notes(dataset: Dataset) -> tuple[str, ...]:
    """How many rows each step of a choice has left, how a standardised target is scaled, which features a kernel has
    made, and what is set aside.
    """
    notes = []
    if dataset.rows_left:
        first, *steps = dataset.rows_left
        left = "; ".join(f"{count.step} leaves {_rows(count)}" for count in steps)
        notes.append(f"rows: {_rows(first)} as the data come; {left}")
    if dataset.target_scale is not None:
        mean, sd = (number(value, 6) for value in (dataset.target_scale.mean, dataset.target_scale.sd))
        notes.append(f"the target is standardised: y is (target − {mean})/{sd}, by the training rows")
    if dataset.made_by_kernel:
        notes.append(dataset.made_by_kernel)
    if dataset.set_aside is not None:
        rows = int(dataset.set_aside.y.size)
        takes = "takes" if rows == 1 else "take"
        notes.append(f"the pool: {counted(rows, 'row')} of the data {takes} no part in the fit, groups or tests")
    return tuple(notes)


def _rows(count: RowsLeft) -> str:
    parts = [f"{count.n:,} for training", f"{count.n_test:,} for testing"]
    return listed([*parts, *([f"{count.n_pool:,} in the pool"] if count.n_pool else [])])
