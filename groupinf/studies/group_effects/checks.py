"""What the configuration asks of the data, found before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from groupinf.config.column_names import names_of
from groupinf.config.reader import Key
from groupinf.config.section import Problem
from groupinf.datasets.dataset import Dataset, without_plain_features
from groupinf.datasets.rows.pool import pool_as_training_rows, with_pool, without_pool
from groupinf.effects.changes.change import Change
from groupinf.effects.changes.registry import REMOVE
from groupinf.effects.evaluations.evaluation import Evaluation, ParameterNames, Quantity
from groupinf.effects.evaluations.registry import EVALUATIONS, of_the_paper
from groupinf.effects.methods.method import Method, Readout
from groupinf.effects.methods.registry import METHODS
from groupinf.errors import ConfigError, DataError
from groupinf.groups.by_value import rows_by_value
from groupinf.groups.sizes import sizes_problem
from groupinf.groups.streams import builder_stream
from groupinf.numerics.intercept import Intercept
from groupinf.studies.group_effects.retrain.section import Retrain, TopGroups, by_name
from groupinf.studies.group_effects.row_orders import order_problems
from groupinf.studies.group_effects.schema import LoadedStudy, TestPoints
from groupinf.studies.group_effects.test_points import most_points, rows_of_keys
from groupinf.studies.group_effects.test_set import TestSetByColumn, column_problem
from groupinf.studies.linear.configured_model import (
    intercept_of,
    loss_of,
    loss_problems,
    model_of,
    model_problems,
)
from groupinf.studies.linear.data import cross_validation_problems, load_without_problems, sweep_problems
from groupinf.studies.linear.linear_model import LinearModel
from groupinf.wording import counted, listed

# of the random stream that draws a pool
POOL = "pool"


def load_checked(loaded: LoadedStudy, drawn: bool = False) -> Dataset:
    """The configured dataset, after every check that needs no fit; ``drawn`` says that groups are there already.

    Raises ConfigError with file, line and key where the configuration asks what the data cannot give, and where the
    data that it names are not usable; OutOfMemoryError where they cannot fit.
    """
    dataset = load_without_problems(loaded, partial(_problems, loaded, drawn), partial(_pooled, loaded))
    return dataset if loaded.config.points is not None else without_plain_features(dataset)


def _problems(loaded: LoadedStudy, drawn: bool, dataset: Dataset) -> Iterator[ConfigError]:
    """All that the configuration asks and the data cannot give, the pool aside."""
    yield from sweep_problems(loaded)
    of_losses = loss_problems(loaded, dataset)
    yield from of_losses
    if (dataset.pool is not None) == change_of(loaded).of_pool:  # else what groups are drawn from is not known
        yield from _group_problems(loaded, dataset)
    of_test_points = _test_point_problems(loaded, dataset)
    yield from of_test_points
    if not of_losses and not of_test_points:
        yield from _points_problems(loaded, dataset)
    if not of_losses:
        yield from model_problems(loaded, dataset)
        yield from _evaluation_problems(loaded, dataset)
        yield from () if drawn else _order_problems(loaded, dataset)
        yield from _method_problems(loaded, dataset)
        yield from _theory_problems(loaded, dataset)
        yield from _retrain_problems(loaded, dataset)
    yield from cross_validation_problems(loaded, dataset)


def evaluations_of(loaded: LoadedStudy, dataset: Dataset) -> tuple[Evaluation, ...]:
    """The configured evaluations; where the key is left out, those of the paper that the loss allows."""
    if loaded.config.evaluations is not None:
        return loaded.config.evaluations
    return of_the_paper(loss_of(loaded, dataset))


def quantities_of(loaded: LoadedStudy, dataset: Dataset) -> tuple[Quantity, ...]:
    """What the :func:`evaluations_of` measure of models of the data."""
    names = parameter_names(dataset, model_of(loaded, dataset))
    return tuple(evaluation.quantity(names) for evaluation in evaluations_of(loaded, dataset))


def parameter_names(dataset: Dataset, model: LinearModel) -> ParameterNames:
    """What the parameters of models of the data are called, and the test rows by their columns."""
    classes = tuple(str(label) for label in dataset.classes) if model.loss.outputs > 1 else ()
    test = TestSetByColumn(dataset, model.loss)
    return ParameterNames(dataset.feature_names, classes, model.intercept.columns > 0, test)


def change_of(loaded: LoadedStudy) -> Change:
    """What is done to the rows of a group: removal where the configuration does not say."""
    return loaded.config.change or REMOVE


def retrain_of(loaded: LoadedStudy, dataset: Dataset) -> Retrain:
    """What is to be retrained, with the evaluation that decides."""
    return by_name(loaded.config.retrain, [evaluation.name for evaluation in evaluations_of(loaded, dataset)])


def _pooled(loaded: LoadedStudy, dataset: Dataset) -> Dataset:
    """The dataset with the pool that groups are drawn from, if the change draws from one, and else without.

    Raises ConfigError where the change cannot be made to the data, or its pool takes every row of a class, which a free
    intercept needs.
    """
    change, marked = change_of(loaded), 0 if dataset.pool is None else dataset.pool.y.size
    problem = change.check(dataset.n, dataset.classes, marked)
    if problem is not None:
        raise loaded.error(("change", problem.key), problem.message)
    if not change.of_pool:
        return without_pool(dataset)
    rows = change.pool(dataset.n, builder_stream(loaded.config.seed, POOL))
    if rows is None:
        return dataset
    left, free = np.delete(dataset.y_train, rows), intercept_of(loaded) is Intercept.FREE
    for code, label in enumerate(dataset.classes):
        if free and not (left == code).any():
            expected = f"expected a pool that leaves every class to the fit, found all rows of class {label} in it"
            raise loaded.error(("change", "pool_fraction"), f"{expected}; a smaller share may leave some")
    return with_pool(dataset, rows)


def _evaluation_problems(loaded: LoadedStudy, dataset: Dataset) -> list[ConfigError]:
    loss = loss_of(loaded, dataset)
    evaluations, names = evaluations_of(loaded, dataset), parameter_names(dataset, model_of(loaded, dataset))
    defined = listed((e.name for e in EVALUATIONS.values() if e.is_defined(loss)), "or")
    data = f"the {len(dataset.classes)} classes of {dataset.name}" if dataset.classes else dataset.name
    undefined = [
        loaded.error(
            ("evaluations",),
            f"expected {defined} for {data}, found {e.name}, which is defined for {e.defined_for} only",
        )
        for e in evaluations
        if not e.is_defined(loss)
    ]
    checked = [(i, e.check(names)) for i, e in enumerate(evaluations) if e.is_defined(loss)]
    return [
        *undefined,
        *(loaded.error(("evaluations", i, problem.key), problem.message) for i, problem in checked if problem),
        *(loaded.error(("methods",), why) for why in unpredicted(evaluations, loaded.config.methods)),
    ]


def unpredicted(evaluations: Sequence[Evaluation], methods: Sequence[Method]) -> Iterator[str]:
    """That not one method has an effect on what is measured, where that is so."""
    exact = [name for name, method in METHODS.items() if method.readout is Readout.EXACT]
    read = [method.readout for method in methods]
    if any(evaluation.differentiable for evaluation in evaluations) or Readout.EXACT in read:
        return
    name = listed(evaluation.name for evaluation in evaluations)
    expected = f"expected a method with an exact readout ({listed(exact, 'or')}), as {name} has no derivative"
    yield f"{expected}; found {listed(method.shown for method in methods)}"


def _group_problems(loaded: LoadedStudy, dataset: Dataset) -> list[ConfigError]:
    groups, dataset = loaded.located().groups, pool_as_training_rows(dataset)
    problems = []
    small = sizes_problem(groups.sizes, dataset.n) if groups.sizes is not None else None
    if small is not None:
        problems.append(loaded.error(("groups", "sizes", "min"), small))
    for i, builder in enumerate(groups.builders):
        problem = builder.check(dataset)
        if problem is not None:
            problems.append(loaded.error(("groups", "builders", i, problem.key), problem.message))
    if groups.attributes is not None:
        known = [] if problems else [builder.known_groups(dataset) for builder in groups.builders]
        of_attributes = groups.attributes.check(dataset, known)
        if of_attributes is not None:
            problems.append(loaded.error(("groups", "attributes", of_attributes.key), of_attributes.message))
    return problems


def _order_problems(loaded: LoadedStudy, dataset: Dataset) -> Iterator[ConfigError]:
    """Rows are ordered by their removal, of what the data and the losses allow."""
    model, evaluations = model_of(loaded, dataset), evaluations_of(loaded, dataset)
    for i, builder in enumerate(loaded.config.groups.builders):
        if builder.asked_order is None:
            continue
        key = ("groups", "builders", i)
        if change_of(loaded) != REMOVE:
            expected = f"expected {builder.name} only with the removal of rows, which it orders them by"
            yield loaded.error(key, f"{expected}; found the change {change_of(loaded).name}")
        refits = model.loss.smooth and model.linearised is None
        names = parameter_names(dataset, model)
        for problem in order_problems(builder.asked_order, evaluations, model.loss, names, refits):
            yield loaded.error((*key, problem.key), problem.message)


def _test_point_problems(loaded: LoadedStudy, dataset: Dataset) -> list[ConfigError]:
    points, rows = loaded.config.test_points, dataset.y_test.size
    if points.column is not None:
        message = _column_problem(points, dataset)
        return [] if message is None else [loaded.error(("test_points", "column"), message)]
    asked = {key: count for key in ("random", "highest_loss") if (count := getattr(points, key))}
    if sum(asked.values()) > rows:
        found = listed(f"{key}: {count}" for key, count in asked.items())
        default = "" if "test_points" in loaded.config.model_fields_set else ", the default"
        message = f"expected at most {counted(rows, 'test point')}, as there are test rows, found {found}{default}"
        return [loaded.error(("test_points",), message)]
    if points.keys is not None:
        try:
            rows_of_keys(points.keys, dataset)
        except DataError as error:
            return [loaded.error(("test_points", "keys"), str(error))]
    beyond = [i for i in points.indices or () if i >= rows]
    if beyond:
        hint = ", one more than the last: rows count from 0" if beyond[0] == rows else ""
        return [loaded.error(("test_points", "indices"), f"expected rows 0 to {rows - 1}, found {beyond[0]}{hint}")]
    return []


def _column_problem(points: TestPoints, dataset: Dataset) -> str | None:
    assert points.column is not None
    wrong = column_problem(names_of(points.column), dataset)
    if wrong is not None:
        return wrong if dataset.test_columns else f"{wrong}; say test points in another way"
    found = rows_by_value(dataset.test_columns, points.column, points.missing)
    return None if found.values else f"expected a test row with a value, found {found.gaps:,} without one"


def _method_problems(loaded: LoadedStudy, dataset: Dataset) -> list[ConfigError]:
    size = model_of(loaded, dataset).size(dataset)
    found: list[tuple[Key, Problem | None]] = [(("influence",), loaded.config.influence.unsolvable(dataset.n, size))]
    found += [(("methods", i), method.check(dataset.n, size)) for i, method in enumerate(loaded.config.methods)]
    problems = [loaded.error((*key, of.key), of.message) for key, of in found if of is not None]
    others = [e.name for e in evaluations_of(loaded, dataset) if e.differentiable and not e.on_test_points()]
    expected = "expected evaluations on test points alone where H⁻¹ is applied to their gradients"
    return [
        *problems,
        *(
            loaded.error(("methods", i), f"{expected}, found {listed(others)}")
            for i, method in enumerate(loaded.config.methods)
            if others and method.on_test_points_alone
        ),
    ]


def _theory_problems(loaded: LoadedStudy, dataset: Dataset) -> list[ConfigError]:
    """The theory is of one smooth loss, whose curvature a change of labels leaves as it is."""
    if loaded.config.theory is None:
        return []
    model, change = model_of(loaded, dataset), change_of(loaded)
    loss, y = model.loss, dataset.y_train.astype(np.float64)
    labels = change.labels(y, dataset.classes, builder_stream(loaded.config.seed, change.name))
    others = [key for key, other in (("linearised", model.linearised), ("measured", model.measured)) if other]
    if others:
        found = f"expected one loss that is fitted, linearised and measured, found another that is {listed(others)}"
    elif not loss.smooth:
        found = f"expected a smooth loss, found {loss.name}"
    elif labels is not None and loss.label_pull(y, labels) is None:
        found = f"expected a change that keeps curvatures, found {change.name}, which moves those of {loss.name}"
    else:
        return []
    return [loaded.error(("theory",), f"{found}; leave theory out")]


def _retrain_problems(loaded: LoadedStudy, dataset: Dataset) -> Iterator[ConfigError]:
    """The largest effects are of what is measured; what is asked of actual effects needs those of all groups."""
    retrain = loaded.config.retrain
    if retrain is None:
        return
    names = [evaluation.name for evaluation in evaluations_of(loaded, dataset)]
    if isinstance(retrain, TopGroups) and retrain.by not in (None, *names):
        expected = f"expected one of the evaluations of the study, {listed(names, 'or')}"
        yield loaded.error(("retrain", "by"), f"{expected}, found {retrain.by}")
    if loaded.config.theory is not None:
        expected = "expected theory only where all groups are retrained, whose effects it is about"
        yield loaded.error(("theory",), f"{expected}; proven intervals come without it: leave theory or retrain out")
    if retrain == "none" and loaded.config.test_points.bootstrap is not None:
        expected = "expected bootstrap only where groups are retrained, whose actual effects it resamples"
        yield loaded.error(("test_points", "bootstrap"), f"{expected}; leave bootstrap or retrain out")


def told_of_points(loaded: LoadedStudy, dataset: Dataset) -> list[str]:
    """The evaluations that points are told of: those of test points that have derivatives."""
    return [of.name for of in evaluations_of(loaded, dataset) if of.on_test_points() and of.differentiable]


def _points_problems(loaded: LoadedStudy, dataset: Dataset) -> Iterator[ConfigError]:
    """Points are told of removal, on evaluations of test points that have derivatives."""
    points, change = loaded.config.points, change_of(loaded)
    if points is None:
        return
    if change != REMOVE:
        expected = "expected points only with the removal of rows, of which they tell"
        yield loaded.error(("points",), f"{expected}; found the change {change.name}; leave points or change out")
        return
    told = told_of_points(loaded, dataset)
    if not told:
        able = listed((name for name, of in EVALUATIONS.items() if of.on_test_points() and of.differentiable), "or")
        names = listed(of.name for of in evaluations_of(loaded, dataset))
        yield loaded.error(("evaluations",), f"expected {able} among them beside points, found {names}")
    for problem in points.problems(dataset, len(told) * most_points(loaded.config.test_points, dataset)):
        yield loaded.error(("points", problem.key), problem.message)
