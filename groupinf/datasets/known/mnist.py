"""MNIST: ten handwritten digits from 784 pixels, the paper's 55,000 training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts, KnownDataset, SourceFile
from groupinf.datasets.files.data_home import verified_file
from groupinf.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset


MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")


def _source(name: str, sha256: str) -> SourceFile:
    return SourceFile(path=f"mnist/{name}", urls=tuple(mirror + name for mirror in MIRRORS), sha256=sha256)


FILES = (
    _source("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    _source("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    _source("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    _source("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
)

FACTS = DatasetFacts(
    name="mnist",
    title="MNIST: ten handwritten digits from 784 pixels, each divided by 255",
    n=55_000,
    n_test=10_000,
    d=784,
    n_classes=10,
    licence="CC BY-SA 3.0",
    citation="LeCun, Bottou, Bengio and Haffner (1998), Proceedings of the IEEE 86(11), doi:10.1109/5.726791",
    url="http://yann.lecun.com/exdb/mnist/",
    files=FILES,
    lambda_over_n=1e-3,
    test_accuracy=0.921,
    shown_as={"kind": "images", "shape": (28, 28)},
    cached=True,
)

VALIDATION = 5_000  # the first rows of the training files, which the paper sets aside and does not use
WHITE = 255.0
PIXELS = tuple(f"pixel_{row}_{column}" for row in range(28) for column in range(28))


@dataclass(frozen=True)
class RawImages:
    """The 55,000 training and 10,000 test images (rows, 784) as bytes, their digits, and the sha256 of each file."""

    train: NDArray[np.uint8]
    digits: NDArray[np.int64]
    test: NDArray[np.uint8]
    test_digits: NDArray[np.int64]
    sources: Mapping[str, str]


def load(home: Path, seed: int) -> Dataset:
    """Return the last 55,000 of the 60,000 training images and the 10,000 test images; ``seed`` is not used.

    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    import numpy as np

    return load_rows(FACTS, home, np.arange(FACTS.n))


def load_rows(facts: DatasetFacts, home: Path, rows: NDArray[np.int64]) -> Dataset:
    """Return MNIST with these rows of its 55,000 training rows, in the order given."""
    import numpy as np

    from groupinf.datasets.dataset import Dataset

    images = read_images(facts, home)
    # Rows are chosen while they are bytes; the division is the only place where the float64 matrix is written.
    return Dataset(
        name=facts.name,
        task="classification",
        X_train=images.train[rows] / WHITE,
        y_train=images.digits[rows],
        X_test=images.test / WHITE,
        y_test=images.test_digits,
        classes=tuple(range(10)),
        sample_weight_train=np.ones(rows.size),
        feature_names=PIXELS,
        sources=images.sources,
    )


def read_images(facts: DatasetFacts, home: Path) -> RawImages:
    """Return what the four files of ``facts`` hold, training images without the first 5,000.

    Raises DataError where a file is not below the data home, or is not the one that is meant.
    """
    files = [verified_file(home, source) for source in facts.files]
    train, digits = _read(files[0].path, files[1].path)
    sources = {source.path: file.sha256 for source, file in zip(facts.files, files, strict=True)}
    return RawImages(train[VALIDATION:], digits[VALIDATION:], *_read(files[2].path, files[3].path), sources)


def _read(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    import numpy as np

    from groupinf.datasets.known.shared.idx import read_idx

    pixels, codes = read_idx(images, 3), read_idx(labels, 1)
    if pixels.shape[0] != codes.size:
        raise DataError(f"{labels}: expected {pixels.shape[0]} labels as in {images.name}, found {codes.size}")
    return pixels.reshape(codes.size, -1), codes.astype(np.int64)


KNOWN = KnownDataset(FACTS, load)
