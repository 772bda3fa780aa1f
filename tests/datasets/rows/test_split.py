"""A stratified split gives each class its share of the test rows; one that is not stays as it was."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from groupinf.datasets.own.csv import CsvDataset, load_csv
from groupinf.datasets.own.libsvm import LibsvmDataset, load_libsvm
from groupinf.datasets.rows.split import split_rows, stratified_rows


@pytest.mark.parametrize("fraction", [0.1, 0.2, 1 / 3, 0.75])
@pytest.mark.parametrize("sizes", [(40, 60), (97, 2, 1), (13, 13, 13, 13), (300, 7)])
def test_every_class_has_its_share_to_within_one_row_and_one_to_train(sizes: tuple[int, ...], fraction: float) -> None:
    y = np.random.default_rng(0).permutation(np.repeat([f"c{k}" for k in range(len(sizes))], sizes))
    train, test = stratified_rows(y, fraction, 7)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), np.arange(y.size))
    assert all((np.diff(part) > 0).all() for part in (train, test))
    counts = Counter(y[test].tolist())
    assert all(abs(counts[f"c{k}"] - size * fraction) < 1 for k, size in enumerate(sizes))
    assert set(y[train]) == set(y)
    assert test.size == round(y.size * fraction) or min(sizes) == 1


def test_the_draw_depends_on_the_seed_and_on_nothing_else() -> None:
    y = np.arange(60) % 3
    tests = [stratified_rows(y, 0.3, seed)[1].tolist() for seed in (1, 1, 2)]
    assert tests[0] == tests[1] != tests[2]


def test_rows_sorted_by_label_split_by_class_only_where_asked(tmp_path: Path) -> None:
    path = tmp_path / "sorted.csv"
    path.write_text("x,y\n" + "".join(f"{i},{int(i >= 90)}\n" for i in range(100)))
    plain, strata = (
        load_csv(CsvDataset.model_validate({"csv": "a", "target": "y", "test_fraction": 0.2, **more}), [path], 1)
        for more in ({}, {"stratify": True})
    )
    assert plain.X_test[:, 0].tolist() == split_rows(100, 0.2, 1)[1].tolist()
    assert Counter(strata.y_test.tolist()) == {0: 18, 1: 2}
    assert Counter(plain.y_test.tolist()) != {0: 18, 1: 2}


def test_libsvm_rows_split_by_class(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("".join(f"{int(i >= 45)} 1:{i + 1}\n" for i in range(50)))
    dataset = load_libsvm(LibsvmDataset(libsvm=str(path), test_fraction=0.2, stratify=True), [path], 0)
    assert Counter(dataset.y_test.tolist()) == {0: 9, 1: 1}
