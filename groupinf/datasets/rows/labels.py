"""Labels of any values as class codes, regression targets as numbers, and weights that a fit can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Task
from groupinf.datasets.rows.features import LARGEST, TOO_LARGE
from groupinf.errors import DataError

Labels = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True)
class Targets:
    """y of the training and the test rows: class codes into ``classes``, or float64 and no classes."""

    y_train: Labels
    y_test: Labels
    classes: tuple[object, ...]


def encode_targets(
    y_train: NDArray[Any], y_test: NDArray[Any], task: Task, file: str, other: str = "y_test"
) -> Targets:
    """Encode 1-D label arrays; ``file`` opens the messages, which call the second array ``other``.

    Raises DataError where labels are neither numbers, bools nor text, or are NaN or infinite, there are fewer than two
    classes, or a test label is that of no training row.
    """
    for array, y in (("y_train", y_train), (other, y_test)):
        _check_values(y, task, f"{file}: {array}")
    if task == "regression":
        return Targets(y_train.astype(np.float64), y_test.astype(np.float64), ())
    classes, codes = np.unique(y_train, return_inverse=True)
    if classes.size < 2:
        raise DataError(f"{file}: y_train: expected at least two classes, found only {classes.tolist()[0]!r}")
    return Targets(codes.astype(np.int64), _codes_of(y_test, classes, f"{file}: {other}"), tuple(classes.tolist()))


def _check_values(y: NDArray[Any], task: Task, where: str) -> None:
    kinds = "biuf" if task == "regression" else "biufU"
    if y.dtype.kind not in kinds:
        wanted = "numbers" if task == "regression" else "numbers, bools or text"
        raise DataError(f"{where}: expected {wanted}, found dtype {y.dtype}")
    if y.dtype.kind == "f" and not (np.abs(y) <= LARGEST).all():
        row = int(np.flatnonzero(~(np.abs(y) <= LARGEST))[0])
        if np.isfinite(y[row]):
            raise DataError(f"{where}: found {y[row]} in row {row}, {TOO_LARGE}")
        raise DataError(f"{where}: expected finite values, found {y[row]} in row {row}")


def _codes_of(y: NDArray[Any], classes: NDArray[Any], where: str) -> NDArray[np.int64]:
    if (y.dtype.kind == "U") != (classes.dtype.kind == "U"):
        raise DataError(f"{where}: expected labels like y_train's ({classes.dtype}), found dtype {y.dtype}")
    codes = np.searchsorted(classes, y).clip(max=classes.size - 1)
    unknown = np.flatnonzero(classes[codes] != y)
    if unknown.size:
        row = int(unknown[0])
        hint = "; for a numeric target set task: regression" if classes.dtype.kind == "f" else ""
        raise DataError(
            f"{where}: label {y[row].item()!r} in row {row} is none of y_train's classes"
            f" {shortened(classes.tolist())}{hint}"
        )
    return codes.astype(np.int64)


def shortened(values: list[object], most: int = 10) -> str:
    """Return the values as text, only the first ``most`` of a longer list."""
    shown = ", ".join(repr(v) for v in values[:most])
    return shown if len(values) <= most else f"{shown}, ... ({len(values)} in all)"


def check_sizes(weights: NDArray[np.float64], where: str) -> None:
    """Refuse weights that are NaN, infinite, too large or negative; raises DataError where one is."""
    bad = np.flatnonzero(~((weights >= 0) & (weights <= LARGEST)))
    if bad.size and weights[bad[0]] > LARGEST and np.isfinite(weights[bad[0]]):
        raise DataError(f"{where}: found {weights[bad[0]]:g} in row {bad[0]}, {TOO_LARGE}")
    if bad.size:
        raise DataError(f"{where}: expected finite weights >= 0, found {weights[bad[0]]:g} in row {bad[0]}")


def check_weights(weights: NDArray[np.float64], targets: Targets, where: str) -> None:
    """Refuse weights with which the objective has no meaning or no finite optimum.

    Raises DataError where a weight is NaN, infinite or negative, their sum is zero, or a class has no weight.
    """
    check_sizes(weights, where)
    if not weights.sum() > 0:
        raise DataError(f"{where}: expected weights with a positive sum, found only zeros")
    for code, label in enumerate(targets.classes):
        if not weights[targets.y_train == code].any():
            raise DataError(f"{where}: expected a positive weight in every class, found only zeros in class {label!r}")
