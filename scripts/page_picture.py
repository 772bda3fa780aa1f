"""A picture of the page of a run, as results/README.md shows it: python scripts/page_picture.py REPORT.html PICTURE.png

Needs Chromium, its driver, and the development tools.
"""

from __future__ import annotations

import base64
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDTH = 1180
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
)
# The header and the first two tables of the ranking; the controls and the first row of plots, one group marked.
MARK = "markFromTable(document.querySelector('.marks-group')); drawAll();"
TOP = "return document.querySelectorAll('#rank .scroll')[0].getBoundingClientRect().bottom + window.scrollY"
PLOTS = """
const top = document.getElementById('groups').getBoundingClientRect().top + window.scrollY;
return [top, document.querySelectorAll('#groups figure')[2].getBoundingClientRect().bottom + window.scrollY];
"""


def main(page: Path, picture: Path) -> None:
    """Write the picture of the page."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as browser:
        size = {"width": WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(page.resolve().as_uri())
        browser.execute_script(MARK)
        spans = [(0, browser.execute_script(TOP)), tuple(browser.execute_script(PLOTS))]
        parts = [_clip(browser, top, bottom) for top, bottom in spans]
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)), "white")
    y = 0
    for part in parts:
        whole.paste(part, (0, y))
        y += part.height
    whole.save(picture, optimize=True)


def _clip(browser: webdriver.Chrome, top: float, bottom: float) -> Image.Image:
    clip = {"x": 0, "y": top, "width": WIDTH, "height": bottom - top, "scale": 1}
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    return Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: python {sys.argv[0]} REPORT.html PICTURE.png")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
