"""The example in which Propositions 1 and 2 are false as printed, computed as any run is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from groupinf.analysis.theory import beside_actual
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.load import load_config

ROWS, LAM = 100, 0.1
# rows of one label that are removed; of ROWS / 2 none of the label is left
REMOVED = (40, 45, 50)


@dataclass(frozen=True)
class Removal:
    """``removed`` rows: of f = θ |actual − Newton|, the bounds of it, and the proven interval beside the actual effect;
    of the loss of a row that stays what is left of Newton, |rest|, and the bounds of it.
    """

    removed: int
    error: float
    printed: float
    repaired: float
    actual: float
    low: float
    high: float
    rest: float
    rest_printed: float
    rest_repaired: float


def ones_without(removed: Sequence[int] = REMOVED) -> tuple[Removal, ...]:
    """n = 100 rows x = 1, half of either label, no intercept, λ = 0.1, without some rows of label 1; f = θ."""
    with TemporaryDirectory() as folder:
        run = execute_study(
            GROUP_EFFECTS, load_config(_config(Path(folder), removed)), Path(folder), 1, False, Silent()
        )
        assert run.theory is not None
        rows = beside_actual(run.theory, run.effects).sort_values("group")
    of_theta, of_loss = (
        rows[rows["evaluation"] == evaluation.name].to_dict("records") for evaluation in (TEST_PREDICTION, TEST_LOSS)
    )
    return tuple(
        Removal(
            removed=int(row["size"]),
            error=abs(float(row["newton_error"])),
            printed=float(row["newton_error_bound_paper"]),
            repaired=float(row["newton_error_bound"]),
            actual=float(row["actual"]),
            low=float(row["proven_low"]),
            high=float(row["proven_high"]),
            rest=abs(float(loss["rest"])),
            rest_printed=float(loss["rest_bound_paper"]),
            rest_repaired=float(loss["rest_bound"]),
        )
        for row, loss in zip(of_theta, of_loss, strict=True)
    )


def _config(folder: Path, removed: Sequence[int]) -> dict[str, object]:
    X, y = np.ones((ROWS, 1)), np.repeat([1, 0], ROWS // 2)
    np.savez(folder / "ones.npz", X_train=X, y_train=y, X_test=X[:2], y_test=y[[0, -1]])
    members = [f"{count},{row}" for count in removed for row in range(count)]
    (folder / "groups.csv").write_text("\n".join(["group,index", *members]) + "\n", encoding="utf-8")
    return {
        "name": "ones",
        "dataset": {"npz": str(folder / "ones.npz")},
        "model": {"intercept": "none"},
        "regularization": {"lambda_over_n": LAM / ROWS},
        "groups": {"builders": [{"builder": "file", "path": str(folder / "groups.csv")}]},
        "test_points": {"indices": [1]},
        "evaluations": [TEST_PREDICTION.name, TEST_LOSS.name],
        "methods": [Influence.name, Newton.name],
        "theory": True,
    }
