"""Iris: scikit-learn's copy, a seeded 80/20 split, three species."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


FACTS = DatasetFacts(
    name="iris",
    title="Iris: three species from length and width of sepals and petals, in centimetres",
    n=120,
    n_test=30,
    d=4,
    n_classes=3,
    licence="CC BY 4.0",
    citation="Fisher (1936), UCI Machine Learning Repository, doi:10.24432/C56C76",
    url="https://archive.ics.uci.edu/dataset/53/iris",
    bundled_in="scikit-learn",
)


def load(home: Path, seed: int) -> Dataset:
    """Return the dataset; labels are species. ``home`` is not looked at: scikit-learn brings the data along."""
    from sklearn.datasets import load_iris

    from groupinf.datasets.known.shared.bundled import split_bundled

    bunch = load_iris()
    data = split_bundled(FACTS.name, bunch.data, bunch.target, bunch.feature_names, seed, standardise=False)
    return replace(data, classes=tuple(map(str, bunch.target_names)))


KNOWN = KnownDataset(FACTS, load)
