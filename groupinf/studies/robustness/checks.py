"""What a study of robustness asks of the data, found before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groupinf.datasets.dataset import Dataset, without_plain_features
from groupinf.errors import ConfigError
from groupinf.studies.group_effects.checks import parameter_names
from groupinf.studies.linear.amount import rows_of
from groupinf.studies.linear.configured_model import (
    OTHER_LOSSES,
    loss_of,
    loss_problems,
    model_of,
    model_problems,
    other_loss,
)
from groupinf.studies.linear.data import cross_validation_problems, load_without_problems, sweep_problems
from groupinf.studies.robustness.schema import LoadedRobustness
from groupinf.wording import number


def load_checked(loaded: LoadedRobustness) -> Dataset:
    """The configured dataset, after every check that needs no fit.

    Raises ConfigError with file, line and key where the configuration asks what the data cannot give, and where the
    data that it names are not usable; OutOfMemoryError where they cannot fit.
    """
    return without_plain_features(load_without_problems(loaded, partial(_problems, loaded)))


def _problems(loaded: LoadedRobustness, dataset: Dataset) -> Iterator[ConfigError]:
    yield from sweep_problems(loaded)
    of_losses = loss_problems(loaded, dataset)
    yield from of_losses
    if not of_losses:
        yield from model_problems(loaded, dataset)
        yield from _model_problems(loaded, dataset)
        yield from _question_problems(loaded, dataset)
    yield from cross_validation_problems(loaded, dataset)
    rows, n = rows_of(loaded.config.most, dataset.n), dataset.n
    if not 1 <= rows < n:
        expected = f"expected from 1 to {n - 1:,} of the {n:,} training rows"
        share = f"int({number(loaded.config.most, 6)} · {n:,}) = " if isinstance(loaded.config.most, float) else ""
        yield loaded.error(("most",), f"{expected}, found {share}{rows:,}")


def _model_problems(loaded: LoadedRobustness, dataset: Dataset) -> Iterator[ConfigError]:
    """Robustness is of one smooth loss, of whose model scores and coefficients are asked."""
    for other in OTHER_LOSSES:
        if other_loss(loaded, dataset, other) is not None:
            expected = "expected the fitted loss alone, of whose scores and coefficients robustness tells"
            yield loaded.error(("model", other), f"{expected}, found another")
    loss = loss_of(loaded, dataset)
    if not loss.smooth:
        key = ("loss",) if loaded.config.loss is not None else ("model", "loss")
        yield loaded.error(key, f"expected a smooth loss, found {loss.name}")


def _question_problems(loaded: LoadedRobustness, dataset: Dataset) -> Iterator[ConfigError]:
    names, questions = parameter_names(dataset, model_of(loaded, dataset)), loaded.config.questions
    checked = [(i, question.check(dataset, names)) for i, question in enumerate(questions)]
    found = [loaded.error(("questions", i, problem.key), problem.message) for i, problem in checked if problem]
    yield from found
    if not found and all(question.most_asked(dataset, names) == 0 for question in questions):
        yield loaded.error(("questions",), "expected a question, found that all are left aside")
