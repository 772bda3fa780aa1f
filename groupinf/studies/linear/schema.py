"""What the configurations of all studies of a linear model have: data, a loss, a model, and a regularisation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from groupinf.config.load import LoadedConfig
from groupinf.config.registered import FaultBelowError
from groupinf.config.section import PositiveFloat, PositiveInt, Range, Section, StudyConfig, exclusive
from groupinf.config.sweep_schema import SweepConfig
from groupinf.datasets.registry import DatasetConfig
from groupinf.studies.linear.model_section import MODEL, LossName, ModelConfig


class CrossValidation(Range):
    """λ/n by cross-validation: ``num`` values log-spaced from ``min`` to ``max``; best mean score, first of ties."""

    num: PositiveInt
    folds: Annotated[int, Field(ge=2)] = 5
    shuffle: bool = False
    score: Literal["accuracy", "f1", "log_loss"] | None = None
    stratified: Annotated[bool | None, AfterValidator(lambda value: value or None)] = None

    def score_for(self, task: str) -> Literal["accuracy", "f1", "log_loss"]:
        """The configured score; where the key is left out, accuracy, and log_loss for regression."""
        return self.score or ("log_loss" if task == "regression" else "accuracy")


class Regularization(Section):
    """λ/n itself, or how to choose it: exactly one of the two; and the values that a sweep goes through."""

    lambda_over_n: PositiveFloat | None = None
    cross_validation: CrossValidation | None = None
    sweep: SweepConfig | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Regularization:
        expected = "expected either lambda_over_n or cross_validation"
        if self.lambda_over_n is not None and self.cross_validation is not None:
            raise exclusive(f"{expected}, found both")
        if self.lambda_over_n is None and self.cross_validation is None:
            raise ValueError(f"{expected}, found neither")
        return self


class LinearConfig(StudyConfig):
    """A dataset, a loss, a model and a regularisation; a kind of study adds its own sections."""

    dataset: DatasetConfig
    loss: LossName | None = None
    model: Annotated[ModelConfig, MODEL] | None = None
    regularization: Regularization

    @model_validator(mode="after")
    def _one_loss(self) -> LinearConfig:
        if self.loss is not None and self.model_or_default.loss is not None:
            raise FaultBelowError(("loss",), "expected the loss here or in model, found both; model.loss is enough")
        return self

    @property
    def model_or_default(self) -> ModelConfig:
        """The section, also where it is left out."""
        return self.model or ModelConfig()


# A configuration of any of these studies that knows where it came from.
LoadedLinear = LoadedConfig[LinearConfig]


def resolved(loaded: LoadedLinear, task: str) -> dict[str, Any]:
    """``loaded.resolved()``, with the defaults that the task of the data decides."""
    values, folds = loaded.resolved(), loaded.config.regularization.cross_validation
    if folds is not None:
        values["regularization"]["cross_validation"]["score"] = folds.score_for(task)
    return values
