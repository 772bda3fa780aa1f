"""The kinds of data that a configuration may ask for, a line for each, and the one way to load any of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from groupinf.config.named_file import NamedFile, absolute, named_files
from groupinf.config.registered import KeyedSection
from groupinf.datasets.choice.choose import chosen, in_scale
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.kind import DatasetKind
from groupinf.registry import Registry

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


DATASET_KINDS: Registry[DatasetKind[Any]] = Registry(
    "kind of data",
    {
        "name": "groupinf.datasets.known.by_name:BY_NAME",
        "npz": "groupinf.datasets.own.npz:NPZ",
        "npy": "groupinf.datasets.own.npy:NPY",
        "csv": "groupinf.datasets.own.csv:CSV",
        "parquet": "groupinf.datasets.own.parquet:PARQUET",
        "libsvm": "groupinf.datasets.own.libsvm:LIBSVM",
    },
)


class _Options(Mapping[str, type[RowChoice]]):
    """The options of each kind, of those too that are registered later."""

    def __getitem__(self, name: str) -> type[RowChoice]:
        return DATASET_KINDS[name].options

    def __contains__(self, name: object) -> bool:
        return name in DATASET_KINDS

    def __iter__(self) -> Iterator[str]:
        return iter(DATASET_KINDS)

    def __len__(self) -> int:
        return len(DATASET_KINDS)


# The section ``dataset``: of the kind whose name is one of its keys.
DatasetConfig = Annotated[RowChoice, KeyedSection(_Options())]


def kind_of(config: RowChoice) -> DatasetKind[Any]:
    """Return the kind of data that a section ``dataset`` asks for."""
    return {kind.options: kind for kind in DATASET_KINDS.values()}[type(config)]


def load_dataset(config: RowChoice, base: Path, seed: int) -> Dataset:
    """Return the rows that a section ``dataset`` asks for, of the data that it names, in their scales.

    As ``load_rows`` and ``scaled_rows``, which raise what this does.
    """
    return scaled_rows(config, load_rows(config, base, seed), base)


def load_rows(config: RowChoice, base: Path, seed: int) -> Dataset:
    """Return the rows that a section ``dataset`` asks for, of the data that it names, before they are scaled.

    Relative paths start from ``base``, ``~`` is the user's home. ``seed`` decides the split where the data do not come
    with one. Raises DataError where the data are absent or not usable, naming the file and the place in it, and
    DatasetConfigError where a key of the configuration causes or can mend that.
    """
    files = [_user_file(file, base) for file in named_files(config)]
    return chosen(config, kind_of(config).load(config, files, seed))


def scaled_rows(config: RowChoice, dataset: Dataset, base: Path) -> Dataset:
    """Return the rows that ``load_rows`` gave, a pool perhaps apart by now, in the scales that the section asks for.

    What is learnt is learnt from the training rows alone. Raises DataError and DatasetConfigError where they have none.
    """
    files = [absolute(file.path, base) for file in named_files(config)]
    return in_scale(config, dataset, str(files[0]) if files else dataset.name)


def declared_bytes(config: RowChoice, base: Path) -> int:
    """Return how many bytes of memory data take at least, by what their files declare; 0 where that is not known."""
    declared = kind_of(config).declared_bytes
    if declared is None:
        return 0
    return declared(config, [absolute(file.path, base) for file in named_files(config)])


def _user_file(file: NamedFile, base: Path) -> Path:
    """The existing file that a configuration's path means; raises DatasetConfigError where there is none."""
    key = ("dataset", *map(str, file.key))
    try:
        path = absolute(file.path, base)
    except RuntimeError as error:
        raise DatasetConfigError(f"expected a file, found {file.path!r}: {error}", key) from error
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise DatasetConfigError(f"expected a file, found {found} at {path}", key)
    return path
