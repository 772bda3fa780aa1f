"""The table of all groups sorts, is searched, is downloaded, and marks groups, with and without plots."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from support.browser import emulate
from support.page_in_browser import EVIL, KINDS, until

from groupinf.reporting.html.page import page_html
from groupinf.studies.group_effects.result import Run

LONG = 'Emergency, Trauma and "Acute" department of the northern ward'


def unfold(browser: Chrome) -> WebElement:
    browser.find_element(By.CSS_SELECTOR, "#all summary").send_keys(Keys.ENTER)
    until(browser, "document.querySelector('#all-groups tbody tr')")
    return browser.find_element(By.ID, "all-groups")


def show(browser: Chrome, runs: list[Run], path: Path, plotly: bool) -> WebElement:
    emulate(browser)
    path.write_text(page_html(runs, "study", plotly=plotly), encoding="utf-8")
    browser.get(path.as_uri())
    return unfold(browser)


def column(browser: Chrome, heading: str) -> list[str]:
    """The texts of a column, by the beginning of its heading."""
    return browser.execute_script(
        "const t = document.querySelector('#all-groups table');"
        "const i = [...t.tHead.rows[0].cells].findIndex((c) => c.textContent === arguments[0]);"
        "return [...t.tBodies[0].rows].map((row) => row.cells[i].textContent)",
        heading,
    )


def press(browser: Chrome, heading: str) -> WebElement:
    """Press the heading of a column with the keyboard; it keeps the focus."""
    for found in browser.find_elements(By.CSS_SELECTOR, "#all-groups thead button"):
        if found.text == heading:
            found.send_keys(Keys.ENTER)
            break
    pressed = browser.switch_to.active_element
    assert pressed.text == heading
    return pressed.find_element(By.XPATH, "..")


def search(browser: Chrome, words: str) -> str:
    box = browser.find_element(By.ID, "all-asked")
    box.clear()
    box.send_keys(words)
    return browser.find_element(By.ID, "all-found").text


def effects_of(run: Run, evaluation: str, point: int) -> pd.DataFrame:
    """A row for each group and a column for each method."""
    rows = run.effects[(run.effects["evaluation"] == evaluation) & (run.effects["test_point"] == point)]
    return rows.pivot_table(index="group", columns="method", values="effect")


def test_the_table_is_folded_and_empty_until_it_is_asked_for(opened: Chrome) -> None:
    assert not opened.find_element(By.ID, "all-groups").is_displayed()
    assert opened.execute_script("return document.getElementById('all-groups').childElementCount") == 0
    unfold(opened)
    assert opened.find_element(By.ID, "all-found").text == "28 groups, shown 1 to 25"
    assert len(column(opened, "Group")) == 25
    opened.find_element(By.ID, "all-after").send_keys(Keys.ENTER)
    assert opened.find_element(By.ID, "all-found").text == "28 groups, shown 26 to 28"
    assert not opened.find_element(By.ID, "all-after").is_enabled()
    opened.find_element(By.ID, "all-before").send_keys(Keys.ENTER)
    assert len(column(opened, "Group")) == 25
    assert opened.execute_script("return document.querySelectorAll('#all-groups script').length") == 0


def test_ranks_are_those_of_the_effects_and_rise_with_the_table(opened: Chrome, make_run) -> None:
    unfold(opened)
    actual = effects_of(make_run(KINDS), "test_loss", 7)["actual"]
    order = actual.sort_values(ascending=False).index
    assert column(opened, "Group") == [str(group) for group in order[:25]]
    assert column(opened, "Actual: rank") == [str(rank) for rank in range(1, 26)]
    shown = [float(text.replace("−", "-")) for text in column(opened, "Actual")]
    np.testing.assert_allclose(shown, actual[order[:25]], rtol=1e-3)
    np.testing.assert_allclose(
        [float(t.replace("−", "-")) for t in column(opened, "Influence")], actual[order[:25]] / 2, rtol=1e-3
    )


def test_equal_effects_share_the_best_of_their_ranks(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = make_run(["random"] * 5, [("test_loss", 7)])
    effect = run.effects["group"].map({0: 3.0, 1: 5.0, 2: 3.0, 3: -1.0, 4: 3.0})
    show(browser, [replace(run, effects=run.effects.assign(effect=effect))], tmp_path / "ties.html", plotly=False)
    assert column(browser, "Actual: rank") == ["1", "2", "2", "2", "5"]


def test_columns_sort_by_their_headings_with_the_keyboard(opened: Chrome) -> None:
    unfold(opened)
    assert press(opened, "Group").get_attribute("aria-sort") == "ascending"
    assert column(opened, "Group") == [str(i) for i in range(25)]  # as numbers, not as words
    assert press(opened, "Group").get_attribute("aria-sort") == "descending"
    assert column(opened, "Group")[:3] == ["27", "26", "25"]
    assert press(opened, "Newton").get_attribute("aria-sort") == "descending"
    values = [float(text.replace("−", "-")) for text in column(opened, "Newton")]
    assert values == sorted(values, reverse=True)
    press(opened, "Kind")
    assert column(opened, "Kind") == sorted(column(opened, "Kind"))
    assert len(opened.find_elements(By.CSS_SELECTOR, "#all-groups [aria-sort]")) == 1


def test_a_group_is_found_by_any_part_of_what_is_said_of_it(opened: Chrome) -> None:
    unfold(opened)
    assert search(opened, "ared feat") == "10 of 28 groups"
    assert set(column(opened, "Kind")) == {"Shared feature"}
    assert search(opened, "MADE OF random") == "12 of 28 groups"
    assert search(opened, "group 17") == "1 of 28 groups"
    assert column(opened, "Group") == ["17"]
    assert search(opened, "alert(1)") == "6 of 28 groups"
    assert EVIL in column(opened, "What made it")[0]
    assert search(opened, "nowhere") == "0 of 28 groups"
    assert column(opened, "Group") == []
    assert search(opened, " ") == "28 groups, shown 1 to 25"


def test_another_test_point_is_chosen_by_its_words(opened: Chrome, make_run) -> None:
    table = unfold(opened)
    choice = Select(table.find_element(By.TAG_NAME, "select"))
    assert [option.text for option in choice.options] == [
        "Test loss, test point 7",
        "Test loss, test point 3",
        "Self-loss",
    ]
    choice.select_by_visible_text("Self-loss")
    order = effects_of(make_run(KINDS), "self_loss", -1)["actual"].sort_values(ascending=False).index
    assert column(opened, "Group") == [str(group) for group in order[:25]]


@pytest.mark.parametrize("plotly", [True, False])
def test_all_groups_are_downloaded_whatever_is_found(browser: Chrome, make_run, tmp_path: Path, plotly: bool) -> None:
    run = make_run(KINDS)
    run = replace(run, groups=run.groups.assign(name=["=1+1", "a,b", LONG, *map(str, range(3, 28))]))
    table = show(browser, [run], tmp_path / "page.html", plotly)
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    assert search(browser, "northern") == "1 of 28 groups"
    Select(table.find_element(By.TAG_NAME, "select")).select_by_visible_text("Test loss, test point 3")
    browser.find_element(By.ID, "all-download").send_keys(Keys.ENTER)
    file = tmp_path / "study-test_loss-3.csv"
    for _ in range(200):
        if file.exists():
            break
        time.sleep(0.05)
    found = pd.read_csv(file, dtype={"name": str})
    effects = effects_of(run, "test_loss", 3)
    assert list(found.columns) == [
        "group", "name", "kind", "size", "made_from",
        "actual", "actual_rank", "influence", "influence_rank", "newton", "newton_rank",
    ]  # fmt: skip
    assert found["group"].tolist() == list(range(28))
    assert found["name"].tolist() == run.groups["name"].tolist()
    assert found["made_from"].tolist() == run.groups["made_from"].tolist()
    for method in ("actual", "influence", "newton"):
        np.testing.assert_allclose(found[method], effects[method], rtol=1e-6)
        assert found[f"{method}_rank"].tolist() == effects[method].rank(ascending=False, method="min").tolist()
    assert browser.get_log("browser") == []


def test_intervals_over_test_rows_have_columns_and_the_file_is_called_by_names(
    browser: Chrome, make_run, tmp_path: Path
) -> None:
    sets = [{"test_point": -2, "name": "hospital=East/Süd", "rows": 3}, {"test_point": -3, "name": "all", "rows": 4}]
    run = make_run(["mine"] * 12, [("test_loss", -2), ("test_loss", -3), ("self_loss", -1)], test_sets=sets)
    rows = run.effects[(run.effects["method"] == "actual") & (run.effects["test_point"] < -1)]
    ends = {"effect_low": rows["effect"] - 1.5, "effect_high": rows["effect"] + 0.25}
    ranks = {"rank_low": rows["group"] + 1, "rank_high": rows["group"] + 5}
    table = rows[["evaluation", "test_point", "group"]].assign(**ends, **ranks)
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    shown = show(browser, [replace(run, bootstrap=table)], tmp_path / "page.html", plotly=False)
    assert "ends of 95 % bootstrap intervals over test rows" in browser.find_element(By.ID, "all").text
    assert press(browser, "Rank: from").get_attribute("aria-sort") == "ascending"
    assert column(browser, "Rank: to") == [str(i) for i in range(5, 17)]
    browser.find_element(By.ID, "all-download").send_keys(Keys.ENTER)
    file = tmp_path / "study-test_loss-hospital=East-Süd.csv"
    for _ in range(200):
        if file.exists():
            break
        time.sleep(0.05)
    found, here = pd.read_csv(file), table[table["test_point"] == -2]
    np.testing.assert_allclose(found["actual_low"], here["effect_low"], rtol=1e-6)
    np.testing.assert_allclose(found["actual_high"], here["effect_high"], rtol=1e-6)
    assert found["actual_rank_low"].tolist() == here["rank_low"].tolist()
    assert found["actual_rank_high"].tolist() == here["rank_high"].tolist()
    Select(shown.find_element(By.TAG_NAME, "select")).select_by_visible_text("Self-loss")
    assert "Rank" not in shown.find_element(By.TAG_NAME, "thead").text  # of sums alone are rows resampled
    show(browser, [run], tmp_path / "without.html", plotly=False)
    assert "bootstrap" not in browser.find_element(By.ID, "all").text
    assert "from" not in browser.find_element(By.CSS_SELECTOR, "#all thead").text


def test_a_row_marks_its_group_in_the_plots_and_again_no_longer(opened: Chrome) -> None:
    unfold(opened)
    group = int(column(opened, "Group")[3])
    row = "#all-groups tbody tr:nth-child(4)"
    cell = opened.find_element(By.CSS_SELECTOR, f"{row} td:nth-child(5)")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", cell)
    cell.click()
    until(opened, f"marking.place === {group}")
    assert f"Group {group}" in opened.find_element(By.ID, "marked").text
    button = opened.find_element(By.CSS_SELECTOR, f"{row} button")
    assert button.get_attribute("aria-pressed") == "true"
    press(opened, "Actual"), press(opened, "Actual")  # a table that is built anew still shows what is marked
    assert opened.find_element(By.CSS_SELECTOR, f"{row} button").get_attribute("aria-pressed") == "true"
    opened.find_element(By.CSS_SELECTOR, f"{row} td:nth-child(2)").click()
    until(opened, "marking.place === null")
    assert opened.find_elements(By.CSS_SELECTOR, "#all-groups [aria-pressed=true]") == []


def test_its_button_marks_a_group_with_the_keyboard(opened: Chrome) -> None:
    table = unfold(opened)
    Select(table.find_element(By.TAG_NAME, "select")).select_by_visible_text("Test loss, test point 3")
    button = table.find_element(By.CSS_SELECTOR, "tbody button")
    group = int(button.text)
    button.send_keys(Keys.ENTER)
    until(opened, f"marking.place === {group}")
    assert opened.execute_script("return plots[0].dataset.panel") == "test_loss 3"
    ActionChains(opened).send_keys(Keys.ESCAPE).perform()
    until(opened, "marking.place === null")
    assert button.get_attribute("aria-pressed") == "false"


def test_without_plots_there_is_the_table_and_nothing_to_mark(browser: Chrome, make_run, tmp_path: Path) -> None:
    table = show(browser, [make_run(KINDS)], tmp_path / "plain.html", plotly=False)
    assert len(column(browser, "Group")) == 25
    assert table.find_elements(By.CSS_SELECTOR, "tbody button") == []
    assert browser.get_log("browser") == []


def test_of_several_runs_one_is_chosen(browser: Chrome, make_run, tmp_path: Path) -> None:
    runs = [make_run(KINDS, lam_over_n=value) for value in (0.001, 0.1)]
    runs[1] = replace(runs[1], effects=runs[1].effects.assign(effect=-runs[1].effects["effect"]))
    table = show(browser, runs, tmp_path / "compared.html", plotly=True)
    first = column(browser, "Actual")
    Select(table.find_element(By.TAG_NAME, "select")).select_by_visible_text("λ/n = 0.1")
    assert column(browser, "Actual") != first
    largest = effects_of(runs[1], "test_loss", 7)["actual"].idxmax()
    assert column(browser, "Group")[0] == str(largest)
    assert browser.get_log("browser") == []


def test_names_that_plots_shorten_stand_whole_in_the_table(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = make_run(KINDS)
    run = replace(run, groups=run.groups.assign(name=[LONG, *map(str, range(1, 28))], made_from="x" * 300))
    show(browser, [run], tmp_path / "long.html", plotly=False)
    assert search(browser, "northern") == "1 of 28 groups"
    assert column(browser, "Group") == [LONG]
    assert column(browser, "What made it") == ["x" * 300]


def test_many_groups_are_shown_a_page_at_a_time(browser: Chrome, make_run, tmp_path: Path) -> None:
    run = make_run(["random"] * 20_000, [("self_loss", -1)])
    table = show(browser, [run], tmp_path / "many.html", plotly=False)
    assert len(table.find_elements(By.CSS_SELECTOR, "tbody tr")) == 25
    assert browser.find_element(By.ID, "all-found").text == "20,000 groups, shown 1 to 25"
    assert column(browser, "Group")[0] == str(effects_of(run, "self_loss", -1)["actual"].idxmax())
    assert browser.execute_script("return document.querySelector('#all').getBoundingClientRect().height") < 2500
