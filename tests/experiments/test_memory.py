"""Where memory does not suffice a sentence says what is needed, what there is and what needs less, before if it can."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from click.testing import CliRunner
from support.runs import unreported

import groupinf
from groupinf.cli.main import main
from groupinf.datasets.registry import declared_bytes
from groupinf.errors import OutOfMemoryError
from groupinf.experiments.workers import memory
from groupinf.experiments.workers.processes import each
from groupinf.studies.load import load_config

ROWS, COLUMNS = 2_000, 1_000
SIZES = "{sizes: {min: 0.05, max: 0.2, num: 2}, builders: [random]}"


def zeros(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], stated: tuple[int, ...] | None = None) -> None:
    """Zeros that compress to next to nothing, written a piece at a time; the header may state another shape."""
    with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
        header = {"descr": "<f8", "fortran_order": False, "shape": stated or shape}
        np.lib.format.write_array_header_1_0(stream, header)
        for _ in range(shape[0]):
            stream.write(bytes(8 * int(np.prod(shape[1:]))))


def write(folder: Path, stated: tuple[int, ...] | None = None) -> Path:
    with zipfile.ZipFile(folder / "wide.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        zeros(archive, "X_train", (ROWS, COLUMNS), stated)
        zeros(archive, "X_test", (10, COLUMNS))
        zeros(archive, "y_train", (ROWS,))
        zeros(archive, "y_test", (10,))
    config = folder / "study.yaml"
    config.write_text(
        f"name: wide\ndataset: {{npz: wide.npz}}\nregularization: {{lambda_over_n: 0.1}}\ngroups: {SIZES}\n"
    )
    return config


def there_are(monkeypatch: pytest.MonkeyPatch, size: int | None) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: size)


@pytest.mark.parametrize("command", ["validate", "experiment"])
def test_features_that_cannot_fit_are_refused_by_their_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    config = write(tmp_path)
    assert (tmp_path / "wide.npz").stat().st_size < 10**6
    there_are(monkeypatch, 10**7)
    result = CliRunner().invoke(main, [command, str(config)])
    assert result.exit_code == 1
    assert "line 2: dataset: its data take at least 16 MB of memory, and 10 MB are to be had; " in result.stderr
    assert not (tmp_path / "results").exists()


def test_a_header_that_states_more_than_the_file_holds_states_nothing(tmp_path: Path) -> None:
    loaded = load_config(write(tmp_path))
    assert declared_bytes(loaded.config.dataset, loaded.base) == 8 * (ROWS + 10) * COLUMNS
    loaded = load_config(write(tmp_path, stated=(10**9, COLUMNS)))
    assert declared_bytes(loaded.config.dataset, loaded.base) == 8 * 10 * COLUMNS


def declared(dataset: dict[str, Any]) -> int:
    groups = {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]}
    loaded = load_config({"name": "t", "dataset": dataset, "regularization": {"lambda_over_n": 0.1}, "groups": groups})
    return declared_bytes(loaded.config.dataset, loaded.base)


def test_a_parquet_file_states_its_rows_and_the_columns_that_are_features(tmp_path: Path) -> None:
    """What is dropped, text, a category or pandas' index takes no float64 for each row."""
    columns = {"a": range(50), "b": range(50), "c": range(50), "t": ["x"] * 50, "y": [0, 1] * 25}
    whole, tests = str(tmp_path / "t.parquet"), str(tmp_path / "tests.parquet")
    pd.DataFrame(columns, index=range(7, 57)).to_parquet(whole)
    pd.DataFrame(columns).iloc[:20].to_parquet(tests)
    assert declared({"parquet": whole, "target": "y"}) == 8 * 50 * 3
    assert declared({"parquet": whole, "target": "y", "drop": ["a"], "categorical": ["b"]}) == 8 * 50
    assert declared({"parquet": whole, "target": "y", "test_file": tests}) == 8 * 70 * 3


