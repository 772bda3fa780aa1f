"""What a caller hands to the functions of the package, checked: a wrong type is an error in words of Python."""

from __future__ import annotations

import os
from numbers import Integral
from pathlib import Path

from groupinf.config.words import found
from groupinf.errors import ConfigError


def as_path(name: str, value: object) -> Path:
    """The folder that an argument names; raises ConfigError where it is neither text nor a path."""
    if not isinstance(value, str | os.PathLike):
        raise ConfigError(f"{name}: expected the path of a folder, found {found(value)}")
    return Path(value)


def as_count(name: str, value: object) -> int:
    """A whole number of at least 1; raises ConfigError where the argument is none."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ConfigError(f"{name}: expected a whole number of at least 1, found {found(value)}")
    return int(value)


def as_flag(name: str, value: object) -> bool:
    """True or False; raises ConfigError where the argument is neither, as any text would count as True."""
    if not isinstance(value, bool):
        raise ConfigError(f"{name}: expected True or False, found {found(value)}")
    return value


def as_text(name: str, value: object) -> str | None:
    """Text or None; raises ConfigError where the argument is neither."""
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{name}: expected text, found {found(value)}")
    return value
