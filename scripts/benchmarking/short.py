"""What the page says in short: a row for each data set, of retraining and of whole studies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarking.retraining.page import labelled, of_the_fastest, of_the_peer
from benchmarking.studies.page import CLOCK, loop_totals, totals
from benchmarking.words import duration, ms, ratios, spread, times
from groupinf.reporting.words.markdown import padded_table

NOT_MEASURED = "–"
WORDS = """\
How long each takes, and how many times as long what one would use instead, as a median of rounds in which all take \
turns, in brackets the smallest and the largest. Of whole studies that is time on the clock with two processes, of \
retraining processor time of one thread for one group; what each counts, and how exact it is, stands below.
"""
HEAD = (
    "data",
    "whole study",
    "÷: a loop as one writes it",
    "÷: a loop with care",
    "retraining a group exactly",
    "÷: the fastest of scikit-learn at tol 1e-8",
    "÷: lbfgs at tol 1e-8",
)


def short_section(measured: Mapping[str, Any]) -> list[str]:
    """Empty where neither whole studies nor retraining were measured."""
    studies = {name: of for name, of in measured.get("studies", {}).items() if of is not None}
    retraining: dict[str, dict[str, Any]] = measured.get("retraining", {})
    rows = []
    for name in dict.fromkeys([*studies, *retraining]):
        whole = _of_study(studies[name]) if name in studies else [NOT_MEASURED] * 3
        kinds = _of_retraining(name, retraining[name]) if name in retraining else {name: [NOT_MEASURED] * 3}
        rows += [[label, *whole, *cells] for label, cells in kinds.items()]
    return ["## In short", WORDS, padded_table(HEAD, rows)] if rows else []


def _of_study(of: dict[str, Any]) -> list[str]:
    ours = totals(of, CLOCK)
    return [spread(ours, duration), *(spread(ratios(loop_totals(of, way, CLOCK), ours), times) for way in of["ways"])]


def _of_retraining(name: str, results: dict[str, Any]) -> dict[str, list[str]]:
    """A row without the extra, and where it was measured one with it."""
    return {
        label: [f"{ms(ours['mean'])} ms", of_the_fastest(results, ours), of_the_peer(results, "lbfgs, tol 1e-8", ours)]
        for label, ours in labelled(name, results).items()
    }
