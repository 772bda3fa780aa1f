"""What a kind of scikit-learn model is: the objective that it minimises, in this project's terms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

from groupinf.errors import DataError
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.wording import listed, number


@dataclass(frozen=True)
class TrainingLabels:
    """What a model was fitted to: ``y`` (n,), codes into the ``classes`` (none in regression) or targets, and the
    ``weight`` (n,) that the caller gave each row.
    """

    y: Array
    classes: tuple[object, ...]
    weight: Array


@dataclass(frozen=True)
class Translated:
    """The objective of a fitted model, Σ wᵢ ℓ(xᵢ, yᵢ; θ) + (λ/2)‖weights‖², and where the model stands.

    ``coef`` (K', d) and ``constant`` (K',) are its coefficients in terms of ``loss``. ``weight`` (n,) are the rows'
    own, class weights among them. Classes are fitted as the numbers ``targets`` where they are given: then there are
    no classes left. With a ``bias`` the intercept is the coefficient of a feature that has this value in every row,
    and ``intercept`` is none. ``told`` says what became of the model's parameters, by what they are about.
    """

    loss: Loss
    lam: float
    intercept: Intercept
    coef: Array
    constant: Array
    weight: Array
    targets: Mapping[int, float] = field(default_factory=dict)
    bias: float | None = None
    told: Mapping[str, str] = field(default_factory=dict)


class Estimator(ABC):
    """One kind of model; ``name`` is that of its class in scikit-learn.

    ``classifies`` says whether labels are classes; ``exactly`` is how one gets such a model to its optimum.
    """

    name: ClassVar[str]
    classifies: ClassVar[bool]
    exactly: ClassVar[str]

    @abstractmethod
    def translated(self, model: Any, rows: TrainingLabels) -> Translated:
        """What ``model``, which is fitted, minimises. Raises DataError, in words, where that is none of the objectives
        that there are.
        """


def refused(model: Any, what: str, instead: str) -> DataError:
    """That a model cannot be taken, why not, and what can."""
    return DataError(f"{type(model).__name__}: {what}; {instead}")


def class_weights(model: Any, rows: TrainingLabels, sample_weight: Array | None) -> Array:
    """The weight that ``model.class_weight`` gives each class, (K,), as scikit-learn computes it from these weights."""
    if model.class_weight is None or not rows.classes:
        return np.ones(len(rows.classes))
    labels: NDArray[Any] = np.array(rows.classes)
    y = labels[rows.y.astype(np.int64)]
    if sample_weight is None:
        found = compute_class_weight(model.class_weight, classes=labels, y=y)
    else:
        found = compute_class_weight(model.class_weight, classes=labels, y=y, sample_weight=sample_weight)
    return np.asarray(found, dtype=np.float64)


def weighted(model: Any, rows: TrainingLabels, per_class: Array) -> tuple[Array, dict[str, str]]:
    """The rows' weights with those of their classes, (n,), and what is to be told of them."""
    if model.class_weight is None:
        return rows.weight, {}
    each = listed(f"{number(w)} ({label})" for w, label in zip(per_class, rows.classes, strict=True))
    told = f"class_weight={model.class_weight!r}: rows count {each}, and keep that when groups are changed"
    return rows.weight * per_class[rows.y.astype(np.int64)], {"class weights": told}


def plain_array(values: Any) -> Array:
    """Coefficients as float64, of a sparse matrix too."""
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values, dtype=np.float64)
