"""Handwritten digits of 8×8 pixels: scikit-learn's copy, a seeded 80/20 split, ten classes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


BRIGHTEST = 16

FACTS = DatasetFacts(
    name="digits",
    title="Optical recognition of handwritten digits: ten digits from 64 pixels, each divided by 16",
    n=1438,
    n_test=359,
    d=64,
    n_classes=10,
    licence="CC BY 4.0",
    citation="Alpaydin and Kaynak (1998), UCI Machine Learning Repository, doi:10.24432/C50P49",
    url="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    bundled_in="scikit-learn",
    shown_as={"kind": "images", "shape": (8, 8)},
)


def load(home: Path, seed: int) -> Dataset:
    """Return the dataset; pixels are in [0, 1]. ``home`` is not looked at: scikit-learn brings the data along."""
    from sklearn.datasets import load_digits

    from groupinf.datasets.known.shared.bundled import split_bundled

    bunch = load_digits()
    pixels = bunch.data / BRIGHTEST
    return split_bundled(FACTS.name, pixels, bunch.target, bunch.feature_names, seed, standardise=False)


KNOWN = KnownDataset(FACTS, load)
