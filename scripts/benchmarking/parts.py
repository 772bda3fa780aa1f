"""The parts of the benchmark: what each measures, kept as it goes so that a run that breaks off goes on."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarking.commands.around import measure_around
from benchmarking.processes import in_turns, measure
from benchmarking.shapes import FAST, OURS
from benchmarking.studies.asked import STUDIES
from benchmarking.studies.whole import measure_study


@dataclass(frozen=True)
class Settings:
    """What is measured and for how long; ``kept`` is the folder of results, one file for each measurement.

    Seconds are of the processor, for one solver of scikit-learn or one loop, in one round.
    """

    kept: Path
    rounds: int
    datasets: tuple[str, ...]
    groups: int
    peer_seconds: float
    studies: tuple[str, ...]
    loop_seconds: float


def machine(settings: Settings) -> dict[str, Any]:
    """Processor and versions."""
    return _kept(settings, "machine", lambda folder: measure("machine", folder))


def _studies(settings: Settings) -> dict[str, Any]:
    return {
        name: _kept(
            settings,
            f"studies-{name}",
            lambda folder, name=name: measure_study(STUDIES[name], settings.rounds, settings.loop_seconds, folder),
        )
        for name in settings.studies
    }


def _around(settings: Settings) -> list[dict[str, Any]]:
    return _kept(settings, "around", lambda folder: measure_around(settings.rounds, folder))


def _retraining(settings: Settings) -> dict[str, Any]:
    return {
        name: _kept(settings, f"retraining-{name}", lambda folder, name=name: _retrained(settings, name, folder))
        for name in settings.datasets
    }


def _retrained(settings: Settings, name: str, folder: Path) -> dict[str, Any]:
    """Results of each task, under its name."""
    facts = measure("prepare", folder, name, str(settings.groups))
    ours = [OURS, FAST] if facts["fast"] else [OURS]
    peers = [peer for peer, serves in facts["serves"].items() if serves]
    return {"prepare": facts, **in_turns([*ours, *peers], settings.rounds, folder, name, str(settings.peer_seconds))}


def _single_rows(settings: Settings) -> dict[str, Any]:
    return _kept(settings, "single_rows", lambda folder: measure("single_rows", folder))


def _growth(settings: Settings) -> list[dict[str, Any]]:
    return _kept(settings, "growth", lambda folder: measure("growth", folder)["rows"])


PARTS: dict[str, Callable[[Settings], Any]] = {
    "studies": _studies,
    "around": _around,
    "retraining": _retraining,
    "single-rows": _single_rows,
    "growth": _growth,
}


def _kept(settings: Settings, name: str, measure_in: Callable[[Path], Any]) -> Any:
    """What was measured before, or measured now in a folder that is emptied afterwards."""
    file = settings.kept / f"{name}.json"
    if not file.exists():
        print(f"measuring {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            result = measure_in(Path(folder))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(result), encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8"))
