"""Verification finds every file that is not what was written, and blocks that are not what is computed again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support.faults import WIDTH
from support.runs import execute

from groupinf.cli.main import main
from groupinf.errors import DataError
from groupinf.experiments import verify as verification
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.stages import execute_shard, prepare_only
from groupinf.experiments.verify import ONE_IN, verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES


@pytest.fixture
def small_config(small_config: dict[str, Any]) -> dict[str, Any]:
    return small_config | {"block_width": WIDTH}


@pytest.fixture
def run(small_config: dict[str, Any], tmp_path: Path) -> Path:
    return execute(load_config(small_config), tmp_path / "out", 1, False, Silent()).path


def test_a_run_that_is_right(run: Path) -> None:
    before = {f: f.stat().st_mtime_ns for f in run.rglob("*")}
    result = verify_run(STUDIES, run, 1, Silent())
    assert result.problems == ()
    assert result.recomputed == (0,)
    assert (result.files, result.blocks) == (8, len(list((run / "blocks").iterdir())))
    assert {f: f.stat().st_mtime_ns for f in run.rglob("*")} == before


def test_one_block_in_twenty_is_made_again(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ONE_IN == 20
    monkeypatch.setattr(verification, "ONE_IN", 3)
    result = verify_run(STUDIES, run, 1, Silent())
    assert result.recomputed == tuple(range(0, result.blocks, 3))


@pytest.mark.parametrize("name", ["theta.npz", "effects.parquet", "config.yaml", "blocks"])
@pytest.mark.parametrize("damage", ["flip", "delete"])
def test_a_file_that_is_not_what_was_written_is_named(run: Path, name: str, damage: str) -> None:
    victim = sorted((run / "blocks").iterdir())[2] if name == "blocks" else run / name
    content = bytearray(victim.read_bytes())
    content[len(content) // 3] ^= 8
    victim.unlink() if damage == "delete" else victim.write_bytes(content)
    [problem] = verify_run(STUDIES, run, 1, Silent()).problems
    assert str(run / name) in problem
    assert ("missing" if damage == "delete" else "altered") in problem
    assert problem.endswith("; the same groupinf experiment command makes it again")
    result = CliRunner().invoke(main, ["verify", str(run), "-q"])
    assert result.exit_code == 1
    assert problem in result.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "altered: found an empty file"),
        (b"{}", "altered: found no checksum, manifest_sha256, in it"),
        (b'{"n": NaN, "manifest_sha256": ""}', "altered, as its own checksum does not fit"),
        (b"[1]", "altered: found a list, not keys and values"),
        (b"null", "altered: found null, not keys and values"),
        (b"\xff", "altered: found no JSON"),
        (b"[" * 100_000, "altered: found no JSON"),
    ],
)
def test_an_altered_manifest_is_a_fault_that_is_found_and_mended(
    run: Path, small_config: dict[str, Any], content: bytes, words: str
) -> None:
    (run / "manifest.json").write_bytes(content)
    result = CliRunner().invoke(main, ["verify", str(run), "-q"])
    assert result.exit_code == 1
    mended = "the same groupinf experiment command makes it again"
    assert result.stderr == f"Error: {run / 'manifest.json'}: {words}; {mended}\n"
    execute(load_config(small_config), run.parent, 1, False, Silent())
    assert verify_run(STUDIES, run, 1, Silent()).problems == ()


def test_what_cannot_be_verified_is_another_status(run: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["verify", str(tmp_path), "-q"]).exit_code == 2
    (run / "manifest.json").unlink()
    without = CliRunner().invoke(main, ["verify", str(run), "-q"])
    assert without.exit_code == 2
    assert "found no manifest.json in it" in without.stderr
    assert "the same groupinf experiment command makes it again" in without.stderr
    plain = CliRunner().invoke(main, ["verify", str(tmp_path), "-q"])
    assert "makes it again" not in plain.stderr  # a folder that is no run


def test_a_block_with_other_numbers_and_a_fitting_name_is_found(run: Path) -> None:
    directory = RunDirectory(run)
    arrays = directory.read_block(0)
    assert arrays is not None
    directory.stored_blocks()[0].unlink()
    directory.write_block(0, {**arrays, "effect": np.nextafter(arrays["effect"], np.inf)})
    [problem] = verify_run(STUDIES, run, 1, Silent()).problems
    assert "block 0 differs from the same block made again" in problem


def test_other_data_are_refused_by_field(run: Path, small_npz: Path) -> None:
    arrays = dict(np.load(small_npz))
    np.savez(small_npz, **{**arrays, "X_train": arrays["X_train"] * 2})
    with pytest.raises(DataError, match=r"was not made from what is found now \(sources: here \["):
        verify_run(STUDIES, run, 1, Silent())


def test_the_command_says_what_was_right(run: Path) -> None:
    result = CliRunner().invoke(main, ["verify", str(run), "-q", "--jobs", "1"])
    assert result.exit_code == 0
    assert "8 files and" in result.stdout
    assert "1 of them made again: the same bytes" in result.stdout


def test_a_run_that_is_only_prepared_is_said_to_be_unfinished(
    run: Path, small_config: dict[str, Any], tmp_path: Path
) -> None:
    finished = CliRunner().invoke(main, ["verify", str(run), "-q", "--jobs", "1"])
    assert "not finished" not in finished.stdout
    loaded = load_config(small_config)
    path = prepare_only(GROUP_EFFECTS, loaded, tmp_path / "prepared", 1, False, Silent())
    prepared = CliRunner().invoke(main, ["verify", str(path), "-q"])
    assert prepared.exit_code == 0
    blocks = RunDirectory(path).require_manifest(RunManifest).n_blocks
    goes_on = "the same groupinf experiment command goes on with it\n"
    assert f"; not finished: {blocks} of {blocks} block" in prepared.stdout
    assert prepared.stdout.endswith(f" and its tables are still to be made; {goes_on}")
    execute_shard(GROUP_EFFECTS, loaded, tmp_path / "prepared", 1, Shard(1, 1), Silent())
    computed = CliRunner().invoke(main, ["verify", str(path), "-q", "--jobs", "1"])
    assert computed.stdout.endswith(f"; not finished: its tables are still to be made; {goes_on}")
