"""``groupinf submit`` checks first, then submits a chain, and leaves nothing queued where sbatch refuses a part."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from support.runs import prepare_only, prepare_sweep

from groupinf.cli.main import main
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.lambda_sweep.plan import sweep_name
from groupinf.studies.linear.lambda_sweep import plan_sweep
from groupinf.studies.load import load_config


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a script in place of sbatch and nothing else on the PATH; it returns the log of how it was called."""

    def install(sbatch: str) -> Path:
        programs, log = tmp_path / "bin", tmp_path / "calls"
        programs.mkdir()
        for name, body in (("sbatch", sbatch), ("scancel", "exit 0")):
            (programs / name).write_text(f'#!/bin/bash\nlog={log}\necho {name} "$@" >>$log\n{body}\n')
            (programs / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(programs))
        return log

    return install


def invoke(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["submit", *map(str, args)], prog_name="groupinf")


def test_each_job_waits_for_the_one_before_and_the_ids_are_printed(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path
) -> None:
    log = slurm('mapfile -t calls <$log; echo "$((10 + ${#calls[@]}));east"')  # 11, 12, ... of one of several clusters
    out = tmp_path / "runs"
    result = invoke(study, "--array", "4", "--out", out)
    run = out / plan(load_config(study)).run_name
    assert result.exit_code == 0, result.output
    assert result.stdout == f"prepare  11\nshards   12\ncollect  13\nRun: {run}\nLogs: {run / 'batch'}\n"
    batch = run / "batch"
    assert log.read_text() == (
        f"sbatch --parsable {batch}/prepare.sbatch\n"
        f"sbatch --parsable --dependency=afterok:11 {batch}/shards.sbatch\n"
        f"sbatch --parsable --dependency=afterok:12 {batch}/collect.sbatch\n"
    )


def test_the_jobs_read_a_copy_of_the_configuration_that_is_the_same_run(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path
) -> None:
    slurm("echo 1")
    assert invoke(study, "--array", "2", "--out", tmp_path, "--set", "seed=8").exit_code == 0
    [copy] = tmp_path.glob("small-*/batch/config.yaml")
    assert yaml.safe_load(copy.read_text(encoding="utf-8"))["seed"] == 8
    study.unlink()
    assert plan(load_config(copy)).run_name == copy.parents[1].name
    [script] = tmp_path.glob("small-*/batch/shards.sbatch")
    words = shlex.split(script.read_text(encoding="utf-8").splitlines()[-1])
    assert words[:7] == ["exec", sys.executable, "-P", "-m", "groupinf", "experiment", str(copy)]


