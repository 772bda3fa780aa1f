"""The page works in a real browser, from disk and without network: plots, hovering, sorting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from support.browser import emulate, requested
from support.page_in_browser import EVIL, KINDS, highest, hovered, show_plots, unfold, until

from groupinf.reporting.html.page import page_html


def test_the_page_asks_for_nothing_and_runs_no_text_of_others(opened: Chrome, page: Path) -> None:
    show_plots(opened)
    assert opened.title == "study"
    asked = requested(opened)
    assert page.as_uri() in asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert opened.execute_script("return document.querySelectorAll('img[src=x]').length") == 0
    assert EVIL in opened.find_element(By.TAG_NAME, "header").text
    scripts = opened.execute_script("return [...document.scripts].map((script) => script.textContent)")
    assert len(scripts) > 5
    assert [text for text in scripts if text.startswith("alert")] == []


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
    sides = "return [[...plots[0].data[0].x], [...plots[0].data[0].y], plots[0].layout.yaxis.title.text]"
    actual, before, title = opened.execute_script(sides)
    opened.find_element(By.CSS_SELECTOR, "[value=newton]").click()
    again, after, other = opened.execute_script(sides)
    assert again == actual
    np.testing.assert_allclose(after, 2 * np.array(before), rtol=1e-6)  # the fractions of the made-up run
    assert (title, other) == ("Influence: predicted effect", "Newton: predicted effect")


def test_tables_sort_both_ways_by_their_buttons(opened: Chrome) -> None:
    unfold(opened)
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
    shown = [image.is_displayed() for image in browser.find_elements(By.TAG_NAME, "img")]
    assert shown == [True, False]  # that of influence; Newton's is folded
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
