"""The batch templates are shell that parses, and every groupinf command and option in them exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from groupinf.cli.main import main

SCRIPTS = Path(__file__).parents[2] / "scripts"
TEMPLATES = ("slurm.sbatch", "pbs.sh", "sge.sh")
# what the array variable counts up to, and what the shards do
DIRECTIVE = {
    "slurm.sbatch": r"^#SBATCH --array=1-(\d+)$",
    "pbs.sh": r"^#PBS -J 1-(\d+)$",
    "sge.sh": r"^#\$ -t 1-(\d+)$",
}


def calls(text: str) -> list[list[str]]:
    """The words after ``groupinf``, wherever it is called: in comments, quotes and $(...) too."""
    found = re.findall(r"\bgroupinf ((?:prepare|experiment|collect) [^|)\n#`]*)", text)
    return [shlex.split(call.replace('"', " ").replace("'", " ")) for call in found]


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_is_shell(name: str) -> None:
    done = subprocess.run(["bash", "-n", str(SCRIPTS / name)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", TEMPLATES)
def test_its_commands_and_options_exist(name: str) -> None:
    found = calls((SCRIPTS / name).read_text(encoding="utf-8"))
    assert [call[0] for call in found] == ["prepare", "collect", "experiment"]
    for command, *words in found:
        known = {option for p in main.commands[command].params if isinstance(p, click.Option) for option in p.opts}
        assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("name", TEMPLATES)
def test_there_are_as_many_shards_as_tasks(name: str) -> None:
    text = (SCRIPTS / name).read_text(encoding="utf-8")
    array = re.search(DIRECTIVE[name], text, re.MULTILINE)
    tasks = re.search(r"^tasks=(\d+)\b", text, re.MULTILINE)
    assert array
    assert tasks
    assert array[1] == tasks[1]
    assert '--shard "auto/$tasks"' in text
