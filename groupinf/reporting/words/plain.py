"""Plain text for a terminal: columns that align, and sentences that wrap."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence


def aligned(lines: Sequence[Sequence[str]], left: int) -> list[str]:
    """Columns two spaces apart, the first ``left`` of them aligned left and the others right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]


def wrapped(lines: Sequence[str], width: int) -> str:
    """The lines but empty ones, each wrapped to at most ``width`` characters; what goes on is indented."""
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False) for line in lines if line
    )
