"""The page is legible in a real browser: any window, phones, paper, dark and light, by keyboard."""

from __future__ import annotations

import base64
import io
import itertools
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from support.browser import emulate
from support.page_in_browser import EVIL, KINDS, show_plots, sizes, unfold, until

from groupinf.reporting.html.page import page_html


def picture(browser: Chrome, whole: bool = False) -> np.ndarray:
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
    return np.round(255 * imread(io.BytesIO(base64.b64decode(taken["data"])))[..., :3]).astype(int)


def has_colour(shown: np.ndarray, colour: str, near: int = 12) -> bool:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((np.abs(shown - wanted).max(axis=-1) <= near).any())


@pytest.mark.parametrize("width", [900, 1280])
def test_the_name_of_a_row_never_runs_into_the_next_cell(opened: Chrome, width: int) -> None:
    emulate(opened, width=width)
    wide = "[...document.querySelectorAll('tbody th')].filter((cell) => cell.scrollWidth > cell.clientWidth + 1)"
    assert opened.execute_script(f"return {wide}.map((cell) => cell.textContent)") == []


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


@pytest.mark.parametrize("width", [360, 390, 500])
def test_nothing_is_wider_than_a_phone(opened: Chrome, width: int) -> None:
    emulate(opened, width=width)
    opened.execute_script("for (const d of document.querySelectorAll('details')) d.open = true; drawAll()")
    opened.execute_script("mark(0, 17)")
    opened.find_element(By.ID, "find").send_keys("shared")
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    boxes = (
        "return ['marked-card', 'matches', 'unmark']"
        ".map((name) => document.getElementById(name).getBoundingClientRect().right)"
    )
    assert max(opened.execute_script(boxes)) <= width
    assert opened.execute_script("return Math.max(...plots.map((p) => p.getBoundingClientRect().right))") <= width


def test_what_is_found_lies_above_the_card_of_the_marked_group(opened: Chrome) -> None:
    opened.execute_script("mark(0, 17)")
    find = opened.find_element(By.ID, "find")
    find.send_keys("shared")
    script = (
        "const [list, card] = ['matches', 'marked-card'].map((name) => document.getElementById(name));"
        "card.style.inset = '0'; card.style.maxHeight = card.style.maxWidth = 'none';"  # as large as the window
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'});"
        "const {left, top} = list.getBoundingClientRect();"
        "return list.contains(document.elementFromPoint(left + 20, top + 20))"
    )
    assert opened.execute_script(script, find)


