"""A cached dataset is what the loader yields, field by field; what is altered, absent or outdated is never believed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from joblib import Parallel, delayed
from scipy import sparse

from groupinf.config.load import load_config
from groupinf.config.schema import NamedDataset
from groupinf.datasets import cache_entry, registry
from groupinf.datasets.cache import cache_home, cache_home_of, load_through_cache
from groupinf.datasets.cache_entry import read_entry, write_entry
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts, SourceFile
from groupinf.datasets.registry import FACTS, load_dataset
from groupinf.errors import DataError
from groupinf.experiments.progress import Silent
from groupinf.experiments.run import execute

MADE_FROM = {"dataset": "made"}


def assert_same(a: Any, b: Any, where: str = "") -> None:
    """Equal to the last bit, in dtype, shape and order, and of the same types; a memory map is an array."""
    if isinstance(a, Dataset):
        for field in fields(Dataset):
            assert_same(getattr(a, field.name), getattr(b, field.name), field.name)
    elif isinstance(a, np.ndarray):
        assert (a.dtype, a.shape, b.flags.c_contiguous) == (b.dtype, b.shape, True), where
        if a.dtype == object:
            assert_same(a.tolist(), b.tolist(), where)
        else:
            assert a.tobytes() == b.tobytes(), where
    elif isinstance(a, sparse.csr_array):
        assert (type(b), a.shape) == (sparse.csr_array, b.shape), where
        for part in ("data", "indices", "indptr"):
            assert_same(getattr(a, part), getattr(b, part), f"{where}.{part}")
    elif isinstance(a, Mapping):
        assert_same(list(a.items()), list(b.items()), where)
    elif isinstance(a, tuple | list):
        assert (type(a), len(a)) == (type(b), len(b)), where
        for x, y in zip(a, b, strict=True):
            assert_same(x, y, where)
    else:
        assert (type(a), repr(a)) == (type(b), repr(b)), where


def objects(*values: object) -> np.ndarray:
    return np.array(values, dtype=object)


MIXED = objects("a", "ü\udcff\n", 3, 10**40, -0.0, float("nan"), float("inf"), True, None, "3")


def dataset(n: int = 10, d: int = 3, as_sparse: bool = False, **changed: Any) -> Dataset:
    rng = np.random.default_rng(n + d)
    X = rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.6)
    made = Dataset(
        name="made",
        task="classification",
        X_train=sparse.csr_array(X) if as_sparse else X,
        y_train=rng.integers(2, size=n),
        X_test=sparse.csr_array(X[:4]) if as_sparse else X[:4],
        y_test=rng.integers(2, size=4),
        classes=("no", "yes"),
        sample_weight_train=rng.random(n),
        feature_names=tuple(f"x{j}" for j in range(d)),
        columns={"mixed": np.resize(MIXED, n), "city/ü": np.resize(objects("Paris", "Rome"), n)},
        sources={"made/a.npy": "0" * 64},
    )
    return replace(made, **changed)


def wide_indices(X: sparse.csr_array) -> sparse.csr_array:
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


@pytest.mark.parametrize("mapped_from", [0, 2**23])
@pytest.mark.parametrize(
    "made",
    [
        dataset(),
        dataset(as_sparse=True),
        dataset(X_train=wide_indices(sparse.csr_array(np.eye(10, 3)))),
        dataset(X_test=np.empty((0, 3)), y_test=np.empty(0, dtype=np.int64), columns={}),
        dataset(task="regression", classes=(), y_train=np.arange(20.0)[::2], y_test=np.array([-0.0, 1e-310, 1, 2])),
        dataset(classes=(1, 2.5, True), feature_names=()),
        *(dataset(**{f.name: {"column": MIXED}}) for f in fields(Dataset) if f.name == "test_columns"),
    ],
)
def test_every_field_comes_back(made: Dataset, mapped_from: int, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(cache_entry, "MAPPED_FROM", mapped_from)
    write_entry(tmp_path / "entry", MADE_FROM, made)
    found = read_entry(tmp_path / "entry", MADE_FROM)
    assert_same(made, found)
    assert read_entry(tmp_path / "entry", {"dataset": "other"}) is None


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    X=hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=5)),
    column=st.lists(PLAIN, max_size=5),
    name=st.text(st.characters()),
)
def test_any_values_come_back(tmp_path: Path, X: np.ndarray, column: list[object], name: str) -> None:
    made = dataset(X_train=X, columns={name: objects(*column)}, classes=tuple(column))
    write_entry(tmp_path / "any", MADE_FROM, made)
    assert_same(made, read_entry(tmp_path / "any", MADE_FROM))


@pytest.mark.parametrize(
    "changed",
    [
        {"classes": (np.int64(1),)},
        {"columns": {"c": objects(np.str_("a"))}},
        {"columns": {"c": np.array([["a"]], dtype=object)}},
        {"columns": {"c": [1, 2]}},
        {"X_train": np.zeros(3, dtype="M8[s]")},
    ],
)
def test_what_has_no_exact_form_is_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=f"^{next(iter(changed))}.*: expected"):
        write_entry(tmp_path / "entry", MADE_FROM, dataset(**changed))
    assert read_entry(tmp_path / "entry", MADE_FROM) is None


def test_large_arrays_are_read_only_maps_that_worker_processes_share(tmp_path: Path) -> None:
    made = dataset(n=2**15, d=32)
    write_entry(tmp_path / "entry", MADE_FROM, made)
    found = read_entry(tmp_path / "entry", MADE_FROM)
    assert found is not None
    assert made.X_train.nbytes == 2**23
    assert isinstance(found.X_train, np.memmap)
    assert not found.X_train.flags.writeable
    assert found.X_train.flags.aligned
    assert type(found.X_test) is type(found.y_train) is np.ndarray
    seen = Parallel(n_jobs=2)(delayed(lambda X: (Path(X.filename), X.sum()))(found.X_train) for _ in range(2))
    assert seen == [(tmp_path / "entry" / "X_train.npy", made.X_train.sum())] * 2


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache") / "entry"
    write_entry(folder, MADE_FROM, dataset(as_sparse=True))
    return folder


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_altered_byte_is_believed(entry: Path, tmp_path: Path, data: st.DataObject) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(entry, copied, dirs_exist_ok=True)
    path = data.draw(st.sampled_from(sorted(copied.iterdir())))
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert read_entry(copied, MADE_FROM) is None


FAKE = DatasetFacts(
    name="made",
    title="made",
    n=10,
    n_test=4,
    d=3,
    n_classes=2,
    licence="none",
    citation="none",
    url="none",
    files=(SourceFile("made/a.npy", None, origin="a"), SourceFile("made/b.npy", None, origin="b")),
    cached=True,
)


class Loads:
    """A loader of ``made/a.npy``, a data home and a cache; ``count`` is how often the loader ran."""

    def __init__(self, folder: Path) -> None:
        self.home, self.cache, self.count = folder / "home", folder / "cache", 0
        (self.home / "made").mkdir(parents=True)
        for name in "ab":
            np.save(self.home / "made" / f"{name}.npy", np.arange(30.0).reshape(10, 3))

    def load(self, home: Path, seed: int) -> Dataset:
        self.count += 1
        return dataset(X_train=np.load(home / "made" / "a.npy"))

    def __call__(self, facts: DatasetFacts = FAKE) -> Dataset:
        return load_through_cache(facts, self.load, self.home, 0, self.cache)

    @property
    def entry(self) -> Path:
        (found,) = (path for path in (self.cache / "made").iterdir() if len(path.name) == 16)
        return found


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    return Loads(tmp_path)


def test_the_loader_runs_once(loads: Loads) -> None:
    first, second, third = loads(), loads(), loads()
    assert loads.count == 1
    assert_same(first, second)
    assert_same(first, third)


@pytest.mark.parametrize("name", "ab")
def test_a_changed_file_is_loaded_anew_and_replaces_the_copy(name: str, loads: Loads) -> None:
    loads()
    old = loads.entry
    np.save(loads.home / "made" / f"{name}.npy", np.ones((10, 3)))
    assert_same(loads(), dataset(X_train=np.load(loads.home / "made" / "a.npy")))
    assert loads.count == 2
    assert loads.entry != old
    assert not old.exists()


def test_another_loader_library_or_field_is_loaded_anew(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    loads()
    loads(replace(FAKE, loader_version=2))
    assert loads.count == 2
    monkeypatch.setattr("sklearn.__version__", "0.1")
    loads(replace(FAKE, loader_version=2))
    assert loads.count == 3


@pytest.mark.parametrize("name", "ab")
def test_an_absent_file_is_an_error_in_spite_of_the_copy(name: str, loads: Loads) -> None:
    loads()
    (loads.home / "made" / f"{name}.npy").unlink()
    with pytest.raises(DataError, match=rf"made/{name}\.npy: no such file$"):
        loads()


def test_a_file_that_changes_while_it_is_read_leaves_no_copy(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(home: Path, seed: int) -> Dataset:
        np.save(home / "made" / "a.npy", np.zeros((10, 3)))
        return dataset()

    load_through_cache(FAKE, load, loads.home, 0, loads.cache)
    assert not loads.cache.exists()


def damage_by_removal(path: Path) -> None:
    path.unlink()


def damage_by_emptying(path: Path) -> None:
    path.write_bytes(b"")


def damage_by_cutting(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


FILES = ("X_train.npy", "X_test.npy", "y_train.npy", "y_test.npy", "sample_weight_train.npy", "manifest.jsonl")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", [damage_by_removal, damage_by_emptying, damage_by_cutting])
def test_a_damaged_copy_is_made_anew(damage: Callable[[Path], None], file: str, loads: Loads) -> None:
    first = loads()
    assert sorted(path.name for path in loads.entry.iterdir()) == sorted(FILES)
    damage(loads.entry / file)
    assert_same(first, loads())
    assert loads.count == 2
    assert_same(first, loads())
    assert loads.count == 2


def test_where_nothing_can_be_written_it_loads_and_says_so(loads: Loads, caplog: pytest.LogCaptureFixture) -> None:
    loads.cache.write_text("a file where the cache should be")
    assert_same(loads(), loads())
    assert loads.count == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert caplog.messages[0].startswith("made: loaded, but no copy could be kept in the cache: [Errno ")
    assert str(loads.cache) in caplog.messages[0]


def test_a_full_disk_leaves_nothing_behind(
    loads: Loads, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []

    def full(file: int) -> None:
        synced.append(file)
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    loads()
    assert not loads.cache.exists()
    assert "No space left on device; set GROUPINF_CACHE to another folder, or to off" in caplog.text
    loads()
    assert loads.count == 2
    loads()
    assert loads.count == 2


def test_only_what_is_the_caches_is_removed(loads: Loads) -> None:
    loads()
    entry, foreign = loads.entry, loads.cache / "made" / "mine"
    foreign.mkdir()
    kept = [foreign / "X_train.npy", loads.cache / "made" / "a.npy", entry / "notes.txt"]
    fresh, abandoned = entry / ".part-new", entry / ".part-old"
    for path in (*kept, fresh, abandoned):
        path.write_text("text")
    os.utime(abandoned, (time.time() - 7_200,) * 2)
    (entry / "y_test.npy").unlink()
    loads()
    assert fresh.exists()
    assert not abandoned.exists()
    loads(replace(FAKE, loader_version=2))
    assert all(path.exists() for path in kept)
    assert list(entry.iterdir()) == [entry / "notes.txt"]


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"GROUPINF_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "linux", "/c"),
        ({"GROUPINF_CACHE": "", "XDG_CACHE_HOME": "/x"}, "linux", "/x/groupinf/processed"),
        ({"GROUPINF_DATA": "/data"}, "linux", "/home/user/.cache/groupinf/processed"),
        ({}, "darwin", "/home/user/Library/Caches/groupinf/processed"),
        ({"LOCALAPPDATA": "/l"}, "win32", "/l/groupinf/processed"),
    ],
)
def test_where_the_cache_is(environ: dict[str, str], platform: str, expected: str) -> None:
    assert cache_home_of(environ, platform, Path("/home/user")) == Path(expected)


def test_off_and_home(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_home() is None  # as tests/conftest.py has it
    monkeypatch.setenv("HOME", "/home/user")
    monkeypatch.setenv("GROUPINF_CACHE", "~/c")
    assert cache_home() == Path("/home/user/c")


def write_pairs(home: Path, n: int) -> None:
    """Files of the dataset ``multinli``, whose hashes are not known, with made-up sentences."""
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(20)]
    train, *tests, vectors = (home / source.path for source in FACTS["multinli"].files)
    train.parent.mkdir(parents=True)
    for path, rows in ((train, n), *((test, n // 4) for test in tests)):
        records = [
            {
                "gold_label": ("neutral", "entailment", "contradiction")[i % 3],
                "sentence1": " ".join(rng.choice(words, 4)),
                "sentence2": " ".join(rng.choice(words[i % 3 :: 2], 4)),
                "sentence2_author": f"worker {i % 7}",
                "genre": "fiction",
            }
            for i in range(rows)
        ]
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    vectors.write_text("".join(f"{w} {' '.join(map(str, rng.normal(size=3)))}\n" for w in words), encoding="utf-8")


STRESS = """
import hashlib, shutil, sys
from pathlib import Path
from groupinf.config.schema import NamedDataset
from groupinf.datasets.cache import cache_home
from groupinf.datasets.registry import load_dataset

