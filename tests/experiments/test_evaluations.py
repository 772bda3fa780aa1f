"""Evaluations with options are configured, told, read back and named; what has no derivative is left out by name."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from support.runs import execute

import groupinf
from groupinf.analysis.pairs import pair_effects
from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.html.parts import agreement_tables
from groupinf.reporting.html.sections import kinds_and_sizes
from groupinf.reporting.report import methods as methods_of_report
from groupinf.reporting.report import write_report
from groupinf.reporting.tables.comparison import comparison_text
from groupinf.reporting.tables.spearman import spearman_csv
from groupinf.reporting.tables.sweep import sweep_text
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.summary import unread_lines
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.load import load_config
from groupinf.test_point_labels import FIRST_NAMED

FEATURES = ("age", "sex=female", "height")
SOME = {"evaluation": "coefficient", "of": ["sex=female", "intercept"]}
MakeRun = Callable[..., Run]


def written(folder: Path, classes: int) -> Path:
    """90 training rows and 30 test rows of three features with names."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    score = X[:, 0] + 0.8 * rng.normal(size=120)
    y = np.digitize(score, [0.0] if classes == 2 else [-0.5, 0.5]) if classes else score
    labels = np.array(["low", "mid", "top"])[y] if classes else y
    arrays = {"X_train": X[:90], "y_train": labels[:90], "X_test": X[90:], "y_test": labels[90:]}
    np.savez(folder / "named.npz", **arrays, feature_names=np.array(FEATURES))
    return folder / "named.npz"


# 12 groups each, so that the page compares them
TWO_KINDS = {"sizes": {"min": 0.05, "max": 0.3, "num": 12}, "builders": ["random", "random_within_class"]}


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def made(classes: int = 2, **changes: Any) -> dict[str, Any]:
        dataset = {"npz": str(written(tmp_path, classes)), **({} if classes else {"task": "regression"})}
        groups = {"sizes": {"min": 0.05, "max": 0.3, "num": 12}, "builders": ["random"]}
        base = {"name": "named", "dataset": dataset, "regularization": {"lambda_over_n": 0.01}, "groups": groups}
        return {**base, "test_points": {"random": 2}, **changes}

    return made


@pytest.fixture
def run(config: Callable[..., dict[str, Any]], tmp_path: Path) -> MakeRun:
    def made(classes: int = 2, **changes: Any) -> Run:
        return execute(load_config(config(classes, **changes)), tmp_path / "out", 1, False, Silent())

    return made


def test_a_plain_name_stays_one_and_may_be_spelled_out(config) -> None:
    plain = load_config(config(evaluations=["test_loss", "test_margin"]))
    spelled = load_config(config(evaluations=[{"evaluation": "test_loss"}, "test_margin"]))
    assert plain.resolved()["evaluations"] == ["test_loss", "test_margin"] == spelled.resolved()["evaluations"]
    with_options = load_config(config(evaluations=["test_loss", SOME]))
    assert with_options.resolved()["evaluations"] == ["test_loss", SOME]
    assert plan(plain).run_name == plan(spelled).run_name != plan(with_options).run_name


def test_a_run_read_back_calls_its_coefficients_by_their_features(run: MakeRun) -> None:
    made = load_run(run(evaluations=[SOME, "test_loss"], groups=TWO_KINDS).path)
    assert made.manifest.evaluations == ("coefficient", "test_loss")
    assert [(v.test_point, v.name) for v in made.manifest.named_values] == [
        (FIRST_NAMED - 1, "sex=female"),
        (FIRST_NAMED - 3, "intercept"),
    ]
    assert made.config["evaluations"][0] == SOME
    of_csv = pd.read_csv(StringIO(spearman_csv(made)))
    named = of_csv.loc[of_csv["evaluation"] == "coefficient", "measured_on"]
    assert set(named) == {"sex=female", "intercept"}
    assert of_csv.loc[of_csv["evaluation"] == "test_loss", "measured_on"].isna().all()
    text = spearman_text(made, 100)
    assert "coefficient  prediction" in text
    assert "sex=female" in text
    assert "test point  prediction" in text
    write_report(made)
    report, page = ((made.path / name).read_text(encoding="utf-8") for name in ("report.md", "report.html"))
    assert "| Coefficient | Groups |" in report
    assert "| sex=female |" in report
    assert "over 2 coefficients" in page
    assert "one mark per coefficient or test point" in page
    assert "Coefficient: change of the log-odds of class mid per unit of the feature" in report


