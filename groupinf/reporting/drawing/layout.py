"""Where the panels, labels and legend of a scatter figure go: arithmetic in inches, no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_COLUMNS = 6
# inches, chosen by eye so that titles and labels of neighbours do not touch
_PANEL, _LARGE_PANEL, _GAP = 1.5, 2.4, 0.54
_LEFT, _RIGHT, _TOP = 0.85, 0.2, 0.72
_HEADING, _TITLE, _BELOW, _ROW_GAP = 0.2, 0.55, 0.68, 0.1
_LABEL_BELOW = 0.43
_LEGEND_WIDTH, _LEGEND_GAP, _LEGEND_ENTRY = 2.9, 0.3, 0.205
_FOOT_LINE, _FOOT_MARGIN = 0.165, 0.12

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Row:
    """Panels side by side, by number, and the evaluation that heads them (empty: none does)."""

    panels: tuple[int, ...]
    heading: str


@dataclass(frozen=True)
class Layout:
    """Size of a figure in inches, and places in it as fractions of that size from its lower left corner.

    ``panels`` are (left, bottom, width, height), in the order of ``rows``; ``legend`` is its upper left corner.
    ``title`` is the height of the two lines above a panel, ``label`` how far below it the row's x label begins,
    ``foot`` the height at which the closing lines end. In ``one_row`` each panel heads and labels itself.
    """

    width: float
    height: float
    one_row: bool
    rows: tuple[Row, ...]
    panels: tuple[Box, ...]
    legend: tuple[float, float]
    title: float
    label: float
    foot: float


def arrange(evaluations: Sequence[str], legend_entries: int, foot_lines: int, tick_room: float = 0.0) -> Layout:
    """Place one panel for each entry of ``evaluations``, which names the panel's evaluation; equal ones adjoin.

    One row of large panels where no evaluation has two; else a row (or several of MOST_COLUMNS) per evaluation.
    The legend takes the free places of the last row if there are two, else a column on the right.
    ``tick_room`` is what the labels at the y axes need in inches, beyond what they have.
    """
    one_row = len(set(evaluations)) == len(evaluations)
    rows = (Row(tuple(range(len(evaluations))), ""),) if one_row else _rows(evaluations)
    panel = _LARGE_PANEL if one_row else _PANEL
    columns = max(len(row.panels) for row in rows)
    last = len(rows[-1].panels)
    lefts = [_LEFT + tick_room + i * (panel + _GAP + tick_room) for i in range(columns)]
    right = lefts[-1] + panel

    panel_tops, bottom = [], _TOP
    for row in rows:
        panel_tops.append(bottom + bool(row.heading) * _HEADING + _TITLE)
        bottom = panel_tops[-1] + panel + _BELOW + _ROW_GAP
    if columns - last >= 2:
        width, legend_left, legend_top = right + _RIGHT, lefts[last], panel_tops[-1]
    else:
        width, legend_left, legend_top = right + _LEGEND_GAP + _LEGEND_WIDTH, right + _LEGEND_GAP, panel_tops[0]
    bottom = max(bottom, legend_top + _LEGEND_ENTRY * (legend_entries + 1))
    foot = _FOOT_LINE * foot_lines + _FOOT_MARGIN
    height = bottom + foot
    places = [(left, top) for row, top in zip(rows, panel_tops, strict=True) for left in lefts[: len(row.panels)]]
    return Layout(
        width=width,
        height=height,
        one_row=one_row,
        rows=rows,
        panels=tuple((x / width, 1 - (y + panel) / height, panel / width, panel / height) for x, y in places),
        legend=(legend_left / width, 1 - legend_top / height),
        title=_TITLE / height,
        label=_LABEL_BELOW / height,
        foot=foot / height,
    )


def _rows(evaluations: Sequence[str]) -> tuple[Row, ...]:
    rows = []
    for evaluation in dict.fromkeys(evaluations):
        of_it = [i for i, name in enumerate(evaluations) if name == evaluation]
        for start in range(0, len(of_it), MOST_COLUMNS):
            rows.append(Row(tuple(of_it[start : start + MOST_COLUMNS]), evaluation if start == 0 else ""))
    return tuple(rows)
