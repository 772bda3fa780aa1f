"""A single row as it stands in the page: an image, or its entries with what another row has there."""

from __future__ import annotations

import base64
import io
from typing import assert_never

from matplotlib.image import imsave

from groupinf.datasets.row_kinds.row_kind import Drawn, Entries, Entry, Picture
from groupinf.reporting.html.parts.markup import Html, element, joined
from groupinf.reporting.words.formats import shorten
from groupinf.reporting.words.style import LONGEST_NAME

# CSS pixels that the longer side of an image takes, in a table and by itself
SMALL, LARGE = 56, 132


def row_cell(drawn: Drawn | None, words: str, size: int = SMALL) -> Html:
    """The row; ``words`` tell which it is to those who do not see an image. Nothing of a row that was not kept."""
    if drawn is None:
        return joined([])
    match drawn:
        case Picture():
            return _image(drawn, words, size)
        case Entries():
            return element("ul", {"class": "entries"}, *map(_entry, drawn.shown))
        case _:
            assert_never(drawn)


def _image(picture: Picture, words: str, size: int) -> Html:
    """A PNG file in the page itself, as sharp as its pixels are."""
    buffer = io.BytesIO()
    imsave(buffer, picture.pixels, cmap="gray", vmin=0.0, vmax=1.0, format="png", metadata={"Software": None})  # type: ignore[dict-item]
    height, width = picture.pixels.shape[:2]
    scale = size / max(height, width)
    return element(
        "img",
        {
            "class": "pixels",
            "src": f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}",
            "alt": f"{words}: an image of {height} × {width} pixels",
            "width": f"{round(width * scale)}",
            "height": f"{round(height * scale)}",
        },
    )


def _entry(entry: Entry) -> Html:
    beside = [element("span", {"class": "beside"}, f" ({shorten(entry.beside, LONGEST_NAME)})")] if entry.beside else []
    name = element("span", {"class": "entry"}, shorten(entry.name, LONGEST_NAME))
    return element("li", {}, name, " ", shorten(entry.value, LONGEST_NAME), *beside)
