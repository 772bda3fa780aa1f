"""MNIST's rows are the bytes of its files, and a file that is not IDX is a DataError."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupinf.datasets.known import mnist, mnist_small
from groupinf.datasets.known.shared.idx import read_idx
from groupinf.errors import DataError


def test_rows_are_the_bytes_of_the_files(real_home: Callable[..., Path]) -> None:
    home = real_home("mnist")
    small = mnist_small.load(home, 3)
    order = np.arange(55_000)
    np.random.RandomState(0).shuffle(order)
    pixels, labels = (gzip.decompress((home / source.path).read_bytes()) for source in mnist.FILES[:2])
    for row in (0, 1, 5_499):
        at = 5_000 + int(order[row])
        image = pixels[16 + 784 * at : 16 + 784 * (at + 1)]
        assert small.X_train[row].tolist() == [value / 255 for value in image]
        assert small.y_train[row] == labels[8 + at]


def write_idx(path: Path, shape: tuple[int, ...], values: bytes, kind: int = 8) -> Path:
    header = bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    path.write_bytes(gzip.compress(header + values))
    return path


def test_idx_in_row_order(tmp_path: Path) -> None:
    path = write_idx(tmp_path / "a.gz", (2, 3), bytes([1, 2, 3, 4, 5, 255]))
    assert read_idx(path, 2).tolist() == [[1, 2, 3], [4, 5, 255]]


@pytest.mark.parametrize(
    ("shape", "values", "kind", "message"),
    [
        ((2, 3), bytes(5), 8, r"expected 6 values, shape \(2, 3\), found 5"),
        ((2, 3), bytes(7), 8, r"expected 6 values, shape \(2, 3\), found 7"),
        (
            (6,),
            bytes(6),
            8,
            "expected an IDX file of unsigned bytes in 2 dimensions, .* begins with the bytes 00 00 08",
        ),
        ((2, 3), bytes(6), 13, "begins with the bytes 00 00 0d 02"),
        ((0, 3), b"", 8, r"expected at least one value, found an array of shape \(0, 3\)"),
        ((2**31, 2**31), bytes(6), 8, "expected 4,611,686,018,427,387,904 values"),
    ],
)
def test_not_that_idx(tmp_path: Path, shape: tuple[int, ...], values: bytes, kind: int, message: str) -> None:
    path = write_idx(tmp_path / "a.gz", shape, values, kind)
    with pytest.raises(DataError, match=message):
        read_idx(path, 2)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60), packed=st.booleans())
def test_junk_gives_only_data_errors(tmp_path: Path, content: bytes, packed: bool) -> None:
    path = tmp_path / "junk.gz"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=r"junk\.gz: expected"):
        read_idx(path, 3)
