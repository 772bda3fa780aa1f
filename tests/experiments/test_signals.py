"""A signal ends a run in words and it resumes; a signal that whoever started the run has ignored changes nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from support.faults import the_run
from support.runs import execute

from groupinf.cli.main import main
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES

# three blocks
STUDY = {
    "name": "small",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "groups": {"sizes": {"min": 0.01, "max": 0.2, "num": 120}, "builders": ["random"]},
    "evaluations": ["test_loss"],
    "methods": ["influence"],
    "test_points": {"random": 1},
}
# Signals are handled as whoever starts a process has it, so it is set here, whatever these tests were started with.
# The signals come as soon as files are in place whose folder has a certain name ("": any file), to the whole group,
# as from a terminal, or to the one process, as from a batch system.
COMMAND = """
import os, signal, sys
from pathlib import Path

handling, folder, to, *numbers = sys.argv.pop(1).split(",")
signal.signal(signal.SIGINT, signal.SIG_IGN if handling == "ignored" else signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_IGN if handling == "ignored" else signal.SIG_DFL)
replace = Path.replace

def replaced(self, target):
    done = replace(self, target)
    if folder in Path(target).parent.name:
        for number in map(int, numbers):
            os.killpg(0, number) if to == "group" else os.kill(os.getpid(), number)
    return done

Path.replace = replaced
from groupinf.cli.main import main
main()
"""


def ended(out: Path, jobs: int, handling: str) -> subprocess.CompletedProcess[str]:
    """The command in a group of processes of its own, when it has ended."""
    out.mkdir()
    (out / "small.yaml").write_text(yaml.safe_dump(STUDY))
    experiment = ["experiment", str(out / "small.yaml"), "--jobs", str(jobs), "--out", str(out / "runs")]
    command = [sys.executable, "-c", COMMAND, handling, *experiment]
    return subprocess.run(command, capture_output=True, text=True, start_new_session=True, check=False)


def half_written(run: Path) -> list[Path]:
    """Files under temporary names, and markers of blocks that a process is computing."""
    return [f for f in run.rglob("*") if f.name.startswith(".") or f.parent.name == "running"]


@pytest.mark.parametrize(
    ("number", "to", "jobs", "status", "said"),
    [
        (signal.SIGINT, "process", 1, 130, "Interrupted"),
        (signal.SIGINT, "group", 2, 130, "Interrupted"),
        (signal.SIGTERM, "process", 2, 143, "Terminated"),
    ],
)
def test_a_signal_ends_it_and_says_how_to_resume(
    tmp_path: Path, number: signal.Signals, to: str, jobs: int, status: int, said: str
) -> None:
    process = ended(tmp_path / "it", jobs, f"usual,blocks,{to},{number.value}")
    assert process.returncode == status
    assert f"{said}. What a run has stored is kept: the same command again resumes it.\n" in process.stderr
    assert "Traceback" not in process.stderr
    run = the_run(tmp_path / "it" / "runs")
    directory = RunDirectory(run)
    kept = {file: file.stat().st_mtime_ns for file in (run / "blocks").iterdir()}
    assert half_written(run) == []
    assert 0 < len(directory.stored_blocks()) == len(kept) < directory.require_manifest(RunManifest).n_blocks
    assert all(directory.read_block(block) is not None for block in directory.stored_blocks())
    assert execute(load_config(STUDY), tmp_path / "it" / "runs", 1, False, Silent()).path == run
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    assert verify_run(STUDIES, run, 1, Silent()).problems == ()


def test_signals_that_are_ignored_are_ignored_everywhere(tmp_path: Path) -> None:
    """As in a script after ``&`` or ``trap '' INT TERM``: both come to all processes whenever a file is in place."""
    process = ended(tmp_path / "it", 2, f"ignored,,group,{signal.SIGINT.value},{signal.SIGTERM.value}")
    assert process.returncode == 0
    assert not any(word in process.stderr for word in ("Interrupted", "Terminated", "Traceback"))
    run = the_run(tmp_path / "it" / "runs")
    assert half_written(run) == []
    assert (run / "report.html").is_file()
    assert verify_run(STUDIES, run, 1, Silent()).problems == ()


def test_until_memory_is_found_for_the_libraries_a_signal_is_handled_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that waits without end while it loads would keep a handler of ours from ever running."""
    seen = []
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("groupinf.cli.command.prepare_libraries", lambda: seen.append(signal.getsignal(signal.SIGTERM)))
    monkeypatch.setattr(
        "groupinf.studies.load.json_schema", lambda study: seen.append(signal.getsignal(signal.SIGTERM))
    )
    assert CliRunner().invoke(main, ["schema"]).exit_code == 0
    assert seen[0] == before
    assert len(seen) == 2
    assert seen[1] != before
