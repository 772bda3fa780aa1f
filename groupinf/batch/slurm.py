"""Handing scripts to Slurm."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from groupinf.errors import ConfigError, RunError

SBATCH = "sbatch"


def require_sbatch() -> None:
    """Raise ConfigError where Slurm's commands are not on the PATH."""
    if shutil.which(SBATCH) is None:
        raise ConfigError(
            f"{SBATCH}: not on the PATH; submit on a machine that has the commands of Slurm, such as a login node of "
            "the cluster, or see what would be submitted with --dry-run"
        )


def submit_chain(scripts: Sequence[Path]) -> tuple[str, ...]:
    """Submit each script to start after all tasks of the one before it have succeeded; the job ids.

    Raises RunError where sbatch refuses one. Those before it are then cancelled, also where the user interrupts.
    """
    ids: list[str] = []
    with ExitStack() as undo:
        undo.callback(cancel, ids)
        for script in scripts:
            ids.append(_submitted(script, after=ids[-1] if ids else None))
        undo.pop_all()
    return tuple(ids)


def _submitted(path: Path, after: str | None) -> str:
    """The job id; ``sbatch --parsable`` prints it alone or as ID;CLUSTER."""
    dependency = [] if after is None else [f"--dependency=afterok:{after}"]
    done = subprocess.run([SBATCH, "--parsable", *dependency, str(path)], capture_output=True, text=True, check=False)
    job = done.stdout.strip().partition(";")[0]
    if done.returncode != 0 or not job.isdecimal():
        said = " ".join((done.stderr.strip() or done.stdout.strip() or "nothing").split())
        raise RunError(f"{path}: {SBATCH} did not take it (exit status {done.returncode}): {said}")
    return job


def cancel(ids: Sequence[str]) -> None:
    """Take jobs out of the queue; none where there is none."""
    if ids:
        subprocess.run(["scancel", *ids], capture_output=True, check=False)
