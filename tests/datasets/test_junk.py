"""Whatever bytes lie where a source file should be: it is read, or a DataError names the file and the place in it."""

from __future__ import annotations

import gzip
import io
import json
import re
import sqlite3
import struct
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from support.outcomes import OUTCOMES, outcome, outcomes_of

from groupinf.datasets.facts import SourceFile
from groupinf.datasets.files.data_home import read_zip_member
from groupinf.datasets.files.tar_texts import listing_sha256, read_tar
from groupinf.datasets.known import dogfish, nli_workers
from groupinf.datasets.known.diabetes import SOURCE as ZIP_SOURCE
from groupinf.datasets.known.shared.enron_mail import MAIL
from groupinf.datasets.known.shared.glove import read_vectors
from groupinf.datasets.known.shared.idx import read_idx
from groupinf.datasets.known.shared.sentence_pairs import load_pairs
from groupinf.datasets.known.shared.split_features import load_split_features
from groupinf.datasets.known.shared.vote_rows import vote_rows
from groupinf.datasets.known.shared.vote_tables import read_vote_tables

PAIR = {"gold_label": "neutral", "sentence1": "The cat.", "sentence2": "a dog", "genre": "g", "sentence2_author": "w"}
LINES = "".join(
    json.dumps({**PAIR, "sentence2_author": f"w{i}", "gold_label": "-" * (i == 1) or "neutral"}) + "\n"
    for i in range(3)
).encode()
VECTORS = b"the 1 2\ncat 4 8\ndog -2 1e1\n. 0.5 -1\n"
MAILS = {"enron1/spam/a.txt": b"buy this", "enron1/ham/b.txt": b"hello", "enron1/ham/" + "n" * 120 + ".txt": b"long"}


def sqlite_bytes() -> bytes:
    rows = {
        "candidate (id, split)": [(i, i % 3) for i in range(1, 10)],
        "label_key (id, name)": [(1, "LF_a"), (2, "LF_b")],
        "label (value, candidate_id, key_id)": [(1 if i % 2 else -1, i, 1 + i % 2) for i in range(1, 10)],
        "feature_key (id, name)": [(5, "f5"), (7, "f7")],
        "feature (value, candidate_id, key_id)": [(1.0, i, 5 + 2 * (i % 2)) for i in range(1, 10)],
        "gold_label (value, candidate_id)": [(1 if i % 2 else -1, i) for i in range(1, 10)],
    }
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA page_size = 512")
        for table, values in rows.items():
            connection.execute(f"CREATE TABLE {table}")
            marks = ", ".join("?" * len(values[0]))
            connection.executemany(f"INSERT INTO {table.split()[0]} VALUES ({marks})", values)
        connection.commit()
        return connection.serialize()


