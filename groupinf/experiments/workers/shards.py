"""Shards of a run: which blocks each computes, and which one a task of a job array is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from groupinf.errors import ConfigError

EXPECTED = "expected I/N with 1 ≤ I ≤ N (counted from 1), auto, or auto/N with N ≥ 1"
SLURM, PBS, TORQUE, SGE = "SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "SGE_TASK_ID"
INDICES = (SLURM, PBS, TORQUE, SGE)
# first index, last index and step of the array
RANGES = {
    SLURM: ("SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"),
    SGE: ("SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE"),
}
SLURM_COUNT = "SLURM_ARRAY_TASK_COUNT"


@dataclass(frozen=True)
class Shard:
    """Number ``number`` of ``of`` shards, counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def blocks(self, n_blocks: int) -> range:
        """Block b, counted from 0, belongs to shard b mod N + 1: neighbours, which take alike, go to different shards.

        >>> list(Shard(2, 3).blocks(8))
        [1, 4, 7]
        """
        return range(self.number - 1, n_blocks, self.of)


def shard_from(text: str, environment: Mapping[str, str]) -> Shard:
    """The shard that ``I/N``, ``auto`` or ``auto/N`` means; raises ConfigError naming what does not fit.

    ``auto`` counts the task's place in the array, whatever its first index and step; ``auto/N`` takes the index itself
    as I. Both read the variables of Slurm, PBS or SGE in ``environment``.

    >>> shard_from("auto", {"SGE_TASK_ID": "7", "SGE_TASK_FIRST": "3", "SGE_TASK_LAST": "9", "SGE_TASK_STEPSIZE": "2"})
    Shard(number=3, of=4)
    """
    found = re.fullmatch(r"(auto|\d+)(?:/(0*[1-9]\d*))?", text, re.ASCII)
    if found is None or (found[1] != "auto" and found[2] is None):
        raise ConfigError(f"--shard: {EXPECTED}, found {text!r}")
    of = None if found[2] is None else int(found[2])
    if found[1] != "auto" and of is not None:
        return _checked(int(found[1]), of, f"--shard: {EXPECTED}, found {text!r}")
    variable = _index_variable(environment)
    if of is not None:
        expected = (
            f"{variable}: expected 1 to {of}, as --shard {text} asks, found {environment[variable]!r}; "
            f"number the array 1-{of}"
        )
        return _checked(_whole(environment, variable), of, expected)
    if variable in RANGES:
        return _place_in_array(environment, variable)
    raise ConfigError(
        f"--shard auto: {variable} is set, but PBS does not tell a task how many there are; number the array 1-N and "
        f"use --shard auto/N"
    )


def shards_of(blocks: Iterable[int], of: int) -> list[int]:
    """Numbers of the shards, of ``of``, that the blocks belong to."""
    return sorted({b % of + 1 for b in blocks})


def ranges_text(numbers: Sequence[int]) -> str:
    """Rising numbers, runs of three and more shortened.

    >>> ranges_text([0, 1, 4, 5, 6, 9])
    '0, 1, 4 to 6, 9'
    """
    parts: list[str] = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        values = [value for _, value in run]
        parts += [f"{values[0]} to {values[-1]}"] if len(values) > 2 else [str(value) for value in values]
    return ", ".join(parts)


def _checked(number: int, of: int, message: str) -> Shard:
    if not 1 <= number <= of:
        raise ConfigError(message)
    return Shard(number, of)


def _index_variable(environment: Mapping[str, str]) -> str:
    # SGE sets "undefined" in jobs that are no array, and an empty variable is how scripts unset one
    found = [name for name in INDICES if environment.get(name, "") not in ("", "undefined")]
    if not found:
        raise ConfigError(
            f"--shard auto: expected one of {', '.join(INDICES)}, which a job array sets, found none; "
            "outside of a job array use --shard I/N"
        )
    if len({environment[name] for name in found}) > 1:
        values = ", ".join(f"{name}={environment[name]}" for name in found)
        raise ConfigError(f"--shard auto: expected the variables of one job array, found {values}; use --shard I/N")
    return found[0]


def _place_in_array(environment: Mapping[str, str], variable: str) -> Shard:
    first, last, step = RANGES[variable]
    count = (SLURM_COUNT,) if variable == SLURM else ()
    lacking = [name for name in (first, last, step, *count) if name not in environment]
    if lacking:
        raise ConfigError(
            f"{lacking[0]}: expected a whole number, found nothing: {variable} alone does not tell how many tasks "
            "there are; number the array 1-N and use --shard auto/N"
        )
    index, low, high, stride = (_whole(environment, name) for name in (variable, first, last, step))
    if stride < 1:
        raise ConfigError(f"{step}: expected at least 1, found {stride}")
    if high < low:
        raise ConfigError(f"{last}: expected at least {first} = {low}, found {high}")
    if not low <= index <= high or (index - low) % stride:
        raise ConfigError(f"{variable}: expected one of {low} to {high} in steps of {stride}, found {index}")
    of = (high - low) // stride + 1
    if variable == SLURM and _whole(environment, SLURM_COUNT) != of:
        raise ConfigError(
            f"{SLURM_COUNT}: expected {of}, for an array from {low} to {high} in steps of {stride}, found "
            f"{environment[SLURM_COUNT]!r}; to run some tasks of an array again, use --shard auto/N"
        )
    return Shard((index - low) // stride + 1, of)


def _whole(environment: Mapping[str, str], name: str) -> int:
    value = environment.get(name)
    if value is None or re.fullmatch(r"\d+", value, re.ASCII) is None:
        raise ConfigError(f"{name}: expected a whole number, found {'nothing' if value is None else repr(value)}")
    return int(value)
