"""Dogfish: dog or fish, from the authors' Inception v3 features of ImageNet photographs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


SERVER = "http://mitra.stanford.edu/kundaje/pangwei/"

FACTS = DatasetFacts(
    name="dogfish",
    title="Dogfish: ImageNet photographs of dogs and of fish from 2,048 Inception v3 features",
    n=1_800,
    n_test=600,
    d=2_048,
    n_classes=2,
    licence="ImageNet's terms: research use",
    citation="Koh and Liang (2017), Understanding black-box predictions via influence functions, ICML",
    url="https://github.com/kohpangwei/influence-release",
    files=tuple(
        SourceFile(path=f"dogfish/{name}", sha256=None, urls=(SERVER + name,))
        for name in (f"dogfish_900_300_inception_features_{part}.npz" for part in ("train", "test"))
    ),
    lambda_over_n=10 ** (-5 / 3),
    test_accuracy=0.985,
)


def load(home: Path, seed: int) -> Dataset:
    """Return the authors' 900 + 900 training and 300 + 300 test rows; ``seed`` is not used.

    Raises DataError where a file is not below the data home or does not hold such arrays.
    """
    from groupinf.datasets.known.shared.split_features import load_split_features

    return load_split_features(FACTS, "inception_features_val", home)


KNOWN = KnownDataset(FACTS, load)