def test_arrays_that_are_never_read_count_for_nothing(tmp_path: Path) -> None:
    from scipy import sparse

    X = sparse.random_array((30, 9), density=0.5, rng=np.random.default_rng(0)).tocsr()
    for name in ("a", "b"):
        sparse.save_npz(tmp_path / f"{name}.npz", X)
    labels = {"y_train": np.zeros(30), "y_test": np.zeros(30), "features": np.zeros((30, 9)), "data": np.zeros(30)}
    np.savez(tmp_path / "labels.npz", **labels)
    own = {
        key: str(tmp_path / file) for key, file in (("npz", "labels.npz"), ("X_train", "a.npz"), ("X_test", "b.npz"))
    }
    assert declared(own) == 8 * 2 * X.nnz
    assert declared({"npz": own["npz"]}) == 0


@pytest.mark.parametrize(
    "error",
    [
        pa.ArrowMemoryError("malloc of size 64 failed"),
        pa.ArrowException("Unknown error: Failed to launch worker thread: Resource temporarily unavailable"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_a_parquet_file_for_which_memory_does_not_suffice_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    pd.DataFrame({"a": range(50), "y": [0, 1] * 25}).to_parquet(tmp_path / "t.parquet")
    path = tmp_path / "study.yaml"
    path.write_text(
        "name: s\ndataset: {parquet: t.parquet, target: y, test_fraction: 0.2}\nregularization: {lambda_over_n: 0.1}\n"
        f"groups: {SIZES}\n"
    )

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("pyarrow.parquet.ParquetFile.read", fail)
    result = CliRunner().invoke(main, ["experiment", str(path)])
    assert result.exit_code == 1
    assert "memory does not suffice (" in result.stderr
    assert str(error)[1:] in result.stderr


def test_a_csv_file_takes_at_least_what_it_is_long(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,0\n2,1\n")
    assert declared({"csv": str(path), "target": "y"}) == path.stat().st_size
    assert declared({"csv": str(path), "target": "y", "test_file": str(path)}) == 2 * path.stat().st_size


def test_a_process_that_needs_more_than_there_is_is_said_by_validate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "study.yaml"
    config.write_text(
        f"name: s\ndataset: {{name: breast_cancer}}\nregularization: {{lambda_over_n: 0.1}}\ngroups: {SIZES}\n"
    )
    monkeypatch.setattr(memory, "_resident", lambda: 0)
    monkeypatch.setattr(memory, "_of_control_groups", lambda: None)
    for size, told in ((10**8, True), (10**12, False), (None, False)):
        monkeypatch.setattr(memory, "_of_system", lambda size=size: size)
        result = CliRunner().invoke(main, ["validate", str(config)])
        assert result.exit_code == 0
        assert ("a process needs about" in result.stdout) == told


def test_a_limit_of_the_process_is_held_against_its_libraries_and_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What libraries map into the address space counts, though little of it is ever in memory."""
    resource = pytest.importorskip("resource")
    space = next(limit for limit in memory.LIMITS if limit.name == "address space")
    smallest = space.libraries + memory.RUNNING_BYTES
    monkeypatch.setattr(memory, "_of_system", lambda: None)
    monkeypatch.setattr(memory, "_of_control_groups", lambda: None)
    for size, told in ((smallest - 1, True), (smallest, False), (resource.RLIM_INFINITY, False)):
        limits = {resource.RLIMIT_AS: size, resource.RLIMIT_DATA: resource.RLIM_INFINITY}
        monkeypatch.setattr(resource, "getrlimit", lambda kind, limits=limits: (limits[kind], limits[kind]))
        assert ("of address space" in memory.shortage(0)) == told
    assert memory.shortage(10**15) == ""


def test_a_run_says_at_its_start_that_memory_is_too_little_and_leaves_no_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: Any, **__: Any) -> None:
        raise MemoryError("Unable to allocate 3 GiB")

    config = tmp_path / "study.yaml"
    config.write_text(
        f"name: s\ndataset: {{name: breast_cancer}}\nregularization: {{lambda_over_n: 0.1}}\ngroups: {SIZES}\n"
    )
    monkeypatch.setattr(memory, "_of_system", lambda: 10**8)
    monkeypatch.setattr(memory, "_resident", lambda: 0)
    monkeypatch.setattr("groupinf.studies.linear.work.fit_model", no_memory)
    result = CliRunner().invoke(main, ["experiment", str(config), "--jobs", "1", "--out", str(tmp_path / "a" / "b")])
    assert result.exit_code == 1
    assert "a process needs about" in result.stderr.split("fit ...")[0]
    assert "memory does not suffice (unable to allocate 3 GiB); " in result.stderr
    assert list(tmp_path.iterdir()) == [config]


def fails(_: int) -> int:
    raise MemoryError("Unable to allocate 2.98 GiB")


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_allocation_that_fails_is_a_sentence_also_a_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    with pytest.raises(OutOfMemoryError, match=r"unable to allocate 2\.98 GiB.*fewer --jobs"), memory.memory_in_words():
        list(each(fails, [1, 2], jobs))

    def no_memory(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("groupinf.experiments.driver.execute_study", no_memory)
    study = {
        "name": "s",
        "dataset": {"name": "breast_cancer"},
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
    }
    with pytest.raises(OutOfMemoryError, match=r"memory does not suffice; .* are to be had"):
        groupinf.run_experiment(study, out=tmp_path, jobs=1)


@pytest.mark.parametrize("command", ["validate", "experiment", "report"])
def test_commands_end_with_the_sentence_and_status_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    def no_memory(*_: Any, **__: Any) -> None:
        raise MemoryError("Unable to allocate 9 GiB")

    config = tmp_path / "study.yaml"
    config.write_text(
        f"name: s\ndataset: {{name: breast_cancer}}\nregularization: {{lambda_over_n: 0.1}}\ngroups: {SIZES}\n"
    )
    run = unreported(config, tmp_path).path if command == "report" else None
    for name in ("groupinf.studies.linear.data.load_rows", "groupinf.experiments.driver.RunDirectory.read"):
        monkeypatch.setattr(name, no_memory)
    result = CliRunner().invoke(main, [command, str(run or config)])
    assert result.exit_code == 1
    assert "Error: memory does not suffice (unable to allocate 9 GiB)" in result.stderr
    assert "Traceback" not in result.output + result.stderr


def test_a_limit_on_the_address_space_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (2**50, 2**50))
    assert memory.available_bytes() != 0
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1, 1))
    assert memory.available_bytes() == 0


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("swap", "free", "swapped"), [(None, 50, 50), (30, 50, 30), (70, 50, 50), (None, None, 0)])
def test_the_least_limit_of_the_control_groups_around_a_process_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, swap: int | None, free: int | None, swapped: int
) -> None:
    """As in a batch job, whose own group has no limit where the one around it has; cached files give way.

    Swap space that is free counts as far as the group may take it; what version 1 counts is memory and swap together.
    """
    (tmp_path / "meminfo").write_text("" if free is None else f"SwapTotal: 9 kB\nSwapFree: {free} kB\n")
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    limit, usage, none = ("memory.max", "memory.current", "max") if version == 2 else (
        "memory.limit_in_bytes", "memory.usage_in_bytes", str(2**63 - 4096),
    )  # fmt: skip
    root = tmp_path if version == 2 else tmp_path / "memory"
    for group, size in (("job/step", none), ("job", "1000")):
        (root / group).mkdir(parents=True, exist_ok=True)
        (root / group / limit).write_text(size)
        (root / group / usage).write_text("900")
        prefix = "" if version == 2 else "total_"
        if swap is not None:
            name = ("memory.swap.max", "memory.swap.current") if version == 2 else (
                "memory.memsw.limit_in_bytes", "memory.memsw.usage_in_bytes",
            )  # fmt: skip
            (root / group / name[0]).write_text(str(1024 * swap + 7 + 100 * (version == 1)))
            (root / group / name[1]).write_text("7")
        (root / group / "memory.stat").write_text(f"anon 600\n{prefix}active_file 100\n{prefix}inactive_file 200\n")
    process = tmp_path / "cgroup"
    process.write_text("0::/job/step\n" if version == 2 else "5:devices:/other\n4:cpu,memory:/job/step\n0::/\n")
    assert memory._of_control_groups(process, tmp_path) == 1000 - 900 + 300 + 1024 * swapped
    assert memory._of_control_groups(tmp_path / "absent", tmp_path) is None


LIMITED = """
import resource, sys
import groupinf.studies.registry, groupinf.studies.group_effects.forecast
import groupinf.reporting.report, groupinf.reporting.html.write
from groupinf.cli.main import main
from groupinf.experiments.workers.libraries import load_libraries
resource.setrlimit(resource.RLIMIT_AS, (2**40, resource.RLIM_INFINITY))
load_libraries()
with open("/proc/self/statm") as f:
    size = int(f.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[1]) * 10**6,) * 2)
main(sys.argv[2:])
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits on the address space are read from /proc")
@pytest.mark.parametrize(
    ("room", "command", "words"),
    [
        (10, ["experiment", "study.yaml", "-q"], "its data take at least 16 MB of memory, and"),
        (60, ["experiment", "study.yaml", "-q"], "the numerical libraries need 68 MB to work in"),
        (100, ["experiment", "study.yaml", "-q"], "memory does not suffice"),
    ],
)
def test_under_a_limit_a_command_ends_with_a_sentence_and_leaves_nothing_half_written(
    tmp_path: Path, room: int, command: list[str], words: str
) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 500))
    np.savez(tmp_path / "mid.npz", X_train=X, y_train=X[:, 0] > 0, X_test=X[:50], y_test=X[:50, 0] > 0)
    (tmp_path / "study.yaml").write_text(
        f"name: mid\ndataset: {{npz: mid.npz}}\nregularization: {{lambda_over_n: 0.01}}\ngroups: {SIZES}\n"
    )
    one = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(room), *command],
        cwd=tmp_path, env=os.environ | one, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.startswith("Error: ")
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in (".npz", ".yaml")] == []


