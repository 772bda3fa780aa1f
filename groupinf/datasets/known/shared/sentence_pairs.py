"""Sentence pairs in MultiNLI's JSON lines: labels, writers, genres, and a pair's features from word vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.files.data_home import verified_file
from groupinf.datasets.files.gzip_files import numbered_lines
from groupinf.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.known.shared.glove import WordVectors


CLASSES = ("contradiction", "entailment", "neutral")
NO_CONSENSUS = "-"  # the gold label of a pair whose annotators disagree
AUTHOR, GENRE = "sentence2_author", "genre"
EVALUATION_SET = "evaluation_set"

Tokens = Sequence[str]


@dataclass(frozen=True)
class Pairs:
    """Tokens of premises and hypotheses, class codes, and what each column of natural groups says of each pair."""

    premises: list[Tokens]
    hypotheses: list[Tokens]
    y: NDArray[np.int64]
    columns: dict[str, NDArray[np.object_]]


class _Pair(NamedTuple):
    sentences: tuple[str, str]
    code: int
    groups: tuple[str, ...]


def load_pairs(facts: DatasetFacts, home: Path, evaluation_sets: Sequence[str] = ()) -> Dataset:
    """Return the pairs of ``facts.files``: the training file, test files in the order given, word vectors last.

    A pair is the mean vector of its premise beside that of its hypothesis; d is twice the vectors' dimension.
    ``evaluation_sets`` names the test files; where it is given, the column EVALUATION_SET says which a row is from.
    Raises DataError, naming the line, where a file is absent, is not the one that is meant, or is malformed.
    """
    import numpy as np

    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.known.shared.glove import read_vectors

    files = [verified_file(home, source) for source in facts.files]
    cache: dict[str, Tokens] = {}
    train = _read_pairs(files[0].path, facts.natural_groups, cache)
    test = _joined([_read_pairs(file.path, (GENRE,), cache) for file in files[1:-1]], evaluation_sets)
    words = read_vectors(files[-1].path, frozenset(word for sentence in cache.values() for word in sentence))
    dimensions = range(words.vectors.shape[1])
    return Dataset(
        name=facts.name,
        task="classification",
        X_train=_features(train, words),
        y_train=train.y,
        X_test=_features(test, words),
        y_test=test.y,
        classes=CLASSES,
        sample_weight_train=np.ones(train.y.size),
        feature_names=tuple(f"{part}_{j}" for part in ("premise", "hypothesis") for j in dimensions),
        columns=train.columns,
        test_columns=test.columns,
        sources={source.path: file.sha256 for source, file in zip(facts.files, files, strict=True)},
        count_by=(GENRE,),
    )


def _read_pairs(path: Path, groups: Sequence[str], cache: dict[str, Tokens]) -> Pairs:
    """``cache``: sentence -> tokens, since a premise serves several pairs; it is filled on the way."""
    import numpy as np

    from groupinf.datasets.known.shared.glove import tokens

    read = _gold_pairs(path, groups)
    for sentence in (sentence for pair in read for sentence in pair.sentences):
        if sentence not in cache:
            cache[sentence] = tokens(sentence)
    sides = [[cache[pair.sentences[side]] for pair in read] for side in (0, 1)]
    columns = {g: np.array([pair.groups[at] for pair in read], dtype=object) for at, g in enumerate(groups)}
    return Pairs(sides[0], sides[1], np.array([pair.code for pair in read], dtype=np.int64), columns)


def _joined(parts: Sequence[Pairs], names: Sequence[str]) -> Pairs:
    """The pairs of several files one after the other; the column EVALUATION_SET says by name which one each is from."""
    import numpy as np

    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    if names:
        of_pair = np.repeat(np.arange(len(parts)), [part.y.size for part in parts])
        columns[EVALUATION_SET] = np.array(names, dtype=object)[of_pair]
    return Pairs(
        premises=[sentence for part in parts for sentence in part.premises],
        hypotheses=[sentence for part in parts for sentence in part.hypotheses],
        y=np.concatenate([part.y for part in parts]),
        columns=columns,
    )


def _gold_pairs(path: Path, groups: Sequence[str]) -> list[_Pair]:
    found = []
    for number, line in numbered_lines(path):
        where = f"{path}, line {number}"
        record = _record(line, where)
        label = _text(record, "gold_label", where)
        if label == NO_CONSENSUS:
            continue
        sentences = _text(record, "sentence1", where), _text(record, "sentence2", where)
        if label not in CLASSES:
            raise DataError(f"{where}: gold_label: expected one of {', '.join(CLASSES)}, found {label!r}")
        found.append(_Pair(sentences, CLASSES.index(label), tuple(_text(record, g, where) for g in groups)))
    if not found:
        raise DataError(f"{path}: expected pairs with a gold label, found none")
    return found


def _record(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: expected a JSON object, found: {error}") from error
    if not isinstance(record, dict):
        raise DataError(f"{where}: expected a JSON object, found a {type(record).__name__}")
    return record


def _text(record: dict[str, Any], field: str, where: str) -> str:
    value = record.get(field)
    if not isinstance(value, str):
        found = f"no such field among {', '.join(record)}" if field not in record else repr(value)
        raise DataError(f"{where}: {field}: expected a text, found {found}")
    return value


def _features(pairs: Pairs, words: WordVectors) -> NDArray[np.float64]:
    import numpy as np

    from groupinf.datasets.known.shared.glove import mean_vectors

    dimensions = words.vectors.shape[1]
    X = np.empty((pairs.y.size, 2 * dimensions))
    X[:, :dimensions] = mean_vectors(pairs.premises, words)
    X[:, dimensions:] = mean_vectors(pairs.hypotheses, words)
    return X
