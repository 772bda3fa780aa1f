"""Own .npy files give the rows that are in them, mapped and not read, and the run that the same rows give as an .npz;
every fault is a DataError that names the file.
"""

from __future__ import annotations

import gc
import mmap
import pickle
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from numpy.typing import NDArray
from support.runs import unreported

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.files import mapped_rows
from groupinf.datasets.files.mapped_rows import is_mapped, slices_of, written
from groupinf.datasets.own.npy import NpyDataset
from groupinf.datasets.registry import load_dataset
from groupinf.errors import DataError, RunError
from groupinf.numerics.losses.binary_logistic import BinaryLogistic
from groupinf.studies.linear.linear_model import LinearModel, training_objective

N, D, N_TEST = 60, 3, 20
PAIRS = {"npy": "X.npy", "y": "y.npy"}
TESTED = {**PAIRS, "test_file": "X_test.npy", "y_test": "y_test.npy"}


def arrays() -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(0)
    X, X_test = rng.normal(size=(N, D)).round(2) * 8, rng.normal(size=(N_TEST, D)).round(2) * 8
    y, y_test = (np.where(part[:, 0] + rng.normal(size=len(part)) > 0, 5, -2) for part in (X, X_test))
    return {"X": X, "y": y, "X_test": X_test, "y_test": y_test, "weights": rng.integers(1, 4, N)}


def load(folder: Path, section: Mapping[str, Any] = TESTED, **changed: NDArray[Any]) -> Dataset:
    for name, array in {**arrays(), **changed}.items():
        np.save(folder / f"{name}.npy", array)
    return load_dataset(NpyDataset.model_validate(dict(section)), folder, 0)


def test_the_rows_of_the_files_stay_where_they_are(tmp_path: Path) -> None:
    data = load(tmp_path, {**TESTED, "sample_weight": "weights.npy"})
    for name in ("X", "X_test"):
        X = data.X_train if name == "X" else data.X_test
        assert is_mapped(X)
        np.testing.assert_array_equal(X, arrays()[name])
        assert len(pickle.dumps(X)) > X.nbytes  # by itself it is pickled whole
    assert [data.classes[code] for code in data.y_train] == arrays()["y"].tolist()
    assert data.sample_weight_train.tolist() == arrays()["weights"].tolist()
    assert (data.name, data.feature_names) == ("X", ("x0", "x1", "x2"))
    assert list(data.sources) == ["X.npy", "y.npy", "weights.npy", "X_test.npy", "y_test.npy"]
    assert data.origins is not None
    assert data.origins.file.tolist() == ["X.npy"] * N + ["X_test.npy"] * N_TEST
    assert data.origins.line.tolist() == [*range(N), *range(N_TEST)]


def test_workers_map_the_same_file(tmp_path: Path) -> None:
    X = load(tmp_path).X_train
    asked = [joblib.delayed(getattr)(X, "filename", "none") for _ in range(2)]
    files = joblib.Parallel(n_jobs=2, max_nbytes=1)(asked)
    assert list(map(str, files)) == [str(tmp_path / "X.npy")] * 2


