"""What every run and every sweep says of itself, read from and written to JSON here alone.

A study adds what is its own by a class that extends these.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from groupinf.errors import DataError
from groupinf.experiments.folder.provenance import Provenance

# raised when what a manifest says, or a block holds, is told in another way than before: what is older is refused
FORMAT = 2


class OtherFormatError(DataError):
    """A run or sweep was written by a version that told it in another way."""


@dataclass(frozen=True, kw_only=True)
class RunManifest:
    """What a prepared run says of itself, whatever is computed in it.

    ``study`` is the kind of study, ``name`` what its configuration calls this one. ``identity`` is all that decides
    its numbers, ``sources`` the SHA-256 of each file of its data. Its ``units``, each called a ``unit``, are computed
    in blocks of ``block_width``. ``prepared`` and ``tables`` hold the SHA-256 of each file that prepare and collect
    wrote. ``made_from`` says what blocks are made from beside data and files; ``verify`` makes such blocks not again.
    """

    study: str
    name: str
    identity: Mapping[str, Any]
    sources: Mapping[str, str]
    units: int
    unit: str = "unit"
    block_width: int
    notes: tuple[str, ...]
    provenance: Provenance
    made_from: str = ""
    prepared: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    collected: bool = False

    @property
    def files(self) -> dict[str, str]:
        """The SHA-256 of every file that numbers come from, the blocks aside, which carry theirs in their names."""
        return {**self.prepared, **self.tables}

    @property
    def n_blocks(self) -> int:
        """Blocks that the units are cut into."""
        return -(-self.units // self.block_width)

    @property
    def block_sizes(self) -> tuple[int, ...]:
        """Units in each block."""
        return tuple(len(self.block(number)) for number in range(self.n_blocks))

    def block(self, number: int) -> range:
        """The units, counted from 0, of a block: as many as it may have, the last one what is left."""
        start = number * self.block_width
        return range(start, min(start + self.block_width, self.units))


@dataclass(frozen=True)
class SweepEntry:
    """The folder of the run at one value."""

    value: float
    run: str


@dataclass(frozen=True)
class SweepFailure:
    """A value without a result, and why."""

    value: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class SweepManifest:
    """What a sweep says of itself: the runs, by rising value, and the values that have no result.

    ``parameter`` is what sentences call that which varies.
    """

    study: str
    name: str
    identity: Mapping[str, Any]
    parameter: str
    runs: tuple[SweepEntry, ...]
    failures: tuple[SweepFailure, ...] = ()
    provenance: Provenance

    @property
    def finished(self) -> list[SweepEntry]:
        """The runs of the values that did not fail."""
        failed = {failure.value for failure in self.failures}
        return [entry for entry in self.runs if entry.value not in failed]


Known = TypeVar("Known", bound=RunManifest | SweepManifest)


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    """What turns values of the class ``kind`` into JSON and back."""
    return TypeAdapter(cast("type[Any]", kind))


def as_json(manifest: RunManifest | SweepManifest) -> dict[str, Any]:
    """The manifest as JSON values, with the number of the format first."""
    return {"format": FORMAT, **_adapter(cast("Hashable", type(manifest))).dump_python(manifest, mode="json")}


def from_json(kind: type[Known], stored: Mapping[str, Any]) -> Known:
    """The manifest that ``as_json`` told; of a study's own additions ``kind`` leaves out what it does not know.

    Raises ValidationError where a key is missing, or its value is none that the key has.
    """
    manifest: Known = _adapter(cast("Hashable", kind)).validate_python(stored)
    return manifest


def other_format(stored: Mapping[str, Any]) -> str:
    """In which other version's format a manifest is; empty where it is this one's."""
    found = stored.get("format", 1)
    if found == FORMAT:
        return ""
    return f"made by {'an older' if found < FORMAT else 'a newer'} version (format {found}, here {FORMAT})"
