"""``--lambda-over-n``: the grid of a sweep from the command line."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from groupinf.config.explain import problems_of
from groupinf.config.sweep_schema import SweepConfig
from groupinf.errors import ConfigError

OPTION = "--lambda-over-n"


def parse_grid(text: str) -> SweepConfig:
    """``MIN:MAX:NUM``, log-spaced, or ``VALUE,VALUE,..``; raises ConfigError where the text is neither.

    >>> parse_grid("1e-3:1:4").grid()
    (0.001, 0.01, 0.1, 1.0)
    >>> parse_grid("1e-1,1e-4").grid()
    (0.0001, 0.1)
    """
    return _checked(_given(text), text)


def grid_of(values: Sequence[float]) -> SweepConfig:
    """The grid of a caller's values; raises ConfigError where one is no positive number or is there twice."""
    return _checked({"values": [float(value) for value in values]}, str(list(values)))


def _checked(given: dict[str, object], shown: str) -> SweepConfig:
    try:
        return SweepConfig.model_validate(given)
    except ValidationError as error:
        found = "; ".join(": ".join([*map(str, p.key), p.message]) for p in problems_of(error, SweepConfig, given))
        raise ConfigError(f"{OPTION} {shown}: {found}") from error


def _given(text: str) -> dict[str, object]:
    parts = text.split(":")
    try:
        if len(parts) == 3:
            return {"min": float(parts[0]), "max": float(parts[1]), "num": int(parts[2])}
        if len(parts) == 1:
            return {"values": [float(part) for part in text.split(",")]}
    except ValueError:
        pass
    expected = "expected MIN:MAX:NUM, such as 1e-7:1e2:10, or values with commas, such as 1e-4,1e-3"
    raise ConfigError(f"{OPTION} {text}: {expected}")