digests = set()
for i in range(40):
    data = load_dataset(NamedDataset(name="multinli"), Path(), seed=0)
    digests.add(hashlib.sha256(data.X_train.tobytes() + data.y_train.tobytes() + data.X_test.tobytes()).hexdigest())
    if i % 4 == int(sys.argv[1]):
        shutil.rmtree(cache_home(), ignore_errors=True)
print(*digests)
"""


def test_processes_that_load_and_empty_the_cache_at_once_all_get_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pairs(tmp_path / "home", 60)
    monkeypatch.setenv("GROUPINF_DATA", str(tmp_path / "home"))
    data = load_dataset(NamedDataset(name="multinli"), Path(), seed=0)
    assert isinstance(data.X_train, np.ndarray)
    assert isinstance(data.X_test, np.ndarray)
    expected = hashlib.sha256(data.X_train.tobytes() + data.y_train.tobytes() + data.X_test.tobytes()).hexdigest()
    monkeypatch.setenv("GROUPINF_CACHE", str(tmp_path / "cache"))
    processes = [
        subprocess.Popen([sys.executable, "-c", STRESS, str(at)], stdout=subprocess.PIPE, text=True) for at in range(3)
    ]
    assert [process.communicate()[0].split() for process in processes] == [[expected]] * 3
    assert [process.returncode for process in processes] == [0] * 3


def sparse_facts() -> DatasetFacts:
    return replace(FAKE, name="sparse", files=(SourceFile("a", None, origin="a"),))


def load_sparse(home: Path, seed: int) -> Dataset:
    made = dataset(n=150, d=6, as_sparse=True, name="sparse")
    return replace(made, X_test=made.X_train[:30], y_test=made.y_train[:30])


@pytest.mark.parametrize("name", ["multinli", "sparse"])
def test_a_run_on_read_only_maps_has_the_same_tables(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pairs(tmp_path / "home", 150)
    (tmp_path / "home" / "a").write_text("")
    monkeypatch.setenv("GROUPINF_DATA", str(tmp_path / "home"))
    monkeypatch.setattr(cache_entry, "MAPPED_FROM", 0)
    monkeypatch.setattr(registry, "FACTS", {**registry.FACTS, "sparse": sparse_facts()})
    monkeypatch.setattr("groupinf.experiments.identity.FACTS", registry.FACTS)
    monkeypatch.setattr(registry, "_LOADERS", {**registry._LOADERS, "sparse": load_sparse})
    builders = ["feature_clusters", "gradient_clusters", "shared_feature", "random_within_class", "influence_tails"]
    config = {
        "name": "small",
        "dataset": {"name": name},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"sizes": {"min": 0.05, "max": 0.2, "num": 3}, "builders": builders},
        "test_points": {"random": 1, "highest_loss": 1},
    }

    def tables(out: str) -> dict[str, bytes]:
        run = execute(load_config(config), tmp_path / out, 1, False, Silent())
        return {path.name: path.read_bytes() for path in run.path.glob("*.parquet")}

    expected = tables("plain")
    assert {"effects.parquet", "groups.parquet", "retrains.parquet"} < set(expected)
    monkeypatch.setenv("GROUPINF_CACHE", str(tmp_path / "cache"))
    stored = load_dataset(NamedDataset(name=name), Path(), seed=0)
    mapped = load_dataset(NamedDataset(name=name), Path(), seed=0)
    assert_same(stored, mapped)
    assert isinstance(mapped.y_train, np.memmap)
    assert tables("mapped") == expected


@pytest.fixture
def emptied(tmp_path: Path) -> Iterator[Path]:
    """A cache for large data, emptied at the end: pytest keeps the folders of several sessions."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def content_digest(data: Dataset) -> str:
    digest = hashlib.sha256()
    for X in (data.X_train, data.X_test):
        for part in (X,) if isinstance(X, np.ndarray) else (X.data, X.indices, X.indptr):
            digest.update(part.tobytes())
    columns = {name: values.tolist() for name, values in data.columns.items()}
    digest.update(json.dumps([data.y_train.tolist(), data.y_test.tolist(), data.feature_names, columns]).encode())
    return digest.hexdigest()[:16]


