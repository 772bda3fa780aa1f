"""What a kind of study brings along so that the driver can run it: work to prepare, blocks to compute, tables to join.

Nothing here knows any study by name; whoever registers one hands over a StudyKind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

# whoever checks a configuration asks a kind of study for its class, and needs none of these
if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.experiments.folder.files import InParts
    from groupinf.experiments.folder.manifest import RunManifest
    from groupinf.experiments.folder.run_directory import RunDirectory
    from groupinf.experiments.workers.progress import Progress

Arrays: TypeAlias = "Mapping[str, NDArray[Any]]"

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")
Own = TypeVar("Own", bound="RunManifest")


@dataclass(frozen=True)
class Blocks(Generic[Shared, Task]):
    """How the units of a run are computed.

    ``shared`` is frozen and goes to every worker. ``task`` makes what a block needs beside it from the numbers of its
    units, which count from 0; ``compute``, a function that a worker can import, gives the arrays of the block, by its
    ``shared`` and task alone, and raises ConvergenceError where there are none. ``notes`` are told before it begins.
    ``seconds`` is about how long one processor takes for all blocks, infinite where nobody knows: it decides whether
    they are worth workers, and no number.
    """

    shared: Shared
    task: Callable[[range], Task]
    compute: Callable[[Shared, Task], Arrays]
    notes: tuple[str, ...] = ()
    seconds: float = math.inf


@dataclass(frozen=True)
class Made(Generic[Own]):
    """What has been prepared just now: how blocks are computed, the files that hold it, and what is said of it.

    Files that ``may_differ`` in runs of the same identity tell of paths and names, which change no number.
    """

    blocks: Blocks[Any, Any]
    files: Mapping[str, bytes]
    manifest: Own
    may_differ: tuple[str, ...] = ()


class Work(Protocol[Own]):
    """One configured study on its data, which has been checked.

    ``name`` opens its folder's, ``identity`` is all that decides its numbers; ``stage`` is what computing is called.
    """

    @property
    def name(self) -> str:
        """What the configuration calls it."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """JSON values: the same wherever the numbers are the same."""

    @property
    def manifest(self) -> type[Own]:
        """The class of its manifest."""

    @property
    def stage(self) -> str:
        """What computing its blocks is called, as progress shows it."""

    def other_data(self, other: RunManifest) -> list[str]:
        """The files of the data that ``other`` has differently, where that is all that tells the two apart."""

    def make(self, jobs: int, progress: Progress) -> Made[Own]:
        """Everything that is done once. Raises ConvergenceError where it fails."""

    def restore(self, files: Mapping[str, bytes], manifest: Own) -> Blocks[Any, Any]:
        """The same blocks from the files that ``make`` has made, which are whole."""


@dataclass(frozen=True)
class Prepared(Generic[Own]):
    """How blocks are computed, what progress calls that, the folder that keeps them, and what its manifest says."""

    blocks: Blocks[Any, Any]
    stage: str
    directory: RunDirectory
    manifest: Own


@dataclass(frozen=True)
class Stored(Generic[Own]):
    """A run whose blocks are all there: its folder, the files that prepare has written, and its manifest."""

    directory: RunDirectory
    files: Mapping[str, bytes]
    manifest: Own


@dataclass(frozen=True)
class Collected(Generic[Own]):
    """Tables as files by their names, and the manifest with what the study says of them.

    What is in parts is written as they come.
    """

    tables: Mapping[str, bytes | InParts]
    manifest: Own


class Forecast(Protocol):
    """What a study would run, before it runs: the name of its folder, facts as (what, how much), and notes.

    ``uses`` are the columns of a table, each with a name, a role and words on what became of it.
    """

    @property
    def run_name(self) -> str:
        """The folder's."""

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """In the order in which they are shown."""

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know."""

    @property
    def uses(self) -> Sequence[Any]:
        """Empty where the data are no table."""


@dataclass(frozen=True)
class StudyKind(Generic[Own, Result]):
    """A kind of study, by the ``name`` that manifests have, and the class of its configurations.

    ``manifests`` imports and returns the class of its manifests. ``work`` loads and checks the data that a loaded
    configuration names. ``collect`` joins the arrays of all blocks, in order, each of which is read when it comes;
    ``result`` reads a collected run back. ``again`` is the work that made a run, from its own configuration and the
    data that this names, for whoever makes blocks again. ``forecast`` says what a loaded configuration would run, and
    raises what running it would before anything runs. ``restated`` makes the files that tell of paths, names and looks,
    which a run that is finished takes over from the configuration that asks for it again; ``noted`` are its notes then.
    """

    name: str
    config: type[Any]
    manifests: Callable[[], type[Own]]
    work: Callable[[Any], Work[Own]]
    collect: Callable[[Stored[Own], Iterable[Arrays]], Collected[Own]]
    result: Callable[[RunDirectory, Own], Result]
    again: Callable[[RunDirectory, Own], Work[Own]]
    forecast: Callable[[Any], Forecast]
    restated: Callable[[Any], Mapping[str, bytes]] = lambda _: {}
    noted: Callable[[Any, Own], tuple[str, ...]] = lambda _, manifest: manifest.notes

    @property
    def manifest(self) -> type[Own]:
        """The class of its manifests."""
        return self.manifests()


Studies = Mapping[str, StudyKind[Any, Any]]
