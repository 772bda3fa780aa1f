"""What influence of single rows is made of: beside it, what is left without the training loss, without H⁻¹, and both.

Tables are those of ``points`` of a run, for one evaluation and test point: a row for each training row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import correlation

Array = NDArray[np.float64]

FULL = "influence itself"
WITHOUT_TRAIN_LOSS, WITHOUT_HESSIAN, INNER_PRODUCT = "without the training loss", "without H⁻¹", "without both"
VARIANTS = (WITHOUT_TRAIN_LOSS, WITHOUT_HESSIAN, INNER_PRODUCT)
# rows of largest size that two orders are compared by
LARGEST = 100


@dataclass(frozen=True)
class Component:
    """Influence, or the variant of it that is called ``column``: its least and largest value over rows, Pearson's r
    with influence, how many of the LARGEST in size are those of influence too, and the shares of rows that it calls
    harmful of the test point's own label, and helpful of others.
    """

    column: str
    low: float
    high: float
    pearson: float
    shared: int
    own_harmful: float
    others_helpful: float


def of_mean(rows: pd.DataFrame, column: str) -> Array:
    """Influence or a variant as Koh and Liang (2017) state it, with H the mean over the n rows of the table."""
    n = len(rows)
    stated = {
        FULL: n * rows.influence,
        WITHOUT_TRAIN_LOSS: n * rows.without_train_loss,
        WITHOUT_HESSIAN: rows.without_hessian,
        INNER_PRODUCT: rows.inner_product,
    }
    return stated[column].to_numpy(dtype=np.float64)


def components(rows: pd.DataFrame, label: object) -> dict[str, Component]:
    """Influence and its variants by what they are called, on a test point of that ``label``."""
    own, full = (rows["label"] == label).to_numpy(), of_mean(rows, FULL)
    return {column: _component(column, of_mean(rows, column), full, own) for column in (FULL, *VARIANTS)}


def most_harmful(rows: pd.DataFrame, label: object) -> pd.DataFrame:
    """The rows of that label by rising influence: removing the first lowers the test loss most."""
    own = rows[rows["label"] == label]
    return own.iloc[np.argsort(own.influence.to_numpy(), kind="stable")]


def _component(column: str, values: Array, full: Array, own: NDArray[np.bool_]) -> Component:
    return Component(
        column,
        low=float(values.min()),
        high=float(values.max()),
        pearson=float(correlation(values, full)),
        shared=int(np.intersect1d(_largest(values), _largest(full)).size),
        own_harmful=share(values[own] < 0),
        others_helpful=share(values[~own] > 0),
    )


def share(found: NDArray[np.bool_]) -> float:
    """The share that is true; NaN of none."""
    return float(np.mean(found)) if found.size else float("nan")


def _largest(values: Array) -> NDArray[np.intp]:
    return np.argsort(-np.abs(values), kind="stable")[:LARGEST]