# loader_version and what it yields, where that is the same to the last bit on every machine
YIELDS = {
    "diabetes": (1, "a561a505c2355864"),
    "enron": (1, "13909ca0442ae86f"),
    "enron_spacy": (1, "24b70ad49dd1500a"),
    "mnist_small": (1, "4cebdac967397dec"),
}


@pytest.mark.parametrize("name", ["cdr_rebuilt", "diabetes", "enron", "enron_spacy", "mnist_small", "nli_workers"])
def test_real_data(name: str, real_home: Callable[..., Path], emptied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = real_home(name)
    monkeypatch.setenv("GROUPINF_DATA", str(home))
    monkeypatch.setenv("GROUPINF_CACHE", str(emptied))
    loaded = registry._LOADERS[name](home, 1)
    stored = load_dataset(NamedDataset(name=name), Path(), seed=2)
    read = load_dataset(NamedDataset(name=name), Path(), seed=3)
    assert_same(loaded, stored)
    assert_same(loaded, read)
    assert isinstance(read.X_train, np.memmap) == (isinstance(loaded.X_train, np.ndarray) and FACTS[name].n > 5_000)
    if name in YIELDS:
        found = FACTS[name].loader_version, content_digest(read)
        assert found == YIELDS[name], "a loader that yields something else has another loader_version"
