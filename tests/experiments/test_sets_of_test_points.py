"""A study on the sets of a test column: effects, score bounds, groups and reports are those of sums over their rows."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import execute

from groupinf.datasets.dataset import Dataset
from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.drawing.figures import scatter_figure
from groupinf.reporting.report import report_markdown
from groupinf.reporting.tables.spearman import spearman_csv, spearman_latex
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.manifest import TestSet
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear import data as problem
from groupinf.studies.load import load_config

SITES = ("site 0", "site 1", "site 2 with a name that no panel and no table has room for")
SITE = np.array(SITES, dtype=object)[np.random.default_rng(4).integers(3, size=30)]
YEAR = np.array([10, 9, 100], dtype=object)[np.random.default_rng(5).integers(3, size=30)]
BY_SITE = {"test_points": {"column": "site"}}


@pytest.fixture(autouse=True)
def _columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test rows of whatever is loaded the columns site and year."""
    load = problem.load_rows

    def with_columns(*args: Any) -> Dataset:
        return replace(load(*args), test_columns={"site": SITE, "year": YEAR})

    monkeypatch.setattr(problem, "load_rows", with_columns)


@pytest.fixture
def run(small_config: dict[str, Any], tmp_path: Path) -> Callable[..., Run]:
    def made(out: str = "out", **changes: Any) -> Run:
        return execute(load_config({**small_config, **changes}), tmp_path / out, 1, False, Silent())

    return made


RANDOM = {"sizes": {"min": 0.02, "max": 0.25, "num": 6}, "builders": ["random"]}


def test_effects_are_the_sums_over_the_rows_of_each_value(run: Callable[..., Run]) -> None:
    sets = run(groups=RANDOM, **BY_SITE)
    each = run(groups=RANDOM, test_points={"indices": list(range(30))}).effects
    each = each[each.test_point >= 0].assign(site=lambda t: SITE[t.test_point.to_numpy()])
    key = ["site", "group", "evaluation", "method"]
    expected = each.groupby(key).effect.sum()
    names = {entry.test_point: entry.name.removeprefix("site=") for entry in sets.manifest.test_sets}
    found = sets.effects[sets.effects.test_point < -1]
    found = found.assign(site=found.test_point.map(names)).set_index(key).effect
    assert found.index.is_unique
    assert set(found.index) == set(expected.index)
    np.testing.assert_allclose(found, expected[found.index], rtol=1e-6, atol=1e-8)
    assert sets.effects.test_point.dtype == np.int64
    assert list(sets.effects.columns) == list(each.columns[:-1])


def test_sets_are_numbered_in_the_order_of_their_values(run: Callable[..., Run]) -> None:
    manifest = run(groups=RANDOM, test_points={"column": "year"}).manifest
    assert manifest.test_points == (-2, -3, -4)
    assert manifest.test_sets == tuple(
        TestSet(-2 - i, f"year={year}", int((year == YEAR).sum())) for i, year in enumerate([9, 10, 100])
    )


def test_error_estimates_hold_the_tolerance_of_the_summed_effects(run: Callable[..., Run]) -> None:
    done = run(groups=RANDOM, **BY_SITE)
    actual = done.effects[done.effects.method == "actual"]
    for name, rows in actual.groupby("evaluation"):
        assert rows.error_estimate.max() <= 1e-8 * done.manifest.scales[name]
    influence = done.effects[done.effects.method == "influence"]
    largest = influence[influence.evaluation == "test_loss"].effect.abs().max()
    assert done.manifest.scales["test_loss"] == pytest.approx(largest, rel=1e-9)


def test_score_bounds_hold_for_the_rows_of_the_sets(run: Callable[..., Run], tmp_path: Path) -> None:
    arrays = dict(np.load(tmp_path / "small.npz"))
    arrays["X_test"] = arrays["X_test"] * np.where(np.arange(30) == 17, 50.0, 1.0)[:, None]  # beyond all other rows
    np.savez(tmp_path / "small.npz", **arrays)
    choices = (BY_SITE["test_points"], {"indices": [17]}, {"indices": [16]})
    done = [run(groups=RANDOM, test_points=points).retrains for points in choices]
    by_set, alone, without = (table.score_bound / table.decrement for table in done)  # in units of what was left
    np.testing.assert_allclose(by_set, alone, rtol=1e-4)
    assert (by_set > 2 * without).all()


def test_tails_are_drawn_by_the_influence_on_each_set(run: Callable[..., Run]) -> None:
    tails = {"sizes": RANDOM["sizes"], "builders": ["influence_tails"]}
    groups = run(groups=tails, **BY_SITE).groups
    assert set(groups.test_point) == {-2, -3, -4}
    where = groups.made_from[groups.test_point == -3].str.extract(r"influence on (.*)$")[0]
    assert set(where) == {"test points site=site 1"}


def test_a_run_of_sets_resumes_to_the_same_bytes(run: Callable[..., Run]) -> None:
    done = run(**BY_SITE)
    before = (done.path / "effects.parquet").read_bytes()
    for block in (done.path / "blocks").iterdir():
        block.unlink()
    assert (run(**BY_SITE).path / "effects.parquet").read_bytes() == before


def test_reports_call_the_sets_by_name(run: Callable[..., Run]) -> None:
    done = run(groups=RANDOM, **BY_SITE)
    assert "sum of site=site 0" in spearman_text(done, 120)
    assert "sum of site=site 1" in report_markdown(done)
    assert "sum of site=site 1 &" in spearman_latex(done)
    assert not any("-2" in line.split("|")[1] for line in report_markdown(done).splitlines() if line.startswith("| "))
    table = pd.read_csv(io.StringIO(spearman_csv(done)))
    assert list(table.columns)[:3] == ["evaluation", "test_point", "test_set"]
    assert set(table.test_set[table.test_point == -3]) == {"site=site 1"}
    assert table.test_set[table.evaluation == "self_loss"].isna().all()
    assert "test_set" not in done.spearman.columns


def test_panels_are_headed_by_the_names_of_the_sets_within_their_room(run: Callable[..., Run]) -> None:
    figure = scatter_figure(run(groups=RANDOM, **BY_SITE), "newton")
    titles = [ax.title for ax in figure.axes]
    assert [title.get_text() for title in titles[:2]] == ["Σ site=site 0", "Σ site=site 1"]
    assert titles[2].get_text().startswith("Σ site=site")
    figure.canvas.draw()
    boxes = [title.get_window_extent() for title in titles[:3]]
    assert boxes[0].x1 < boxes[1].x0
    assert boxes[1].x1 < boxes[2].x0
    assert boxes[2].x1 < figure.bbox.x1


def test_a_plan_counts_the_tails_of_every_set(small_config: dict[str, Any]) -> None:
    small_config["groups"]["builders"] = ["influence_tails"]
    assert plan(load_config({**small_config, **BY_SITE})).groups == 2 * 6 * 3


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"site": SITE, "year": YEAR}, "expected one of 'site', 'year', found 'sites'; did you mean 'site'?"),
        ({}, "expected data with columns of their test rows, found small, which has none"),
    ],
)
def test_a_column_that_the_test_rows_lack_is_refused(
    small_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch, columns: dict[str, Any], expected: str
) -> None:
    load = problem.load_rows
    monkeypatch.setattr(problem, "load_rows", lambda *args: replace(load(*args), test_columns=columns))
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config({**small_config, "test_points": {"column": "sites"}}))
    assert f"test_points.column: {expected}" in str(caught.value)
