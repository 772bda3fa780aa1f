"""The test rows that effects are measured on: their sum, each by itself, or some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.config.words import found
from groupinf.effects.evaluations.evaluation import Evaluation, ParameterNames
from groupinf.errors import DataError
from groupinf.model_effects.given_groups import RowIndex
from groupinf.studies.group_effects.test_points import ChosenPoints, single_rows
from groupinf.test_point_labels import ALL_ROWS
from groupinf.wording import counted

SUM, EACH = "sum", "each"
WHAT = "test_points"
EXPECTED = f"{WHAT}: expected {SUM!r}, {EACH!r} or a list of rows of X_test"


def chosen_rows(asked: object, index: RowIndex) -> ChosenPoints:
    """``sum``: one value, over all rows; ``each``: one for each of them; or some by their places, counted from 0, or by
    a mask.

    Raises DataError where it is none of these.
    """
    rows = index.n
    if isinstance(asked, str):
        if asked not in (SUM, EACH):
            raise DataError(f"{EXPECTED}, found {asked!r}")
        return single_rows(range(rows)) if asked == EACH else ChosenPoints((ALL_ROWS,), slice(None), (slice(0, rows),))
    places = np.asarray(asked)
    if places.dtype == np.bool_ and places.shape == (rows,):
        if isinstance(asked, pd.Series):
            index.require_aligned(asked, WHAT, WHAT)
        places = np.flatnonzero(places)
    if places.ndim != 1 or not places.size or places.dtype.kind not in "iu":
        raise DataError(f"{EXPECTED}, found {_shown(places)}")
    if np.unique(places).size < places.size:
        raise DataError("test_points: expected each row once, found one more often")
    beyond = places[(places < 0) | (places >= rows)]
    if beyond.size:
        raise DataError(f"test_points: expected rows 0 to {rows - 1:,}, found {beyond[0]}")
    return single_rows(places.astype(np.int64))


def _shown(places: NDArray[Any]) -> str:
    """What is no list of rows, without its values."""
    if places.ndim != 1:
        return f"values of shape {places.shape}" if places.ndim else found(places.tolist())
    if places.dtype == np.bool_:
        return f"a mask of {counted(places.size, 'row')}"
    return f"{counted(places.size, 'value')} of type {places.dtype}" if places.size else "none"


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
