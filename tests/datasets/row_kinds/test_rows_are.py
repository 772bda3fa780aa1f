"""The key rows_are of one's own data: what it may be, what it refuses, and that it changes no number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.runs import unreported

from groupinf.datasets.row_kinds.images import Images
from groupinf.datasets.row_kinds.texts import Texts
from groupinf.errors import ConfigError
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.load import load_config


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 6)), np.arange(30) % 2
    np.savez(tmp_path / "mine.npz", X_train=X[:20], y_train=y[:20], X_test=X[20:], y_test=y[20:])
    return tmp_path / "mine.npz"


def config(data: Path, **dataset: Any) -> dict[str, Any]:
    return {
        "name": "a",
        "dataset": {"npz": str(data), **dataset},
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
    }


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("texts", Texts()),
        ({"kind": "images", "shape": [2, 3]}, Images(shape=(2, 3))),
        ("tables", None),
        ({"kind": "tables"}, None),
    ],
)
def test_rows_are_what_the_key_says_and_rows_of_a_table_without_it(data: Path, told: Any, kind: object) -> None:
    assert load_config(config(data, rows_are=told)).config.dataset.rows_are == kind


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("text", "dataset.rows_are: unknown kind 'text'; did you mean 'texts'? valid: tables, texts, images"),
        ("images", "dataset.rows_are.shape: expected this key, found none; dataset.rows_are needs it for images"),
        (
            {"images": [2, 3]},
            "dataset.rows_are: expected the key kind, found the key images; valid kinds: tables, texts, images",
        ),
        ([2, 3], "dataset.rows_are: expected keys and values, found [2, 3]; a kind is a name"),
        ({"kind": "images", "shape": 6}, "dataset.rows_are.shape: expected a list, found 6"),
        ({"kind": "images", "shape": [2, 0]}, "dataset.rows_are.shape.1: expected a whole number of at least 1"),
        ({"kind": "images", "shape": [2, 3, 4]}, "expected [height, width] or [height, width, 3], found [2, 3, 4]"),
        ({"kind": "texts", "shape": [2, 3]}, "dataset.rows_are.shape: unknown key 'shape'"),
        ({"kind": "tables", "shap": 1}, "dataset.rows_are.shap: unknown key 'shap'"),
    ],
)
def test_what_is_wrong_with_the_key_is_said(data: Path, told: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(config(data, rows_are=told))
    assert message in str(caught.value)


def test_rows_that_are_no_such_images_are_refused_where_the_key_stands(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        "name: a\n"
        "dataset:\n"
        "  npz: mine.npz\n"
        "  rows_are: {kind: images, shape: [3, 3]}\n"
        "regularization: {lambda_over_n: 0.1}\n"
        "groups: {sizes: {min: 0.1, max: 0.2, num: 2}, builders: [random]}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config(file))
    words = "dataset.rows_are: images of 3 × 3 pixels have 9 values, found rows of 6 features"
    assert str(caught.value) == f"{file}, line 4: {words}"


def test_a_dataset_by_name_says_itself_what_its_rows_are() -> None:
    said = {**config(Path("none")), "dataset": {"name": "digits", "rows_are": "texts"}}
    with pytest.raises(ConfigError) as caught:
        load_config(said)
    assert "dataset.rows_are: unknown key 'rows_are'" in str(caught.value)


def test_what_rows_are_shown_as_is_no_part_of_what_a_run_is(data: Path) -> None:
    plain = load_config(config(data))
    shown = load_config(config(data, rows_are={"kind": "images", "shape": [2, 3]}))
    dataset = load_checked(plain)
    assert identity_of(plain, dataset) == identity_of(shown, dataset)
    assert "rows_are" not in plain.resolved()["dataset"]
    assert shown.resolved()["dataset"]["rows_are"] == {"kind": "images", "shape": [2, 3]}


def test_a_finished_run_that_is_asked_for_again_takes_over_what_its_rows_are(data: Path, tmp_path: Path) -> None:
    before = unreported(config(data), tmp_path)
    effects = (before.path / "effects.parquet").read_bytes()
    after = unreported(config(data, rows_are="texts"), tmp_path)
    assert (after.path, after.config["dataset"]["rows_are"]) == (before.path, "texts")
    assert (after.path / "effects.parquet").read_bytes() == effects
    assert load_run(after.path).config["dataset"]["rows_are"] == "texts"  # whose files match their checksums
    assert "rows_are" not in unreported(config(data), tmp_path).config["dataset"]
