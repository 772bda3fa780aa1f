"""A study that has nothing to do with groups: the mean of each block of the numbers of a seeded array."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from support.faults import die_at_a_write

from groupinf.config.section import PositiveInt, StudyConfig
from groupinf.experiments.driver import execute_study, run_name
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import Arrays, Blocks, Collected, Made, Stored, StudyKind
from groupinf.experiments.workers.progress import Progress, Silent
from groupinf.reporting.registry import StudyReport

CONFIG, MEANS = "toy.json", "means.parquet"


class ToyConfig(StudyConfig):
    numbers: PositiveInt
    width: PositiveInt


@dataclass(frozen=True, kw_only=True)
class ToyManifest(RunManifest):
    unit: str = "number"
    largest: float = 0.0


@dataclass(frozen=True)
class Means:
    path: Path
    manifest: ToyManifest
    means: pd.DataFrame


@dataclass(frozen=True)
class ToyWork:
    config: ToyConfig
    manifest: type[ToyManifest] = ToyManifest
    stage: str = "average"

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def identity(self) -> Mapping[str, Any]:
        return {key: value for key, value in self.config.model_dump().items() if key != "name"}

    def other_data(self, other: RunManifest) -> list[str]:
        return []

    def make(self, jobs: int, progress: Progress) -> Made[ToyManifest]:
        progress.stage("draw")
        files = {CONFIG: json.dumps(self.config.model_dump()).encode()}
        about = ToyManifest(
            study="toy",
            name=self.name,
            identity=self.identity,
            sources={},
            units=self.config.numbers,
            block_width=self.config.width,
            notes=("drawn",),
            provenance=provenance(),
        )
        return Made(self.restore(files, about), files, about)

    def restore(self, files: Mapping[str, bytes], manifest: ToyManifest) -> Blocks[NDArray[np.float64], range]:
        return Blocks(np.random.default_rng(self.config.seed).normal(size=self.config.numbers), units, mean_of)


def units(block: range) -> range:
    return block


def mean_of(array: NDArray[np.float64], block: range) -> Arrays:
    return {"mean": array[block.start : block.stop].mean(keepdims=True)}


def collected(run: Stored[ToyManifest], blocks: Iterable[Arrays]) -> Collected[ToyManifest]:
    means = np.concatenate([block["mean"] for block in blocks])
    table = pd.DataFrame({"block": np.arange(means.size), "mean": means})
    return Collected({MEANS: parquet_bytes(table)}, replace(run.manifest, largest=float(means.max())))


def read(directory: RunDirectory, manifest: ToyManifest) -> Means:
    return Means(directory.path, manifest, directory.read_table(MEANS, manifest))


def again(directory: RunDirectory, manifest: ToyManifest) -> ToyWork:
    return ToyWork(ToyConfig(**json.loads((directory.path / CONFIG).read_bytes())))


def text(run: Means, width: int) -> str:
    return f"{len(run.means)} means, the largest {run.manifest.largest:.3f}"


def write(run: Means) -> Path:
    (run.path / "means.txt").write_text(text(run, 80), encoding="utf-8")
    return run.path / "means.txt"


@dataclass(frozen=True)
class Foreseen:
    run_name: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    uses: tuple[Any, ...] = ()


def foreseen(config: ToyConfig) -> Foreseen:
    name = run_name(ToyWork(config))
    return Foreseen(name, (("run", name), ("means", f"{-(-config.numbers // config.width)}")))


TOY = StudyKind("toy", ToyConfig, lambda: ToyManifest, ToyWork, collected, read, again, foreseen)
REPORT = StudyReport("toy", write, text, "means.txt")


def whole(config: ToyConfig, out: Path) -> None:
    """The whole study, for a process of its own."""
    execute_study(TOY, config, out, 1, False, Silent())


def dying_at_a_write(config: ToyConfig, out: Path, number: int, moment: str) -> None:
    """The study until a write of a file."""
    die_at_a_write(number, moment)
    whole(config, out)
