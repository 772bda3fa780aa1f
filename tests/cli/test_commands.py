"""The commands pass what was typed to the library, print results on standard output and errors in one place."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import click
import joblib
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from support.manifests import made_manifest

import groupinf
from groupinf.cli.main import main
from groupinf.cli.options import all_cores
from groupinf.config.load import LoadedConfig
from groupinf.datasets.column_use import ColumnUse
from groupinf.errors import ConvergenceError, DataError
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.forecast import Plan
from groupinf.studies.group_effects.result import Run
from groupinf.studies.registry import STUDIES

GOOD = """\
name: study
dataset: {name: digits}
regularization: {lambda_over_n: 1e-3}
groups: {sizes: {min: 0.1, max: 0.2, num: 3}, builders: [random]}
"""

EMPTY = pd.DataFrame()
RUN = Run(Path("runs/study-1"), {}, made_manifest(), EMPTY, EMPTY, EMPTY, EMPTY, EMPTY)
PLAN = Plan(
    name="study",
    dataset="digits",
    n=1437,
    d=64,
    classes=10,
    lam_over_n=1e-3,
    groups=3,
    retrains=3,
    memory_bytes=1_500_000_000,
    run_name="study-1",
    notes=("size 9 is skipped",),
    uses=(),
    change="",
    pool=0,
)


Foreseen = Callable[[Callable[[Any], Plan]], None]


def invoke(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), prog_name="groupinf")


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "study.yaml"
    file.write_text(GOOD)
    return str(file)


@pytest.fixture
def foreseen(monkeypatch: pytest.MonkeyPatch) -> Foreseen:
    """Let a function say what a study of group effects would run."""

    def put(forecast: Callable[[Any], Plan]) -> None:
        kind = dataclasses.replace(STUDIES["group_effects"], forecast=forecast)
        monkeypatch.setitem(STUDIES._cases, kind.name, kind)

    return put


@pytest.fixture
def replace(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put stand-ins where the commands look for the library's functions."""

    def put(module: str, **functions: object) -> None:
        if module == "groupinf":
            for name, function in functions.items():
                monkeypatch.setattr(groupinf, name, function, raising=False)
        else:
            stand_in = ModuleType(module)
            stand_in.__dict__.update(functions)
            monkeypatch.setitem(sys.modules, module, stand_in)

    return put


@pytest.fixture
def reporting(replace: Callable[..., None]) -> list[Run]:
    """The runs that a report was written for."""
    written: list[Run] = []
    report = SimpleNamespace(
        write=written.append, text=lambda run, width: f"the table of {run.path}\n", page="report.html"
    )
    replace("groupinf.reporting.registry", REPORTS={RUN.manifest.study: report})
    replace("groupinf.reporting.standing", renew_report=lambda folder, write: write(), PAGE_NAME="report.html")
    return written


@pytest.fixture
def calls(replace: Callable[..., None], reporting: list[Run]) -> list[dict[str, Any]]:
    """What run_experiment was called with."""
    seen: list[dict[str, Any]] = []

    def run_experiment(config: LoadedConfig, **options: Any) -> Run:
        options["progress"].stage("fit")
        seen.append({"config": config, **options})
        return RUN

    replace("groupinf", run_experiment=run_experiment)
    return seen


