"""The section of what is around the retraining, in Markdown."""

from __future__ import annotations

from typing import Any

from benchmarking.commands.around import REPEATS
from benchmarking.words import ms, ratios, spread, times
from groupinf.reporting.words.markdown import padded_table

INCLUDED = f"""\
Commands beside Python that does nothing but import what they need at least, the two in turns. Times are milliseconds, \
those of the processor are summed over all processes; of a short command the middle one of {REPEATS} runs in each \
round. A ratio is the median of those of each round, in brackets the smallest and the largest.
"""


def around_section(measured: list[dict[str, Any]]) -> list[str]:
    """Measured commands in their order."""
    head = ("command", "÷ importing", "processor, ms", "÷ imports", "on the clock, ms", "÷ imports")
    rows = [
        [
            of["words"],
            f"`{of['imports'].removeprefix('import ')}`",
            *(cell for clock in ("processor", "clock") for cell in _cells(of, clock)),
        ]
        for of in measured
    ]
    return ["## What is around the retraining", INCLUDED, padded_table(head, rows)]


def _cells(of: dict[str, Any], clock: str) -> tuple[str, str]:
    taken, beside = ([run[clock] for run in of[key]] for key in ("taken", "beside"))
    return spread(taken, ms), spread(ratios(taken, beside), times)
