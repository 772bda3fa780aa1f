"""Killed, damaged or short of disk, a run resumes to the bytes of an undisturbed one, or is refused by name."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.faults import MOMENTS, WIDTH, contents, ended, started, study, study_dying_at_a_write, the_run
from support.runs import collect_run, execute, prepare_only

from groupinf.errors import DataError, RunError
from groupinf.experiments.folder.kinds import MANIFEST
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.workers.processes import each
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config

KILLS = 12
FILES = (
    MANIFEST,
    "config.yaml",
    "theta.npz",
    "groups.npz",
    "groups.parquet",
    "retrains.parquet",
    "effects.parquet",
    "spearman.parquet",
    "block",
)


@pytest.fixture
def small_config(small_config: dict[str, Any]) -> dict[str, Any]:
    return small_config | {"block_width": WIDTH}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """A small study and its finished, undisturbed run."""
    folder = tmp_path_factory.mktemp("undisturbed")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    y = np.where(X[:, 0] + 0.8 * rng.normal(size=120) > 0, "yes", "no")
    np.savez(folder / "small.npz", X_train=X[:90], y_train=y[:90], X_test=X[90:], y_test=y[90:])
    config = {
        "name": "small",
        "dataset": {"npz": str(folder / "small.npz")},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"sizes": {"min": 0.02, "max": 0.25, "num": 10}, "builders": ["random", "influence_tails"]},
        "test_points": {"random": 1, "highest_loss": 1},
        "block_width": WIDTH,
    }
    process = started(study, config, folder / "out")
    assert ended(process) == 0
    return config, the_run(folder / "out")


def resumed(config: dict[str, Any], out: Path) -> Run:
    return execute(load_config(config), out, 1, False, Silent())


def test_killed_at_random_moments(finished: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    config, whole = finished
    rng, kills, attempt = np.random.default_rng(0), 0, 0
    while kills < KILLS:
        out = tmp_path / f"{attempt}"
        process = started(study, config, out)
        process.join(float(rng.uniform(0.0, 0.6)))
        if process.is_alive():
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
            ended(process)
        elif ended(process) == 0:
            assert contents(the_run(out)) == contents(whole)
            attempt += 1
    assert contents(resumed(config, tmp_path / f"{attempt}").path) == contents(whole)


def stage_reached(out: Path) -> str:
    if not out.exists() or not list(out.glob(f"small-*/{MANIFEST}")):
        return "prepare"
    run = RunDirectory(the_run(out))
    manifest = run.require_manifest(RunManifest)
    return "compute" if len(run.stored_blocks()) < manifest.n_blocks else "collect"


def test_killed_around_every_write(finished: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    """Each process gets a little further: prepared files, markers, blocks and tables are all killed over."""
    config, whole = finished
    seen, statuses, late = [], [], 0
    while len(statuses) < 60:
        seen.append(stage_reached(tmp_path))
        late += seen[-1] == "collect"
        write, moment = late or 3, MOMENTS[len(statuses) % 3]
        statuses.append(ended(started(study_dying_at_a_write, config, tmp_path, write, moment)))
        if statuses[-1] == 0:
            break
    assert statuses[-1] == 0
    assert set(statuses[:-1]) == {-signal.SIGKILL}
    assert all(seen.count(stage) >= 2 for stage in ("prepare", "compute", "collect"))
    assert contents(the_run(tmp_path)) == contents(whole)


@pytest.mark.parametrize("damage", ["truncate", "empty", "flip", "delete"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_made_again_or_refused_by_name(
    finished: tuple[dict[str, Any], Path], tmp_path: Path, name: str, damage: str
) -> None:
    config, whole = finished
    run = tmp_path / whole.name
    shutil.copytree(whole, run)
    victim = sorted((run / "blocks").iterdir())[1] if name == "block" else run / name
    spoil(victim, damage)
    if name == MANIFEST and damage != "delete":
        with pytest.raises(DataError, match=MANIFEST):
            collect_run(run, Silent())
    assert contents(resumed(config, tmp_path).path) == contents(whole)


def spoil(victim: Path, damage: str) -> None:
    content = bytearray(victim.read_bytes())
    if damage == "delete":
        victim.unlink()
        return
    content[len(content) // 2] ^= 1
    victim.write_bytes({"truncate": bytes(content[:-9]), "empty": b"", "flip": bytes(content)}[damage])


@pytest.mark.parametrize("at", range(0, 100, 9))
def test_no_bit_of_the_manifest_is_taken_on_trust(
    finished: tuple[dict[str, Any], Path], tmp_path: Path, at: int
) -> None:
    _, whole = finished
    content = bytearray((whole / MANIFEST).read_bytes())
    content[at * (len(content) - 1) // 99] ^= 1 << at % 7
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(DataError, match=MANIFEST):
        RunDirectory(tmp_path).manifest(RunManifest)


def test_blocks_of_other_prepared_files_are_refused(finished: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    config, whole = finished
    run = tmp_path / whole.name
    shutil.copytree(whole, run)
    (run / MANIFEST).unlink()
    spoil(run / "theta.npz", "flip")
    with pytest.raises(DataError, match=r"theta\.npz: manifest\.json is missing, and .* --fresh"):
        resumed(config, tmp_path)


def test_an_altered_manifest_is_made_again_and_the_blocks_are_kept(
    finished: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    config, whole = finished
    run = tmp_path / whole.name
    shutil.copytree(whole, run)
    spoil(run / MANIFEST, "flip")
    before = {block: block.stat().st_mtime_ns for block in (run / "blocks").iterdir()}
    told = Notes()
    assert prepare_only(load_config(config), tmp_path, 1, False, told) == run
    said = f"{run / MANIFEST}: altered, and made again; blocks are kept where all else is as it was"
    assert told.notes.count(said) == 1
    assert contents(collect_run(run, Silent()).path) == contents(whole)
    assert {block: block.stat().st_mtime_ns for block in (run / "blocks").iterdir()} == before


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_without_its_manifest_blocks_of_other_prepared_files_are_refused(
    finished: tuple[dict[str, Any], Path], tmp_path: Path, damage: str
) -> None:
    config, whole = finished
    run = tmp_path / whole.name
    shutil.copytree(whole, run)
    spoil(run / MANIFEST, {"altered": "flip", "missing": "delete"}[damage])
    spoil(run / "groups.npz", "flip")
    with pytest.raises(
        DataError, match=rf"groups\.npz: manifest\.json is {damage}, .* groupinf experiment, prepare and "
    ):
        resumed(config, tmp_path)


class Notes(Silent):
    """Keeps what the user is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_a_new_run_says_when_only_the_data_are_others(finished: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    config, _ = finished
    shutil.copy(config["dataset"]["npz"], tmp_path / "mine.npz")
    mine = {**config, "dataset": {"npz": str(tmp_path / "mine.npz")}}
    first, second, third = Notes(), Notes(), Notes()
    old = prepare_only(load_config(mine), tmp_path / "out", 1, False, first)
    arrays = dict(np.load(tmp_path / "mine.npz"))
    np.savez(tmp_path / "mine.npz", **{**arrays, "X_train": arrays["X_train"] + 1})
    prepare_only(load_config({**mine, "seed": 1}), tmp_path / "out", 1, False, second)  # another study
    new = prepare_only(load_config(mine), tmp_path / "out", 1, False, third)
    assert not [note for note in (*first.notes, *second.notes) if "a new run" in note]
    assert (
        third.notes.count(
            f"{new}: a new run, as the data (mine.npz) are not those of {old}, which has the same configuration and "
            "stays as it is"
        )
        == 1
    )
    again = Notes()
    assert prepare_only(load_config(mine), tmp_path / "out", 1, False, again) == new
    assert not [note for note in again.notes if "a new run" in note]


def test_a_folder_that_cannot_be_written_to_is_found_before_the_fit(
    finished: tuple[dict[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("fitted")

    monkeypatch.setattr("groupinf.studies.linear.work.fit_model", fit)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be written to \(.*\); choose another --out"):
        prepare_only(load_config(finished[0]), tmp_path / "file", 1, False, Silent())


def test_two_runs_of_the_same_study_at_once(finished: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    config, whole = finished
    for i in range(2):
        both = [started(study, config, tmp_path / str(i)) for _ in range(2)]
        assert [ended(process) for process in both] == [0, 0]
        assert contents(the_run(tmp_path / str(i))) == contents(whole)


def test_a_run_of_other_data_or_another_version_is_refused_by_field(
    finished: tuple[dict[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, _ = finished
    run = prepare_only(load_config(config), tmp_path, 1, False, Silent())
    other = tmp_path / "other.npz"
    arrays = dict(np.load(config["dataset"]["npz"]))
    np.savez(other, **{**arrays, "X_train": arrays["X_train"] + 1e-9})
    for changed, field in (
        ({**config, "dataset": {"npz": str(other)}}, "sources"),
        ({**config, "seed": 5}, r"config\.seed: here 5, stored 0"),
    ):
        with pytest.raises(DataError, match=f"holds another run .*{field}"):
            place_in(monkeypatch, changed, run)
    monkeypatch.setitem(run_identity().STAGE_VERSIONS, "compute", 99)
    with pytest.raises(DataError, match=r"stages\.compute: here 99, stored 2"):
        place_in(monkeypatch, config, run)


def run_identity() -> Any:
    from groupinf.studies.group_effects import identity

    return identity


def place_in(monkeypatch: pytest.MonkeyPatch, config: dict[str, Any], run: Path) -> None:
    """Run a study in the folder of another."""
    monkeypatch.setattr("groupinf.experiments.driver.run_name", lambda work: run.name)
    resumed(config, run.parent)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("a small disk needs the right to mount one")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_a_run_that_goes_on(finished: tuple[dict[str, Any], Path], small_disk: Path) -> None:
    config, whole = finished
    stages = set()
    for size in (12, 24, 40, 56, 72, 88, 104, 120, 136):
        subprocess.run(["mount", "-o", f"remount,size={size}k", str(small_disk)], check=True)
        with pytest.raises(RunError, match=r"the disk is full \(.*\).* is kept: make room, and the same command again"):
            resumed(config, small_disk)
        stages.add(stage_reached(small_disk))
    assert {"prepare", "compute"} <= stages
    subprocess.run(["mount", "-o", "remount,size=10m", str(small_disk)], check=True)
    assert contents(resumed(config, small_disk).path) == contents(whole)


def test_a_worker_that_is_killed_ends_the_run_in_words() -> None:
    with pytest.raises(RunError, match=r"a worker process was killed, .* the same command again goes on"):
        list(each(die, [1, 2], 2))


def die(task: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