class TestExperiment:
    """groupinf experiment"""

    def test_results_go_to_stdout_and_progress_to_stderr(self, config: str, calls: list[dict[str, Any]]) -> None:
        result = invoke("experiment", config)
        assert result.exit_code == 0
        assert result.stdout == "the table of runs/study-1\n\nReport: runs/study-1/report.html\n"
        assert result.stderr == "fit ...\nfit: done\n"

    def test_defaults_are_all_cores_results_and_resuming(self, config: str, calls: list[dict[str, Any]]) -> None:
        invoke("experiment", config)
        [call] = calls
        assert (call["jobs"], call["out"], call["fresh"]) == (None, "results", False)
        assert groupinf._processes(None) == all_cores() == joblib.cpu_count()
        assert call["config"].config.name == "study"

    def test_options_arrive(self, config: str, calls: list[dict[str, Any]]) -> None:
        options = ["--set", "groups.sizes.num=7", "--set", "seed=2", "--jobs", "3", "--out", "there", "--fresh", "-q"]
        assert invoke("experiment", config, *options).exit_code == 0
        [call] = calls
        assert (call["jobs"], call["out"], call["fresh"]) == (3, "there", True)
        assert (call["config"].config.groups.sizes.num, call["config"].config.seed) == (7, 2)
        assert isinstance(call["progress"], Silent)

    def test_quiet_leaves_the_results_alone_and_verbose_adds_times(
        self, config: str, calls: list[dict[str, Any]]
    ) -> None:
        quiet = invoke("experiment", config, "-q")
        assert quiet.stderr == ""
        assert "the table" in quiet.stdout
        assert "fit: done in 0.0 s" in invoke("experiment", config, "-v").stderr

    @pytest.mark.parametrize("jobs", ["0", "x", "1.5"])
    def test_jobs_are_a_whole_number(self, config: str, calls: list[dict[str, Any]], jobs: str) -> None:
        result = invoke("experiment", config, "--jobs", jobs)
        assert result.exit_code == 2
        assert f"'--jobs': expected a whole number of at least 1, found {jobs}" in result.stderr
        assert calls == []

    def test_quiet_and_verbose_exclude_each_other(self, config: str, calls: list[dict[str, Any]]) -> None:
        result = invoke("experiment", config, "-q", "-v")
        assert result.exit_code == 2
        assert "expected at most one of --quiet and --verbose, found both" in result.stderr
        assert calls == []

    def test_a_bad_config_is_one_message_and_nothing_runs(self, config: str, calls: list[dict[str, Any]]) -> None:
        result = invoke("experiment", config, "--set", "groups.sizes.max=2")
        assert result.exit_code == 2
        assert result.stderr == (
            "Error: --set groups.sizes.max=2: groups.sizes.max: expected a number of at most 1, found 2\n"
        )
        assert calls == []

    @pytest.mark.parametrize(
        ("error", "status", "message"),
        [
            (DataError("row 3 of X_train holds NaN"), 2, "Error: row 3 of X_train holds NaN\n"),
            (ConvergenceError("group 7 did not converge"), 1, "Error: group 7 did not converge\n"),
            (PermissionError(13, "Permission denied", "results"), 1, "Error: results: Permission denied\n"),
            (
                KeyboardInterrupt(),
                130,
                "Interrupted. What a run has stored is kept: the same command again resumes it.\n",
            ),
        ],
    )
    def test_an_error_is_a_message_and_a_status(
        self, config: str, replace: Callable[..., None], error: BaseException, status: int, message: str
    ) -> None:
        def run_experiment(config: LoadedConfig, **options: Any) -> Run:
            raise error

        replace("groupinf", run_experiment=run_experiment)
        result = invoke("experiment", config)
        assert (result.exit_code, result.stderr, result.stdout) == (status, message, "")

    def test_a_defect_is_not_hidden(self, config: str, replace: Callable[..., None]) -> None:
        def run_experiment(config: LoadedConfig, **options: Any) -> Run:
            raise ZeroDivisionError

        replace("groupinf", run_experiment=run_experiment)
        assert isinstance(invoke("experiment", config).exception, ZeroDivisionError)


class TestProgressOptions:
    """-q and -v, of every command that shows progress"""

    WITH = tuple(
        name for name, command in main.commands.items() if {"quiet", "verbose"} & {p.name for p in command.params}
    )

    def test_they_come_together(self) -> None:
        assert set(self.WITH) == {
            "experiment",
            "evaluate",
            "sweep",
            "prepare",
            "collect",
            "verify",
            "points",
            "suspects",
            "robustness",
        }
        for name in self.WITH:
            assert {"quiet", "verbose"} < {p.name for p in main.commands[name].params}

    @pytest.mark.parametrize("name", WITH)
    @pytest.mark.parametrize("flags", [("-q", "-v"), ("-v", "-q"), ("--verbose", "--quiet"), ("-qv",)])
    def test_every_command_refuses_both_in_either_order(self, name: str, flags: tuple[str, ...]) -> None:
        result = invoke(name, "nothing-is-here", *flags)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"Usage: groupinf {name} ")
        assert result.stderr.endswith("\nError: expected at most one of --quiet and --verbose, found both\n")

    @pytest.mark.parametrize("name", WITH)
    @pytest.mark.parametrize("flags", [("-q", "-q"), ("-v",)])
    def test_one_of_them_is_accepted(self, name: str, flags: tuple[str, ...]) -> None:
        context = main.commands[name].make_context(name, ["nothing-is-here", *flags])
        assert (context.params["quiet"], context.params["verbose"]) == ("-q" in flags, "-v" in flags)


