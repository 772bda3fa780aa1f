"""A fitted scikit-learn model, taken with its rows: its objective, and θ̂ with the factor of its Hessian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from groupinf.datasets.dataset import Dataset, Features
from groupinf.datasets.rows.labels import Targets, check_weights
from groupinf.effects.changes.change import Change
from groupinf.errors import DataError
from groupinf.estimators.estimator import Estimator, TrainingLabels, Translated
from groupinf.estimators.registry import estimator_of
from groupinf.experiments.workers.processes import one_thread
from groupinf.model_effects.given_groups import RowIndex
from groupinf.model_effects.given_rows import Given, codes_of, index_of, require_every_class, targets_of, weights_of
from groupinf.model_effects.optimum import Distance, distance, require_optimum
from groupinf.model_effects.pipeline import Steps, steps_of
from groupinf.model_effects.smooth_version import smoothed, told_of_smoothing
from groupinf.model_effects.terms import Terms, terms_of
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective
from groupinf.studies.group_effects.convention import Convention
from groupinf.studies.linear.fit import Model, fit_at
from groupinf.studies.linear.linear_model import LinearModel, test_objective, training_objective
from groupinf.wording import number

INTERCEPT = "intercept"


@dataclass(frozen=True)
class Taken:
    """A model at its optimum: its ``dataset``, the ``linear`` model with the ``fit``, and the ``test`` rows, which are
    the training rows where none are ``tested``; labels of these are known where they are ``labelled``.

    ``terms`` are what errors speak in, ``told`` says how it was taken, ``distance`` how far the model itself was from
    the optimum, ``index`` and ``test_index`` how rows are called.
    """

    name: str
    terms: Terms
    told: Mapping[str, str]
    distance: Distance
    dataset: Dataset
    linear: LinearModel
    fit: Model
    test: Objective
    tested: bool
    labelled: bool
    index: RowIndex
    test_index: RowIndex


def taken(model: Any, given: Given, refit: bool, smoothing: object = None) -> Taken:
    """``model`` with the rows that it was fitted to and is tested on, as ``groupinf.fitted_model`` says.

    Raises DataError where it is none of the models that there are, or does not go with the rows, and ConvergenceError
    where it is not at its optimum, unless it may be ``refit``.
    """
    steps = steps_of(model)
    case = estimator_of(steps.model)
    given.require_together()
    dataset, parts = _dataset(case, steps, given)
    if not parts.lam > 0.0:
        raise DataError(f"{case.name}: expected a penalty above 0, found λ = {parts.lam:g}")
    linear = LinearModel(smoothed(parts, smoothing, case.name), parts.intercept)
    start = _theta(parts, linear)
    terms = terms_of(case.name, parts.told["λ is"])
    with terms.spoken():
        fitted = one_thread(partial(_fit, linear, dataset), (parts.lam, start))
    objective = fitted.fitted.objective
    test = one_thread(partial(test_objective, dataset, linear), objective.basis)
    inside = objective.in_coordinates(start)
    outside = 0.0 if objective.basis is None else float(np.linalg.norm(start - objective.in_full(inside)))
    found = one_thread(partial(distance, fitted.fitted, inside, outside), test)
    if not refit:
        require_optimum(case.name, case.exactly, found, steps.told != "")
    return Taken(
        name=case.name,
        terms=terms,
        told=_told(steps, dataset, parts, linear, found, fitted),
        distance=found,
        dataset=dataset,
        linear=linear,
        fit=fitted,
        test=test,
        tested=given.X_test is not None,
        labelled=given.y_test is not None,
        index=RowIndex(dataset.n, index_of(given.X), index_of(given.y)),
        test_index=RowIndex(test.n, index_of(given.X_test), index_of(given.y_test), "X_test", "y_test"),
    )


def _fit(linear: LinearModel, dataset: Dataset, at: tuple[float, Array]) -> Model:
    lam, start = at
    return fit_at(linear, training_objective(dataset, linear, lam), start, lam / dataset.n)


def _dataset(case: Estimator, steps: Steps, given: Given) -> tuple[Dataset, Translated]:
    """All rows as a dataset, and the model's objective; without test rows the training rows stand in their place, and
    of test rows without labels all have the first.
    """
    train, names = steps.features(given.X, "X")
    tested, _ = (train, names) if given.X_test is None else steps.features(given.X_test, "X_test")
    classes = tuple(steps.model.classes_.tolist()) if case.classifies else ()
    labels_of = partial(codes_of, classes=classes) if case.classifies else targets_of
    labels = labels_of(given.y, n=train.shape[0], what="y", of="X")
    test_labels = labels if given.X_test is None else np.zeros(tested.shape[0])
    if given.y_test is not None:
        test_labels = labels_of(given.y_test, n=tested.shape[0], what="y_test", of="X_test")
    require_every_class(labels, classes, "y")
    targets, weight = Targets(labels, test_labels, classes), weights_of(given.sample_weight, train.shape[0])
    check_weights(weight, targets, "sample_weight")
    parts = case.translated(steps.model, TrainingLabels(labels, classes, weight))
    check_weights(parts.weight, targets, "class_weight")
    plain = Dataset(
        name=case.name,
        task="classification" if classes else "regression",
        X_train=train,
        y_train=labels,
        X_test=tested,
        y_test=test_labels,
        classes=classes,
        sample_weight_train=parts.weight,
        feature_names=names,
        test_columns=given.columns_of_test_rows(tested.shape[0]),
    )
    return _as_translated(plain, parts), parts


def _as_translated(plain: Dataset, parts: Translated) -> Dataset:
    """With classes as the numbers that they are fitted as, and the feature that stands for the intercept."""
    dataset = plain
    if parts.targets:
        targets = np.array([parts.targets[code] for code in range(len(parts.targets))])
        y_train, y_test = (targets[codes.astype(np.int64)] for codes in (plain.y_train, plain.y_test))
        dataset = replace(dataset, task="regression", classes=(), y_train=y_train, y_test=y_test)
    if parts.bias is not None:
        train, tested = (_with_column(rows, parts.bias) for rows in (plain.X_train, plain.X_test))
        names = (*plain.feature_names, INTERCEPT)
        dataset = replace(dataset, X_train=train, X_test=tested, feature_names=names)
    return dataset


def _with_column(X: Features, value: float) -> Features:
    column = np.full((X.shape[0], 1), value)
    if isinstance(X, np.ndarray):
        return np.ascontiguousarray(np.hstack([X, column]))
    return sparse.csr_array(sparse.hstack([X, sparse.csr_array(column)], format="csr"))


def _theta(parts: Translated, linear: LinearModel) -> Array:
    """The model's coefficients as θ (P,): row j of output k at j·K' + k."""
    rows = [parts.coef.T]
    if parts.bias is not None:
        rows.append(parts.constant[None] / parts.bias)
    if linear.intercept.columns:
        rows.append(parts.constant[None])
    return np.vstack(rows).ravel()


def _told(
    steps: Steps, dataset: Dataset, parts: Translated, linear: LinearModel, found: Distance, fit: Model
) -> dict[str, str]:
    """How the model was taken, by what each line is about."""
    told = dict(parts.told)
    of_lam = told.pop("λ is")
    intercept = linear.intercept.in_text
    if parts.bias is not None:
        intercept = f"penalised, as the coefficient of a feature that is {parts.bias:g} in every row"
    rows = f"n = {dataset.n:,} rows, d = {dataset.d:,} features"
    weights = parts.weight
    equal = bool(np.all(weights == 1.0))
    return {
        "data": rows,
        **({"steps": steps.told} if steps.told else {}),
        "loss": f"{linear.loss.label}, summed over rows; {linear.loss.units}",
        "λ": f"{number(parts.lam, 6)} ({of_lam}), kept when groups are changed",
        "λ/n": number(parts.lam / dataset.n, 6),
        "intercept": intercept,
        "weights": "1 for every row" if equal else f"{number(weights.min())} to {number(weights.max())}",
        **told,
        "optimum": _of_optimum(found),
        **one_thread(told_of_smoothing, fit.fitted),
        **({"note": "; ".join(fit.notes)} if fit.notes else {}),
    }


def _of_optimum(found: Distance) -> str:
    share = f"{number(100 * found.share, 2)} % of what leaving out a typical row does"
    if found.near:
        return f"effects are those of the exact optimum, from which the model is off by {share}"
    return f"refitted: effects are those of the exact optimum. The model was off by {share} ({found.in_words})"


def convention_of(of: Taken, change: Change) -> str:
    """What an effect is, in one line."""
    objective, linear = of.fit.fitted.objective, of.linear
    task, units = of.dataset.task, linear.loss.units
    return Convention(objective.lam, of.fit.lam_over_n, task, units, change, linear.intercept).sentence
