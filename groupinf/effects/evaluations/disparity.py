"""How far apart a model's treatment of sets of test rows is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from groupinf.config.column_names import ColumnNames, names_of
from groupinf.config.registered import RegisteredName
from groupinf.config.section import Problem, distinct
from groupinf.config.words import found
from groupinf.effects.evaluations.disparities.measure import DisparityMeasure, value_at
from groupinf.effects.evaluations.disparities.registry import MEASURES
from groupinf.effects.evaluations.evaluation import (
    AtFit,
    BoundedPart,
    Evaluation,
    Measure,
    Norm,
    ParameterNames,
    Part,
    Quantity,
    Scale,
)
from groupinf.effects.evaluations.test_error import largest_score_norm
from groupinf.test_point_labels import FIRST_COMPARED
from groupinf.wording import counted, did_you_mean, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from groupinf.effects.context import BlockContext
    from groupinf.effects.test_rows import RowsByColumn, TestRows
    from groupinf.numerics.change import Changed, RowChange
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Objective, Rows


# sets of which every two are compared: 66 pairs, a pass over the test rows for each
MOST_COMPARED = 12
# values that a message names, and a note tells
MOST_SHOWN = 12


def _value(value: Any) -> str:
    """A value of a column as text."""
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"expected a value of the column, found {found(value)}")


Values = Annotated[
    tuple[Annotated[str, BeforeValidator(_value), WithJsonSchema({"type": ["string", "number", "boolean"]})], ...],
    Field(strict=False, min_length=2),
    AfterValidator(distinct),
]


def _measure(value: Any) -> Any:
    """A name of a measure, for a validator; what reports call one is refused with its name."""
    called = next((measure.name for measure in MEASURES.values() if value == measure.short), value)
    if called != value:
        raise ValueError(f"expected one of {', '.join(MEASURES)}; found {value!r}; did you mean {called!r}?")
    return value


Measures = Annotated[
    tuple[Annotated[str, RegisteredName(MEASURES), BeforeValidator(_measure)], ...],
    Field(strict=False, min_length=1),
    AfterValidator(distinct),
]


class Disparity(Evaluation):
    """Measures of sets of test rows beside each other: those of each value of a ``column``, or of each combination of
    values of several; of ``values`` alone, in their order, where they are named. ``of`` left out are all measures that
    are defined. The sets are of the whole test set, whichever test points there are.
    """

    name: ClassVar = "disparity"
    label: ClassVar = "Disparity"
    in_text: ClassVar = "disparity"
    short: ClassVar = "disparity"
    measured_on: ClassVar = None
    each: ClassVar = "disparity measure"
    names_say_all: ClassVar = True

    evaluation: Literal["disparity"] = "disparity"
    column: ColumnNames
    values: Values | None = None
    of: Measures | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that tell the sets."""
        return names_of(self.column)

    @property
    def needs_labels(self) -> bool:
        """Where a measure that is asked for does."""
        return any(MEASURES[name].needs_labels for name in self.of or MEASURES)

    @classmethod
    def is_defined(cls, loss: Loss) -> bool:
        """Where a measure is."""
        return any(measure.is_defined(loss) for measure in MEASURES.values())

    @classmethod
    def unit(cls, loss: Loss, classes: Sequence[str]) -> str:
        """Those of the measures."""
        defined = [measure for measure in MEASURES.values() if measure.is_defined(loss)]
        return "; ".join(f"{measure.short}: {measure.unit(loss, classes)}" for measure in defined)

    def check(self, names: ParameterNames) -> Problem | None:
        """A column, a value or a measure that there is not, fewer than two sets, and a set without the rows that a
        measure counts.
        """
        test = _test_set(names)
        wrong = test.problem(self.columns)
        if wrong is not None:
            return Problem("column", wrong)
        undefined = [m for m in map(MEASURES.__getitem__, self.of or ()) if not m.is_defined(test.loss)]
        if undefined:
            defined = listed((m.name for m in MEASURES.values() if m.is_defined(test.loss)), "or")
            what = f"found {undefined[0].name}, which is defined for {undefined[0].defined_for} only"
            return Problem("of", f"expected {defined} with the {test.loss.label}, {what}")
        known = test.sets(self.columns)
        return self._problem_of_sets(known) or self._problem_of_rows(test)

    def _problem_of_sets(self, known: Mapping[str, Rows]) -> Problem | None:
        called = listed(self.columns)
        if len(known) < 2:
            one = f"{next(iter(known))} alone" if known else "none"
            return Problem("column", f"expected test rows with two values of {called} at least, found {one}")
        for value in self.values or ():
            if value not in known:
                shown = ", ".join([*known][:MOST_SHOWN]) + (
                    f" and {len(known) - MOST_SHOWN:,} more" if len(known) > MOST_SHOWN else ""
                )
                near = did_you_mean(value, known)
                return Problem("values", f"expected values of {called}, found {value!r}{near}; test rows have {shown}")
        return None

    def _problem_of_rows(self, test: RowsByColumn) -> Problem | None:
        sets, measures = self._sets(test), self._measures(test)
        paired = [m for m in measures if len(tuple(m.compared(len(sets)))) > 1]
        if paired and len(sets) > MOST_COMPARED:
            expected = f"expected at most {MOST_COMPARED} sets of which every two are compared, found {len(sets):,}"
            return Problem(
                "values" if self.values else "column",
                f"{expected} by {listed(self.columns)}; name some in values, or ask for other measures than "
                f"{listed((m.name for m in paired), 'and')}",
            )
        for measure in measures:
            for name, rows in sets.items():
                lacking = measure.lacking(test.y[rows], test.classes)
                if lacking:
                    return Problem(
                        "of" if self.of else "column",
                        f"expected a {lacking} in every set of {listed(self.columns)}, without which {measure.name} "
                        f"is undefined; found none in {name}; name other values, or leave {measure.name} out of "
                        "the list under the key 'of'",
                    )
        return None

    def value_names(self, names: ParameterNames) -> Mapping[int, str]:
        """What is measured, and of which sets."""
        return {value.label: value.name for value in self._compared(_test_set(names))}

    def quantity(self, names: ParameterNames) -> Quantity:
        """The sets by the numbers of their rows, sorted by label in each."""
        test = _test_set(names)
        sets = {name: rows[np.argsort(test.y[rows], kind="stable")] for name, rows in self._sets(test).items()}
        ends = np.cumsum([0, *(rows.size for rows in sets.values())]).tolist()
        return Disparities(
            values=tuple(self._compared(test)),
            names=self._shown(tuple(sets)),
            rows=np.concatenate([*sets.values()]),
            sets=tuple(slice(start, end) for start, end in pairwise(ends)),
            left_out=test.y.size - ends[-1],
        )

    def _measures(self, test: RowsByColumn) -> list[DisparityMeasure]:
        if self.of is not None:
            return [MEASURES[name] for name in self.of]
        return [measure for measure in MEASURES.values() if measure.is_defined(test.loss)]

    def _sets(self, test: RowsByColumn) -> Mapping[str, Rows]:
        """Those that are compared, in their order."""
        known = test.sets(self.columns)
        return {name: known[name] for name in self.values or known}

    def _shown(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The sets as names of values have them: numbers of a single column with its name, as 1 tells nothing."""
        if isinstance(self.column, str) and any(map(_is_number, names)):
            return tuple(f"{self.column}={name}" for name in names)
        return names

    def _compared(self, test: RowsByColumn) -> Iterator[Compared]:
        """FIRST_COMPARED and downwards by the number of the measure and those of the first and last set among all of
        the column: whichever others are asked for.
        """
        known, numbers = [*test.sets(self.columns)], list(MEASURES)
        names = (*self._sets(test),)
        shown = self._shown(names)
        for measure in self._measures(test):
            for sets in measure.compared(len(names)):
                first, last = (known.index(names[place]) for place in (sets[0], sets[-1]))
                label = (numbers.index(measure.name) * len(known) + first) * len(known) + last
                yield Compared(measure, sets, FIRST_COMPARED - label, measure.called([shown[i] for i in sets]))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _test_set(names: ParameterNames) -> RowsByColumn:
    assert names.test is not None, "columns of test rows are asked for where there are none"
    return names.test


@dataclass(frozen=True)
class Compared:
    """A value: a measure of some of the sets, by their numbers, with its label and its name."""

    measure: DisparityMeasure
    sets: tuple[int, ...]
    label: int
    name: str


@dataclass(frozen=True, eq=False)
class Disparities(Quantity):
    """The ``values`` of sets with ``names``: ``rows`` are the numbers of their rows in the test set, one set's after
    the other's as the slices ``sets`` say. ``left_out`` rows are in no set; ``start`` values are before these.
    """

    values: tuple[Compared, ...]
    names: tuple[str, ...]
    rows: NDArray[np.int64]
    sets: tuple[slice, ...]
    left_out: int
    start: int = 0
    name: ClassVar = Disparity.name

    def labels(self, test_points: Sequence[int]) -> tuple[int, ...]:
        """Those of the values."""
        return tuple(value.label for value in self.values)

    def rows_besides(self) -> Rows:
        """Those of the sets."""
        return self.rows

    def measures(self, test: TestRows, block: Changed) -> tuple[Measure, ...]:
        """One for each value."""
        return self._measures(test)

    def _measures(self, test: TestRows) -> tuple[Measure, ...]:
        return tuple(
            Measure(replace(self, values=(value,), start=self.start + i), (value.label,), self._parts(value, test))
            for i, value in enumerate(self.values)
        )

    def _parts(self, value: Compared, test: TestRows) -> tuple[Part, ...]:
        first = test.besides[self.name].start
        sets = [self.sets[i] for i in value.sets]
        return value.measure.parts(test.rows, [slice(first + of.start, first + of.stop) for of in sets])

    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        """The largest of any value, and ‖∇f‖ of each; of one that jumps the largest ‖∇z‖ of its rows."""
        from groupinf.effects.influence import influence_norms, point_influence

        measures = self._measures(test)
        gradients = np.column_stack([_gradient(measure.parts, fitted.theta[:, None]) for measure in measures])
        largest = float(np.abs(groups @ point_influence(fitted, gradients, change.residuals)).max())
        of_scores = largest_score_norm(fitted, self._own_rows(test))
        norms = influence_norms(fitted, gradients)
        return Scale(
            largest,
            tuple(of_scores if measure.jumps else float(norm) for measure, norm in zip(measures, norms, strict=True)),
        )

    def gradient_norms(self, norms: Mapping[str, Norm], at: BlockContext) -> Array:
        """The same for every group."""
        own = np.atleast_1d(norms[self.name])[self.start : self.start + len(self.values)]
        return np.repeat(own[:, None], at.changed.g.shape[1], axis=1)

    def notes(self, fitted: Fitted, test: TestRows) -> tuple[str, ...]:
        """What the values are at θ̂, and how many rows are in no set."""
        theta, told = fitted.theta[:, None], []
        for value, measure in zip(self.values[:MOST_SHOWN], self._measures(test), strict=False):
            told.append(value.measure.told([self.names[i] for i in value.sets], measure.parts, theta))
        more = len(self.values) - MOST_SHOWN
        rest = f"; and {counted(more, 'value')} more" if more > 0 else ""
        out = f"; {counted(self.left_out, 'test row')} in no set" if self.left_out else ""
        return (f"{self.name} at θ̂: {'; '.join(told)}{rest}{out}",)

    def at_fit(self, fitted: Fitted, test: TestRows) -> Mapping[int, AtFit]:
        """By which measure each value is, and what gaps are at θ̂."""
        theta = fitted.theta[:, None]
        return {
            of.label: AtFit(of.measure.short, value_at(measure.parts, theta) if of.measure.signed else None)
            for of, measure in zip(self.values, self._measures(test), strict=True)
        }

    def _own_rows(self, test: TestRows) -> Objective:
        return test.rows.at(test.besides[self.name])


def _gradient(parts: Sequence[Part], theta: Array) -> Array:
    """∇f at θ (P, 1) of one value: (P,)."""
    total = np.zeros(theta.shape[0])
    for part in parts:
        assert isinstance(part, BoundedPart)
        total += part.in_parameters(part.gradient(part.scores(theta)))[:, 0, 0]
    return total
