"""Summaries of the theory are what loops over brute-force tables give, and see a bound or an interval that fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from support.theory_frames import small_theory_run

from groupinf.analysis import theory
from groupinf.analysis.explained_rho import SPREADS, explanation_of_rho, kinds_table
from groupinf.analysis.theory import BOUNDS, OF_THE_GROUP, OF_THE_PAPER, PROVEN, beside_actual
from groupinf.studies.group_effects.result import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_theory_run(tmp_path_factory.mktemp("theory"))


@pytest.fixture(scope="module")
def rows(run: Run) -> pd.DataFrame:
    assert run.theory is not None
    return beside_actual(run.theory, run.effects)


def actual_of(run: Run, row: dict) -> tuple[float, float]:
    e = run.effects
    at = (e["group"] == row["group"]) & (e["evaluation"] == row["evaluation"])
    found = e[at & (e["test_point"] == row["test_point"]) & (e["method"] == "actual")]
    return found["effect"].item(), found["error_estimate"].item()


def test_rows_stand_beside_their_own_actual_effect(run: Run, rows: pd.DataFrame) -> None:
    assert run.theory is not None
    assert len(rows) == len(run.theory) == 34 * 5
    for row in rows.iloc[::7].to_dict("records"):
        assert (row["actual"], row["actual_error"]) == actual_of(run, row)
        group = run.groups[run.groups["group"] == row["group"]]
        assert (row["kind"], row["size"]) == (group["kind"].item(), group["size"].item())


def test_intervals_are_counted_and_measured(rows: pd.DataFrame) -> None:
    """A third of them are open on one side, one of these on both, and two do not hold."""
    own = rows[rows["evaluation"] == "test_loss"].copy()
    own.iloc[::3, own.columns.get_loc("proven_high")] = np.inf
    own.iloc[[4, 5], own.columns.get_loc("proven_low")] = own["actual"].iloc[[4, 5]] + [1e-3, 1e-30]
    own.iloc[6, own.columns.get_loc("proven_low")] = -np.inf
    found = theory.intervals(own)
    widths, relative, outside, signs = [], [], 0, 0
    for row in own.to_dict("records"):
        outside += not row["proven_low"] - row["actual_error"] <= row["actual"] <= row["proven_high"]
        signs += row["proven_low"] > 0 or row["proven_high"] < 0
        if np.isfinite(row["proven_high"]):
            widths.append(row["proven_high"] - row["proven_low"])
            relative.append(widths[-1] / abs(row["actual"]))
    assert outside == 1  # the other is within the error estimate
    assert (found.count, found.finite, found.outside) == (len(own), len(widths), 1)
    assert (found.one_end, found.signed) == (len(own) - len(widths) - 1, signs)
    assert 0 < signs < len(own)
    assert (found.width, found.relative) == pytest.approx((np.median(widths), np.median(relative)))


def test_all_intervals_of_the_model_hold_and_none_that_is_open_on_both_sides_is_finite(rows: pd.DataFrame) -> None:
    assert theory.intervals(rows).outside == 0
    assert theory.intervals(rows).finite == len(rows)
    nothing = theory.intervals(rows.assign(proven_low=-np.inf, proven_high=np.inf))
    assert (nothing.finite, nothing.one_end, nothing.signed, nothing.outside) == (0, 0, 0, 0)
    assert np.isnan(nothing.width)
    assert np.isnan(nothing.relative)


def test_a_width_is_measured_against_the_effect_of_its_own_group(rows: pd.DataFrame) -> None:
    """Ten small effects have finite intervals of twice their size; what the others are changes nothing."""
    own = rows[rows["evaluation"] == "self_loss"].iloc[:20].copy()
    own["actual"] = np.r_[np.full(10, 1e-3), np.full(10, 50.0)]
    own["proven_low"], own["proven_high"] = own["actual"] * 0.5, np.r_[np.full(10, 2.5e-3), np.full(10, np.inf)]
    for others in (50.0, 5e6):
        own.iloc[10:, own.columns.get_loc("actual")] = others
        found = theory.intervals(own)
        assert (found.finite, found.relative) == (10, pytest.approx(2.0))
    own.iloc[:3, own.columns.get_loc("actual")] = [0.0, 1e-15, 1e-15]  # not told from 0: no sizes to measure against
    assert theory.intervals(own).relative == pytest.approx(2.0)
    assert np.isnan(theory.intervals(own.iloc[:3]).relative)


def test_newton_is_exact_where_no_error_is_above_rounding(rows: pd.DataFrame) -> None:
    assert not theory.is_exact(rows)
    exact = rows.assign(newton=rows["actual"], newton_error=1e-12 * rows["actual"])
    assert theory.is_exact(exact)
    exact.loc[exact.index[3], "newton_error"] = 1e-3
    assert not theory.is_exact(exact)


@pytest.mark.parametrize("bound", [*BOUNDS, PROVEN], ids=lambda bound: bound.name)
def test_bounds_are_compared_with_errors_above_rounding(rows: pd.DataFrame, bound: theory.Bound) -> None:
    own = rows[rows["evaluation"] != "test_prediction"]
    ratios = []
    for row in own.to_dict("records"):
        error = {"newton_error": row["actual"] - row["newton"], "rest": row["rest"]}[bound.error]
        limit = {
            "proposition_1_printed": row["newton_error_bound_paper"],
            "proposition_1": row["newton_error_bound"],
            "proposition_2_printed": row["rest_bound_paper"],
            "proposition_2": row["rest_bound"],
            "proven": max(row["proven_high"] - row["newton"], row["newton"] - row["proven_low"]),
        }[bound.name]
        terms = abs(row["newton"]) + abs(row["actual"])
        if bound.error == "rest":
            terms = sum(abs(row[name]) for name in ("influence", "newton", "linear", "curvature"))
        if abs(error) > 1e-9 * terms + row["actual_error"]:
            ratios.append(limit / abs(error))
    found = theory.held(own, bound)
    assert (found.count, found.violations, found.compared) == (len(own), 0, len(ratios))
    assert 0.5 * len(own) < found.compared <= len(own)
    expected = min(ratios), np.median(ratios), max(ratios)
    assert (found.least, found.median, found.most) == pytest.approx(expected, rel=1e-6)


def test_the_rest_of_a_linear_evaluation_is_rounding_and_no_violation(rows: pd.DataFrame) -> None:
    own = rows[rows["evaluation"] == "test_prediction"]
    assert (own["rest_bound"] == 0).all()
    assert (own["rest"] != 0).any()
    found = theory.held(own, BOUNDS[3])
    assert (found.count, found.violations, found.compared) == (len(own), 0, 0)
    assert np.isnan(found.median)


@pytest.mark.parametrize("bound", [*BOUNDS, PROVEN], ids=lambda bound: bound.name)
def test_a_bound_that_fails_is_seen(rows: pd.DataFrame, bound: theory.Bound) -> None:
    """Bounds that are half of the error of every fourth row, and ten times that of the others."""
    own = rows[rows["evaluation"] == "self_loss"]
    limits = own[bound.error].abs() * np.where(np.arange(len(own)) % 4 == 0, 0.5, 10.0)
    failing = replace(bound, bound=lambda _: limits.to_numpy())
    found = theory.held(own, failing)
    assert (found.violations, found.compared) == (-(-len(own) // 4), len(own))
    assert (found.least, found.median, found.most) == pytest.approx((0.5, 10.0, 10.0))
    assert not np.array_equal(theory.is_violated(own, failing), theory.is_violated(own, bound))


def test_bounds_that_are_not_defined_are_not_counted(rows: pd.DataFrame) -> None:
    own = rows.assign(newton_error_bound=np.where(np.arange(len(rows)) < 5, np.inf, np.nan))
    found = theory.held(own, BOUNDS[1])
    assert (found.count, found.violations, found.compared) == (0, 0, 0)


@pytest.mark.parametrize("column", [OF_THE_PAPER, OF_THE_GROUP])
def test_cones_hold_to_second_order(rows: pd.DataFrame, column: str) -> None:
    own = rows[rows["evaluation"] == "self_loss"]
    found = theory.cone(own, column)
    slopes = [(row.influence + row.linear + row.curvature) / row.influence for row in own.itertuples()]
    cones = own[column] * (1 + 1e-12)  # of copies of one row the slope is that of the group's own cone
    inside = [1 <= slope <= cone for slope, cone in zip(slopes, cones, strict=True)]
    actual = [1 <= a / i <= cone for a, i, cone in zip(own["actual"], own["influence"], own[column], strict=True)]
    assert (found.count, found.second_order, found.actual) == (len(own), sum(inside), sum(actual))
    assert sum(inside) == len(own)
    expected = own[column].median(), np.median(slopes), np.median(own[column] / slopes)
    assert (found.slope, found.found, found.tightness) == pytest.approx(expected)
    assert found.tightness > 1


def test_groups_outside_their_cone_or_without_one_are_seen(rows: pd.DataFrame) -> None:
    own = rows[rows["evaluation"] == "self_loss"].reset_index(drop=True)
    narrow = own.assign(cone_group=own["cone_group"].where(own.index >= 3, 1.0 + 1e-6))
    narrow.loc[5, "cone_group"] = np.nan
    narrow.loc[6, "influence"] = 0.0
    found = theory.cone(narrow, OF_THE_GROUP)
    assert (found.count, found.without, found.second_order) == (len(own) - 2, 1, len(own) - 5)
    below = own.assign(actual=own["influence"] * 0.5, curvature=-own["linear"] - 0.1 * own["influence"])
    assert theory.cone(below, OF_THE_GROUP).second_order == theory.cone(below, OF_THE_GROUP).actual == 0
    none = theory.cone(own.assign(cone_paper=np.nan), OF_THE_PAPER)
    assert none.count == 0
    assert np.isnan(none.slope)


def test_copies_obey_their_factor_and_one_that_does_not_is_seen(run: Run, rows: pd.DataFrame) -> None:
    found = theory.copies(rows)
    same = (run.groups["kind"] == "copies") | (run.groups["size"] == 1)
    assert found.groups == same.sum() > 10
    assert found.largest < 1e-12
    wrong = rows.assign(copies_factor=rows["copies_factor"] * np.where(rows["group"] % 2, 1.0, 1.25))
    assert theory.copies(wrong).largest == pytest.approx(0.2)
    for factor in (np.nan, 1.0):  # of relabelling, 1 is what it must be
        none = theory.copies(rows.assign(copies_factor=factor, newton_over_influence=1.0))
        assert none.groups == 0
        assert np.isnan(none.largest)


def test_kinds_have_their_quantiles_spreads_and_rho(rows: pd.DataFrame) -> None:
    table = kinds_table(rows)
    assert table["kind"].tolist() == ["all", "random", "copies", "shared_feature"] * 3
    for row in table.to_dict("records"):
        own = rows[(rows["evaluation"] == row["evaluation"]) & ((rows["kind"] == row["kind"]) | (row["kind"] == "all"))]
        each = [spearmanr(of["influence"], of["actual"])[0] for _, of in own.groupby("test_point")]
        assert row["spearman"] == pytest.approx(np.median(each))
        groups = own.groupby("group").first()
        assert row["n_groups"] == len(groups)
        for name in ("d_norm", "newton_over_influence", "angle"):
            ends = [row[f"{name}_{end}"] for end in ("low", "median", "high")]
            assert ends == pytest.approx(groups[name].quantile([0.1, 0.5, 0.9]).tolist())
        quarter, _, three = groups["newton_over_influence"].quantile([0.25, 0.5, 0.75])
        assert row["newton_over_influence_ratio"] == pytest.approx(three / quarter)
        quarter, _, three = groups["d_norm"].quantile([0.25, 0.5, 0.75])
        assert row["d_norm_ratio"] == pytest.approx((1 + three) / (1 + quarter))
        for name in ("d_norm", "newton_over_influence"):
            assert row[f"{name}_variation"] == pytest.approx(groups[name].std(ddof=0) / groups[name].mean())


def kinds_of(lost: list[float], spread: list[float], **changed: object) -> pd.DataFrame:
    table = pd.DataFrame({"spearman": 1 - np.array(lost), "evaluation": "test_loss", "n_groups": 20})
    table["kind"] = [f"kind {i}" for i in range(len(lost))]
    return table.assign(**dict.fromkeys(SPREADS, spread), **changed)


def test_what_explains_rho_is_ranked_over_kinds_and_runs() -> None:
    rng = np.random.default_rng(0)
    lost, spread = rng.random(24), rng.random(24)
    parts = [kinds_of(lost[:12].tolist(), spread[:12].tolist()), kinds_of(lost[12:].tolist(), spread[12:].tolist())]
    table = explanation_of_rho(parts)
    assert table["spread"].tolist() == list(SPREADS)
    assert (table["n"] == 24).all()
    assert table["spearman"].to_numpy() == pytest.approx(spearmanr(lost, spread)[0])
    assert (table["spearman_low"] < table["spearman"]).all()
    assert (table["spearman"] < table["spearman_high"]).all()


def test_all_groups_together_small_kinds_and_what_is_not_defined_take_no_part() -> None:
    whole = kinds_of([0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0])
    assert explanation_of_rho([whole])["spearman"].to_numpy() == pytest.approx(1)
    others = kinds_of([0.9, 0.9, 0.9], [0.1, 0.1, 0.1])
    others.loc[0, "kind"], others.loc[1, "n_groups"], others.loc[2, "spearman"] = "all", 9, np.nan
    table = explanation_of_rho([whole, others])
    assert (table["n"] == 4).all()
    assert table["spearman"].to_numpy() == pytest.approx(1)
    undefined = whole.assign(d_norm_ratio=[np.nan, np.inf, 3.0, 4.0])
    assert explanation_of_rho([undefined]).set_index("spread").loc["d_norm_ratio", "n"] == 2


def test_another_intercept_has_no_cone_of_the_paper(tmp_path: Path) -> None:
    free = small_theory_run(tmp_path, intercept="free")
    assert free.theory is not None
    own = beside_actual(free.theory, free.effects)
    self_loss = own[own["evaluation"] == "self_loss"]
    assert theory.cone(self_loss, OF_THE_PAPER).count == 0
    found = theory.cone(self_loss, OF_THE_GROUP)
    assert found.count == found.second_order == len(self_loss)
    assert theory.held(own, BOUNDS[0]).count == 0
    assert theory.intervals(own).outside == 0
