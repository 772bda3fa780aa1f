"""The data that a configuration of a linear model names, and what they cannot give its regularisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.kernels.features import with_kernel
from groupinf.datasets.registry import declared_bytes, load_rows, scaled_rows
from groupinf.datasets.rows.pool import without_pool
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.workers.libraries import load_libraries, reserve_buffers
from groupinf.experiments.workers.memory import require_memory
from groupinf.numerics.intercept import Intercept
from groupinf.studies.linear.configured_model import intercept_of
from groupinf.studies.linear.folds import folds_of
from groupinf.studies.linear.schema import CrossValidation, LoadedLinear


def load_in_scale(
    loaded: LoadedLinear, pooled: Callable[[Dataset], Dataset] = without_pool
) -> tuple[Dataset, list[ConfigError]]:
    """The configured dataset in its scales, of the features of its kernel where it has one, and what is wrong with it.

    ``pooled`` sets a pool apart before anything is learnt from the rows that are left; it raises ConfigError where it
    cannot. Raises ConfigError with file, line and key where the data are not usable; OutOfMemoryError where they cannot
    fit.
    """
    load_libraries()
    place = str(loaded.error(("dataset",), "")).rstrip(": ")
    require_memory(declared_bytes(loaded.config.dataset, loaded.base), place)
    reserve_buffers()
    problems: list[ConfigError] = []
    try:
        dataset = load_rows(loaded.config.dataset, loaded.base, loaded.config.seed)
        try:
            dataset = pooled(dataset)
        except ConfigError as error:
            problems.append(error)
            dataset = without_pool(dataset)
        dataset = scaled_rows(loaded.config.dataset, dataset, loaded.base)
    except DatasetConfigError as error:
        raise loaded.error(error.key, str(error)) from error
    except DataError as error:
        raise loaded.error(("dataset",), str(error)) from error
    try:
        dataset = _with_kernel(loaded, dataset)
    except ConfigError as error:
        problems.append(error)
    return dataset, problems


def load_without_problems(
    loaded: LoadedLinear,
    problems: Callable[[Dataset], Iterable[ConfigError]],
    pooled: Callable[[Dataset], Dataset] = without_pool,
) -> Dataset:
    """The dataset of :func:`load_in_scale`; raises ConfigError with all that it and ``problems`` find wrong."""
    dataset, found = load_in_scale(loaded, pooled)
    found += problems(dataset)
    if found:
        raise ConfigError("\n".join(dict.fromkeys(map(str, found))))
    return dataset


def _with_kernel(loaded: LoadedLinear, dataset: Dataset) -> Dataset:
    kernel = loaded.config.model_or_default.kernel
    try:
        return dataset if kernel is None else with_kernel(dataset, kernel)
    except DataError as error:
        raise loaded.error(("model", "kernel"), str(error)) from error


def sweep_problems(loaded: LoadedLinear) -> list[ConfigError]:
    """A sweep where one λ/n is asked for."""
    if loaded.config.regularization.sweep is None:
        return []
    message = "expected a study at one λ/n, found a sweep; groupinf sweep runs it"
    return [loaded.error(("regularization", "sweep"), message)]


def cross_validation_problems(loaded: LoadedLinear, dataset: Dataset) -> list[ConfigError]:
    """Folds and scores that the data do not allow."""
    wanted = loaded.config.regularization.cross_validation
    if wanted is None:
        return []
    problems = dict(_score_problems(wanted, dataset))
    if wanted.folds > dataset.n:
        problems["folds"] = f"expected at most n = {dataset.n}, found {wanted.folds}"
    else:
        problems |= _emptied_fold(loaded, dataset, wanted)
    return [loaded.error(("regularization", "cross_validation", key), why) for key, why in problems.items()]


def _score_problems(wanted: CrossValidation, dataset: Dataset) -> Iterator[tuple[str, str]]:
    if wanted.stratified and dataset.task == "regression":
        yield "stratified", "expected stratified folds only of data with classes, found regression"
    if wanted.score in ("accuracy", "f1") and dataset.task == "regression":
        yield "score", f"expected log_loss (half the squared error), the default for regression, found {wanted.score}"
    elif wanted.score == "f1" and len(dataset.classes) != 2:
        yield "score", f"expected accuracy or log_loss, found f1, {_classes(dataset)}"


def _emptied_fold(loaded: LoadedLinear, dataset: Dataset, wanted: CrossValidation) -> dict[str, str]:
    if dataset.task == "regression" or intercept_of(loaded) is not Intercept.FREE:
        return {}
    for k, rows in enumerate(folds_of(wanted, dataset.y_train, loaded.config.seed)):
        left = np.bincount(np.delete(dataset.y_train.astype(np.int64), rows), minlength=len(dataset.classes))
        if (left == 0).any():
            emptied = dataset.classes[int(np.argmin(left))]
            message = f"expected folds that leave every class; without fold {k} no row of class {emptied} is left"
            message += "" if wanted.stratified else "; stratified: true gives every fold its share of each class"
            return {"folds": message}
    return {}


def _classes(dataset: Dataset) -> str:
    return f"which needs two classes where {dataset.name} has {len(dataset.classes)}"
