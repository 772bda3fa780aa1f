"""Runs of any kind of study: whole, in shards, and by processes that are killed until one is done."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from support.faults import MOMENTS, die_at_a_write, ended, started

from groupinf.experiments.driver import execute_study
from groupinf.experiments.stages import collect, execute_shard, prepare_only
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES, kind_of


def whole(config: dict[str, Any], out: Path, jobs: int = 1) -> Path:
    """The folder of the run, by so many processes."""
    loaded = load_config(config)
    path: Path = execute_study(kind_of(loaded), loaded, out, jobs, False, Silent()).path
    return path


def prepared(config: dict[str, Any], out: Path) -> Path:
    """The folder of the run before anything of it is computed."""
    loaded = load_config(config)
    return prepare_only(kind_of(loaded), loaded, out, 1, False, Silent())


def by_shards(config: dict[str, Any], out: Path) -> Path:
    """The folder of the run in two shards, the second of which comes first, collected."""
    loaded, path = load_config(config), prepared(config, out)
    for number in (2, 1):
        execute_shard(kind_of(loaded), loaded, out, 1, Shard(number, 2), Silent())
    collect(STUDIES, path, Silent())
    return path


def goes_on_when_killed(config: dict[str, Any], out: Path, write: int) -> None:
    """Run in one process after another, each killed around its given write, until one ends by itself."""
    statuses: list[int] = []
    while not statuses or statuses[-1]:
        assert len(statuses) < 30
        statuses.append(ended(started(_dying, config, out, write, MOMENTS[len(statuses) % 3])))
    assert len(statuses) > 2
    assert set(statuses[:-1]) == {-signal.SIGKILL}


def _dying(config: dict[str, Any], out: Path, write: int, moment: str) -> None:
    die_at_a_write(write, moment)
    whole(config, out)