def test_the_jobs_find_data_where_the_command_does(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GROUPINF_DATA", "my data")
    monkeypatch.setenv("GROUPINF_CACHE", "off")
    printed = invoke(study, "--array", "2", "--dry-run").stdout
    assert printed.count(f"export GROUPINF_DATA='{tmp_path}/my data'\n") == 3
    assert printed.count("export GROUPINF_CACHE=off\n") == 3
    monkeypatch.setenv("GROUPINF_CACHE", "kept")
    assert f"export GROUPINF_CACHE={tmp_path}/kept\n" in invoke(study, "--array", "2", "--dry-run").stdout


def test_a_dry_run_prints_the_scripts_and_leaves_no_trace(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # no Slurm is needed
    out = tmp_path / "runs"
    result = invoke(study, "--array", "4", "--time", "1:00:00", "--out", out, "--dry-run")
    assert result.exit_code == 0, result.output
    batch = out / plan(load_config(study)).run_name / "batch"
    headers = [line for line in result.stdout.splitlines() if line.startswith("# ")]
    assert headers == [f"# {batch}/{stage}.sbatch" for stage in ("prepare", "shards", "collect")]
    assert result.stdout.count("#SBATCH --time=1:00:00\n") == 3
    assert not out.exists()


def test_a_sweep_has_a_folder_and_commands_of_its_own(study: Path, tmp_path: Path) -> None:
    grid = "regularization.sweep={min: 1e-3, max: 1e-1, num: 3}"
    result = invoke(study, "--array", "4", "--out", tmp_path, "--sweep", "--set", grid, "--dry-run")
    assert result.exit_code == 0, result.output
    name = sweep_name(plan_sweep(load_config(study, [grid])), load_checked(load_config(study)))
    commands = [line for line in result.stdout.splitlines() if line.startswith("exec ")]
    config = shlex.quote(str(tmp_path / name / "batch" / "config.yaml"))
    whole = f"-m groupinf sweep {config} --out {tmp_path} --jobs 1"
    assert [line.partition(whole)[2] for line in commands] == [" --prepare-only", " --shard auto/4", ""]
    refused = invoke(study, "--array", "4", "--out", tmp_path, "--sweep", "--dry-run")
    assert refused.exit_code == 2
    assert "regularization: expected sweep" in refused.stderr


def test_without_slurm_the_message_says_where_to_go(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    result = invoke(study, "--array", "4", "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "Error: sbatch: not on the PATH; submit on a machine that has the commands of Slurm"
    )
    assert "or see what would be submitted with --dry-run" in result.stderr
    assert not (tmp_path / "runs").exists()


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_submitted(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path
) -> None:
    log = slurm("echo 1")
    (tmp_path / "file").write_text("in the way")
    result = invoke(study, "--array", "2", "--out", tmp_path / "file")
    assert result.exit_code == 2
    assert "cannot be written to" in result.stderr
    assert not log.exists()


def test_jobs_whose_ids_cannot_be_kept_are_cancelled(study: Path, slurm: Callable[[str], Path], tmp_path: Path) -> None:
    """A folder stands where the file with the ids should be."""
    log = slurm("echo 7")
    batch = tmp_path / plan(load_config(study)).run_name / "batch"
    (batch / "jobs.json").mkdir(parents=True)
    result = invoke(study, "--array", "2", "--out", tmp_path)
    assert result.exit_code == 1
    assert "jobs.json: could not be written" in result.stderr
    assert log.read_text().splitlines()[-1] == "scancel 7 7 7"


def test_status_tells_the_jobs_until_a_run_is_prepared_and_after(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path
) -> None:
    slurm('mapfile -t calls <$log; echo "$((10 + ${#calls[@]}))"')
    assert invoke(study, "--array", "2", "--out", tmp_path).exit_code == 0
    run = tmp_path / plan(load_config(study)).run_name
    ids = "prepare 11, shards 12, collect 13; squeue --jobs=11,12,13 lists them"
    jobs = f"  submitted  {ids}; their logs are in {run / 'batch'}"
    before = CliRunner().invoke(main, ["status", str(run)])
    assert (before.exit_code, before.stdout) == (0, f"{run}\n{jobs}\n  prepared   not yet\n")
    prepare_only(load_config(study), tmp_path, 1, False, Silent())
    after = CliRunner().invoke(main, ["status", str(run)]).stdout.splitlines()
    assert after[1] == jobs
    assert after[2].startswith("  prepared   ")
    assert "not yet" not in after[2]
    (run / "batch" / "jobs.json").unlink()
    assert "submitted  by jobs that are not known; their logs" in CliRunner().invoke(main, ["status", str(run)]).stdout


def test_status_of_a_submitted_sweep(study: Path, slurm: Callable[[str], Path], tmp_path: Path) -> None:
    slurm("echo 1")
    grid = "regularization.sweep={min: 1e-3, max: 1e-1, num: 2}"
    assert invoke(study, "--array", "2", "--out", tmp_path, "--sweep", "--set", grid).exit_code == 0
    [sweep] = tmp_path.glob("small-sweep-*")
    assert "prepared   not yet" in CliRunner().invoke(main, ["status", str(sweep)]).stdout
    planned = plan_sweep(load_config(study, [grid]))
    opened, failures = prepare_sweep(planned, tmp_path, 1, False, Silent())
    assert not failures
    lost = opened.path / opened.manifest.runs[0].run
    shutil.rmtree(lost)
    said = CliRunner().invoke(main, ["status", str(sweep)]).stdout
    assert f"{lost}\n  prepared   not yet\n" in said
    assert said.count("groups in") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--array", "2", "--set", "seed=-1"], "Error: --set seed=-1: seed: expected "),
        (["--array", "2", "--time", "soon"], "Error: --time: expected minutes, H:MM:SS or D-HH:MM:SS"),
        (["--array", "0"], "Error: --array: expected a number of tasks from 1, found '0'"),
        ([], "Missing option '--array'"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_submitted(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path, options: list[str], message: str
) -> None:
    log = slurm("echo 1")
    result = invoke(study, "--out", tmp_path / "runs", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not log.exists()
    assert not (tmp_path / "runs").exists()


def test_what_sbatch_says_is_passed_on_and_the_jobs_before_are_cancelled(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path
) -> None:
    log = slurm('case "$*" in *shards*) echo "sbatch: error: Invalid job array" >&2; exit 1;; *) echo 7;; esac')
    result = invoke(study, "--array", "900000", "--out", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.endswith(
        "shards.sbatch: sbatch did not take it (exit status 1): sbatch: error: Invalid job array\n"
    )
    assert log.read_text().splitlines()[-1] == "scancel 7"


# what has sent the interrupt may not be gone yet when a busy machine stops waiting for it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_between_two_jobs_cancels_those_before(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path
) -> None:
    log = slurm('case "$*" in *shards*) kill -INT $PPID;; *) echo 7;; esac')
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & has it ignored
    try:
        result = invoke(study, "--array", "2", "--out", tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.exit_code == 130
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["sbatch", "sbatch", "scancel"]
    assert log.read_text().splitlines()[-1] == "scancel 7"


@pytest.mark.parametrize("said", ["", "echo Submitted batch job 7"])
def test_an_answer_that_is_no_id_is_an_error(
    study: Path, slurm: Callable[[str], Path], tmp_path: Path, said: str
) -> None:
    slurm(said)
    result = invoke(study, "--array", "2", "--out", tmp_path)
    assert result.exit_code == 1
    assert "prepare.sbatch: sbatch did not take it (exit status 0): " in result.stderr
