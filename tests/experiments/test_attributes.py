"""Every run tells size and labels of its groups; columns, data and a file of the user's own add what else is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import unreported

from groupinf.errors import ConfigError, DataError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.report import write_report
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.study import load_run


def table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    x = rng.normal(size=90)
    return pd.DataFrame(
        {
            "x": x,
            "age": [None if i % 7 == 0 else 20 + i for i in range(90)],
            "ward": rng.choice(["a", "b", "c", "d"], 90),
            "shift": rng.choice(["day", "night"], 90),
            "part": ["train"] * 70 + ["test"] * 20,
            "y": np.where(x + rng.normal(size=90) > 0, "ill", "well"),
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table().to_csv(tmp_path / "own.csv", index=False)
    return tmp_path


def study(folder: Path, attributes: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    drop = ["age", "ward", "shift"]
    groups: dict[str, Any] = {"builders": changes.pop("builders", [{"builder": "column", "column": "ward"}])}
    if attributes is not None:
        groups["attributes"] = attributes
    return {
        "name": "own",
        "dataset": {"csv": str(folder / "own.csv"), "target": "y", "split": "part", "drop": drop},
        "regularization": {"lambda_over_n": 0.01},
        "groups": groups,
        "test_points": {"all": True},
        "evaluations": ["test_loss"],
        "methods": ["influence"],
        **changes,
    }


def by_ward() -> Any:
    return table().iloc[:70].groupby("ward")


def written(folder: Path, text: str) -> dict[str, Any]:
    (folder / "attributes.csv").write_text(text)
    return {"path": str(folder / "attributes.csv")}


def test_every_run_has_sizes_and_shares_of_labels(folder: Path) -> None:
    """They are those that pandas counts in the table."""
    run = unreported(study(folder), folder / "runs")
    found = run.attributes
    assert list(found) == ["group", "size", "share_of_rows", "share_of_label ill", "share_of_label well"]
    sizes = by_ward().size()
    np.testing.assert_array_equal(found["size"], sizes)
    np.testing.assert_allclose(found["share_of_rows"], sizes / 70)
    np.testing.assert_allclose(found["share_of_label ill"], by_ward()["y"].apply(lambda y: (y == "ill").mean()))
    np.testing.assert_allclose(found["share_of_label ill"] + found["share_of_label well"], 1)


def test_groups_of_a_regression_have_a_mean_target(folder: Path) -> None:
    """It is the mean of the target over the rows of the group."""
    config = study(folder)
    config["dataset"] |= {"target": "x", "task": "regression", "drop": ["age", "ward", "shift", "y"]}
    table().assign(z=table()["x"] * 2).to_csv(folder / "own.csv", index=False)
    run = unreported(config, folder / "runs")
    np.testing.assert_allclose(run.attributes["mean_target"], by_ward()["x"].mean())
    assert not [name for name in run.attributes if name.startswith("share_of_label")]


def test_columns_are_averaged_and_counted(folder: Path) -> None:
    """The mean leaves gaps out; of the rows those with each value are counted; a feature is averaged by its name."""
    asked = {"mean_of": ["age", "x"], "count_by": ["shift"]}
    run = unreported(study(folder, asked), folder / "runs")
    found = run.attributes
    np.testing.assert_allclose(found["mean age"], by_ward()["age"].mean())
    np.testing.assert_allclose(found["mean x"], by_ward()["x"].mean())
    for shift in ("day", "night"):
        counts = by_ward()["shift"].apply(lambda s, shift=shift: (s == shift).sum())
        np.testing.assert_array_equal(found[f"rows shift={shift}"], counts)


def test_a_file_gives_numbers_and_categories_with_gaps(folder: Path) -> None:
    """A column with a text in it is of categories, one of numbers is of numbers; blank cells and absent groups are
    gaps, and notes count what does not meet."""
    asked = written(folder, "group,beds,kind of ward\na,10,old\nb,,new\nc,2.5,\nz,1,old\n")
    run = unreported(study(folder, asked), folder / "runs")
    np.testing.assert_array_equal(run.attributes["beds"], [10, np.nan, 2.5, np.nan])
    kinds = run.attributes["kind of ward"]
    assert kinds.dropna().tolist() == ["old", "new"]
    assert kinds.isna().tolist() == [False, False, True, True]
    assert "attribute file attributes.csv: 1 group has no line in it" in run.manifest.notes
    assert "attribute file attributes.csv: 1 line names no group of the run: 'z'" in run.manifest.notes


def test_missing_values_are_gaps_and_a_stray_text_is_told(folder: Path) -> None:
    """As in the data, n/a is a gap; a text among numbers makes categories of them, which a note says."""
    asked = written(folder, "group,beds,staff\na,10,1\nb,n/a,2\nc,2.5,many\nd,NaN,3\n")
    run = unreported(study(folder, asked), folder / "runs")
    np.testing.assert_array_equal(run.attributes["beds"], [10, np.nan, 2.5, np.nan])
    assert run.attributes["staff"].tolist() == ["1", "2", "many", "3"]
    told = [note for note in run.manifest.notes if "categories" in note]
    assert told == [
        "attribute file attributes.csv: staff is one of categories, as 'many' is no number; a blank cell is a gap"
    ]


def test_attributes_that_a_whole_category_lacks_are_reported(folder: Path) -> None:
    """A correlation over no group is undefined, and the report stands."""
    asked = written(folder, "group,beds,type\na,10,x\nb,11,x\nc,,y\nd,,y\n")
    run = unreported(study(folder, asked), folder / "runs")
    assert write_report(run).is_file()


def test_a_kind_in_the_file_tells_groups_of_one_name_apart(folder: Path) -> None:
    """With the kind each group has its own; without, a name of two kinds is refused with its line."""
    builders = [{"builder": "column", "column": "ward"}, {"builder": "column", "column": ["ward"], "min_size": 2}]
    rows = "".join(f"{name},{i},own\n" for name in "abcd" for i in range(2))
    (folder / "groups.csv").write_text("group,index,kind\n" + rows)
    builders[1] = {"builder": "file", "path": str(folder / "groups.csv")}
    asked = written(folder, "group,kind,beds\na,column ward,1\na,own,2\n")
    run = unreported(study(folder, asked, builders=builders), folder / "runs")
    named = run.attributes.assign(name=run.groups["name"], kind=run.groups["kind"])
    named = named[named["name"] == "a"].set_index("kind")
    assert named["beds"].to_dict() == {"column ward": 1.0, "own": 2.0}
    asked = written(folder, "group,beds\na,1\n")
    with pytest.raises(ConfigError, match=r"attributes.csv, line 2: group 'a' is the name of groups of 2 kinds"):
        unreported(study(folder, asked, builders=builders), folder / "runs")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, r"attributes: expected at least one of path, mean_of and count_by"),
        ({"mean_of": ["ag"]}, r"attributes\.mean_of: .*found 'ag'; did you mean 'age'"),
        ({"mean_of": ["shift"]}, r"attributes\.mean_of: expected a column of numbers, found '(day|night)' in shift"),
        ({"count_by": ["shft"]}, r"attributes\.count_by: .*found 'shft'; did you mean 'shift'"),
        ({"path": "absent.csv"}, r"absent\.csv"),
        ("name,beds\na,1\n", r"attributes\.path: .*line 1: expected the columns group.*found 'name', 'beds'"),
        ("group\na\n", r"attributes\.path: .*line 1: expected the columns group, optionally kind, and one for each"),
        ("group,beds,beds\na,1,1\n", r"each with a name of its own"),
        ("group,name\na,1\n", r"line 1: expected another name than 'name', which tables of groups have already"),
        ("group,beds\na,1\na,2\n", r"line 3: group 'a' has a line already, line 2"),
        ("group,beds\n,1\n", r"line 2: expected a group's name, found ''"),
        ("group;beds\na;1\n", r"with commas between them, found semicolons"),
        ("group,beds\na,1,2\n", r"line 2: expected 2 cells \(group, beds\), found 3"),
        ("", r"found an empty file"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_fitted(
    folder: Path, attributes: dict[str, Any] | str, expected: str
) -> None:
    """The message names the key, and the line of the file where it is the file's fault."""
    asked = written(folder, attributes) if isinstance(attributes, str) else attributes
    with pytest.raises(ConfigError, match=expected):
        unreported(study(folder, asked), folder / "runs")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("group,beds\nA,1\nB,2\n", r"line 2: expected the name of a group, found 'A', and no other line names one"),
        ("group,kind,beds\na,ward,1\n", r"expected the name of a group of kind 'w(ard)?', found 'a'"),
        ("group,size\na,1\n0,1\n", r"groups\.attributes: 'size' is the name of two attributes"),
    ],
)
def test_a_file_that_does_not_fit_the_groups_is_refused(folder: Path, text: str, expected: str) -> None:
    """Where no line names a group, or an attribute has a name that is taken: before anything is fitted where groups are
    known by then, else when they are drawn."""
    with pytest.raises(ConfigError, match=rf"groups\.attributes\.path: .*{expected}"):
        unreported(study(folder, written(folder, text)), folder / "runs")
    drawn = [{"builder": "single_rows", "random": 5}]
    with pytest.raises(DataError, match=expected):
        unreported(study(folder, written(folder, text.replace(",ward,", ",w,")), builders=drawn), folder / "runs")


