"""HTML whose text is escaped where it is put in: only what :func:`element` built counts as markup."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupinf.reporting.drawing.lettering import DOTS_PER_INCH
from groupinf.reporting.words.formats import visible

# where a PNG file says how many pixels wide it is
_WIDTH_IN_PNG = slice(16, 20)
_CSS_PER_INCH = 96
_VOID = {"img", "input", "meta", "source"}
# what page.css calls narrow, without the margins of paper
NARROW = "screen and (max-width: 40rem)"


@dataclass(frozen=True)
class Html:
    """Markup that is safe to put into a page as it is."""

    text: str


Content = Html | str


def escaped(content: Content) -> str:
    """Markup as it is, any other text escaped, without control and invisible characters.

    >>> escaped("<script>alert(1)</script>")
    '&lt;script&gt;alert(1)&lt;/script&gt;'
    """
    return content.text if isinstance(content, Html) else html.escape(visible(content))


def element(name: str, attributes: Mapping[str, str], *children: Content) -> Html:
    """An element; attribute values and children that are plain text are escaped.

    >>> element("a", {"title": '"x"'}, "1 < 2").text
    '<a title="&quot;x&quot;">1 &lt; 2</a>'
    """
    listed = "".join(f' {key}="{html.escape(visible(value))}"' for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{listed}>")
    return Html(f"<{name}{listed}>{''.join(map(escaped, children))}</{name}>")


def joined(parts: Sequence[Content]) -> Html:
    """The parts one after another."""
    return Html("".join(map(escaped, parts)))


def paragraphs(lines: Sequence[str]) -> list[Html]:
    """A paragraph of each."""
    return [element("p", {}, line) for line in lines]


def answers(lines: Sequence[str]) -> Html:
    """Sentences that answer a question, below one another."""
    return element("ul", {"class": "answers"}, *(element("li", {}, line) for line in lines))


def leading(lines: Sequence[str]) -> Html:
    """The same, of which the first is the answer and the others add to it."""
    return element("ul", {"class": "answers leading"}, *(element("li", {}, line) for line in lines))


def folded(summary: str, content: Content) -> Html:
    """Content that a reader unfolds; paper has it unfolded."""
    return element("details", {}, element("summary", {}, summary), content)


def png_figure(content: bytes, words: str, caption: str = "", narrow: bytes | None = None) -> Html:
    """A PNG file that stands in the page itself, as large as its text is readable; ``words`` tell what it shows.

    Narrow screens show the ``narrow`` one in its place, where there is one.
    """
    width, source = _sized(content)
    image = element("img", {"src": source, "alt": words, "width": f"{width}"})
    if narrow is not None:
        width, source = _sized(narrow)
        other = {"media": NARROW, "srcset": source, "width": f"{width}"}
        image = element("picture", {}, element("source", other), image)
    told = [element("figcaption", {}, caption)] if caption else []
    return element("figure", {"class": "static"}, *told, image)


def _sized(content: bytes) -> tuple[int, str]:
    """How many CSS pixels wide a PNG file is, and its address."""
    pixels = int.from_bytes(content[_WIDTH_IN_PNG])
    return round(pixels * _CSS_PER_INCH / DOTS_PER_INCH), f"data:image/png;base64,{base64.b64encode(content).decode()}"


def json_element(identifier: str, value: Any) -> Html:
    """The value for scripts to read; no text in it can end the element it stands in.

    >>> json_element("x", "</script>").text
    '<script type="application/json" id="x">"\\\\u003c/script>"</script>'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return Html(f'<script type="application/json" id="{html.escape(identifier)}">{text}</script>')
