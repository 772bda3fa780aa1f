"""With what numbers are made: versions, processor and source commit."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

LIBRARIES = ("groupinf", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "joblib", "matplotlib")
# what compiles numbers' kernels where it is installed, as an extra does
COMPILER = "numba"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What the bytes of a run may depend on besides its configuration.

    ``git_commit`` is None for an installed package, ``git_dirty`` says that the source tree had other changes;
    ``threads`` is how many BLAS threads whatever decides a number had.
    """

    versions: Mapping[str, str]
    platform: str
    processor: str
    git_commit: str | None
    git_dirty: bool
    threads: int


def provenance() -> Provenance:
    """What runs here and now."""
    return Provenance(
        versions=_versions(),
        platform=platform.platform(),
        processor=_processor(),
        git_commit=_git("rev-parse", "HEAD"),
        git_dirty=bool(_git("status", "--porcelain", "--", "groupinf")),
        threads=1,
    )


def _versions() -> dict[str, str]:
    installed = {name: version(name) for name in LIBRARIES}
    if find_spec(COMPILER) is not None:
        installed[COMPILER] = version(COMPILER)
    return {"python": platform.python_version(), **installed}


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
