"""What a study that repairs labels asks of the data, found before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.errors import ConfigError
from groupinf.numerics.intercept import Intercept
from groupinf.studies.linear.amount import Amount, rows_of
from groupinf.studies.linear.configured_model import intercept_of, loss_problems, model_problems
from groupinf.studies.linear.data import cross_validation_problems, load_without_problems, sweep_problems
from groupinf.studies.repair_labels.flips import NO_OPTIMUM, OTHER_FLIPS, drawn_flips, empty_class
from groupinf.studies.repair_labels.schema import LoadedRepair
from groupinf.wording import number


def load_checked(loaded: LoadedRepair) -> Dataset:
    """The configured dataset, after every check that needs no fit.

    Raises ConfigError with file, line and key where the configuration asks what the data cannot give, and where the
    data that it names are not usable; OutOfMemoryError where they cannot fit.
    """
    return load_without_problems(loaded, partial(_problems, loaded))


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
    of_numbers = list(_number_problems(loaded, dataset.n))
    yield from of_numbers
    if not of_numbers:
        yield from _class_problems(loaded, dataset)


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


def _class_problems(loaded: LoadedRepair, dataset: Dataset) -> Iterator[ConfigError]:
    """Flips that take a class its last row and give it none, which a free intercept needs; the first such repeat.

    Of which rows are put right later, only a fit tells.
    """
    config, weight, classes = loaded.config, dataset.sample_weight_train, len(dataset.classes)
    y, count = dataset.y_train.astype(np.float64), rows_of(config.flip, dataset.n)
    fewest = np.bincount(dataset.y_train[weight > 0.0].astype(np.int64), minlength=classes).min()
    if intercept_of(loaded) is not Intercept.FREE or fewest > count:
        return
    for repeat in range(config.repeats):
        empty = empty_class(drawn_flips(y, classes, count, config.seed, repeat).y, weight, classes)
        if empty is not None:
            found = f"found that flips of repeat {repeat} leave no row of class {dataset.classes[empty]}"
            yield loaded.error(("flip",), f"expected every class to have rows, {found}, {NO_OPTIMUM}: {OTHER_FLIPS}")
            return
