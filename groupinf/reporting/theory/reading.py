"""What figures of the theory read of a run, and what runs without it are told."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from groupinf.analysis.theory import beside_actual
from groupinf.errors import DataError
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.words.summary import change_facts
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

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


def panel_headings(runs: Sequence[Run]) -> list[str]:
    """Of each run its dataset and λ/n, and what else tells runs apart that these do not: the intercept, what is done to
    groups, the folder.
    """
    found = [f"{run.manifest.dataset}, λ/n = {number(run.manifest.lam_over_n)}" for run in runs]
    folders = [run.path.resolve().name for run in runs]
    for more in ([run.manifest.intercept.heading for run in runs], change_facts(runs), folders):
        same = [[i for i, one in enumerate(found) if one == heading] for heading in found]
        found = [
            f"{heading}, {own}" if len({more[i] for i in alike}) > 1 else heading
            for heading, own, alike in zip(found, more, same, strict=True)
        ]
    return found


def _without(run: Run) -> DataError:
    return DataError(
        f"{run.path}: expected a run with theory: true, found one without; "
        f"{evaluate_command(run, THEORY)} adds it without retraining"
    )
