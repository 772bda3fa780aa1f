"""A study of a user's table groups and tests by value, tells of gaps, and lists what every column became."""

from __future__ import annotations

import decimal
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from support.runs import unreported

from groupinf.cli.main import main
from groupinf.datasets.registry import load_dataset
from groupinf.errors import ConfigError
from groupinf.experiments.folder.identity import identity_hash
from groupinf.reporting.report import write_report
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=80)
    made = pd.DataFrame(
        {
            "x": x,
            "price": [f"{v:.1f}".replace(".", ",") for v in rng.normal(size=80)],
            "site": pd.Series(rng.integers(0, 12, 80), dtype="Int64"),
            "year": rng.choice([2020, 2021], 80),
            "none": pd.Series([None] * 80, dtype="float64"),
            "part": ["train"] * 60 + ["test"] * 20,
            "y": (x + rng.normal(size=80) > 0).astype(int),
        }
    )
    made.loc[[0, 5, 61], "site"] = pd.NA
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table().to_csv(tmp_path / "own.csv", index=False)
    table().to_parquet(tmp_path / "own.parquet")
    return tmp_path


def study(folder: Path, kind: str = "csv", column: Any = "site", **changes: Any) -> dict[str, Any]:
    dataset = {kind: str(folder / f"own.{kind}"), "target": "y", "split": "part", "drop": ["site", "none"]}
    return {
        "name": "own",
        "dataset": {**dataset, **changes.pop("dataset", {})},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"builders": [{"builder": "column", "column": column, **changes.pop("builder", {})}]},
        "test_points": {"column": column, **changes.pop("test_points", {})},
        "evaluations": ["test_loss"],
        **changes,
    }


def ran(folder: Path, *args: Any, **changes: Any) -> Run:
    return unreported(study(folder, *args, **changes), folder / "runs")


def test_both_kinds_of_file_give_the_same_groups_sets_and_effects(folder: Path) -> None:
    runs = [ran(folder, kind) for kind in ("csv", "parquet")]
    expected = table().iloc[:60].groupby("site").size()
    for run in runs:
        assert run.groups["name"].tolist() == [str(site) for site in expected.index]
        assert run.groups["size"].tolist() == expected.tolist()
    assert runs[0].manifest.test_sets == runs[1].manifest.test_sets
    np.testing.assert_array_equal(runs[0].effects["effect"], runs[1].effects["effect"])


def test_gaps_are_in_no_group_and_no_set_and_notes_count_them(folder: Path) -> None:
    run = ran(folder)
    assert "column site: 2 training rows have no value and are in no group" in run.manifest.notes
    assert "column site: 1 test row has no value and is in no set of test rows" in run.manifest.notes
    assert run.groups["size"].sum() == 58
    assert sum(found.rows for found in run.manifest.test_sets) == 19


def test_gaps_are_a_group_and_a_set_where_they_are_asked_for(folder: Path) -> None:
    run = ran(folder, builder={"missing": "group"}, test_points={"missing": "group"})
    assert (run.groups["name"].iloc[-1], run.groups["size"].iloc[-1]) == ("(missing)", 2)
    assert run.manifest.test_sets[-1].name == "site=(missing)"
    assert run.manifest.test_sets[-1].rows == 1


def test_a_question_mark_is_a_value_that_is_told(folder: Path) -> None:
    asked = table().assign(site=np.array(["?", "a", "b"])[np.arange(80) % 3])
    asked.to_csv(folder / "own.csv", index=False)
    run = ran(folder, "csv")
    size = int(run.groups.set_index("name")["size"]["?"])
    told = "have the value ?, which often stands for a missing one; it is a"
    [of_groups, of_test_rows] = [note for note in run.manifest.notes if told in note]
    assert of_groups.startswith(f"column site: {size} training ")
    assert of_groups.endswith(f"{told} group here")
    assert of_test_rows.endswith(f"{told} set of test rows here")
    table().to_csv(folder / "own.csv", index=False)
    assert not any(told in note for note in ran(folder, "csv").manifest.notes)


def test_groups_and_sets_that_differ_in_blanks_are_told(folder: Path) -> None:
    spaced = table().assign(site=np.array([" a", "a", "b"])[np.arange(80) % 3])
    spaced.to_csv(folder / "own.csv", index=False)
    notes = ran(folder, "csv").manifest.notes
    for sets in ("group", "set of test rows"):
        assert f"column site: ' a', 'a' differ in blanks alone, and each is a {sets} of its own" in notes


def test_two_columns_make_groups_and_sets_of_combinations(folder: Path) -> None:
    run = ran(folder, "csv", ["site", "year"])
    counts = table().iloc[:60].dropna(subset="site").groupby(["site", "year"]).size()
    assert run.groups["name"].tolist() == [f"site={site}, year={year}" for site, year in counts.index]
    assert set(run.groups["kind"]) == {"column site, year"}
    tested = table().iloc[60:].dropna(subset="site").groupby(["site", "year"]).size()
    assert [found.rows for found in run.manifest.test_sets] == tested.tolist()


@pytest.mark.parametrize(("key", "where"), [("groups.builders.0.column", "training"), ("test_points.column", "test")])
def test_a_column_without_any_value_is_refused_by_its_key(folder: Path, key: str, where: str) -> None:
    with pytest.raises(ConfigError, match=rf"{key}: expected a {where} row with a value, found (60|20) without one"):
        ran(folder, "csv", "none")


