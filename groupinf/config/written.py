"""A configuration as it is written: the YAML file or mapping, and the overrides, before its keys mean anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path, PurePath
from typing import Any

from groupinf.config.overrides import Override, parse_override
from groupinf.config.reader import Document, UnreadableError, parse_yaml
from groupinf.config.words import found
from groupinf.errors import ConfigError


@dataclass(frozen=True)
class Written:
    """A document, what messages call it, the folder that its paths start from, and overrides in their order."""

    document: Document
    source: str
    base: Path
    overrides: tuple[Override, ...]

    def top(self, key: str, default: str) -> Any:
        """What stands at a key of the top level in the end; ``default`` where it is left out."""
        given = [override.value for override in self.overrides if override.parts == (key,)]
        return given[-1] if given else self.document.value.get(key, default)

    def without(self, key: str) -> Written:
        """The same without a key of the top level."""
        value = {name: below for name, below in self.document.value.items() if name != key}
        kept = tuple(override for override in self.overrides if override.parts != (key,))
        return replace(self, document=replace(self.document, value=value), overrides=kept)


def read_config(
    source: str | Path | Mapping[str, Any], overrides: Sequence[str | Override] = (), called: str = "config"
) -> Written:
    """Read a YAML file, or take a mapping that messages call so; ``overrides`` are ``KEY=VALUE`` with dotted keys.

    Raises ConfigError where the file or an override cannot be read.
    """
    _refuse_other_types(source, overrides)
    document, name, base = _read(source, called)
    return Written(document, name, base, tuple(parse_override(o) for o in overrides))


def _refuse_other_types(source: object, overrides: object) -> None:
    """A caller's slip: a text of overrides would be gone through letter by letter."""
    if not isinstance(source, (str, Path, Mapping)):
        raise ConfigError(f"config: expected the path of a file or a mapping, found {found(source)}")
    expected = 'overrides: expected a list of "KEY=VALUE" texts, such as ["seed=1"]'
    if isinstance(overrides, str) or not isinstance(overrides, Sequence):
        raise ConfigError(f"{expected}, found {found(overrides)}")
    others = [o for o in overrides if not isinstance(o, str | Override)]
    if others:
        raise ConfigError(f"{expected}, found {found(others[0])} in the list")


def _read(source: str | Path | Mapping[str, Any], called: str) -> tuple[Document, str, Path]:
    if isinstance(source, Mapping):
        return Document(_plain(source), {}, ()), called, Path.cwd()
    name, path = str(source), Path(source)
    try:
        document = parse_yaml(_text(path, name))
    except UnreadableError as e:
        raise ConfigError(f"{name}, line {e.line}: {e}") from e
    expected = "expected keys and values such as name: .., dataset: .."
    if document.value is None:
        raise ConfigError(f"{name}, line 1: {expected}, found an empty file")
    if not isinstance(document.value, dict):
        kind = "a list" if isinstance(document.value, list) else found(document.value)
        raise ConfigError(f"{name}, line {document.lines[()]}: {expected}, found {kind}")
    return document, name, path.parent.absolute()


def _text(path: Path, name: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as e:
        raise ConfigError(f"{name}: expected a configuration file, found no such file") from e
    except IsADirectoryError as e:
        raise ConfigError(f"{name}: expected a configuration file, found a folder") from e
    except (OSError, ValueError) as e:  # ValueError: a null character in the name
        raise ConfigError(f"{name}: cannot be read: {getattr(e, 'strerror', None) or e}") from e
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise ConfigError(f"{name}, line {line}: expected UTF-8 text, found the byte 0x{raw[e.start]:02x}") from e


def _plain(value: Any) -> Any:
    """A caller's mapping with plain containers and numbers, so that tuples, paths, arrays and NumPy scalars will do."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, PurePath):
        return str(value)
    if callable(as_list := getattr(value, "tolist", None)):  # of NumPy and pandas, a scalar too
        return _plain(as_list())
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else float(value)
