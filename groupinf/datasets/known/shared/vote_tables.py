"""The tables of a file of candidates, features, votes and gold labels (SQLite), checked and as arrays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.errors import DataError

Ints = NDArray[np.int64]

CANDIDATES = "SELECT id, split FROM candidate ORDER BY id"
VOTES = "SELECT value, candidate_id, key_id FROM label ORDER BY candidate_id, key_id"
GOLD = "SELECT value, candidate_id FROM gold_label ORDER BY candidate_id"
FEATURES = "SELECT value, candidate_id, key_id FROM feature ORDER BY candidate_id, key_id"
LABEL_NAMES = "SELECT id, name FROM label_key ORDER BY id"
FEATURE_NAMES = "SELECT id, name FROM feature_key ORDER BY id"
TABLE_EXISTS = "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?"


@dataclass(frozen=True)
class Marks:
    """Values in {-1, 1}, each on a candidate (its row of ``VoteTables.features``)."""

    value: Ints
    candidate: Ints


@dataclass(frozen=True)
class VoteTables:
    """Candidates are rows 0..: ``split`` (candidates,), ``features`` (candidates, all features) in CSR.

    ``votes`` are sorted by candidate and labelling function; ``voter`` indexes ``voter_names``.
    """

    split: Ints
    features: sparse.csr_array
    feature_names: tuple[str, ...]
    votes: Marks
    voter: Ints
    voter_names: tuple[str, ...]
    gold: Marks


def read_vote_tables(path: Path) -> VoteTables:
    """Return the tables of the SQLite file at ``path``, opened for reading only.

    Raises DataError where it is no SQLite file, a table or column is missing, a value is not of its kind, an id is none
    of its table, or a candidate has two gold labels.
    """
    try:
        # immutable: SQLite then makes no lock or journal beside the file, which a read-only folder would refuse
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return _Reader(connection, path).tables()
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path}: expected an SQLite file with tables candidate, label, feature and gold_label, found: {error}"
        ) from error


@dataclass(frozen=True)
class _Reader:
    connection: sqlite3.Connection
    path: Path

    def tables(self) -> VoteTables:
        """Every table of the file; raises DataError as ``read_vote_tables`` says."""
        ids, split = self.numbers(CANDIDATES, "candidate")
        value, candidate, voter = self.numbers(VOTES, "label")
        voter_ids, voter_names = self.names(LABEL_NAMES, "label_key", voter)
        gold_value, gold_candidate = self.numbers(GOLD, "gold_label")
        entries = self.numbers(FEATURES, "feature")
        feature_ids, feature_names = self.names(FEATURE_NAMES, "feature_key", entries[2])
        gold = Marks(self.signs(gold_value, "gold_label"), self.rows(gold_candidate, ids, "gold_label", "candidate"))
        if np.unique(gold.candidate).size != gold.candidate.size:
            raise DataError(f"{self.path}: table gold_label: expected one value for a candidate, found two for some")
        return VoteTables(
            split=split.astype(np.int64),
            features=self.features(ids, feature_ids, entries),
            feature_names=feature_names,
            votes=Marks(self.signs(value, "label"), self.rows(candidate, ids, "label", "candidate")),
            voter=self.rows(voter, voter_ids, "label", "label_key"),
            voter_names=voter_names,
            gold=gold,
        )

    def features(self, candidates: Ints, keys: Ints, entries: NDArray[np.float64]) -> sparse.csr_array:
        """(candidates, keys) from ``entries`` (value, candidate id, key id) in rows; values of one place add up."""
        value, candidate, key = entries
        places = (
            self.rows(candidate, candidates, "feature", "candidate").astype(np.int32),
            self.rows(key, keys, "feature", "feature_key").astype(np.int32),
        )
        X = sparse.csr_array((value, places), shape=(candidates.size, keys.size))
        X.sum_duplicates()
        return X

    def numbers(self, query: str, table: str) -> NDArray[np.float64]:
        """The columns of a query, (columns, rows)."""
        rows = self.connection.execute(query).fetchall()
        if not rows:
            raise DataError(f"{self.path}: table {table}: expected rows, found none")
        values = np.array(rows)
        if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
            raise DataError(f"{self.path}: table {table}: expected finite numbers in every column, found others")
        return values.T.astype(np.float64)

    def names(self, query: str, table: str, used: NDArray[np.float64]) -> tuple[Ints, tuple[str, ...]]:
        """The ids and names of a table of keys; in a file without it the ids that are used, which are their names."""
        if not self.connection.execute(TABLE_EXISTS, (table,)).fetchone():
            ids = np.unique(used).astype(np.int64)
            return ids, tuple(map(str, ids.tolist()))
        rows = self.connection.execute(query).fetchall()
        if not rows or not all(isinstance(key, int) and isinstance(name, str) for key, name in rows):
            raise DataError(f"{self.path}: table {table}: expected rows of an integer and a text, found others or none")
        return np.array([key for key, _ in rows], dtype=np.int64), tuple(name for _, name in rows)

    def rows(self, found: NDArray[np.float64], known: NDArray[np.int64], table: str, of: str) -> Ints:
        """Where each id stands among the sorted ids of the table it belongs to."""
        at = np.searchsorted(known, found).clip(max=known.size - 1)
        unknown = found[known[at] != found]
        if unknown.size:
            raise DataError(f"{self.path}: table {table}: id {unknown[0]:.0f} is none of table {of}")
        return at.astype(np.int64)

    def signs(self, values: NDArray[np.float64], table: str) -> Ints:
        """The values as integers; raises DataError where one is neither -1 nor 1."""
        other = values[np.abs(values) != 1]
        if other.size:
            raise DataError(f"{self.path}: table {table}: expected values -1 or 1, found {other[0]:g}")
        return values.astype(np.int64)
