"""What a user should know of the rows that a dataset has, in words."""

from __future__ import annotations

from groupinf.datasets.choice.left import RowsLeft
from groupinf.datasets.dataset import Dataset
from groupinf.wording import counted, listed, number


def choice_notes(dataset: Dataset) -> tuple[str, ...]:
    """How many rows each step of a choice has left, and how a standardised target is scaled; empty without either."""
    notes = []
    if dataset.rows_left:
        first, *steps = dataset.rows_left
        left = "; ".join(f"{count.step} leaves {_rows(count)}" for count in steps)
        notes.append(f"rows: {_rows(first)} as the data come; {left}")
    if dataset.target_scale is not None:
        mean, sd = (number(value, 6) for value in (dataset.target_scale.mean, dataset.target_scale.sd))
        notes.append(f"the target is standardised: y is (target − {mean})/{sd}, by the training rows")
    return tuple(notes)


def idle_pool_note(dataset: Dataset) -> tuple[str, ...]:
    """That pool rows take part in nothing, for a study that has no use for them; empty without any."""
    if not dataset.n_pool:
        return ()
    take = "takes" if dataset.n_pool == 1 else "take"
    return (f"the pool: {counted(dataset.n_pool, 'row')} of the data {take} no part in the fit, groups or tests",)


def _rows(count: RowsLeft) -> str:
    parts = [f"{count.n:,} for training", f"{count.n_test:,} for testing"]
    return listed([*parts, *([f"{count.n_pool:,} in the pool"] if count.n_pool else [])])
