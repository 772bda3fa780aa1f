"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.reporting.words.formats import markdown


def table_lines(lines: Sequence[Sequence[str]]) -> str:
    """Rows of cells as they are, the second of which is the rule below the head."""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped_table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    """A table whose cells are shown as they are, the first ``left`` columns of text, then of numbers."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return table_lines([head, rule, *([markdown(cell) for cell in row] for row in rows)])


def bulleted(lines: Sequence[str]) -> str:
    """A list of lines, which are shown as they are."""
    return "\n".join(f"- {markdown(line)}" for line in lines)


def notes_parts(notes: Sequence[str]) -> list[str]:
    """The section of notes, where there are any."""
    return ["## Notes", bulleted(notes)] if notes else []


def picture(words: str, name: str) -> str:
    """A figure of a report by its name, with its file of vectors."""
    return f"![{words}](figures/{name}.png)\n\nAs vectors: [SVG](figures/{name}.svg)"


def padded_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, padded so that it reads well on a terminal too."""
    widths = [max(len(row[j]) for row in (head, *rows)) for j in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return table_lines([[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines])
