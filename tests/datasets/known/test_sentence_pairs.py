"""A pair's features are its two mean word vectors; malformed lines are refused by file, line and field."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupinf.datasets.known import multinli, nli_workers
from groupinf.datasets.known.shared.glove import read_vectors
from groupinf.errors import DataError

TRAIN, MATCHED, MISMATCHED, GLOVE = (Path(source.path).name for source in multinli.FACTS.files)
VECTORS = "the 1 2\n. 0.5 -1\ncat 4 8\n. . . 9 9\nThe 7 7\ndog -2 1e1\n"


def pair(label: str, premise: str, hypothesis: str, **fields: Any) -> dict[str, Any]:
    return {"gold_label": label, "sentence1": premise, "sentence2": hypothesis, "genre": "fiction", **fields}


def by(author: str, pair: dict[str, Any]) -> dict[str, Any]:
    return {**pair, "sentence2_author": author}


FILES: dict[str, list[Any]] = {
    TRAIN: [
        by("w1", pair("neutral", "The cat.", "the the dog")),
        by("w2", pair("-", "The cat.", "Nothing")),
        by("w2", pair("entailment", "Unknown words", "CAT-dog")),
        by("w1", pair("contradiction", "The cat.", "cat", genre="travel")),
    ],
    MATCHED: [pair("neutral", "dog", "dog", genre="slate"), pair("-", "dog", "dog")],
    MISMATCHED: [pair("entailment", "the", "cat\u2028dog", genre="letters")],
}


def write(home: Path, vectors: str = VECTORS, **changed: list[Any]) -> Path:
    folder = home / "multinli"
    folder.mkdir(exist_ok=True)
    for name, records in (FILES | changed).items():
        lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / GLOVE).write_text(vectors, encoding="utf-8")
    return folder


def test_small_files_of_the_schema(tmp_path: Path) -> None:
    write(tmp_path)
    data = multinli.load(tmp_path, 0)
    the_cat = [5.5 / 3, 9 / 3]
    expected = [[*the_cat, 0, 14 / 3], [0, 0, 1, 9], [*the_cat, 4, 8]]
    np.testing.assert_allclose(data.X_train, expected, rtol=1e-15)
    np.testing.assert_allclose(data.X_test, [[-2, 10, -2, 10], [1, 2, 1, 9]], rtol=1e-15)
    assert [data.classes[code] for code in data.y_train] == ["neutral", "entailment", "contradiction"]
    assert [data.classes[code] for code in data.y_test] == ["neutral", "entailment"]
    assert data.columns["sentence2_author"].tolist() == ["w1", "w2", "w1"]
    assert data.columns["genre"].tolist() == ["fiction", "fiction", "travel"]
    assert {name: values.tolist() for name, values in data.test_columns.items()} == {
        "genre": ["slate", "letters"],
        "evaluation_set": ["matched", "mismatched"],
    }
    assert data.feature_names == ("premise_0", "premise_1", "hypothesis_0", "hypothesis_1")


def test_rows_of_the_real_files(real_home: Callable[..., Path]) -> None:
    home = real_home("nli_workers")
    data = nli_workers.load(home, 0)
    with gzip.open(home / "nli_workers" / "train.jsonl.gz", "rt", encoding="utf-8") as stream:
        records = [json.loads(line) for line in stream]
    with gzip.open(home / "nli_workers" / "glove6b_100d_subset.txt.gz", "rt", encoding="utf-8") as stream:
        vectors = {line.split(" ")[0]: line.split(" ")[1:] for line in stream}
    for row in (0, 20_000, 44_982):
        sides = []
        for field in ("sentence1", "sentence2"):
            words = re.findall(r"\w+|[^\w\s]", records[row][field].lower())
            sides.append(np.mean([np.array(vectors[w], dtype=float) for w in words if w in vectors], axis=0))
        np.testing.assert_allclose(data.X_train[row], np.concatenate(sides), rtol=1e-12, atol=1e-15)
        assert data.classes[data.y_train[row]] == records[row]["gold_label"]
        assert data.columns["sentence2_author"][row] == records[row]["sentence2_author"]
    with gzip.open(home / "nli_workers" / "dev.jsonl.gz", "rt", encoding="utf-8") as stream:
        assert data.test_columns["genre"].tolist() == [json.loads(line)["genre"] for line in stream]


GOOD = FILES[TRAIN][0]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("{", "expected a JSON object, found: "),
        ("", "expected a JSON object, found: "),
        ("[1]", "expected a JSON object, found a list"),
        ("[" * 100_000, "expected a JSON object, found: "),
        (
            {**GOOD, "gold_label": "other"},
            "gold_label: expected one of contradiction, entailment, neutral, found 'other'",
        ),
        ({**GOOD, "sentence2": None}, "sentence2: expected a text, found None"),
        (
            {k: v for k, v in GOOD.items() if k != "sentence2_author"},
            "sentence2_author: expected a text, found no such",
        ),
    ],
)
def test_faults_of_a_line(tmp_path: Path, record: Any, message: str) -> None:
    folder = write(tmp_path, **{TRAIN: [GOOD, record]})
    with pytest.raises(DataError) as caught:
        multinli.load(tmp_path, 0)
    assert str(caught.value).startswith(f"{folder / TRAIN}, line 2: {message}")


def test_test_file_without_gold_labels(tmp_path: Path) -> None:
    folder = write(tmp_path, **{MISMATCHED: [pair("-", "dog", "dog")]})
    with pytest.raises(DataError, match="expected pairs with a gold label, found none") as caught:
        multinli.load(tmp_path, 0)
    assert str(caught.value).startswith(f"{folder / MISMATCHED}: ")


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ("the 1 2\ncat 4\n", "line 2: expected a word and 2 numbers, found 1 number"),
        ("the 1 2\ncat 4 x\n", "line 2: expected numbers, found: could not convert string to float: 'x'"),
        ("the 1 2\ncat 4 nan\n", "line 2: expected finite numbers, found nan"),
        ("400000 300\nthe 1 2\n", "line 1: expected a word and the numbers of its vector, found '400000 300'"),
        ("zebra 1 2\n", "expected vectors of the words of the sentences, found none of them"),
        ("", "expected vectors of the words of the sentences, found none of them"),
    ],
)
def test_faults_of_the_vectors(tmp_path: Path, vectors: str, message: str) -> None:
    folder = write(tmp_path, vectors)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        multinli.load(tmp_path, 0)
    assert str(caught.value).startswith(str(folder / GLOVE))


def test_first_of_two_vectors_of_a_word_counts(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("a 1 2\na 3 4\n")
    assert read_vectors(tmp_path / "v.txt", frozenset("a")).vectors.tolist() == [[1, 2]]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([TRAIN, MATCHED, GLOVE]),
    content=st.one_of(
        st.binary(max_size=80),
        st.recursive(
            st.none() | st.text(max_size=5), lambda c: st.dictionaries(st.text(max_size=3), c, max_size=3)
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_junk_gives_only_data_errors(tmp_path: Path, name: str, content: bytes) -> None:
    path = write(tmp_path) / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        multinli.load(tmp_path, 0)
    assert str(caught.value).startswith(str(path))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.integers(0, 60))
def test_truncated_gzip(tmp_path: Path, kept: int) -> None:
    whole = gzip.compress(VECTORS.encode())
    (tmp_path / "v.txt.gz").write_bytes(whole[: min(kept, len(whole) - 1)])
    with pytest.raises(DataError, match=r"v\.txt\.gz"):
        read_vectors(tmp_path / "v.txt.gz", frozenset({"zebra"}))
