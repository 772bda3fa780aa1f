"""Relabelling: the rows of a group get another label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from groupinf.config.labels import Label, class_code, label_text
from groupinf.config.section import Problem
from groupinf.effects.changes.change import Change
from groupinf.wording import did_you_mean, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.numerics.losses.loss import Array


# what ``to`` says where the new label is drawn
RANDOM = "random"


class Relabel(Change):
    """The rows of a group get another label, s' = s: the class ``to``, or a random one that is not their own.

    Of two classes ``to`` may be left out: the other class. In regression the target moves by ``shift``.
    """

    name: ClassVar = "relabel"
    noun: ClassVar = "relabelling"
    doing: ClassVar = "relabelling"
    does: ClassVar = "relabels"

    change: Literal["relabel"] = "relabel"
    to: Label | None = None
    shift: Annotated[float, Field(allow_inf_nan=False)] | None = None

    @property
    def times(self) -> float:
        """1: only labels change."""
        return 1.0

    @property
    def done(self) -> str:
        """Its new labels."""
        if self.shift is not None:
            return f"with targets moved by {number(self.shift, 6)}"
        known = {None: "as the other class", RANDOM: "at random"}
        return f"labelled {known.get(self.to, self.to)}"

    @property
    def convention(self) -> str:
        """With other labels, and with those of the data."""
        if self.shift is not None:
            what = f"the targets of the group's points are moved by {number(self.shift, 6)}"
        elif self.to is None:
            what = "the group's points are labelled as the other class"
        elif self.to == RANDOM:
            what = "the group's points are labelled at random, each as a class that is not its own"
        else:
            what = f"the group's points are labelled {self.to}"
        return (
            f"λ kept when points are relabelled. Effect = f where {what}, less f where they are as in the data: "
            "positive means that relabelling the group raises f"
        )

    def labels(self, y: NDArray[Any], classes: Sequence[object], rng: np.random.Generator) -> Array:
        """A label for each row, whichever group it is in."""
        if self.shift is not None:
            return y + self.shift
        if self.to is None:
            return 1.0 - y
        code = class_code(classes, self.to)
        if code is None:
            return np.asarray((y + rng.integers(1, len(classes), size=y.size)) % len(classes), dtype=np.float64)
        return np.full(y.size, float(code))

    def check(self, n: int, classes: Sequence[object], marked: int) -> Problem | None:
        """A shift where there are no classes, else a class, ``random``, or nothing where there are two."""
        if not classes:
            return self._check_regression()
        if self.shift is not None:
            return Problem("shift", "expected to: LABEL of data with classes, found shift, which is for regression")
        if self.to is None:
            found = f"found nothing; of {len(classes)} classes the new one must be named, or to: {RANDOM}"
            return None if len(classes) == 2 else Problem("change", f"expected to: LABEL beside relabel, {found}")
        if self.to == RANDOM or class_code(classes, self.to) is not None:
            return None
        known = [str(label) for label in classes]
        expected = f"expected {RANDOM} or one of the classes {', '.join(known)}"
        return Problem("to", f"{expected}, found {label_text(self.to)}{did_you_mean(self.to, [*known, RANDOM])}")

    def _check_regression(self) -> Problem | None:
        if self.to is not None:
            return Problem("to", "expected shift: NUMBER of regression, which has no classes, found to")
        if not self.shift:
            found = "nothing" if self.shift is None else "0, which changes nothing"
            return Problem("change", f"expected shift: NUMBER beside relabel in regression, found {found}")
        return None
