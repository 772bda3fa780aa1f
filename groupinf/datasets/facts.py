"""What is known of a dataset before it is loaded: where it comes from, how large it is, what the paper says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.row_kinds.row_kind import RowKind


@dataclass(frozen=True)
class SourceFile:
    """A file that a user downloads into the data home.

    ``path`` is relative to the data home. ``sha256`` is None where it is not known: then nothing is verified.
    ``origin`` says in words where a file without a URL comes from.

    An archive may be repacked without a change of its contents, so these are what is verified where they are given:
    ``members`` maps the files inside a zip archive that are read to their sha256; ``listing_sha256`` is the sha256 of
    the lines ``<sha256>  <name>`` of the ``.txt`` files in these ``text_folders`` of a tar.gz archive, sorted by name
    (what ``sha256sum FILES | sha256sum`` prints).
    """

    path: str
    sha256: str | None
    urls: tuple[str, ...] = ()
    origin: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    listing_sha256: str | None = None
    text_folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetFacts:
    """One known dataset.

    ``natural_groups`` are columns of the training rows, ``test_sets`` columns of the test rows.
    ``n``, ``n_test``, ``d`` and ``n_classes`` are what the loader yields: ``n_test`` is None where no source states
    it, ``n_classes`` is 0 for regression. ``lambda_over_n``, ``test_accuracy`` and ``test_f1`` are those of Table 1 of
    Koh, Ang, Teo and Liang (2019), None for a dataset or a score that is not in it.

    A dataset without files is ``bundled_in`` a package that brings its data along, or ``made``: its rows are computed
    as it is loaded. ``adversarial`` says in a sentence what of a dataset was chosen so that predictions fail on it,
    empty where nothing was.

    ``shown_as`` is what a row of features, before they are standardised or made by a kernel, is shown as: the values of
    a key ``rows_are``, None for the default.

    ``cached``: loading takes long enough for a copy to be kept of what it yields; the loader does not use its seed.
    ``loader_version`` is raised whenever the loader yields something else from the same files.
    """

    name: str
    title: str
    n: int
    n_test: int | None
    d: int
    n_classes: int
    licence: str
    citation: str
    url: str
    files: tuple[SourceFile, ...] = ()
    bundled_in: str = ""
    made: bool = False
    adversarial: str = ""
    natural_groups: tuple[str, ...] = ()
    test_sets: tuple[str, ...] = ()
    lambda_over_n: float | None = None
    test_accuracy: float | None = None
    test_f1: float | None = None
    shown_as: Mapping[str, Any] | None = None
    cached: bool = False
    loader_version: int = 1

    @property
    def rows_are(self) -> RowKind:
        """The kind of rows that ``shown_as`` describes."""
        from groupinf.datasets.row_kinds.registry import ROW_KINDS, TABLES

        return TABLES if self.shown_as is None else ROW_KINDS[self.shown_as["kind"]].model_validate(self.shown_as)

    @property
    def without_files(self) -> str:
        """Where the rows of a dataset come from that has no files, in words that follow its name."""
        return "is made as it is loaded" if self.made else f"comes with {self.bundled_in}"


class Loader(Protocol):
    """Reads a dataset below the data home; ``seed`` decides the split where the dataset does not come with one."""

    def __call__(self, home: Path, seed: int) -> Dataset: ...


@dataclass(frozen=True)
class KnownDataset:
    """What is known of a dataset, and how it is loaded."""

    facts: DatasetFacts
    load: Loader

    @property
    def name(self) -> str:
        """The name by which a configuration asks for it."""
        return self.facts.name
