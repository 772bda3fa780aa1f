"""Figure 3 at t = 0: rows that stand on their margin, where the hinge has a corner and no derivative."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from groupinf.datasets.registry import load_dataset
from groupinf.effects.methods.influence import Influence
from groupinf.numerics.objective import scores
from groupinf.reporting.single_rows.removed import removed_for_one
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.stored_theta import theta_of
from groupinf.studies.linear.linear_model import training_objective
from groupinf.studies.load import load_config
from groupinf.wording import counted

# a row is on its margin to so much: of an exact machine it is there to rounding
ON = 1e-7


@dataclass(frozen=True)
class OnMargin:
    """How many of the ``rows`` that were left out stand ``on`` their margin, and Pearson's r of the others."""

    rows: int
    on: int
    without: float

    def in_words(self) -> str:
        """What that means for r at t = 0."""
        return (
            "at t = 0 the influence of a row on its margin is all or nothing, as rounding puts it on one side of the "
            f"corner or the other; {self.on} of {counted(self.rows, 'row')} stand there, and without them r is "
            f"{self.without:.3f}."
        )


def on_margin(run: Run) -> OnMargin:
    """Of a machine's run of single rows; raises DataError where the run is not whole or its data are not at hand."""
    config, theta, rows = load_config(run.config).config, theta_of(run.path).theta, removed_for_one(run)
    dataset = load_dataset(config.dataset, Path(), config.seed)
    with threadpool_limits(limits=1):
        objective = training_objective(dataset, run.manifest.model, run.manifest.lam)
        margin = (2.0 * objective.y - 1.0) * scores(objective.X, objective.in_coordinates(theta), 1)[:, 0]
    there = np.abs(margin[rows.rows] - 1.0) < ON
    without = rows.comparison(Influence.name).where(~there).pearson
    return OnMargin(there.size, int(np.count_nonzero(there)), without)
