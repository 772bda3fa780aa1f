"""The section of how the cost of a retrain grows, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarking.words import ms
from groupinf.reporting.words.markdown import padded_table


def growth_section(growth: Iterable[dict[str, Any]]) -> list[str]:
    """A row for each problem."""
    head = ("varied", "value", "ms per retrain", "passes", "cost in gradient passes", "engine")
    rows = [
        [
            row["varied"],
            row["value"],
            ms(row["seconds"]),
            f"{row['passes']:.1f}",
            f"{row['cost']:.1f}",
            f"{row['way']}, {row['preconditioner']}",
        ]
        for row in growth
    ]
    base = (
        "One thing at a time is varied; the others are n = 8,000, d = 100, two classes, random groups of 5 % of the "
        "rows, 48 side by side, dense made data."
    )
    return ["## How the cost of a retrain grows", base, padded_table(head, rows)]
