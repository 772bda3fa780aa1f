"""The command starts as a module too, and asking it for help imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import click

from groupinf.cli.command import Command
from groupinf.cli.main import main


def python(*args: str) -> str:
    return subprocess.run([sys.executable, *args], check=True, capture_output=True, text=True).stdout


def test_python_m_groupinf_is_the_command() -> None:
    assert python("-m", "groupinf", "--version") == "groupinf 0.1.0\n"


def test_the_commands_import_nothing_heavy_until_they_run() -> None:
    heavy = "numpy pandas scipy sklearn matplotlib pydantic rich joblib"
    code = f"import sys, groupinf.cli.main; print([m for m in '{heavy}'.split() if m in sys.modules])"
    assert python("-c", code) == "[]\n"


def test_help_with_defaults_that_are_found_out_imports_nothing_heavy() -> None:
    code = "import sys; from groupinf.cli.main import main; main(['prepare', '--help'], standalone_mode=False)"
    assert python("-c", f"{code}; print('joblib' in sys.modules)").endswith("\nFalse\n")


def test_every_command_loads_the_libraries_before_it_runs() -> None:
    """So that none of them loads them where there is no memory for it."""
    commands = list(main.commands.values())
    inner = [command for group in commands if isinstance(group, click.Group) for command in group.commands.values()]
    single = [command for command in (*commands, *inner) if not isinstance(command, click.Group)]
    assert [command.name for command in single if not isinstance(command, Command)] == []
