"""Progress of a run on standard error: bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress

from groupinf.experiments.workers.progress import Progress, Silent

SECONDS_BETWEEN_LINES = 30.0


@contextmanager
def shown(*, quiet: bool, verbose: bool, stream: TextIO | None = None) -> Iterator[Progress]:
    """Show progress on ``stream`` (standard error by default) as long as the context lasts."""
    stream = stream or sys.stderr
    if quiet:
        yield Silent()
    elif stream.isatty():
        with RichProgress(*_columns(verbose), console=Console(file=stream)) as rich:
            bars = Bars(rich)
            yield bars
            bars.end()
    else:
        lines = Lines(stream, time.monotonic, verbose)
        yield lines
        lines.end()


class Bars:
    """A bar for each stage with the time left; finished stages stay on the screen."""

    def __init__(self, rich: RichProgress) -> None:
        self._rich = rich
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None = None) -> None:
        """Fill the bar of the stage before and begin one."""
        self.end()
        self._task = self._rich.add_task(name, total=total)

    def advance(self, units: int) -> None:
        """Move the current bar on."""
        if self._task is not None:
            self._rich.advance(self._task, units)

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._rich.console.print(text, markup=False, highlight=False)

    def end(self) -> None:
        """Fill the bar of the current stage."""
        if self._task is None:
            return
        task = next(t for t in self._rich.tasks if t.id == self._task)
        total = task.total or 1
        self._rich.update(self._task, total=total, completed=total)


def _columns(verbose: bool) -> list[ProgressColumn]:
    columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()]
    return [*columns, *([TimeElapsedColumn()] if verbose else []), TimeRemainingColumn()]


class Lines:
    """A line when a stage begins and ends, and at most every half minute in between."""

    def __init__(self, stream: TextIO, clock: Callable[[], float], verbose: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._verbose = verbose
        self._name = ""
        self._total: int | None = None
        self._done = 0
        self._began = self._said = clock()

    def stage(self, name: str, total: int | None = None) -> None:
        """End the stage before and begin one."""
        self.end()
        self._name, self._total, self._done = name, total, 0
        self._began = self._clock()
        self._say(f"{name} ..." if total is None else f"{name}: {total:,} to do")

    def advance(self, units: int) -> None:
        """Count, and say so if the last line is long ago."""
        self._done += units
        now = self._clock()
        if now - self._said >= SECONDS_BETWEEN_LINES:
            self._say(f"{self._name}: {self._done:,}{self._of_total(now)}")

    def note(self, text: str) -> None:
        """Print the text."""
        self._say(text)

    def end(self) -> None:
        """Say that the current stage is done."""
        if self._name:
            took = f" in {self._clock() - self._began:.1f} s" if self._verbose else ""
            self._say(f"{self._name}: done{took}")
        self._name = ""

    def _of_total(self, now: float) -> str:
        if not self._total or not self._done:
            return ""
        left = (now - self._began) * (self._total - self._done) / self._done
        return f" of {self._total:,}, about {left:,.0f} s left"

    def _say(self, text: str) -> None:
        self._said = self._clock()
        print(text, file=self._stream, flush=True)