def tar_bytes(form: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, content in MAILS.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1.5
            archive.addfile(info, io.BytesIO(content))
    content = buffer.getvalue().rstrip(b"\0")
    return content + bytes(-len(content) % 512 + 1024)  # without the padding up to the next 10,240


def zip_bytes(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("dataset_diabetes/diabetic_data.csv", b"a,b\n1,2\n" * 4)
        archive.writestr("dataset_diabetes/é.csv", b"x")
    return buffer.getvalue()


def npz_bytes() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, inception_features_val=np.arange(6.0).reshape(3, 2), labels=np.array([0, 1, 1]))
    return buffer.getvalue()


def read_sqlite(path: Path) -> None:
    vote_rows(read_vote_tables(path), path)


def read_mails(path: Path) -> None:
    read_tar(path, replace(MAIL, listing_sha256=listing_sha256(MAILS)))


def read_zip(path: Path) -> None:
    member = "dataset_diabetes/diabetic_data.csv"
    read_zip_member(path, replace(ZIP_SOURCE, members={member: sha256(b"a,b\n1,2\n" * 4).hexdigest()}), member)


def read_pairs(path: Path) -> None:
    """``path`` is a training file among others that are right."""
    (path.parent / "dev.jsonl").write_bytes(LINES)
    (path.parent / "vectors.txt").write_bytes(VECTORS)
    files = tuple(SourceFile(path=name, sha256=None) for name in (path.name, "dev.jsonl", "vectors.txt"))
    load_pairs(replace(nli_workers.FACTS, files=files), path.parent)


def read_features(path: Path) -> None:
    (path.parent / "right.npz").write_bytes(npz_bytes())
    files = tuple(SourceFile(path=name, sha256=None) for name in (path.name, "right.npz"))
    facts = replace(dogfish.FACTS, files=files, n=3, n_test=3, d=2)
    load_split_features(facts, "inception_features_val", path.parent)


@dataclass(frozen=True)
class Format:
    """A file that is right, what reads it, and whether errors must say the line."""

    name: str
    right: bytes
    read: Callable[[Path], Any]
    packed: bool = False
    lines: bool = False


FORMATS = [
    Format("sqlite.db", sqlite_bytes(), read_sqlite),
    Format("pairs.jsonl", LINES, read_pairs, lines=True),
    Format("pairs.jsonl.gz", LINES, read_pairs, packed=True, lines=True),
    Format("images.gz", bytes([0, 0, 8, 3]) + struct.pack(">3I", 2, 2, 3) + bytes(12), lambda p: read_idx(p, 3), True),
    Format("ustar.tar.gz", tar_bytes(tarfile.GNU_FORMAT), read_mails, packed=True),
    Format("pax.tar.gz", tar_bytes(tarfile.PAX_FORMAT), read_mails, packed=True),
    Format("stored.zip", zip_bytes(zipfile.ZIP_STORED), read_zip),
    Format("deflated.zip", zip_bytes(zipfile.ZIP_DEFLATED), read_zip),
    Format("features.npz", npz_bytes(), read_features),
    Format("vectors.txt", VECTORS, lambda p: read_vectors(p, frozenset(["cat", "dog"])), lines=True),
    Format("vectors.txt.gz", VECTORS, lambda p: read_vectors(p, frozenset(["cat", "dog"])), True, lines=True),
]
by_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
quickly = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def outcome_of(form: Format, content: bytes, folder: Path, compress: bool) -> str:
    """Of a file with this content; "refused" only where that is in the right words."""
    path = folder / form.name
    path.write_bytes(gzip.compress(content) if compress else content)
    place = r"(, (after )?line \d+)?: " if form.lines else ": "
    return outcome(lambda: form.read(path), "^" + re.escape(str(path)) + place + r"\S")


def outcomes_of_damage(form: Format, right: bytes, folder: Path, compress: bool) -> set[str]:
    """Of the right bytes, of none and of 150 damaged ones."""
    return outcomes_of(damaged(right), lambda content: outcome_of(form, content, folder, compress), b"", right, quickly)


@st.composite
def damaged(draw: st.DrawFn, right: bytes) -> bytes:
    """The right bytes truncated, with bits flipped, with bytes deleted, replaced or put in, up to four times."""
    content = bytearray(right)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        until = min(len(content), at + draw(st.integers(1, 40)))
        kind = draw(st.sampled_from(["truncate", "flip", "delete", "replace", "insert"]))
        if kind == "truncate":
            del content[at:]
        elif kind == "flip" and at < len(content):
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "delete":
            del content[at:until]
        elif kind == "replace":
            content[at:until] = draw(st.binary(min_size=until - at, max_size=until - at))
        else:
            content[at:at] = draw(st.binary(min_size=1, max_size=9))
    return bytes(content)


@by_format
def test_the_right_file_is_read(form: Format, tmp_path: Path) -> None:
    assert outcome_of(form, form.right, tmp_path, form.packed) == "read"


@by_format
@quickly
@given(content=st.binary(max_size=200), compress=st.booleans())
@example(content=b"", compress=False)
@example(content=b"<!DOCTYPE html><html></html>", compress=False)
def test_arbitrary_bytes_are_refused(form: Format, content: bytes, compress: bool, tmp_path: Path) -> None:
    assert outcome_of(form, content, tmp_path, compress and form.packed) == "refused"


@by_format
def test_a_damaged_file_is_read_or_refused(form: Format, tmp_path: Path) -> None:
    """Damage within, before it is packed, leads to nothing but these two."""
    assert outcomes_of_damage(form, form.right, tmp_path, form.packed) == OUTCOMES


@pytest.mark.parametrize("form", [form for form in FORMATS if form.packed], ids=lambda form: form.name)
def test_a_damaged_gzip_file_is_read_or_refused(form: Format, tmp_path: Path) -> None:
    """Damage of the packed bytes leads to nothing but these two."""
    assert outcomes_of_damage(form, gzip.compress(form.right, mtime=0), tmp_path, False) == OUTCOMES


@by_format
def test_every_truncation_is_read_or_refused(form: Format, tmp_path: Path) -> None:
    whole = gzip.compress(form.right, mtime=0) if form.packed else form.right
    kept = range(0, len(whole), max(1, len(whole) // 50))
    outcomes = {outcome_of(form, whole[:size], tmp_path, False) for size in kept}
    may_end_early = ("pairs.jsonl", "vectors.txt", "ustar.tar.gz", "pax.tar.gz")  # between lines, or in the padding
    assert {"refused"} <= outcomes <= (OUTCOMES if form.name in may_end_early else {"refused"})
