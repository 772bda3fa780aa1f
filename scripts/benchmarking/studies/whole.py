"""A whole study, from the command to the page, in turns with the loop that one would write in its place."""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarking.commands.command import GROUPINF, python, run_command
from benchmarking.processes import Waiting, result, waiting
from benchmarking.studies.asked import Study

# what the loop's script imports
LOOP_IMPORTS = "import joblib, numpy, sklearn.linear_model"


def measure_study(study: Study, rounds: int, seconds: float, folder: Path) -> dict[str, Any] | None:
    """Of every round what the command took, and the stage ``compute`` of it on the clock; and all of the loop.

    None where the study cannot be run here, as where its data are absent. Validating it reads the data, so that they
    come from the cache afterwards.
    """
    try:
        run_command((*GROUPINF, "validate", *study.config_arguments), folder)
    except subprocess.CalledProcessError:
        return None
    whole, compute, imports = [], [], []
    runs = folder / "runs"
    with ExitStack() as stack:
        loop: Waiting | None = None
        for _ in range(rounds):
            whole.append(asdict(run_command((*GROUPINF, *study.arguments), folder)))
            compute.append(_compute_seconds(runs))
            imports.append(asdict(run_command(python(LOOP_IMPORTS), folder)))
            loop = loop or stack.enter_context(waiting("loop", runs, study.config, str(seconds)))
            loop.turn()
    return {"command": study.command, "whole": whole, "compute": compute, "imports": imports, **result("loop", runs)}


def _compute_seconds(runs: Path) -> float:
    [timings] = runs.glob("*/timings.json")
    return float(json.loads(timings.read_text(encoding="utf-8"))["seconds"]["compute"])
