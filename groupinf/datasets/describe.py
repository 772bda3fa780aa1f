"""A dataset in rows of a label and a text: what is known of it from the registry, and what is in it once loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.files.integrity import FileState, remedy
from groupinf.wording import counted, number

if TYPE_CHECKING:
    import numpy as np

    from groupinf.datasets.dataset import Dataset


Row = tuple[str, str]

FEATURES_SHOWN = 8


def paper_score(facts: DatasetFacts) -> str:
    """Return the test accuracy or F1 of the paper; empty for a dataset that it does not have."""
    if facts.test_accuracy is not None:
        return f"{facts.test_accuracy:.1%}".replace("%", " %")
    return "" if facts.test_f1 is None else f"F1 {facts.test_f1:.1%}".replace("%", " %")


def known_rows(facts: DatasetFacts) -> list[Row]:
    """Return what the registry says of a dataset."""
    test = "a number of rows that is not stated" if facts.n_test is None else f"{facts.n_test:,}"
    paper = "not in its Table 1"
    if facts.lambda_over_n is not None:
        score = paper_score(facts)
        paper = f"λ/n = {number(facts.lambda_over_n)}, test {score if score.startswith('F1') else f'accuracy {score}'}"
    return [
        ("rows", f"n = {facts.n:,} for training, {test} for testing"),
        ("features", f"d = {facts.d:,}"),
        ("a row is shown as", facts.rows_are.in_text),
        ("task", f"classification, {facts.n_classes} classes" if facts.n_classes else "regression"),
        ("natural groups", ", ".join(facts.natural_groups) or "none"),
        ("sets of test rows", ", ".join(facts.test_sets) or "none"),
        ("paper", paper),
        *([("adversarial", facts.adversarial)] if facts.adversarial else []),
        ("licence", facts.licence),
        ("citation", facts.citation),
        ("source", facts.url),
    ]


def file_rows(facts: DatasetFacts, states: Sequence[FileState]) -> list[Row]:
    """Return of each source file of a dataset where it is, whether it is right, where it comes from, and hashes."""
    rows = [("files", f"none: the dataset {facts.without_files}")] if not states else []
    for state in states:
        source = state.source
        rows.append(("file", f"{source.path}: {state_words(state)}"))
        rows.append(("  from", ", ".join(source.urls) or source.origin))
        rows.append(("  sha256", source.sha256 or "not known"))
        rows += [("  sha256", f"{sha256} of {member} in it") for member, sha256 in source.members.items()]
        if source.listing_sha256 is not None:
            rows.append(("  sha256", f"{source.listing_sha256} of the listing of its text files"))
    return rows


def state_words(state: FileState) -> str:
    """Return the state of a file in words."""
    return {
        "missing": "not on disk",
        "right": "right",
        "unknown": "on disk, not verified: its sha256 is not known",
        "wrong": f"wrong: {state.fault}",
        "unreadable": f"unreadable: {state.fault}",
    }[state.status]


def remedies(datasets: Iterable[DatasetFacts], states: Iterable[FileState]) -> str:
    """Return a line for each file that is missing or wrong, with what to do about it."""
    owner = {source.path: facts.name for facts in reversed(list(datasets)) for source in facts.files}
    words = ((state, remedy(state, owner[state.source.path])) for state in states)
    return "".join(f"\n  {state.source.path}: {text}" for state, text in words if text)


def loaded_rows(data: Dataset) -> list[Row]:
    """Return what is in a dataset: rows of each class, names of features, sizes of groups and test sets."""
    from scipy import sparse

    kind = "dense"
    if isinstance(data.X_train, sparse.csr_array):
        stored = f"{data.X_train.nnz / max(data.n * data.d, 1):.2%}".replace("%", " %")
        kind = f"sparse, {stored} of the entries stored"
    more = data.d - FEATURES_SHOWN
    first = ", ".join(data.feature_names[:FEATURES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
    return [
        ("training rows", f"{data.n:,}: {_targets(data, data.y_train)}"),
        ("test rows", f"{data.y_test.size:,}: {_targets(data, data.y_test)}"),
        ("X", f"{data.n:,} × {data.d:,}, {kind}"),
        ("features", first),
        *((f"group {name}", _sizes(Counter(values.tolist()))) for name, values in data.columns.items()),
        *((f"test set {name}", _sizes(Counter(values.tolist()))) for name, values in data.test_columns.items()),
    ]


def _targets(data: Dataset, y: np.ndarray[tuple[int], np.dtype[np.int64 | np.float64]]) -> str:
    import numpy as np

    if not data.classes:
        return f"y from {y.min():g} to {y.max():g}, mean {y.mean():.4g}"
    counts = np.bincount(y.astype(np.int64), minlength=len(data.classes))
    return ", ".join(f"{count:,} of class {label}" for label, count in zip(data.classes, counts, strict=True))


def _sizes(counts: Counter[object]) -> str:
    import numpy as np

    sizes = np.array(list(counts.values()))
    return (
        f"{counted(sizes.size, 'value')} with {sizes.min():,} to {counted(sizes.max(), 'row')}, "
        f"median {np.median(sizes):g}"
    )
