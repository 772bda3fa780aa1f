"""From a configuration file to the checked configuration of the kind of study that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groupinf.config.written import read_config
from groupinf.studies.registry import DEFAULT, STUDIES, kind_of

if TYPE_CHECKING:
    from groupinf.config.load import LoadedConfig
    from groupinf.config.overrides import Override
    from groupinf.studies.group_effects.schema import LoadedStudy


def load_config(source: str | Path | Mapping[str, Any], overrides: Sequence[str | Override] = ()) -> LoadedStudy:
    """Read, override and check a configuration.

    ``overrides`` are ``KEY=VALUE`` with dotted keys and YAML values, applied in order. Raises ConfigError with
    one line for each thing that is wrong: place, key, what was expected, what was found.
    """
    written = read_config(source, overrides)
    # what checks a configuration is imported once there is one
    from groupinf.config.load import load_study

    return load_study(written, _Models(), DEFAULT)


def json_schema(study: str = DEFAULT) -> dict[str, Any]:
    """The JSON Schema of the configuration file of a kind of study, for editors.

    Raises UnknownNameError where there is no such kind.
    """
    from groupinf.config.load import json_schema as schema_of

    return schema_of(_Models(), STUDIES[study].name, DEFAULT)


class _Models(Mapping[str, type[Any]]):
    """The class of the configurations of each kind of study, which is loaded when it is asked for."""

    def __getitem__(self, name: str) -> type[Any]:
        return STUDIES[name].config

    def __contains__(self, name: object) -> bool:
        return name in STUDIES

    def __iter__(self) -> Iterator[str]:
        return iter(STUDIES)

    def __len__(self) -> int:
        return len(STUDIES)


def values_of(loaded: LoadedConfig[Any]) -> dict[str, Any]:
    """``loaded.resolved()`` as a configuration file has it, which names any kind of study but the default."""
    from groupinf.config.load import STUDY

    name = kind_of(loaded).name
    return ({} if name == DEFAULT else {STUDY: name}) | loaded.resolved()
