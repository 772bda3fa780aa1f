"""Commands are measured with all that they start, and end for the reason that the page gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from groupinf.cli.main import main

WORK = "sum(range(5_000_000))"


def test_processor_time_is_that_of_children_too(tmp_path: Path) -> None:
    from benchmarking.commands.command import python, run_command

    idle = run_command(python("import time; time.sleep(0.3)"), tmp_path)
    assert idle.clock > 0.3 > idle.processor > 0
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{WORK}'])"
    assert run_command(python(child), tmp_path).processor > run_command(python("pass"), tmp_path).processor


def test_another_status_is_an_error_that_shows_what_was_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarking.commands.command import python, run_command

    failing = python("print('out of luck'); raise SystemExit(2)")
    assert run_command(failing, tmp_path, status=2).clock > 0
    with pytest.raises(subprocess.CalledProcessError):
        run_command(failing, tmp_path)
    assert "out of luck" in capsys.readouterr().err


def test_each_command_ends_as_its_words_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarking.commands import around
    from benchmarking.commands.command import Taken

    ran: list[list[str]] = []

    def run_command(command: tuple[str, ...], folder: Path, status: int = 0) -> Taken:
        ran.append([*command])
        if command[1] == "-m" and "breast_cancer" not in " ".join(command):
            said = CliRunner().invoke(main, command[3:])
            assert said.exit_code == status
            expected = {around.UNKNOWN_KEY: "sed", around.MISSING_DATA: "nowhere.csv", around.MISSING_CONFIG: "nowhere"}
            for file, word in expected.items():
                assert file not in command or word in said.output
            return Taken(2.0, 1.0, 0)
        return Taken(0.5, 0.5, 0)

    monkeypatch.setattr(around, "run_command", run_command)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(around, "REPEATS", 1)
    found = around.measure_around(2, tmp_path)
    assert [of["words"] for of in found] == [of.words for of in around.COMMANDS]
    assert all(len(of["taken"]) == len(of["beside"]) == 2 for of in found)
    assert ran[0] == [sys.executable, "-c", around.LIBRARIES]


def test_ratios_are_those_of_the_rounds() -> None:
    from benchmarking.commands.page import around_section

    def rounds(*seconds: float) -> list[dict[str, Any]]:
        return [{"clock": 2 * value, "processor": value, "memory": 0} for value in seconds]

    of = {"words": "w", "imports": "import click", "taken": rounds(0.3, 0.4, 0.8), "beside": rounds(0.1, 0.1, 0.4)}
    row = [cell.strip() for cell in around_section([of])[-1].splitlines()[-1].strip("|").split("|")]
    assert row == ["w", "`click`", "400 (300 to 800)", "3.0 (2.0 to 4.0)", "800 (600 to 1,600)", "3.0 (2.0 to 4.0)"]
