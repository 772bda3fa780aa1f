"""The tables of a run's theory are those that dense algebra makes of its rows and groups, one at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.theory_frames import small_theory_run

import groupinf
from groupinf.analysis.theory import beside_actual, intervals
from groupinf.studies.group_effects.result import Run

# what differs in digits that rounding leaves: differences of like numbers, and intervals, which are proven otherwise
DIFFERENCES = ("rest", "newton_error")
INTERVALS = ("proven_low", "proven_high")


@pytest.mark.parametrize("intercept", ["none", "free"])
def test_every_column_is_what_dense_algebra_gives(tmp_path: Path, intercept: str) -> None:
    dense = small_theory_run(tmp_path, intercept=intercept, theory=True)
    found = groupinf.load_run(dense.path)
    assert isinstance(found, Run)
    assert found.theory is not None
    assert dense.theory is not None
    keys = ["group", "evaluation", "test_point"]
    both = found.theory.merge(dense.theory, on=keys, suffixes=("", "_dense"), validate="one_to_one")
    assert len(both) == len(found.theory) == len(dense.theory)
    assert sorted(found.theory.columns) == sorted(dense.theory.columns)
    for column in found.theory.columns.drop([*keys, *INTERVALS]):
        small = {"atol": 1e-9} if column in DIFFERENCES else {"atol": 1e-5 if column == "angle" else 1e-14}
        np.testing.assert_allclose(both[column], both[f"{column}_dense"], rtol=1e-7, err_msg=column, **small)


@pytest.mark.parametrize("intercept", ["none", "free"])
def test_both_proofs_hold_and_that_of_the_program_is_not_much_wider(tmp_path: Path, intercept: str) -> None:
    dense = small_theory_run(tmp_path, intercept=intercept, theory=True)
    found = groupinf.load_run(dense.path)
    assert isinstance(found, Run)
    widths = []
    for run in (dense, found):
        assert run.theory is not None
        of = intervals(beside_actual(run.theory, run.effects))
        assert of.outside == 0
        assert of.finite > 0.9 * of.count
        widths.append(of.relative)
    assert widths[1] < 3 * widths[0]


@pytest.mark.parametrize("intercept", ["none", "free"])
def test_spectra_are_those_of_dense_matrices(tmp_path: Path, intercept: str) -> None:
    dense = small_theory_run(tmp_path, intercept=intercept, theory=True)
    found = groupinf.load_run(dense.path)
    assert isinstance(found, Run)
    assert found.spectra is not None
    assert dense.spectra is not None
    both = dense.spectra.merge(found.spectra, on=["group", "number"], how="left", suffixes=("", "_found"))
    np.testing.assert_allclose(both["eigenvalue_found"].fillna(0.0), both["eigenvalue"], atol=1e-12)
    assert len(found.spectra) <= len(dense.spectra)
