"""Natural groups have bars of their largest actual effects, with predictions as marks, on the test point chosen."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from support.browser import emulate

from groupinf.analysis.pairs import pair_effects
from groupinf.reporting.html.page import page_html
from groupinf.reporting.html.parts.bars import bar_scale, largest
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

pytestmark = pytest.mark.usefixtures("undrawn")


def charts(page: str) -> list[list[str]]:
    """The rows of each chart, largest first, as markup."""
    section = page.split('<section id="largest"')[1].split("</section>")[0]
    return [re.findall(r"<li>(.*?)</li>", chart) for chart in re.findall(r'<ol class="bars">(.*?)</ol>', section)]


def named(row: str) -> str:
    return re.sub(r"<svg.*", "", re.sub(r"<(?!/?svg)[^>]+>", "", row)).strip()


def test_only_natural_groups_have_bars(make_run) -> None:
    def has(kinds: list[str]) -> bool:
        return '<section id="largest"' in page_html([make_run(kinds)], "study", plotly=False)

    assert has(["column ward"] * 12)
    assert has(["random"] * 12 + ["mine"] * 2)
    assert not has(["random"] * 12 + ["positive_tail"] * 12)
    rows = charts(page_html([make_run(["random"] * 30 + ["mine"] * 5)], "study", plotly=False))
    assert [sorted(map(named, chart)) for chart in rows] == [["30", "31", "32", "33", "34"]] * 3
    two = [make_run(["mine"] * 12, lam_over_n=value) for value in (0.1, 1.0)]
    assert '<section id="largest"' not in page_html(two, "study", plotly=False)


def test_the_largest_twenty_stand_in_their_order_with_what_was_predicted(make_run) -> None:
    run = make_run(["mine"] * 40)
    pairs = pair_effects(run.effects)
    shown = charts(page_html([run], "study", plotly=False))
    assert len(shown) == 3  # two test points and the self-loss
    for actual, predicted, chart in zip(pairs.actual, pairs.predicted[0], shown, strict=True):
        order = np.argsort(-np.abs(actual))[:20]
        assert [named(row) for row in chart] == [str(group) for group in order]
        for row, group in zip(chart, order, strict=True):
            words = f"actual {number(actual[group])}; Newton {number(actual[group])}; "
            assert f'aria-label="{words}Influence {number(predicted[group])}"' in row
            assert f'<span class="value">{number(actual[group])}</span>' in row


def test_bars_reach_from_0_to_the_actual_effect_on_a_linear_scale(make_run) -> None:
    run = make_run(["mine"] * 12, [("test_loss", 7)], ("newton",))
    [chart] = charts(page_html([run], "study", plotly=False))
    actual = pair_effects(run.effects).actual[0][largest(pair_effects(run.effects).actual[0], np.ones(12, dtype=bool))]
    bars = [re.search(r'class="bar" x="([\d.]+)%" width="([\d.]+)%"', row) for row in chart]
    lefts, widths = (np.array([float(bar[i]) for bar in bars if bar]) for i in (1, 2))
    np.testing.assert_allclose(widths / np.abs(actual), widths[0] / abs(actual[0]), rtol=0.05)
    zero = np.where(actual > 0, lefts, lefts + widths)
    np.testing.assert_allclose(zero, zero[0], atol=0.02)
    marks = [float(found) for row in chart for found in re.findall(r'x="([\d.]+)%" y="[\d.]+" class="mark', row)]
    np.testing.assert_allclose(marks, np.where(actual > 0, lefts + widths, lefts), atol=0.02)  # Newton's is exact


def test_a_prediction_far_too_large_does_not_squash_the_bars_and_it_is_said(make_run) -> None:
    scale = bar_scale(np.array([2.0, -1.0]), [np.array([1e6, -1.2])])
    assert (scale.low, scale.high, scale.reference) == (-1.2, 3.0, 0.0)
    run = make_run(["mine"] * 12, [("test_loss", 7)])
    words = "Predictions too far out stand at the edge."
    assert words not in page_html([run], "study", plotly=False)
    far = run.effects["effect"].where(run.effects["method"] != "newton", 100 * run.effects["effect"])
    assert words in page_html([replace(run, effects=run.effects.assign(effect=far))], "study", plotly=False)


def test_methods_of_which_only_ranks_mean_anything_have_no_marks(make_run) -> None:
    run = make_run(["mine"] * 12, methods=("influence", "without_hessian"))
    section = page_html([run], "study", plotly=False).split('<section id="largest"')[1].split("</section>")[0]
    assert "Influence" in section
    assert "Without the Hessian" not in section


def test_words_count_the_groups(make_run) -> None:
    def words(groups: int) -> str:
        page = page_html([make_run(["mine"] * groups)], "study", plotly=False)
        return page.split('<section id="largest"')[1].split("</section>")[0]

    assert "The 20 of 21 groups with the largest actual effect, whatever its sign: " in words(21)
    assert "20 groups, by actual effect: " in words(20)


@pytest.fixture
def ranked(browser: Chrome, make_run, tmp_path: Path) -> tuple[Chrome, Run]:
    run = make_run(["mine"] * 30 + ["yours"] * 10)
    path = tmp_path / "natural.html"
    path.write_text(page_html([run], "natural", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    return browser, run


def first_names(browser: Chrome) -> list[str]:
    lists = [found for found in browser.find_elements(By.CSS_SELECTOR, ".bars") if found.is_displayed()]
    return [found.find_element(By.CSS_SELECTOR, "li .marks-group").text for found in lists]


def test_bars_and_plots_are_on_the_same_test_point(ranked) -> None:
    browser, run = ranked
    actual = pair_effects(run.effects).actual
    assert first_names(browser) == [str(np.abs(actual[i]).argmax()) for i in (0, 2)]
    of_plot, of_bars = (Select(found) for found in browser.find_elements(By.TAG_NAME, "select"))
    of_bars.select_by_value("test_loss 3")
    assert first_names(browser) == [str(np.abs(actual[i]).argmax()) for i in (1, 2)]
    assert of_plot.first_selected_option.get_attribute("value") == "test_loss 3"
    assert browser.execute_script("return plots[0].dataset.panel") == "test_loss 3"
    of_plot.select_by_value("test_loss 7")
    assert of_bars.first_selected_option.get_attribute("value") == "test_loss 7"
    assert first_names(browser)[0] == str(np.abs(actual[0]).argmax())
    assert browser.get_log("browser") == []


def test_a_press_on_the_name_at_a_bar_marks_the_group_everywhere(ranked) -> None:
    browser, _ = ranked
    name = first_names(browser)[0]
    browser.find_element(By.CSS_SELECTOR, ".bars .marks-group").send_keys(Keys.ENTER)
    pressed, named = (
        browser.find_elements(By.CSS_SELECTOR, f".marks-group[{attribute}]")
        for attribute in ("aria-pressed=true", f"data-group='{name}'")
    )
    assert pressed == named
    assert browser.execute_script("return [marking.run, marking.place]") == [0, int(name)]
    assert f"Group {name} · " in browser.find_element(By.ID, "marked-card").text


def test_without_plotly_bars_and_their_choice_work_and_nothing_is_marked(
    browser: Chrome, make_run, tmp_path: Path
) -> None:
    run = make_run(["mine"] * 12)
    path = tmp_path / "plain.html"
    path.write_text(page_html([run], "plain", plotly=False), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    Select(browser.find_element(By.TAG_NAME, "select")).select_by_value("test_loss 3")
    shown = [found for found in browser.find_elements(By.CSS_SELECTOR, ".bars") if found.is_displayed()]
    actual = pair_effects(run.effects).actual
    assert [found.find_element(By.CSS_SELECTOR, ".named").text for found in shown] == [
        str(np.abs(actual[i]).argmax()) for i in (1, 2)
    ]
    assert browser.find_elements(By.CSS_SELECTOR, ".marks-group") == []
    assert browser.get_log("browser") == []


def test_intervals_over_test_rows_are_drawn_over_bars_and_said(make_run) -> None:
    """Where a bootstrap gave them, on the test points that it is of; without one there is no word of them."""
    run = make_run(["mine"] * 12)
    effects = run.effects[(run.effects["method"] == "actual") & (run.effects["test_point"] == 7)]
    ends = effects[["evaluation", "test_point", "group"]].assign(
        effect_low=effects["effect"] - 0.5, effect_high=effects["effect"] + 0.25, rank_low=1, rank_high=3
    )
    with_ends, without, third = charts(page_html([replace(run, bootstrap=ends)], "study", plotly=False))
    values = effects.set_index("group")["effect"]
    for row in with_ends:
        value = values[int(named(row))]
        assert f"actual {number(value)}, 95 % interval [{number(value - 0.5)}, {number(value + 0.25)}]" in row
        assert row.count("bar-ends") == 1
    assert not any("interval" in row or "bar-ends" in row for row in (*without, *third))
    assert "bootstrap intervals over test rows" in page_html([replace(run, bootstrap=ends)], "study", plotly=False)
    assert "bootstrap intervals" not in page_html([run], "study", plotly=False)


def test_groups_whose_effect_is_0_have_no_bars(make_run) -> None:
    run = make_run(["mine"] * 12, [("test_loss", 7)])
    effect = run.effects["effect"].where(run.effects["group"] % 3 != 0, 0.0)
    [chart] = charts(page_html([replace(run, effects=run.effects.assign(effect=effect))], "study", plotly=False))
    assert len(chart) == 8
    assert not {named(row) for row in chart} & {"0", "3", "6", "9"}
