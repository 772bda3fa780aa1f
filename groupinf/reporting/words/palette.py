"""Looks without end, for cases beyond those whose look was chosen."""

from __future__ import annotations

import colorsys
import itertools
from collections.abc import Iterator

_GOLDEN = (5**0.5 - 1) / 2  # of the circle of hues from one colour to the next: none comes near one shortly before it
_START = 0.08  # the first hue
_LIGHTNESS, _SATURATION = 0.42, 0.65  # dark enough on white, light enough on a dark ground
_MARKERS = ("P", "v", "H", "X", "^", "p", "s", "d")


def computed_looks() -> Iterator[tuple[str, str]]:
    """Yield colours, each with a matplotlib marker; no two are the same.

    >>> list(itertools.islice(computed_looks(), 2))
    [('#b16825', 'P'), ('#4025b1', 'v')]
    """
    for i, marker in enumerate(itertools.cycle(_MARKERS)):
        red, green, blue = colorsys.hls_to_rgb((_START + i * _GOLDEN) % 1.0, _LIGHTNESS, _SATURATION)
        yield f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}", marker
