"""The section of whole studies in Markdown."""

from __future__ import annotations

from statistics import median
from typing import Any

from benchmarking.studies.asked import JOBS
from benchmarking.studies.whole import LOOP_IMPORTS
from benchmarking.words import duration, ratios, spread, times
from groupinf.reporting.words.markdown import padded_table

CLOCK, PROCESSOR = "clock", "processor"
OURS = "groupinf"

INCLUDED = f"""\
What one waits for who has a config: the command with {JOBS} processes, from its start to the page, beside a loop of \
refits in scikit-learn with `Parallel(n_jobs={JOBS})`, on the same groups. In every round the command and both loops \
take turns; a time is the median of the rounds and a ratio the median of those of each round, in brackets the smallest \
and the largest. Processor time is that of all processes together.

- **groupinf**: starting and importing, reading the data (from its cache), the fit, drawing the groups, influence, \
parameter influence, Newton's step and exact retraining with certificates, all effects, tables, figures and page; with \
the extra `fast` where the versions above name numba.
- **loop, as one writes it**: `LogisticRegression(C=1/λ)` with all defaults but `max_iter`, from zero, on the rows \
that stay, and what that does to the losses of the same test points and of the group. Counted are \
`{LOOP_IMPORTS}`, the fit on all rows and the start of the two workers. Reading data, drawing groups, predictions, \
tables, figures and what it takes to hand out tasks are not: what the loop lacks to be a study is to its advantage.
- **loop, with care**: the same with `warm_start=True` from the fit on all rows, tol 1e-8, and the fastest of \
scikit-learn's solvers on these data, which was tried on the group of median size.
- **refits**: how many groups were refitted in each round. Where that is fewer than there are, they were drawn at \
random anew in each, and their time was scaled up to all.
- **error of effects**: the largest over these refits, beside the actual effects of the run, which have certificates, \
relative to the largest of those on test points, or on the groups themselves.
"""

WHAT_WORK = """\
The same commands beside their work, predictions and retraining, on the clock: the stage `compute` of `timings.json`."""


def studies_section(measured: dict[str, dict[str, Any] | None]) -> list[str]:
    """Measured studies by name; one that could not be run is named."""
    run = {name: of for name, of in measured.items() if of is not None}
    parts = ["## Whole studies, beside a loop of refits", INCLUDED]
    if run:
        parts += [_verdict(run), _table(run), *_warnings(run), WHAT_WORK, _work(run)]
    if missing := [name for name in measured if name not in run]:
        parts += [f"Left out, as the data are not in the data home: {', '.join(missing)}."]
    return parts


def loop_totals(of: dict[str, Any], way: str, clock: str) -> list[float]:
    """Of each round the imports, the fit, the start of workers and all refits."""
    return [imports[clock] + turn[clock] for imports, turn in zip(of["imports"], of["ways"][way]["turns"], strict=True)]


def totals(of: dict[str, Any], clock: str) -> list[float]:
    """Of each round the whole command."""
    return [taken[clock] for taken in of["whole"]]


def _verdict(run: dict[str, dict[str, Any]]) -> str:
    """Which of the two is done first, for each way."""
    ways = next(iter(run.values()))["ways"]
    return "\n".join(f"- {_done_before(run, way)}" for way in ways)


def _done_before(run: dict[str, dict[str, Any]], way: str) -> str:
    ratio = {name: median(ratios(loop_totals(of, way, CLOCK), totals(of, CLOCK))) for name, of in run.items()}
    before = [f"{name} ({times(value)} times)" for name, value in ratio.items() if value > 1]
    after = [f"{name} (in {times(value)} of its time)" for name, value in ratio.items() if value <= 1]
    said = [f"takes longer than the whole study of {', '.join(before)}"] if before else []
    said += [f"is done before that of {', '.join(after)}"] if after else []
    return f"On the clock the loop {way} {', and '.join(said)}."


def _table(run: dict[str, dict[str, Any]]) -> str:
    head = (
        "study",
        "method",
        "refits",
        "on the clock",
        "processor time",
        "÷ groupinf, clock",
        "÷ groupinf, processor",
        "error of effects",
        "largest process",
    )
    return padded_table(head, [row for name, of in run.items() for row in _rows(name, of)])


def _rows(name: str, of: dict[str, Any]) -> list[list[str]]:
    memory = max(taken["memory"] for taken in of["whole"])
    clock, processor = totals(of, CLOCK), totals(of, PROCESSOR)
    ours = [
        f"{name}, {of['groups']:,} groups",
        OURS,
        f"{of['groups']:,}",
        spread(clock, duration),
        spread(processor, duration),
        "1",
        "1",
        "–",
        f"{memory / 1e9:.2f} GB",
    ]
    rows = [ours]
    for way, loop in of["ways"].items():
        on_clock, of_processor = loop_totals(of, way, CLOCK), loop_totals(of, way, PROCESSOR)
        rows.append(
            [
                name,
                f"loop, {way}: {loop['solver']}, tol {_power(loop['tolerance'])}",
                f"{loop['sample']:,}",
                spread(on_clock, duration),
                spread(of_processor, duration),
                spread(ratios(on_clock, clock), times),
                spread(ratios(of_processor, processor), times),
                f"{loop['error']:.0e}",
                "–",
            ]
        )
    return rows


def _power(tolerance: float) -> str:
    return f"{tolerance:.0e}".replace("e-0", "e-")


def _warnings(run: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"{name}, loop {way}: {loop['warned']} of {loop['fits']} refits ended with a warning of scikit-learn's."
        for name, of in run.items()
        for way, loop in of["ways"].items()
        if loop["warned"]
    ]


def _work(run: dict[str, dict[str, Any]]) -> str:
    rows = [
        [
            f"`{of['command']}`",
            spread(totals(of, CLOCK), duration),
            spread(of["compute"], duration),
            spread(ratios(totals(of, CLOCK), of["compute"]), times),
        ]
        for of in run.values()
    ]
    return padded_table(["command", "on the clock", "predictions and retraining", "÷"], rows)
