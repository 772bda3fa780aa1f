"""What the loaders make of the real files has the sizes, class counts and accuracies that are stated of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import f1_score

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import facts_of
from groupinf.datasets.registry import load_dataset
from groupinf.errors import DataError
from groupinf.numerics.fit import fit
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.predict import accuracy, predicted_classes
from groupinf.studies.linear.linear_model import LinearModel, training_objective
from groupinf.studies.linear.linear_model import test_objective as objective_of_test_rows

LOADED = ("cdr_rebuilt", "dogfish_efficientnet", "enron", "enron_spacy", "mnist", "mnist_small", "nli_workers")
SPARSE = ("cdr_rebuilt", "enron", "enron_spacy")

# rows of each class in the training and the test set
COUNTS = {
    "cdr_rebuilt": ([12_203, 5_440], [3_150, 931]),
    "dogfish_efficientnet": ([900, 900], [300, 300]),
    "enron": ([2_928, 1_209], [744, 291]),
    "enron_spacy": ([2_928, 1_209], [744, 291]),
    "mnist": (
        [5_444, 6_179, 5_470, 5_638, 5_307, 4_987, 5_417, 5_715, 5_389, 5_454],
        [980, 1_135, 1_032, 1_010, 982, 892, 958, 1_028, 974, 1_009],
    ),
    "nli_workers": ([14_993, 14_995, 14_995], [2_368, 2_560, 2_443]),
}


@cache
def load(name: str, home: Path) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUPINF_DATA", str(home))
        return load_dataset(NamedDataset(name=name), Path("/nowhere"), seed=7)


@pytest.mark.parametrize("name", [*LOADED, "forest_fires"])
def test_facts_are_what_is_loaded(name: str, real_home: Callable[..., Path]) -> None:
    data, facts = load(name, real_home(name)), facts_of(name)
    found = (data.name, data.X_train.shape, data.X_test.shape, len(data.classes), tuple(data.columns))
    assert found == (name, (facts.n, facts.d), (facts.n_test, facts.d), facts.n_classes, facts.natural_groups)
    assert (data.y_train.size, data.y_test.size, len(data.feature_names)) == (facts.n, facts.n_test, facts.d)
    assert len(set(data.feature_names)) == facts.d
    assert [values.size for values in data.columns.values()] == [facts.n] * len(data.columns)
    assert tuple(data.test_columns) == facts.test_sets
    assert [values.size for values in data.test_columns.values()] == [facts.n_test] * len(facts.test_sets)
    assert len(data.sources) == len(facts.files)
    for X in (data.X_train, data.X_test):
        assert X.dtype == np.float64
        assert isinstance(X, sparse.csr_array) == (name in SPARSE)
        if isinstance(X, sparse.csr_array):
            assert X.has_canonical_format
            assert X.indices.dtype == np.int32
        else:
            assert X.flags.c_contiguous


@pytest.mark.parametrize("name", COUNTS)
def test_class_counts(name: str, real_home: Callable[..., Path]) -> None:
    data = load(name, real_home(name))
    assert (np.bincount(data.y_train).tolist(), np.bincount(data.y_test).tolist()) == COUNTS[name]


@pytest.mark.parametrize(
    ("name", "lambda_over_n", "expected", "within"),
    [
        ("dogfish_efficientnet", 10 ** (-5 / 3), 1 - 11 / 600, 1e-9),
        ("enron", 1e-3, 0.976, 5e-4),
        ("enron_spacy", 1e-3, 0.961, 0.005),  # Table 1
        ("nli_workers", 1e-4, 0.4393, 5e-5),
        ("mnist_small", 1e-3, 0.9075, 5e-4),  # what scikit-learn's lbfgs fit of the same rows reaches
    ],
)
def test_accuracy(
    name: str, lambda_over_n: float, expected: float, within: float, real_home: Callable[..., Path]
) -> None:
    data = load(name, real_home(name))
    fitted = fit(training_objective(data, LinearModel(loss_for(len(data.classes))), lambda_over_n * data.n))
    assert accuracy(
        objective_of_test_rows(data, LinearModel(fitted.objective.loss), None), fitted.theta
    ) == pytest.approx(expected, abs=within)


def test_f1_of_cdr(real_home: Callable[..., Path]) -> None:
    data = load("cdr_rebuilt", real_home("cdr_rebuilt"))
    fitted = fit(training_objective(data, LinearModel(loss_for(len(data.classes))), 1e-4 * data.n))
    predicted = predicted_classes(objective_of_test_rows(data, LinearModel(fitted.objective.loss), None), fitted.theta)
    assert 0.385 <= f1_score(data.y_test, predicted) < 0.405


def test_writers(real_home: Callable[..., Path]) -> None:
    data = load("nli_workers", real_home("nli_workers"))
    _, rows = np.unique(data.columns["sentence2_author"].astype(str), return_counts=True)
    assert (rows.size, rows.min(), rows.max(), np.median(rows)) == (96, 3, 1320, 276)
    assert set(data.columns["genre"]) == {"baseline", "ling_on_side", "ling_in_loop"}
    assert set(data.test_columns["genre"]) == set(data.columns["genre"])
    assert data.classes == ("contradiction", "entailment", "neutral")


@pytest.mark.parametrize("name", ["cdr", "diabetes", "dogfish", "multinli", *LOADED, "forest_fires"])
def test_absent_file_says_where_and_what_to_do(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPINF_DATA", str(tmp_path))
    monkeypatch.setenv("GROUPINF_CACHE", str(tmp_path / "cache"))
    with pytest.raises(DataError, match="no such file") as caught:
        load_dataset(NamedDataset(name=name), tmp_path, 0)
    message, sources = str(caught.value), facts_of(name).files
    assert any(str(tmp_path / source.path) in message for source in sources)
    assert any((f"data fetch {name}`" if source.urls else source.origin) in message for source in sources)
    assert f"`groupinf data import {name} " in message
    assert "GROUPINF_DATA" in message
