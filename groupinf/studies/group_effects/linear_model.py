"""What is fitted: a model that is linear in its parameters."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.datasets.dataset import Dataset
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.row_space import is_reduced


@dataclass(frozen=True)
class LinearModel:
    """A loss of scores xᵀθ, and an intercept among θ or none."""

    loss: Loss
    intercept: Intercept = Intercept.FREE

    def size(self, dataset: Dataset) -> int:
        """P: parameters that are worked with, in coordinates of the rows' span where these are fewer than features."""
        features = dataset.n if is_reduced(dataset.X_train) else dataset.d
        return (features + self.intercept.columns) * self.loss.outputs
