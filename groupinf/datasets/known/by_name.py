"""The kind of data ``dataset: {name: ...}``: known datasets, loaded through the cache where they are kept there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, ValidationInfo

from groupinf.config.registered import RegisteredName
from groupinf.config.section import Section
from groupinf.datasets.choice.options import RowChoice, Scaled
from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.kind import DatasetKind
from groupinf.datasets.known.registry import KNOWN
from groupinf.errors import DataError

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


class _Named(Section):
    name: Annotated[str, RegisteredName(KNOWN)]


def _beside_test_rows(value: bool | None, info: ValidationInfo) -> bool | None:
    if value and "test_rows" in info.data and info.data["test_rows"] is None:
        raise ValueError("expected test_rows beside unsplit, to say which rows test; found unsplit without them")
    return value


class NamedDataset(RowChoice, _Named):
    """A dataset of the registry, split as it comes unless it is ``unsplit``."""

    unsplit: Annotated[Scaled, AfterValidator(_beside_test_rows)] = None


def load_known(config: NamedDataset, files: Sequence[Path], seed: int) -> Dataset:
    """Return the dataset of that name from the data home, or from the cache where it is one that is kept there.
    Its rows are split as they come, or unsplit.

    Raises DataError where its files are absent or not those that are meant; the message says what to do about the first
    that is not right.
    """
    from groupinf.datasets.files.cache import cache_home, load_through_cache
    from groupinf.datasets.files.data_home import data_home
    from groupinf.datasets.rows.unsplit import unsplit

    known, cache, home = KNOWN[config.name], cache_home(), data_home()
    try:
        if known.facts.cached and cache is not None:
            dataset = load_through_cache(known.facts, known.load, home, seed, cache)
        else:
            dataset = known.load(home, seed)
    except DataError as error:
        raise _with_remedy(error, known.facts, home) from error
    return unsplit(dataset) if config.unsplit else dataset


def _with_remedy(error: DataError, facts: DatasetFacts, home: Path) -> DataError:
    """The error, or what is wrong with the first file that is not right, and what to do about it."""
    from groupinf.datasets.files.integrity import remedy, state_of

    states = [state_of(home, source) for source in facts.files]
    bad = next((state for state in states if state.status not in ("right", "unknown")), None)
    if bad is not None:
        moved = f", or set GROUPINF_DATA to the folder that holds {bad.source.path}" if bad.status == "missing" else ""
        return DataError(f"{bad.path}: {bad.fault}. {remedy(bad, facts.name)}{moved}".rstrip(". "))
    unknown = next((state for state in states if str(error).startswith(str(state.path))), None)
    if unknown is None:
        return error
    return DataError(f"{error}. {remedy(replace(unknown, status='wrong'), facts.name)}")


def _loader_version(config: NamedDataset, dataset: Dataset) -> Mapping[str, int]:
    return {"loader_version": KNOWN[config.name].facts.loader_version}


BY_NAME = DatasetKind(
    name="name",
    options=NamedDataset,
    load=load_known,
    declared_bytes=None,
    identity=_loader_version,
)
