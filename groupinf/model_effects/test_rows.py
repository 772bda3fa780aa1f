"""The test rows that effects are measured on: their sum, each by itself, or some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from groupinf.effects.evaluations.evaluation import Evaluation, ParameterNames
from groupinf.errors import DataError
from groupinf.studies.group_effects.test_points import ChosenPoints, single_rows
from groupinf.test_point_labels import ALL_ROWS

SUM, EACH = "sum", "each"
EXPECTED = f"test_points: expected {SUM!r}, {EACH!r} or a list of rows of X_test"


def chosen_rows(asked: str | Sequence[int], rows: int) -> ChosenPoints:
    """``sum``: one value, over all rows; ``each``: one for each of them; or some by their places, counted from 0.

    Raises DataError where it is none of these.
    """
    if isinstance(asked, str):
        if asked not in (SUM, EACH):
            raise DataError(f"{EXPECTED}, found {asked!r}")
        return single_rows(range(rows)) if asked == EACH else ChosenPoints((ALL_ROWS,), slice(None), (slice(0, rows),))
    places = np.asarray(asked)
    if places.ndim != 1 or not places.size or places.dtype.kind not in "iu":
        raise DataError(f"{EXPECTED}, found {asked!r}")
    if np.unique(places).size < places.size:
        raise DataError("test_points: expected each row once, found one more often")
    beyond = places[(places < 0) | (places >= rows)]
    if beyond.size:
        raise DataError(f"test_points: expected rows 0 to {rows - 1:,}, found {beyond[0]}")
    return single_rows(places.astype(np.int64))


def measured_on(
    evaluations: Iterable[Evaluation], names: ParameterNames, test_points: Sequence[int]
) -> dict[tuple[str, int], str]:
    """What each value is of, in words, by evaluation and test_point: test rows, a coefficient, the group itself."""
    words = {}
    for evaluation in evaluations:
        named: Mapping[int, str] = evaluation.value_names(names)
        for label in evaluation.quantity(names).labels(test_points):
            row = "all test rows" if label == ALL_ROWS else f"test row {label}"
            own = named.get(label) or evaluation.measured_on
            words[evaluation.name, label] = row if evaluation.on_test_points() else own or str(label)
    return words
