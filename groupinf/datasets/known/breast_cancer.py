"""Breast cancer, Wisconsin (diagnostic): scikit-learn's copy, a seeded 80/20 split, standardised features."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = DatasetFacts(
    name="breast_cancer",
    title="Breast cancer, Wisconsin (diagnostic): malignant (0) or benign (1) from 30 measurements of cell nuclei",
    n=455,
    n_test=114,
    d=30,
    n_classes=2,
    licence="CC BY 4.0",
    citation="Wolberg, Mangasarian, Street and Street (1993), UCI Machine Learning Repository, doi:10.24432/C5DW2B",
    url="https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic",
    bundled_in="scikit-learn",
)


def load(home: Path, seed: int) -> Dataset:
    """Return the dataset; each feature has mean 0 and standard deviation 1 over the training rows.

    ``home`` is not looked at: scikit-learn brings the data along.
    """
    from sklearn.datasets import load_breast_cancer

    from groupinf.datasets.known.shared.bundled import split_bundled

    bunch = load_breast_cancer()
    return split_bundled(FACTS.name, bunch.data, bunch.target, bunch.feature_names, seed, standardise=True)


KNOWN = KnownDataset(FACTS, load)
