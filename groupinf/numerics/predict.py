"""Predicted classes and how often they are right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, scores


def predicted_classes(objective: Objective, theta: Array) -> NDArray[np.int64]:
    """Class codes at θ (P,)."""
    return classes_from(scores(objective.X, theta, objective.loss.outputs))


def classes_from(z: Array) -> NDArray[np.int64]:
    """Class codes of scores (n, K'): z > 0 in binary tasks, the largest score (first of ties) for softmax."""
    return (z[:, 0] > 0).astype(np.int64) if z.shape[1] == 1 else np.argmax(z, axis=1)


def accuracy(objective: Objective, theta: Array) -> float:
    """Share of rows whose class is predicted, unweighted."""
    return float(np.mean(predicted_classes(objective, theta) == objective.y))


def mean_loss(objective: Objective, theta: Array) -> float:
    """Mean of ℓ over rows, unweighted, in nats (squared loss: half squared units of y)."""
    z = scores(objective.X, theta, objective.loss.outputs)
    return float(np.mean(objective.loss.values(z, objective.y)))
