"""Ranked rows are those of highest or lowest score, of the model or of a file; what cannot be ordered is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.linear_model import LogisticRegression
from support.runs import members, unreported

from groupinf.errors import ConfigError, DataError
from groupinf.groups.builders.ranked_rows import RankedRows
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.load import load_config


@dataclass(frozen=True)
class Scores:
    """Rows scored by their numbers, all but row 7 and with a tie of 5 and 6."""

    same: bool = False

    def scored(self, by: str) -> tuple[str, np.ndarray]:
        scores = np.zeros(200) if self.same else np.arange(200.0)
        scores[6], scores[7] = scores[5], np.nan
        return f"by {by}", scores


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_groups_are_the_rows_of_highest_and_lowest_score(make_source) -> None:
    source = replace(make_source(sizes=None), row_orders=Scores())
    groups = RankedRows(by="leverage", first="both", num_rows=[8, 2]).build(source, rng()).groups
    assert [group.indices.tolist() for group in groups] == [
        [198, 199],
        [192, 193, 194, 195, 196, 197, 198, 199],
        [0, 1],
        [0, 1, 2, 3, 4, 5, 6, 8],
    ]
    assert {group.kind for group in groups} == {"ranked_rows"}
    assert groups[0].made_from == "first 2 rows by leverage, the highest first"
    assert groups[-1].made_from == "first 8 rows by leverage, the lowest first"
    six = RankedRows(by="leverage", first="lowest", num_rows=[6]).build(source, rng()).groups[0]
    assert six.indices.tolist() == [0, 1, 2, 3, 4, 5]  # of 5 and 6, which are equal, the lower row


def test_scores_of_a_file_order_the_rows_that_it_lists(make_source, tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_text("index,score\n9,1.5\n3,-2\n17,1e3\n", encoding="utf-8")
    source = make_source()
    groups = RankedRows(path=str(path), num_rows=[1, 3]).build(source, rng()).groups
    assert [group.indices.tolist() for group in groups] == [[17], [3, 9, 17]]
    assert groups[0].made_from == "first 1 row by the scores of values.csv, the highest first"
    problem = RankedRows(path=str(path), num_rows=[4]).check(source.dataset)
    assert problem == ("num_rows", "expected at most 3, as have a score, found 4")
    with pytest.raises(DataError, match="expected at most 3 rows, which have a score, found 50"):
        RankedRows(path=str(path)).build(source, rng())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "index,value\n1,2\n",
            r"line 1: expected the columns index \(or key\) and score, each once, found index, value",
        ),
        ("index,score\n1,2\n1,3\n", "line 3: row 1 has a score already, on line 2"),
        ("index,score\n1,nan\n", "line 2: score: expected a finite number, found 'nan'"),
        ("index,score\n200,1\n", "line 2: index: expected a training row from 0 to 199, found 200"),
        ("key,score\na,1\n", "line 2: key: expected data whose rows have keys"),
        ("index,score\n", "found a header and no more"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(make_source, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "values.csv"
    path.write_text(text, encoding="utf-8")
    problem = RankedRows(path=str(path), num_rows=[1]).check(make_source().dataset)
    assert problem is not None
    assert problem.key == "path"
    with pytest.raises(DataError, match=message):
        RankedRows(path=str(path), num_rows=[1]).build(make_source(), rng())


def test_scores_that_are_all_the_same_order_nothing(make_source) -> None:
    source = replace(make_source(), row_orders=Scores(same=True))
    with pytest.raises(DataError, match="expected scores that order rows, found the same for all, by random"):
        RankedRows(by="random").build(source, rng())
    with pytest.raises(
        ValidationError, match="expected by: NAME or path: FILE, whose scores order the rows; found neit"
    ):
        RankedRows()
    with pytest.raises(ValidationError, match="found both"):
        RankedRows(by="leverage", path="values.csv")


def configured(folder: Path, builder: dict[str, Any]) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(70, 3))
    y = (X[:, 0] + rng.normal(size=70) > 0).astype(int)
    np.savez(folder / "rows.npz", X_train=X[:60], X_test=X[60:], y_train=y[:60], y_test=y[60:])
    return {
        "name": "ranked",
        "dataset": {"npz": str(folder / "rows.npz")},
        "regularization": {"lambda_over_n": 0.02},
        "groups": {"builders": [{"builder": "ranked_rows", "num_rows": [1, 4]} | builder]},
        "test_points": {"all": True},
    }


def test_scores_of_the_model_are_those_of_scikit_learn_s_fit(tmp_path: Path) -> None:
    found = {
        by: [rows.tolist() for rows in members(unreported(configured(tmp_path, {"by": by}), tmp_path))]
        for by in ("training_loss", "self_influence", "leverage")
    }
    data = np.load(tmp_path / "rows.npz")
    X, y, lam = data["X_train"], data["y_train"], 0.02 * 60
    model = LogisticRegression(C=1 / lam, tol=1e-12, max_iter=10_000).fit(X, y)
    p, design = model.predict_proba(X)[:, 1], np.column_stack([X, np.ones(60)])
    H = (design.T * (p * (1 - p))) @ design + lam * np.diag([1.0, 1.0, 1.0, 0.0])
    q = np.einsum("nj,nj->n", design, np.linalg.solve(H, design.T).T)
    scores = {
        "training_loss": -np.log(np.where(y == 1, p, 1 - p)),
        "self_influence": (p - y) ** 2 * q,
        "leverage": p * (1 - p) * q,
    }
    for by, of in scores.items():
        assert found[by] == [sorted(np.argsort(-of)[:s].tolist()) for s in (1, 4)]


@pytest.mark.parametrize(
    ("builder", "message"),
    [
        ({"by": "leverge"}, r"builders.0.by: unknown order 'leverge'; did you mean 'leverage'\?"),
        ({}, "expected by: NAME or path: FILE"),
        ({"by": "leverage", "num_rows": [60]}, "num_rows: expected less than n = 60"),
        ({"by": "leverage", "num_rows": None}, "which ranked_rows needs"),
        ({"by": "leverage", "first": "top"}, "first: expected one of highest, lowest, both"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, builder: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plan(load_config(configured(tmp_path, builder)))
