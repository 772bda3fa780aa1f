"""What tests of a page do in a browser."""

from __future__ import annotations

import contextlib

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

EVIL = "<script>alert(1)</script>"


KINDS = ["random"] * 12 + ["shared_feature"] * 10 + [EVIL] * 6


def until(browser: Chrome, script: str, seconds: float = 20) -> object:
    """What the script returns, as soon as it is true."""
    return WebDriverWait(browser, seconds).until(lambda b: b.execute_script(f"return {script}"))


def show_plots(browser: Chrome) -> None:
    browser.execute_script("document.getElementById('groups').scrollIntoView({behavior: 'instant'})")
    until(browser, "document.querySelectorAll('.plot path.point').length > 0")


def unfold(browser: Chrome) -> None:
    browser.execute_script("for (const folded of document.querySelectorAll('details')) folded.open = true")


def headings(browser: Chrome) -> list[str]:
    return [found.text for found in browser.find_elements(By.CSS_SELECTOR, "figcaption .rho")]


def drawn_words(browser: Chrome) -> list[str]:
    """What is said below the headings of plots of the groups that are drawn."""
    return [found.text for found in browser.find_elements(By.CSS_SELECTOR, "figure .drawn")]


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


def sizes(browser: Chrome) -> list[list[float]]:
    """Of every drawn plot: width and height of its box, then those of what is drawn."""
    return browser.execute_script(
        "return plots.filter(isDrawn).map((p) => { const drawn = p.querySelector('.main-svg').getBoundingClientRect();"
        "return [p.clientWidth, p.clientHeight, drawn.width, drawn.height] })"
    )
