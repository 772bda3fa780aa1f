"""Votes of labelling functions as weighted training rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.files.data_home import verified_file
from groupinf.datasets.known.shared.vote_columns import GOLD_LABEL, VOTER
from groupinf.datasets.known.shared.vote_tables import VoteTables, read_vote_tables
from groupinf.errors import DataError

TRAIN, DEVELOPMENT, TEST = 0, 1, 2  # of the column split


@dataclass(frozen=True)
class GoldRows:
    """The gold-labelled candidates of a split: all their features, label 1 where the gold label is positive."""

    X: sparse.csr_array
    y: NDArray[np.int64]


@dataclass(frozen=True)
class VoteRows:
    """A row per vote on a training candidate, with all features; a candidate with k votes gives k rows of weight 1/k.

    ``y`` is 1 where the vote is positive. ``voter`` names the labelling function of each row.
    """

    X: sparse.csr_array
    y: NDArray[np.int64]
    weight: NDArray[np.float64]
    voter: NDArray[np.object_]
    development: GoldRows


Selection = Callable[[VoteRows], NDArray[np.int64]]


def load_votes(facts: DatasetFacts, home: Path, select: Selection) -> Dataset:
    """Return the votes on the candidates of split 0 and the gold-labelled candidates of split 2, features selected.

    ``select`` yields the columns to keep; they are fixed from then on.
    Raises DataError where the file is absent or not the one that is meant, its tables are not such tables, or one of
    the splits is empty, or no feature is selected.
    """
    source = facts.files[0]
    file = verified_file(home, source)
    tables = read_vote_tables(file.path)
    rows = vote_rows(tables, file.path)
    test = _gold_rows(tables, TEST, file.path)
    kept = select(rows)
    if kept.size == 0:
        raise DataError(f"{file.path}: expected features that tell the votes apart, found none at the lambda chosen")
    return Dataset(
        name=facts.name,
        task="classification",
        X_train=_columns(rows.X, kept),
        y_train=rows.y,
        X_test=_columns(test.X, kept),
        y_test=test.y,
        classes=(0, 1),
        sample_weight_train=rows.weight,
        feature_names=tuple(tables.feature_names[j] for j in kept),
        columns={VOTER: rows.voter},
        test_columns={GOLD_LABEL: np.array(["negative", "positive"], dtype=object)[test.y]},
        sources={source.path: file.sha256},
        group_attributes={VOTER: voter_attributes(tables)},
    )


def voter_attributes(tables: VoteTables) -> dict[str, dict[str, float | str]]:
    """Return what is known of each labelling function: polarity, the sign of its votes (mixed where they have both);
    coverage, the share of training candidates that it votes on; precision, the share of its votes that are right among
    those on candidates of any split with a gold label. One without such votes has no precision.
    """
    gold = np.zeros(tables.split.size, dtype=np.int64)
    gold[tables.gold.candidate] = tables.gold.value
    on, value = tables.votes.candidate, tables.votes.value
    polarity: dict[str, float | str] = {}
    coverage: dict[str, float | str] = {}
    precision: dict[str, float | str] = {}
    for voter, name in enumerate(tables.voter_names):
        own = tables.voter == voter
        signs = set(np.sign(value[own]).tolist())
        if signs:
            polarity[name] = {1: "positive", -1: "negative"}[signs.pop()] if len(signs) == 1 else "mixed"
        coverage[name] = float((tables.split[on[own]] == TRAIN).sum() / (tables.split == TRAIN).sum())
        known = own & (gold[on] != 0)
        if known.any():
            precision[name] = float((value[known] == gold[on[known]]).mean())
    return {"polarity": polarity, "coverage": coverage, "precision": precision}


def vote_rows(tables: VoteTables, path: Path) -> VoteRows:
    """Return the rows of the votes on training candidates, sorted by candidate and labelling function.

    Raises DataError where there are not such votes of both signs, or no gold-labelled candidates in the development
    split.
    """
    kept = np.flatnonzero(tables.split[tables.votes.candidate] == TRAIN)
    candidate, positive = tables.votes.candidate[kept], tables.votes.value[kept] > 0
    if np.unique(positive).size < 2:
        raise DataError(f"{path}: expected votes of both signs on candidates of split {TRAIN}, found none or one sign")
    names = np.array(tables.voter_names, dtype=object)
    return VoteRows(
        X=_int32(tables.features[candidate]),
        y=positive.astype(np.int64),
        weight=1 / np.bincount(candidate)[candidate],
        voter=names[tables.voter[kept]],
        development=_gold_rows(tables, DEVELOPMENT, path),
    )


def _gold_rows(tables: VoteTables, split: int, path: Path) -> GoldRows:
    kept = np.flatnonzero(tables.split[tables.gold.candidate] == split)
    if kept.size == 0:
        raise DataError(f"{path}: expected gold-labelled candidates of split {split}, found none")
    X = _int32(tables.features[tables.gold.candidate[kept]])
    return GoldRows(X, (tables.gold.value[kept] > 0).astype(np.int64))


def _columns(X: sparse.csr_array, kept: NDArray[np.int64]) -> sparse.csr_array:
    chosen = _int32(X[:, kept])
    chosen.sort_indices()
    return chosen


def _int32(X: sparse.csr_array) -> sparse.csr_array:
    """X with 32-bit indices, which is all that scikit-learn's solvers take."""
    return sparse.csr_array((X.data, X.indices.astype(np.int32), X.indptr.astype(np.int32)), shape=X.shape)
