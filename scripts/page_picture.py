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

WIDTH = 1280
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
)
CARD = 175  # pixels below the plots, for what is said of the group that is marked
# The first screen: what was run, the answers, and the plots, in which the group farthest off is marked.
BELOW = "return document.querySelector('#groups .grid').getBoundingClientRect().bottom"
MARK = "markFromButton(document.querySelector('#far .marks-group')); drawAll();"


def main(page: Path, picture: Path) -> None:
    """Write the picture of the page."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as browser:
        resize(browser, 900)
        browser.get(page.resolve().as_uri())
        resize(browser, round(browser.execute_script(BELOW)) + CARD)
        browser.execute_script(MARK)
        taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB").save(picture, optimize=True)


def resize(browser: webdriver.Chrome, height: int) -> None:
    """Show pages in a window so high."""
    size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: python {sys.argv[0]} REPORT.html PICTURE.png")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
