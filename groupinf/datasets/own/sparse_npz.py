"""Sparse matrices as scipy.sparse.save_npz writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groupinf.datasets.files.npz_archive import open_archive, read_member
from groupinf.datasets.rows.features import SPARSE_PARTS, sparse_features
from groupinf.errors import DataError

if TYPE_CHECKING:
    from scipy import sparse


def read_sparse(path: Path) -> sparse.csr_array:
    """Return the CSR matrix of a file; nothing in it is ever unpickled.

    Raises DataError where it is no file of scipy.sparse.save_npz, of another format than CSR, or damaged.
    """
    expected = f"{path}: expected a CSR matrix that scipy.sparse.save_npz wrote"
    with open_archive(path) as archive:
        if "format" not in archive.files:
            raise DataError(f"{expected}, found {', '.join(archive.files) or 'no array'}")
        found = read_member(archive, "format", path)
        name = found.item() if found.ndim == 0 and found.dtype.kind in "SU" else "an array"
        name = name.decode("latin-1") if isinstance(name, bytes) else name
        if name != "csr":
            raise DataError(f"{expected}, found the format {name!r}; save X.tocsr()")
        parts = {part: read_member(archive, part, path) for part in SPARSE_PARTS}
    return sparse_features(parts, f"{path}: ")