def test_coefficients_of_several_classes_name_the_class(run: MakeRun) -> None:
    made = run(3, evaluations=[SOME])
    assert [v.name for v in made.manifest.named_values][:3] == [
        "sex=female (low)",
        "sex=female (mid)",
        "sex=female (top)",
    ]
    assert len(made.spearman["test_point"].unique()) == 6
    actual = made.effects[made.effects["method"] == "actual"].pivot(
        index="group", columns="test_point", values="effect"
    )
    sums = actual[[FIRST_NAMED - 9 - k for k in range(3)]].sum(axis=1)  # intercepts relative to their mean
    assert np.abs(sums).max() < 1e-12


def test_other_coefficients_are_read_off_the_parameters_of_a_run(run: MakeRun) -> None:
    source = run(evaluations=["test_loss", {"evaluation": "coefficient", "of": "all"}])
    setting = "evaluations=[{evaluation: coefficient, of: [height]}]"
    here = evaluate(source.path, [setting], None, 1, Silent())
    assert [v.name for v in here.manifest.named_values] == ["height"]
    keys = ["group", "test_point", "evaluation", "method"]
    both = source.effects.merge(here.effects, on=keys, suffixes=("", "_other"))
    assert len(both) == len(here.effects) == 12 * 4
    np.testing.assert_allclose(both["effect"], both["effect_other"], rtol=1e-9, atol=1e-13)
    write_report(here)
    assert "coefficient of height" in (here.path / "report.md").read_text(encoding="utf-8").splitlines()[0]


def test_an_evaluation_without_a_derivative_has_no_rows_of_linear_methods_and_the_report_says_so(run: MakeRun) -> None:
    made = run(evaluations=["test_error", "test_loss"], test_points={"all": True})
    methods = made.effects.groupby("evaluation")["method"].agg(set)
    assert methods["test_error"] == {"parameter_influence", "newton", "actual"}
    assert methods["test_loss"] == {"influence", "parameter_influence", "newton", "actual"}
    counts = made.effects.loc[made.effects["evaluation"] == "test_error", "effect"]
    assert (counts == counts.round()).all()
    assert set(made.spearman.loc[made.spearman["evaluation"] == "test_error", "method"]) == {
        "parameter_influence",
        "newton",
    }
    sentence = "Test error has no derivative: influence, whose readout is linear, has no effects on it"
    assert unread_lines(made) == [sentence]
    write_report(made)
    for name in ("report.md", "report.html"):
        assert sentence in (made.path / name).read_text(encoding="utf-8")
    assert comparison_text([made, made], 100).count("Test error") == 1


def test_methods_are_in_the_order_of_the_configuration_whichever_evaluation_comes_first(run: MakeRun) -> None:
    """Test error first, on which influence has no effects."""
    methods = ["influence", "without_hessian", "two_step_newton", "newton"]
    made = run(evaluations=["test_error", "test_margin", "test_loss"], methods=methods)
    assert list(pair_effects(made.effects).methods) == methods == methods_of_report(made)
    for evaluation in ("test_margin", "test_loss"):
        rows = made.spearman[(made.spearman["evaluation"] == evaluation) & (made.spearman["kind"] == "all")]
        assert list(rows["method"]) == methods * 2


def test_nothing_is_said_of_what_every_method_has_effects_on(run: MakeRun) -> None:
    assert unread_lines(run(evaluations=["test_loss", "test_margin"])) == []
    assert unread_lines(run(evaluations=["test_error"], methods=["newton"])) == []


def test_effects_that_are_all_the_same_have_no_correlation_and_a_report(run: MakeRun) -> None:
    """One group, whose removal misclassifies nothing else, and one test point that is far from the boundary."""
    groups = {"builders": [{"builder": "single_rows", "random": 12}]}
    made = run(evaluations=["test_error"], test_points={"indices": [0]}, groups=groups)
    assert (made.effects["effect"] == 0).all()
    assert made.spearman["spearman"].isna().all()
    write_report(made)
    said = "Test error: there is no ρ: it needs two groups or more, with effects that differ."
    assert said in (made.path / "report.html").read_text(encoding="utf-8")


