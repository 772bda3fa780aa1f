"""A group is found by any part of what is said of it, is marked wherever it is drawn, and told where one looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from support.browser import emulate
from support.page_in_browser import highest, hovered, show_plots, unfold, until

from groupinf.reporting.html.page import page_html

MARKED = "return marking.place"


def find(browser: Chrome, words: str) -> str:
    """What the page says after these words were looked for."""
    box = browser.find_element(By.ID, "find")
    box.clear()
    box.send_keys(words, Keys.ENTER)
    return browser.find_element(By.ID, "found").text


def card(browser: Chrome) -> str:
    return browser.find_element(By.ID, "marked-card").text


def matches(browser: Chrome) -> list[str]:
    return [found.text for found in browser.find_elements(By.CSS_SELECTOR, "#matches button") if found.is_displayed()]


def test_a_press_on_a_group_marks_it_and_shows_its_numbers_in_sight_and_the_page_stays(opened: Chrome) -> None:
    show_plots(opened)
    unfold(opened)
    rows = opened.find_elements(By.CSS_SELECTOR, "#far tbody tr")
    row = next(row for row in rows if row.find_elements(By.TAG_NAME, "td")[2].text == "3")  # not the first test point
    button = row.find_element(By.CSS_SELECTOR, ".marks-group")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button)
    before = opened.execute_script("return window.scrollY")
    button.send_keys(Keys.ENTER)
    assert opened.execute_script("return window.scrollY") == before > 500
    assert button.get_attribute("aria-pressed") == "true"
    shown = opened.find_element(By.ID, "marked-card")
    top, bottom = opened.execute_script(
        "const box = arguments[0].getBoundingClientRect(); return [box.top, box.bottom]", shown
    )
    assert 0 <= top < bottom <= 900
    assert f"Group {button.text} · " in shown.text
    panel, x, y, actual = opened.execute_script(
        "const p = plots[0]; const m = p.data.at(-1);"
        "return [p.dataset.panel, m.x[0], m.y[0], actualIn(panelOf(p))[placeOf(0, arguments[0])]]",
        int(button.get_attribute("data-group")),
    )
    assert panel == "test_loss 3"  # where the table lists the group
    assert (x, y) == (pytest.approx(actual), pytest.approx(actual / 2))
    ActionChains(opened).send_keys(Keys.ESCAPE).perform()
    assert button.get_attribute("aria-pressed") == "false"
    assert not shown.is_displayed()


@pytest.mark.parametrize("words", ["17", "Group 17", "group 17", "  GROUP   17 "])
def test_a_group_is_found_as_the_page_calls_it(opened: Chrome, words: str) -> None:
    assert find(opened, words) == "Marked: Group 17."
    assert card(opened).split("\n")[1] == "Group 17 · Shared feature · 10 rows · made of shared_feature"


def test_groups_are_found_by_kind_and_origin_and_chosen_from_a_list(opened: Chrome) -> None:
    for words in ("shared FEATURE", "of shared_f"):
        assert find(opened, words) == "10 groups found. Choose one."
        assert opened.execute_script(MARKED) is None
        assert len(matches(opened)) == 10
        assert matches(opened)[0] == "Group 12 · Shared feature · 10 rows · made of shared_feature"
    assert find(opened, "1").startswith("Marked: Group 1.")  # the one that is named just so
    opened.find_element(By.ID, "find").send_keys("5")  # as one types: 15
    assert matches(opened) == ["Group 15 · Shared feature · 10 rows · made of shared_feature"]
    assert find(opened, "made of").startswith("28 groups found, of which the list has the first 12.")


def test_a_list_of_matches_is_gone_through_by_keyboard(opened: Chrome) -> None:
    box = opened.find_element(By.ID, "find")
    box.clear()
    box.send_keys("shared", Keys.ARROW_DOWN, Keys.NULL)
    ActionChains(opened).send_keys(Keys.ARROW_DOWN).perform()
    focused = "return document.activeElement.textContent"
    assert opened.execute_script(focused).startswith("Group 13 · ")
    ActionChains(opened).send_keys(Keys.ARROW_UP, Keys.ENTER).perform()
    assert opened.execute_script(MARKED) == 12
    assert matches(opened) == []
    assert opened.execute_script("return document.activeElement.id") == "find"


def test_of_groups_of_one_name_all_are_listed(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = make_run(["a"] * 12 + ["b"] * 12 + ["c"] * 12)
    run.groups["name"] = [str(i) for i in range(12)] * 3
    path = tmp_path / "names.html"
    path.write_text(page_html([run], "names", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    find(browser, "1")
    assert [text.split(" · ")[:2] for text in matches(browser)[:3]] == [["Group 1", kind] for kind in ("a", "b", "c")]
    assert {text.split(" · ")[0] for text in matches(browser)[3:]} == {"Group 10", "Group 11"}  # and not all of 10 rows
    browser.find_elements(By.CSS_SELECTOR, "#matches button")[2].click()
    assert browser.execute_script(MARKED) == 25
    assert browser.get_log("browser") == []


def test_where_nothing_is_found_nothing_is_marked(opened: Chrome) -> None:
    assert find(opened, "17") == "Marked: Group 17."
    assert card(opened)
    assert find(opened, "Group 99") == "No group has “Group 99” in its name, its kind or what made it."
    assert opened.execute_script(MARKED) is None
    assert not opened.find_element(By.ID, "marked-card").is_displayed()
    assert find(opened, " ") == "Type a part of a group's name, such as 0."


def test_the_numbers_of_a_marked_group_are_those_of_the_plots(opened: Chrome) -> None:
    find(opened, "17")
    effects = opened.find_element(By.ID, "marked-effects")

    def rows() -> list[list[str]]:
        lines = effects.find_elements(By.TAG_NAME, "tr")
        return [[cell.text for cell in line.find_elements(By.CSS_SELECTOR, "th, td")] for line in lines]

    assert rows()[0] == ["Measured on", "Actual", "Influence", "Newton"]
    assert [name for name, *_ in rows()[1:]] == ["Test loss, test point 7", "Self-loss"]
    for number, row in enumerate(rows()[1:]):
        actual, influence, newton = (float(text.replace("−", "-")) for text in row[1:])
        assert actual == newton == pytest.approx(2 * influence, rel=1e-3)
        shown = opened.execute_script("return actualIn(panelOf(plots[arguments[0]]))[17]", number)
        assert actual == pytest.approx(shown, rel=1e-3)
    opened.execute_script("choosePoint(0, 'test_loss 3')")
    assert [name for name, *_ in rows()[1:]] == ["Test loss, test point 3", "Self-loss"]
    assert effects.find_element(By.CSS_SELECTOR, "tbody th").aria_role == "rowheader"
    opened.find_element(By.ID, "unmark").send_keys(Keys.ENTER)
    assert not effects.is_displayed()


def test_a_click_on_a_point_marks_its_group_and_another_click_no_longer(opened: Chrome) -> None:
    show_plots(opened)
    point = highest(opened)
    title = hovered(opened, point).splitlines()[0]
    ActionChains(opened).click().perform()
    until(opened, "marking.place !== null")
    assert f"{title} · " in card(opened)
    assert {len(x) for x in opened.execute_script("return plots.filter(isDrawn).map((p) => p.data.at(-1).x)")} == {1}
    opened.execute_script("return new Promise((done) => setTimeout(done, 600))")  # or it would be a double click
    ActionChains(opened).move_to_element(opened.find_element(By.TAG_NAME, "h2")).perform()
    hovered(opened, point)
    ActionChains(opened).click().perform()
    until(opened, "marking.place === null")


def test_a_marked_group_of_a_hidden_kind_is_said_to_be_hidden(opened: Chrome) -> None:
    shared = opened.find_element(By.CSS_SELECTOR, "[name=kind]")
    words = "its kind is hidden: the plots show a ring alone"
    find(opened, "17")
    assert words not in card(opened)
    shared.send_keys(Keys.SPACE)
    assert words in card(opened)
    find(opened, "3")  # a random group
    assert words not in card(opened)
    shared.send_keys(Keys.SPACE)
    find(opened, "17")
    assert words not in card(opened)


def test_other_parts_of_a_page_mark_groups_by_their_numbers_and_are_told(browser: Chrome, make_run, tmp_path) -> None:
    run = make_run(["random"] * 20)
    skipped = run.effects["group"] < 5  # numbers are no places where groups are left out
    run = type(run)(**(vars(run) | {"effects": run.effects[~skipped]}))
    path = tmp_path / "numbers.html"
    path.write_text(page_html([run], "numbers", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    browser.execute_script(
        "window.told = []; document.addEventListener('group-marked', (e) => window.told.push(e.detail.group));"
        "for (const group of [7, 3, undefined]) {"
        "document.dispatchEvent(new CustomEvent('mark-group', {detail: {group}}));"
        "(window.places ||= []).push(marking.place) }"
    )
    assert browser.execute_script("return window.places") == [2, None, None]
    assert browser.execute_script("return window.told") == [7, None, None]
    assert browser.get_log("browser") == []


def test_runs_on_the_same_groups_mark_a_group_together(browser: Chrome, make_run, tmp_path: Path) -> None:
    runs = [make_run(lam_over_n=value) for value in (0.001, 0.1)]
    runs.append(make_run(["random"] * 20, lam_over_n=1.0))
    path = tmp_path / "together.html"
    path.write_text(page_html(runs, "together", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    browser.execute_script("drawAll()")
    assert find(browser, "31") == "Marked: λ/n = 0.001: Group 31."
    ringed = browser.execute_script("return plots.filter((p) => p.data.at(-1).x.length).map((p) => p.dataset.run)")
    assert ringed == ["0", "1"] * 2
    assert "λ/n = 0.1 · Self-loss" in card(browser)
    assert browser.get_log("browser") == []


def test_what_made_a_group_is_told_where_it_says_more_than_its_name(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = make_run(["mine"] * 12)
    names = [f"ward {i}" for i in range(12)]
    made = [f"ward={name}" if i else "ward=ward 0, year=2024" for i, name in enumerate(names)]
    path = tmp_path / "page.html"
    groups = run.groups.assign(name=names, made_from=made)
    path.write_text(page_html([replace(run, groups=groups)], "study", plotly=True), encoding="utf-8")
    emulate(browser)
    browser.get(path.as_uri())
    words = "return wordsOf(data.groups[0], arguments[0]).join(' · ')"
    assert browser.execute_script(words, 5) == "Group ward 5 · mine · 10 rows"
    assert browser.execute_script(words, 0) == "Group ward 0 · mine · 10 rows · ward=ward 0, year=2024"
