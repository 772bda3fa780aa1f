"""Every registered dataset is documented and reachable by name; a wrong name or path is an error about its key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from groupinf.config.section import Section
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import KNOWN, dataset_names, facts_of
from groupinf.datasets.own.csv import CsvDataset
from groupinf.datasets.own.libsvm import LibsvmDataset
from groupinf.datasets.own.npy import NpyDataset
from groupinf.datasets.own.npz import NpzDataset
from groupinf.datasets.own.parquet import ParquetDataset
from groupinf.datasets.registry import load_dataset
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.groups.builders.column import Column
from groupinf.studies.group_effects.schema import Config

ROOT = Path(__file__).parents[2]


def test_names_are_sorted() -> None:
    assert list(dataset_names()) == sorted(KNOWN)
    assert {"breast_cancer", "diabetes", "digits", "mnist"} < set(KNOWN)


def test_readme_has_a_section_for_each_dataset_and_no_other() -> None:
    assert sorted(readme_sections()) == list(dataset_names())


def readme_sections() -> dict[str, str]:
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    parts = page.split("\n## Datasets by name\n")[1].split("\n### ")[1:]
    return dict(part.split("\n", 1) for part in parts)


@pytest.mark.parametrize("name", dataset_names())
def test_readme_states_the_registered_facts(name: str) -> None:
    section, facts = readme_sections()[name], facts_of(name)
    stated = [facts.title, facts.adversarial, f"Licence: {facts.licence}", f"Citation: {facts.citation}", facts.url]
    stated += [f"{facts.n:,} for training", f"; {facts.d:,} features", *facts.natural_groups, *facts.test_sets]
    stated.append("for testing" if facts.n_test is None else f"{facts.n_test:,} for testing")
    stated.append(f"{facts.n_classes} classes" if facts.n_classes else "regression")
    if facts.lambda_over_n is not None:
        stated += ["In the paper: λ/n", f"{facts.lambda_over_n:.2e}"]
    for words, score in (("accuracy", facts.test_accuracy), ("F1", facts.test_f1)):
        stated += [] if score is None else [f"test {words} {score:.1%}".replace("%", " %")]
    for file in facts.files:
        stated += [f"`{file.path}`", *file.urls, file.origin, *file.members, *file.members.values()]
        stated += [file.sha256 or "sha256: not known", file.listing_sha256 or ""]
    assert [s for s in stated if s not in section] == []


@pytest.mark.parametrize("name", dataset_names())
def test_readme_has_a_row_with_the_sizes_of_each_dataset(name: str) -> None:
    page, facts = (ROOT / "data" / "README.md").read_text(encoding="utf-8"), facts_of(name)
    (row,) = (line for line in page.splitlines() if line.startswith(f"| [`{name}`](#{name})"))
    _, rows, features, classes, _ = row.strip("|").split("|")
    assert f" {facts.n:,} / " in rows
    assert facts.n_test is None or rows.endswith(f" / {facts.n_test:,} ")
    assert features.startswith((f" {facts.d:,} ", f" {facts.d:,}, "))
    assert classes.strip() == (str(facts.n_classes) if facts.n_classes else "regression")


@pytest.mark.parametrize("name", dataset_names())
def test_each_file_comes_from_somewhere(name: str) -> None:
    facts = facts_of(name)
    assert [bool(facts.files), bool(facts.bundled_in), facts.made].count(True) == 1
    for file in facts.files:
        assert bool(file.urls) != bool(file.origin)


STUDIES = sorted({path.stem for path in (ROOT / "configs").glob("*.yaml")} & set(KNOWN))


@pytest.mark.parametrize("name", STUDIES)
def test_study_of_a_dataset(name: str) -> None:
    config = Config.model_validate(yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text(encoding="utf-8")))
    facts = facts_of(name)
    assert (config.name, config.dataset) == (name, NamedDataset(name=name))
    assert config.evaluations is not None
    assert (TEST_PREDICTION in config.evaluations) == (facts.n_classes <= 2)
    assert facts.lambda_over_n in (None, pytest.approx(config.regularization.lambda_over_n, rel=1e-12))
    columns = [builder.column for builder in config.groups.builders if isinstance(builder, Column)]
    assert len(config.groups.builders) == (len(columns) or 6)
    assert set(columns) <= set(facts.natural_groups)


def problem(config: Section, base: Path = Path("/nowhere")) -> tuple[tuple[str, ...], str]:
    with pytest.raises(DatasetConfigError) as caught:
        load_dataset(config, base, 0)
    assert caught.value.exit_code == 2
    return caught.value.key, str(caught.value)


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValidationError) as caught:
        NamedDataset(name="diabtes")
    expected = f"expected one of {', '.join(dataset_names())}, found the text "
    assert f"""{expected}"diabtes"; did you mean 'diabetes'?""" in str(caught.value)
    with pytest.raises(ValidationError) as caught:
        NamedDataset(name="xyz")
    assert f"""{expected}"xyz" [""" in str(caught.value)


OWN: dict[str, Callable[[str], Section]] = {
    "npz": lambda path: NpzDataset(npz=path),
    "csv": lambda path: CsvDataset(csv=path, target="y"),
    "parquet": lambda path: ParquetDataset(parquet=path, target="y"),
    "libsvm": lambda path: LibsvmDataset(libsvm=path),
    "test_file": lambda path: LibsvmDataset(libsvm="a", test_file=path),
    "X_train": lambda path: NpzDataset(npz="a", X_train=path, X_test="a"),
    "npy": lambda path: NpyDataset(npy=path, y="a"),
    "y": lambda path: NpyDataset(npy="a", y=path),
}


@pytest.mark.parametrize("kind", OWN)
def test_absent_file_and_folder(kind: str, tmp_path: Path) -> None:
    config = OWN[kind]

    (tmp_path / "folder").mkdir()
    (tmp_path / "a").touch()
    absent, folder = problem(config("sub/b.dat"), tmp_path), problem(config("folder"), tmp_path)
    assert absent == (("dataset", kind), f"expected a file, found nothing at {tmp_path / 'sub/b.dat'}")
    assert folder == (("dataset", kind), f"expected a file, found a folder at {tmp_path / 'folder'}")
    assert problem(config("a\0b"), tmp_path)[0] == ("dataset", kind)


def test_relative_paths_start_from_the_base_and_tilde_is_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    X, y = np.array([[1.0], [2.0]]), np.array([0, 1])
    np.savez(tmp_path / "sub" / "mine.npz", X_train=X, y_train=y, X_test=X, y_test=y)
    monkeypatch.setenv("HOME", str(tmp_path))
    loaded = [
        load_dataset(NpzDataset(npz="sub/mine.npz"), tmp_path, 0),
        load_dataset(NpzDataset(npz="~/sub/mine.npz"), Path("/nowhere"), 0),
        load_dataset(NpzDataset(npz=str(tmp_path / "sub" / "mine.npz")), Path("/nowhere"), 0),
    ]
    assert [d.name for d in loaded] == ["mine"] * 3
    assert len({tuple(d.sources.items()) for d in loaded}) == 1


def test_every_kind_of_own_file_is_dispatched(tmp_path: Path) -> None:
    table = pd.DataFrame({"x": range(20), "y": [0, 1] * 10})
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.txt").write_text("".join(f"{y} 1:{x}\n" for x, y in zip(table["x"], table["y"], strict=True)))
    configs = [
        CsvDataset(csv="a.csv", target="y", test_file="a.csv"),
        ParquetDataset(parquet="a.parquet", target="y", test_file="a.parquet"),
        LibsvmDataset(libsvm="a.txt", test_file="a.txt"),
    ]
    for config in configs:
        data = load_dataset(config, tmp_path, 0)
        X = data.X_train if isinstance(data.X_train, np.ndarray) else data.X_train.toarray()
        assert X[:, 0].tolist() == list(range(20))
        assert data.y_test.tolist() == [0, 1] * 10
