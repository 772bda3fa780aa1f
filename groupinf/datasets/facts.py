"""What is known of a dataset before it is loaded: where it comes from, how large it is, what the paper says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from groupinf.datasets.dataset import Dataset


@dataclass(frozen=True)
class SourceFile:
    """A file that a user downloads into the data home.

    ``path`` is relative to the data home. ``members`` maps the files inside an archive that are read to their
    sha256; they are what is verified, since an archive may be repacked without a change of its contents.
    """

    path: str
    urls: tuple[str, ...]
    sha256: str
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetFacts:
    """One registered dataset.

    ``n``, ``n_test``, ``d`` and ``n_classes`` are what the loader yields. ``lambda_over_n`` and ``test_accuracy``
    are those of Table 1 of Koh, Ang, Teo and Liang (2019), None for a dataset that is not in it.
    """

    name: str
    title: str
    n: int
    n_test: int
    d: int
    n_classes: int
    licence: str
    citation: str
    url: str
    files: tuple[SourceFile, ...] = ()
    natural_groups: tuple[str, ...] = ()
    lambda_over_n: float | None = None
    test_accuracy: float | None = None


class Loader(Protocol):
    """Reads a dataset below the data home; ``seed`` decides the split where the dataset does not come with one."""

    def __call__(self, home: Path, seed: int) -> Dataset: ...
