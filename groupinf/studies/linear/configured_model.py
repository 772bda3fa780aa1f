"""The model that the configuration asks for, and what the data cannot give it."""

from __future__ import annotations

from collections.abc import Iterator

from groupinf.datasets.dataset import Dataset
from groupinf.errors import ConfigError, DataError
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.losses.registry import loss_for
from groupinf.studies.linear.linear_model import LinearModel, linear_model
from groupinf.studies.linear.model_section import LossConfig
from groupinf.studies.linear.schema import LoadedLinear
from groupinf.wording import counted

# the keys of losses beside the fitted one
OTHER_LOSSES = ("linearised", "measured")


def loss_of(loaded: LoadedLinear, dataset: Dataset) -> Loss:
    """The configured loss; where the key is left out, the first registered one that is for the labels."""
    model = loaded.config.model_or_default
    return loss_for(len(dataset.classes), loaded.config.loss or model.loss, model.options)


def other_loss(loaded: LoadedLinear, dataset: Dataset, key: str) -> LossConfig | None:
    """The loss that is configured under a key of OTHER_LOSSES; None where it is the fitted one."""
    model = loaded.config.model_or_default
    other: LossConfig | None = getattr(model, key)
    fitted = loss_of(loaded, dataset)
    options = {option.name: option.default for option in fitted.options} | model.options
    return None if other is None or (other.loss, other.options) == (fitted.name, options) else other


def model_of(loaded: LoadedLinear, dataset: Dataset) -> LinearModel:
    """The configured model."""
    sections = (other_loss(loaded, dataset, key) for key in OTHER_LOSSES)
    others = (None if s is None else loss_for(len(dataset.classes), s.loss, s.options) for s in sections)
    return linear_model(loss_of(loaded, dataset), intercept_of(loaded), *others)


def intercept_of(loaded: LoadedLinear) -> Intercept:
    """What is configured of an intercept."""
    return Intercept(loaded.config.model_or_default.intercept)


def loss_problems(loaded: LoadedLinear, dataset: Dataset) -> list[ConfigError]:
    """Losses that are not for the labels."""
    try:
        loss_of(loaded, dataset)
    except DataError as error:
        remedy = "" if loaded.config.loss is None else "; or leave the key out"
        key = ("loss",) if loaded.config.loss is not None or loaded.config.model is None else ("model", "loss")
        return [loaded.error(key, f"{error}{remedy}")]
    return [problem for key in OTHER_LOSSES for problem in _other_loss_problems(loaded, dataset, key)]


def _other_loss_problems(loaded: LoadedLinear, dataset: Dataset, key: str) -> Iterator[ConfigError]:
    other = other_loss(loaded, dataset, key)
    if other is None:
        return
    try:
        loss, outputs = loss_for(len(dataset.classes), other.loss, other.options), loss_of(loaded, dataset).outputs
    except DataError as error:
        yield loaded.error(("model", key, "loss"), str(error))
        return
    if loss.outputs != outputs:
        expected = f"expected a loss of {counted(outputs, 'score')}, as the fitted one is"
        yield loaded.error(("model", key, "loss"), f"{expected}, found {other.loss}, which is of {loss.outputs:,}")


def model_problems(loaded: LoadedLinear, dataset: Dataset) -> list[ConfigError]:
    """What a loss that is for the labels cannot do."""
    loss, model, problems = loss_of(loaded, dataset), model_of(loaded, dataset), []
    if not (model.linearised or model.loss).curved and intercept_of(loaded) is Intercept.FREE:
        expected = "expected penalised or none where derivatives have no curvature that would hold a free intercept"
        problems.append(loaded.error(("model", "intercept"), f"{expected}, found free"))
    if not loss.smooth and loaded.config.regularization.cross_validation is not None:
        expected = f"expected lambda_over_n with the {loss.label}, which cross-validation does not fit"
        problems.append(loaded.error(("regularization", "cross_validation"), expected))
    return problems
