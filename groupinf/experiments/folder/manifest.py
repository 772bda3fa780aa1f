"""What a run says of itself: the convention, where its numbers come from, and with what they were made."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from groupinf.wording import number

LIBRARIES = ("groupinf", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "joblib", "matplotlib")


def convention(lam: float, lam_over_n: float, task: str) -> str:
    """The one convention, in one line, for every output."""
    units = "predictions in units of y, losses half squared" if task == "regression" else "losses in nats"
    lams = f"λ = {number(lam, 6)} (λ/n = {number(lam_over_n, 6)})"
    return (
        f"Loss summed over points plus (λ/2)‖weights‖² with {lams}, intercept not penalised, λ kept when points are "
        "removed. Effect = f without the group − f with it: positive means that removing the group raises f; "
        f"{units}."
    )


def provenance() -> dict[str, Any]:
    """Versions, processor and source commit: what the bytes of a run may depend on besides its configuration."""
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "platform": platform.platform(),
        "processor": _processor(),
        "git_commit": _git("rev-parse", "HEAD"),
        "git_dirty": bool(_git("status", "--porcelain", "--", "groupinf")),
        "threads": 1,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _git(*command: str) -> str | None:
    """What git says of the source tree that runs; None for an installed package, or where there is no git."""
    source = Path(__file__).resolve().parents[3]
    if not (source / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(source), *command], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
