"""Effects of groups on a fitted model are those of refits without them, and those of the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support.fitted_models import MODELS, TIGHT, N, Rows, rows_of, score
from support.runs import unreported

import groupinf
from groupinf.errors import ConfigError, ConvergenceError, DataError

GROUPS = {"first": np.arange(8), "odd": np.arange(1, 40, 2), "one": [50], "mixed": [3, 50, 77, 60, 61]}
# of scikit-learn's own tolerance: liblinear's and the machines' are the loosest
LOOSE = {"liblinear": 1e-6, "liblinear, scaled": 1e-6, "linear svc": 1e-5, "svc": 1e-5}


def actual(found: Any, evaluation: str) -> np.ndarray:
    """(groups, test points)."""
    frame = found.effects
    chosen = frame[(frame.method == "actual") & (frame.evaluation == evaluation)]
    return chosen.pivot(index="group", columns="test_point", values="effect").to_numpy()


@pytest.mark.parametrize("case", [case for case in MODELS if case != "softmax"])
def test_scores_move_as_those_of_scikit_learns_refits(case: str) -> None:
    model, classes = MODELS[case]
    rows = rows_of(classes)
    fitted = rows.fitted(model)
    found = groupinf.group_effects(
        fitted, **rows.given, groups=GROUPS, evaluations="test_prediction", test_points="each"
    )
    moved = np.array([score(rows.fitted(model, out), rows) - score(fitted, rows) for out in GROUPS.values()])
    np.testing.assert_allclose(actual(found, "test_prediction"), moved, atol=LOOSE.get(case, 1e-8))


def test_losses_of_three_classes_move_as_those_of_refits() -> None:
    model, classes = MODELS["softmax"]
    rows = rows_of(classes)

    def losses(out: Any = ()) -> np.ndarray:
        refit = rows.fitted(model, out)
        return -refit.predict_log_proba(rows.X_test)[np.arange(12), np.searchsorted(refit.classes_, rows.y_test)]

    found = groupinf.group_effects(rows.fitted(model), **rows.given, groups=GROUPS, test_points="each")
    moved = np.array([losses(out) - losses() for out in GROUPS.values()])
    np.testing.assert_allclose(actual(found, "test_loss"), moved, atol=1e-7)
    summed = groupinf.group_effects(rows.fitted(model), **rows.given, groups=GROUPS)
    np.testing.assert_allclose(actual(summed, "test_loss")[:, 0], moved.sum(axis=1), atol=1e-6)


@pytest.mark.parametrize(
    ("case", "model"),
    [
        ("logistic", None),
        ("logistic without intercept", {"intercept": "none"}),
        ("liblinear", {"intercept": "penalised"}),
        ("softmax", None),
        ("ridge", None),
        ("svc", {"loss": "hinge"}),
        ("linear svc", {"loss": "hinge", "intercept": "penalised"}),
    ],
)
def test_effects_are_those_of_the_command(case: str, model: Any, tmp_path: Path) -> None:
    estimator, classes = MODELS[case]
    rows = rows_of(classes)
    ward = np.random.default_rng(1).choice(list("pqrs"), N)
    lam = estimator.alpha if case == "ridge" else 1 / estimator.C
    frame = pd.DataFrame(rows.X, columns=list("wxyz")).assign(label=rows.y, weight=rows.weight, ward=ward)
    test = pd.DataFrame(rows.X_test, columns=list("wxyz")).assign(label=rows.y_test, weight=1.0, ward="p")
    frame.to_parquet(tmp_path / "train.parquet")
    test.to_parquet(tmp_path / "test.parquet")
    change = {"change": "reweight", "factor": 0.5}
    config = {
        "name": "same",
        "dataset": {
            "parquet": str(tmp_path / "train.parquet"),
            "test_file": str(tmp_path / "test.parquet"),
            "target": "label",
            "weight": "weight",
            "drop": ["ward"],
            "task": "classification" if classes else "regression",
        },
        "regularization": {"lambda_over_n": lam / N},
        "groups": {"builders": [{"builder": "column", "column": "ward"}]},
        "test_points": {"indices": [0, 5]},
        "change": change,
        **({} if model is None else {"model": model}),
    }
    run = unreported(config, tmp_path)
    found = groupinf.group_effects(
        rows.fitted(estimator),
        **rows.given,
        groups=pd.Series(ward, name="ward"),
        evaluations=list(run.manifest.evaluations),
        methods=list(run.manifest.methods),
        change=change,
        test_points=[0, 5],
    )
    keys = ["group", "group_name", "size", "test_point", "evaluation", "method", "readout"]
    assert found.effects[keys].equals(run.effects[keys])
    largest = run.effects["effect"].abs().max()
    np.testing.assert_allclose(found.effects["effect"], run.effects["effect"], rtol=0, atol=1e-8 * largest)
    assert found.effects["error_estimate"].max() <= 2.0 * run.effects["error_estimate"].max()
    assert list(found.retrains.columns) == list(run.retrains.columns)


def test_a_second_question_costs_no_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    factor = fitted.taken.fit.fitted.factor
    monkeypatch.setattr("groupinf.numerics.fit.factorise", None)
    one, other = fitted.group_effects(GROUPS), fitted.group_effects([[1, 2], [3]], methods=["newton"])
    assert fitted.taken.fit.fitted.factor is factor
    assert list(one.table.columns) == ["influence", "newton", "actual"]
    assert list(other.table.columns) == ["newton", "actual"]


def test_the_number_of_jobs_changes_nothing() -> None:
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    groups = [[i, (7 * i + 1) % N] for i in range(N) if i != (7 * i + 1) % N]
    alone, together = (fitted.group_effects(groups, jobs=jobs).effects for jobs in (1, 2))
    pd.testing.assert_frame_equal(alone, together, check_exact=True)


def test_steps_before_the_model_stay_as_fitted() -> None:
    rows = rows_of(2)
    scaled = StandardScaler().fit(rows.X)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(**TIGHT)).fit(rows.X, rows.y)
    alone = LogisticRegression(**TIGHT).fit(scaled.transform(rows.X), rows.y)
    found = groupinf.group_effects(
        pipeline, rows.X, rows.y, groups=GROUPS, X_test=rows.X_test, y_test=rows.y_test, methods="newton"
    )
    same = groupinf.group_effects(
        alone,
        scaled.transform(rows.X),
        rows.y,
        groups=GROUPS,
        X_test=scaled.transform(rows.X_test),
        y_test=rows.y_test,
        methods="newton",
    )
    pd.testing.assert_frame_equal(found.effects, same.effects)
    assert found.told["steps"].startswith("StandardScaler: applied as fitted")
    assert "steps" not in same.told


def test_without_test_rows_coefficients_and_the_groups_own_loss_can_be_asked_for() -> None:
    rows = rows_of(2)
    model = MODELS["logistic"][0]
    frame = pd.DataFrame(rows.X, columns=list("wxyz"))
    fitted = groupinf.fitted_model(
        model.__class__(**model.get_params()).fit(frame, rows.y, sample_weight=rows.weight),
        frame,
        rows.y,
        sample_weight=rows.weight,
    )
    asked = [{"evaluation": "coefficient", "of": ["x", "intercept"]}, "self_loss"]
    found = fitted.group_effects(GROUPS, evaluations=asked)
    assert set(found.effects["measured_on"]) == {"x", "intercept", "own group"}
    refit, before = rows.fitted(model, GROUPS["odd"]), rows.fitted(model)
    moved = found.table.loc["odd", ("coefficient", "x", "actual")].to_numpy()
    np.testing.assert_allclose(moved, [refit.coef_[0, 1] - before.coef_[0, 1]], atol=1e-8)
    with pytest.raises(ConfigError, match="expected X_test and y_test for test_loss, found none"):
        fitted.group_effects(GROUPS)


def test_without_retraining_every_group_has_an_interval_that_holds_its_effect() -> None:
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    none, every = fitted.group_effects(GROUPS, retrain="none"), fitted.group_effects(GROUPS)
    assert "actual" not in set(none.effects["method"])
    assert every.intervals is None
    assert len(none.retrains) == 0
    effect = actual(every, "test_loss")[:, 0]
    assert (none.intervals["low"] <= effect).all()
    assert (effect <= none.intervals["high"]).all()


@pytest.mark.parametrize("side", ["rise", "fall", "both"])
def test_the_largest_effects_are_found_without_retraining_all_and_said_to_be_proven(side: str) -> None:
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    groups = [[i, (i + 31) % N] for i in range(N)]
    found = fitted.group_effects(groups, retrain={"top": 3, "side": side})
    effects = actual(fitted.group_effects(groups), "test_loss")[:, 0]
    far = {"rise": effects, "fall": -effects, "both": np.abs(effects)}[side]
    (top,) = found.top
    assert top.first["group"].tolist() == np.argsort(-far)[:3].tolist()
    assert top.proven
    assert "the 3 groups that go farthest are proven, and their order, among 90" in repr(found)
    assert 3 <= found.effects["group"].nunique() < N
    assert set(found.retrains["group"]) == set(found.effects["group"])
    kept = found.effects[found.effects["method"] == "actual"]
    np.testing.assert_allclose(kept["effect"], effects[kept["group"]], atol=1e-8)


def test_of_the_hinge_loss_all_are_retrained_for_the_largest_effects() -> None:
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["svc"][0]), **rows.given)
    found = fitted.group_effects(GROUPS, retrain={"top": 1})
    assert found.effects["group"].nunique() == len(GROUPS)
    assert "(all test rows) the group that goes farthest is " in repr(found)
    more = fitted.group_effects(GROUPS, retrain={"top": 200})
    assert "(all test rows) the 4 groups that go farthest are " in repr(more)
    assert "\nThe 200 largest effects that retrain asks for are those of all 4 groups.\n" in repr(more)
    assert "that retrain asks for" not in repr(found)


def test_a_group_that_empties_a_class_is_skipped_and_said_to_be() -> None:
    rows = rows_of(2)
    groups = {"all of no": np.flatnonzero(rows.y == "no"), "one": [0]}
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    found = fitted.group_effects(groups)
    assert set(found.effects["group_name"]) == {"one"}
    assert "1 group skipped: all of no: it removes every row of class no" in repr(found)
    with pytest.raises(DataError, match="no group is left to retrain: each removes every row of class no"):
        fitted.group_effects({"all of no": groups["all of no"]})


def test_what_is_shown_names_the_groups_of_largest_effect_first() -> None:
    rows = rows_of(2)
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    found = fitted.group_effects([[i] for i in range(30)], evaluations=["test_loss", "test_margin"])
    largest = found.largest(3)
    sizes = found.table["test_loss", "actual"].abs()
    assert list(largest.index) == list(sizes.sort_values(ascending=False).index[:3])
    assert "The 10 of 30 groups with the largest actual effect on test_loss (all test rows):" in repr(found)
    few = fitted.group_effects([[0], [1]], test_points="each", retrain="none")
    assert "\nGroups by the largest newton effect on test_loss:\n" in repr(few)
    assert found._repr_html_().count("<tr") == 10 + 3  # two levels of columns, and the names of the index
    with pytest.raises(DataError, match=r"expected test_loss or test_margin, found tst_loss; did you mean 'test_loss'"):
        found.largest(evaluation="tst_loss")


def test_gaps_between_sets_of_test_rows_are_of_the_columns_of_their_frame() -> None:
    rows, names = rows_of(2), list("wxyz")
    train, test = (pd.DataFrame(X, columns=names) for X in (rows.X, rows.X_test))
    sites = np.array(list("pq") * 6)
    model = make_pipeline(make_column_transformer(("passthrough", names)), LogisticRegression(C=0.5, **TIGHT)).fit(
        train.assign(site="p"), rows.y
    )
    found = groupinf.group_effects(
        model,
        train.assign(site="p"),
        rows.y,
        groups=GROUPS,
        X_test=test.assign(site=sites),
        y_test=rows.y_test,
        evaluations={"evaluation": "disparity", "column": "site", "of": ["demographic_parity"]},
    )

    def gap(out: Any) -> float:
        kept = np.delete(np.arange(N), out)
        p = LogisticRegression(C=0.5, **TIGHT).fit(rows.X[kept], rows.y[kept]).predict_proba(rows.X_test)[:, 1]
        return abs(float(p[sites == "p"].mean() - p[sites == "q"].mean()))

    moved = [gap(out) - gap([]) for out in GROUPS.values()]
    np.testing.assert_allclose(np.abs(found.table["actual"].to_numpy()), np.abs(moved), atol=1e-8)

    beside = groupinf.group_effects(
        LogisticRegression(C=0.5, **TIGHT).fit(train, rows.y),
        train,
        rows.y,
        test,  # without labels, which this measure does not need
        groups=GROUPS,
        test_columns=pd.DataFrame({"site": sites}),
        evaluations={"evaluation": "disparity", "column": "site", "of": ["demographic_parity"]},
    )
    np.testing.assert_allclose(beside.effects["effect"], found.effects["effect"], atol=1e-9)


def test_columns_beside_the_features_come_before_those_of_the_same_name() -> None:
    rows = rows_of(2)
    test, sites = pd.DataFrame(rows.X_test, columns=list("wxyz")), pd.Series(list("pq") * 6, name="w")
    model = rows.fitted(MODELS["logistic"][0])
    columns = groupinf.fitted_model(
        model, rows.X, rows.y, test, test_columns=sites, refit=True
    ).taken.dataset.test_columns
    assert list(columns) == ["w", "x", "y", "z"]
    assert columns["w"].tolist() == sites.tolist()
    assert columns["z"].tolist() == test["z"].tolist()
    with pytest.raises(KeyError):
        columns["site"]


@pytest.mark.parametrize("classes", [0, 2])
def test_predictions_on_new_rows_need_no_labels(classes: int) -> None:
    rows = rows_of(classes)
    model = rows.fitted(MODELS["logistic" if classes else "ridge"][0])
    new, same = (
        groupinf.fitted_model(model, rows.X, rows.y, rows.X_test, labels, sample_weight=rows.weight)
        for labels in (None, rows.y_test)
    )
    asked: dict[str, Any] = {"evaluations": ["test_prediction", "self_loss"], "test_points": "each"}
    pd.testing.assert_frame_equal(
        new.group_effects(GROUPS, **asked).effects, same.group_effects(GROUPS, **asked).effects
    )
    points = {"evaluations": "test_prediction"}
    pd.testing.assert_frame_equal(new.point_effects(**points).effects, same.point_effects(**points).effects)
    pd.testing.assert_frame_equal(new.point_effects(**points).rows, same.point_effects(**points).rows)
    alone = "evaluations: expected y_test for test_loss, found X_test alone; test_prediction needs no labels"
    for ask in (lambda: new.group_effects(GROUPS), new.point_effects):
        with pytest.raises(ConfigError, match=alone):
            ask()


def test_without_labels_what_depends_on_them_is_refused() -> None:
    rows = rows_of(3)
    new = groupinf.fitted_model(
        rows.fitted(MODELS["softmax"][0]), rows.X, rows.y, rows.X_test, sample_weight=rows.weight
    )
    for name in ("test_loss", "test_margin", "test_error"):
        with pytest.raises(ConfigError, match=f"expected y_test for {name}, found X_test alone$"):
            new.group_effects(GROUPS, evaluations=name)
    rows, sites = rows_of(2), pd.DataFrame({"site": list("pq") * 6})
    two = groupinf.fitted_model(
        MODELS["logistic"][0].fit(rows.X, rows.y), rows.X, rows.y, rows.X_test, test_columns=sites
    )
    for of in (None, ["true_positive_rates"], ["demographic_parity", "worst_loss"]):
        asked = {"evaluation": "disparity", "column": "site", **({"of": of} if of else {})}
        with pytest.raises(ConfigError, match="expected y_test for disparity, found X_test alone"):
            two.group_effects(GROUPS, evaluations=asked)


def test_columns_of_test_rows_that_there_are_not_are_asked_for_by_their_argument() -> None:
    rows = rows_of(2)
    asked = {"evaluation": "disparity", "column": "site"}
    fitted = groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)
    with pytest.raises(ConfigError, match="; test_columns takes columns that are no features"):
        fitted.group_effects(GROUPS, evaluations=asked)
    model = rows.fitted(MODELS["logistic"][0])
    without = groupinf.fitted_model(model, rows.X, rows.y, sample_weight=rows.weight)
    with pytest.raises(ConfigError, match="expected X_test and y_test for disparity, found none"):
        without.group_effects(GROUPS, evaluations=asked)


def test_lists_may_be_arrays_and_indices(logistic: Any) -> None:
    for of in (pd.Index(["x0", "x2"]), np.array(["x0", "x2"]), pd.Series(["x0", "x2"])):
        found = logistic.group_effects(
            GROUPS, evaluations={"evaluation": "coefficient", "of": of}, methods=pd.Index(["newton"])
        )
        assert list(dict.fromkeys(found.effects["measured_on"])) == ["x0", "x2"]


def test_methods_without_effects_on_an_evaluation_are_named(logistic: Any) -> None:
    found = logistic.group_effects(GROUPS, evaluations=["test_error", "test_loss"])
    assert "\ninfluence has no effects on test_error, which has no derivative; methods with an exact" in repr(found)
    assert "has no effects" not in repr(logistic.group_effects(GROUPS, evaluations="test_loss"))
    assert "has no effects" not in repr(logistic.group_effects(GROUPS, evaluations="test_error", methods="newton"))


def test_a_weight_of_nothing_is_called_removal(logistic: Any) -> None:
    found = logistic.group_effects(GROUPS, change={"change": "reweight", "factor": 0.0})
    removed = logistic.group_effects(GROUPS)
    np.testing.assert_allclose(found.effects["effect"], removed.effects["effect"], atol=1e-9)
    assert repr(found).startswith("4 groups removed, as they count 0 times, of the 90 rows")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"evaluations": "test_error", "methods": "influence"},
            "group_effects: methods: expected a method with an exact readout (parameter_influence, newton",
        ),
        (
            {"test_points": np.arange(12) < 0},
            "test_points: expected 'sum', 'each' or a list of rows of X_test, found none",
        ),
        ({"test_points": np.arange(5) < 9}, "or a list of rows of X_test, found a mask of 5 rows"),
        ({"test_points": np.linspace(0, 1, 600)}, "or a list of rows of X_test, found 600 values of type float64"),
        ({"test_points": np.eye(3)}, "or a list of rows of X_test, found values of shape (3, 3)"),
        ({"test_points": 3}, "or a list of rows of X_test, found 3"),
        ({"evaluations": ["test_los"]}, "group_effects: evaluations.0: unknown evaluation 'test_los'; did you mean"),
        ({"methods": ["newtn"]}, "group_effects: methods.0: unknown method 'newtn'; did you mean 'newton'"),
        ({"change": "remov"}, "group_effects: change: unknown change 'remov'; did you mean 'remove'"),
        ({"change": "add"}, "change: expected one of training rows, found add"),
        ({"change": {"change": "relabel", "to": "maybe"}}, "change: expected random or one of the classes no, yes"),
        ({"evaluations": [{"evaluation": "coefficient", "of": ["q"]}]}, "evaluations: "),
        ({"retrain": "some"}, "retrain: expected all, none or"),
        ({"retrain": {"top": 0}}, "retrain.top: "),
        (
            {"retrain": {"top": 1, "by": "self_loss"}},
            "retrain: by: expected one of the evaluations that are asked for, te",
        ),
        ({"test_points": "every"}, "test_points: expected 'sum', 'each' or a list of rows of X_test, found 'every'"),
        ({"test_points": [12]}, "test_points: expected rows 0 to 11, found 12"),
        ({"test_points": [1, 1]}, "test_points: expected each row once"),
        ({"test_points": [0.5]}, "test_points: expected 'sum', 'each' or a list"),
        ({"jobs": 0}, "jobs: expected a whole number of at least 1, found 0"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(asked: dict[str, Any], message: str, logistic: Any) -> None:
    with pytest.raises((ConfigError, DataError)) as error:
        logistic.group_effects(GROUPS, **asked)
    assert message in str(error.value)


@pytest.fixture(scope="module")
def logistic() -> Any:
    rows = rows_of(2)
    return groupinf.fitted_model(rows.fitted(MODELS["logistic"][0]), **rows.given)


def far_off(rows: Rows) -> Any:
    return LogisticRegression(C=0.5, tol=1e-2).fit(rows.X, rows.y, sample_weight=rows.weight)


def test_a_model_that_is_not_at_its_optimum_is_refused_and_refitted_where_that_is_asked_for() -> None:
    rows = rows_of(2)
    with pytest.raises(ConvergenceError) as error:
        groupinf.group_effects(far_off(rows), **rows.given, groups=GROUPS)
    message = str(error.value)
    assert "LogisticRegression: the model is not at the optimum of its objective: an effect may be off by" in message
    assert "its gradient has the norm" in message
    assert "With refit=True effects are those of the exact optimum" in message
    refitted = groupinf.group_effects(far_off(rows), **rows.given, groups=GROUPS, refit=True)
    exact = groupinf.group_effects(rows.fitted(MODELS["logistic"][0]), **rows.given, groups=GROUPS)
    np.testing.assert_allclose(refitted.effects["effect"], exact.effects["effect"], atol=1e-9)
    assert refitted.told["optimum"].startswith("refitted: effects are those of the exact optimum")
    assert exact.told["optimum"].startswith("effects are those of the exact optimum, from which the model is off by")


def test_the_distance_is_that_of_the_coefficients_beside_what_a_row_moves_them() -> None:
    """Independent: θ and θ̂ by scikit-learn, H written out, rows refitted one by one."""
    rows = rows_of(2)
    model, exact = far_off(rows), rows.fitted(MODELS["logistic"][0])
    found = groupinf.fitted_model(model, **rows.given, refit=True).distance
    X = np.hstack([rows.X, np.ones((N, 1))])

    def theta(of: Any) -> np.ndarray:
        return np.append(of.coef_[0], of.intercept_)

    p = exact.predict_proba(rows.X)[:, 1]
    H = X.T @ (X * (rows.weight * p * (1 - p))[:, None]) + np.diag([2.0] * 4 + [0.0])
    off = theta(model) - theta(exact)
    np.testing.assert_allclose(found.decrement, np.sqrt(off @ H @ off), rtol=1e-6)
    q = model.predict_proba(rows.X)[:, 1]
    gradient = X.T @ (rows.weight * (q - (rows.y == "yes"))) + 2.0 * np.append(model.coef_[0], 0.0)
    np.testing.assert_allclose(found.gradient_norm, np.linalg.norm(gradient), rtol=1e-6)
    g = X * (rows.weight * (p - (rows.y == "yes")))[:, None]
    self_influence = np.einsum("ij,ij->i", g, np.linalg.solve(H, g.T).T)
    typical = np.sqrt(np.mean(self_influence))
    assert abs(found.share / (found.decrement / typical) - 1) < 0.3  # 64 of the 90 rows are looked at
    np.testing.assert_allclose(found.score, np.abs(rows.X_test @ off[:4] + off[4]).max(), rtol=1e-6)
