"""Scripts and styles of the page, each read from its file."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from importlib.resources import files

from groupinf.reporting.words.entries import Look
from groupinf.reporting.words.style import on_dark


def asset(name: str) -> str:
    """A file of the folder assets."""
    return (files("groupinf.reporting.html") / "assets" / name).read_text(encoding="utf-8")


def plotly_is_installed() -> bool:
    """Whether the extra ``html`` is there."""
    return importlib.util.find_spec("plotly") is not None


def plotly_script() -> str:
    """plotly.js as the plotly package brings it."""
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    return script


def colours(looks: Iterable[Look]) -> str:
    """The rules that give each look its colour, on a light and on a dark ground."""
    once = list(dict.fromkeys(looks))
    light = "".join(f".{look.css}{{--ink:{look.style.colour}}}" for look in once)
    dark = "".join(f".{look.css}{{--ink:{on_dark(look.style.colour)}}}" for look in once)
    return f"{light}\n@media screen and (prefers-color-scheme: dark){{{dark}}}\n"
