"""Keys that name a file: ``FilePath`` and ``DataPath``, types of fields, and where in a configuration they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic.fields import FieldInfo

from groupinf.config.reader import Key
from groupinf.config.section import Section, marks_of


@dataclass(frozen=True)
class NamesFile:
    """Marks the type of a key whose text is the path of a file, which has to be there when a configuration is loaded.

    ``of_data``: it is where a dataset's own content lies, which the hashes of its sources tell.
    """

    of_data: bool = False


FilePath = Annotated[str, NamesFile()]
DataPath = Annotated[str, NamesFile(of_data=True)]

AnySection = TypeVar("AnySection", bound=Section)


@dataclass(frozen=True)
class NamedFile:
    """One file that a configuration names: at which key, and the path as written there."""

    key: Key
    path: str
    of_data: bool


def named_files(section: Section) -> Iterator[NamedFile]:
    """Every file that a section and the sections in it name, in the order of the keys."""
    for name, field in type(section).model_fields.items():
        mark = _mark_of(field)
        for key, value in _leaves(getattr(section, name), (name,)):
            if isinstance(value, Section):
                yield from (NamedFile((*key, *f.key), f.path, f.of_data) for f in named_files(value))
            elif mark is not None and isinstance(value, str):
                yield NamedFile(key, value, mark.of_data)


def file_keys(model: type[Section]) -> tuple[str, ...]:
    """The keys of a section that name a file."""
    return tuple(name for name, field in model.model_fields.items() if _mark_of(field) is not None)


def located(section: AnySection, base: Path) -> AnySection:
    """The same section with the path of every file absolute: ``~`` expanded, relative to ``base``."""
    changed = {
        name: _located(getattr(section, name), base, _mark_of(field) is not None)
        for name, field in type(section).model_fields.items()
    }
    return section.model_copy(update={k: v for k, v in changed.items() if v != getattr(section, k)})


def absolute(path: str, base: Path) -> Path:
    """A path that a configuration names: ``~`` expanded, relative to ``base``; RuntimeError where it can be none."""
    if "\0" in path:
        raise RuntimeError("no path has a zero byte in it")
    return base / Path(path).expanduser()


def names_file(field: FieldInfo) -> bool:
    """Whether the text of a key is the path of a file."""
    return _mark_of(field) is not None


def _mark_of(field: FieldInfo) -> NamesFile | None:
    return next((mark for mark in marks_of(field) if isinstance(mark, NamesFile)), None)


def _located(value: Any, base: Path, names_file: bool) -> Any:
    if isinstance(value, Section):
        return located(value, base)
    if isinstance(value, tuple):
        return tuple(_located(entry, base, names_file) for entry in value)
    return str(absolute(value, base).absolute()) if names_file and isinstance(value, str) else value


def _leaves(value: Any, key: Key) -> Iterator[tuple[Key, Any]]:
    """A value, or the entries of a list, each with its key."""
    if isinstance(value, tuple):
        for i, entry in enumerate(value):
            yield from _leaves(entry, (*key, i))
    else:
        yield key, value
