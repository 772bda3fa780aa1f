"""Tables for people: headers with a scope, a caption, and buttons that sort."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.reporting.html.parts.markup import Content, Html, element


@dataclass(frozen=True)
class Column:
    """The heading of a column, and what it holds: names, longer ``words``, numbers, or drawings, which are wide."""

    heading: str
    numeric: bool = False
    wide: bool = False
    words: bool = False


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and the number by which its column sorts (none: by its text; NaN: always last)."""

    content: Content
    order: float | None = None


Row = Sequence[Cell]


def table(caption: str, columns: Sequence[Column], rows: Sequence[Row], row_class: str = "") -> Html:
    """A table whose columns a reader may sort; the first cell of each row is its header."""
    headings = []
    for column in columns:
        sign = element("span", {"class": "order", "aria-hidden": "true"})
        button = element("button", {"type": "button"}, column.heading, sign)
        headings.append(element("th", {"scope": "col", "class": _class(column)}, button))
    body = []
    for row in rows:
        cells = [_cell(cell, column, first=i == 0) for i, (cell, column) in enumerate(zip(row, columns, strict=True))]
        body.append(element("tr", {"class": row_class} if row_class else {}, *cells))
    whole = element(
        "table",
        {},
        element("caption", {}, element("span", {}, caption)),
        element("thead", {}, element("tr", {}, *headings)),
        element("tbody", {}, *body),
    )
    return element("div", {"class": "scroll", "role": "region", "aria-label": caption, "tabindex": "0"}, whole)


def _cell(cell: Cell, column: Column, first: bool) -> Html:
    attributes = {"scope": "row"} if first else {}
    kind = _class(column)
    if kind:
        attributes["class"] = kind
    if cell.order is not None:
        attributes["data-order"] = f"{cell.order:.6g}" if math.isfinite(cell.order) else ""
    return element("th" if first else "td", attributes, cell.content)


def _class(column: Column) -> str:
    return "number" if column.numeric else "wide" if column.wide else "words" if column.words else ""
