"""How to write a value where a list was expected, so that it is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from groupinf.config.reader import UnreadableError, parse_yaml
from groupinf.config.words import LONGEST


def as_list(value: str | int | float, field: FieldInfo | None) -> str:
    """``; write [VALUE]``, with quotes only where YAML or the ``field`` needs them; empty where no list would do."""
    written = [(text, entries) for text, entries in _lists(value) if len(text) <= LONGEST]
    fitting = [text for text, entries in written if field is not None and _fits(entries, field)]
    same = [text for text, entries in written if entries == [value]] if isinstance(value, str) else []
    return next((f"; write {text}" for text in (*fitting, *same)), "")


def _lists(value: str | int | float) -> Iterator[tuple[str, Any]]:
    """The value between brackets, bare and in quotes, and what YAML reads there; without what it cannot read."""
    plain = str(value).lower() if isinstance(value, bool) else str(value)
    quoted = "'" + plain.replace("'", "''") + "'" if plain.isprintable() else json.dumps(plain)
    for text in (f"[{plain}]", f"[{quoted}]"):
        try:
            yield text, parse_yaml(text).value
        except UnreadableError:
            continue


def _fits(entries: Any, field: FieldInfo) -> bool:
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation(), config=ConfigDict(strict=True))
    try:
        adapter.validate_python(entries)
    except ValidationError:
        return False
    return True