@pytest.mark.parametrize(
    "other",
    [
        lambda X: X.astype(np.float32),
        np.asfortranarray,
        lambda X: X.astype(">f8"),
        lambda X: X.astype(np.int16),
        lambda X: X.astype(np.longdouble),
    ],
)
def test_other_types_and_orders_are_written_as_float64(tmp_path: Path, other: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(mapped_rows, "SLICE_NUMBERS", 20)  # slices of six rows
    X = other(arrays()["X"])
    found = load(tmp_path, X=X).X_train
    assert isinstance(found, np.ndarray)
    assert is_mapped(found)
    assert (found.dtype, found.flags.c_contiguous) == (np.float64, True)
    np.testing.assert_array_equal(found, X.astype(np.float64))


def test_drawn_test_rows_those_chosen_and_standardised_ones_are_mapped(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(mapped_rows, "SLICE_NUMBERS", 20)
    X, y = arrays()["X"], arrays()["y"]
    data = load(tmp_path, {**PAIRS, "test_fraction": 0.25, "standardise": True, "subset": {"rows": 30}})
    assert data.origins is not None
    train, test = np.split(data.origins.line, [30])
    assert (data.n, data.n_test, np.unique([*train, *test]).size) == (30, 15, 45)
    np.testing.assert_allclose(data.X_train, (X[train] - X[train].mean(axis=0)) / X[train].std(axis=0), rtol=1e-12)
    np.testing.assert_allclose(data.X_test, (X[test] - X[train].mean(axis=0)) / X[train].std(axis=0), rtol=1e-12)
    assert data.plain_train is not None
    np.testing.assert_array_equal(data.plain_train, X[train])
    assert [data.classes[code] for code in data.y_train] == y[train].tolist()
    assert all(map(is_mapped, (data.X_train, data.X_test, data.plain_train)))
    first = load(tmp_path, {**TESTED, "first_rows": 7})
    np.testing.assert_array_equal(first.X_train, X[:7])
    assert is_mapped(first.X_train)


def test_the_column_of_ones_stands_in_a_file_that_goes_with_it(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(mapped_rows, "SLICE_NUMBERS", 20)
    objective = training_objective(load(tmp_path), LinearModel(BinaryLogistic()), 1.0)
    np.testing.assert_array_equal(objective.X, np.hstack([arrays()["X"], np.ones((N, 1))]))
    assert is_mapped(objective.X)
    assert len([*(tmp_path / "temporary").iterdir()]) == 1
    del objective
    gc.collect()
    assert [*(tmp_path / "temporary").iterdir()] == []


def test_a_run_is_that_of_the_same_rows_in_an_npz(tmp_path: Path) -> None:
    load(tmp_path)
    made = arrays()
    np.savez(
        tmp_path / "rows.npz",
        X_train=made["X"],
        **{name: made[name] for name in ("X_test", "y_test")},
        y_train=made["y"],
    )
    sections = {
        "npy": {key: str(tmp_path / file) for key, file in TESTED.items()},
        "npz": {"npz": str(tmp_path / "rows.npz")},
    }
    runs = {
        kind: unreported(
            {
                "name": kind,
                "dataset": section,
                "regularization": {"lambda_over_n": 0.1},
                "groups": {"sizes": {"min": 0.05, "max": 0.3, "num": 4}, "builders": ["random", "influence_tails"]},
                "test_points": {"random": 1},
            },
            tmp_path / "runs",
        )
        for kind, section in sections.items()
    }
    columns = ["group", "size", "evaluation", "method", "effect", "error_estimate"]
    assert runs["npy"].effects[columns].equals(runs["npz"].effects[columns])


FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "one dimension": ({}, {"X": np.ones(4)}, "X.npy: expected shape (rows, features) with at least one of each, found"),
    "text": ({}, {"X": np.full((N, D), "a")}, "X.npy: expected numbers, found dtype <U1"),
    "objects": ({}, {"X": np.full((N, D), None)}, "X.npy: expected numbers or text, found Python objects"),
    "a gap": (
        {},
        {"X": np.where(np.arange(N * D).reshape(N, D) == 4, np.nan, 1.0)},
        "X.npy: expected finite values, found nan in row 1, column 1 ('x1')",
    ),
    "labels": ({}, {"y": np.zeros(7)}, "y.npy: expected 60 values, one for each row of X.npy, found shape (7,)"),
    "one class": ({}, {"y": np.zeros(N)}, "expected at least two classes, found only 0.0"),
    "columns": ({}, {"X_test": np.ones((2, 4))}, "X_test.npy: expected 3 columns as in X.npy, found shape (2, 4)"),
    "test labels": ({}, {"y_test": np.zeros(3)}, "y_test.npy: expected 20 values, one for each row of X_test.npy"),
    "weights": (
        {"sample_weight": "weights.npy"},
        {"weights": np.array(["a"] * N)},
        "weights.npy: expected numbers, found dtype <U1",
    ),
    "a negative weight": (
        {"sample_weight": "weights.npy"},
        {"weights": -np.ones(N)},
        "weights.npy: expected finite weights >= 0, found -1 in row 0",
    ),
    "no such labels": ({"y": "absent.npy"}, {}, "dataset.y: expected a file, found nothing at absent.npy"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_name_the_file(tmp_path: Path, fault: str) -> None:
    section, changed, words = FAULTS[fault]
    with pytest.raises(DataError) as caught:
        load(tmp_path, {**TESTED, **section}, **changed)
    key = f"{'.'.join(caught.value.key)}: " if isinstance(caught.value, DatasetConfigError) else ""
    assert words in key + str(caught.value).replace(f"{tmp_path}/", "")


# a header of rows that are not there
HEADER = b"{'descr': '<f8', 'fortran_order': False, 'shape': (60, 3), }"
TRUNCATED = b"\x93NUMPY\x01\x00\x46\x00" + HEADER.ljust(69) + b"\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected one array that numpy.save wrote, found no bytes"),
        (b"a,b\n1,2\n", "expected one array that numpy.save wrote, found a file of another kind"),
        (b"PK\x03\x04", "found an archive of arrays; give it by npz:"),
        (b"\x93NUMPY", "expected a readable array, found: "),
        (TRUNCATED, "expected a readable array, found: "),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    load(tmp_path)
    (tmp_path / "X.npy").write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        load_dataset(NpyDataset.model_validate(TESTED), tmp_path, 0)
    assert str(caught.value).startswith(f"{tmp_path / 'X.npy'}: ")


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({**PAIRS, "test_file": "a"}, "expected files for both test_file and y_test or for neither, found only test_f"),
        ({**PAIRS, "y_test": "a"}, "expected files for both test_file and y_test or for neither, found only y_test"),
        ({**TESTED, "test_fraction": 0.5}, "expected only one of split, test_file and test_fraction"),
        ({"npy": "X.npy"}, "Field required"),
    ],
)
def test_sections_that_say_too_little_or_too_much(section: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        NpyDataset.model_validate(section)


def test_what_a_cache_maps_is_worked_on_in_memory(tmp_path: Path) -> None:
    held = np.asarray(np.memmap(tmp_path / "cached", dtype=np.float64, mode="w+", shape=(4, 2)))
    assert not is_mapped(held)
    assert is_mapped(load(tmp_path).X_train[3:7])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="what a process holds is read from /proc")
def test_rows_that_were_gone_through_count_to_the_process_no_longer(tmp_path: Path) -> None:
    def held() -> int:
        """Bytes of files that this process has mapped and looked at."""
        return int(Path("/proc/self/statm").read_text().split()[2]) * mmap.PAGESIZE

    X, before = written([np.ones((1000, 4000))], (1000, 4000)), held()
    assert X.sum() == X.size
    assert held() - before > 0.9 * X.nbytes
    assert sum(part.sum() for part in slices_of(X)) == X.size
    assert held() - before < 0.1 * X.nbytes


def test_rows_that_the_disk_refuses_leave_no_file(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def refused() -> Any:
        yield np.ones((2, 2))
        raise OSError(28, "No space left on device")

    with pytest.raises(RunError, match=r"No space left on device; TMPDIR names another folder for temporary files"):
        written(refused(), (4, 2))
    assert [*tmp_path.iterdir()] == []