def test_a_changed_file_makes_another_run_and_an_evaluation_keeps_it(folder: Path) -> None:
    """What the file says is part of a run's identity; another evaluation of the same groups has the same attributes."""
    first = unreported(study(folder, written(folder, "group,beds\na,1\n")), folder / "runs")
    second = unreported(study(folder, written(folder, "group,beds\na,2\n")), folder / "runs")
    assert first.path != second.path
    other = evaluate(second.path, ["evaluations=[test_margin]"], None, 1, Silent())
    pd.testing.assert_frame_equal(other.attributes, second.attributes)
    counted = evaluate(second.path, ["groups.attributes={count_by: [shift]}"], None, 1, Silent())
    assert [*counted.attributes][-2:] == ["rows shift=day", "rows shift=night"]
    pd.testing.assert_series_equal(counted.effects["effect"], second.effects["effect"])
    pd.testing.assert_frame_equal(load_run(first.path).attributes, first.attributes)


def test_groups_of_a_pool_are_described_by_the_rows_of_the_pool(folder: Path) -> None:
    """Shares of labels and counts are those of the rows that would be added."""
    run = unreported(
        study(folder, {"count_by": ["shift"]}, change={"change": "add", "pool_fraction": 0.4}), folder / "runs"
    )
    assert run.rows is not None
    pool = run.rows[run.rows["split"] == "pool"]
    lines = table().iloc[pool["line"].to_numpy() - 2]
    np.testing.assert_array_equal(run.attributes["size"], lines.groupby("ward").size())
    ill = lines.groupby("ward")["y"].apply(lambda y: (y == "ill").mean())
    np.testing.assert_allclose(run.attributes["share_of_label ill"], ill)
    nights = lines.groupby("ward")["shift"].apply(lambda s: (s == "night").sum())
    np.testing.assert_array_equal(run.attributes["rows shift=night"], nights)
