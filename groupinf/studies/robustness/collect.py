"""From stored answers to tables: what was asked, what each order found, which rows, and how values move."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from groupinf.experiments.folder.files import parquet_bytes
from groupinf.experiments.study import Arrays, Collected, Stored
from groupinf.studies.linear.rows import ROWS
from groupinf.studies.robustness.block import NONE, Answer, OfOrder, answer_from
from groupinf.studies.robustness.manifest import RobustnessManifest
from groupinf.studies.robustness.result import FLIPS, PATHS, REMOVED, STATEMENTS


def collect(run: Stored[RobustnessManifest], blocks: Iterable[Arrays]) -> Collected[RobustnessManifest]:
    """The tables of a run whose answers are all there."""
    about, answers = run.manifest, [answer_from(arrays) for arrays in blocks]
    rows = pd.read_parquet(io.BytesIO(run.files[ROWS]))
    tables = {
        STATEMENTS: _statements(about, answers),
        FLIPS: _flips(about, answers),
        REMOVED: _removed(about, answers, rows[rows["split"] == "train"]),
        PATHS: _paths(about, answers),
    }
    return Collected({name: parquet_bytes(table) for name, table in tables.items()}, about)


def best_of(answer: Answer) -> int | None:
    """Which order found the fewest rows, the first of several; None where none found any."""
    sizes = [one.rows.size if one.flips else np.inf for one in answer.orders]
    return int(np.argmin(sizes)) if sizes and np.isfinite(min(sizes)) else None


def _statements(about: RobustnessManifest, answers: Sequence[Answer]) -> pd.DataFrame:
    best = [best_of(answer) for answer in answers]
    found = [None if b is None else answer.orders[b] for answer, b in zip(answers, best, strict=True)]
    fewest, least = _whole(found), _counts([_least(a, one) for a, one in zip(answers, found, strict=True)])
    return pd.DataFrame(
        {
            "statement": np.arange(len(answers)),
            "flips": [statement.flips for statement in about.statements],
            "name": [statement.name for statement in about.statements],
            "asks": [statement.asks for statement in about.statements],
            "value": [answer.value for answer in answers],
            "state": [answer.state for answer in answers],
            "boundary": [answer.boundary for answer in answers],
            "fewest": fewest,
            "share": fewest.astype("Float64") / about.n,
            "order": pd.array([None if b is None else about.orders[b] for b in best], dtype="string"),
            "value_after": [np.nan if one is None else one.after for one in found],
            "error": [np.nan if one is None else one.error for one in found],
            "state_after": ["" if one is None else one.state for one in found],
            "lower_bound": least,
            "proven_fewest": ((fewest == least).fillna(False)).astype(bool),
        }
    )


def _flips(about: RobustnessManifest, answers: Sequence[Answer]) -> pd.DataFrame:
    each = [(i, order, one) for i, answer in enumerate(answers) for order, one in _by_order(about, answer)]
    found = [one for _, _, one in each]
    flipped = [one if one.flips else None for one in found]
    return pd.DataFrame(
        {
            "statement": np.array([i for i, _, _ in each], dtype=np.int64),
            "order": np.array([order for _, order, _ in each], dtype=object),
            "looked_up": np.array([one.looked_up for one in found], dtype=np.int64),
            "predicted": _counts([one.predicted for one in found]),
            "first": _counts([one.first for one in found]),
            "every_fewer_tried": np.array([one.whole for one in found], dtype=bool),
            "fewest": _whole(flipped),
            "none_can_stay": np.array([one.minimal and one.flips for one in found], dtype=bool),
            "value_after": np.array([one.after for one in found], dtype=np.float64),
            "error": np.array([one.error for one in found], dtype=np.float64),
            "state_after": np.array([one.state for one in found], dtype=object),
        }
    )


def _removed(about: RobustnessManifest, answers: Sequence[Answer], training: pd.DataFrame) -> pd.DataFrame:
    told = training.set_index("row")
    columns = [name for name in ("key", "label") if name in told]
    frames = [
        pd.DataFrame(
            {
                "statement": i,
                "order": order,
                "place": np.arange(one.rows.size) + 1,
                "row": one.rows,
                **{name: told.loc[one.rows, name].to_numpy() for name in columns},
            }
        )
        for i, answer in enumerate(answers)
        for order, one in _by_order(about, answer)
        if one.flips
    ]
    empty = pd.DataFrame(
        {"statement": np.empty(0, dtype=np.int64), "order": np.empty(0, dtype=object), "place": [], "row": []}
    ).assign(**{name: told[name].to_numpy()[:0] for name in columns})
    return pd.concat(frames, ignore_index=True) if frames else empty


def _paths(about: RobustnessManifest, answers: Sequence[Answer]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {"statement": i, "order": order, "removed": one.counts, "value": one.values, "predicted": one.predictions}
        )
        for i, answer in enumerate(answers)
        for order, one in _by_order(about, answer)
    ]
    names = ["statement", "order", "removed", "value", "predicted"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({name: [] for name in names})


def _by_order(about: RobustnessManifest, answer: Answer) -> list[tuple[str, OfOrder]]:
    """Nothing of a statement of which nothing can be asked."""
    return list(zip(about.orders, answer.orders, strict=True)) if answer.orders else []


def _counts(values: Sequence[int]) -> pd.Series[int]:
    return pd.Series(pd.array([None if value == NONE else value for value in values], dtype="Int64"))


def _whole(found: Sequence[OfOrder | None]) -> pd.Series[int]:
    return pd.Series(pd.array([None if one is None else one.rows.size for one in found], dtype="Int64"))


def _least(answer: Answer, found: OfOrder | None) -> int:
    """What is proven; that it takes a row at all, where one was found that does."""
    alone = answer.least == NONE and found is not None and found.rows.size == 1
    return 1 if alone else answer.least
