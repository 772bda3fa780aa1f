"""A kind of study from outside brings its sweep along: shards, resume, collect and report come with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from support.faults import contents
from support.registered import with_registered
from support.toy_study import REPORT, TOY, Means, ToyConfig, ToyManifest, ToyWork

import groupinf
from groupinf.cli.main import main
from groupinf.config.load import LoadedConfig
from groupinf.config.sweep_schema import SweepConfig
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.driver import execute_study, run_name
from groupinf.experiments.folder.manifest import SweepEntry, SweepManifest
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.sweep.kind import SweepKind
from groupinf.experiments.sweep.result import Sweep
from groupinf.experiments.sweep.steps import OpenSweep, Step, keep_manifest, require_own_folder
from groupinf.experiments.workers.progress import Progress, Silent
from groupinf.reporting.registry import REPORTS, SWEEP_REPORTS, SweepReport
from groupinf.studies.registry import STUDIES
from groupinf.studies.sweeps import SWEEPS

CONFIG = {"name": "toy", "study": "toy", "seed": 0, "numbers": 30, "width": 10}
Configs = list[ToyConfig]


def over_seeds(loaded: LoadedConfig[ToyConfig], wanted: SweepConfig | None, redraw: bool) -> Configs:
    """The values are seeds."""
    if redraw or wanted is None:
        raise loaded.error(("seed",), "expected seeds, found none")
    return [loaded.config.model_copy(update={"seed": int(value)}) for value in wanted.grid()]


def named(configs: Configs) -> str:
    return f"toy-sweep-{'-'.join(str(config.seed) for config in configs)}"


def opened(
    configs: Configs, out: Path, jobs: int, fresh: bool, progress: Progress
) -> OpenSweep[ToyManifest, SweepManifest]:
    path, identity = out / named(configs), {"seeds": [config.seed for config in configs]}
    require_own_folder(path, identity, fresh)
    steps = tuple(Step(float(config.seed), ToyWork(config)) for config in configs)
    runs = tuple(SweepEntry(step.value, run_name(step.work)) for step in steps)
    manifest = SweepManifest(
        study="toy", name="toy", identity=identity, parameter="seed", runs=runs, provenance=provenance()
    )
    keep_manifest(path, manifest)
    return OpenSweep(TOY, path, steps, manifest)


def text(sweep: Sweep[Means, SweepManifest], width: int) -> str:
    return f"the largest of {len(sweep.runs)} seeds: {max(run.manifest.largest for run in sweep.runs):.3f}"


def write(sweep: Sweep[Means, SweepManifest]) -> Path:
    (sweep.path / "largest.txt").write_text(text(sweep, 80), encoding="utf-8")
    return sweep.path / "largest.txt"


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    with_registered(monkeypatch, STUDIES, TOY)
    with_registered(monkeypatch, REPORTS, REPORT)


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> None:
    with_registered(monkeypatch, SWEEPS, SweepKind(TOY, SweepManifest, over_seeds, opened, named))
    with_registered(monkeypatch, SWEEP_REPORTS, SweepReport("toy", write, text))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "toy.yaml"
    path.write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    return path


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "-q"])


@pytest.mark.usefixtures("swept")
def test_whole_or_in_shards_it_is_reported_as_it_says(file: Path, tmp_path: Path) -> None:
    asked = ("sweep", file, "--lambda-over-n", "1,2", "--jobs", "1", "--out")
    whole = command(*asked, tmp_path / "whole")
    assert whole.exit_code == 0, whole.stderr
    assert whole.stdout.startswith("the largest of 2 seeds: ")
    for shard in ("2/2", "1/2"):
        assert command(*asked, tmp_path / "shards", "--shard", shard).exit_code == 0
    folders = [tmp_path / out / "toy-sweep-1-2" for out in ("whole", "shards")]
    assert command("collect", folders[1]).stdout.startswith("the largest of 2 seeds: ")
    one, other = (groupinf.load_sweep(folder).runs for folder in folders)
    assert [run.manifest.identity["seed"] for run in one] == [1, 2]
    for a, b in zip(one, other, strict=True):
        assert contents(a.path) == contents(b.path)
        alone: Any = execute_study(TOY, ToyConfig(**_config(a.manifest.identity["seed"])), tmp_path, 1, False, Silent())
        assert alone.means.equals(a.means)


def _config(seed: int) -> dict[str, Any]:
    return {key: value for key, value in CONFIG.items() if key != "study"} | {"seed": seed}


def test_without_a_sweep_of_its_own_a_kind_of_study_is_refused_in_words(file: Path, tmp_path: Path) -> None:
    expected = (
        r"toy\.yaml, line \d: study: expected one that is run over λ/n, group_effects or repair_labels, found toy"
    )
    for asked in ({"lambda_over_n": [1.0]}, {}):
        with pytest.raises(ConfigError, match=expected):
            groupinf.run_sweep(file, out=tmp_path / "out", jobs=1, **asked)
    assert not (tmp_path / "out").exists()


def test_a_sweep_of_a_kind_that_is_not_registered_is_refused_in_words(tmp_path: Path) -> None:
    path = opened([ToyConfig(**_config(3))], tmp_path, 1, False, Silent()).path
    expected = r"expected a sweep of group_effects or repair_labels, found one of toy; the package that registers it"
    with pytest.raises(DataError, match=expected):
        groupinf.load_sweep(path)
    refused = CliRunner().invoke(main, ["report", str(path)])
    assert refused.exit_code == 2
    assert "found one of toy" in refused.stderr
