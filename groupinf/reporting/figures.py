"""Figures from finished runs by name, those of the first paper first: which runs and sweeps each takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.figure import Figure

from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.errors import DataError
from groupinf.experiments.study import StudyKind
from groupinf.registry import Registry
from groupinf.reporting.group_values.figure import values_figure
from groupinf.reporting.growing_groups.growth import growth_figure
from groupinf.reporting.growing_groups.removal import removal_figure
from groupinf.reporting.koh_liang_2017.children import children_figure, coefficients_figure
from groupinf.reporting.koh_liang_2017.components import variants_figure
from groupinf.reporting.koh_liang_2017.kernel import kernel_figure
from groupinf.reporting.koh_liang_2017.leave_one_out import leave_one_out_figure
from groupinf.reporting.koh_liang_2017.perturbation import perturbation_figure
from groupinf.reporting.koh_liang_2017.smooth_hinge import smooth_hinge_figure
from groupinf.reporting.liu_et_al.figure_1 import ridge_figure
from groupinf.reporting.liu_et_al.figure_2 import digits_figure
from groupinf.reporting.liu_et_al.figure_3 import components_figure
from groupinf.reporting.liu_et_al.figure_4 import smoothing_figure
from groupinf.reporting.liu_et_al.figure_5 import distance_figure
from groupinf.reporting.paper.counterexamples import three_comparisons
from groupinf.reporting.paper.grid import grid_figure
from groupinf.reporting.paper.lines import spearman_figure
from groupinf.reporting.paper.natural_groups import contributors, labelling_functions
from groupinf.reporting.paper.natural_groups.figure_4 import applications
from groupinf.reporting.paper.natural_groups.reading import COVERAGE, PRECISION
from groupinf.reporting.paper.scatter import by_evaluation, by_lambda, by_method, other_test_points
from groupinf.reporting.repair.curves import repair_figure
from groupinf.reporting.single_rows.needs import ANY, CLASSES, REGRESSION, TWO_CLASSES, Need, needed
from groupinf.reporting.sources import Source, series_of
from groupinf.reporting.theory.bounds import bounds_figure
from groupinf.reporting.theory.cones import cones_figure
from groupinf.reporting.theory.spectrum import spectrum_figure
from groupinf.reporting.theory.spread import spread_figure
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.group_values.study import GROUP_VALUES
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.studies.repair_labels.study import REPAIR_LABELS


@dataclass(frozen=True)
class NamedFigure:
    """A figure by its ``name`` on the command line, what it ``shows`` in a line, and what draws it from the sources, of
    runs of one ``kind``.

    ``as_published`` draws what the authors have drawn where that is something else: with factors that they do not tell.
    Drawing raises DataError where the runs are not what it joins, or lack what it shows.
    """

    name: str
    shows: str
    draw: Callable[[Sequence[Source]], Figure]
    as_published: Callable[[Sequence[Source]], Figure] | None = None
    kind: StudyKind[Any, Any] = GROUP_EFFECTS


def _single(name: str, sources: Sequence[Source]) -> list[Any]:
    """The runs, where none is of a sweep."""
    for source in sources:
        if source.is_sweep:
            raise DataError(f"{source.path}: expected a run for {name}, found a sweep; name one of the runs in it")
    return [run for source in sources for run in source.runs]


def _only(name: str, sources: Sequence[Source]) -> Any:
    """The one run."""
    runs = _single(name, sources)
    if len(runs) > 1:
        raise DataError(f"{name}: expected one run, found {len(runs)}")
    return runs[0]


OfRuns = Callable[[Sequence[Run]], Figure]


def _of_runs(name: str, shows: str, draw: OfRuns) -> NamedFigure:
    """A figure of single runs."""
    return NamedFigure(name, shows, lambda sources: draw(_single(name, sources)))


def _of_run(name: str, shows: str, draw: Callable[[Run], Figure], need: Need = ANY) -> NamedFigure:
    """A figure of one run, of a kind that single rows are shown of."""
    return NamedFigure(name, shows, lambda sources: draw(*needed([_only(name, sources)], need)))


def _of_each(name: str, shows: str, need: Need, draw: OfRuns, as_published: OfRuns | None = None) -> NamedFigure:
    """A figure of single rows in several runs of a kind, each of which is there once."""

    def of(drawing: OfRuns) -> Callable[[Sequence[Source]], Figure]:
        return lambda sources: drawing(needed(_single(name, sources), need))

    return NamedFigure(name, shows, of(draw), None if as_published is None else of(as_published))


def _of_repairs(name: str, shows: str, draw: Callable[[RepairRun], Figure]) -> NamedFigure:
    """A figure of one run that repairs labels."""
    return NamedFigure(name, shows, lambda sources: draw(_only(name, sources)), kind=REPAIR_LABELS)


def _of_series(name: str, shows: str, draw: Callable[[Sequence[Sequence[Run]]], Figure]) -> NamedFigure:
    """A figure of runs by rising λ/n."""
    return NamedFigure(name, shows, lambda sources: draw(series_of(sources)))


# as the paper calls them, those of its theory, which it does not draw, then those of other papers
FIGURES: Registry[NamedFigure] = Registry(
    "figure",
    (
        _of_runs(
            "figure-1",
            "influence against actual effects, a column for each run",
            lambda runs: grid_figure(by_evaluation(runs, Influence)),
        ),
        _of_runs(
            "figure-2",
            "Newton against actual effects, a column for each run",
            lambda runs: grid_figure(by_evaluation(runs, Newton)),
        ),
        _of_runs(
            "figure-3",
            "counterexamples: influence, Newton and actual effects against one another",
            lambda runs: grid_figure(three_comparisons(runs)),
        ),
        _of_runs(
            "figure-c1",
            "influence against actual effects on other test points",
            lambda runs: grid_figure(other_test_points(runs)),
        ),
        _of_series(
            "figure-c2", "influence against actual effects as λ/n grows", lambda series: grid_figure(by_lambda(series))
        ),
        _of_series("figure-c3", "Spearman's ρ of influence against λ/n", spearman_figure),
        _of_runs("figure-c4", "three predictions against actual effects", lambda runs: grid_figure(by_method(runs))),
        _of_runs("figure-4", "influence of natural groups against what may go with it", applications),
        _of_run(
            "figure-c5", "labelling functions: influence against actual effects", labelling_functions.against_actual
        ),
        _of_run(
            "figure-c6",
            "labelling functions: influence against coverage",
            partial(labelling_functions.against_attribute, attribute=COVERAGE),
        ),
        _of_run(
            "figure-c7",
            "labelling functions: influence against precision",
            partial(labelling_functions.against_attribute, attribute=PRECISION),
        ),
        _of_run(
            "figure-c8",
            "contributed rows: influence against actual effects, by set of test rows",
            contributors.against_actual,
        ),
        _of_run("figure-c9", "contributed rows: influence against their number", contributors.against_size),
        _of_run(
            "figure-c10",
            "contributed rows: influence of each group on each set of test rows",
            contributors.between_sets,
        ),
        _of_run(
            "figure-c11",
            "contributed rows: influence on a set against the rows contributed to it",
            contributors.against_own_rows,
        ),
        NamedFigure(
            "cones",
            "self-loss between the slopes of Proposition 3",
            lambda sources: cones_figure([run for source in sources for run in source.runs]),
        ),
        _of_run("bounds", "errors of predictions, and what Propositions 1 and 2 allow", bounds_figure),
        _of_run("spectrum", "eigenvalues of D(w)", spectrum_figure),
        NamedFigure(
            "spread",
            "what goes with rank correlations",
            lambda sources: spread_figure([run for source in sources for run in source.runs]),
        ),
        _of_run(
            "most-influential", "the most influential rows: predicted and actual effects as groups grow", growth_figure
        ),
        _of_run(
            "removal-curves",
            "test accuracy and loss as rows are removed, best, worst or random ones first",
            removal_figure,
        ),
        NamedFigure(
            "group-values",
            "shares of groups in what the model has learnt, and against their sizes",
            lambda sources: values_figure(_only("group-values", sources)),
            kind=GROUP_VALUES,
        ),
        _of_run("koh-liang-1", "influence against its components, with images", variants_figure, TWO_CLASSES),
        _of_run("koh-liang-2", "leaving out single rows: exact and stochastic influence", leave_one_out_figure),
        _of_each(
            "koh-liang-3", "smooth hinges, and influence with their derivatives", TWO_CLASSES, smooth_hinge_figure
        ),
        _of_each("koh-liang-4", "influence against distance: a kernel and a network", CLASSES, kernel_figure),
        _of_run("koh-liang-coefficients", "the largest coefficients of a model", coefficients_figure),
        _of_run("koh-liang-children", "the most helpful and the most harmful training rows", children_figure, CLASSES),
        _of_run(
            "koh-liang-perturbation", "what moving each feature of a row does to its influence", perturbation_figure
        ),
        _of_repairs("koh-liang-6", "wrong labels found and put right", repair_figure),
        _of_run("liu-1", "ridge regression: leaving out single rows, by four solvers", ridge_figure, REGRESSION),
        _of_each(
            "liu-2",
            "two classes: leaving out single rows, with images",
            TWO_CLASSES,
            digits_figure,
            partial(digits_figure, as_published=True),
        ),
        _of_run("liu-3", "components of influence", components_figure, CLASSES),
        _of_each(
            "liu-4",
            "smooth hinges: leaving out single rows of a machine",
            TWO_CLASSES,
            smoothing_figure,
            partial(smoothing_figure, as_published=True),
        ),
        _of_each(
            "liu-5",
            "influence against distance to the boundary",
            TWO_CLASSES,
            distance_figure,
            partial(distance_figure, as_published=True),
        ),
    ),
)
