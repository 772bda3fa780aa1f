"""What tests of a page do in a browser."""

from __future__ import annotations

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

EVIL = "<script>alert(1)</script>"


KINDS = ["random"] * 12 + ["shared_feature"] * 10 + [EVIL] * 6


def until(browser: Chrome, script: str, seconds: float = 20) -> object:
    """What the script returns, as soon as it is true."""
    return WebDriverWait(browser, seconds).until(lambda b: b.execute_script(f"return {script}"))


def show_plots(browser: Chrome) -> None:
    browser.execute_script("document.getElementById('groups').scrollIntoView({behavior: 'instant'})")
    until(browser, "document.querySelectorAll('.plot path.point').length > 0")


def headings(browser: Chrome) -> list[str]:
    return [found.text for found in browser.find_elements(By.CSS_SELECTOR, "figcaption .rho")]


def sizes(browser: Chrome) -> list[list[float]]:
    """Of every drawn plot: width and height of its box, then those of what is drawn."""
    return browser.execute_script(
        "return plots.filter(isDrawn).map((p) => { const drawn = p.querySelector('.main-svg').getBoundingClientRect();"
        "return [p.clientWidth, p.clientHeight, drawn.width, drawn.height] })"
    )
