"""``groupinf collect`` joins the shards of a sweep to what ``groupinf sweep`` writes, and names what each run lacks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result
from support.faults import WIDTH, contents

import groupinf
from groupinf.cli.main import main
from groupinf.errors import ConvergenceError, DataError
from groupinf.studies.group_effects import block as compute_stage
from groupinf.studies.linear import fit as fitting

TABLES = ("tables/sweep.md", "tables/sweep.csv", "report.html")


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "-q"])


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, small_arrays: dict[str, Any]) -> Path:
    """A study of four blocks at each of two values."""
    folder = tmp_path_factory.mktemp("study")
    np.savez(folder / "small.npz", **small_arrays)
    config = {
        "name": "small",
        "dataset": {"npz": str(folder / "small.npz")},
        "regularization": {"lambda_over_n": 0.01, "sweep": {"values": [0.01, 0.1]}},
        "groups": {"sizes": {"min": 0.02, "max": 0.25, "num": 30}, "builders": ["random"]},
        "test_points": {"random": 1},
        "evaluations": ["test_loss"],
        "methods": ["newton"],
        "block_width": WIDTH,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(config))
    return folder / "study.yaml"


@pytest.fixture(scope="module")
def swept(study: Path) -> Result:
    """What the command says that sweeps it, beside it."""
    done = invoke("sweep", study, "--out", study.parent / "whole", "--jobs", "1")
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def finished(study: Path, swept: Result, tmp_path: Path) -> Path:
    """The sweep in a folder of the test's own."""
    return shutil.copytree(the_sweep(study.parent / "whole"), tmp_path / the_sweep(study.parent / "whole").name)


def the_sweep(out: Path) -> Path:
    [path] = out.glob("small-sweep-*")
    return path


def test_shards_are_joined_to_what_a_sweep_writes(study: Path, swept: Result, finished: Path, tmp_path: Path) -> None:
    shards = tmp_path / "shards"
    assert invoke("sweep", study, "--out", shards, "--jobs", "1", "--shard", "1/2").exit_code == 0
    sweep = the_sweep(shards)
    lacking = invoke("collect", sweep)
    assert lacking.exit_code == 2
    lines = lacking.stderr.removeprefix("Error: ").splitlines()
    runs = sorted(path.name for path in sweep.glob("small-*"))
    assert sorted(line.partition(":")[0] for line in lines[:-1]) == [str(sweep / run) for run in runs]
    assert all("2 of 4 blocks are missing or altered: 1, 3" in line for line in lines[:-1])
    assert all(line.endswith("; groupinf sweep with the same configuration computes them") for line in lines[:-1])
    assert lines[-1] == f"{sweep}: the same groupinf sweep command computes what is missing, or says why it cannot"
    assert not (sweep / "tables").exists()

    last = invoke("sweep", study, "--out", shards, "--jobs", "1", "--shard", "2/2")
    assert last.stdout.endswith(f"All are stored.\nJoin them: groupinf collect {sweep}\n")
    told = CliRunner().invoke(main, ["status", str(sweep)]).stdout
    assert told.count(f"nothing; groupinf collect {sweep} joins the blocks") == 2
    joined = invoke("collect", sweep)
    assert joined.exit_code == 0, joined.output
    assert joined.stdout.splitlines()[:2] == swept.stdout.splitlines()[:2]
    assert f"Table: {sweep / 'tables' / 'sweep.md'}" in joined.stdout
    for name in TABLES:
        assert (sweep / name).read_bytes() == (finished / name).read_bytes()
    assert all((sweep / run / "report.html").exists() for run in runs)


def test_altered_manifests_of_a_sweep_are_made_again_by_the_same_command(study: Path, finished: Path) -> None:
    command, sweep = ("sweep", study, "--out", finished.parent, "--jobs", "1"), finished
    before = contents(sweep)
    altered = sorted(sweep.glob("small-*/manifest.json"))
    assert len(altered) == 2
    for file in altered:
        file.write_bytes(file.read_bytes()[:-9])
    for content in (b"{", b"[]", b"{}"):
        (sweep / "sweep.json").write_bytes(content)
        for reading, status in (("status", 2), ("collect", 2), ("verify", 1)):
            refused = CliRunner().invoke(main, [reading, str(sweep)])
            assert refused.exit_code == status
            assert "the same groupinf sweep command makes it again" in refused.stderr
    assert invoke(*command).exit_code == 0
    assert contents(sweep) == before


