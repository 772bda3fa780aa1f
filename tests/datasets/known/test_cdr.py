"""Votes become weighted rows, features are selected by L1, and tables that are not such tables are refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from groupinf.datasets.known import cdr, cdr_rebuilt
from groupinf.datasets.known.shared.l1_selection import best_on, l1_regression, selected_features
from groupinf.datasets.known.shared.vote_rows import VoteRows, vote_rows, voter_attributes
from groupinf.datasets.known.shared.vote_tables import read_vote_tables
from groupinf.errors import DataError

Table = tuple[str, Sequence[tuple[Any, ...]]]

# Feature 7 tells the votes apart; feature 5 is on every candidate.
CANDIDATES = [(i, 0) for i in range(1, 41)] + [(i, 1) for i in range(41, 61)] + [(i, 2) for i in range(61, 71)]
TABLES: dict[str, Table] = {
    "candidate": ("id, split", CANDIDATES),
    "label_key": ("id, name", [(3, "LF_yes"), (9, "LF_no"), (4, "LF_third")]),
    "label": (
        "value, candidate_id, key_id",
        [(1 if i % 2 else -1, i, 3 if i % 2 else 9) for i, _ in CANDIDATES if i != 40]
        + [(-1 if i % 4 else 1, i, 4) for i, _ in CANDIDATES if i % 3 == 0],
    ),
    "feature_key": ("id, name", [(5, "always"), (7, "telling")]),
    "feature": (
        "value, candidate_id, key_id",
        [(1.0, i, 5) for i, _ in CANDIDATES] + [(1.0, i, 7) for i, _ in CANDIDATES if i % 2],
    ),
    "gold_label": ("value, candidate_id", [(1 if i % 2 else -1, i) for i, _ in CANDIDATES if i != 70]),
}


def write(path: Path, tables: dict[str, Table]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        for name, (columns, rows) in tables.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" * len(columns.split(",")))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        connection.commit()
    return path


def authors_file(home: Path, **changed: Table | None) -> Path:
    tables = {name: table for name, table in (TABLES | changed).items() if table is not None}
    return write(home / "cdr" / "cdr.db", tables)


def test_small_file_of_the_authors_tables(tmp_path: Path) -> None:
    path = authors_file(tmp_path)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    data = cdr.load(tmp_path, 0)
    path.parent.chmod(0o755)
    votes = sorted((candidate, key, value) for value, candidate, key in TABLES["label"][1] if candidate <= 40)
    names = dict(TABLES["label_key"][1])
    of_candidate = [sum(other == candidate for other, _, _ in votes) for candidate, _, _ in votes]
    assert data.feature_names == ("telling",)
    assert data.X_train.toarray()[:, 0].tolist() == [float(candidate % 2) for candidate, _, _ in votes]
    assert data.y_train.tolist() == [int(value > 0) for _, _, value in votes]
    assert data.sample_weight_train.tolist() == [1 / k for k in of_candidate]
    assert data.columns["labelling_function"].tolist() == [names[key] for _, key, _ in votes]
    assert data.y_test.tolist() == [i % 2 for i in range(61, 70)]
    assert data.test_columns["gold_label"].tolist() == ["positive" if i % 2 else "negative" for i in range(61, 70)]
    assert data.X_test.toarray()[:, 0].tolist() == [float(i % 2) for i in range(61, 70)]


def test_rows_of_the_real_file(real_home: Callable[..., Path]) -> None:
    home = real_home("cdr_rebuilt")
    data = cdr_rebuilt.load(home, 0)
    with closing(sqlite3.connect(f"file:{home / 'cdr' / 'cdr_rebuilt.db'}?mode=ro&immutable=1", uri=True)) as db:
        votes = db.execute(
            "SELECT l.value, k.name, l.candidate_id,"
            " (SELECT count(*) FROM label o WHERE o.candidate_id = l.candidate_id)"
            " FROM label l JOIN candidate c ON c.id = l.candidate_id JOIN label_key k ON k.id = l.key_id"
            " WHERE c.split = 0 ORDER BY l.candidate_id, l.key_id"
        ).fetchall()
        found = db.execute(
            "SELECT f.candidate_id, k.name FROM feature f JOIN feature_key k ON k.id = f.key_id"
        ).fetchall()
    np.testing.assert_array_equal(data.y_train, [value > 0 for value, *_ in votes])
    np.testing.assert_allclose(data.sample_weight_train, [1 / k for *_, k in votes], rtol=1e-15)
    assert data.columns["labelling_function"].tolist() == [name for _, name, *_ in votes]
    assert len(set(data.columns["labelling_function"])) == 28
    for row in (0, 9_000, 17_642):
        names = {name for candidate, name in found if candidate == votes[row][2]}
        X = data.X_train[[row]].tocsr()
        assert {data.feature_names[j] for j in X.indices} == names & set(data.feature_names)


def test_attributes_of_labelling_functions_are_those_that_their_makers_counted(real_home: Callable[..., Path]) -> None:
    """Polarity, coverage of the training candidates and precision over all splits agree with a list that was made
    beside the file, whose shares have four digits."""
    home = real_home("cdr_rebuilt", others=("cdr/lfs.json",))
    known = cdr_rebuilt.load(home, 0).group_attributes["labelling_function"]
    listed = json.loads((home / "cdr" / "lfs.json").read_text())
    assert len(listed) == len(known["coverage"]) == 28
    for entry in listed:
        parts = [entry[split] for split in ("train", "dev", "test")]
        right = sum(part["votes"] * part["precision"] for part in parts)
        name = entry["name"]
        assert known["polarity"][name] == ("positive" if entry["polarity"] > 0 else "negative")
        assert known["coverage"][name] == pytest.approx(entry["train"]["coverage"], abs=5e-5)
        assert known["precision"][name] == pytest.approx(right / sum(part["votes"] for part in parts), abs=5e-5)


def test_attributes_of_labelling_functions_by_hand(tmp_path: Path) -> None:
    """A function that votes both ways is mixed; one that votes on no candidate with a gold label has no precision."""
    votes = [(1, 1, 3), (-1, 2, 3), (1, 70, 9)]
    tables = read_vote_tables(authors_file(tmp_path, label=("value, candidate_id, key_id", votes)))
    known = voter_attributes(tables)
    assert known["polarity"] == {"LF_yes": "mixed", "LF_no": "positive"}
    assert known["coverage"] == {"LF_yes": 2 / 40, "LF_no": 0.0, "LF_third": 0.0}
    assert known["precision"] == {"LF_yes": 1.0}


def small_rows(tmp_path: Path) -> VoteRows:
    path = authors_file(tmp_path)
    return vote_rows(read_vote_tables(path), path)


def test_l1_solution_meets_its_optimality_conditions(tmp_path: Path) -> None:
    rows, lambda_over_n = small_rows(tmp_path), 0.02
    model = l1_regression(rows.X, rows.y, rows.weight, lambda_over_n)
    z = rows.X @ model.coef_[0] + model.intercept_[0]
    residual = rows.weight * (1 / (1 + np.exp(-z)) - rows.y)
    slope, lam = rows.X.T @ residual, lambda_over_n * rows.y.size
    kept = selected_features(model)
    np.testing.assert_allclose(slope[kept], -lam * np.sign(model.coef_[0][kept]), rtol=1e-3)
    assert (np.abs(slope) <= lam * (1 + 1e-3)).all()
    assert abs(residual.sum()) < 1e-3 * lam
    assert kept.tolist() == [1]


def test_best_on_development_is_the_first_of_the_highest_f1(tmp_path: Path) -> None:
    rows = small_rows(tmp_path)
    models = [l1_regression(rows.X, rows.y, rows.weight, value) for value in (0.5, 0.02, 0.01)]
    X, y = rows.development.X, rows.development.y
    scores = [f1_score(y, model.predict(X), zero_division=0) for model in models]
    assert scores[0] < scores[1] == scores[2]
    assert best_on(iter(models), X, y) is models[1]


def test_without_tables_of_keys_the_ids_are_the_names(tmp_path: Path) -> None:
    named = read_vote_tables(authors_file(tmp_path))
    (tmp_path / "plain").mkdir()
    plain = read_vote_tables(authors_file(tmp_path / "plain", label_key=None, feature_key=None))
    assert plain.voter_names == ("3", "4", "9")
    assert plain.feature_names == ("5", "7")
    np.testing.assert_array_equal(plain.features.toarray(), named.features.toarray())
    assert [dict(TABLES["label_key"][1])[int(plain.voter_names[v])] for v in plain.voter] == [
        named.voter_names[v] for v in named.voter
    ]


def changed(name: str, at: int, row: tuple[Any, ...]) -> dict[str, Table]:
    columns, rows = TABLES[name]
    return {name: (columns, [*rows[:at], row, *rows[at + 1 :]])}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gold_label": None}, "expected an SQLite file with tables .*, found: no such table: gold_label"),
        ({"candidate": ("id", [(1,)])}, "found: no such column: split"),
        ({"label": (TABLES["label"][0], [])}, "table label: expected rows, found none"),
        (changed("label", 0, (0, 1, 3)), "table label: expected values -1 or 1, found 0"),
        (changed("label", 0, (None, 1, 3)), "table label: expected finite numbers in every column"),
        (changed("label", 0, ("1", 1, 3)), "table label: expected finite numbers in every column"),
        (changed("label", 0, (1, 99, 3)), "table label: id 99 is none of table candidate"),
        (changed("label", 0, (1, 1, 5)), "table label: id 5 is none of table label_key"),
        (changed("feature", 0, (1.0, 1, 6)), "table feature: id 6 is none of table feature_key"),
        (changed("feature", 0, (np.inf, 1, 5)), "table feature: expected finite numbers"),
        (changed("feature_key", 0, (5, None)), "table feature_key: expected rows of an integer and a text"),
        (changed("gold_label", 0, (1, 2)), "table gold_label: expected one value for a candidate"),
        ({"candidate": ("id, split", [(i, 0) for i, _ in CANDIDATES])}, "expected gold-labelled candidates of split 1"),
        (
            {"label": (TABLES["label"][0], [(1, i, 3) for i in range(1, 41)])},
            "expected votes of both signs on candidates of split 0",
        ),
        (
            {"feature": (TABLES["feature"][0], [(1.0, i, 5) for i, split in CANDIDATES if split > 0])},
            "expected features that tell the votes apart, found none",
        ),
    ],
)
def test_faults(tmp_path: Path, change: dict[str, Table | None], message: str) -> None:
    path = authors_file(tmp_path, **change)
    with pytest.raises(DataError, match=message) as caught:
        cdr.load(tmp_path, 0)
    assert str(caught.value).startswith(f"{path}: ")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_altered_bytes_give_only_data_errors(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "cdr" / "cdr.db"
    path.unlink(missing_ok=True)
    content = bytearray(authors_file(tmp_path).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), 5000, 90, 0]))])
    message = f"{path}: "
    try:
        vote_rows(read_vote_tables(path), path)
    except DataError as error:
        message = str(error)
    assert message.startswith(f"{path}: ")
