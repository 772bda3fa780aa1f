"""Whole studies on made data, with rows, features, classes and groups doubled in turn, and two that are large."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml

from benchmarking.growing.stages import Taken, run_stage

# rows that are made at a time, and test rows
ROWS, TEST_ROWS = 20_000, 2_000
# rows of a small group
FEW = 20
STAGES = ("prepare", "retrain", "collect")


@dataclass(frozen=True)
class StudyShape:
    """Training rows, features, classes and groups of a study; groups are random ones of 0.5 % to 10 % of the rows, or
    ``small`` ones of FEW rows, from a file.
    """

    n: int
    d: int
    classes: int
    groups: int
    small: bool = False

    @property
    def map_bytes(self) -> int:
        """Of the features."""
        return 8 * self.n * self.d


BASE = StudyShape(n=20_000, d=30, classes=2, groups=100)
# what any study takes, whatever its size
LEAST = StudyShape(n=1_000, d=2, classes=2, groups=2)
LINES: Mapping[str, tuple[StudyShape, ...]] = {
    "n": tuple(replace(BASE, n=n) for n in (20_000, 40_000, 80_000, 160_000)),
    "d": tuple(replace(BASE, d=d) for d in (30, 60, 120, 240)),
    "K": tuple(replace(BASE, classes=classes) for classes in (3, 6, 12)),
    "groups": tuple(replace(BASE, groups=groups) for groups in (100, 200, 400, 800)),
    "small groups": tuple(StudyShape(2_000, 10, 2, groups, small=True) for groups in (2_500, 5_000, 10_000, 20_000)),
}
LARGE: Mapping[str, StudyShape] = {
    "tall": StudyShape(n=1_000_000, d=100, classes=2, groups=500),
    "multinli": StudyShape(n=392_702, d=600, classes=3, groups=380),
}


@dataclass(frozen=True)
class Measured:
    """A study of a shape: what each of its STAGES took."""

    shape: StudyShape
    stages: tuple[Taken, ...]

    @property
    def own(self) -> int:
        """The most that a process held of its own."""
        return max(stage.own for stage in self.stages)

    @property
    def wall(self) -> float:
        """Seconds on the clock."""
        return sum(stage.wall for stage in self.stages)


def measured_study(shape: StudyShape, jobs: int) -> Measured:
    """Make data, run a study of them as prepare, one shard and collect; raises CalledProcessError where it fails."""
    with TemporaryDirectory(prefix="groupinf-growth-") as name:
        folder = Path(name)
        config, out = str(write_study(shape, folder)), str(folder / "runs")
        command = [sys.executable, "-m", "groupinf"]
        every = ["--out", out, "--jobs", str(jobs)]
        prepared = run_stage([*command, "prepare", config, *every], os.environ)
        retrained = run_stage([*command, "experiment", config, *every, "--shard", "1/1"], os.environ)
        run = next(str(path) for path in (folder / "runs").iterdir())
        collected = run_stage([*command, "collect", run], os.environ)
    return Measured(shape, (prepared, retrained, collected))


def write_study(shape: StudyShape, folder: Path) -> Path:
    """Data of a shape as mapped arrays, and a study of them; the path of its configuration."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((shape.d, shape.classes)) / np.sqrt(shape.d)
    for name, rows in (("", shape.n), ("_test", TEST_ROWS)):
        _write_rows(folder / f"X{name}.npy", folder / f"y{name}.npy", rows, weights, rng)
    files = {"npy": "X.npy", "y": "y.npy", "test_file": "X_test.npy", "y_test": "y_test.npy"}
    groups: dict[str, object] = {"sizes": {"min": 0.005, "max": 0.1, "num": shape.groups}, "builders": ["random"]}
    if shape.small:
        _write_groups(folder / "groups.csv", shape, rng)
        groups = {"builders": [{"builder": "file", "path": "groups.csv"}]}
    study = {
        "name": "growth",
        "dataset": files,
        "regularization": {"lambda_over_n": 1e-3},
        "groups": groups,
        "test_points": {"random": 2, "highest_loss": 1},
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    return path


def _write_rows(X: Path, y: Path, rows: int, weights: np.ndarray, rng: np.random.Generator) -> None:
    """Normal features, and the class of the largest score with Gumbel noise of half its scale."""
    features = np.lib.format.open_memmap(X, "w+", np.float64, (rows, len(weights)))
    labels = np.empty(rows, dtype=np.int64)
    for start in range(0, rows, ROWS):
        part = rng.standard_normal((min(ROWS, rows - start), len(weights)))
        z = part @ weights
        features[start : start + ROWS] = part
        labels[start : start + ROWS] = np.argmax(z + 0.5 * rng.gumbel(size=z.shape), axis=1)
    features.flush()
    np.save(y, labels)


def _write_groups(path: Path, shape: StudyShape, rng: np.random.Generator) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("group,index\n")
        for group in range(shape.groups):
            rows = rng.choice(shape.n, FEW, replace=False)
            file.writelines(f"g{group},{row}\n" for row in rows)


def exponent(sizes: Sequence[float], values: Sequence[float], least: float) -> float | None:
    """b of value ≈ a·size^b, by least squares of logarithms; None where a value is below ``least``, or of one size."""
    if min(values) < least or len(set(sizes)) < 2:
        return None
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def varied(line: str, shape: StudyShape) -> int:
    """The number that is doubled along a line."""
    told = {"K": "classes", "small groups": "groups"}.get(line, line)
    return int(asdict(shape)[told])
