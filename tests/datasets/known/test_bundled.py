"""The bundled datasets are scikit-learn's rows, split 80/20 by the seed; all without files match their facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import facts_of
from groupinf.datasets.registry import load_dataset


def load(name: str, seed: int) -> Dataset:
    return load_dataset(NamedDataset(name=name), Path("/nowhere"), seed)


@pytest.mark.parametrize("name", ["breast_cancer", "digits", "iris", "mog", "mog_squared", "ortho", "ortho_12"])
def test_facts_are_what_is_loaded(name: str) -> None:
    data, facts = load(name, 3), facts_of(name)
    found = (data.name, data.n, data.X_test.shape, data.d, len(data.classes))
    assert found == (facts.name, facts.n, (facts.n_test, facts.d), facts.d, facts.n_classes)
    assert len(data.feature_names) == data.d
    assert data.sample_weight_train.tolist() == [1.0] * data.n


@pytest.mark.parametrize("name", ["breast_cancer", "digits", "iris"])
def test_seed_decides_the_split(name: str) -> None:
    first, again, other = load(name, 3), load(name, 3), load(name, 4)
    np.testing.assert_array_equal(first.X_train, again.X_train)
    np.testing.assert_array_equal(first.y_test, again.y_test)
    assert not np.array_equal(first.X_train, other.X_train)
    assert first.sources == other.sources


def raw_rows(X: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """The row of ``raw`` that each row of X is, X being all of ``raw`` up to order and a scale for each column."""
    unit = [(A - A.min(axis=0)) / np.where(np.ptp(A, axis=0) > 0, np.ptp(A, axis=0), 1) for A in (X, raw)]
    distances = cdist(*unit)
    assert distances.min(axis=1).max() < 1e-9
    return distances.argmin(axis=1)


def test_digits_are_all_the_rows_over_16() -> None:
    data, bunch = load("digits", 0), load_digits()
    X = np.vstack([data.X_train, data.X_test])
    rows = raw_rows(X, bunch.data)
    assert np.unique(rows).size == 1797
    np.testing.assert_array_equal(X, bunch.data[rows] / 16)
    np.testing.assert_array_equal(np.concatenate([data.y_train, data.y_test]), bunch.target[rows])
    assert data.classes == tuple(range(10))


def test_breast_cancer_is_standardised_by_the_training_rows() -> None:
    data, bunch = load("breast_cancer", 0), load_breast_cancer()
    rows = raw_rows(np.vstack([data.X_train, data.X_test]), bunch.data)
    assert np.unique(rows).size == 569
    train, test = rows[: data.n], rows[data.n :]
    scaler = StandardScaler().fit(bunch.data[train])
    np.testing.assert_allclose(data.X_train, scaler.transform(bunch.data[train]), atol=1e-12)
    np.testing.assert_allclose(data.X_test, scaler.transform(bunch.data[test]), atol=1e-12)
    np.testing.assert_array_equal(data.y_train, bunch.target[train])
    np.testing.assert_array_equal(data.y_test, bunch.target[test])


def test_iris_has_the_names_of_its_species() -> None:
    data, bunch = load("iris", 0), load_iris()
    rows = np.concatenate([data.X_train, data.X_test])
    labels = np.array(data.classes, dtype=object)[np.concatenate([data.y_train, data.y_test])]
    lines = np.argsort(data.origins.line) if data.origins else np.empty(0, dtype=int)
    np.testing.assert_array_equal(rows[lines], bunch.data)
    assert labels[lines].tolist() == bunch.target_names[bunch.target].tolist()


def test_two_species_are_split_as_scikit_learn_does() -> None:
    bunch = load_iris()
    two = np.flatnonzero(bunch.target != 0)
    train, test = train_test_split(two, test_size=0.1, random_state=42)
    data = load_dataset(
        NamedDataset(name="iris", unsplit=True, test_rows=test.tolist(), classes=("versicolor", "virginica")),
        Path("/nowhere"),
        5,
    )
    assert (data.n, data.classes) == (90, ("versicolor", "virginica"))
    np.testing.assert_array_equal(data.X_train, bunch.data[np.sort(train)])
    np.testing.assert_array_equal(data.y_train, bunch.target[np.sort(train)] - 1)
    np.testing.assert_array_equal(data.X_test, bunch.data[test])
    np.testing.assert_array_equal(data.y_test, bunch.target[test] - 1)
