"""The losses: one line for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from groupinf.errors import DataError
from groupinf.numerics.losses.loss import Loss
from groupinf.registry import Registry
from groupinf.wording import counted, listed

LOSSES: Registry[type[Loss]] = Registry(
    "loss",
    {
        "binary_logistic": "groupinf.numerics.losses.binary_logistic:BinaryLogistic",
        "softmax": "groupinf.numerics.losses.softmax:Softmax",
        "squared": "groupinf.numerics.losses.squared:Squared",
        "smooth_hinge": "groupinf.numerics.losses.smooth_hinge:SmoothHinge",
        "hinge": "groupinf.numerics.losses.hinge:Hinge",
    },
)
NONE: Mapping[str, float] = MappingProxyType({})


def loss_for(classes: int, name: str | None = None, options: Mapping[str, float] = NONE) -> Loss:
    """The loss ``name`` for so many classes, 0 in regression; without a name the first registered that is for them.

    An option that ``options`` lacks has its default.

    Raises DataError where the loss, or every one, is for other labels.
    """
    kinds = LOSSES.values() if name is None else [LOSSES[name]]
    for kind in kinds:
        if kind.is_for(classes):
            return kind.of(classes, {o.name: o.default for o in kind.options} | dict(options))
    labels = "regression" if classes == 0 else counted(classes, "class", "classes")
    fitting = [kind.name for kind in LOSSES.values() if kind.is_for(classes)]
    if name is None or not fitting:
        raise DataError(f"expected labels that one of {', '.join(LOSSES)} is for, found {labels}")
    raise DataError(f"expected {listed(fitting, 'or')} for {labels}, found {name}")
