"""The page works in a real browser, from disk and without network: plots, hovering, marking, sorting, any screen."""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
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


def hovered(browser: Chrome, point: WebElement) -> str:
    """What is said of a point when the pointer comes to it."""
    for step in range(8):  # the plot may still be settling, and a pointer that rests makes no event
        ActionChains(browser).move_to_element_with_offset(point, step % 2, 0).perform()
        with contextlib.suppress(TimeoutException):
            return str(until(browser, "!hoverBox.hidden && hoverBox.innerText", 5))
    return ""


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
    text = hovered(opened, highest)
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
    point = opened.execute_script("return document.querySelector('.plot path.point')")
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


def sizes(browser: Chrome) -> list[list[float]]:
    """Of every drawn plot: width and height of its box, then those of what is drawn."""
    return browser.execute_script(
        "return plots.filter(isDrawn).map((p) => { const drawn = p.querySelector('.main-svg').getBoundingClientRect();"
        "return [p.clientWidth, p.clientHeight, drawn.width, drawn.height] })"
    )


def test_plots_follow_the_window_both_ways(opened: Chrome) -> None:
    opened.execute_script("drawAll()")
    widths = []
    for width in (1280, 390, 844, 390, 1280):  # 390 and 844: a phone that is turned
        emulate(opened, width=width)
        until(
            opened,
            "plots.every((p) => Math.abs(p.querySelector('.main-svg').getBoundingClientRect().width - p.clientWidth)"
            " < 1)",
        )
        assert all(size[:2] == pytest.approx(size[2:], abs=1) for size in sizes(opened))
        right, wide = opened.execute_script(
            "return [Math.max(...plots.map((p) => p.querySelector('.main-svg').getBoundingClientRect().right)),"
            "document.documentElement.clientWidth]"
        )
        assert right <= wide
        widths.append(sizes(opened)[0][0])
    assert widths[:2] == widths[:2:-1]
    assert widths[1] > 0.85 * 390 > widths[2] * 0.5  # one below the other, and side by side


def test_plots_are_printed_whole_and_fit_the_window_again(opened: Chrome) -> None:
    emulate(opened, width=390)
    opened.execute_script("drawAll()")
    before = sizes(opened)
    opened.execute_script(
        "window.addEventListener('afterprint', () => { window.onPaper = printed; }, {once: true});"
        "let printed; window.addEventListener('beforeprint', () => { printed = plots.map((p) => p.layout.width); })"
    )
    opened.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    assert set(until(opened, "window.onPaper")) == {340}
    assert sizes(opened) == before


