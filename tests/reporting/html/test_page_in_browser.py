"""The page works in a real browser, from disk and without network: plots, hovering, marking, sorting."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from support.browser import emulate, requested
from support.page_in_browser import EVIL, KINDS, headings, show_plots, until

from groupinf.reporting.html.page import page_html


def hovered(browser: Chrome, point: WebElement) -> str:
    """What is said of a point when the pointer comes to it."""
    for step in range(8):  # the plot may still be settling, and a pointer that rests makes no event
        ActionChains(browser).move_to_element_with_offset(point, step % 2, 0).perform()
        with contextlib.suppress(TimeoutException):
            return str(until(browser, "!hoverBox.hidden && hoverBox.innerText", 5))
    return ""


def highest(browser: Chrome) -> WebElement:
    """The highest point of the first plot, which lies apart from others."""
    return browser.execute_script(
        "const p = document.querySelector('.plot'); p.scrollIntoView({block: 'center', behavior: 'instant'});"
        "return [...p.querySelectorAll('path.point')].sort((a, b) =>"
        "a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0]"
    )


def test_the_page_asks_for_nothing_and_runs_no_text_of_others(opened: Chrome, page: Path) -> None:
    show_plots(opened)
    assert opened.title == "study"
    asked = requested(opened)
    assert page.as_uri() in asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert opened.execute_script("return document.querySelectorAll('img[src=x]').length") == 0
    assert EVIL in opened.find_element(By.TAG_NAME, "header").text
    assert opened.execute_script("return document.scripts.length") == 7  # one of data, sorting, plotly, four of plots


def test_hovering_names_the_group_and_its_effects(opened: Chrome) -> None:
    show_plots(opened)
    number = opened.execute_script(
        "const p = document.querySelector('.plot'); p.scrollIntoView({block: 'center', behavior: 'instant'});"
        "const actual = actualIn(panelOf(p)); return actual.indexOf(Math.max(...actual))"
    )
    text = hovered(opened, highest(opened))
    kind = {"random": "Random", "shared_feature": "Shared feature"}.get(KINDS[number], EVIL)
    for words in (
        f"Group {number}",
        kind,
        "10 rows",
        f"made of {KINDS[number]}",
        "Actual: ",
        "Influence: ",
        "Newton: ",
    ):
        assert words in text


def test_scrolling_hides_what_hovering_shows_until_the_pointer_moves_again(opened: Chrome) -> None:
    show_plots(opened)
    point = highest(opened)
    before = hovered(opened, point)
    opened.execute_script("document.dispatchEvent(new Event('scroll'))")
    assert opened.execute_script("return hoverBox.hidden")
    assert hovered(opened, point) == before != ""


def test_a_kind_is_hidden_and_shown_again(opened: Chrome) -> None:
    show_plots(opened)
    count = "document.querySelector('.plot').querySelectorAll('path.point').length"
    assert opened.execute_script(f"return {count}") == len(KINDS)
    boxes = opened.find_elements(By.CSS_SELECTOR, "[name=kind]")
    assert [box.find_element(By.XPATH, "..").text for box in boxes] == [
        "Shared feature (10)",
        "Random (12)",
        f"{EVIL} (6)",
    ]
    boxes[0].send_keys(Keys.SPACE)
    until(opened, f"{count} === {len(KINDS) - 10}")
    boxes[0].send_keys(Keys.SPACE)
    until(opened, f"{count} === {len(KINDS)}")


def test_another_prediction_is_drawn(opened: Chrome) -> None:
    show_plots(opened)
    x = "[...document.querySelector('.plot').data[0].x]"
    before = np.array(opened.execute_script(f"return {x}"))
    opened.find_element(By.CSS_SELECTOR, "[value=newton]").click()
    after = np.array(opened.execute_script(f"return {x}"))
    np.testing.assert_allclose(after, 2 * before, rtol=1e-6)  # the fractions of the made-up run


def test_a_group_of_the_table_is_marked_in_the_plots(opened: Chrome) -> None:
    show_plots(opened)
    button = opened.find_element(By.CSS_SELECTOR, ".marks-group")
    button.send_keys(Keys.ENTER)
    assert button.get_attribute("aria-pressed") == "true"
    assert f"Marked: Group {button.text} · " in opened.find_element(By.ID, "marked").text
    place, measure = int(button.get_attribute("data-place")), button.get_attribute("data-measure")
    x, y, actual = opened.execute_script(
        "const p = plots.find((plot) => plot.dataset.panel === arguments[0]); const m = p.data[p.data.length - 1];"
        "return [m.x[0], m.y[0], actualIn(panelOf(p))[arguments[1]]]",
        measure,
        place,
    )
    assert (y, x) == (pytest.approx(actual), pytest.approx(actual / 2))
    ActionChains(opened).send_keys(Keys.ESCAPE).perform()
    assert button.get_attribute("aria-pressed") == "false"


def test_a_group_is_marked_by_its_name(opened: Chrome) -> None:
    opened.find_element(By.ID, "find").send_keys("17", Keys.ENTER)
    assert "Group 17 · Shared feature" in opened.find_element(By.ID, "marked").text


def find(browser: Chrome, words: str) -> str:
    """What the page says after these words were looked for."""
    box = browser.find_element(By.ID, "find")
    box.clear()
    box.send_keys(words, Keys.ENTER)
    return browser.find_element(By.ID, "marked").text


@pytest.mark.parametrize("words", ["17", "Group 17", "group 17", "  GROUP   17 "])
def test_a_group_is_found_as_the_page_calls_it(opened: Chrome, words: str) -> None:
    assert find(opened, words).startswith("Marked: Group 17 · Shared feature · 10 rows · made of shared_feature")


def test_what_is_not_found_is_said(opened: Chrome) -> None:
    assert find(opened, "Group 99") == "No group is named 99."
    assert find(opened, " ") == "Type the name of a group, such as 0."
    assert find(opened, "17").startswith("Marked: Group 17")
    marked = "return [marking.run, marking.place]"
    assert opened.execute_script(marked) == [0, 17]
    assert find(opened, "").startswith("Type the name")
    assert opened.execute_script(marked) == [0, 17]


def test_the_effects_of_a_marked_group_stand_in_a_table(opened: Chrome) -> None:
    effects = opened.find_element(By.ID, "marked-effects")
    assert not effects.is_displayed()
    find(opened, "17")
    assert effects.is_displayed()
    assert opened.find_element(By.ID, "marked").aria_role == "status"
    assert "Actual" not in opened.find_element(By.ID, "marked").text  # a few words are announced, not all numbers
    assert effects.find_element(By.TAG_NAME, "table").accessible_name == "Effects of Group 17"
    rows = [
        [cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")]
        for row in effects.find_elements(By.TAG_NAME, "tr")
    ]
    assert rows[0] == ["Measured on", "Actual", "Influence", "Newton"]
    assert {name for name, *_ in rows[1:]} == {
        "Test loss, test point 7",
        "Test loss, test point 3",
        "Self-loss, own group",
    }
    for number, row in enumerate(rows[1:]):
        actual, influence, newton = (float(text.replace("−", "-")) for text in row[1:])
        assert actual == newton == pytest.approx(2 * influence, rel=1e-3)
        shown = opened.execute_script("return actualIn(Object.values(data.runs[0].panels)[arguments[0]])[17]", number)
        assert actual == pytest.approx(shown, rel=1e-3)
    assert effects.find_element(By.CSS_SELECTOR, "tbody th").aria_role == "rowheader"
    opened.find_element(By.ID, "unmark").send_keys(Keys.ENTER)
    assert not effects.is_displayed()


def test_a_click_on_a_point_marks_its_group_and_another_click_no_longer(opened: Chrome) -> None:
    show_plots(opened)
    point = highest(opened)
    title = hovered(opened, point).splitlines()[0]
    ActionChains(opened).click().perform()
    marked = until(opened, "marking.place !== null && document.getElementById('marked').textContent")
    assert str(marked).startswith(f"Marked: {title} · ")
    assert opened.find_element(By.CSS_SELECTOR, "#marked-effects caption").text == f"Effects of {title}"
    assert {len(x) for x in opened.execute_script("return plots.filter(isDrawn).map((p) => p.data.at(-1).x)")} == {1}
    opened.execute_script("return new Promise((done) => setTimeout(done, 600))")  # or it would be a double click
    ActionChains(opened).move_to_element(opened.find_element(By.TAG_NAME, "h3")).perform()
    hovered(opened, point)
    ActionChains(opened).click().perform()
    until(opened, "marking.place === null")


def test_a_marked_group_of_a_hidden_kind_is_said_to_be_hidden(opened: Chrome) -> None:
    shared = opened.find_element(By.CSS_SELECTOR, "[name=kind]")
    words = "its kind is hidden: the plots show a ring alone"
    assert words not in find(opened, "17")
    shared.send_keys(Keys.SPACE)
    assert words in opened.find_element(By.ID, "marked").text
    assert words not in find(opened, "3")  # a random group
    assert words in find(opened, "17")
    shared.send_keys(Keys.SPACE)
    assert words not in opened.find_element(By.ID, "marked").text


def test_titles_count_the_points_outside_the_axes_that_are_drawn(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = make_run(["random"] * 200 + ["shared_feature"] * 100, [("test_loss", 7)])
    for group, times in ((5, 60), (250, 30)):
        run.effects.loc[run.effects["group"] == group, "effect"] = times * np.sign(group - 100)
    path = tmp_path / "outlying.html"
    path.write_text(page_html([run], "outlying", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    show_plots(browser)
    rho = headings(browser)[0].split(" · ")[0]
    assert headings(browser) == [f"{rho} · 2 outside the axes"]
    find(browser, "250")
    assert headings(browser) == [f"{rho} · 1 outside the axes"]
    find(browser, "5")
    assert headings(browser) == [f"{rho} · 1 outside the axes"]
    browser.find_element(By.ID, "unmark").send_keys(Keys.ENTER)
    assert headings(browser) == [f"{rho} · 2 outside the axes"]
    shared, random = browser.find_elements(By.CSS_SELECTOR, "[name=kind]")
    shared.send_keys(Keys.SPACE)
    assert headings(browser) == [f"{rho}, all groups · 1 outside the axes"]
    random.send_keys(Keys.SPACE)
    assert headings(browser) == [f"{rho}, all groups"]
    shared.send_keys(Keys.SPACE), random.send_keys(Keys.SPACE)
    assert headings(browser) == [f"{rho} · 2 outside the axes"]
    zoomed = {"xaxis.range": [-100, 100], "yaxis.range": [-100, 100]}
    browser.execute_script("return Plotly.relayout(plots[0], arguments[0]).then(() => 0)", zoomed)
    assert headings(browser) == [rho]
    assert browser.get_log("browser") == []


def test_of_ranks_alone_a_plot_has_no_line_and_limits_of_its_own(browser: Chrome, make_run, tmp_path: Path) -> None:
    path = tmp_path / "ranks.html"
    emulate(browser)
    lengths = {}
    for method in ("influence", "without_hessian"):
        run = make_run(["random"] * 20, [("test_loss", 7)], methods=(method,))
        path.write_text(page_html([run], "ranks", plotly=True), encoding="utf-8")
        browser.get(path.as_uri())
        show_plots(browser)
        layout = "return [plots[0].layout.shapes.length, plots[0].layout.xaxis.range, plots[0].layout.yaxis.range]"
        lines, across, up = browser.execute_script(layout)
        lengths[method] = lines, (across[1] - across[0]) / (up[1] - up[0])
    assert lengths["influence"] == (1, 1.0)
    assert lengths["without_hessian"] == (0, pytest.approx(1e3))
    assert browser.get_log("browser") == []


def test_tables_sort_both_ways_by_their_buttons(opened: Chrome) -> None:
    table = opened.find_element(By.CSS_SELECTOR, "#far table")
    sizes = [header.text for header in table.find_elements(By.CSS_SELECTOR, "thead th")]
    column = next(i for i, text in enumerate(sizes) if text == "Actual")
    header = table.find_elements(By.CSS_SELECTOR, "thead th")[column]

    def order() -> list[float]:
        rows = table.find_elements(By.CSS_SELECTOR, "tbody tr")
        return [float(row.find_elements(By.CSS_SELECTOR, "th, td")[column].get_attribute("data-order")) for row in rows]

    before = order()
    header.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert header.get_attribute("aria-sort") == "descending"
    assert order() == sorted(before, reverse=True) != before
    header.find_element(By.TAG_NAME, "button").send_keys(Keys.SPACE)
    assert header.get_attribute("aria-sort") == "ascending"
    assert order() == sorted(before)


def test_without_plotly_the_figures_stand_in_the_page(browser: Chrome, make_run, tmp_path: Path) -> None:
    emulate(browser)
    path = tmp_path / "plain.html"
    path.write_text(page_html([make_run(KINDS)], "plain", plotly=False), encoding="utf-8")
    browser.get(path.as_uri())
    widths = browser.execute_script("return [...document.images].map((image) => image.naturalWidth)")
    assert len(widths) == 2
    assert min(widths) > 500
    assert browser.get_log("browser") == []
    assert browser.find_elements(By.CSS_SELECTOR, ".marks-group") == []


def test_several_runs_stand_side_by_side(browser: Chrome, make_run, tmp_path: Path) -> None:
    emulate(browser)
    path = tmp_path / "compared.html"
    runs = [make_run(KINDS, lam_over_n=value) for value in (0.001, 0.1)]
    path.write_text(page_html(runs, "compared", plotly=True), encoding="utf-8")
    browser.get(path.as_uri())
    show_plots(browser)
    captions = [caption.text for caption in browser.find_elements(By.CSS_SELECTOR, "#groups figure strong")]
    assert captions == ["λ/n = 0.001", "λ/n = 0.1"] * 2
    assert browser.get_log("browser") == []
