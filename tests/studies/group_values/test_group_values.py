"""Shares of a run are those by scikit-learn's refits in all orders of the groups; so is what stands beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from support.made_sites import Sites, config_of, made_sites, shapley_values, test_loss

from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.group_values.block import CoalitionsOfBlock, compute_coalitions
from groupinf.studies.group_values.result import GroupValuesRun
from groupinf.studies.group_values.study import GROUP_VALUES
from groupinf.studies.group_values.work import valuing
from groupinf.studies.load import load_config


def run_of(sites: Sites, folder: Path, **changes: Any) -> GroupValuesRun:
    run: GroupValuesRun = execute_study(
        GROUP_VALUES, load_config(config_of(sites, folder, **changes)), folder / "out", 1, False, Silent()
    )
    return run


def column(run: GroupValuesRun, name: str, evaluation: str = "test_loss", point: int = -1) -> np.ndarray:
    values = run.values
    picked = values[(values["evaluation"] == evaluation) & (values["test_point"] == point)]
    return picked.sort_values("group")[name].to_numpy(dtype=np.float64)


@pytest.mark.parametrize("ungrouped", ["present", "absent"])
@pytest.mark.parametrize("classes", [2, 3, 0])
def test_shares_are_those_by_refits_in_all_orders(classes: int, ungrouped: str, tmp_path: Path) -> None:
    sites = made_sites(classes)
    run = run_of(sites, tmp_path, values={"by": "shapley", "ungrouped": ungrouped})
    expected = shapley_values(sites, lambda rows: -test_loss(sites, rows), ungrouped == "present")
    assert np.allclose(column(run, "value"), expected, rtol=0, atol=1e-6)
    assert np.all(column(run, "error_estimate") < 1e-6)
    assert run.manifest.n_ungrouped == 4
    assert run.manifest.n_shared == 4


@pytest.mark.parametrize(
    "values", ["banzhaf", "shapley", "leave_one_out", {"by": "shapley", "exact_up_to": 0, "permutations": 40}], ids=str
)
def test_a_group_whose_rows_weigh_nothing_has_exactly_nothing(values: Any, tmp_path: Path) -> None:
    run = run_of(made_sites(), tmp_path, values=values)
    for name in ("value", "influence", "leave_one_out", "error_estimate"):
        assert abs(column(run, name)[3]) <= (1e-7 if name == "error_estimate" else 0.0)
    assert np.all(column(run, "value")[:3] != 0.0)
    assert run.manifest.n_coalitions == (5 if values == "leave_one_out" else 8)  # the last group tells none apart


def test_groups_of_the_same_rows_have_equal_shares(tmp_path: Path) -> None:
    sites = made_sites()
    north, east = sites.sites["north"], sites.sites["east"]
    value = column(run_of(sites.with_sites(a=north, b=north, c=east), tmp_path), "value")
    assert value[0] == pytest.approx(value[1], abs=1e-14)
    assert value[2] != pytest.approx(value[0], abs=1e-3)


def test_beside_them_stand_the_effects_of_leaving_each_group_out_and_influence(tmp_path: Path) -> None:
    sites = made_sites()
    apart = sites.with_sites(north=np.arange(14), south=np.arange(14, 24), east=np.arange(24, 34))
    run = run_of(apart, tmp_path, evaluations=["test_loss", "test_prediction", "test_error", "test_margin"])
    config = {key: value for key, value in run.config.items() if key not in ("study", "values")}
    methods = {"methods": ["influence", "newton"], "name": "effects"}
    effects: pd.DataFrame = execute_study(
        GROUP_EFFECTS, load_config({**config, **methods}), tmp_path / "out", 1, False, Silent()
    ).effects
    for evaluation, sign in (("test_loss", -1), ("test_prediction", 1), ("test_margin", 1), ("test_error", -1)):
        for method, name in (("actual", "leave_one_out"), ("influence", "influence")):
            picked = effects[(effects["evaluation"] == evaluation) & (effects["method"] == method)]
            told = column(run, name, evaluation)
            if evaluation == "test_error" and method == "influence":
                assert np.isnan(told).all()
            else:
                # removing a group that is worth something takes that away
                assert np.allclose(told, -sign * picked.sort_values("group")["effect"], rtol=0, atol=1e-8)


def test_influence_of_rows_with_several_owners_is_shared_among_them(tmp_path: Path) -> None:
    sites = made_sites()
    a, b = np.arange(20), np.arange(10, 30)
    together = run_of(sites.with_sites(a=a, b=b), tmp_path)
    (tmp_path / "apart").mkdir()
    parts = sites.with_sites(a=a[:10], both=b[:10], b=b[10:])
    alone, both, other = column(run_of(parts, tmp_path / "apart"), "influence")
    assert np.allclose(column(together, "influence"), [alone + both / 2, other + both / 2], rtol=0, atol=1e-10)


def test_shares_add_up_to_the_worth_of_all_groups_by_what_is_measured_of_coalitions(tmp_path: Path) -> None:
    run = run_of(made_sites(), tmp_path, evaluations=["test_loss", "test_prediction"])
    for row in run.totals.to_dict("records"):
        sign = {"test_loss": -1.0, "test_prediction": 1.0}[row["evaluation"]]
        measured = run.measured[run.measured["evaluation"] == row["evaluation"]].set_index("coalition")["effect"]
        by_groups = run.coalitions.set_index("groups")["coalition"]
        assert row["everyone"] == pytest.approx(sign * measured[0], abs=1e-15)
        assert row["none"] == pytest.approx(sign * measured[by_groups[0]], abs=1e-15)
        assert row["worth"] == row["everyone"] - row["none"]
        assert row["shares"] == pytest.approx(row["worth"], abs=1e-12)


def test_coalitions_without_a_class_are_worth_what_a_model_of_no_rows_is(tmp_path: Path) -> None:
    sites = made_sites()
    ones, zeros = np.flatnonzero(sites.y == 1), np.flatnonzero(sites.y == 0)
    by_class = sites.with_sites(ones=ones, some=zeros[:8], others=zeros[8:])
    run = run_of(by_class, tmp_path)
    states = run.coalitions.set_index("members")["state"]
    assert run.manifest.no_optimum == 5
    assert {name for name, state in states.items() if state == "no_optimum"} == {"", "0", "1", "2", "1 2"}
    effects = run.measured.set_index("coalition")["effect"]
    alone = test_loss(sites, np.empty(0, int)) - test_loss(sites, np.arange(40))
    lacking = run.coalitions["coalition"][run.coalitions["state"] == "no_optimum"]
    assert np.allclose(effects[lacking], alone, rtol=0, atol=1e-8)


@pytest.mark.parametrize("intercept", ["none", "penalised"])
def test_without_a_free_intercept_one_class_is_enough_and_no_rows_make_every_parameter_0(
    intercept: str, tmp_path: Path
) -> None:
    sites = made_sites()
    by_class = sites.with_sites(ones=np.flatnonzero(sites.y == 1), zeros=np.flatnonzero(sites.y == 0))
    run = run_of(by_class, tmp_path, model={"intercept": intercept})
    assert run.manifest.no_optimum == 1
    worst = len(sites.y_test) * np.log(2.0)
    best = run.manifest.test_loss * len(sites.y_test)
    assert float(run.totals["worth"].iloc[0]) == pytest.approx(worst - best, abs=1e-9)


def test_drawn_shares_are_within_their_intervals_of_exact_ones(tmp_path: Path) -> None:
    sites, at = made_sites(), np.arange(34)
    six = sites.with_sites(**{f"site {i}": at[i::6] for i in range(6)})
    exact = run_of(six, tmp_path)
    for by in ({"by": "shapley", "permutations": 120}, {"by": "banzhaf", "samples": 120}):
        (folder := tmp_path / by["by"]).mkdir()
        drawn = run_of(six, folder, values={**by, "exact_up_to": 0})
        again = exact if by["by"] == "shapley" else run_of(six, tmp_path, values={"by": by["by"]})
        reach = column(drawn, "high") - column(drawn, "value")
        assert np.all(reach > 0.0)
        assert np.all(np.abs(column(drawn, "value") - column(again, "value")) <= 2.0 * reach)
        assert not drawn.manifest.exact


def test_sets_of_test_points_have_shares_of_their_own_which_add_up(tmp_path: Path) -> None:
    sites = made_sites()
    points = run_of(sites, tmp_path, test_points={"indices": list(range(12))})
    whole = run_of(sites, tmp_path)
    total = sum(column(points, "value", point=point) for point in range(12))
    assert np.allclose(total, column(whole, "value"), rtol=0, atol=1e-7)
    halves = run_of(sites, tmp_path, test_points={"column": "half"})
    assert [found.name for found in halves.manifest.test_sets] == ["half=even", "half=odd"]
    each = [column(halves, "value", point=found.test_point) for found in halves.manifest.test_sets]
    assert np.allclose(each[0] + each[1], column(whole, "value"), rtol=0, atol=1e-7)
    assert np.allclose(each[0], sum(column(points, "value", point=point) for point in range(0, 12, 2)), atol=1e-7)


def test_gaps_between_sets_of_test_rows_are_shared_out_as_well(tmp_path: Path) -> None:
    sites = made_sites()
    gap = {"evaluation": "disparity", "column": "half", "of": ["demographic_parity", "worst_loss"]}
    run = run_of(sites, tmp_path, evaluations=[gap])
    assert np.allclose(run.totals["deviation"], 0.0, atol=1e-14)
    for named in run.manifest.named_values:
        value = column(run, "value", "disparity", named.test_point)
        assert np.abs(value[:3]).min() > 1e-6
        assert value[3] == 0.0


def test_with_a_twentieth_of_the_rows_left_retraining_ends_where_other_solvers_do(tmp_path: Path) -> None:
    config = {
        "study": "group_values",
        "name": "far",
        "dataset": {"name": "breast_cancer"},
        "regularization": {"lambda_over_n": 1e-3},
        "groups": {"builders": [{"builder": "single_rows", "rows": [0, 1]}]},
    }
    work = valuing(load_config(config))  # type: ignore[arg-type]
    study, dataset = work.make(1, Silent()).blocks.shared, work.dataset
    assert (study.engine.way, study.engine.preconditioner) == ("own_factors", "reduced")
    rng = np.random.default_rng(0)
    left = [np.sort(rng.choice(455, 23, replace=False)) for _ in range(12)]
    members = tuple(np.setdiff1d(np.arange(455), rows) for rows in left)
    block = compute_coalitions(study, CoalitionsOfBlock(members, ("",) * 12))

    def test_loss_of(rows: np.ndarray) -> float:
        model = LogisticRegression(C=1.0 / (1e-3 * 455), solver="newton-cholesky", tol=1e-12, max_iter=10_000)
        score = model.fit(dataset.X_train[rows], dataset.y_train[rows]).decision_function(dataset.X_test)
        return float(np.logaddexp(0.0, np.where(dataset.y_test == 1, -score, score)).sum())

    whole = test_loss_of(np.arange(455))
    expected = np.array([test_loss_of(rows) - whole for rows in left])
    assert np.abs(expected).max() > 10.0
    assert np.allclose(block["effect"][:, 0], expected, rtol=1e-6, atol=1e-6)
    assert not block["at_rounding"].any()
