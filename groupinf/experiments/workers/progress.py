"""How a run tells how far it is; what shows it lives with the commands."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the stages of a run as they happen."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage of ``total`` units of work (None: not countable)."""

    def advance(self, units: int) -> None:
        """``units`` more of the current stage are done."""

    def note(self, text: str) -> None:
        """Something that the user should read (a skipped size, a resumed run)."""


class Silent:
    """Shows nothing."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Ignore."""

    def advance(self, units: int) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Ignore."""
