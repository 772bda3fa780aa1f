"""What every run of a fitted linear model says of itself, whatever is done with the fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from groupinf.datasets.choice.left import RowsLeft
from groupinf.datasets.column_use import ColumnUse
from groupinf.datasets.dataset import Dataset, Task
from groupinf.experiments.folder.provenance import Provenance, provenance
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective
from groupinf.numerics.predict import accuracy, mean_loss
from groupinf.studies.linear.configured_model import other_loss
from groupinf.studies.linear.fit import Model, scored_values
from groupinf.studies.linear.manifest import FitCertificate, LossUsed, ScoredValue, loss_used
from groupinf.studies.linear.schema import LoadedLinear


class Described(TypedDict):
    """The fields of a manifest that the configuration, the data and the fit alone decide."""

    study: str
    name: str
    identity: Mapping[str, Any]
    sources: Mapping[str, str]
    provenance: Provenance
    dataset: str
    task: Task
    n: int
    d: int
    n_test: int
    classes: tuple[str, ...]
    loss_name: str
    loss_options: Mapping[str, float]
    linearised: LossUsed | None
    measured: LossUsed | None
    intercept: Intercept
    columns: tuple[ColumnUse, ...]
    rows_left: tuple[RowsLeft, ...]
    seed: int
    lam: float
    lam_over_n: float
    cross_validation: tuple[ScoredValue, ...] | None
    fit: FitCertificate


def described(
    study: str, identity: Mapping[str, Any], loaded: LoadedLinear, dataset: Dataset, chosen: Model
) -> Described:
    """What is said of a configuration of a kind of ``study``, its data and its fit."""
    config, fitted, machine = loaded.config, chosen.fitted, chosen.machine
    return Described(
        study=study,
        name=config.name,
        identity=identity,
        sources=dict(dataset.sources),
        provenance=provenance(),
        dataset=dataset.name,
        task=dataset.task,
        n=dataset.n,
        d=dataset.d,
        n_test=dataset.n_test,
        classes=tuple(str(label) for label in dataset.classes),
        loss_name=fitted.objective.loss.name,
        loss_options=config.model_or_default.options,
        linearised=loss_used(other_loss(loaded, dataset, "linearised")),
        measured=loss_used(other_loss(loaded, dataset, "measured")),
        intercept=fitted.objective.intercept,
        columns=tuple(dataset.uses),
        rows_left=dataset.rows_left,
        seed=config.seed,
        lam=fitted.objective.lam,
        lam_over_n=chosen.lam_over_n,
        cross_validation=scored_values(chosen),
        fit=FitCertificate(
            fitted.gradient_norm, fitted.decrement, fitted.passes, None if machine is None else machine.gap
        ),
    )


class Quality(TypedDict):
    """How well a fit does on training and test rows; accuracies only of classes."""

    train_accuracy: float | None
    test_accuracy: float | None
    train_loss: float
    test_loss: float


def quality(trained: Objective, test: Objective, theta: Array, task: Task) -> Quality:
    """Accuracies and mean losses of ``theta`` on the rows of two objectives."""
    classifies = task == "classification"
    return Quality(
        train_accuracy=accuracy(trained, theta) if classifies else None,
        test_accuracy=accuracy(test, theta) if classifies else None,
        train_loss=mean_loss(trained, theta),
        test_loss=mean_loss(test, theta),
    )
