"""A folder whose manifest cannot be read as one is refused in words: what it is, what was found, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from support.manifests import resealed
from support.outside_cases import EveryNth, Half, Poisson, SecondWeight
from support.registered import registered

import groupinf
from groupinf.cli.main import main
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.registry import METHODS
from groupinf.errors import DataError
from groupinf.groups.builders.registry import BUILDERS
from groupinf.numerics.losses.registry import LOSSES

IMPORTED = "the package that registers it must be imported first, in Python"
OTHER = ["--set", "test_points.indices=[1]"]


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def refused(path: Path, *readings: str) -> Iterator[str]:
    """What each command that reads a folder says, which ends with status 2."""
    for reading in readings or ("report", "collect", "status", "verify", "evaluate", "compare"):
        result = command(reading, path, *(OTHER if reading == "evaluate" else []))
        assert result.exit_code == 2, (reading, result.output)
        yield result.stderr.partition("Error: ")[2].rstrip("\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config whose loss, method, evaluation and builder are all from outside, and its run."""
    out = tmp_path_factory.mktemp("made")
    rows = "\n".join(f"{i % 7},{i % 5},{i % 4}" for i in range(60))
    (out / "counts.csv").write_text(f"a,b,y\n{rows}\n", encoding="utf-8")
    config = {
        "name": "counts",
        "dataset": {"csv": "counts.csv", "target": "y", "task": "regression"},
        "loss": "poisson",
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"builders": [{"builder": "every_nth", "step": 6}]},
        "evaluations": ["second_weight", "test_loss"],
        "methods": ["half", "influence"],
        "test_points": {"random": 2},
    }
    (out / "counts.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    with ExitStack() as stack:
        for registry, case in CASES.values():
            stack.enter_context(registered(registry, case))
        groupinf.run_experiment(out / "counts.yaml", out=out / "runs", jobs=1)
    return out


CASES: dict[str, tuple[Any, Any]] = {
    "loss": (LOSSES, Poisson),
    "method": (METHODS, Half),
    "evaluation": (EVALUATIONS, SecondWeight),
    "builder": (BUILDERS, EveryNth),
}


@pytest.fixture
def run(made: Path) -> Path:
    [path] = (made / "runs").iterdir()
    return path


@pytest.mark.parametrize(
    ("missing", "name"), [("loss", "poisson"), ("method", "half"), ("evaluation", "second_weight")]
)
def test_a_run_with_a_case_that_is_no_longer_registered_is_named_with_what_to_do(
    run: Path, missing: str, name: str
) -> None:
    with ExitStack() as stack:
        for key, (registry, case) in CASES.items():
            if key != missing:
                stack.enter_context(registered(registry, case))
        for said in refused(run, "report", "evaluate", "compare"):
            assert said.startswith(f"{run / 'manifest.json'}: unknown {missing} '{name}'")
            assert said.endswith(f"; {IMPORTED}")
        with pytest.raises(DataError, match=IMPORTED):
            groupinf.load_run(run)
        assert command("status", run).exit_code == 0  # which needs none of them


def test_a_run_with_a_builder_that_is_no_longer_registered_can_be_read_and_names_itself(run: Path) -> None:
    with ExitStack() as stack:
        for key, (registry, case) in CASES.items():
            if key != "builder":
                stack.enter_context(registered(registry, case))
        assert command("report", run).exit_code == 0
        for said in refused(run, "evaluate", "verify"):
            assert said.startswith(str(run / "config.yaml"))
            assert "groups.builders.0: unknown builder 'every_nth'; valid: " in said
            assert said.endswith(f"\n{run}: {IMPORTED}")


def test_a_name_that_the_user_sets_is_no_fault_of_the_run(run: Path) -> None:
    with ExitStack() as stack:
        for registry, case in CASES.values():
            stack.enter_context(registered(registry, case))
        result = command("evaluate", run, "--set", "methods=[newtn]")
    assert result.exit_code == 2
    said = result.stderr
    assert "--set methods=[newtn]: methods.0: unknown method 'newtn'" in said
    assert "did you mean 'newton'?" in said
    assert IMPORTED not in said


def emptied(stored: dict[str, Any]) -> None:
    stored.clear()
    stored["format"] = 2


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A run of what the package has."""
    groups = {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]}
    config = {
        "name": "digits",
        "dataset": {"name": "breast_cancer"},
        "regularization": {"lambda_over_n": 0.1},
        "groups": groups,
        "test_points": {"random": 1},
    }
    return groupinf.run_experiment(config, out=tmp_path, jobs=1).path


def test_content_that_no_version_can_have_written_is_refused_by_key(plain: Path) -> None:
    file, again = plain / "manifest.json", "; the same groupinf experiment command with --fresh"
    whole = file.read_bytes()
    changes: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
        (lambda stored: stored.update(format="x"), f"{file}: format: expected 2, found 'x'"),
        (lambda stored: stored.update(format=None), f"{file}: format: expected 2, found None"),
        (lambda stored: stored.update(format=True), f"{file}: format: expected 2, found True"),
        (emptied, f"{file}: study: expected this key, found none; name: expected this key, found none; "),
        (lambda stored: stored.pop("units"), f"{file}: units: expected this key, found none"),
        (lambda stored: stored.update(units="many"), f"{file}: units: expected a valid integer"),
        (lambda stored: stored.update(prepared=[1]), f"{file}: prepared: expected a valid dictionary, found [1]"),
    ]
    for change, words in changes:
        file.write_bytes(whole)
        resealed(file, change)
        for said in refused(plain):
            assert said.startswith(words)
            assert again in said
    # keys of this kind of study alone are read where they are needed
    file.write_bytes(whole)
    resealed(file, lambda stored: stored.update(lam="small", loss_name=3))
    for said in refused(plain, "report", "evaluate", "compare"):
        assert said.startswith(f"{file}: loss_name: expected a valid string, found 3; lam: expected a valid number")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"{}", "found no checksum, manifest_sha256, in it"),
        (b'{"format": 1}', "found no checksum, manifest_sha256, in it"),
        (b"not json", "found no JSON"),
        (b"null", "found null, not keys and values"),
        (b"[1]", "found a list, not keys and values"),
        (b"", "found an empty file"),
    ],
)
def test_a_folder_with_another_manifest_is_no_run(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    for said in refused(tmp_path):
        assert said == f"{tmp_path / 'manifest.json'}: expected what groupinf wrote, {found}; name the folder of a run"


def test_a_folder_with_another_sweep_json_is_no_sweep(tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_bytes(b"{}")
    for said in refused(tmp_path, "report", "collect", "status", "verify", "compare"):
        expected = "expected what groupinf wrote, found no checksum, sweep_sha256, in it; name the folder of a sweep"
        assert said == f"{tmp_path / 'sweep.json'}: {expected}"
