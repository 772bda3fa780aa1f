"""IDX files, the format of MNIST: unsigned bytes in an array of any shape, compressed by gzip."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.files.gzip_files import read_gzip
from groupinf.errors import DataError
from groupinf.wording import counted

UNSIGNED_BYTE = 0x08


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Return the array of a gzip-compressed IDX file, read-only.

    Header: two zero bytes, the code of the values' type, the number of dimensions, each size as a big-endian uint32.
    Raises DataError where it is no gzip file, or no IDX file of unsigned bytes with that many dimensions.
    """
    content = read_gzip(path)
    header = 4 + 4 * dimensions
    if len(content) < header or content[:4] != bytes([0, 0, UNSIGNED_BYTE, dimensions]):
        raise DataError(
            f"{path}: expected an IDX file of unsigned bytes in {dimensions} dimensions,"
            f" found one that begins with the bytes {content[:4].hex(' ') or '(none)'}"
        )
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    if 0 in shape:
        raise DataError(f"{path}: expected at least one value, found an array of shape {shape}")
    if len(content) - header != math.prod(shape):
        raise DataError(
            f"{path}: expected {counted(math.prod(shape), 'value')}, shape {shape}, found {len(content) - header}"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)
