"""Whatever the bytes of an .npz file: it is read, or a DataError names it; nothing in it is unpickled."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from scipy import sparse
from support.npz_files import SPARSE_TRAIN, arrays, fault
from support.outcomes import OUTCOMES, altered, outcome, outcomes_of

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.own.npz import NpzDataset, load_npz
from groupinf.datasets.own.sparse_npz import read_sparse
from groupinf.errors import DataError


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    message = fault(tmp_path, X_train=np.array([[{}]], dtype=object))
    assert message == "X_train: expected numbers or text, found Python objects"


def test_single_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "mine.npz").open("wb") as stream:
        np.save(stream, np.zeros(3))
    with pytest.raises(DataError, match=r"mine\.npz: expected a NumPy \.npz archive, found a single array"):
        load_npz(NpzDataset(npz="mine.npz"), [tmp_path / "mine.npz"], 0)


@pytest.mark.parametrize(
    ("content", "kind"), [(b"junk", "a file of another kind"), (b"", "an empty file"), (b"\x80\x04.", "a file of")]
)
def test_what_is_no_archive_is_said_in_our_words(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "junk.npz").write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_npz(NpzDataset(npz="junk.npz"), [tmp_path / "junk.npz"], 0)
    assert str(caught.value).startswith(f"{tmp_path / 'junk.npz'}: expected a NumPy .npz archive, found {kind}")
    assert "pickle" not in str(caught.value)


def good_bytes(compressed: bool) -> bytes:
    stream = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(stream, **arrays())
    return stream.getvalue()


GOOD = {compressed: good_bytes(compressed) for compressed in (False, True)}


def outcome_of(read: Callable[[Path], object], path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return outcome(lambda: read(path), f"^{re.escape(str(path))}: ")


def read_archive(path: Path) -> Dataset:
    return load_npz(NpzDataset(npz=path.name), [path], 0)


@pytest.mark.parametrize("kept", [0, 3, 30, 500, -1, -40])
def test_truncated_file(tmp_path: Path, kept: int) -> None:
    (tmp_path / "cut.npz").write_bytes(GOOD[True][:kept])
    with pytest.raises(DataError, match=r"cut\.npz: .*expected a"):
        load_npz(NpzDataset(npz="cut.npz"), [tmp_path / "cut.npz"], 0)


def test_junk_gives_only_data_errors(tmp_path: Path) -> None:
    """Junk is refused by name, also where it opens as a NumPy file does; an archive is read by the same means."""
    contents = st.one_of(st.binary(max_size=300), st.binary(max_size=100).map(lambda b: b"\x93NUMPY\x01\x00" + b))
    how = settings(max_examples=200, deadline=None)
    found = outcomes_of(contents, partial(outcome_of, read_archive, tmp_path / "junk.npz"), b"", GOOD[True], how)
    assert found == OUTCOMES


def test_altered_bytes_give_only_data_errors(tmp_path: Path) -> None:
    """An archive with a few other bytes is read, or refused by name."""
    contents = st.sampled_from([GOOD[False], GOOD[True]]).flatmap(altered)
    how = settings(max_examples=300, deadline=None)
    found = outcomes_of(
        contents, partial(outcome_of, read_archive, tmp_path / "altered.npz"), GOOD[False][::-1], GOOD[False], how
    )
    assert found == OUTCOMES


def scipy_bytes() -> bytes:
    stream = io.BytesIO()
    sparse.save_npz(stream, SPARSE_TRAIN, compressed=False)
    return stream.getvalue()


def test_altered_bytes_of_a_file_of_scipy_give_only_data_errors(tmp_path: Path) -> None:
    """A file of scipy.sparse.save_npz with a few other bytes is read, or refused by name."""
    contents = altered(scipy_bytes())
    how = settings(max_examples=200, deadline=None)
    found = outcomes_of(
        contents, partial(outcome_of, read_sparse, tmp_path / "altered.npz"), scipy_bytes()[::-1], scipy_bytes(), how
    )
    assert found == OUTCOMES
