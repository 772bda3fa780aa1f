"""A repeat: labels are flipped, a model is fitted to them, rows are inspected in each order, and it is refitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.errors import ConvergenceError
from groupinf.experiments.study import Arrays
from groupinf.groups.streams import builder_stream
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows
from groupinf.studies.linear.fit import fit_at
from groupinf.studies.linear.linear_model import LinearModel
from groupinf.studies.repair_labels.flips import NO_OPTIMUM, OTHER_FLIPS, Flips, drawn_flips, empty_class
from groupinf.studies.repair_labels.orders.order import Known, Order, inspected_first
from groupinf.studies.repair_labels.refit import Refits, refits
from groupinf.wording import counted


@dataclass(frozen=True)
class Repairs:
    """What every repeat reads.

    ``truth`` is the objective with the labels that the data have, ``test`` the test rows, ``start`` (P,) where fits
    start: θ̂ of these labels, in parameters of the features. So many labels are flipped as ``flips``; rows are
    inspected in each of the ``orders`` up to each of the numbers ``inspected``.
    """

    truth: Objective
    test: Objective
    model: LinearModel
    start: Array
    lam_over_n: float
    classes: tuple[str, ...]
    flips: int
    inspected: tuple[int, ...]
    orders: tuple[Order, ...]
    seed: int


@dataclass(frozen=True)
class Repeat:
    """Of one repeat: the flipped ``rows`` (m,), with the labels ``truth`` (m,) that the data have and the ``labels``
    (m,) in their place, and the ``places`` (O, m), from 0, at which each of O orders comes to them; what is
    ``measured`` after each of S numbers of inspected rows (O, S).
    """

    rows: Rows
    truth: Array
    labels: Array
    places: NDArray[np.int64]
    measured: Refits

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the file of a block."""
        alone = {"rows": self.rows, "truth": self.truth, "labels": self.labels, "places": self.places}
        return {**alone, **vars(self.measured)}


def repeat_from(arrays: Mapping[str, NDArray[Any]]) -> Repeat:
    """The repeat that ``Repeat.arrays`` told."""
    measured = Refits(**{field.name: arrays[field.name] for field in fields(Refits)})
    return Repeat(arrays["rows"], arrays["truth"], arrays["labels"], arrays["places"], measured)


def compute_repeat(study: Repairs, repeats: range) -> Arrays:
    """The repeat that a block holds; raises ConvergenceError, naming it, where a fit does not converge."""
    [number] = repeats
    try:
        return repeat(study, number).arrays()
    except ConvergenceError as error:
        raise ConvergenceError(f"repeat {number}: {error}") from error


def repeat(study: Repairs, number: int) -> Repeat:
    """The repeat of that number, from 0; it does not depend on which others there are, nor an order on which others."""
    flips = drawn_flips(study.truth.y, len(study.classes), study.flips, study.seed, number)
    model = fit_at(study.model, replace(study.truth, y=flips.y), study.start, study.lam_over_n)
    known = Known(model.linearised or model.fitted, study.model.measured)
    places = np.stack([_places(order, known, study.seed, number)[flips.rows] for order in study.orders])
    found = [flips.rows[at < count] for at in places for count in study.inspected]
    sets, which = _distinct(found)
    _require_classes(study, flips, sets)
    measured = refits(model, study.model, study.truth, study.test, sets)
    measured = measured.at(which.reshape(len(places), -1))
    return Repeat(flips.rows, study.truth.y[flips.rows], flips.y[flips.rows], places, measured)


def _places(order: Order, known: Known, seed: int, number: int) -> Rows:
    """At which place, from 0, an order comes to each row; ties have a stream of the order and the repeat alone."""
    rows = inspected_first(order.score(known), builder_stream(seed, f"order {order.name}", number))
    places = np.empty_like(rows)
    places[rows] = np.arange(rows.size)
    return places


def _distinct(found: Sequence[Rows]) -> tuple[list[Rows], NDArray[np.int64]]:
    """Each set of rows once, and which of them each of ``found`` is: the same labels put right are the same model."""
    numbers: dict[bytes, int] = {}
    which = [numbers.setdefault(rows.tobytes(), len(numbers)) for rows in found]
    return [np.frombuffer(rows, dtype=np.int64) for rows in numbers], np.array(which, dtype=np.int64)


def _require_classes(study: Repairs, flips: Flips, sets: Sequence[Rows]) -> None:
    """Raises ConvergenceError where labels put right leave a class without a row, which a free intercept needs."""
    if study.model.intercept is not Intercept.FREE:
        return
    for rows in sets:
        y = flips.y.copy()
        y[rows] = study.truth.y[rows]
        empty = empty_class(y, study.truth.sample_weight, len(study.classes))
        if empty is not None:
            raise ConvergenceError(
                f"with {counted(rows.size, 'label')} of {flips.rows.size:,} put right no row is of class "
                f"{study.classes[empty]}, {NO_OPTIMUM}: {OTHER_FLIPS}"
            )
