"""What a study that repairs labels asks of the data, found before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator

from groupinf.datasets.dataset import Dataset
from groupinf.errors import ConfigError
from groupinf.studies.linear.configured_model import loss_problems, model_problems
from groupinf.studies.linear.data import cross_validation_problems, load_in_scale, sweep_problems
from groupinf.studies.repair_labels.schema import Amount, LoadedRepair, rows_of
from groupinf.wording import number


def load_checked(loaded: LoadedRepair) -> Dataset:
    """The configured dataset, after every check that needs no fit.

    Raises ConfigError with file, line and key where the configuration asks what the data cannot give, and where the
    data that it names are not usable; OutOfMemoryError where they cannot fit.
    """
    dataset, problems = load_in_scale(loaded)
    problems += _problems(loaded, dataset)
    if problems:
        raise ConfigError("\n".join(map(str, problems)))
    return dataset


def _problems(loaded: LoadedRepair, dataset: Dataset) -> Iterator[ConfigError]:
    yield from sweep_problems(loaded)
    if not dataset.classes:
        expected = "expected data with classes, whose labels can be flipped, found regression"
        yield loaded.error(("dataset",), expected)
        return
    of_losses = loss_problems(loaded, dataset)
    yield from of_losses
    if not of_losses:
        yield from model_problems(loaded, dataset)
    yield from cross_validation_problems(loaded, dataset)
    yield from _number_problems(loaded, dataset.n)


def _number_problems(loaded: LoadedRepair, n: int) -> Iterator[ConfigError]:
    """Numbers of rows that the data do not have, and steps that are no row apart."""
    config = loaded.config
    for key, amount in ((("flip",), config.flip), (("inspect", "max"), config.inspect.max)):
        problem = _no_number(amount, n)
        if problem is not None:
            yield loaded.error(key, problem)
    if len(set(config.inspect.rows(n))) < config.inspect.num:
        last = rows_of(config.inspect.max, n)
        expected = f"expected at most {last + 1:,} numbers of inspected rows, from 0 to {last:,}"
        yield loaded.error(("inspect", "num"), f"{expected}, found {config.inspect.num:,}")


def _no_number(amount: Amount, n: int) -> str | None:
    rows = rows_of(amount, n)
    if rows < 1:
        return f"expected at least one row, found int({number(amount, 6)} · {n:,}) = 0"
    return f"expected at most {n:,} rows, as there are training rows, found {rows:,}" if rows > n else None