UNDER = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv.pop(1)) * 10**6,) * 2)
from groupinf.cli.main import main
main(prog_name="groupinf")
"""


def under(limit: int, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process whose address space is at most so many MB from its start."""
    return subprocess.run(
        [sys.executable, "-c", UNDER, str(limit), *command],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")
@pytest.mark.parametrize("limit", [150, 200, 250, 400, 650])
@pytest.mark.parametrize("command", ["validate", "experiment", "sweep", "report"])
def test_where_the_libraries_do_not_fit_a_command_says_so_and_loads_none(
    tmp_path: Path, command: str, limit: int
) -> None:
    """BLAS would ask for memory without end where it is short while it loads."""
    ended = under(limit, command, "study.yaml", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: memory does not suffice: Python with its numerical libraries takes about ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")
@pytest.mark.parametrize("words", [["--version"], ["--help"], ["experiment", "--help"]])
def test_help_needs_no_libraries(words: list[str]) -> None:
    ended = under(150, *words)
    assert ended.returncode == 0, ended.stderr
    assert "groupinf" in ended.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")
def test_under_a_limit_that_the_libraries_just_keep_a_run_ends_in_words_or_well(tmp_path: Path) -> None:
    """Either way nothing is half-written, and the same command without the limit finishes it."""
    config = tmp_path / "study.yaml"
    config.write_text(
        f"name: s\ndataset: {{name: breast_cancer}}\nregularization: {{lambda_over_n: 0.1}}\ngroups: {SIZES}\n"
    )
    command = ["experiment", str(config), "--jobs", "2", "-q", "--out", str(tmp_path / "runs")]
    ended = under(680, *command)
    assert "Traceback" not in ended.stderr
    assert ended.returncode in (0, 1)
    if ended.returncode:
        assert ended.stderr.startswith("Error: memory does not suffice")
        assert ended.stderr.count("\n") == 1
    assert [path for path in tmp_path.rglob(".*") if path.is_file()] == []
    assert CliRunner().invoke(main, command).exit_code == 0


def test_a_config_that_needs_too_much_keeps_no_other_from_being_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*args: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("groupinf.studies.linear.data.load_rows", load)
    config = str(write(tmp_path))
    result = CliRunner().invoke(main, ["validate", config, config])
    assert result.exit_code == 1
    assert result.stderr.count("Error: memory does not suffice; ") == 2
