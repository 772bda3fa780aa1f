"""The Diabetes loader yields the paper's features and split, element for element, and refuses any other file."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.files.data_home import read_zip_member, sha256_of
from groupinf.datasets.known import diabetes
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.registry import load_dataset
from groupinf.errors import DataError


@pytest.fixture(scope="module")
def loaded(real_data: Path) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUPINF_DATA", str(real_data))
        return load_dataset(NamedDataset(name="diabetes"), Path("/nowhere"), seed=7)


def test_equals_the_papers_split(loaded: Dataset, real_data: Path) -> None:
    with np.load(real_data / "checks" / "diabetes_paper_split.npz") as truth:
        for array in ("X_train", "y_train", "X_test", "y_test"):
            np.testing.assert_array_equal(getattr(loaded, array), truth[array])
        assert loaded.feature_names == tuple(truth["feature_names"].tolist())


def test_is_float64_in_c_order(loaded: Dataset) -> None:
    for X in (loaded.X_train, loaded.X_test):
        assert isinstance(X, np.ndarray)
        assert X.dtype == np.float64
        assert X.flags.c_contiguous


def test_classes_are_balanced_in_training(loaded: Dataset) -> None:
    assert np.bincount(loaded.y_train).tolist() == [10_000, 10_000]
    assert np.bincount(loaded.y_test).tolist() == [101_766 - 11_357 - 10_000, 11_357 - 10_000]


@pytest.mark.parametrize(
    ("column", "groups", "of_50_rows"),
    [
        ("patient_nbr", 16_334, None),
        ("medical_specialty", 63, 21),
        ("payer_code", 17, None),
        ("diag_1", 539, 78),
        ("age", 10, 9),
    ],
)
def test_natural_groups(loaded: Dataset, column: str, groups: int, of_50_rows: int | None) -> None:
    values, counts = np.unique(loaded.columns[column].astype(str), return_counts=True)
    assert values.size == groups
    assert counts.sum() == loaded.n
    assert of_50_rows is None or (counts >= 50).sum() == of_50_rows


def test_natural_groups_belong_to_the_training_rows(loaded: Dataset, real_data: Path) -> None:
    with np.load(real_data / "checks" / "diabetes_paper_split.npz") as truth:
        rows = truth["train_idx"][:25]
    with zipfile.ZipFile(real_data / diabetes.SOURCE.path) as archive:
        lines = archive.read(diabetes.MEMBER).decode().splitlines()
    patients = [lines[row + 1].split(",")[1] for row in rows]
    assert loaded.columns["patient_nbr"][:25].tolist() == patients


def test_names_the_hash_of_what_it_read(loaded: Dataset, real_data: Path) -> None:
    with zipfile.ZipFile(real_data / diabetes.SOURCE.path) as archive:
        content = archive.read(diabetes.MEMBER)
    assert loaded.sources == {diabetes.MEMBER: hashlib.sha256(content).hexdigest()}
    assert sha256_of(real_data / diabetes.SOURCE.path) == diabetes.SOURCE.sha256


def write_source(home: Path, content: bytes) -> Path:
    path = home / diabetes.SOURCE.path
    path.parent.mkdir()
    path.write_bytes(content)
    return path


def zipped(tmp_path: Path, member: str, content: bytes) -> bytes:
    with zipfile.ZipFile(tmp_path / "made.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
    return (tmp_path / "made.zip").read_bytes()


def test_other_contents_are_refused_with_both_hashes(tmp_path: Path) -> None:
    path = write_source(tmp_path, zipped(tmp_path, diabetes.MEMBER, b"altered"))
    with pytest.raises(DataError) as caught:
        diabetes.load(tmp_path, 0)
    message = str(caught.value)
    assert str(path) in message
    assert f"expected sha256 {diabetes.SOURCE.members[diabetes.MEMBER]}" in message
    assert f"found {hashlib.sha256(b'altered').hexdigest()}" in message


def test_archive_without_the_member_is_refused(tmp_path: Path) -> None:
    write_source(tmp_path, zipped(tmp_path, "other.csv", b"x"))
    with pytest.raises(DataError, match=r"expected the member dataset_diabetes/diabetic_data.csv"):
        diabetes.load(tmp_path, 0)


@pytest.mark.parametrize("kept", [0, 10, 400, -10])
def test_truncated_archive_is_refused(tmp_path: Path, kept: int) -> None:
    good = zipped(tmp_path, diabetes.MEMBER, bytes(range(256)) * 20)
    write_source(tmp_path, good[:kept])
    with pytest.raises(DataError, match="expected a readable zip file"):
        diabetes.load(tmp_path, 0)


def test_a_web_page_in_place_of_the_archive_is_refused(tmp_path: Path) -> None:
    write_source(tmp_path, b"<!DOCTYPE html><html>Moved</html>")
    with pytest.raises(DataError, match="expected a readable zip file"):
        diabetes.load(tmp_path, 0)


def test_the_member_may_be_in_another_folder(tmp_path: Path) -> None:
    content = b"as UCI packs it today"
    source = replace(diabetes.SOURCE, members={diabetes.MEMBER: hashlib.sha256(content).hexdigest()})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("IDS_mapping.csv", b"x")
        archive.writestr("diabetic_data.csv", content)
    assert read_zip_member(tmp_path / "a.zip", source, diabetes.MEMBER) == content