class TestValidate:
    """groupinf validate"""

    def test_it_says_what_would_run(self, config: str, foreseen: Foreseen) -> None:
        foreseen(lambda loaded: PLAN)
        result = invoke("validate", config)
        assert result.exit_code == 0
        assert result.stdout == (
            f"{config}: ok\n"
            "  run           study-1\n"
            "  dataset       digits: n = 1,437, d = 64, 10 classes\n"
            "  lambda_over_n 0.001\n"
            "  groups        at most 3\n"
            "  retrains      at most 3\n"
            "  memory        about 1.5 GB for each process, Python and its libraries included\n"
            "  note          size 9 is skipped\n"
        )

    def test_what_the_columns_became_is_a_table_that_stays_short(self, config: str, foreseen: Foreseen) -> None:
        uses = [*(ColumnUse(f"c{i}", "dropped") for i in range(40)), ColumnUse("age", "number", "0 to 9", imputed=2)]
        foreseen(lambda loaded: dataclasses.replace(PLAN, uses=tuple(uses)))
        lines = invoke("validate", config).stdout.splitlines()
        at = lines.index("  columns")
        assert lines[at + 1] == "    c0   dropped"
        assert lines[at + 30 :] == [
            "    age  number      0 to 9; 2 imputed",
            "    and 11 more: a run's manifest.json has them all",
        ]

    def test_what_is_done_to_groups_and_the_pool_are_told(self, config: str, foreseen: Foreseen) -> None:
        foreseen(lambda loaded: dataclasses.replace(PLAN, change="relabel, to: a\nb", pool=60))
        text = invoke("validate", config).stdout
        assert "d = 64, 10 classes, 60 rows in the pool\n  change        relabel, to: a b\n" in text

    def test_regression_and_cross_validation_say_so(self, config: str, foreseen: Foreseen) -> None:
        foreseen(lambda loaded: dataclasses.replace(PLAN, classes=0, lam_over_n=None, memory_bytes=5))
        text = invoke("validate", config).stdout
        assert "digits: n = 1,437, d = 64\n" in text
        assert "lambda_over_n by cross-validation\n" in text
        assert "about 1 MB for each process" in text

    def test_every_file_is_checked_even_after_a_bad_one(self, config: str, tmp_path: Path, foreseen: Foreseen) -> None:
        foreseen(lambda loaded: PLAN)
        bad = tmp_path / "bad.yaml"
        bad.write_text(GOOD.replace("name: study", "nme: study"))
        result = invoke("validate", str(bad), config)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {bad}, line 1: name: expected this key")
        assert f"{config}: ok" in result.stdout

    def test_overrides_apply(self, config: str, foreseen: Foreseen) -> None:
        foreseen(lambda loaded: pytest.fail("planned"))
        assert "--set seed=-1: seed: " in invoke("validate", config, "--set", "seed=-1").stderr


class TestTheOthers:
    """groupinf report, groupinf schema, --version and -h"""

    def test_report_prints_the_table_again(self, replace: Callable[..., None], reporting: list[Run]) -> None:
        asked: list[str] = []
        replace("groupinf", load_run=lambda path: asked.append(path) or RUN)
        result = invoke("report", "runs/study-1")
        assert asked == ["runs/study-1"]
        assert reporting == [RUN]
        assert result.stdout == "the table of runs/study-1\n\nReport: runs/study-1/report.html\n"

    def test_schema_is_json(self) -> None:
        assert "regularization" in json.loads(invoke("schema").stdout)["properties"]

    def test_version(self) -> None:
        assert invoke("--version").stdout == "groupinf 0.1.0\n"

    @pytest.mark.parametrize("command", [[], *([name] for name in main.commands)])
    @pytest.mark.parametrize("flag", ["-h", "--help"])
    def test_help_says_what_every_option_does(self, command: list[str], flag: str) -> None:
        result = invoke(*command, flag)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: {' '.join(['groupinf', *command])} ")

    @pytest.mark.parametrize("command", main.commands.values(), ids=str)
    def test_every_option_has_a_help_text(self, command: click.Command) -> None:
        assert command.help
        assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == []
