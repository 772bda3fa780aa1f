"""A seeded split of rows into training and test rows, and what every split must leave."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.rows.labels import shortened
from groupinf.wording import counted

# The keys of a configuration that say which rows are test rows.
SplitKey = Literal["split", "test_file", "test_fraction"]


def split_rows(rows: int, test_fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sorted indices of the training and of the test rows, drawn uniformly and not stratified.

    The test part has ``round(rows * test_fraction)`` rows; either part may come out empty.
    """
    order = np.random.default_rng(seed).permutation(rows)
    n_test = round(rows * test_fraction)
    return np.sort(order[n_test:]).astype(np.int64), np.sort(order[:n_test]).astype(np.int64)


def stratified_rows(
    labels: NDArray[Any], test_fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sorted training and test rows, each class having its share of the test rows up to rounding.

    The test part has ``round(rows * test_fraction)`` rows, shared out by largest remainder (ties: the first class); a
    class keeps at least one row for training, if need be at the cost of the number of test rows.
    """
    _, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    taken = np.floor(sizes * test_fraction).astype(np.int64)
    with_room = np.flatnonzero(taken + 1 < sizes)
    remainder = (sizes * test_fraction - taken)[with_room]
    more = max(0, round(labels.size * test_fraction) - int(taken.sum()))
    taken[with_room[np.argsort(-remainder, kind="stable")[:more]]] += 1
    order = np.random.default_rng(seed).permutation(labels.size)
    tested = [order[codes[order] == k][:count] for k, count in enumerate(taken)]
    test = np.sort(np.concatenate(tested)).astype(np.int64)
    return np.setdiff1d(np.arange(labels.size, dtype=np.int64), test), test


def split_file(
    y: NDArray[Any], test_fraction: float, seed: int, file: str, stratify: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return :func:`split_rows` of a user's file with the labels ``y``, or :func:`stratified_rows`.

    Raises DatasetConfigError where a part is left without a row.
    """
    rows = y.size
    train, test = stratified_rows(y, test_fraction, seed) if stratify else split_rows(rows, test_fraction, seed)
    check_both_parts(
        train,
        test,
        f"expected a fraction that leaves both parts a row, found {test_fraction:g} of {counted(rows, 'row')} of"
        f" {file}: {train.size} for training and {test.size} for testing",
        "test_fraction",
    )
    return train, test


def check_both_parts(train: NDArray[np.int64], test: NDArray[np.int64], message: str, key: SplitKey) -> None:
    """Refuse a split that leaves a part without a row, in the words of ``message``; ``key`` made the split.

    Raises DatasetConfigError where a part is left without a row.
    """
    if not train.size or not test.size:
        raise DatasetConfigError(message, ("dataset", key))


_NUMERIC = "for a numeric target, set task: regression"


def check_every_class_trains(
    y: NDArray[Any],
    train: NDArray[np.int64],
    label: str,
    file: str,
    key: SplitKey,
) -> None:
    """Refuse a class that no training row has; ``label`` says what holds the classes, ``key`` what made the split.

    Raises DatasetConfigError, naming the classes; what helps with a numeric target comes first where labels are
    fractions.
    """
    missing = np.setdiff1d(y, y[train]).tolist()
    if missing:
        drawn = "use a smaller test_fraction or another seed, " if key == "test_fraction" else ""
        out = f"{drawn}{'or ' if drawn else ''}leave its rows out"
        helps = f"{drawn}leave its rows out, or, {_NUMERIC}" if y.dtype.kind not in "UO" else out
        if y.dtype.kind == "f" and (y % 1 != 0).any():
            helps = f"{_NUMERIC}; for classes, {out}"
        raise DatasetConfigError(
            f"expected every class of {label} among the training rows of {file}, found none of"
            f" {shortened(missing)}; {helps}",
            ("dataset", key),
        )
