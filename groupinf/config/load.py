"""From a YAML file or a mapping, and overrides, to a checked configuration that knows where each key stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from numbers import Integral, Real
from pathlib import Path, PurePath
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from groupinf.config.explain import problems_of
from groupinf.config.named_file import located, named_files
from groupinf.config.origin import Origin
from groupinf.config.overrides import Override, apply_override, parse_override
from groupinf.config.reader import Document, Key, Problem, UnreadableError, parse_yaml
from groupinf.config.registered import spelled_out
from groupinf.config.section import StudyConfig
from groupinf.config.words import found
from groupinf.errors import ConfigError

Study = TypeVar("Study", bound=StudyConfig)
Study_co = TypeVar("Study_co", bound=StudyConfig, covariant=True)


@dataclass(frozen=True, kw_only=True)
class LoadedConfig(Origin, Generic[Study_co]):
    """The checked configuration of a study and where it came from."""

    config: Study_co

    def error(self, key: Key, message: str) -> ConfigError:
        """``FILE, line N: a.b.c: message``, for a key that turns out to be unusable later on."""
        return ConfigError(self.message(Problem(key, message)))

    def located(self) -> Study_co:
        """The configuration with the paths of all files absolute."""
        return located(self.config, self.base)

    def resolved(self) -> dict[str, Any]:
        """The configuration as JSON-able values: every default filled in, paths absolute, what is unset left out."""
        return self.located().model_dump(mode="json", exclude_none=True)


@dataclass(frozen=True)
class Written:
    """A configuration as it is written, before it is known what study it is of: the document and the overrides."""

    document: Document
    source: str
    base: Path
    overrides: tuple[Override, ...]

    def top(self, key: str) -> Any:
        """What stands at a key of the top level in the end; None where nothing does."""
        given = [override.value for override in self.overrides if override.parts == (key,)]
        return given[-1] if given else self.document.value.get(key)

    def error(self, key: Key, message: str) -> ConfigError:
        """``FILE, line N: a.b.c: message``, for a key that is unusable whatever the study."""
        overridden: dict[Key, Override] = {override.parts: override for override in self.overrides}
        origin = Origin(source=self.source, lines=self.document.lines, base=self.base, overridden=overridden)
        return ConfigError(origin.message(Problem(key, message)))

    def checked(self, model: type[Study]) -> LoadedConfig[Study]:
        """The configuration of a study whose sections ``model`` has.

        Raises ConfigError with one line for each thing that is wrong: place, key, what was expected, what was found.
        """
        data, origin = _overridden(self, model)
        problems = list(self.document.problems)
        config, more = _validate(data, origin, model)
        problems += more
        if config is not None:
            problems += _missing_files(config, origin)
        if problems or config is None:
            ordered = sorted(problems, key=origin.line)
            raise ConfigError("\n".join(dict.fromkeys(origin.message(p) for p in ordered)))
        return LoadedConfig(**vars(origin), config=config)


def read_config(source: str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> Written:
    """Read the YAML file, or take the mapping; ``overrides`` are ``KEY=VALUE`` with dotted keys and YAML values.

    Raises ConfigError where the file or an override cannot be read.
    """
    _refuse_other_types(source, overrides)
    document, name, base = _read(source)
    return Written(document, name, base, tuple(parse_override(o) for o in overrides))


def load_config(
    source: str | Path | Mapping[str, Any], overrides: Sequence[str], model: type[Study]
) -> LoadedConfig[Study]:
    """Read, override, in this order, and check the configuration of a study whose sections ``model`` has.

    Raises ConfigError with one line for each thing that is wrong: place, key, what was expected, what was found.
    """
    return read_config(source, overrides).checked(model)


def json_schema(model: type[StudyConfig]) -> dict[str, Any]:
    """The JSON Schema of the configuration file of a study, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}


def _refuse_other_types(source: object, overrides: object) -> None:
    """A caller's slip: a text of overrides would be gone through letter by letter."""
    if not isinstance(source, (str, Path, Mapping)):
        raise ConfigError(f"config: expected the path of a file or a mapping, found {found(source)}")
    expected = 'overrides: expected a list of "KEY=VALUE" texts, such as ["seed=1"]'
    if isinstance(overrides, str) or not isinstance(overrides, Sequence):
        raise ConfigError(f"{expected}, found {found(overrides)}")
    others = [o for o in overrides if not isinstance(o, str)]
    if others:
        raise ConfigError(f"{expected}, found {found(others[0])} in the list")


def _read(source: str | Path | Mapping[str, Any]) -> tuple[Document, str, Path]:
    if isinstance(source, Mapping):
        return Document(_plain(source), {}, ()), "config", Path.cwd()
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
    """A caller's mapping with plain containers and numbers, so that tuples, paths and NumPy scalars will do."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


def _overridden(written: Written, model: type[StudyConfig]) -> tuple[dict[str, Any], Origin]:
    data, lines = written.document.value, dict(written.document.lines)
    overridden: dict[Key, Override] = {}
    for override in written.overrides:
        # a section that is given by its name takes options too: groups.builders.0.k=[4]
        data, key, created = apply_override(spelled_out(data, model), override)
        lines = {k: line for k, line in lines.items() if k[: len(key)] != key}
        overridden = {k: o for k, o in overridden.items() if k[: len(key)] != key}
        overridden |= {key[:end]: override for end in range(len(created), len(key) + 1)}
    return data, Origin(source=written.source, lines=lines, base=written.base, overridden=overridden)


def _validate(data: dict[str, Any], origin: Origin, model: type[Study]) -> tuple[Study | None, list[Problem]]:
    try:
        return model.model_validate(data), []
    except ValidationError as e:
        return None, [_blame_overrides(p, origin) for p in problems_of(e, model, data)]


def _blame_overrides(problem: Problem, origin: Origin) -> Problem:
    """Where an override made a section contradict itself, name the override and how to replace the section."""
    inside = origin.inside(problem.key)
    if not inside or problem.key in origin.overridden:
        return problem
    named = f"{problem.message} (with {' '.join(dict.fromkeys(o.place for o in inside))})"
    rest = inside[-1].parts[len(problem.key) :]
    if not problem.alternatives or not rest:
        return Problem(problem.key, named)
    value = inside[-1].text.partition("=")[2]
    whole = reduce(lambda text, part: f"{{{part}: {text}}}", reversed(rest), value)
    return Problem(problem.key, f"{named}; --set '{'.'.join(map(str, problem.key))}={whole}' replaces the section")


def _missing_files(config: StudyConfig, origin: Origin) -> list[Problem]:
    """A Problem for each file that the configuration names and that is not there."""
    return [Problem(f.key, message) for f in named_files(config) if (message := _why_no_file(origin, f.path))]


def _why_no_file(origin: Origin, name: str) -> str:
    try:
        path = origin.path(name)
        if path.is_file():
            return ""
        state = "a folder" if path.is_dir() else "no such file"
    except (OSError, RuntimeError) as e:  # a name too long, or ~user without a home
        return f"expected a file, found {found(name)}: {getattr(e, 'strerror', None) or e}"
    return f"expected a file, found {state}: {path}"
