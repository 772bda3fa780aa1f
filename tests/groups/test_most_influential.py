"""Groups of the most influential rows are the first rows of an order, nested; what data cannot give is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from support.runs import members, unreported

from groupinf.errors import ConfigError, DataError
from groupinf.experiments.workers.progress import Silent
from groupinf.groups.builders.most_influential import MadeFrom, MostInfluential, made_from
from groupinf.groups.builders.random import Random
from groupinf.groups.row_orders import AskedOrder, OrderedRows
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.load import load_config
from groupinf.test_point_labels import FIRST_NAMED


@dataclass(frozen=True)
class Backwards:
    """Rows from the last down, on test point 3 and on a coefficient."""

    length: int = 200

    def ordered(self, asked: AskedOrder, most: int) -> Sequence[OrderedRows]:
        rows = np.arange(self.length)[::-1][:most]
        told = [("test loss", 3, ""), ("coefficient", FIRST_NAMED, "of age")]
        return [OrderedRows(*value, side, "greedily", rows) for value in told for side in asked.sides]


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_groups_are_the_first_rows_for_each_value_and_side(make_source) -> None:
    built = MostInfluential(num_rows=[5, 1, 2]).build(replace(make_source(sizes=None), row_orders=Backwards()), rng())
    assert [group.indices.tolist() for group in built.groups[:3]] == [[199], [198, 199], [195, 196, 197, 198, 199]]
    sides = ["most_influential_rise", "most_influential_fall"]
    assert [group.kind for group in built.groups] == [side for _ in range(2) for side in sides for _ in range(3)]
    assert [group.test_point for group in built.groups] == [3] * 6 + [FIRST_NAMED] * 6
    assert built.groups[0].made_from == "first 1 row for the largest rise of test loss on test point 3, greedily"
    assert built.groups[-1].made_from == "first 5 rows for the largest fall of coefficient of age, greedily"
    told = [made_from(group.made_from) for group in built.groups]
    assert told[-1] == MadeFrom("coefficient of age", "fall", "greedily")
    assert made_from("first 3 rows in a random order") is None
    assert built.notes == ()


def test_sizes_are_those_of_the_study_where_it_names_none(make_source) -> None:
    source = replace(make_source(), row_orders=Backwards())
    built = MostInfluential(side="fall").build(source, rng())
    assert [group.indices.size for group in built.groups] == [*source.group_sizes()] * 2
    assert MostInfluential(side="fall").most_groups(source.dataset, 12, 2) == len(built.groups)


def test_sizes_that_an_order_does_not_reach_are_left_out_with_a_note(make_source) -> None:
    source = replace(make_source(), row_orders=Backwards(10))
    built = MostInfluential(side="rise", num_rows=[4, 10, 11, 20]).build(source, rng())
    assert {group.indices.size for group in built.groups} == {4, 10}
    assert built.notes == (
        "most_influential: groups of 11 and 20 rows for the largest rise, greedily, were left out where they empty "
        "a class or the data",
    )


def test_without_orders_or_with_all_rows_nothing_is_built(make_source) -> None:
    with pytest.raises(DataError, match="expected orders of rows by the fitted model"):
        MostInfluential(num_rows=[2]).build(make_source(), rng())
    with pytest.raises(DataError, match="expected less than n = 200, the number of training points, found 200"):
        MostInfluential(num_rows=[200]).build(replace(make_source(), row_orders=Backwards()), rng())


def test_nested_random_groups_are_the_first_rows_of_one_random_order(make_source) -> None:
    source = make_source()
    groups = Random(nested=True).build(source, rng()).groups
    order = np.random.default_rng(5).permutation(200)
    for group, size in zip(groups, source.group_sizes(), strict=True):
        assert group.indices.tolist() == sorted(order[:size].tolist())
    plain = Random().build(source, rng()).groups
    stream = np.random.default_rng(5)
    for group, size in zip(plain, source.group_sizes(), strict=True):
        stream.choice(np.array([0]))
        assert group.indices.tolist() == sorted(stream.choice(np.arange(200), size, replace=False).tolist())
    assert Random(nested=False) == Random()
    assert Random().model_dump(exclude_none=True) == {"builder": "random"}


# -- from a configuration


def configured(folder: Path, *builders: dict[str, Any], regression: bool = False, **changes: Any) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(70, 3))
    y = X[:, 0] + rng.normal(size=70)
    np.savez(
        folder / "rows.npz",
        X_train=X[:60],
        X_test=X[60:],
        y_train=y[:60] if regression else (y[:60] > 0).astype(int),
        y_test=y[60:] if regression else (y[60:] > 0).astype(int),
    )
    return {
        "name": "found",
        "dataset": {"npz": str(folder / "rows.npz"), "task": "regression" if regression else "classification"},
        "regularization": {"lambda_over_n": 0.02},
        "groups": {"builders": [{"builder": "most_influential", "num_rows": [1, 3]} | of for of in builders or ({},)]},
        "test_points": {"indices": [4, 7]},
        **changes,
    }


def test_by_influence_the_rows_are_those_of_scikit_learn_s_fit(tmp_path: Path) -> None:
    run = unreported(configured(tmp_path, {"evaluation": "test_loss", "side": "fall"}), tmp_path)
    data = np.load(tmp_path / "rows.npz")
    X, y, lam = data["X_train"], data["y_train"], 0.02 * 60
    model = LogisticRegression(C=1 / lam, tol=1e-12, max_iter=10_000).fit(X, y)
    p, design = model.predict_proba(X)[:, 1], np.column_stack([X, np.ones(60)])
    H = (design.T * (p * (1 - p))) @ design + lam * np.diag([1.0, 1.0, 1.0, 0.0])
    expected = []
    for point in (4, 7):
        x = data["X_test"][point]
        slope = (model.predict_proba([x])[0, 1] - data["y_test"][point]) * np.append(x, 1.0)
        order = np.argsort((p - y) * (design @ np.linalg.solve(H, slope)))
        expected += [sorted(order[:1].tolist()), sorted(order[:3].tolist())]
    assert [rows.tolist() for rows in members(run)] == expected
    assert run.groups["test_point"].tolist() == [4, 4, 7, 7]


def test_every_order_runs_on_sums_and_coefficients_and_the_forecast_counts_the_groups(tmp_path: Path) -> None:
    of_feature = {"evaluation": "coefficient", "of": ["x0", "intercept"]}
    orders: list[Any] = ["influence", "newton", {"row_order": "greedy", "refit_every": 2}]
    for evaluation, values, points in ((of_feature, 2, {"indices": [4, 7]}), ("test_loss", 1, {"all": True})):
        builders = [{"evaluation": evaluation, "by": by} for by in orders]
        config = configured(tmp_path, *builders, evaluations=[evaluation], test_points=points)
        run = unreported(config, tmp_path)
        assert len(run.groups) == values * len(orders) * 2 * 2 == plan(load_config(config)).groups
        words = run.groups["made_from"].tolist()
        assert {made_from(of).by for of in words} == {
            "by influence",
            "by Newton steps",
            "greedily (refitted after every 2 rows)",
        }
        assert {made_from(of).value for of in words} == (
            {"coefficient x0", "coefficient intercept"} if values == 2 else {"test loss on all test points"}
        )


def test_the_first_evaluation_that_allows_it_is_the_default(tmp_path: Path) -> None:
    config = configured(tmp_path, evaluations=["self_loss", "test_error", "test_margin", "test_loss"])
    run = unreported(config, tmp_path)
    assert all("test margin on test point" in words for words in run.groups["made_from"])


def test_a_finished_run_is_evaluated_on_what_could_not_order_rows(tmp_path: Path) -> None:
    run = unreported(configured(tmp_path, {"by": "greedy"}), tmp_path)
    anew = ["evaluations=[self_loss, test_error]", "methods=[newton]", "model.linearised=smooth_hinge"]
    evaluated = evaluate(run.path, anew, None, 1, Silent())
    assert evaluated.groups["made_from"].tolist() == run.groups["made_from"].tolist()


@pytest.mark.parametrize(
    ("builder", "changes", "message"),
    [
        ({"by": "influnce"}, {}, r"by: unknown row_order 'influnce'; did you mean 'influence'\?"),
        ({"by": 3}, {}, "by: expected a name, or keys and values, found 3"),
        (
            {"by": {"row_order": "greedy", "refit_every": 0}},
            {},
            "by.refit_every: expected a whole number of at least 1",
        ),
        ({"by": {"row_order": "newton", "refit_every": 2}}, {}, "refit_every"),
        ({"evaluation": "test_los"}, {}, r"evaluation: unknown evaluation 'test_los'; did you mean 'test_loss'\?"),
        ({"evaluation": "coefficient"}, {}, "evaluation.of: expected this key, found none"),
        ({"evaluation": {"evaluation": "coefficient", "of": ["x9"]}}, {}, "evaluation: expected features of the data"),
        ({"evaluation": "self_loss"}, {}, "found self_loss, which is measured on the own group"),
        ({"evaluation": "test_error"}, {}, "found test_error, which has no derivative"),
        (
            {},
            {"evaluations": ["self_loss", "test_error"], "methods": ["newton"]},
            "expected an evaluation with a deriv",
        ),
        ({"side": "up"}, {}, "side: expected one of rise, fall, both, found"),
        ({"num_rows": [0]}, {}, "expected a whole number of at least 1, found 0"),
        ({"num_rows": [2, 2]}, {}, "num_rows: expected every entry once, found 2 more than once"),
        ({"num_rows": [60]}, {}, "num_rows: expected less than n = 60"),
        ({"num_rows": None}, {}, "expected sizes: .*which most_influential needs"),
        (
            {},
            {"change": {"change": "reweight", "factor": 2}},
            "expected most_influential only with the removal of rows",
        ),
        (
            {"by": "greedy"},
            {"model": {"linearised": {"loss": "smooth_hinge"}}},
            "by: expected influence or newton where",
        ),
        ({"by": "greedy"}, {"loss": "hinge"}, "found greedy, which fits anew"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, builder: Any, changes: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plan(load_config(configured(tmp_path, builder, **changes)))


def test_what_a_regression_does_not_define_is_refused(tmp_path: Path) -> None:
    config = configured(tmp_path, {"evaluation": "test_margin"}, regression=True)
    with pytest.raises(ConfigError, match="found test_margin, which is defined for classes only"):
        plan(load_config(config))
