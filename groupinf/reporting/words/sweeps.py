"""What sweeps of all kinds of study say in the same words."""

from __future__ import annotations

from typing import Any

from groupinf.experiments.sweep.result import Sweep
from groupinf.reporting.words.formats import one_line
from groupinf.wording import number


def sweep_title(sweep: Sweep[Any, Any]) -> str:
    """The heading of the table and of the page."""
    return f"{one_line(sweep.manifest.name)} over {sweep.manifest.parameter}"


def failure_lines(sweep: Sweep[Any, Any]) -> list[str]:
    """The values without a result, and why."""
    return [
        f"{sweep.manifest.parameter} = {number(failure.value)} has no result: {one_line(failure.reason)}"
        for failure in sweep.manifest.failures
    ]


def run_links(sweep: Sweep[Any, Any], up: str) -> list[str]:
    """The folders of the runs as a list in Markdown, from a file that stands ``up`` of the sweep's folder."""
    about = sweep.manifest
    return [f"- {about.parameter} = {number(of.value)}: [{of.run}]({up}{of.run}/)" for of in about.finished]
