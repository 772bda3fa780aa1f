"""Values and names as messages about a configuration show them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from groupinf.wording import did_you_mean

# characters of a value that are shown
LONGEST = 60


def found(value: Any) -> str:
    """A value as messages show it.

    >>> found("a"), found({"b": 1}), found(True), found(None)
    ('the text "a"', 'the key b', 'true', 'nothing')
    """
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {_short(json.dumps(value, ensure_ascii=False))}"
    if isinstance(value, dict):
        keys = _short(", ".join(map(str, value)))
        return f"the {'key' if len(value) == 1 else 'keys'} {keys}" if value else "no keys"
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return _short(repr(value))
    except ValueError:  # an integer too long to be written in decimal
        return "a number of thousands of digits"


def in_quotes(value: Any) -> str:
    """What makes a text of a value that YAML reads otherwise; empty for one that no quotes go around.

    >>> in_quotes(1.5), in_quotes([1])
    ('; in quotes it is text', '')
    """
    return "; in quotes it is text" if isinstance(value, int | float) else ""


def unknown_name(what: str, name: object, valid: Iterable[str]) -> str:
    """``name`` is none of ``valid``: says which is nearest, and all of them.

    >>> unknown_name("key", "nam", ["name", "seed"])
    "unknown key 'nam'; did you mean 'name'? valid: name, seed"
    """
    text = str(name)
    return f"unknown {what} {_short(repr(text))}{did_you_mean(text, valid) or ';'} valid: {', '.join(valid)}"


def not_one_of(value: Any, choices: Sequence[str]) -> str:
    """``value`` is none of the ``choices``: says which is nearest, and all of them.

    >>> not_one_of(3, ["influence", "newton"]), not_one_of(1, ["true"])
    ('expected one of influence, newton, found 3', 'expected true, found 1')
    """
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"expected {'one of ' if len(choices) > 1 else ''}{', '.join(choices)}, found {found(value)}{near}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
