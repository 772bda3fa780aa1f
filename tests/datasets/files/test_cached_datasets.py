"""Datasets loaded through the cache are the same as without it: in processes at once, in runs, and with real data."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.made_dataset import FAKE, assert_same, dataset
from support.registered import with_registered
from support.runs import execute

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.files import cache_entry
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import KNOWN, facts_of
from groupinf.datasets.registry import load_dataset
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.load import load_config


def write_pairs(home: Path, n: int) -> None:
    """Files of the dataset ``multinli``, whose hashes are not known, with made-up sentences."""
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(20)]
    train, *tests, vectors = (home / source.path for source in facts_of("multinli").files)
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
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.files.cache import cache_home
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
    with_registered(monkeypatch, KNOWN, KnownDataset(sparse_facts(), load_sparse))
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


# loader_version and what it yields, where that is the same to the last bit on every machine. The column age came to
# diabetes together with new fields of a Dataset, for which every copy is made anew: its numbers, and so the identity of
# runs, stayed what they were.
YIELDS = {
    "diabetes": (1, "093fd00b4467c309"),
    "enron": (1, "13909ca0442ae86f"),
    "enron_spacy": (1, "24b70ad49dd1500a"),
    "mnist_small": (1, "4cebdac967397dec"),
}


@pytest.mark.parametrize(
    "name", ["cdr_rebuilt", "diabetes", "enron", "enron_spacy", "mnist_4_9", "mnist_small", "nli_workers"]
)
def test_real_data(name: str, real_home: Callable[..., Path], emptied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = real_home(name)
    monkeypatch.setenv("GROUPINF_DATA", str(home))
    monkeypatch.setenv("GROUPINF_CACHE", str(emptied))
    loaded = KNOWN[name].load(home, 1)
    stored = load_dataset(NamedDataset(name=name), Path(), seed=2)
    read = load_dataset(NamedDataset(name=name), Path(), seed=3)
    assert_same(loaded, stored)
    assert_same(loaded, read)
    large = isinstance(loaded.X_train, np.ndarray) and loaded.X_train.nbytes >= cache_entry.MAPPED_FROM
    assert isinstance(read.X_train, np.memmap) == large
    if name in YIELDS:
        found = facts_of(name).loader_version, content_digest(read)
        assert found == YIELDS[name], "a loader that yields something else has another loader_version"
