"""How far a download is, on standard error: a bar on a terminal, notes alone elsewhere."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from groupinf.datasets.files.download import Transfer


def shown_transfer(stream: TextIO) -> Transfer:
    """Return what shows transfers on this stream."""
    return Bar(stream) if stream.isatty() else Notes(stream)


class Notes:
    """Prints notes and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self, name: str, total: int | None) -> None:
        """Ignore."""

    def advance(self, size: int) -> None:
        """Ignore."""

    def end(self) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Print the text."""
        print(text, file=self._stream, flush=True)


class Bar(Notes):
    """A bar with size, speed and time left for as long as a file comes in; it vanishes at the end."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def begin(self, name: str, total: int | None) -> None:
        """Show an empty bar."""
        self.end()
        text = TextColumn("{task.description}", markup=False)
        columns = (text, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        # Outcomes go to standard output, which may be a file: rich is not to send them where the bar is.
        console = Console(file=self._stream)
        self._progress = Progress(
            *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._task = self._progress.add_task(name, total=total)
        self._progress.start()

    def advance(self, size: int) -> None:
        """Move the bar on."""
        if self._progress is not None:
            self._progress.advance(self._task, size)

    def end(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
        self._progress = None
