"""What is fitted: a model that is linear in its parameters, and its objectives on the rows of a dataset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from groupinf.datasets.dataset import Dataset, Features
from groupinf.datasets.files.mapped_rows import is_mapped, slices_of, written
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, design
from groupinf.numerics.products import dense
from groupinf.numerics.row_space import is_reduced, row_space


@dataclass(frozen=True)
class LinearModel:
    """A loss of scores xᵀθ, and an intercept among θ or none.

    The losses that are ``linearised`` and ``measured`` are None where they are the loss that is fitted.
    """

    loss: Loss
    intercept: Intercept = Intercept.FREE
    linearised: Loss | None = None
    measured: Loss | None = None

    def size(self, dataset: Dataset) -> int:
        """P: parameters that are worked with, in coordinates of the rows' span where these are fewer than features."""
        X = fitted_rows(dataset)
        features = X.shape[0] if is_reduced(X) else dataset.d
        return (features + self.intercept.columns) * self.loss.outputs


def linear_model(loss: Loss, intercept: Intercept, linearised: Loss | None, measured: Loss | None) -> LinearModel:
    """A model with these losses: one that is not smooth takes its derivatives from the one that is linearised."""
    if loss.smooth or linearised is None:
        return LinearModel(loss, intercept, linearised, measured)
    return LinearModel(loss.differentiated_by(linearised), intercept, None, measured)


def training_objective(dataset: Dataset, model: LinearModel, lam: float) -> Objective:
    """L(θ; s) on the training rows and below them those of the pool, if there is one, which count nothing.

    In coordinates of their span where they are fewer than the features.
    """
    X, pool = fitted_rows(dataset), dataset.pool
    basis, inside = row_space(X) if is_reduced(X) else (None, X)
    y = dataset.y_train if pool is None else np.concatenate([dataset.y_train, pool.y])
    weight = dataset.sample_weight_train
    return Objective(
        X=_design(inside, model.intercept),
        y=y.astype(np.float64),
        sample_weight=weight if pool is None else np.concatenate([weight, np.zeros(pool.y.size)]),
        lam=lam,
        loss=model.loss,
        basis=basis,
        intercept=model.intercept,
    )


def trained_on(objective: Objective, dataset: Dataset) -> Objective:
    """An objective of ``training_objective`` on the training rows alone."""
    return objective if dataset.pool is None else objective.at(slice(0, dataset.n))


def test_objective(dataset: Dataset, model: LinearModel, basis: Array | None) -> Objective:
    """The measured losses of the test rows: unit weights, no penalty; ``basis`` is that of the training rows."""
    return Objective(
        X=design(_coordinates(dataset.X_test, basis), model.intercept),
        y=dataset.y_test.astype(np.float64),
        sample_weight=np.ones(dataset.y_test.size),
        lam=0.0,
        loss=model.measured or model.loss,
        basis=basis,
        intercept=model.intercept,
    )


def _design(X: Features, intercept: Intercept) -> Features:
    """The rows that parameters multiply, mapped where the features are."""
    if not isinstance(X, np.ndarray) or not is_mapped(X) or not intercept.columns:
        return design(X, intercept)
    return written((dense(design(part, intercept)) for part in slices_of(X)), (X.shape[0], X.shape[1] + 1))


def _coordinates(X: Features, basis: Array | None) -> Features:
    return X if basis is None else np.asarray(X @ basis)


def fitted_rows(dataset: Dataset) -> Features:
    """Features of the training rows and, below them, of the pool."""
    pool = dataset.pool
    if pool is None:
        return dataset.X_train
    if isinstance(dataset.X_train, np.ndarray):
        return np.vstack([dataset.X_train, np.asarray(pool.X)])
    stacked: sparse.csr_array = sparse.vstack(
        [dataset.X_train, sparse.csr_array(pool.X)], format="csr", dtype=np.float64
    )
    return stacked
