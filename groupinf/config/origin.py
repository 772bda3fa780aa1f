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
            override = self.overridden.get(key[:end])
            # an option that stands for one key is not to blame for the section that came with it
            if override is not None and not (override.option and end < len(override.parts)):
                return override.place
            if key[:end] in self.lines:
                return f"{self.source}, line {self.lines[key[:end]]}"
        return self.source

    def inside(self, section: Key) -> list[Override]:
        """The overrides of keys inside a section."""
        return [o for k, o in self.overridden.items() if k[: len(section)] == section and k != section]

    def message(self, problem: Problem) -> str:
        """``PLACE: key: message``; without the key where an option of a command stands for it, as nobody wrote it."""
        place = self.place(problem.key) if problem.line is None else f"{self.source}, line {problem.line}"
        options = {override.option for override in self.overridden.values()} - {""}
        key = "" if place in options else ".".join(map(str, problem.key))
        return ": ".join(part for part in (place, key, problem.message) if part)

    def line(self, problem: Problem) -> int:
        """The line that a problem stands on or under; 0 where there is none."""
        if problem.line is not None:
            return problem.line
        ends = range(len(problem.key), -1, -1)
        return next((self.lines[problem.key[:end]] for end in ends if problem.key[:end] in self.lines), 0)

    def path(self, name: str) -> Path:
        """A path that the configuration names: ``~`` expanded, relative to ``base``."""
        return absolute(name, self.base)
