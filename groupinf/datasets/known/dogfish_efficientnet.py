"""Dogfish with other features: springer or tench, from EfficientNet-Lite0 features of ImageNet photographs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


ORIGIN = "whoever gave you this project's data folder (it is not offered for download)"

FACTS = DatasetFacts(
    name="dogfish_efficientnet",
    title="Dogfish with other features: English springer (0) or tench (1) from 1,280 EfficientNet-Lite0 features",
    n=1_800,
    n_test=600,
    d=1_280,
    n_classes=2,
    licence="ImageNet's terms: research use",
    citation="Russakovsky et al. (2015), International Journal of Computer Vision 115, doi:10.1007/s11263-015-0816-y",
    url="https://www.image-net.org/",
    files=(
        SourceFile(
            path="dogfish_features/train.npz",
            sha256="60ccac5424348cfa4d25b6ae3c432d31f2ba33ed25f729aa14c400db16af1c29",
            origin=ORIGIN,
        ),
        SourceFile(
            path="dogfish_features/test.npz",
            sha256="5b9b9d25a62573ac3cd202d4c28746c5a9af1bcd751363e1b173ed724ea9d598",
            origin=ORIGIN,
        ),
    ),
)


def load(home: Path, seed: int) -> Dataset:
    """Return the 900 + 900 training and 300 + 300 test rows; ``seed`` is not used.

    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    from groupinf.datasets.known.shared.split_features import load_split_features

    return load_split_features(FACTS, "features", home)


KNOWN = KnownDataset(FACTS, load)
