"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table_lines(lines: Sequence[Sequence[str]]) -> str:
    """Rows of cells as they are, the second of which is the rule below the head."""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def padded_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, padded so that it reads well on a terminal too."""
    widths = [max(len(row[j]) for row in (head, *rows)) for j in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return table_lines([[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines])
