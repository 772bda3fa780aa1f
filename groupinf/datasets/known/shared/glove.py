"""Word vectors from a text file in GloVe's format, and means of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.datasets.files.gzip_files import numbered_lines
from groupinf.errors import DataError
from groupinf.wording import counted

LONGEST = 60  # characters of a line that a message shows
TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class WordVectors:
    """``vectors`` (words, dimensions) and the row of each word."""

    row: dict[str, int]
    vectors: NDArray[np.float64]


def tokens(sentence: str) -> list[str]:
    """Return the lower-cased words and signs of a sentence.

    >>> tokens("It's 9 a.m.")
    ['it', "'", 's', '9', 'a', '.', 'm', '.']
    """
    return TOKEN.findall(sentence.lower())


def read_vectors(path: Path, words: frozenset[str]) -> WordVectors:
    """Return the vectors of those of the words that the file has; a line is a word and its numbers, spaces between.

    Raises DataError where a line has not as many numbers as the first, a number is none, or no word has a line.
    """
    row: dict[str, int] = {}
    vectors: list[NDArray[np.float64]] = []
    dimensions = 0
    for number, line in numbered_lines(path):
        dimensions = dimensions or line.count(" ")
        if dimensions < 2:
            raise DataError(
                f"{path}, line {number}: expected a word and the numbers of its vector, found {line[:LONGEST]!r}"
            )
        word, *values = line.rsplit(" ", dimensions)  # from the right: a word of GloVe may hold a space
        if len(values) != dimensions:
            raise DataError(
                f"{path}, line {number}: expected a word and {dimensions} numbers, found "
                f"{counted(len(values), 'number')}"
            )
        if word in words and word not in row:
            row[word] = len(vectors)
            vectors.append(_numbers(values, f"{path}, line {number}"))
    if not vectors:
        raise DataError(f"{path}: expected vectors of the words of the sentences, found none of them")
    return WordVectors(row, np.array(vectors))


def _numbers(values: Sequence[str], where: str) -> NDArray[np.float64]:
    try:
        vector = np.array([float(value) for value in values])
    except ValueError as error:
        raise DataError(f"{where}: expected numbers, found: {error}") from error
    if not np.isfinite(vector).all():
        raise DataError(f"{where}: expected finite numbers, found {vector[~np.isfinite(vector)][0]}")
    return vector


def mean_vectors(sentences: Iterable[Sequence[str]], words: WordVectors) -> NDArray[np.float64]:
    """Return the mean vector of each tokenised sentence; words without a vector count for nothing.

    A sentence without any known word is the zero vector.
    """
    known = [[words.row[token] for token in sentence if token in words.row] for sentence in sentences]
    counts = np.array([len(rows) for rows in known])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    indices = np.fromiter((row for rows in known for row in rows), dtype=np.int64, count=int(indptr[-1]))
    shares = np.repeat(1 / counts.clip(min=1), counts)
    means = sparse.csr_array((shares, indices, indptr), shape=(len(known), len(words.row)))
    return np.asarray(means @ words.vectors)
