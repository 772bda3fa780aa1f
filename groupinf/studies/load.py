"""From a configuration file to the checked configuration of the kind of study that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from groupinf.config import load
from groupinf.config.load import LoadedConfig
from groupinf.config.overrides import Override
from groupinf.studies.group_effects.manifest import STUDY
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.registry import STUDIES, kind_of

# The kind of study of a configuration that does not say.
DEFAULT = STUDY


def load_config(source: str | Path | Mapping[str, Any], overrides: Sequence[str | Override] = ()) -> LoadedStudy:
    """Read, override and check a configuration.

    ``overrides`` are ``KEY=VALUE`` with dotted keys and YAML values, applied in order. Raises ConfigError with
    one line for each thing that is wrong: place, key, what was expected, what was found.
    """
    return load.load_study(source, overrides, _Models(), DEFAULT)


def json_schema(study: str = DEFAULT) -> dict[str, Any]:
    """The JSON Schema of the configuration file of a kind of study, for editors.

    Raises UnknownNameError where there is no such kind.
    """
    return load.json_schema(_Models(), STUDIES[study].name, DEFAULT)


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
    name = kind_of(loaded).name
    return ({} if name == DEFAULT else {load.STUDY: name}) | loaded.resolved()
