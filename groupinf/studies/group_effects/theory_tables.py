"""The tables of a run's theory, from its stored blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.studies.group_effects.block import StoredBlock
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.result import SPECTRA, THEORY
from groupinf.theory.block import OfGroups, OfValues, TheoryBlock


def theory_tables(
    about: GroupEffectsManifest, numbers: NDArray[np.int64], blocks: Sequence[StoredBlock]
) -> dict[str, pd.DataFrame]:
    """THEORY, a row per group and value of an evaluation, and SPECTRA, a row per group and eigenvalue of A(w).

    Columns are those of ``theory.block``; what does not depend on the evaluation repeats. Empty without any theory.
    """
    found = [block.theory for block in blocks if block.theory is not None]
    if not found:
        return {}
    measures = [(evaluation, point) for evaluation in about.evaluations for point in about.labels(evaluation)]
    values, count = len(measures), numbers.size
    by_name = {
        "group": np.repeat(numbers, values),
        "evaluation": np.tile(np.array([evaluation for evaluation, _ in measures], dtype=object), count),
        "test_point": np.tile(np.array([point for _, point in measures], dtype=np.int64), count),
    }
    for field in fields(OfGroups):
        of_groups = np.concatenate([getattr(one.groups, field.name) for one in found])
        by_name[field.name] = np.repeat(of_groups, values)
    for field in fields(OfValues):
        by_name[field.name] = np.concatenate([getattr(one.values, field.name) for one in found], axis=1).T.ravel()
    return {THEORY: pd.DataFrame(by_name), SPECTRA: _spectra(numbers, found)}


def _spectra(numbers: NDArray[np.int64], found: Sequence[TheoryBlock]) -> pd.DataFrame:
    rows = [
        (int(number), k + 1, value, error)
        for number, values, errors in zip(
            numbers,
            (row for one in found for row in one.spectrum.eigenvalues),
            (row for one in found for row in one.spectrum.error),
            strict=True,
        )
        for k, (value, error) in enumerate(zip(values, errors, strict=True))
        if np.isfinite(value)
    ]
    return pd.DataFrame(rows, columns=["group", "number", "eigenvalue", "error"])
