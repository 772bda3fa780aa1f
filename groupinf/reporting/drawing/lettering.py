"""Text in figures as the renderer will set it: its characters, its width, and what of it fits on a line."""

from __future__ import annotations

from functools import cache, lru_cache

from matplotlib import rcParams
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont, get_font

from groupinf.reporting.words.formats import shorten

FONT = "DejaVu Sans"
DOTS_PER_INCH = 160
# how many lines are remembered with their widths: of a report all, in all its figures
_MOST_MEASURED = 10_000


def drawable(text: str) -> str:
    """The text with a box for every character that the figures' font lacks.

    >>> drawable("θ, 病")
    'θ, □'
    """
    font = get_font(findfont(FONT))
    return "".join(c if font.get_char_index(ord(c)) else "□" for c in text)


def width_of(text: str, size: float) -> float:
    """Width in inches of one line set in FONT at ``size`` points, with matplotlib's current text settings."""
    return _measured(text, size, rcParams["text.hinting"], rcParams["text.hinting_factor"])


def wrap_to(text: str, size: float, width: float) -> list[str]:
    """Lines of at most ``width`` inches, broken between words, or inside a word that is wider than a line."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines += _pieces(word, size, width)
    return [line for line in lines if line]


def shorten_to(text: str, size: float, width: float) -> str:
    """One line of at most ``width`` inches, its middle left out where it is wider."""
    line = shorten(text, len(text) + 1)
    while len(line) > 1 and width_of(line, size) > width:
        line = shorten(text, len(line) - 1)
    return line


def _pieces(word: str, size: float, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and width_of(pieces[-1] + character, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


@lru_cache(_MOST_MEASURED)
def _measured(text: str, size: float, *settings: object) -> float:
    font = FontProperties(family=FONT, size=size)
    width, _, _ = _renderer().get_text_width_height_descent(text, font, False)  # type: ignore[no-untyped-call]
    return float(width) / DOTS_PER_INCH


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, DOTS_PER_INCH)  # type: ignore[no-untyped-call]