def test_a_run_is_joined_though_another_lacks_blocks(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = compute_stage.compute_block

    def failing(given: Any, members: Any, names: Any) -> Any:
        if given.fitted.objective.lam > 5:  # 90 rows: λ is 9 at one value and 0.9 at the other
            raise ConvergenceError(f"group {names[0]}: retraining stopped")
        return real(given, members, names)

    monkeypatch.setattr(compute_stage, "compute_block", failing)
    assert invoke("sweep", study, "--out", tmp_path, "--jobs", "1", "--shard", "1/1").exit_code == 1
    result = invoke("collect", the_sweep(tmp_path))
    assert result.exit_code == 2
    [lacking, _] = result.stderr.splitlines()
    assert "4 of 4 blocks are missing or altered: 0 to 3; block 0 failed when it was last tried: group 0 (" in lacking
    assert len(list(the_sweep(tmp_path).glob("small-*/effects.parquet"))) == 1


def test_a_value_that_does_not_fit_is_named(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fitting.first_fit

    def failing(objective: Any, *arguments: Any, **options: Any) -> Any:
        if objective.lam > 5:
            raise ConvergenceError("the fit stopped")
        return real(objective, *arguments, **options)

    monkeypatch.setattr(fitting, "first_fit", failing)
    command = ("sweep", study, "--out", tmp_path, "--jobs", "1")
    assert invoke(*command, "--shard", "1/1").exit_code == 0
    unprepared = invoke("collect", the_sweep(tmp_path))
    assert unprepared.exit_code == 2
    assert "expected the folder of a run" in unprepared.stderr
    assert invoke(*command).exit_code == 1  # the failure is kept in sweep.json
    result = invoke("collect", the_sweep(tmp_path))
    assert result.exit_code == 1
    assert "λ/n = 0.1: the fit stopped" in result.stderr
    assert "λ/n = 0.1 has no result" in result.stdout


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        (r'"value": 0\.1,', '"value": 0.2,', "altered, as its own checksum does not fit"),
        (r'"drawn_at_lam_over_n": 0\.01', '"drawn_at_lam_over_n": 0.5', "altered, as its own checksum does not fit"),
        (r',\n  "sweep_sha256": "[0-9a-f]+"', "", "altered: found no checksum, sweep_sha256, in it"),
    ],
)
def test_an_edit_that_leaves_valid_json_is_found_and_mended(
    study: Path, finished: Path, written: str, instead: str, words: str
) -> None:
    file = finished / "sweep.json"
    before = file.read_text()
    edited = re.sub(written, instead, before)
    assert edited != before
    file.write_text(edited)
    for reading, status in (("status", 2), ("collect", 2), ("report", 2), ("verify", 1)):
        refused = CliRunner().invoke(main, [reading, str(finished)])
        assert refused.exit_code == status
        assert f"{file}: {words}; the same groupinf sweep command makes it again" in refused.stderr
    with pytest.raises(DataError, match="altered"):
        groupinf.load_sweep(finished)
    assert invoke("sweep", study, "--out", finished.parent, "--jobs", "1").exit_code == 0
    assert file.read_text() == before


def test_what_is_missing_in_a_sweep_is_named_with_the_command_that_makes_it(finished: Path) -> None:
    evaluated = invoke("evaluate", finished, "--set", "test_points.indices=[1]")
    assert evaluated.exit_code == 2
    assert f"{finished}: expected the folder of a run, found a sweep; name one of the runs in it" in evaluated.stderr
    run = min(finished.glob("small-*/"))
    (run / "manifest.json").unlink()
    for reading in ("status", "collect", "verify", "report"):
        refused = CliRunner().invoke(main, [reading, str(run)])
        assert refused.exit_code == 2
        assert "found no manifest.json in it" in refused.stderr
        assert "the same groupinf sweep command makes it again" in refused.stderr
    (finished / "sweep.json").unlink()
    for reading in ("status", "collect", "verify", "report"):
        refused = CliRunner().invoke(main, [reading, str(finished)])
        assert refused.exit_code == 2
        assert "without sweep.json; the same groupinf sweep command makes it again" in refused.stderr
    with pytest.raises(DataError, match=r"no sweep\.json in it; the same groupinf sweep command makes it again"):
        groupinf.load_sweep(finished)
