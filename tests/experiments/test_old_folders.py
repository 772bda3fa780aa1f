"""A folder that another version made is refused with what to do, and never read as if it were of this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from support.manifests import resealed

from groupinf.cli.main import main


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def of_format(file: Path, number: int | None) -> None:
    """What a version with another format would have written: the first one told no number."""

    def other(stored: dict[str, Any]) -> None:
        del stored["format"]
        stored |= {} if number is None else {"format": number}

    resealed(file, other)


@pytest.fixture
def study(small_config: dict[str, Any], tmp_path: Path) -> Path:
    small_config["groups"] = {"sizes": {"min": 0.1, "max": 0.25, "num": 4}, "builders": ["random"]}
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(small_config), encoding="utf-8")
    return tmp_path / "small.yaml"


@pytest.mark.parametrize(
    ("number", "words"),
    [(None, "made by an older version (format 1, here 2)"), (3, "made by a newer version (format 3, here 2)")],
)
def test_a_run_of_another_version_is_refused_by_every_command(
    study: Path, tmp_path: Path, number: int | None, words: str
) -> None:
    made = ("experiment", study, "--out", tmp_path / "out", "--jobs", "1")
    assert command(*made).exit_code == 0
    [run] = (tmp_path / "out").iterdir()
    of_format(run / "manifest.json", number)
    expected = (
        f"Error: {run}: {words}; the same groupinf experiment command with --fresh, or with another --out, makes it "
        "again\n"
    )
    for refused in (
        command(*made),
        command("report", run),
        command("collect", run),
        command("status", run),
        command("verify", run),
        command("evaluate", run, "--set", "evaluations=[test_loss]"),
    ):
        assert refused.exit_code == 2
        assert refused.stderr.endswith(expected)
    assert command(*made, "--fresh").exit_code == 0
    assert command("verify", run).exit_code == 0


def test_a_sweep_of_another_version_is_refused(study: Path, tmp_path: Path) -> None:
    made = ("sweep", study, "--lambda-over-n", "0.01,0.1", "--out", tmp_path / "out", "--jobs", "1")
    assert command(*made).exit_code == 0
    [sweep] = (tmp_path / "out").iterdir()
    of_format(sweep / "sweep.json", None)
    for refused in (command(*made), command("report", sweep), command("status", sweep), command("verify", sweep)):
        assert refused.exit_code == 2
        assert refused.stderr.endswith(
            f"Error: {sweep}: made by an older version (format 1, here 2); the same groupinf sweep command with "
            "--fresh, or with another --out, makes it again\n"
        )
    assert command(*made, "--fresh").exit_code == 0


def test_an_evaluation_of_another_version_is_refused_and_a_run_of_one_beside_a_new_one_is_left_alone(
    study: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command("experiment", study, "--out", out, "--jobs", "1")
    [run] = out.iterdir()
    evaluated = ("evaluate", run, "--set", "evaluations=[test_loss]", "--jobs", "1")
    assert command(*evaluated).exit_code == 0
    evaluation = next(out.glob("*-evaluate-*"))
    of_format(evaluation / "manifest.json", None)
    refused = command(*evaluated)
    assert refused.exit_code == 2
    assert refused.stderr.endswith(
        f"Error: {evaluation}: made by an older version (format 1, here 2); delete the folder or name another --out, "
        "and the same groupinf evaluate command makes it again\n"
    )
    of_format(run / "manifest.json", None)
    assert command("experiment", study, "--set", "seed=1", "--out", out, "--jobs", "1").exit_code == 0
