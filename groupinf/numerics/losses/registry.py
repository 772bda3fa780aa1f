"""The losses: one line for each."""

from __future__ import annotations

from groupinf.errors import DataError
from groupinf.numerics.losses.binary_logistic import BinaryLogistic
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.losses.softmax import Softmax
from groupinf.numerics.losses.squared import Squared
from groupinf.registry import Registry
from groupinf.wording import counted

LOSSES: Registry[type[Loss]] = Registry("loss", (BinaryLogistic, Softmax, Squared))


def loss_for(classes: int, name: str | None = None) -> Loss:
    """The loss ``name`` for so many classes, 0 in regression; without a name the first registered that is for them.

    Raises DataError where the loss, or every one, is for other labels.
    """
    kinds = LOSSES.values() if name is None else [LOSSES[name]]
    for kind in kinds:
        if kind.is_for(classes):
            return kind.of(classes)
    labels = "regression" if classes == 0 else counted(classes, "class", "classes")
    expected = f"one of {', '.join(LOSSES)}" if name is None else f"labels that the {LOSSES[name].label} is for"
    raise DataError(f"expected {expected}, found {labels}")
