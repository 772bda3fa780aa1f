"""What is around the retraining: short commands and a small study, beside nothing but the imports they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarking.commands.command import GROUPINF, Taken, python, run_command
from benchmarking.studies.asked import CONFIGS, JOBS

# the libraries of a study, and those that read a config
LIBRARIES = "import numpy, pandas, scipy.stats, sklearn.cluster, matplotlib.pyplot, pyarrow, joblib"
SMALL_LIBRARIES = "import click, pydantic, yaml"
CONFIG = CONFIGS / "breast_cancer.yaml"
UNKNOWN_KEY, MISSING_DATA, MISSING_CONFIG = "unknown-key.yaml", "missing-data.yaml", "nowhere.yaml"
# runs of a short command in a round, of which the middle one counts
REPEATS = 3


@dataclass(frozen=True)
class Beside:
    """A command by what it does, its arguments, the imports that it is measured beside, and the status it ends with."""

    words: str
    arguments: tuple[str, ...]
    imports: str = SMALL_LIBRARIES
    status: int = 0
    repeats: int = REPEATS


STUDY = ("experiment", str(CONFIG), "--jobs", str(JOBS), "--out", "runs", "--fresh", "--quiet")
COMMANDS = (
    Beside("a whole study, `groupinf experiment configs/breast_cancer.yaml`", STUDY, LIBRARIES, repeats=1),
    Beside("`groupinf experiment`, an unknown key in the config", ("experiment", UNKNOWN_KEY), status=2),
    Beside("`groupinf experiment`, a file of data that is missing", ("experiment", MISSING_DATA), status=2),
    Beside("`groupinf experiment`, a config that is missing", ("experiment", MISSING_CONFIG), status=2),
    Beside("`groupinf validate configs/breast_cancer.yaml`", ("validate", str(CONFIG))),
    Beside("`groupinf data list`", ("data", "list")),
    Beside("`groupinf --help`", ("--help",)),
)


def measure_around(rounds: int, folder: Path) -> list[dict[str, Any]]:
    """For each command its rounds, and those of the imports beside it, which take turns with it."""
    text = CONFIG.read_text(encoding="utf-8")
    (folder / UNKNOWN_KEY).write_text(text.replace("seed:", "sed:"), encoding="utf-8")
    missing = text.replace("{name: breast_cancer}", "{csv: nowhere.csv, target: y}")
    (folder / MISSING_DATA).write_text(missing, encoding="utf-8")
    return [_measured(of, rounds, folder) for of in COMMANDS]


def _measured(of: Beside, rounds: int, folder: Path) -> dict[str, Any]:
    command, imports = (*GROUPINF, *of.arguments), python(of.imports)
    taken, beside = [], []
    for _ in range(rounds):
        beside.append(_middle(lambda: run_command(imports, folder), of.repeats))
        taken.append(_middle(lambda: run_command(command, folder, of.status), of.repeats))
    return {"words": of.words, "imports": of.imports, "taken": taken, "beside": beside}


def _middle(run: Callable[[], Taken], repeats: int) -> dict[str, float]:
    runs = [asdict(run()) for _ in range(repeats)]
    return {key: median(taken[key] for taken in runs) for key in runs[0]}
