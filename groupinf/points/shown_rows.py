"""Rows that readers are shown as they are, and which of all training rows these are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.numerics.objective import Rows
from groupinf.numerics.products import Design, dense
from groupinf.points.point_effects import PointEffects

_PARTS = ("data", "indices", "indptr", "shape")


@dataclass(frozen=True)
class ShownRows:
    """Training ``rows`` (k,) with their features X (k, d), and ``test_rows`` (m,) with X_test (m, d), dense or CSR.

    Features are those that readers know a row by, before they are standardised or a kernel takes them; both kinds of
    rows are in ascending order. ``feature_columns`` (d,) are the columns that features were made from, where the data
    are a table, ``left_out_values`` of columns of two values the one that has no feature.
    """

    rows: Rows
    X: Design
    test_rows: Rows
    X_test: Design
    feature_names: tuple[str, ...]
    feature_columns: tuple[str, ...] = ()
    left_out_values: Mapping[str, str] = field(default_factory=dict)

    def of(self, row: int) -> NDArray[np.float64]:
        """The features of a training row, dense: (d,). Raises KeyError where it is not shown."""
        return _row(self.X, self.rows, row)

    def of_test(self, row: int) -> NDArray[np.float64]:
        """The features of a test row, dense: (d,). Raises KeyError where it is not shown."""
        return _row(self.X_test, self.test_rows, row)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The same as arrays by names."""
        told = {"rows": self.rows, "test_rows": self.test_rows, "feature_names": np.array(self.feature_names)}
        if self.feature_columns:
            told["feature_columns"] = np.array(self.feature_columns)
        if self.left_out_values:
            told["left_out_values"] = np.array(list(self.left_out_values.items()))
        return {**told, **_told("X", self.X), **_told("X_test", self.X_test)}


def shown_from(arrays: Mapping[str, NDArray[Any]]) -> ShownRows:
    """The rows that ``ShownRows.arrays`` told."""
    names, columns = (tuple(map(str, arrays.get(key, ()))) for key in ("feature_names", "feature_columns"))
    X, X_test = (_design(name, arrays) for name in ("X", "X_test"))
    left_out = {str(column): str(value) for column, value in arrays.get("left_out_values", ())}
    return ShownRows(arrays["rows"], X, arrays["test_rows"], X_test, names, columns, left_out)


def strongest_rows(effects: PointEffects, most: int) -> Rows:
    """The rows that are among the ``most`` of largest |influence| on a value, ascending."""
    return _union(
        effects.rows[np.argsort(-np.abs(values), kind="stable")[:most]] for values in effects.effects.influence
    )


def telling_rows(effects: PointEffects, own_label: NDArray[np.bool_], most: int) -> Rows:
    """The rows that readers want to see: of each value, among rows with the label of its test point and among others,
    the ``most`` of largest and of least influence, and the ``most`` suspects; ascending.

    ``own_label`` (V, m) says which rows have the label of a value's test point.
    """
    suspects = effects.scores.self_newton
    if np.isnan(suspects).all():
        suspects = effects.scores.loss
    ordered = effects.rows[np.argsort(-np.nan_to_num(suspects, nan=-np.inf), kind="stable")]
    return _union([ordered[:most], *_ends(effects, own_label, most)])


def _ends(effects: PointEffects, own_label: NDArray[np.bool_], most: int) -> Iterator[Rows]:
    for influence, own in zip(effects.effects.influence, own_label, strict=True):
        for part in (np.flatnonzero(own), np.flatnonzero(~own)):
            for signed in (-influence[part], influence[part]):  # of ties the first, as where rows are listed
                yield effects.rows[part[np.argsort(signed, kind="stable")]][:most]


def _union(parts: Any) -> Rows:
    return np.unique(np.concatenate([*parts, np.empty(0, dtype=np.int64)]))


def _row(X: Design, rows: Rows, row: int) -> NDArray[np.float64]:
    at = int(np.searchsorted(rows, row))
    if at == rows.size or rows[at] != row:
        raise KeyError(row)
    return np.asarray(dense(X[at : at + 1])[0])


def _told(name: str, X: Design) -> dict[str, NDArray[Any]]:
    if isinstance(X, np.ndarray):
        return {name: X}
    return {f"{name}_{part}": np.asarray(getattr(X, part)) for part in _PARTS}


def _design(name: str, arrays: Mapping[str, NDArray[Any]]) -> Design:
    if name in arrays:
        return np.asarray(arrays[name])
    data, indices, indptr, shape = (arrays[f"{name}_{part}"] for part in _PARTS)
    return sparse.csr_array((data, indices, indptr), shape=tuple(shape.tolist()))
