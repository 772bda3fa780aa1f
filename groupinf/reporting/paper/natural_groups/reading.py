"""Effects of natural groups beside what is known of them: labelling functions, and who contributed rows of genres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import rank_correlation
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.methods.influence import Influence
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import linear_axis
from groupinf.reporting.drawing.scatter import Panel
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.paper.scatter import shown
from groupinf.reporting.words.summary import test_set_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import listed

# what the data of labelling functions say of each: the sign of its votes, and two numbers
POLARITY, COVERAGE, PRECISION = "polarity", "coverage", "precision"
POLARITIES = ("positive", "negative")
Y_LABEL = "Influence on test loss"
COUNT = "rows {}"  # the attribute that counts a group's rows of what a set of test points is called


@dataclass(frozen=True)
class SetEffects:
    """Influence and actual effects (S, G) on the test loss, on each set of test points by its name, of groups with
    names (G,) and a row of ``attributes`` each.
    """

    run: Run
    sets: tuple[str, ...]
    predicted: NDArray[np.float64]
    actual: NDArray[np.float64]
    names: NDArray[np.object_]
    attributes: pd.DataFrame

    def of(self, chosen: NDArray[np.bool_]) -> SetEffects:
        """Those of the chosen groups (G,)."""
        return replace(
            self,
            predicted=self.predicted[:, chosen],
            actual=self.actual[:, chosen],
            names=self.names[chosen],
            attributes=self.attributes[chosen],
        )

    def on(self, positions: Sequence[int]) -> SetEffects:
        """Those on the sets at these positions, in this order."""
        return replace(
            self,
            sets=tuple(self.sets[i] for i in positions),
            predicted=self.predicted[list(positions)],
            actual=self.actual[list(positions)],
        )

    def contributed(self) -> SetEffects:
        """Those on the sets of which the groups' rows are counted."""
        return self.on([i for i, name in enumerate(self.sets) if COUNT.format(name) in self.attributes])

    def numbers(self, attribute: str) -> NDArray[np.float64]:
        """An attribute (G,) of the groups; raises DataError where it is a category, or no group has it."""
        values = self.attributes[attribute].to_numpy()
        if values.dtype == object:
            raise DataError(f"{self.run.path}: expected numbers as the attribute {attribute!r}, found categories")
        if np.isnan(values).all():
            raise DataError(f"{self.run.path}: expected groups with the attribute {attribute!r}, found none")
        return np.asarray(values, dtype=np.float64)

    def texts(self, attribute: str) -> NDArray[np.object_]:
        """A category (G,) of the groups; missing where a group has none."""
        return self.attributes[attribute].to_numpy(dtype=object)

    def panel(self, position: int) -> Panel:
        """Predicted against actual effects on one set."""
        predicted, actual = self.predicted[position], self.actual[position]
        rho = float(rank_correlation(predicted, actual))
        return Panel(TEST_LOSS.name, 0, predicted, actual, rho, rule=linear_axis)


def labelling_functions(run: Run) -> SetEffects:
    """Effects of the groups that are labelling functions, on the test rows of each polarity, in that order.

    Raises DataError where the run has no such groups, or other sets of test points.
    """
    lacking = [name for name in (POLARITY, COVERAGE, PRECISION) if name not in run.attributes]
    if lacking:
        raise DataError(
            f"{run.path}: expected groups with {POLARITY}, {COVERAGE} and {PRECISION}, which labelling functions of "
            f"CDR have, found no {listed(lacking, 'or')} among their attributes"
        )
    effects = _on_sets(run)
    values = [name.partition("=")[2] for name in effects.sets]
    if not set(POLARITIES) <= set(values):
        raise _other_sets(run, f"one of {listed(POLARITIES)} test rows each", effects.sets)
    positions = [values.index(polarity) for polarity in POLARITIES]
    found = effects.texts(POLARITY)
    of_polarity = np.isin(found.astype(str), POLARITIES)
    other = next((value for value in found[~of_polarity] if not pd.isna(value)), None)
    if other is not None or not of_polarity.any():
        raise DataError(f"{run.path}: expected the {POLARITY} {listed(POLARITIES, 'or')}, found {other or 'none'}")
    return effects.on(positions).of(of_polarity)


def contributors(run: Run) -> SetEffects:
    """Effects of groups on sets of test points, of some of which the groups have rows too, counted in their attributes.

    Raises DataError where the run has no such sets, or counts the groups' rows of none.
    """
    effects = _on_sets(run)
    if not effects.contributed().sets:
        lacking = [repr(COUNT.format(name)) for name in effects.sets]
        raise DataError(
            f"{run.path}: expected how many rows each group has of what a set of test points is of, found no "
            f"{listed(lacking, 'or')} among the attributes of groups; groups.attributes.count_by counts them"
        )
    return effects


def is_of_labelling_functions(run: Run) -> bool:
    """Whether the groups have what labelling functions have."""
    return POLARITY in run.attributes


def _on_sets(run: Run) -> SetEffects:
    shown([run], [Influence])
    pairs, names = run.pairs, test_set_names(run)
    positions = [i for i, (name, point) in enumerate(pairs.measures) if name == TEST_LOSS.name and point in names]
    if not positions:
        measured = [name for name, _ in pairs.measures]
        if TEST_LOSS.name not in measured:
            command = evaluate_command(run, {"evaluations": [TEST_LOSS.name]})
            raise DataError(f"{run.path}: expected {TEST_LOSS.name} among the evaluations; {command} makes it")
        raise _other_sets(run, "several", ())
    return SetEffects(
        run,
        tuple(names[pairs.measures[i][1]] for i in positions),
        pairs.predicted[pairs.methods.index(Influence.name)][positions],
        pairs.actual[positions],
        run.groups.set_index("group").loc[pairs.groups, "name"].to_numpy(dtype=object),
        run.attributes.set_index("group").loc[pairs.groups, :],
    )


def _other_sets(run: Run, expected: str, found: Sequence[str]) -> DataError:
    return DataError(
        f"{run.path}: expected sets of test points, {expected}, found {listed(found) or 'none'}; "
        "test_points.column makes a set of each value of a column"
    )
