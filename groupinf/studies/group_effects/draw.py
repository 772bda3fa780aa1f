"""Test points, groups and the frozen scales of their effects: drawn once, before anything is retrained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import sparse

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.pool import pool_as_training_rows
from groupinf.effects.changes.change import Change
from groupinf.effects.evaluations.evaluation import Norm, Quantity
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.freeze import Asked, ChangedFit, frozen_study
from groupinf.effects.influence import point_influence
from groupinf.effects.row_steps import row_step_products
from groupinf.effects.scales import frozen_scales
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.errors import DataError
from groupinf.experiments.workers.processes import each, one_thread
from groupinf.groups.attributes import Attributes
from groupinf.groups.build import build_groups
from groupinf.groups.configured_attributes import configured_attributes
from groupinf.groups.groups import Groups
from groupinf.groups.row_steps import RowSteps
from groupinf.groups.source import GroupSource
from groupinf.groups.streams import builder_stream
from groupinf.numerics.change import RowChange, removed_curvatures
from groupinf.numerics.fit import Fitted
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, scores
from groupinf.points.row_scores import row_scores
from groupinf.studies.group_effects.changed_fit import row_change_of
from groupinf.studies.group_effects.checks import change_of, evaluations_of, parameter_names
from groupinf.studies.group_effects.duration import drawing_seconds
from groupinf.studies.group_effects.manifest import GroupEffectsManifest, Skipped
from groupinf.studies.group_effects.row_orders import OrdersOfFit
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.group_effects.stored_groups import retrainable
from groupinf.studies.group_effects.test_points import ChosenPoints, choose_test_points, chosen_again
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.fit import Model


@dataclass(frozen=True)
class Drawn:
    """Test points, groups, what the user should know of them, and the groups that cannot be retrained, with why.

    ``at`` is the λ/n of the fit by which they were drawn.
    """

    at: float
    tested: ChosenPoints
    groups: Groups
    notes: tuple[str, ...]
    skipped: tuple[Skipped, ...]


def draw(loaded: LoadedStudy, dataset: Dataset, model: Model, test: Objective, jobs: int) -> Drawn:
    """Choose test points by their loss at θ̂ and build every group; builders run side by side."""
    fitted = model.linearised or model.first
    tested = one_thread(partial(draw_test_points, loaded, dataset, fitted), test)
    change = one_thread(partial(row_change_of, loaded, dataset), fitted)
    influence = one_thread(partial(_influence_on_test_loss, fitted, change), tested.of(test))
    candidates = slice(None) if dataset.pool is None else slice(dataset.n, None)
    builders = loaded.config.groups.builders
    needing = any(builder.needs_steps for builder in builders)
    suspected = any(builder.needs_self_newton for builder in builders)
    ordered = any(builder.asked_order or builder.asked_score for builder in builders)
    source = GroupSource(
        dataset=pool_as_training_rows(dataset),
        sizes=loaded.config.groups.sizes,
        residuals=change.own_residuals[candidates],
        influence=influence[candidates],
        test_points=tested.labels,
        seed=loaded.config.seed,
        test_set_names=tested.names,
        has_intercept=fitted.objective.intercept.columns > 0,
        steps=one_thread(partial(_steps, fitted, change), candidates) if needing else None,
        self_newton=one_thread(partial(_self_newton, fitted), test.loss) if suspected else None,
        row_orders=_orders(loaded, dataset, fitted, tested, test) if ordered else None,
    )
    comparing = sum(builder.compares_rows for builder in builders)
    seconds = drawing_seconds(comparing, dataset, model_of(loaded, dataset))
    groups, notes = build_groups(
        source, loaded.located().groups.builders, lambda build, tasks: each(build, tasks, jobs, seconds)
    )
    skipped = emptying(dataset, change_of(loaded), fitted.objective, change, in_fit(groups, dataset))
    if len(skipped) == len(groups):
        raise DataError(f"no group is left to retrain: each {skipped[0].reason}")
    return Drawn(model.lam_over_n, tested, groups, (*notes, *tested.notes), tuple(skipped))


def _self_newton(fitted: Fitted, measured: Loss) -> Array | None:
    found = row_scores(fitted, measured)
    return None if found is None else found.self_newton


def _orders(
    loaded: LoadedStudy, dataset: Dataset, fitted: Fitted, points: ChosenPoints, test: Objective
) -> OrdersOfFit:
    names = parameter_names(dataset, model_of(loaded, dataset))
    return OrdersOfFit(fitted, test.loss, partial(_rows_of, points, test), evaluations_of(loaded, dataset), names)


def _rows_of(points: ChosenPoints, test: Objective, quantity: Quantity) -> TestRows:
    return points.of(test, (quantity,))


def _steps(fitted: Fitted, change: RowChange, rows: slice) -> RowSteps:
    kernel, gram = row_step_products(fitted, rows)
    return RowSteps(change.residuals[rows], removed_curvatures(fitted, change)[rows], kernel, gram)


def attributes_of(loaded: LoadedStudy, dataset: Dataset, groups: Groups) -> Attributes:
    """What the data and the configuration say of groups that were drawn, of a pool's rows where there is one."""
    return configured_attributes(loaded.located().groups.attributes, pool_as_training_rows(dataset), groups)