def test_short_tables_are_cards_on_a_phone(opened: Chrome) -> None:
    emulate(opened, width=390)
    table = opened.find_elements(By.CSS_SELECTOR, "header table")[1]
    cards = opened.execute_script(
        "return [...arguments[0].tBodies[0].rows].map((row) => [...row.cells].map((cell) => ["
        "getComputedStyle(cell, '::before').content, cell.innerText, cell.getBoundingClientRect().right,"
        "cell.scrollWidth <= cell.clientWidth]))",
        table,
    )
    assert len(cards) == 4  # two evaluations by two predictions
    for card in cards:
        assert [heading.strip('"') for heading, *_ in card[2:5]] == ["Spearman's ρ", "Slope", "Underestimated"]
        assert all(text and right <= 390 and whole for _, text, right, whole in card)
    assert table.get_attribute("role") == "table"
    assert {row.aria_role for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")} == {"row"}
    assert table.find_element(By.CSS_SELECTOR, "tbody th").aria_role == "rowheader"
    assert "scrolls" not in table.find_element(By.XPATH, "..").get_attribute("class").split()
    emulate(opened)
    assert (
        opened.execute_script("return getComputedStyle(arguments[0].tBodies[0].rows[0]).display", table) == "table-row"
    )


def test_a_wide_table_says_where_more_is_and_scrolls_by_keyboard(opened: Chrome) -> None:
    box = opened.find_element(By.CSS_SELECTOR, "#far .scroll")

    def classes() -> set[str]:
        return set(box.get_attribute("class").split())

    def shadow() -> str:
        return opened.execute_script("return getComputedStyle(arguments[0]).boxShadow", box)

    assert classes() == {"scroll"}
    assert (box.get_attribute("tabindex"), shadow()) == (None, "none")
    emulate(opened, width=390)
    until(opened, "document.querySelector('#far .scroll').classList.contains('scrolls')")
    assert classes() == {"scroll", "scrolls", "more-right"}
    assert (box.get_attribute("tabindex"), box.aria_role, box.accessible_name) == ("0", "region", "Groups farthest off")
    assert "inset" in shadow()
    hint = "return getComputedStyle(document.querySelector('#far caption span'), '::after').content"
    assert "scroll sideways" in opened.execute_script(hint)
    opened.execute_script("arguments[0].focus()", box)
    for _ in range(30):
        ActionChains(opened).send_keys(Keys.ARROW_RIGHT).perform()
    until(opened, "!document.querySelector('#far .scroll').classList.contains('more-right')")
    assert classes() == {"scroll", "scrolls", "more-left"}
    group, error = (
        opened.execute_script(f"return document.querySelector('#far tbody tr').cells[{cell}].getBoundingClientRect().x")
        for cell in ("0", "document.querySelector('#far tbody tr').cells.length - 1")
    )
    assert 0 <= group < 60 < error < 390  # the first column stays, the last is in sight


@pytest.mark.parametrize("scale", [1e-5, 4e4, 1e60, -1e-60])
def test_numbers_at_the_ticks_keep_off_the_titles_and_are_those_of_the_run(
    browser: Chrome, make_run, tmp_path: Path, scale: float
) -> None:
    run = make_run(KINDS)
    run.effects["effect"] *= scale
    actual = run.effects.query("method == 'actual' and evaluation == 'test_loss' and test_point == 7")["effect"]
    path = tmp_path / "scaled.html"
    path.write_text(page_html([run], "scaled", plotly=True), encoding="utf-8")
    for width in (1280, 360):
        emulate(browser, width=width)
        browser.get(path.as_uri())
        show_plots(browser)
        drawn = browser.execute_script("return [...document.querySelector('.plot').data.flatMap((t) => [...t.y])]")
        np.testing.assert_allclose(np.sort(drawn), np.sort(actual), rtol=1e-6)
        boxes = browser.execute_script(
            "const plot = document.querySelector('.plot');"
            "return ['.ytick', '.ytitle', '.xtick', '.xtitle', '.main-svg'].map((name) => "
            "[...plot.querySelectorAll(name)].map((e) => e.getBoundingClientRect()).map((b) => "
            "[b.left, b.top, b.right, b.bottom]))"
        )
        y_ticks, [y_title], x_ticks, [x_title], [whole, *_] = boxes
        assert len(y_ticks) >= 2
        assert len(x_ticks) >= 2
        assert max(right for _, _, right, _ in y_ticks) > min(left for left, *_ in y_ticks) >= y_title[2]
        assert max(bottom for *_, bottom in x_ticks) <= x_title[1]
        assert y_title[0] >= whole[0] - 1
        assert x_title[3] <= whole[3] + 1
        assert all(a[2] <= b[0] or b[2] <= a[0] for a, b in itertools.pairwise(x_ticks))
    assert browser.get_log("browser") == []


# Ratios of WCAG 2: relative luminance of each text's colour and of the nearest ground below it.
CONTRASTS = """
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055)
  ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ground = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
};
const said = [...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility() && !e.closest('script') &&
  [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
return said.map((e) => {
  const style = getComputedStyle(e);
  const ink = parse(e instanceof SVGElement ? style.fill : style.color);
  const [a, b] = [light(ink), light(ground(e))].sort((x, y) => x - y);
  return [(b + .05) / (a + .05), e.tagName, e.textContent.slice(0, 40)];
});
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(opened: Chrome, scheme: str) -> None:
    emulate(opened, scheme=scheme)
    opened.execute_script("for (const d of document.querySelectorAll('details')) d.open = true; drawAll()")
    opened.find_element(By.CSS_SELECTOR, ".marks-group").send_keys(Keys.ENTER)
    found = opened.execute_script(CONTRASTS)
    assert len(found) > 100
    assert {tag for _, tag, _ in found} >= {"H1", "TH", "TD", "BUTTON", "text", "SPAN"}
    assert [seen for seen in found if seen[0] < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_is_seen(opened: Chrome, scheme: str) -> None:
    emulate(opened, width=390, scheme=scheme)
    until(opened, "document.querySelector('#far .scroll').classList.contains('scrolls')")
    seen = set()
    for _ in range(80):
        ActionChains(opened).send_keys(Keys.TAB).perform()
        name, width, style = opened.execute_script(
            "const e = document.activeElement; const s = getComputedStyle(e);"
            "return [e.className || e.tagName, parseFloat(s.outlineWidth), s.outlineStyle]"
        )
        if name == "BODY":
            break
        assert width >= 2, name
        assert style in ("solid", "auto"), name
        seen.add(name)
    assert seen >= {"A", "BUTTON", "INPUT", "marks-group", "scroll scrolls more-right"}


def test_tables_fit_on_paper(opened: Chrome) -> None:
    emulate(opened, width=718, medium="print")  # A4 less margins
    opened.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    widest = "return Math.max(...[...document.querySelectorAll('table')].map((t) => t.getBoundingClientRect().right))"
    assert opened.execute_script(widest) <= 718


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
