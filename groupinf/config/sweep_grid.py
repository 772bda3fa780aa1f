"""The grid of a sweep from the command line, ``--lambda-over-n``, or from Python, ``lambda_over_n``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real

from pydantic import ValidationError

from groupinf.config.explain import problems_of
from groupinf.config.sweep_schema import SweepConfig
from groupinf.config.words import found
from groupinf.errors import ConfigError

# how messages name it: the option that is typed, or the argument of Python
OPTION, ARGUMENT = "--lambda-over-n", "lambda_over_n"


def parse_grid(text: str, place: str = OPTION) -> SweepConfig:
    """``MIN:MAX:NUM``, log-spaced, or ``VALUE,VALUE,..``; raises ConfigError, naming ``place``, where it is neither.

    >>> parse_grid("1e-3:1:4").grid()
    (0.001, 0.01, 0.1, 1.0)
    >>> parse_grid("1e-1,1e-4").grid()
    (0.0001, 0.1)
    """
    return _checked(_given(text, place), f"{place} {text}")


def grid_of(wanted: object) -> SweepConfig:
    """The grid of a caller's text or values; raises ConfigError where they are no positive numbers, each once.

    >>> grid_of([0.1, 1]).grid()
    (0.1, 1.0)
    """
    if isinstance(wanted, str):
        return parse_grid(wanted, ARGUMENT)
    expected = "expected values of λ/n, such as [1e-4, 1e-3], or the text MIN:MAX:NUM"
    if isinstance(wanted, Real):
        raise ConfigError(f"{ARGUMENT}: {expected}, found {found(wanted)}; write [{wanted}]")
    if not isinstance(wanted, Iterable) or isinstance(wanted, Mapping):
        raise ConfigError(f"{ARGUMENT}: {expected}, found {found(wanted)}")
    values = list(wanted)
    other = next((value for value in values if not isinstance(value, Real)), None)
    if other is not None:
        raise ConfigError(f"{ARGUMENT}: {expected}, found {found(other)} among them")
    return _checked({"values": [float(value) for value in values]}, ARGUMENT)


def _checked(given: dict[str, object], place: str) -> SweepConfig:
    try:
        return SweepConfig.model_validate(given)
    except ValidationError as error:
        faults = "; ".join(": ".join([*map(str, p.key), p.message]) for p in problems_of(error, SweepConfig, given))
        raise ConfigError(f"{place}: {faults}") from error


def _given(text: str, place: str) -> dict[str, object]:
    parts = text.split(":")
    try:
        if len(parts) == 3:
            return {"min": float(parts[0]), "max": float(parts[1]), "num": int(parts[2])}
        if len(parts) == 1:
            return {"values": [float(part) for part in text.split(",")]}
    except ValueError:
        pass
    expected = "expected MIN:MAX:NUM, such as 1e-7:1e2:10, or values with commas, such as 1e-4,1e-3"
    raise ConfigError(f"{place} {text}: {expected}")
