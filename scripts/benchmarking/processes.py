"""Starting measurements, one after the other, each in a process with one thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")


def measure(task: str, folder: Path, name: str = "", amount: str = "") -> dict[str, Any]:
    """Run one task of ``worker`` and read its result; the process inherits the terminal for what goes wrong."""
    path = os.pathsep.join(filter(None, (str(SCRIPTS), os.environ.get("PYTHONPATH"))))
    subprocess.run(
        [sys.executable, "-m", "benchmarking.worker", task, str(folder), name, amount],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
        check=True,
    )
    result: dict[str, Any] = json.loads((folder / f"{task}.json").read_text(encoding="utf-8"))
    return result
