"""The attributes of groups that a configuration asks for, and those that the data bring along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from groupinf.config.named_file import FilePath
from groupinf.config.section import Problem, Section, distinct
from groupinf.datasets.unknown_column import unknown_column
from groupinf.errors import DataError
from groupinf.groups.attribute_file import read_attribute_file
from groupinf.groups.attributes import Attributes, Values, attributes_of_rows, joined
from groupinf.groups.by_value import column_kind, rows_by_value

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Group, Groups


Names = Annotated[tuple[str, ...], Field(strict=False, min_length=1), AfterValidator(distinct)]


class AttributesConfig(Section):
    """Attributes beside those that every group has and those that the data bring.

    ``path``: a CSV file with columns group, optionally kind, and one for each attribute. ``mean_of``: columns of
    numbers, or features, of which the mean over the rows of a group is taken. ``count_by``: columns by whose values the
    rows of a group are counted.
    """

    path: FilePath | None = None
    mean_of: Names | None = None
    count_by: Names | None = None

    @model_validator(mode="after")
    def _something(self) -> AttributesConfig:
        if self.path is None and self.mean_of is None and self.count_by is None:
            raise ValueError("expected at least one of path, mean_of and count_by, found none")
        return self

    def check(self, dataset: Dataset, known: Sequence[tuple[Group, ...] | None]) -> Problem | None:
        """What would go wrong on this dataset, found before anything is fitted.

        ``known`` are the groups of each builder, where they are known by then.
        """
        from groupinf.groups.groups import Groups

        if self.path is not None:
            try:
                read_attribute_file(Path(self.path))
            except DataError as error:
                return Problem("path", str(error))
        absent = next((name for name in self.count_by or () if name not in dataset.columns), None)
        if absent is not None:
            return Problem("count_by", unknown_column(absent, dataset.columns, dataset.uses))
        for name in self.mean_of or ():
            try:
                _numbers(dataset, name)
            except DataError as error:
                return Problem("mean_of", str(error))
        every = [groups for groups in known if groups is not None]
        if self.path is None or not every or len(every) < len(known):
            return None
        try:
            configured_attributes(self, dataset, Groups.collect(group for groups in every for group in groups))
        except DataError as error:
            return Problem("path", str(error))
        return None


def configured_attributes(config: AttributesConfig | None, dataset: Dataset, groups: Groups) -> Attributes:
    """What the data, and then the configuration, say of the groups, whose rows are training rows of ``dataset``.

    Those that any groups have are not among them. Raises DataError where the file of attributes does not fit the
    groups, or two attributes share a name.
    """
    W, asked = groups.removal_matrix(dataset.n), config or AttributesConfig.model_construct()
    counted = dict.fromkeys((*dataset.count_by, *(asked.count_by or ())))
    parts = [
        _of_data(dataset, groups),
        *(_counts(dataset, W, column) for column in counted if column in dataset.columns),
        *(Attributes({f"mean {name}": _means(W, _numbers(dataset, name))}) for name in asked.mean_of or ()),
        *([] if asked.path is None else [read_attribute_file(Path(asked.path)).attributes(groups)]),
    ]
    joined([attributes_of_rows(groups, dataset.y_train, dataset.classes), *parts])
    return joined(parts)


def _of_data(dataset: Dataset, groups: Groups) -> Attributes:
    """What the data say of the groups that one of their columns makes."""
    values: dict[str, Values] = {}
    for column, attributes in dataset.group_attributes.items():
        own = np.array([kind == column_kind((column,)) for kind in groups.kind])
        if own.any():
            values |= {name: _told(known, groups, own) for name, known in attributes.items()}
    return Attributes(values)


def _told(known: Mapping[str, float | str], groups: Groups, own: NDArray[np.bool_]) -> Values:
    found = [known.get(name) if mine else None for name, mine in zip(groups.name, own, strict=True)]
    if any(isinstance(value, str) for value in found):
        return np.array(found, dtype=object)
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)


def _counts(dataset: Dataset, W: sparse.csr_array, column: str) -> Attributes:
    values: dict[str, Values] = {}
    for value in rows_by_value(dataset.columns, column).values:
        held = np.zeros(dataset.n)
        held[value.rows] = 1.0
        values[f"rows {value.words}"] = np.asarray(W @ held)
    return Attributes(values)


def _means(W: sparse.csr_array, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over the rows of each group that have a number, NaN where none has."""
    known = np.isfinite(numbers)
    count = np.asarray(W @ known.astype(np.float64))
    total = np.asarray(W @ np.where(known, numbers, 0.0))
    means: NDArray[np.float64] = np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0)
    return means


def _numbers(dataset: Dataset, name: str) -> NDArray[np.float64]:
    """A column of the training rows as numbers, NaN at its gaps; where there is no such column, the feature.

    Raises DataError where there is neither, or the column holds something else than numbers.
    """
    from scipy import sparse

    if name in dataset.columns:
        values: list[float] = [_number(value, name) for value in dataset.columns[name]]
        return np.array(values, dtype=np.float64)
    if name not in dataset.feature_names:
        raise DataError(unknown_column(name, {*dataset.columns, *dataset.feature_names}, dataset.uses))
    column = dataset.X_train[:, [dataset.feature_names.index(name)]]
    dense = column.toarray() if isinstance(column, sparse.csr_array) else column
    return np.array(dense[:, 0], dtype=np.float64)


def _number(value: object, name: str) -> float:
    from groupinf.datasets.rows.exact import finite_in

    if value is None or (isinstance(value, str) and not value.strip()):
        return np.nan
    if isinstance(value, int | float | np.number):
        return float(value)
    found = finite_in(value) if isinstance(value, str) else None
    if found is not None:
        return found
    raise DataError(f"expected a column of numbers, found {value!r} in {name}")
