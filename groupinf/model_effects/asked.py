"""What is asked of a fitted model: the same sections as those of a configuration, with defaults of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from groupinf.config.load import load_config
from groupinf.config.section import StudyConfig
from groupinf.datasets.dataset import Dataset
from groupinf.effects.changes.change import Change
from groupinf.effects.changes.registry import REMOVE
from groupinf.effects.evaluations.evaluation import Evaluation
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Method
from groupinf.effects.methods.newton import Newton
from groupinf.errors import ConfigError
from groupinf.model_effects.taken import Taken
from groupinf.numerics.losses.loss import Loss
from groupinf.studies.group_effects.checks import parameter_names, unpredicted
from groupinf.studies.group_effects.retrain.section import Retrain, TopGroups, by_name
from groupinf.studies.group_effects.schema import ChangeSection, Evaluations, Methods
from groupinf.studies.linear.linear_model import LinearModel
from groupinf.wording import listed

Entry = str | Mapping[str, Any] | Evaluation | Method
Entries = Entry | Sequence[Entry]


class Question(StudyConfig):
    """What is measured, what predicts it, and what is done to groups; the seed is that of random new labels."""

    evaluations: Evaluations = (TEST_LOSS,)
    methods: Methods = (Influence(), Newton())
    change: ChangeSection = REMOVE
    retrain: Retrain = None


def question(where: str, **given: object) -> Question:
    """The arguments that are ``given`` and not None, checked; messages open with ``where``.

    Raises ConfigError where one is not what a configuration may have there.
    """
    asked = {key: _as_list(key, value) for key, value in given.items() if value is not None}
    found = load_config({"name": where, **asked}, (), Question, where).config
    names = [evaluation.name for evaluation in found.evaluations]
    return found.model_copy(update={"retrain": by_name(found.retrain, names)})


def _as_list(key: str, value: object) -> object:
    """One evaluation or method stands for a list of it."""
    single = isinstance(value, str | Mapping | Evaluation | Method)
    return [value] if key in ("evaluations", "methods") and single else value


def require_possible(where: str, asked: Question, of: Taken) -> None:
    """Raises ConfigError where the model or its data cannot give what is asked."""
    dataset, model = of.dataset, of.linear
    problems = [*_of_evaluations(asked, of), *_of_methods(asked, dataset, model)]
    problems += [*_of_change(asked.change, dataset), *_of_retrain(asked)]
    if problems:
        raise ConfigError("\n".join(f"{where}: {problem}" for problem in problems))


def _of_evaluations(asked: Question, of: Taken) -> Iterator[str]:
    names, loss = parameter_names(of.dataset, of.linear), of.linear.loss
    for evaluation in asked.evaluations:
        on_test_rows = evaluation.on_test_points() or bool(evaluation.columns)
        if not evaluation.is_defined(loss):
            defined = listed((e.name for e in EVALUATIONS.values() if e.is_defined(loss)), "or")
            yield (
                f"evaluations: expected {defined} for the {loss.label}, found {evaluation.name}, which is defined for "
                f"{evaluation.defined_for} only"
            )
        elif on_test_rows and not of.tested:
            rows = "X_test and y_test" if evaluation.needs_labels else "X_test"
            yield f"evaluations: expected {rows} for {evaluation.name}, found none"
        elif evaluation.needs_labels and of.tested and not of.labelled:
            yield f"evaluations: expected y_test for {evaluation.name}, found X_test alone{_without_labels(loss)}"
        elif (problem := evaluation.check(names)) is not None:
            unknown = any(name not in of.dataset.test_columns for name in evaluation.columns)
            more = "; test_columns takes columns that are no features" if unknown else ""
            yield f"evaluations: {problem.message}{more}"


def _without_labels(loss: Loss) -> str:
    """What there is to ask of test rows whose labels are not known."""
    return f"; {TEST_PREDICTION.name} needs no labels" if TEST_PREDICTION.is_defined(loss) else ""


def _of_methods(asked: Question, dataset: Dataset, model: LinearModel) -> Iterator[str]:
    size = model.size(dataset)
    others = [e.name for e in asked.evaluations if e.differentiable and not e.on_test_points()]
    yield from (f"methods: {why}" for why in unpredicted(asked.evaluations, asked.methods))
    for method in asked.methods:
        if (problem := method.check(dataset.n, size)) is not None:
            yield f"methods: {method.shown}: {problem.message}"
        if others and method.on_test_points_alone:
            yield f"methods: {method.shown} predicts effects on test points alone, and {listed(others)} is on none"


def _of_change(change: Change, dataset: Dataset) -> Iterator[str]:
    if change.of_pool:
        yield f"change: expected one of training rows, found {change.name}, which is of rows beside them"
    elif (problem := change.check(dataset.n, dataset.classes, 0)) is not None:
        yield f"change: {problem.message}"


def _of_retrain(asked: Question) -> Iterator[str]:
    names = [evaluation.name for evaluation in asked.evaluations]
    if isinstance(asked.retrain, TopGroups) and asked.retrain.by not in (None, *names):
        yield f"retrain: by: expected one of the evaluations that are asked for, {listed(names, 'or')}"
