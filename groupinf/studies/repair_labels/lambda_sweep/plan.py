"""What a sweep over λ/n of a study that repairs labels consists of: the same labels are flipped at every value."""

from __future__ import annotations

from typing import Any

from groupinf.config.sweep_schema import SweepConfig
from groupinf.datasets.dataset import Dataset
from groupinf.studies.linear.lambda_sweep import SweepPlan, plan_sweep, sweep_folder
from groupinf.studies.repair_labels.schema import STUDY, LoadedRepair, RepairConfig
from groupinf.studies.repair_labels.work import repairing_on

RepairSweepPlan = SweepPlan[RepairConfig]


def plan_repairs(loaded: LoadedRepair, wanted: SweepConfig | None = None, redraw: bool = False) -> RepairSweepPlan:
    """As ``plan_sweep``; raises ConfigError also where something is to be drawn anew at each value.

    The streams of flips are those of seed and repeat alone, so that a study at another λ/n flips the same labels.
    """
    plan = plan_sweep(loaded, wanted, redraw)
    if plan.redraw:
        expected = "expected neither --redraw nor regularization.sweep.redraw, which draw groups anew at every λ/n"
        raise loaded.error(("regularization",), f"{expected}: {STUDY} draws none, and flips the same labels at each")
    return plan


def sweep_identity(plan: RepairSweepPlan, dataset: Dataset) -> dict[str, Any]:
    """The study's identity with the grid, and without the λ/n of its own, which decides nothing."""
    identity = dict(repairing_on(plan.reference, dataset).identity)
    config = {key: value for key, value in identity["config"].items() if key != "regularization"}
    return {**identity, "config": config, "sweep": {"lam_over_n": list(plan.grid)}}


def sweep_name(plan: RepairSweepPlan, dataset: Dataset) -> str:
    """The name of the folder of the sweep."""
    return sweep_folder(plan.reference.config.name, sweep_identity(plan, dataset))
