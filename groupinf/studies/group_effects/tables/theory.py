"""The tables of a run's theory, from its stored blocks, written in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.experiments.folder.files import TableInParts, row_groups
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.result import SPECTRA, THEORY
from groupinf.theory.block import OfGroups, OfValues, TheoryBlock


def theory_tables(
    about: GroupEffectsManifest, numbers: NDArray[np.int64], found: Sequence[TheoryBlock]
) -> dict[str, TableInParts]:
    """THEORY, a row per group and value of an evaluation, and SPECTRA, a row per group and eigenvalue of A(w).

    Columns are those of ``theory.block``; what does not depend on the evaluation repeats. Empty without any theory.
    """
    if not found:
        return {}
    return {THEORY: TableInParts(_theory(about, numbers, found)), SPECTRA: TableInParts(_spectra(numbers, found))}


def _theory(
    about: GroupEffectsManifest, numbers: NDArray[np.int64], found: Sequence[TheoryBlock]
) -> Iterator[pd.DataFrame]:
    measures = [(evaluation, point) for evaluation in about.evaluations for point in about.labels(evaluation)]
    evaluation = np.array([name for name, _ in measures], dtype=object)
    point = np.array([label for _, label in measures], dtype=np.int64)
    of_groups = {f.name: np.concatenate([getattr(one.groups, f.name) for one in found]) for f in fields(OfGroups)}
    of_values = {f.name: np.concatenate([getattr(one.values, f.name).T for one in found]) for f in fields(OfValues)}
    for rows in row_groups(numbers.size * len(measures)):
        group, value = np.divmod(np.arange(rows.start, rows.stop), len(measures))
        yield pd.DataFrame(
            {
                "group": numbers[group],
                "evaluation": evaluation[value],
                "test_point": point[value],
                **{name: values[group] for name, values in of_groups.items()},
                **{name: values[group, value] for name, values in of_values.items()},
            }
        )


def _spectra(numbers: NDArray[np.int64], found: Sequence[TheoryBlock]) -> Iterator[pd.DataFrame]:
    columns: dict[str, list[NDArray[Any]]] = {"group": [], "number": [], "eigenvalue": [], "error": []}
    first = 0
    for spectrum in (one.spectrum for one in found):
        group, place = np.nonzero(np.isfinite(spectrum.eigenvalues))
        parts = (numbers[first + group], place + 1, spectrum.eigenvalues[group, place], spectrum.error[group, place])
        for column, part in zip(columns.values(), parts, strict=True):
            column.append(part)
        first += len(spectrum.eigenvalues)
    whole: Mapping[str, NDArray[Any]] = {name: np.concatenate(parts) for name, parts in columns.items()}
    for rows in row_groups(whole["group"].size):
        yield pd.DataFrame({name: values[rows.start : rows.stop] for name, values in whole.items()})
