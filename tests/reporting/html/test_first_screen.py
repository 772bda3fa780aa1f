"""A page is looked at first: its first screen has the answers and every plot, and all of it is a few screens long."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from support.browser import emulate
from support.page_tables import tiled

from groupinf.reporting.html.page import page_html
from groupinf.studies.group_effects.result import Run

KINDS = ("shared_feature", "feature_clusters", "gradient_clusters", "random_within_class", "random")
TAILS = ("positive_tail", "negative_tail")
MEASURES = [(name, point) for name in ("test_prediction", "test_loss") for point in range(6)] + [("self_loss", -1)]
METHODS = ("influence", "parameter_influence", "newton")
SCREEN = 900  # pixels high, as the window of the tests is


@pytest.fixture
def usual(make_run) -> Run:
    """1,700 groups of seven kinds and many sizes, as the configurations of this project draw them."""
    kinds = [*KINDS * 10, *TAILS * 60]
    run = tiled(make_run(kinds, MEASURES, METHODS, test_points=[*range(6)]), 10)
    return type(run)(**(vars(run) | {"effects": run.effects.assign(size=1 + run.effects["group"] % 113)}))


def opened(browser: Chrome, run: Run, path: Path, width: int = 1280) -> None:
    path.write_text(page_html([run], "usual", plotly=True), encoding="utf-8")
    emulate(browser, width=width)
    browser.get(path.as_uri())


def boxes(browser: Chrome, selector: str) -> list[tuple[float, float]]:
    """Top and bottom of elements in sight of the reader, in pixels of the page."""
    found = (found.rect for found in browser.find_elements(By.CSS_SELECTOR, selector) if found.is_displayed())
    return [(rect["y"], rect["y"] + rect["height"]) for rect in found]


def test_the_first_screen_has_what_was_run_an_answer_and_a_plot_for_each_evaluation(
    browser: Chrome, usual: Run, tmp_path: Path
) -> None:
    opened(browser, usual, tmp_path / "page.html")
    [(top, bottom)] = boxes(browser, ".ran")
    assert bottom - top < 40  # one line
    answers, plots = boxes(browser, "header .answers li"), boxes(browser, ".plot")
    assert len(answers) == len(plots) == 3
    assert max(bottom for _, bottom in answers) < min(top for top, _ in plots)
    assert np.ptp([top for top, _ in plots]) < 1  # side by side
    assert max(bottom for _, bottom in plots) < 1.05 * SCREEN
    assert min(top for top, _ in boxes(browser, "table")) > max(bottom for _, bottom in plots)


def test_a_page_of_1700_groups_is_at_most_4000_pixels_long(browser: Chrome, usual: Run, tmp_path: Path) -> None:
    opened(browser, usual, tmp_path / "page.html")
    assert boxes(browser, "#break table")  # with kinds and sizes drawn
    assert browser.execute_script("return document.documentElement.scrollHeight") <= 4000
    assert browser.get_log("browser") == []


def test_numbers_are_folded_and_nothing_is_said_twice(browser: Chrome, usual: Run, tmp_path: Path) -> None:
    opened(browser, usual, tmp_path / "page.html")
    shown = [found.text for found in browser.find_elements(By.TAG_NAME, "caption") if found.is_displayed()]
    assert [text for text in shown if "In numbers" in text or "farthest" in text] == []
    everything = browser.find_elements(By.CSS_SELECTOR, "main p, main caption, header p, header li")
    told = [found.get_attribute("textContent") for found in everything]
    sentences = [text for text in told if len(text) > 60]
    assert len(sentences) > 5
    assert len(sentences) == len(set(sentences))


def test_marks_of_rho_are_spread_over_their_scale(browser: Chrome, usual: Run, tmp_path: Path) -> None:
    kinds = usual.spearman["kind"] != "all"
    near = np.random.default_rng(0).uniform(0.975, 0.999, kinds.sum())
    usual.spearman.loc[kinds, "spearman"] = near
    opened(browser, usual, tmp_path / "page.html")
    places = browser.execute_script(
        "const table = document.querySelector('#break table');"
        "return [...table.querySelectorAll('.marks .mark')].map((m) => parseFloat(m.getAttribute('x')))"
    )
    assert len(places) == 7 * 13
    assert np.ptp(places) > 40  # per cent of the width
