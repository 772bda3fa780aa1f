"""The page of how whole studies grow, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarking.growing.study import FEW, STAGES, TEST_ROWS, Measured, StudyShape, exponent, varied
from benchmarking.words import machine_words
from groupinf.reporting.words.markdown import padded_table

# what two runs of one command may differ by
SECONDS, BYTES = 0.5, 5e6

INCLUDED = f"""\
Whole studies on made data: normal features in a mapped `.npy` file, random groups of 0.5 % to 10 % of the rows, small \
ones of {FEW} rows from a file, {TEST_ROWS:,} test rows, three test points, influence, parameter influence and Newton \
beside exact retraining. Each runs as three commands: `prepare`, `experiment --shard 1/1` (retrain) and `collect`, \
which also writes the report.

- **s**: seconds of the processor, of all processes of a command. **clock**: seconds on the wall of all three.
- **MB**: the most that one process of the command held of its own at a time: without the file that features are \
mapped from and the one with a column of ones beside them, whose pages all processes share and which give way to \
other needs.
- **exponent**: b of a·xᵇ, fitted to a line of doublings by least squares of logarithms, of what is beyond the \
smallest study (the first row below), which is mostly Python importing its libraries; none where that is less than \
{SECONDS} s or {BYTES / 1e6:.0f} MB for some study of the line.
"""


def growth_page(
    machine: Mapping[str, Any],
    jobs: int,
    least: Measured,
    lines: Mapping[str, Sequence[Measured]],
    large: Sequence[Measured],
) -> str:
    """The whole page; ``lines`` maps what is doubled to the studies along it."""
    told = f"{machine_words(dict(machine))} Commands ran with `--jobs {jobs}`."
    parts = ["# How whole studies grow", told, INCLUDED, "## Exponents", _exponents(least, lines)]
    rows = [_row("smallest", least), *(_row(line, study) for line, studies in lines.items() for study in studies)]
    parts += ["## Studies", padded_table(HEADER, rows)]
    if large:
        parts += ["## Large studies", padded_table([*HEADER[1:], "map MB"], [_large(study) for study in large])]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


HEADER = [
    "doubled",
    "n",
    "d",
    "K",
    "groups",
    *(f"{stage} {what}" for stage in STAGES for what in ("s", "MB")),
    "clock s",
]


def _row(line: str, study: Measured) -> list[str]:
    shape = study.shape
    stages = [text for stage in study.stages for text in (f"{stage.cpu:.1f}", _mb(stage.own))]
    return [line, *_sizes(shape), *stages, f"{study.wall:.0f}"]


def _large(study: Measured) -> list[str]:
    return [*_row("", study)[1:], _mb(study.shape.map_bytes)]


def _sizes(shape: StudyShape) -> list[str]:
    return [f"{value:,}" for value in (shape.n, shape.d, shape.classes, shape.groups)]


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f}"


def _exponents(least: Measured, lines: Mapping[str, Sequence[Measured]]) -> str:
    rows = []
    for line, studies in lines.items():
        sizes = [varied(line, study.shape) for study in studies]
        row = [line, f"{min(sizes):,} to {max(sizes):,}"]
        for place, _ in enumerate(STAGES):
            beyond = least.stages[place]
            row.append(_exponent(sizes, [study.stages[place].cpu - beyond.cpu for study in studies], SECONDS))
            row.append(_exponent(sizes, [float(study.stages[place].own - beyond.own) for study in studies], BYTES))
        rows.append(row)
    header = ["doubled", "from", *(f"{stage} {what}" for stage in STAGES for what in ("s", "MB"))]
    return padded_table(header, rows)


def _exponent(sizes: Sequence[int], values: Sequence[float], least: float) -> str:
    found = exponent(sizes, values, least)
    return "–" if found is None else f"{found:z.2f}".replace("-", "−")
