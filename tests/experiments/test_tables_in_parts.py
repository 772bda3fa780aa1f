"""A table that is written in parts has the bytes of the whole table, of which no more than one part is in memory; the
blocks that it is made from are read one at a time.
"""

from __future__ import annotations

import gc
import hashlib
import weakref
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.runs import unreported

from groupinf.errors import DataError, RunError
from groupinf.experiments.driver import collect_run
from groupinf.experiments.folder import files
from groupinf.experiments.folder.files import (
    ArrayInParts,
    TableInParts,
    npz_bytes,
    parquet_bytes,
    parquet_table,
    row_groups,
    write_atomically,
)
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.stored_blocks import StoredBlocks
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.result import EFFECTS, SPECTRA, THEORY
from groupinf.studies.group_effects.study import GROUP_EFFECTS

WHOLE = pd.DataFrame({"name": [f"group {i % 7}" for i in range(25)], "effect": np.linspace(-1.0, 1.0, 25)})


def in_parts(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    return (table.iloc[rows.start : rows.stop].reset_index(drop=True) for rows in row_groups(len(table)))


def by_pyarrow(table: pd.DataFrame, rows: int) -> bytes:
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), buffer, row_group_size=rows)
    return buffer.getvalue()


@pytest.mark.parametrize("rows", [25, 0, 20, 21])
def test_parts_give_the_bytes_of_the_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(files, "ROW_GROUP", 10)
    table = WHOLE.head(rows)
    digest = write_atomically(tmp_path / "table.parquet", TableInParts(in_parts(table)))
    written = (tmp_path / "table.parquet").read_bytes()
    assert written == by_pyarrow(table, 10)
    assert digest == hashlib.sha256(written).hexdigest()
    assert parquet_bytes(table) == by_pyarrow(table, 1 << 20)


def test_parts_give_the_archive_of_the_whole_array(tmp_path: Path) -> None:
    """Cut along its middle axis, as blocks of groups are, in the order in which the whole one lies in memory."""
    whole = np.random.default_rng(0).normal(size=(2, 7, 3))
    parts = (part[i] for i in range(2) for part in np.split(whole, [3, 4], axis=1))
    digest = write_atomically(tmp_path / "effect.npz", ArrayInParts("effect", whole.shape, parts))
    written = (tmp_path / "effect.npz").read_bytes()
    assert written == npz_bytes({"effect": whole})
    assert digest == hashlib.sha256(written).hexdigest()
    np.testing.assert_array_equal(np.load(tmp_path / "effect.npz")["effect"], whole)


def test_a_table_without_parts_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="at least one part, found none"):
        write_atomically(tmp_path / "table.parquet", TableInParts(()))
    assert list(tmp_path.iterdir()) == []


def test_no_more_than_two_parts_are_in_memory_at_once(tmp_path: Path) -> None:
    """The one that is written, and the next while it is made."""
    alive: list[weakref.ref[pd.DataFrame]] = []
    most = 0

    def parts() -> Iterator[pd.DataFrame]:
        nonlocal most
        for _ in range(6):
            part = WHOLE.copy()
            alive.append(weakref.ref(part))
            gc.collect()
            most = max(most, sum(one() is not None for one in alive))
            yield part
            del part

    write_atomically(tmp_path / "table.parquet", TableInParts(parts()))
    assert len(parquet_table((tmp_path / "table.parquet").read_bytes())) == 6 * len(WHOLE)
    assert most <= 2


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with theory, in blocks of four groups."""
    config = tmp_path_factory.mktemp("config") / "study.yaml"
    config.write_text(
        "name: parts\ndataset: {name: breast_cancer}\nregularization: {lambda_over_n: 0.01}\n"
        "test_points: {random: 2}\ntheory: true\nblock_width: 4\n"
        "groups: {sizes: {min: 0.05, max: 0.2, num: 5}, builders: [random, random_within_class]}\n"
    )
    return unreported(config, out=tmp_path_factory.mktemp("out")).path


def test_collecting_in_parts_gives_the_same_tables(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other parts change row groups alone, not a value: those are the ones of a table that is written whole."""
    directory = RunDirectory(path)
    before = {name: (path / name).read_bytes() for name in (EFFECTS, THEORY, SPECTRA)}
    monkeypatch.setattr(files, "ROW_GROUP", 7)
    collect_run(GROUP_EFFECTS, directory, Silent())
    for name, content in before.items():
        table = parquet_table(content)
        assert (path / name).read_bytes() == by_pyarrow(table, 7), name
    monkeypatch.undo()
    collect_run(GROUP_EFFECTS, directory, Silent())
    assert {name: (path / name).read_bytes() for name in before} == before


def test_blocks_are_read_when_they_come(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks, read = StoredBlocks(RunDirectory(path), 3), []
    monkeypatch.setattr(RunDirectory, "read_block", lambda self, number, files: read.append(number) or {})
    whole = iter(blocks)
    next(whole)
    assert read == [0]
    assert len([*whole]) == 2
    assert read == [0, 1, 2]


def test_missing_and_altered_blocks_are_named_before_one_is_read(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "blocks").mkdir(parents=True)
    first, second, *_ = sorted((path / "blocks").iterdir())
    (copy / "blocks" / first.name).write_bytes(first.read_bytes())
    (copy / "blocks" / second.name).write_bytes(second.read_bytes()[:-1])
    with pytest.raises(DataError, match="2 of 3 blocks are missing or altered: 1, 2;"):
        StoredBlocks(RunDirectory(copy), 3)
