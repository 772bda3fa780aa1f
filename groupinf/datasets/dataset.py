"""A dataset as the rest of the project sees it: frozen, numeric, split into training and test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.choice.left import FeatureScale, RowsLeft, TargetScale
from groupinf.datasets.column_use import ColumnUse
from groupinf.datasets.rows.origins import RowOrigins
from groupinf.datasets.rows.row_words import POOL, TRAINING, RowWords

if TYPE_CHECKING:
    from scipy import sparse

Features: TypeAlias = "NDArray[np.float64] | sparse.csr_array"
Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class PoolRows:
    """Rows that are neither fitted nor tested: X (k, d), y (k,), weights (k,), values of the groupings (name -> (k,)).

    Features and labels are encoded as those of the training rows; ``plain`` is as ``Dataset.plain_train``.
    """

    X: Features
    y: NDArray[np.int64] | NDArray[np.float64]
    sample_weight: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    plain: Features | None = None


@dataclass(frozen=True)
class Dataset:
    """Training and test rows of one learning task.

    X_train (n, d) and X_test (m, d) are float64, dense (C order) or CSR, without an intercept column.
    For classification y holds class codes 0..K-1 into ``classes`` (labels, sorted); for regression y is
    float64 and ``classes`` is empty. ``sample_weight_train`` (n,) are the s_i of the objective.
    ``columns`` holds natural groupings of the training rows (name -> (n,) values), ``test_columns`` of the
    test rows (name -> (m,) values), both with None where a row has no value; ``sources`` the sha256 of every file that
    the rows came from, ``origins`` where in them each row stands, None where that is not known. ``uses`` says what
    became of each column of a table. ``pool`` are the rows that may be added to the training rows, None where there are
    none; ``set_aside`` those of a pool that a study has no use for. Either stands below the test rows in ``origins``.
    ``rows_left`` says what each step of a choice of rows left, ``target_scale`` and ``feature_scale`` how a
    standardised target and standardised features are scaled.
    ``of_pool`` says that the training rows are those of a pool, from which groups are drawn.
    ``made_by_kernel`` says which features stand in the place of those of the data, empty where none do.
    ``plain_train`` (n, d') and ``plain_test`` (m, d') are the features, called ``plain_names``, that readers know a row
    by, where X holds others: those of the data before they are standardised or a kernel takes them, or what a loader
    says, as the pixels of which a network made features. ``feature_columns`` (d,) names the column that each feature
    was made from, where the data are a table: features of the same one are its values, one-hot.
    ``left_out_values`` is the value that has no feature: column -> value, of columns of two.
    ``group_attributes`` is what is known of the groups that ``columns`` make: column -> attribute -> value of the
    column -> a number or a text. Rows of any group may be counted by the values of the columns ``count_by``.
    """

    name: str
    task: Task
    X_train: Features
    y_train: NDArray[np.int64] | NDArray[np.float64]
    X_test: Features
    y_test: NDArray[np.int64] | NDArray[np.float64]
    classes: tuple[object, ...]
    sample_weight_train: NDArray[np.float64]
    feature_names: tuple[str, ...]
    columns: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    test_columns: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[ColumnUse, ...] = ()
    origins: RowOrigins | None = None
    pool: PoolRows | None = None
    set_aside: PoolRows | None = None
    rows_left: tuple[RowsLeft, ...] = ()
    target_scale: TargetScale | None = None
    feature_scale: FeatureScale | None = None
    made_by_kernel: str = ""
    of_pool: bool = False
    plain_train: Features | None = None
    plain_test: Features | None = None
    plain_names: tuple[str, ...] = ()
    feature_columns: tuple[str, ...] = ()
    left_out_values: Mapping[str, str] = field(default_factory=dict)
    group_attributes: Mapping[str, Mapping[str, Mapping[str, float | str]]] = field(default_factory=dict)
    count_by: tuple[str, ...] = ()

    @property
    def row_words(self) -> RowWords:
        """What the training rows are called."""
        return POOL if self.of_pool else TRAINING

    def with_features(self, train: Features, test: Features, pool: Features | None) -> Dataset:
        """Other features of the same rows; those that readers know the rows by stay plain."""
        kept = self
        if self.plain_train is None:
            pooled = None if self.pool is None else replace(self.pool, plain=self.pool.X)
            kept = replace(
                self, plain_train=self.X_train, plain_test=self.X_test, plain_names=self.feature_names, pool=pooled
            )
        moved = None if kept.pool is None or pool is None else replace(kept.pool, X=pool)
        return replace(kept, X_train=train, X_test=test, pool=moved)

    @property
    def known_by(self) -> tuple[Features, Features, tuple[str, ...]]:
        """Training rows, test rows and names of the features that readers know a row by."""
        if self.plain_train is None or self.plain_test is None:
            return self.X_train, self.X_test, self.feature_names
        return self.plain_train, self.plain_test, self.plain_names

    @property
    def n(self) -> int:
        """Number of training rows."""
        return int(self.X_train.shape[0])

    @property
    def d(self) -> int:
        """Number of features, the intercept not counted."""
        return int(self.X_train.shape[1])

    @property
    def n_test(self) -> int:
        """Number of test rows."""
        return int(self.y_test.size)

    @property
    def n_pool(self) -> int:
        """Number of rows that are neither fitted nor tested."""
        return sum(int(rows.y.size) for rows in (self.pool, self.set_aside) if rows is not None)


def without_plain_features(dataset: Dataset) -> Dataset:
    """The dataset with the features that are fitted alone, for a study that shows no row: they need not be held."""
    pool = None if dataset.pool is None else replace(dataset.pool, plain=None)
    return replace(dataset, plain_train=None, plain_test=None, plain_names=(), pool=pool)
