"""Several runs side by side as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from groupinf.analysis.extent import extents
from groupinf.experiments.result import Run
from groupinf.reporting.formats import coefficient, extent, percent, ratio
from groupinf.reporting.html.entries import labels
from groupinf.reporting.style import evaluation_name, method_name
from groupinf.reporting.summary import SLOPE_WORDS, convention_line, data_line
from groupinf.reporting.terminal import aligned

_HEADERS = ("run", "prediction", "ρ", "slope", "under", "test points")


def comparison_text(runs: Sequence[Run], width: int) -> str:
    """What each run is, and per evaluation how far ρ, slope and the share underestimated reach over test points.

    No colours and no control codes; sentences are wrapped to ``width``.
    """
    names = labels(runs)
    about = [_wrapped(f"{name}: {data_line(run)}", width) for name, run in zip(names, runs, strict=True)]
    found = [
        (name, row) for name, run in zip(names, runs, strict=True) for row in extents(run.spearman).to_dict("records")
    ]
    tables = []
    for evaluation in dict.fromkeys(row["evaluation"] for _, row in found):
        lines: list[tuple[str, ...]] = [_HEADERS]
        before = ""
        for name, row in found:
            if row["evaluation"] == evaluation:
                lines.append(("" if name == before else name, *_cells(row)))
                before = name
        tables.append("\n".join([evaluation_name(evaluation), *aligned(lines, left=2)]))
    conventions = dict.fromkeys(convention_line(run) for run in runs)
    words = ["All groups; from the lowest to the highest test point.", SLOPE_WORDS, *conventions]
    return "\n\n".join(["\n".join(about), *tables, "\n".join(_wrapped(line, width) for line in words)]) + "\n"


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return (
        method_name(str(row["method"])),
        extent(row["spearman_least"], row["spearman_most"], coefficient),
        extent(row["slope_least"], row["slope_most"], ratio),
        extent(row["underestimated_least"], row["underestimated_most"], percent),
        "–" if row["evaluation"] == "self_loss" else f"{row['test_points']:,}",
    )


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, subsequent_indent="  ", break_on_hyphens=False)