@pytest.mark.parametrize("predicted", [True, False])
def test_the_choice_of_a_test_point_is_as_wide_as_its_words_where_there_is_room(
    browser: Chrome, make_run, tmp_path: Path, predicted: bool
) -> None:
    """Also where ρ is said to be that of another prediction, at length."""
    names = ["hospital=University ward", "hospital=West"]
    sets = [{"test_point": -2 - i, "name": name, "rows": 3} for i, name in enumerate(names)]
    run = make_run(["mine"] * 12, [("test_loss", -2), ("test_loss", -3), ("self_loss", -1)], test_sets=sets)
    if not predicted:
        kept, rows = (
            (t["method"] != "influence") | (t["evaluation"] != "test_loss") for t in (run.effects, run.spearman)
        )
        run = replace(run, effects=run.effects[kept], spearman=run.spearman[rows])
    path = tmp_path / "page.html"
    path.write_text(page_html([run], "study", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    widths = "const s = document.querySelector('.measured select'); const w = s.clientWidth; s.style.maxWidth = 'none';"
    undo = "const needed = s.clientWidth; s.removeAttribute('style'); return [w, needed]"
    shown, needed = browser.execute_script(f"{widths} s.style.flex = 'none'; {undo}")
    assert shown == needed
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1280
    emulate(browser, width=360)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360


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


def test_a_table_of_many_columns_is_cards_on_a_phone(opened: Chrome) -> None:
    emulate(opened, width=390)
    unfold(opened)
    table = opened.find_element(By.CSS_SELECTOR, "#break details table")
    cards = opened.execute_script(
        "return [...arguments[0].tBodies[0].rows].map((row) => [...row.cells].map((cell) => ["
        "getComputedStyle(cell, '::before').content, cell.innerText, cell.getBoundingClientRect().right,"
        "cell.scrollWidth <= cell.clientWidth]))",
        table,
    )
    assert len(cards) == 6  # three kinds, two evaluations
    headings = [heading.strip('"') for heading, *_ in cards[0][:5]]
    assert headings == ["Kind of group", "Evaluation", "n", "Influence: ρ", "Influence: slope"]
    assert all(text and right <= 390 and whole for card in cards for _, text, right, whole in card)
    assert table.get_attribute("role") == "table"
    assert {row.aria_role for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")} == {"row"}
    assert table.find_element(By.CSS_SELECTOR, "tbody th").aria_role == "rowheader"
    assert "scrolls" not in table.find_element(By.XPATH, "..").get_attribute("class").split()
    emulate(opened)
    assert (
        opened.execute_script("return getComputedStyle(arguments[0].tBodies[0].rows[0]).display", table) == "table-row"
    )


def uneven(make_run, seed: int = 0):
    """A run with three evaluations and predictions, whose numbers differ from one test point to the other."""
    measures = [(name, point) for name in ("test_prediction", "test_loss") for point in (7, 3)]
    methods = ("influence", "parameter_influence", "newton")
    run = make_run(KINDS, [*measures, ("self_loss", -1)], methods, classes=["no", "perhaps", "yes"])
    drawn = np.random.default_rng(seed).uniform(0.2, 0.9, (3, len(run.spearman)))
    run.spearman["spearman"], run.spearman["slope"], run.spearman["underestimated"] = drawn
    run.spearman["spearman_low"], run.spearman["spearman_high"] = drawn[0] - 0.1, drawn[0] + 0.1
    return run


@pytest.mark.parametrize("width", [390, 800])
def test_the_answers_in_short_stay_a_table_that_fits(browser: Chrome, make_run, tmp_path: Path, width: int) -> None:
    path = tmp_path / "short.html"
    path.write_text(page_html([uneven(make_run)], "short", plotly=True), encoding="utf-8")
    emulate(browser, width=width)
    browser.get(path.as_uri())
    assert browser.execute_script("return document.querySelector('nav').getBoundingClientRect().top") < 900
    unfold(browser)
    table = browser.find_element(By.CSS_SELECTOR, "#numbers table")
    assert len(table.find_elements(By.CSS_SELECTOR, "tbody tr")) == 9
    assert " to " in table.find_element(By.CSS_SELECTOR, "tbody td.number").text.replace("\n", " ")
    display, left, right = browser.execute_script(
        "const cells = [...arguments[0].rows].flatMap((row) => [...row.cells]);"
        "const boxes = cells.map((cell) => cell.getBoundingClientRect());"
        "return [[...new Set(cells.map((cell) => getComputedStyle(cell).display))],"
        "Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))]",
        table,
    )
    assert display == ["table-cell"]  # its headings stand once
    assert 0 <= left < right <= width
    assert "scrolls" not in table.find_element(By.XPATH, "..").get_attribute("class").split()


def test_a_phone_shows_the_intervals_that_the_page_explains(browser: Chrome, make_run, tmp_path: Path) -> None:
    path = tmp_path / "intervals.html"
    path.write_text(page_html([uneven(make_run)], "intervals", plotly=True), encoding="utf-8")
    emulate(browser, width=390)
    browser.get(path.as_uri())
    unfold(browser)
    ends = browser.find_elements(By.CSS_SELECTOR, "#numbers .ends")
    assert len(ends) == 15  # of self-loss in short, and four measures in full, by three predictions
    for shown in ends:
        assert shown.is_displayed()
        assert shown.text.startswith("[")
        assert 0 <= shown.rect["x"] < shown.rect["x"] + shown.rect["width"] <= 390


def test_what_is_folded_is_printed_and_folded_again(opened: Chrome) -> None:
    unfolded = opened.find_elements(By.TAG_NAME, "details")
    assert len(unfolded) >= 3
    opened.execute_script("arguments[0].open = true", unfolded[0])
    opened.execute_script(
        "window.addEventListener('beforeprint', () => {"
        "window.unfolded = document.querySelectorAll('details[open]').length; }, {once: true})"
    )
    opened.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert until(opened, "window.unfolded") == len(unfolded)
    until(opened, "document.querySelectorAll('details[open]').length === 1")
    assert unfolded[0].get_attribute("open")


def test_paper_has_a_legend_of_kinds_and_no_controls(opened: Chrome) -> None:
    opened.find_elements(By.CSS_SELECTOR, "[name=kind]")[1].send_keys(Keys.SPACE)
    emulate(opened, medium="print")
    assert [e for e in opened.find_elements(By.CSS_SELECTOR, ".controls :is(input, button)") if e.is_displayed()] == []
    labels = [e.text for e in opened.find_elements(By.CSS_SELECTOR, ".controls label") if e.is_displayed()]
    assert labels == ["Influence", "Shared feature (10)", f"{EVIL} (6)"]  # what is drawn
    assert not opened.find_element(By.ID, "marked").is_displayed()


def test_headings_of_a_table_are_repeated_on_each_sheet(browser: Chrome, make_run, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian: poppler-utils)")
    emulate(browser)
    path, pdf = tmp_path / "long.html", tmp_path / "long.pdf"
    measures = [("test_loss", point) for point in range(30)]
    path.write_text(page_html([make_run(KINDS, measures)], "long", plotly=True), encoding="utf-8")
    browser.get(path.as_uri())
    pdf.write_bytes(base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    sheets = text.split("Test loss: each test point")[-1].split("\f")
    rows = [len(re.findall(r"^ *\d+ +1\.000 ", sheet, flags=re.MULTILINE)) for sheet in sheets]
    headed = ["Measured on" in sheet for sheet in sheets]
    assert sum(count > 5 for count in rows) >= 2
    assert all(head for head, count in zip(headed, rows, strict=True) if count)


def test_a_wide_table_says_where_more_is_and_scrolls_by_keyboard(opened: Chrome) -> None:
    unfold(opened)
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
        drawn = browser.execute_script("return [...document.querySelector('.plot').data.flatMap((t) => [...t.x])]")
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
    unfold(opened)
    opened.execute_script("drawAll()")
    opened.find_element(By.CSS_SELECTOR, "#far .marks-group").send_keys(Keys.ENTER)
    opened.find_element(By.ID, "find").send_keys("shared")
    found = opened.execute_script(CONTRASTS)
    assert len(found) > 100
    assert {tag for _, tag, _ in found} >= {"H1", "TH", "TD", "BUTTON", "text", "SPAN"}
    assert [seen for seen in found if seen[0] < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_is_seen(opened: Chrome, scheme: str) -> None:
    emulate(opened, width=390, scheme=scheme)
    unfold(opened)
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
