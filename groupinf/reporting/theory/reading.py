"""What figures of the theory read of a run, and what runs without it are told."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.theory import beside_actual
from groupinf.errors import DataError
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.studies.group_effects.result import Run

# the key of a config that adds the theory to a run
THEORY = {"theory": True}


def theory_rows(run: Run) -> pd.DataFrame:
    """The run's theory beside its actual effects; raises DataError where it has none, and says how to add it."""
    if run.theory is None:
        raise _without(run)
    return beside_actual(run.theory, run.effects)


def spectra_of(run: Run) -> pd.DataFrame:
    """The largest eigenvalues of the run's groups; raises DataError where it has none, and says how to add them."""
    if run.spectra is None:
        raise _without(run)
    return run.spectra


def _without(run: Run) -> DataError:
    return DataError(
        f"{run.path}: expected a run with theory: true, found one without; "
        f"{evaluate_command(run, THEORY)} adds it without retraining"
    )
