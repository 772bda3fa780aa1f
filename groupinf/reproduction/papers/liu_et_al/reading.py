"""What the page needs of a run of single rows: ours, and what the authors' programs make of the same models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from groupinf.analysis.agreement import correlation, rank_correlation, slope
from groupinf.analysis.influence_components import Component, components
from groupinf.numerics.losses.loss import Array
from groupinf.reporting.single_rows.comparison import Comparison
from groupinf.reporting.single_rows.points import single_points
from groupinf.reporting.single_rows.removed import place_in_file, removed_rows
from groupinf.reproduction.papers.liu_et_al.as_computed import (
    DAMPING,
    AsComputed,
    Models,
    Use,
    as_computed,
    by_libsvm,
    models_of,
    use_of,
)
from groupinf.reproduction.results import Facts, facts_of
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.stored_theta import theta_of

# temperatures of the smooth hinge that the paper has numbers of
TEMPERATURES = (0.0, 0.01, 0.1)


@dataclass(frozen=True)
class Agreement:
    """A prediction of all rows on the loss of the first test point, beside actual effects: ρ, r and slope; r without
    the row that is farthest from its actual effect; and beside the exact influence r, the slope of the prediction on
    it, and the largest difference as a share of the largest.
    """

    spearman: float
    pearson: float
    slope: float
    pearson_without: float
    with_exact: float
    slope_on_exact: float
    off: float


@dataclass(frozen=True)
class Digit:
    """A training row: its number, label and predicted effect, and the share of rows whose loss is smaller."""

    row: int
    label: str
    influence: float
    easier: float


@dataclass(frozen=True)
class OfPoints:
    """What points of a run say on the first test point: of which label it is, components of influence by their
    columns, the share of rows that are farther without the training loss, how the model uses its rows, ‖weights‖, and
    the rows of least |influence| and most harmful.
    """

    label: str
    components: Mapping[str, Component]
    farther: float
    use: Use
    weights_norm: float
    least: Digit
    harmful: Digit


@dataclass(frozen=True)
class LiuFacts(Facts):
    """A run of single rows: the agreement of each method, by its name; which row the first is farthest off on, in
    words, and what is predicted of it and comes; where every row was removed what the authors' programs compute, of a
    support vector machine by temperature, also of the machine that scikit-learn fits; where the run has points what
    these say.
    """

    agreements: Mapping[str, Agreement]
    farthest: str
    on_it: tuple[float, float]
    theirs: AsComputed | None
    machines: Mapping[float, AsComputed]
    by_libsvm: Mapping[float, AsComputed]
    points: OfPoints | None

    @property
    def exact(self) -> Agreement:
        """The first method, which is influence by a factor."""
        return next(iter(self.agreements.values()))


def liu_facts(run: Run) -> LiuFacts:
    """What the page needs of a run; raises DataError where it is not whole."""
    facts, of = facts_of(run), removed_rows(run)
    first = next(iter(of.predicted.values()))
    worst = int(np.argmax(np.abs(first - of.actual)))
    every = of.rows.size == run.manifest.n
    models = models_of(run) if every else None
    theirs = None if models is None or not run.manifest.loss.smooth else as_computed(models)
    machines = {} if models is None or run.manifest.loss.smooth else _by_temperature(models)
    has_free = models is not None and bool(machines) and 0.0 in models.train.penalty()
    return LiuFacts(
        manifest=facts.manifest,
        spearman=facts.spearman,
        point=facts.point,
        sets=facts.sets,
        agreements={method: _agreement(of.comparison(method), first, worst) for method in of.predicted},
        farthest=place_in_file(run, int(of.rows[worst])),
        on_it=(float(first[worst]), float(of.actual[worst])),
        theirs=theirs,
        machines=machines,
        by_libsvm=_by_temperature(by_libsvm(models)) if has_free and models is not None else {},
        points=None if run.points is None else _of_points(run),
    )


def _by_temperature(models: Models) -> dict[float, AsComputed]:
    """At t = 0 with the damping without which the Hessian has no inverse."""
    return {t: as_computed(models.smoothed(t), 0.0 if t else DAMPING) for t in TEMPERATURES}


def _agreement(of: Comparison, exact: Array, worst: int) -> Agreement:
    predicted = of.predicted
    return Agreement(
        spearman=float(rank_correlation(predicted, of.actual)),
        pearson=of.pearson,
        slope=of.slope,
        pearson_without=of.where(np.arange(predicted.size) != worst).pearson,
        with_exact=float(correlation(predicted, exact)),
        slope_on_exact=float(slope(exact, predicted)),
        off=float(np.abs(predicted - exact).max() / np.abs(exact).max()),
    )


def _of_points(run: Run) -> OfPoints:
    of = single_points(run)[0]
    rows, theta = of.rows, theta_of(run.path).theta
    influence, without = rows.influence.to_numpy(), rows.without_train_loss.to_numpy()
    losses = rows["loss"].to_numpy(dtype=np.float64)

    def digit(at: int) -> Digit:
        row = rows.iloc[at]
        easier = float(np.mean(losses < losses[at]))
        return Digit(int(row["row"]), str(row["label"]), float(influence[at]), easier)

    return OfPoints(
        label=str(of.label),
        components=components(rows, of.label),
        farther=float(np.mean(np.abs(without) > np.abs(influence))),
        use=use_of(influence, rows["score"].to_numpy(dtype=np.float64)),
        weights_norm=float(np.linalg.norm(theta[: run.manifest.d])),
        least=digit(int(np.argmin(np.abs(influence)))),
        harmful=digit(int(np.argmin(influence))),
    )
