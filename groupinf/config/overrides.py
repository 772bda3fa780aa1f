"""``--set KEY=VALUE``: one key of a configuration replaced or added from the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from groupinf.config.reader import Key, UnreadableError, parse_yaml
from groupinf.config.words import found
from groupinf.errors import ConfigError


@dataclass(frozen=True)
class Override:
    """One override: its path as written (a list index is still text), its value, and the whole text.

    ``option`` is what was written where another option of a command stands for the key, such as ``--rows 3,17``.
    """

    parts: tuple[str, ...]
    value: Any
    text: str
    option: str = ""

    @property
    def place(self) -> str:
        """How messages name it."""
        return self.option or f"--set {self.text}"


def parse_override(text: str | Override) -> Override:
    """Read ``a.b.0.c=VALUE``; VALUE is YAML. Raises ConfigError where it is not of that form.

    An override that has been read is itself.
    """
    if isinstance(text, Override):
        return text
    name, equals, value = text.partition("=")
    parts = tuple(name.strip().split("."))
    if not equals or not all(parts):
        raise ConfigError(f"--set {text}: expected KEY=VALUE, such as groups.sizes.num=10")
    try:
        document = parse_yaml(value)
    except UnreadableError as e:
        raise ConfigError(f"--set {text}: {e}") from e
    if document.problems:
        raise ConfigError(f"--set {text}: the key {document.problems[0].key[-1]} is repeated; keep one of them")
    return Override(parts, document.value, text)


def apply_override(data: Any, override: Override) -> tuple[Any, Key, Key]:
    """A copy of ``data`` with one key replaced or created.

    Returns the copy, the key path that was set, and the shortest path that is new with it.
    Raises ConfigError where the path leads through a value without keys or past the end of a list.
    """
    value, key, existing = _with(data, override.parts, override, ())
    return value, key, key[: min(existing + 1, len(key))]


def _with(node: Any, parts: Sequence[str], override: Override, done: Key) -> tuple[Any, Key, int]:
    if not parts:
        return override.value, done, len(done)
    step = _step(node, parts[0], override, done)
    here = (*done, step)
    if isinstance(node, list):
        assert isinstance(step, int)
        child, key, existing = _with(node[step], parts[1:], override, here)
        return [*node[:step], child, *node[step + 1 :]], key, existing
    known = node or {}
    child, key, existing = _with(known.get(step), parts[1:], override, here)
    return {**known, step: child}, key, existing if step in known else len(done)


def _step(node: Any, part: str, override: Override, done: Key) -> str | int:
    if node is None or isinstance(node, dict):
        return part
    where = ".".join(map(str, done)) or "the configuration"
    if not isinstance(node, list):
        raise ConfigError(f"{override.place}: {where} is {found(node)}, which has no key {part}")
    if not re.fullmatch("[0-9]{1,9}", part) or int(part) >= len(node):
        expected = f"a number from 0 to {len(node) - 1}" if node else f"{where}=[..], for the list is empty"
        more = f"; {where}=[..] replaces the list, by a longer one too" if node else ""
        raise ConfigError(f"{override.place}: {where} is a list; expected {expected}, found {part}{more}")
    return int(part)
