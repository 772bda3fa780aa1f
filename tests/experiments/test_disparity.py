"""Disparities of a column that no feature is made of are run, named, read back, swept, ranked and proven."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from support.runs import execute

import groupinf
from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.report import write_report
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.load import load_config
from groupinf.test_point_labels import FIRST_COMPARED

BY_SEX = {"evaluation": "disparity", "column": "sex"}
ALL = {"all": True}


def table() -> pd.DataFrame:
    """150 rows of three features, with the sex, blank in a few, and the region of each."""
    rng = np.random.default_rng(0)
    X, sex = rng.normal(size=(150, 3)), rng.choice(["female", "male", " "], p=[0.45, 0.45, 0.1], size=150)
    score = X[:, 0] + 0.7 * (sex == "male") + rng.normal(size=150)
    region = rng.choice(["east", "south", "west"], size=150)
    split = np.where(np.arange(150) < 90, "train", "test")
    return pd.DataFrame(
        {**{f"x{j}": X[:, j] for j in range(3)}, "sex": sex, "region": region, "split": split, "y": score > 0}
    )


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def made(*evaluations: Any, **changes: Any) -> dict[str, Any]:
        table().to_csv(tmp_path / "people.csv", index=False)
        data = {"csv": str(tmp_path / "people.csv"), "target": "y", "split": "split", "drop": ["sex", "region"]}
        groups = {"sizes": {"min": 0.05, "max": 0.3, "num": 6}, "builders": ["random", BY_REGION]}
        base = {"name": "people", "dataset": data, "regularization": {"lambda_over_n": 0.01}, "groups": groups}
        return {**base, "test_points": ALL, "evaluations": list(evaluations or [BY_SEX, "test_loss"]), **changes}

    return made


BY_REGION = {"builder": "column", "column": "region"}


@pytest.fixture
def run(config: Callable[..., dict[str, Any]], tmp_path: Path) -> Callable[..., Run]:
    def made(*evaluations: Any, **changes: Any) -> Run:
        return execute(load_config(config(*evaluations, **changes)), tmp_path / "out", 1, False, Silent())

    return made


def gaps(theta: np.ndarray) -> list[float]:
    """All four measures at parameters, the intercept last, of the test rows of the table."""
    rows = table().query("split == 'test'")
    z = rows[["x0", "x1", "x2"]].to_numpy() @ theta[:-1] + theta[-1]
    p, y = 1.0 / (1.0 + np.exp(-z)), rows["y"].to_numpy()
    female, male = (rows["sex"].to_numpy() == sex for sex in ("female", "male"))
    losses = np.where(y, -np.log(p), -np.log(1 - p))
    return [
        p[male].mean() - p[female].mean(),
        (z > 0)[male & y].mean() - (z > 0)[female & y].mean(),
        (z > 0)[male & ~y].mean() - (z > 0)[female & ~y].mean(),
        max(losses[male].mean(), losses[female].mean()),
    ]


def test_effects_are_those_of_refits_without_each_region(run: Callable[..., Run]) -> None:
    made = load_run(run().path)
    train = table().query("split == 'train'").reset_index(drop=True)

    def theta(rows: pd.DataFrame) -> np.ndarray:
        model = LogisticRegression(C=1 / (0.01 * 90), solver="newton-cholesky", tol=1e-12)
        model.fit(rows[["x0", "x1", "x2"]].to_numpy(), rows["y"])
        return np.append(model.coef_, model.intercept_)

    effects = made.effects.query("evaluation == 'disparity' and method == 'actual'")
    found = effects.pivot(index="group_name", columns="test_point", values="effect")[
        [*made.manifest.labels("disparity")]
    ]
    for region in ("east", "south", "west"):
        change = np.subtract(gaps(theta(train[train["region"] != region])), gaps(theta(train)))
        np.testing.assert_allclose(found.loc[region], change, atol=1e-7)
    [note] = [note for note in made.manifest.notes if note.startswith("disparity at θ̂")]
    parity, _, _, worst = gaps(theta(train))
    assert f"parity, male minus female: {parity:.3g}".replace("-", "−") in note
    assert f"worst loss: {worst:.3g}, that of " in note
    stored = {value.name: value.difference for value in made.manifest.named_values}
    assert stored["worst loss"] is None
    assert [*stored.values()][:3] == pytest.approx(gaps(theta(train))[:3], abs=1e-7)
    assert [value.measure for value in made.manifest.named_values] == ["parity", "TPR", "FPR", "worst loss"]
    blank = int((table().query("split == 'test'")["sex"] == " ").sum())
    assert note.endswith(f"{blank} test rows in no set")


def test_values_have_names_in_every_report(run: Callable[..., Run]) -> None:
    made = run()
    names = ["parity, male minus female", "TPR, male minus female", "FPR, male minus female", "worst loss"]
    assert [value.name for value in made.manifest.named_values] == names
    assert all(value.test_point <= FIRST_COMPARED for value in made.manifest.named_values)
    write_report(made)
    report, page = ((made.path / name).read_text(encoding="utf-8") for name in ("report.md", "report.html"))
    assert "TPR, male minus female" in report
    assert "over 4 disparity measures" in page
    assert "TPR: difference of the shares of test rows of class True that are predicted to be of class True" in report
    assert "disparity measure" in spearman_text(made, 100)
    top = made.ranking("disparity", "worst loss", top=1)
    assert len(top) == 1
    assert made.ranking("disparity", "TPR")["test_point"].unique().tolist() == [made.manifest.labels("disparity")[1]]
    with pytest.raises(Exception, match="found TPR, male minus femal; did you mean 'TPR, male minus female'"):
        made.ranking("disparity", "TPR, male minus femal")


def test_linear_and_exact_readouts_of_rates_are_both_there(run: Callable[..., Run]) -> None:
    made = run(methods=["influence", "newton"])
    of_rates = made.effects[made.effects["test_point"] == made.manifest.labels("disparity")[1]]
    assert set(of_rates["method"]) == {"influence", "newton", "actual"}
    rows = table().query("split == 'test' and y")
    males, females = (int((rows["sex"] == sex).sum()) for sex in ("male", "female"))
    counted = of_rates.loc[of_rates["method"] == "actual", "effect"] * males * females
    np.testing.assert_allclose(counted, counted.round(), atol=1e-9)
    smooth = of_rates.loc[of_rates["method"] == "influence", "effect"] * males * females
    assert (np.abs(smooth - smooth.round()) > 1e-6).all()


def test_proven_intervals_hold_the_actual_effects(run: Callable[..., Run]) -> None:
    made = run(theory=True, model={"intercept": "penalised"})
    assert made.theory is not None
    keys = ["group", "evaluation", "test_point"]
    both = made.effects.query("method == 'actual'").merge(made.theory, on=keys)
    both = both[both["evaluation"] == "disparity"]
    assert len(both) == 4 * made.manifest.n_retrained
    assert np.isfinite(both["proven_low"]).all()
    assert (both["proven_low"] <= both["effect"]).all()
    assert (both["effect"] <= both["proven_high"]).all()
    assert (both["proven_high"] - both["proven_low"] < 2 * both["effect"].abs()).mean() > 0.3


def test_other_columns_are_read_off_the_parameters_of_a_run(run: Callable[..., Run]) -> None:
    source = run("test_loss", test_points={"random": 2})
    both = "{evaluation: disparity, column: [region, sex], of: [worst_loss, demographic_parity], values: %s}"
    values = "['region=east, sex=male', 'region=west, sex=female']"
    here = evaluate(source.path, [f"evaluations=[{both % values}]"], None, 1, Silent())
    assert [value.name for value in here.manifest.named_values] == [
        "worst loss",
        "parity, region=west, sex=female minus region=east, sex=male",
    ]
    again = run(here.config["evaluations"][0], test_points={"random": 2})
    np.testing.assert_allclose(here.effects["effect"], again.effects["effect"], atol=1e-9)


def test_a_run_is_of_its_columns_values_and_measures_and_one_without_any_is_as_it_was(
    config: Callable[..., dict[str, Any]],
) -> None:
    names = {
        plan(load_config(config(*evaluations))).run_name
        for evaluations in (
            ["test_loss"],
            [BY_SEX],
            [{**BY_SEX, "of": ["worst_loss"]}],
            [{**BY_SEX, "values": ["male", "female"]}],
            [{**BY_SEX, "column": "region"}],
        )
    }
    assert len(names) == 5
    assert (
        plan(load_config(config({**BY_SEX, "column": ["sex"]}))).run_name == plan(load_config(config(BY_SEX))).run_name
    )


@pytest.mark.parametrize(
    ("evaluation", "said"),
    [
        ({**BY_SEX, "column": "sexx"}, r"evaluations\.0\.column: expected one of .*found 'sexx'; did you mean 'sex'\?"),
        ({**BY_SEX, "column": ["sex", "sex"]}, "expected every entry once"),
        ({"evaluation": "disparity"}, r"evaluations\.0\.column: expected this key"),
        (
            {**BY_SEX, "values": ["male", "woman"]},
            r"evaluations\.0\.values: .*found 'woman'; test rows have female, male",
        ),
        ({**BY_SEX, "values": ["male"]}, r"evaluations\.0\.values: expected a list of at least 2"),
        ({**BY_SEX, "of": ["worst"]}, r"evaluations\.0\.of\.0: expected one of demographic_parity.*did you mean"),
        ({**BY_SEX, "of": ["parity"]}, "expected one of .*found 'parity'; did you mean 'demographic_parity'"),
        ({**BY_SEX, "of": []}, r"evaluations\.0\.of"),
        ({**BY_SEX, "value": ["male", "female"]}, "unknown key 'value'; did you mean 'values'"),
        ({**BY_SEX, "column": "x0", "of": ["demographic_parity"]}, "at most 12 sets of which every two are compared"),
        (
            {**BY_SEX, "column": "y"},
            "every set of y, without which true_positive_rates is undefined; found none in False; name other values, "
            "or leave true_positive_rates out of the list under the key 'of'",
        ),
        ({**BY_SEX, "column": "split"}, "two values of split at least, found test alone"),
    ],
)
def test_what_is_wrong_is_said(config: Callable[..., dict[str, Any]], evaluation: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_checked(load_config(config(evaluation)))


def test_data_whose_test_rows_have_no_columns_are_refused_in_words(small_config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="expected data with columns of their test rows, found small, which has none"):
        load_checked(load_config({**small_config, "evaluations": [BY_SEX]}))


def test_of_regression_and_of_a_hinge_loss_the_worst_loss_alone_is_measured(run: Callable[..., Run]) -> None:
    hinge = run(BY_SEX, model={"loss": "hinge"}, groups={"builders": [BY_REGION]})
    assert [value.name for value in hinge.manifest.named_values] == ["worst loss"]
    actual = hinge.effects.query("method == 'actual'")
    assert (actual["error_estimate"] < 2e-3 * actual["effect"].abs().max()).all()
    regression = {
        "csv": hinge.config["dataset"]["csv"],
        "target": "x2",
        "split": "split",
        "task": "regression",
        "drop": ["sex", "region", "y"],
    }
    made = run(BY_SEX, dataset=regression, groups={"builders": [BY_REGION]})
    assert [value.name for value in made.manifest.named_values] == ["worst loss"]
    with pytest.raises(ConfigError, match="expected worst_loss with the squared loss, found demographic_parity"):
        run({**BY_SEX, "of": ["demographic_parity"]}, dataset=regression)


def test_without_retraining_intervals_are_proven_to_hold_the_effects(run: Callable[..., Run]) -> None:
    every, none = run(), run(retrain="none")
    assert none.intervals is not None
    both = every.effects.query("method == 'actual'").merge(none.intervals, on=["group", "evaluation", "test_point"])
    of_gaps = both[both["evaluation"] == "disparity"]
    assert len(of_gaps) == 4 * every.manifest.n_retrained
    assert np.isfinite(of_gaps["low"]).all()
    assert ((of_gaps["low"] <= of_gaps["effect"]) & (of_gaps["effect"] <= of_gaps["high"])).all()


def test_rows_that_drive_a_gap_are_drawn_by_it(run: Callable[..., Run]) -> None:
    """A gap that no evaluation of the run measures: that of two regions."""
    by_region = {
        "evaluation": "disparity",
        "column": "region",
        "values": ["east", "west"],
        "of": ["demographic_parity"],
    }
    drawn = {"builder": "most_influential", "evaluation": by_region, "num_rows": [10], "side": "rise"}
    made = run(by_region, groups={"builders": [drawn]})
    again = run("test_loss", groups={"builders": [drawn]}, test_points={"random": 2})
    assert again.groups["made_from"].tolist() == made.groups["made_from"].tolist()
    assert "for the largest rise of disparity parity, west minus east" in made.groups["made_from"].iloc[0]
    members = [np.load(of.path / "groups.npz")["indices"].tolist() for of in (made, again)]
    assert members[0] == members[1]
    each = run(by_region, groups={"builders": [{"builder": "single_rows"}]}).effects.query("method == 'influence'")
    first = each.sort_values("effect", ascending=False)["group"].head(10)
    assert sorted(first) == members[0]  # with single rows group i is row i


def test_shares_of_groups_in_a_gap_add_up_to_it(config: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    asked = config({**BY_SEX, "of": ["demographic_parity"]}, study="group_values", groups={"builders": [BY_REGION]})
    values = groupinf.run_experiment(asked, out=tmp_path / "values", jobs=1).values
    train = table().query("split == 'train'")
    model = LogisticRegression(C=1 / (0.01 * 90), solver="newton-cholesky", tol=1e-12)
    model.fit(train[["x0", "x1", "x2"]].to_numpy(), train["y"])
    assert values["value"].sum() == pytest.approx(gaps(np.append(model.coef_, model.intercept_))[0], abs=1e-9)


def test_from_python_the_columns_are_those_of_the_frame_of_test_rows() -> None:
    rows = table().assign(male=lambda t: (t["sex"] == "male").astype(int))
    train, test = (rows[rows["split"] == part] for part in ("train", "test"))
    features = ["x0", "x1", "x2", "male"]
    model = LogisticRegression(solver="newton-cholesky", tol=1e-12).fit(train[features], train["y"])
    asked = [{"evaluation": "disparity", "column": "male", "of": ["demographic_parity"]}]
    found = groupinf.group_effects(
        model, train[features], train["y"], groups=train["region"], X_test=test[features], y_test=test["y"],
        evaluations=asked,
    )  # fmt: skip
    male = test["male"].to_numpy() == 1

    def parity(of: LogisticRegression) -> float:
        p = of.predict_proba(test[features])[:, 1]
        return float(p[male].mean() - p[~male].mean())

    effects = found.effects.query("method == 'actual'").set_index("group_name")["effect"]
    assert set(found.effects["measured_on"]) == {"parity, male=1 minus male=0"}
    for region in ("east", "south", "west"):
        left = train[train["region"] != region]
        refitted = LogisticRegression(solver="newton-cholesky", tol=1e-12).fit(left[features], left["y"])
        assert effects[region] == pytest.approx(parity(refitted) - parity(model), abs=1e-8)