def drawn_again(loaded: LoadedStudy, dataset: Dataset, groups: Groups, about: GroupEffectsManifest) -> Drawn:
    """What an earlier run has drawn: its groups, and what its manifest says."""
    tested = chosen_again(loaded.config.test_points, dataset, about.test_points)
    return Drawn(about.drawn_at_lam_over_n, tested, groups, about.notes_on_groups, about.skipped)


def make_study(
    changed: ChangedFit,
    groups: Groups,
    test: Objective,
    drawn: Drawn,
    evaluations: Sequence[Quantity],
    loaded: LoadedStudy,
) -> Study:
    """Freeze what every block reads; ``groups`` are those drawn as rows of the fit, ``test`` is the whole test set."""
    numbers = retrainable(drawn.groups, drawn.skipped)
    W = groups.removal_matrix(changed.fitted.objective.n)
    W = W if len(numbers) == len(groups) else sparse.csr_array(W[list(numbers)])
    scales, norms = frozen_scales(changed.fitted, changed.change, drawn.tested.of(test, evaluations), W, evaluations)
    return study_from(loaded, changed, test, drawn.tested, evaluations, drawn.groups, scales, norms)


def study_from(
    loaded: LoadedStudy,
    changed: ChangedFit,
    test: Objective,
    tested: ChosenPoints,
    evaluations: Sequence[Quantity],
    groups: Groups,
    scales: Mapping[str, float],
    norms: Mapping[str, Norm],
) -> Study:
    """A study from what has been drawn, now or by an earlier run; ``test`` is the whole test set."""
    config, points = loaded.config, tested.of(test, evaluations)
    resamples = config.test_points.bootstrap
    if resamples is not None:
        points = replace(points, counts=tested.counts(resamples, builder_stream(config.seed, "bootstrap")))
    asked = Asked(tuple(evaluations), config.methods, config.influence, config.seed)
    return frozen_study(changed, points, asked, float(groups.sizes.mean()), scales, norms)


def emptying(dataset: Dataset, change: Change, fit: Objective, rows: RowChange, groups: Groups) -> list[Skipped]:
    """Groups, of rows of the objective ``fit``, whose change leaves a class, or the training set, without a row of
    positive weight.

    Without a row of some class the loss falls for ever as a free intercept grows: there is no finite optimum. Where no
    intercept is free there is one, and only a training set without a row tells nothing.
    """
    free = fit.intercept is Intercept.FREE
    classes = dataset.classes if free else ()
    before = _counted_by_class(classes, fit.sample_weight, fit.y)
    after = _counted_by_class(classes, rows.times * rows.own, fit.y if rows.label is None else rows.label)
    left = before.sum(axis=0) + np.asarray(groups.removal_matrix(fit.n) @ (after - before))
    skipped = []
    for group in np.flatnonzero((left == 0).any(axis=1)):
        emptied = int(np.argmin(left[group]))
        what = f"class {classes[emptied]}" if classes else "the training set"
        left_with = "the retrained model has no finite optimum" if free else "nothing is left to fit"
        reason = f"{change.does} every row of {what}: {left_with}"
        skipped.append(Skipped(int(group), groups.name[group], reason))
    return skipped


def _counted_by_class(classes: Sequence[object], weight: Array, y: Array) -> Array:
    """1 at the class of each row that counts: (n, K), one column where there are no classes."""
    codes = y.astype(np.int64) if classes else np.zeros(y.size, dtype=np.int64)
    by_class = np.zeros((y.size, max(1, len(classes))))
    by_class[np.arange(y.size), codes] = weight > 0
    return by_class


def in_fit(groups: Groups, dataset: Dataset) -> Groups:
    """The groups as rows of the fit's objective, where those of a pool, which they number from 0, stand last."""
    return groups if dataset.pool is None else replace(groups, indices=groups.indices + dataset.n)


def draw_test_points(loaded: LoadedStudy, dataset: Dataset, fitted: Fitted, test: Objective) -> ChosenPoints:
    """The configured test points, by their loss at θ̂; ``test`` is the whole test set."""
    losses = test.loss.values(scores(test.X, fitted.theta, test.loss.outputs), test.y)
    stream = builder_stream(loaded.config.seed, "test_points")
    return choose_test_points(loaded.config.test_points, dataset, losses, stream)


def _influence_on_test_loss(fitted: Fitted, change: RowChange, test: TestRows) -> np.ndarray:
    return point_influence(fitted, TEST_LOSS.gradients(test, fitted.theta), change.residuals)
