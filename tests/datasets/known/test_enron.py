"""An e-mail's row counts its kept words, in the order of the paper's shuffle; other archives are refused."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.files.tar_texts import listing_sha256, read_tar
from groupinf.datasets.known import enron, enron_spacy
from groupinf.datasets.known.shared.enron_mail import HAM, MAIL, SPAM
from groupinf.errors import DataError


def words_of_row(data: Dataset, row: int) -> dict[str, float]:
    X = data.X_train[[row]].tocsr()
    return {data.feature_names[j]: value for j, value in zip(X.indices, X.data, strict=True)}


def mail_texts(home: Path) -> list[str]:
    with tarfile.open(home / MAIL.path) as archive:
        names = [name for name in archive.getnames() if name.endswith(".txt") and name.count("/") == 2]
        names = [name for folder in (SPAM, HAM) for name in sorted(names) if name.startswith(folder)]
        order = np.arange(len(names))
        np.random.RandomState(0).shuffle(order)
        return [archive.extractfile(names[i]).read().decode("latin-1") for i in order[:40]]


def test_rows_count_the_kept_words(real_home: Callable[..., Path]) -> None:
    home = real_home("enron")
    data, texts = enron.load(home, 5), mail_texts(home)
    for row in range(40):
        words = [w for w in texts[row].split() if w.isalpha() and w not in ENGLISH_STOP_WORDS and len(w) > 1]
        counted = Counter(word.lower() for word in words)
        assert words_of_row(data, row) == {w: c for w, c in counted.items() if w in data.feature_names}
    assert data.X_train[:40].nnz > 400


def test_rows_count_the_lemmas(real_home: Callable[..., Path]) -> None:
    home = real_home("enron_spacy")
    data, texts = enron_spacy.load(home, 5), mail_texts(home)
    with gzip.open(home / enron_spacy.LEXEMES.path, "rt", encoding="utf-8") as stream:
        known = {line.split("\t")[0] for line in stream.read().split("\n") if line.split("\t")[1:] == ["1", "0"]}
    with gzip.open(home / enron_spacy.LEMMAS.path) as stream:
        lemmas = json.load(stream)
    for row in range(40):
        counted = Counter(lemmas.get(w, w).lower() for w in texts[row].split() if w.isalpha() and w in known)
        assert words_of_row(data, row) == {w: c for w, c in counted.items() if w in data.feature_names}
    assert data.X_train[:40].nnz > 400


def archive_of(path: Path, members: dict[str, bytes], link: str = "") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        if link:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/hostname"
            archive.addfile(info)
    return path


def test_only_the_texts_of_the_folders_are_read(tmp_path: Path) -> None:
    texts = {"in/a.txt": b"1", "in/b.txt": b"2"}
    others = {"in/c.doc": b"3", "in/deep/d.txt": b"4", "../in/e.txt": b"5", "/in/f.txt": b"6", "g.txt": b"7"}
    path = archive_of(tmp_path / "a.tar.gz", texts | others, link="in/h.txt")
    source = replace(MAIL, listing_sha256=listing_sha256(texts), text_folders=("in",))
    assert read_tar(path, source) == texts
    assert [p.name for p in tmp_path.iterdir()] == ["a.tar.gz"]


def test_other_texts_are_refused(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.tar.gz", {f"{SPAM}/a.txt": b"x"})
    with pytest.raises(DataError, match=rf"expected {MAIL.listing_sha256} as .* \(1 files\): not the archive that is"):
        read_tar(path, MAIL)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.tar.gz", {f"{i}.txt": bytes(30_000_000) for i in range(4)})
    with pytest.raises(DataError, match="expected at most 100,000,000 bytes"):
        read_tar(path, MAIL)


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", gzip.compress(b"no tar" * 300, mtime=0)])
def test_not_an_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.tar\.gz: expected"):
        read_tar(tmp_path / "a.tar.gz", MAIL)


def test_truncated_archive(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.tar.gz", {f"{SPAM}/a.txt": np.random.default_rng(0).bytes(5000)})
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DataError, match=r"a\.tar\.gz: expected a readable tar\.gz archive, found: "):
        read_tar(path, MAIL)
