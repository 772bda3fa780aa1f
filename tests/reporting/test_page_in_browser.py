"""The page works in a real browser, from disk and without network: plots, hovering, marking, sorting, any screen."""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from support.browser import chromium, emulate, requested

from groupinf.reporting.html.page import page_html

EVIL = "<script>alert(1)</script>"
KINDS = ["random"] * 12 + ["shared_feature"] * 10 + [EVIL] * 6


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(make_run, tmp_path: Path) -> Path:
    run = make_run(KINDS, name="study", dataset=EVIL, notes=[f"</script>{EVIL}<img src=x onerror=alert(2)>"])
    path = tmp_path / "report.html"
    path.write_text(page_html([run], "study", plotly=True), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Chrome, page: Path) -> Iterator[Chrome]:
    emulate(browser)
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(page.as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def until(browser: Chrome, script: str, seconds: float = 20) -> object:
    """What the script returns, as soon as it is true."""
    return WebDriverWait(browser, seconds).until(lambda b: b.execute_script(f"return {script}"))


def show_plots(browser: Chrome) -> None:
    browser.execute_script("document.getElementById('groups').scrollIntoView({behavior: 'instant'})")
    until(browser, "document.querySelectorAll('.plot path.point').length > 0")


def picture(browser: Chrome, whole: bool = False) -> np.ndarray:
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
    return np.round(255 * imread(io.BytesIO(base64.b64decode(taken["data"])))[..., :3]).astype(int)


def has_colour(shown: np.ndarray, colour: str, near: int = 12) -> bool:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((np.abs(shown - wanted).max(axis=-1) <= near).any())


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
    points = "[...document.querySelectorAll('.plot')[0].querySelectorAll('path.point')]"
    highest = opened.execute_script(
        f"return {points}.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0]"
    )
    text = ""
    for step in range(8):  # the plot may still be settling, and a pointer that rests makes no event
        ActionChains(opened).move_to_element_with_offset(highest, step % 2, 0).perform()
        with contextlib.suppress(TimeoutException):
            text = str(until(opened, "!hoverBox.hidden && hoverBox.innerText", 5))
            break
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


def test_tables_sort_both_ways_by_their_buttons(opened: Chrome) -> None:
    table = opened.find_element(By.CSS_SELECTOR, "#far table")
    sizes = [header.text for header in table.find_elements(By.CSS_SELECTOR, "thead th")]
    column = next(i for i, text in enumerate(sizes) if text.startswith("Error"))
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


def test_light_and_dark_pages_show_the_kinds(opened: Chrome) -> None:
    show_plots(opened)
    light = picture(opened)
    assert len(np.unique(light.reshape(-1, 3), axis=0)) > 100
    assert light.mean() > 200
    assert has_colour(light, "#CC79A7")
    emulate(opened, scheme="dark")
    until(opened, "document.querySelector('.plot').layout.font.color === '#e8e8e8'")
    dark = picture(opened)
    assert dark.mean() < 80
    assert has_colour(dark, "#ffffff")  # random groups, black on a light ground


def test_nothing_is_wider_than_a_phone(opened: Chrome) -> None:
    emulate(opened, width=360)
    opened.execute_script("for (const d of document.querySelectorAll('details')) d.open = true; drawAll()")
    assert opened.execute_script("return document.documentElement.scrollWidth") <= 360
    assert opened.execute_script("return Math.max(...plots.map((p) => p.getBoundingClientRect().right))") <= 360


def test_print_has_every_plot_on_a_light_ground(opened: Chrome) -> None:
    emulate(opened, scheme="dark")
    printed = base64.b64decode(opened.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert printed.startswith(b"%PDF")
    assert opened.execute_script("return plots.every((plot) => plot.dataset.drawn !== undefined)")
    emulate(opened, medium="print")
    assert not opened.find_element(By.TAG_NAME, "nav").is_displayed()
    assert picture(opened).mean() > 200


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
