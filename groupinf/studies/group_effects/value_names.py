"""What users call the values of an evaluation, and which value they mean."""

from __future__ import annotations

from groupinf.datasets.rows.labels import shortened
from groupinf.datasets.unknown_column import MOST_LISTED
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.errors import DataError
from groupinf.studies.group_effects.manifest import (
    GroupEffectsManifest,
    NamedValue,
    TestKey,
    TestSet,
)
from groupinf.test_point_labels import ALL_ROWS
from groupinf.wording import did_you_mean


def value_names(about: GroupEffectsManifest, evaluation: str) -> dict[int, str]:
    """By their numbers: sets and named values by their names, rows by their keys, others by their numbers; the sum over
    all test rows, and the only value of an evaluation on no test point, are ``all``.
    """
    known: tuple[TestSet | TestKey | NamedValue, ...] = (*about.test_sets, *about.test_keys, *about.named_values)
    names = {value.test_point: value.name for value in known} | {ALL_ROWS: "all"}
    return {label: names.get(label, str(label)) for label in about.labels(evaluation)}


def value_label(about: GroupEffectsManifest, evaluation: str, called: str) -> int:
    """The number of the value that is called so, by its name, its number, what stands behind the = of its name, or the
    measure that it alone is by.

    Raises DataError where the run has none such, or several.
    """
    names = value_names(about, evaluation)
    found = [label for label, name in names.items() if called in (name, str(label))]
    found = found or [label for label, name in names.items() if called == name.partition("=")[2]]
    found = found or [
        of.test_point for of in about.named_values if called and (of.evaluation, of.measure) == (evaluation, called)
    ]
    if len(found) != 1:
        known = shortened(list(names.values()), MOST_LISTED)
        near = did_you_mean(called, names.values())
        raise DataError(f"test point: expected one of {known} for {evaluation}, found {called}{near}")
    return found[0]


def resampled_measures(about: GroupEffectsManifest) -> tuple[tuple[str, int], ...]:
    """The (evaluation, test point) that a bootstrap over test rows is of, in the order of its files."""
    of_rows = (evaluation for evaluation in about.evaluations if EVALUATIONS[evaluation].on_test_points())
    return tuple((evaluation, point) for evaluation in of_rows for point in about.test_points)