def test_validate_says_how_many_rows_coefficients_make(config) -> None:
    every = plan(load_config(config(evaluations=["test_loss", {"evaluation": "coefficient", "of": "all"}])))
    rows = 12 * (2 + 4) * 4
    assert any(
        note.startswith(f"coefficient: 4 values for each group and method; effects.parquet has at most {rows} rows")
        for note in every.notes
    )
    assert not [note for note in plan(load_config(config())).notes if "effects.parquet" in note]


@pytest.mark.parametrize(
    ("classes", "evaluations", "methods", "key", "expected"),
    [
        (2, ["test_eror"], None, "evaluations.0", "unknown evaluation 'test_eror'; did you mean 'test_error'?"),
        (2, ["coefficient"], None, "evaluations.0.of", "expected this key, found none; evaluations.0 needs it"),
        (2, [{**SOME, "of": "age"}], None, "evaluations.0.of", "expected all, .*write \\[age\\]$"),
        (2, [{"evaluation": "coefficient", "of": []}], None, "evaluations.0.of", "expected all, or a list"),
        (2, [{**SOME, "of": ["age", "age"]}], None, "evaluations.0.of", "found age more than once"),
        (2, [{"evaluation": "coefficient", "of": [True]}], None, "evaluations.0.of", "found true in the list"),
        (2, [{"evaluation": "coefficient", "of": ["ages"]}], None, "evaluations.0.of", "did you mean 'age'?"),
        (2, [{**SOME, "off": 1}], None, "evaluations.0.off", "unknown key 'off'; did you mean 'of'?"),
        (2, [SOME, {**SOME, "of": "all"}], None, "evaluations", "found coefficient more than once"),
        (2, ["test_error"], ["influence"], "methods", "exact readout .*, as test_error has no .*; found influence"),
        (0, ["test_error"], None, "evaluations", "found test_error, which is defined for classes only"),
        (0, ["test_margin"], None, "evaluations", "found test_margin, which is defined for classes only"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_key(
    config, tmp_path: Path, classes: int, evaluations: list[Any], methods: list[str] | None, key: str, expected: str
) -> None:
    values = config(classes, evaluations=evaluations, **({} if methods is None else {"methods": methods}))
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"study.yaml, line \d+: {key}: .*{expected.replace('?', '[?]')}"):
        plan(load_config(tmp_path / "study.yaml"))


def test_of_many_coefficients_the_page_lists_the_first_and_says_so(
    run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(3, evaluations=[{"evaluation": "coefficient", "of": "all"}], groups=TWO_KINDS)
    write_report(made)
    page = (made.path / "report.html").read_text(encoding="utf-8")
    assert "intercept (top)" in page
    assert "have a mark" not in page
    for module in (agreement_tables, kinds_and_sizes):
        monkeypatch.setattr(module, "MOST_NAMED_VALUES", 5)
    write_report(made)
    page = (made.path / "report.html").read_text(encoding="utf-8")
    assert "; the first 5 of 12 coefficients, tables/spearman.csv has all" in page
    assert "Of coefficients the first 5 have a mark." in page


def test_a_sweep_has_columns_of_what_each_method_has_effects_on(config, tmp_path: Path) -> None:
    study = config(evaluations=["test_error", SOME, "test_loss"], test_points={"all": True})
    sweep = groupinf.run_sweep(study, lambda_over_n="1e-2,1e-1", out=tmp_path, jobs=1)
    tables = sweep_text(sweep, 140)
    influence, newton = (tables[tables.index(f"\n{name}\n") :].split("\n")[2] for name in ("Influence", "Newton"))
    assert tables.index("\nInfluence\n") < tables.index("\nNewton\n")  # as configured, though test error comes first
    assert "ρ error" in newton
    assert "ρ error" not in influence
    assert all("ρ coefficient" in header for header in (influence, newton))
    assert "median over test points or coefficients" in tables
    again = groupinf.load_sweep(sweep.path)
    assert {value.name for run in again.runs for value in run.manifest.named_values} == {"sex=female", "intercept"}
    page = (sweep.path / "report.html").read_text(encoding="utf-8")
    assert "sex=female" in page
