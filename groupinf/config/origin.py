"""Where the keys of a configuration come from, and how messages say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groupinf.config.named_file import absolute
from groupinf.config.overrides import Override
from groupinf.config.reader import Key, Problem


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The place of every key.

    ``source`` is the file as the user named it, or "config" for a mapping. ``lines`` maps key paths to lines
    (from 1) and is empty for a mapping; ``overridden`` maps key paths to the override that set them.
    Relative paths in the configuration start from ``base``.
    """

    source: str
    lines: Mapping[Key, int]
    base: Path
    overridden: Mapping[Key, Override] = field(default_factory=dict)

    def place(self, key: Key) -> str:
        """``--set KEY=VALUE`` or ``FILE, line N`` of the key, or of the nearest section around it that has one."""
        for end in range(len(key), -1, -1):
            if key[:end] in self.overridden:
                return self.overridden[key[:end]].place
            if key[:end] in self.lines:
                return f"{self.source}, line {self.lines[key[:end]]}"
        return self.source

    def inside(self, section: Key) -> list[Override]:
        """The overrides of keys inside a section."""
        return [o for k, o in self.overridden.items() if k[: len(section)] == section and k != section]

    def message(self, problem: Problem) -> str:
        """``PLACE: key: message``."""
        place = self.place(problem.key) if problem.line is None else f"{self.source}, line {problem.line}"
        return ": ".join(part for part in (place, ".".join(map(str, problem.key)), problem.message) if part)

    def line(self, problem: Problem) -> int:
        """The line that a problem stands on or under; 0 where there is none."""
        if problem.line is not None:
            return problem.line
        ends = range(len(problem.key), -1, -1)
        return next((self.lines[problem.key[:end]] for end in ends if problem.key[:end] in self.lines), 0)

    def path(self, name: str) -> Path:
        """A path that the configuration names: ``~`` expanded, relative to ``base``."""
        return absolute(name, self.base)
