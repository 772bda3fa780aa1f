"""What a study of a linear model would run, said before it runs."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.datasets.column_use import ColumnUse
from groupinf.datasets.dataset import Dataset
from groupinf.wording import number


@dataclass(frozen=True)
class Plan:
    """The folder of the run, what is computed of which data and how much of it, notes, and columns of a table."""

    run_name: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    uses: tuple[ColumnUse, ...]


def data_words(dataset: Dataset) -> str:
    """The data and their size."""
    classes = f", {len(dataset.classes)} classes" if dataset.classes else ""
    return f"{dataset.name}: n = {dataset.n:,}, d = {dataset.d:,}{classes}"


def lambda_words(lam_over_n: float | None) -> str:
    """λ/n, or how it will be chosen."""
    return "by cross-validation" if lam_over_n is None else number(lam_over_n, 6)
