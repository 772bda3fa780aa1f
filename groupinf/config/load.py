"""From what is written to a checked configuration that knows where each key stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from groupinf.config.explain import files_in, names_unknown, problems_of
from groupinf.config.named_file import located
from groupinf.config.origin import Origin
from groupinf.config.overrides import Override, apply_override
from groupinf.config.reader import Key, Problem
from groupinf.config.registered import spelled_out
from groupinf.config.section import StudyConfig
from groupinf.config.words import found, unknown_name
from groupinf.config.written import Written, read_config
from groupinf.errors import ConfigError
from groupinf.registry import UnknownNameError

# The key of the top level that says which kind of study a configuration is of.
STUDY = "study"

Study = TypeVar("Study", bound=StudyConfig)
Study_co = TypeVar("Study_co", bound=StudyConfig, covariant=True)


@dataclass(frozen=True, kw_only=True)
class LoadedConfig(Origin, Generic[Study_co]):
    """The checked configuration of a study and where it came from.

    ``notes`` are what readers of its run should know of how it was made of another one.
    """

    config: Study_co
    notes: tuple[str, ...] = ()

    def error(self, key: Key, message: str) -> ConfigError:
        """``FILE, line N: a.b.c: message``, for a key that turns out to be unusable later on."""
        return ConfigError(self.message(Problem(key, message)))

    def located(self) -> Study_co:
        """The configuration with the paths of all files absolute."""
        return located(self.config, self.base)

    def resolved(self) -> dict[str, Any]:
        """The configuration as JSON-able values: every default filled in, paths absolute, what is unset left out."""
        return self.located().model_dump(mode="json", exclude_none=True)


def load_config(
    source: str | Path | Mapping[str, Any],
    overrides: Sequence[str | Override],
    model: type[Study],
    name: str = "config",
) -> LoadedConfig[Study]:
    """Read a file or mapping, override, and check it as the configuration of a study whose sections ``model`` has.

    ``overrides`` are ``KEY=VALUE`` with dotted keys and YAML values, applied in order; ``name`` is what messages call a
    mapping. Raises ConfigError with one line for each thing that is wrong: place, key, what was expected, what was
    found; UnknownNameError where a section is none that is registered.
    """
    return _checked(read_config(source, overrides, name), model)


def load_study(written: Written, models: Mapping[str, type[Study]], default: str) -> LoadedConfig[Study]:
    """``load_config`` of what is ``written``, with the model of the study that the key ``study`` names, ``default``
    where it is left out.

    A model that has no such key is checked without it. Raises ConfigError also where no study has the name.
    """
    name = written.top(STUDY, default)
    if not isinstance(name, str) or name not in models:
        message = unknown_name(STUDY, name, models) if isinstance(name, str) else f"expected text, found {found(name)}"
        _, origin = _overridden(written, StudyConfig)
        raise ConfigError(origin.message(Problem((STUDY,), message)))
    model = models[name]
    if STUDY in model.model_fields:
        return _checked(written, model)
    return _checked(written.without(STUDY), model, beside=(STUDY,))


def json_schema(models: Mapping[str, type[StudyConfig]], study: str, default: str) -> dict[str, Any]:
    """The JSON Schema of the configuration file of a ``study``, one of ``models``, for editors.

    The key ``study`` is in it, and may be left out of the ``default`` alone.
    """
    schema = models[study].model_json_schema()
    named = {STUDY: {"const": study, "title": "Study", "type": "string"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "properties": {**named, **schema["properties"]},
        "required": [*schema["required"], *([] if study == default else [STUDY])],
    }


def _checked(written: Written, model: type[Study], beside: tuple[str, ...] = ()) -> LoadedConfig[Study]:
    data, origin = _overridden(written, model)
    problems, config, kind = list(written.document.problems), None, ConfigError
    try:
        config = model.model_validate(data)
    except ValidationError as e:
        problems += [_blame_overrides(p, origin) for p in problems_of(e, model, data, beside)]
        kind = UnknownNameError if names_unknown(e) else ConfigError
    problems += [Problem(key, why) for key, path in files_in(model, data) if (why := _why_no_file(origin, path))]
    if problems or config is None:
        ordered = sorted(problems, key=origin.line)
        raise kind("\n".join(dict.fromkeys(origin.message(p) for p in ordered)))
    return LoadedConfig(**vars(origin), config=config)


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


def _why_no_file(origin: Origin, name: str) -> str:
    try:
        path = origin.path(name)
        if path.is_file():
            return ""
        state = "a folder" if path.is_dir() else "no such file"
    except (OSError, RuntimeError) as e:  # a name too long, or ~user without a home
        return f"expected a file, found {found(name)}: {getattr(e, 'strerror', None) or e}"
    return f"expected a file, found {state}: {path}"
