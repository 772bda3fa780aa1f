"""Measurements take turns in processes of their own, which import what the parent does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# a worker that writes down when it has its turns, and ends in the middle of one where it is told to
WORKER = """\
import json, sys
from pathlib import Path
task, folder = sys.argv[1], Path(sys.argv[2])
print("done", flush=True)
for number, _ in enumerate(sys.stdin):
    with (folder / "turns").open("a") as turns:
        turns.write(f"{task} {number}\\n")
    if task == "fails":
        sys.exit(3)
    print("done", flush=True)
(folder / f"{task}.json").write_text(json.dumps({"turns": number + 1}))
"""


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which workers write down their turns."""
    from benchmarking import processes

    package = tmp_path / "benchmarking"
    package.mkdir()
    (package / "worker.py").write_text(WORKER, encoding="utf-8")
    monkeypatch.setattr(processes, "SCRIPTS", tmp_path)
    return tmp_path


def test_in_every_round_each_has_its_turn(recorded: Path) -> None:
    from benchmarking.processes import in_turns

    assert in_turns(["a", "b"], 2, recorded) == {"a": {"turns": 2}, "b": {"turns": 2}}
    assert (recorded / "turns").read_text(encoding="utf-8").split("\n")[:-1] == ["a 0", "b 0", "a 1", "b 1"]


def test_a_worker_that_fails_in_its_turn_ends_the_measurement(recorded: Path) -> None:
    from benchmarking.processes import in_turns

    with pytest.raises(subprocess.CalledProcessError) as caught:
        in_turns(["a", "fails"], 2, recorded)
    assert (caught.value.cmd, caught.value.returncode) == ("fails", 3)
    assert not (recorded / "a.json").exists()


def test_a_real_worker_measures_the_machine(tmp_path: Path) -> None:
    from benchmarking.processes import measure

    assert measure("machine", tmp_path)["matrix_product"] > 1e8


def test_the_parent_imports_no_numerical_library() -> None:
    asked = "import benchmark, sys; print(*{'numpy', 'scipy', 'pandas', 'sklearn'} & set(sys.modules))"
    scripts = Path(__file__).parents[2] / "scripts"
    said = subprocess.run([sys.executable, "-c", asked], cwd=scripts, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""


def test_the_package_is_measured_without_the_extra_but_where_that_is_named(tmp_path: Path) -> None:
    """A stand-in for the tasks says whether the compiler, another stand-in, can be imported."""
    from benchmarking import processes

    package = tmp_path / "benchmarking"
    package.mkdir()
    for file in ("processes.py", "shapes.py", "worker.py"):
        source = (processes.SCRIPTS / "benchmarking" / file).read_text(encoding="utf-8")
        (package / file).write_text(source, encoding="utf-8")
    (tmp_path / "numba.py").write_text("", encoding="utf-8")
    (package / "tasks.py").write_text(
        "from importlib.util import find_spec\n\n\n"
        "def run_task(task, folder, name, amount, turns):\n"
        "    print(task, find_spec('numba') is not None)\n",
        encoding="utf-8",
    )
    said = [
        subprocess.run(
            [sys.executable, "-m", "benchmarking.worker", task, ".", "", ""],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for task in ("groupinf", "groupinf[fast]")
    ]
    assert said == ["groupinf False", "groupinf[fast] True"]
