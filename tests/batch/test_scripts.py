"""The scripts ask Slurm for what was asked, and bash reads from them the words that were meant, whatever is in them."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from groupinf.batch.resources import Resources
from groupinf.batch.scripts import Commands, CommandsOf, Script, experiment_commands, scripts, sweep_commands
from groupinf.cli.main import main
from groupinf.errors import ConfigError

AWKWARD = '/a b/it\'s $HOME/`x`/"q"/#5/100%j/λ;&|*?~!'
ARGUMENTS = "/usr/bin/env", "printf", "%s\\n"


def three(folder: str = "/runs/study-1/batch", **asked: Any) -> tuple[Script, ...]:
    command = ("groupinf", "experiment")
    resources = Resources(**{"array": 4, **asked})
    return scripts(Commands(command, command, command), resources, {}, Path(folder), "study-1")


def directives(script: Script) -> list[str]:
    """The words of all #SBATCH lines, split as a shell would, which Slurm's own rules agree with here."""
    lines = [line for line in script.text.splitlines() if line.startswith("#SBATCH ")]
    return [word for line in lines for word in shlex.split(line.removeprefix("#SBATCH "))]


def test_only_the_middle_one_is_an_array_and_collecting_takes_one_processor() -> None:
    prepare, shards, collect = (directives(script) for script in three(cpus=3))
    assert [script.stage for script in three()] == ["prepare", "shards", "collect"]
    assert "--array=1-4" in shards
    assert not any(word.startswith("--array") for word in (*prepare, *collect))
    assert [f"--cpus-per-task={cpus}" in words for cpus, words in ((3, prepare), (3, shards), (1, collect))] == [
        True
    ] * 3


def test_what_is_not_asked_for_is_left_to_the_cluster() -> None:
    optional = ("--partition", "--time", "--mem", "--account")
    for script in three():
        assert not [word for word in directives(script) if word.startswith(optional)]
    asked = three(partition="long", time="2-00", mem="4G", account="us", further=("--qos=high", "--exclude=n[1-3]"))
    for script in asked:
        expected = {"--partition=long", "--time=2-00", "--mem=4G", "--account=us", "--qos=high", "--exclude=n[1-3]"}
        assert expected <= set(directives(script))


def test_each_task_runs_its_shard_with_as_many_processes_as_processors() -> None:
    commands = experiment_commands(("py", "-m", "groupinf"), Path("/c.yaml"), Path("/runs/s-1"), Resources(7, cpus=5))
    assert commands.shard == (
        *("py", "-m", "groupinf", "experiment", "/c.yaml", "--out", "/runs", "--jobs", "5"),
        *("--shard", "auto/7"),
    )
    assert commands.prepare == ("py", "-m", "groupinf", "prepare", "/c.yaml", "--out", "/runs", "--jobs", "5")
    assert commands.collect == ("py", "-m", "groupinf", "collect", "/runs/s-1")


@pytest.mark.parametrize("commands_of", [experiment_commands, sweep_commands])
def test_the_commands_are_those_of_groupinf(commands_of: CommandsOf) -> None:
    commands = commands_of(("groupinf",), Path("/c.yaml"), Path("/runs/s-1"), Resources(7, cpus=5))
    stages = (commands.prepare, commands.shard, commands.collect)
    parsed = []
    for _, name, *words in stages:
        with main.commands[name].make_context(
            name, words, **main.context_settings
        ) as context:  # raises on what it does not know
            parsed.append(context.params)
    assert [words.get("shard") for words in parsed] == [None, "auto/7", None]
    assert [words["out"] for words in parsed if "out" in words][:2] == ["/runs", "/runs"]
    assert [words["jobs"] for words in parsed if "jobs" in words][:2] == [5, 5]


def test_bash_runs_the_very_words_and_sets_the_very_variables(tmp_path: Path) -> None:
    command = (*ARGUMENTS, AWKWARD, "two\nlines", "", "-n")
    variables = "import os; print(os.environ['GROUPINF_DATA'] + os.environ['OPENBLAS_NUM_THREADS'])"
    commands = Commands(command, (sys.executable, "-c", variables), command)
    folder = tmp_path / "x"
    prepare, shards, _ = scripts(commands, Resources(1), {"GROUPINF_DATA": AWKWARD}, folder, "s")
    said = [
        subprocess.run(["bash", "-c", s.text], capture_output=True, text=True, check=True) for s in (prepare, shards)
    ]
    assert said[0].stdout == "".join(f"{word}\n" for word in command[3:])
    assert said[1].stdout == f"{AWKWARD}1\n"


def test_the_log_is_below_the_folder_and_percent_signs_in_its_name_stand_for_themselves() -> None:
    prepare, shards, _ = three(AWKWARD)
    doubled = AWKWARD.replace("%", "%%")
    assert f"--output={doubled}/prepare-%j.log" in directives(prepare)
    assert f"--output={doubled}/shards-%A_%a.log" in directives(shards)


@pytest.mark.parametrize("folder", ["/a\nb", "/a\\b"])
def test_a_folder_where_slurm_could_not_write_logs_is_refused(folder: str) -> None:
    with pytest.raises(ConfigError, match="--out: expected a folder without line breaks and backslashes"):
        three(folder)
