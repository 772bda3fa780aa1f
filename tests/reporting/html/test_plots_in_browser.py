"""The plots show every group, as the paper draws them: on axes that hold all, thinned where there are very many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from support.browser import emulate
from support.page_in_browser import drawn_words, headings, show_plots
from support.page_tables import tiled

from groupinf.analysis.pairs import pair_effects
from groupinf.reporting.html.page import page_html
from groupinf.studies.group_effects.result import Run

DATA = "return [plots[0].data.flatMap((t) => [...t.x]), plots[0].data.flatMap((t) => [...t.y])]"


def shown(browser: Chrome, runs: list[Run], path: Path) -> None:
    path.write_text(page_html(runs, "plots", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    show_plots(browser)


@pytest.fixture
def outlying(make_run) -> Run:
    """300 groups, of which two are far out."""
    run = make_run(["random"] * 200 + ["shared_feature"] * 100, [("test_loss", 7)])
    for group, times in ((5, -6000), (250, 3000)):
        run.effects.loc[run.effects["group"] == group, "effect"] *= abs(times)
    return run


def on_scale(values: np.ndarray, linear_to: float) -> np.ndarray:
    """Linear up to a value and logarithmic farther out, with no kink between."""
    size = np.maximum(np.abs(values) / linear_to, 1)
    return np.where(size > 1, np.sign(values) * (1 + np.log(size)), values / linear_to)


def test_the_actual_effect_is_on_x_and_the_prediction_on_y(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = make_run()
    shown(browser, [run], tmp_path / "page.html")
    x, y = browser.execute_script(DATA)
    pairs = pair_effects(run.effects)
    np.testing.assert_allclose(sorted(x), sorted(pairs.actual[0]), rtol=1e-6)
    np.testing.assert_allclose(np.array(y), np.array(x) / 2, rtol=1e-6)
    titles = browser.execute_script("return [plots[0].layout.xaxis.title.text, plots[0].layout.yaxis.title.text]")
    assert titles == ["Actual effect (retrained)", "Influence: predicted effect"]
    assert (
        "below it, nearer to the axis of actual effects, it is too small" in browser.find_element(By.ID, "groups").text
    )


def test_where_a_few_groups_dominate_axes_are_symmetric_logarithms_and_hold_all(
    browser: Chrome, outlying: Run, tmp_path: Path
) -> None:
    shown(browser, [outlying], tmp_path / "page.html")
    x, y = map(np.array, browser.execute_script(DATA))
    actual = pair_effects(outlying.effects).actual[0]
    low, high, linear_to = browser.execute_script("return axesOf(plots[0])[0]")
    assert low < actual.min() < actual.max() < high
    np.testing.assert_allclose(np.sort(x), np.sort(on_scale(actual, linear_to)), rtol=1e-5)
    ranges = browser.execute_script("return [plots[0].layout.xaxis.range, plots[0].layout.yaxis.range]")
    assert ranges[0] == ranges[1] == pytest.approx(on_scale(np.array([low, high]), linear_to).tolist())
    assert ranges[0][0] < min(x.min(), y.min()) < max(x.max(), y.max()) < ranges[0][1]
    assert np.ptp(np.quantile(x, (0.25, 0.75))) > 0.1 * (ranges[0][1] - ranges[0][0])  # the others are seen too
    assert drawn_words(browser) == [""]  # none is outside, none left out
    line = browser.execute_script("const s = plots[0].layout.shapes[0]; return [s.x0, s.y0, s.x1, s.y1]")
    assert line[0] == line[1] == ranges[0][0]
    assert line[2] == line[3] == ranges[0][1]
    assert "logarithmic farther out" in browser.find_element(By.ID, "groups").text


def test_ticks_and_hovering_say_true_values_where_axes_are_logarithmic(
    browser: Chrome, outlying: Run, tmp_path: Path
) -> None:
    shown(browser, [outlying], tmp_path / "page.html")
    places, labels, linear_to = browser.execute_script(
        "const a = plots[0].layout.xaxis; return [a.tickvals, a.ticktext, axesOf(plots[0])[0][2]]"
    )
    assert "0" in labels
    assert len(labels) >= 4
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for place, label in zip(places, labels, strict=True):
        power = label.removeprefix("−").removeprefix("10").translate(digits)
        value = 0.0 if label == "0" else 10.0 ** int(power) * (-1 if label.startswith("−") else 1)
        assert place == pytest.approx(float(on_scale(np.array(value), linear_to)))
    actual = pair_effects(outlying.effects).actual[0]
    told = browser.execute_script("return effectsOf(panelOf(plots[0]), 250)[0][1]")
    assert float(told.replace("−", "-")) == pytest.approx(actual[250], rel=1e-3)


def test_ticks_follow_what_is_zoomed_into_and_what_lies_outside_is_counted(
    browser: Chrome, outlying: Run, tmp_path: Path
) -> None:
    shown(browser, [outlying], tmp_path / "page.html")
    actual, predicted = pair_effects(outlying.effects).actual[0], pair_effects(outlying.effects).predicted[0, 0]
    linear_to = browser.execute_script("return axesOf(plots[0])[0][2]")
    limits = on_scale(np.array([0.2, 0.6]), linear_to).tolist()
    zoomed = {"xaxis.range": limits, "yaxis.range": limits}
    browser.execute_script("return Plotly.relayout(plots[0], arguments[0]).then(() => 0)", zoomed)
    labels = browser.execute_script("return plots[0].layout.xaxis.ticktext")
    assert labels == ["0.2", "0.4", "0.6"]
    inside = (actual > 0.2) & (actual < 0.6) & (predicted > 0.2) & (predicted < 0.6)
    assert 0 < inside.sum() < 300
    assert drawn_words(browser) == [f"{300 - inside.sum()} outside the axes"]
    assert browser.get_log("browser") == []


def test_headings_say_when_rho_is_over_more_than_what_is_drawn(browser: Chrome, make_run, tmp_path: Path) -> None:
    shown(browser, [make_run()], tmp_path / "page.html")
    before = headings(browser)
    assert before == ["ρ = 1.000"] * 2
    boxes = browser.find_elements(By.CSS_SELECTOR, "[name=kind]")
    boxes[0].click()
    assert headings(browser) == ["ρ = 1.000, all groups"] * 2
    boxes[0].click()
    assert headings(browser) == before


def test_of_ranks_alone_a_plot_has_no_line_and_limits_of_its_own(browser: Chrome, make_run, tmp_path: Path) -> None:
    lengths = {}
    for method in ("influence", "without_hessian"):
        shown(browser, [make_run(["random"] * 20, [("test_loss", 7)], methods=(method,))], tmp_path / "ranks.html")
        layout = "return [plots[0].layout.shapes.length, plots[0].layout.xaxis.range, plots[0].layout.yaxis.range]"
        lines, across, up = browser.execute_script(layout)
        lengths[method] = lines, (up[1] - up[0]) / (across[1] - across[0])
        exact = "On the diagonal a prediction is exact" in browser.find_element(By.ID, "groups").text
        assert exact == (method == "influence")
    assert lengths["influence"] == (1, 1.0)
    assert lengths["without_hessian"] == (0, pytest.approx(1e3))
    assert browser.get_log("browser") == []


def test_a_test_point_is_chosen_for_the_plot_of_its_evaluation(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = replace(make_run(test_points=[7, 3]), config={"test_points": {"random": 1, "highest_loss": 1}})
    shown(browser, [run], tmp_path / "points.html")
    [choice] = [Select(found) for found in browser.find_elements(By.TAG_NAME, "select")]
    assert [option.text for option in choice.options] == ["Test point 7, random", "Test point 3, highest loss"]
    assert browser.execute_script("return plots.map((p) => p.dataset.panel)") == ["test_loss 7", "self_loss -1"]
    choice.select_by_visible_text("Test point 3, highest loss")
    x, _ = browser.execute_script(DATA)
    np.testing.assert_allclose(sorted(x), sorted(pair_effects(run.effects).actual[1]), rtol=1e-6)
    words = browser.find_element(By.CSS_SELECTOR, ".plot").get_attribute("aria-label")
    assert words.startswith("Test loss, test point 3: ")
    assert browser.get_log("browser") == []


def test_very_many_groups_are_thinned_but_for_the_extremes_and_it_is_said(
    browser: Chrome, make_run, tmp_path: Path
) -> None:
    run = tiled(make_run(["random"] * 20 + ["mine"] * 20, [("test_loss", 7), ("self_loss", -1)]), 300)
    run.effects["effect"] *= np.exp(np.random.default_rng(3).normal(size=len(run.effects)))
    shown(browser, [run], tmp_path / "many.html")
    assert drawn_words(browser) == ["5,000 of 12,000 groups drawn"] * 2
    places = set(browser.execute_script("return plots[0].data.flatMap((t) => [...(t.customdata || [])])"))
    assert len(places) == 5000
    pairs = pair_effects(run.effects)
    actual, predicted = pairs.actual[0], pairs.predicted[0, 0]
    for sizes in (actual, predicted, predicted - actual):
        assert set(np.argsort(-np.abs(sizes))[:800]) <= places
    left_out = sorted(set(range(12_000)) - places)
    assert 0.4 < np.mean(pairs.kinds[sorted(places)] == "mine") < 0.6
    ringed = "mark(0, arguments[0]); return plots[0].data.at(-1).x.length"
    assert browser.execute_script(ringed, left_out[0]) == 1  # it is found and marked all the same
    assert browser.get_log("browser") == []


def test_thinning_keeps_all_where_there_are_few_and_just_so_many_where_values_are_alike(opened: Chrome) -> None:
    def thinned(actual: list[float], predicted: list[float], most: int) -> list[int]:
        given = [actual, predicted, most]
        return opened.execute_script(
            "const [a, p, most] = arguments[0]; return thinned(Float64Array.from(a), Float64Array.from(p), most)", given
        )

    assert thinned([1, 2, 3], [1, 2, 3], 3) == [0, 1, 2]
    assert thinned([0.0] * 100 + [5.0], [0.0] * 101, 12) == [*(int((i + 0.5) * 100 / 11) for i in range(11)), 100]
    assert len(thinned(list(range(100)), [0.0] * 100, 30)) == 30


def test_a_plot_that_the_chosen_method_says_nothing_of_shows_the_first_that_does(
    browser: Chrome, make_run, tmp_path: Path
) -> None:
    """Its axis and its heading name that method; the other plots show the one that is chosen."""
    run = make_run()
    silent = (run.effects["evaluation"] == "self_loss") & (run.effects["method"] == "influence")
    said = (run.spearman["evaluation"] == "self_loss") & (run.spearman["method"] == "influence")
    part = replace(run, effects=run.effects[~silent], spearman=run.spearman[~said])
    shown(browser, [part], tmp_path / "page.html")
    titles = browser.execute_script("return plots.map((plot) => plot.layout.yaxis.title.text)")
    assert titles == ["Influence: predicted effect", "Newton: predicted effect"]
    first, second = headings(browser)
    assert "predicts nothing here" not in first
    assert second.endswith("Newton: Influence predicts nothing here")
    assert len(browser.execute_script("return plots[1].data.flatMap((t) => [...t.x])")) == 32