@pytest.mark.parametrize("key", ["groups.builders.0.column", "test_points.column"])
@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("td", pd.to_timedelta(range(80), "D"), r"duration\["),
        ("bag", [["a"]] * 80, "list<"),
        ("raw", [b"a"] * 80, "binary"),
    ],
)
def test_a_column_that_cannot_be_grouped_by_is_there_all_the_same(
    folder: Path, key: str, name: str, values: Any, kind: str
) -> None:
    """Its type is what is wrong with it, not its name; no other one is proposed."""
    made = table().assign(tod=table()["year"])
    made[name] = values
    made.to_parquet(folder / "own.parquet")
    by = {"column": name} if key == "groups.builders.0.column" else {"test_points": {"column": name}}
    expected = f"{key}: expected a column of numbers, bools, text, dates or times, found '{name}', whose type is {kind}"
    with pytest.raises(ConfigError, match=expected) as caught:
        ran(folder, "parquet", **{"column": "year", **by}, dataset={"drop": ["site", "none", name]})
    assert "did you mean" not in str(caught.value)


def test_missing_goes_with_column_alone() -> None:
    with pytest.raises(ConfigError, match="test_points: expected column beside missing, found missing without it"):
        load_config(study(Path("/")) | {"test_points": {"random": 1, "missing": "group"}})


def test_manifest_report_page_and_validate_list_the_columns(folder: Path) -> None:
    run = ran(folder)
    listed = {use.name: use for use in run.manifest.columns}
    assert {name: use.role for name, use in listed.items()} == {
        "x": "number",
        "price": "categories",
        "site": "dropped",
        "year": "number",
        "none": "dropped",
        "part": "split",
        "y": "target",
    }
    warning = listed["price"].warning
    assert warning.startswith("looks like numbers written as text")
    assert f"column price: {warning}" in run.manifest.notes
    write_report(run)
    assert "| year | number | 2020 to 2021 |" in (run.path / "report.md").read_text(encoding="utf-8")
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert "What the columns became" in page
    assert "2020 to 2021" in page
    (folder / "own.yaml").write_text(str(study(folder)), encoding="utf-8")
    shown = CliRunner().invoke(main, ["validate", str(folder / "own.yaml")]).stdout
    assert f"column price: {warning}" in shown
    assert "    year   number      2020 to 2021\n" in shown


def test_a_stated_number_settles_the_warning(folder: Path) -> None:
    run = ran(folder, dataset={"numeric": ["price"], "decimal": ",", "drop": ["site", "none", "x"]})
    assert not any("price" in note for note in run.manifest.notes)
    assert next(use.role for use in run.manifest.columns if use.name == "price") == "number"


def identity(folder: Path, plain: bool = False, **changes: Any) -> dict[str, Any]:
    """The identity of a study by column, or of a plain one that draws groups at random."""
    config = study(folder, "parquet", **changes)
    if plain:
        config["groups"] = {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]}
        config["test_points"] = {"all": True}
    loaded = load_config(config)
    return identity_of(loaded, load_dataset(loaded.config.dataset, loaded.base, 0))


def test_the_identity_knows_what_is_read_otherwise_and_nothing_else(folder: Path) -> None:
    """Defaults that are spelled out and data without an index or categories leave it as it was."""
    before = identity(folder, plain=True)
    assert not {"by_value", "stated"} & before.keys()
    assert not {"categorical", "numeric", "missing_values"} & before["config"]["dataset"].keys()
    spelled_out = identity(folder, plain=True, dataset={"categorical": [], "missing_values": []})
    assert identity_hash(spelled_out) == identity_hash(before)
    assert identity_hash(identity(folder, plain=True, dataset={"numeric": ["year"]})) != identity_hash(before)
    assert identity_hash(identity(folder, builder={"missing": "leave_out"})) == identity_hash(identity(folder))
    assert identity_hash(identity(folder, column=["site"])) == identity_hash(identity(folder))
    shuffled = table().sample(frac=1, random_state=0).astype({"year": "category"})
    shuffled.to_parquet(folder / "own.parquet")
    assert identity(folder, plain=True)["stated"] == {"year": "categories", "__index_level_0__": "index"}


def test_the_identity_knows_decimals_and_periods(folder: Path) -> None:
    """They were once read as other numbers; the same table without them keeps its identity."""
    before = identity(folder, plain=True)
    assert "read" not in before
    prices = [decimal.Decimal(i) / 4 for i in range(80)]
    table().assign(price=prices, month=pd.period_range("2020-01", periods=80, freq="M")).to_parquet(
        folder / "own.parquet"
    )
    after = identity(folder, plain=True, dataset={"drop": ["site", "none", "month"]})
    assert after["read"] == {"price": "decimal128(4, 2)", "month": "period[M]"}


def test_blanks_in_names_of_columns_show_and_small_numbers_are_written_as_elsewhere(folder: Path) -> None:
    """As λ/n = 1·10⁻⁵ is; a name is in quotes only where a blank at its end would not show."""
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(size=60), 3)
    data = pd.DataFrame({" income": values * 1e-7, "two words": values, "y": (values > 0).astype(int)})
    data.to_csv(folder / "small.csv", index=False)
    small = {
        "name": "small",
        "dataset": {"csv": str(folder / "small.csv"), "target": "y"},
        "regularization": {"lambda_over_n": 1e-5},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
    }
    run = unreported(small, folder / "runs")
    write_report(run)
    low = f"{values.min():g}".replace("-", "−")
    for text in ((run.path / "report.md").read_text(), (run.path / "report.html").read_text()):
        assert f"{low}·10⁻⁷ to " in text
        assert not re.search(r"\de-\d\d to", text)
        assert "two words" in text
        assert "'two words'" not in text
    assert "' income'" in (run.path / "report.md").read_text()
