"""Which effects of which runs each scatter figure of the paper shows, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.pairs import ACTUAL, PairedEffects, methods_in
from groupinf.datasets.rows.row_words import POOL, TRAINING
from groupinf.effects.evaluations.evaluation import WithoutOptions
from groupinf.effects.evaluations.registry import OF_THE_PAPER
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.method import Method
from groupinf.effects.methods.newton import Newton
from groupinf.effects.methods.parameter_influence import ParameterInfluence
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import axis_of_most
from groupinf.reporting.drawing.figures import TOO_SMALL
from groupinf.reporting.drawing.layout import MOST_COLUMNS
from groupinf.reporting.drawing.scatter import Panel
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.paper.grid import Cell, Grid, GridRow
from groupinf.reporting.words.style import panel_name, panel_title
from groupinf.reporting.words.summary import change_facts, doing_to_groups, test_set_names, unit_lines
from groupinf.studies.group_effects.convention import joint_convention
from groupinf.studies.group_effects.result import Run
from groupinf.wording import listed, number

# the methods of figure C.4
THREE: tuple[type[Method], ...] = (Influence, ParameterInfluence, Newton)
# test points of each evaluation that figure C.1 shows
POINTS = 3


@dataclass(frozen=True)
class Shown:
    """A run and what figures read of it; ``change`` is what is done to its groups, where that differs in a figure."""

    run: Run
    change: str = ""

    @cached_property
    def pairs(self) -> PairedEffects:
        """Predicted beside actual effects."""
        return self.run.pairs

    @property
    def point(self) -> int:
        """The test point of highest loss where the run chose any by that, else its first."""
        wanted, points = self.run.config.get("test_points", {}), self.run.manifest.test_points
        return int(points[wanted.get("random") or 0] if wanted.get("highest_loss") else points[0])

    @property
    def points(self) -> tuple[int, ...]:
        """All test points."""
        return tuple(int(point) for point in self.run.manifest.test_points)

    def heading(self, evaluation: WithoutOptions, point: int) -> str:
        """What an effect is measured on."""
        return panel_title(evaluation.name, point, test_set_names(self.run))

    def facts(self) -> tuple[str, ...]:
        """Dataset, n and d, λ/n: a line each; and the change, where there is a word on it."""
        about = self.run.manifest
        size = f"n = {about.n:,}, d = {about.d:,}"
        lines = str(about.dataset), size, f"λ/n = {number(about.lam_over_n)}", self.change
        return tuple(line for line in lines if line)

    def cell(self, evaluation: WithoutOptions, point: int, method: type[Method], heading: str) -> Cell:
        """The panel of one evaluation and method, or why the run has none."""
        [label] = evaluation.labels([point])
        measure = evaluation.name, label
        if measure not in self.pairs.measures:
            return Cell("", None, np.empty(0, dtype=object), absent=self.absence(evaluation))
        i, table = self.pairs.measures.index(measure), self.run.spearman
        chosen = (table["evaluation"] == evaluation.name) & (table["test_point"] == label)
        row = table[chosen & (table["kind"] == ALL_KINDS) & (table["method"] == method.name)]
        panel = Panel(
            evaluation=evaluation.name,
            test_point=label,
            predicted=self.pairs.predicted[self.pairs.methods.index(method.name), i],
            actual=self.pairs.actual[i],
            spearman=float(row["spearman"].iloc[0]),
            rule=axis_of_most,
        )
        return Cell(heading, panel, self.pairs.kinds)

    def absence(self, evaluation: WithoutOptions) -> str:
        """Why the run has no effects on an evaluation."""
        about = self.run.manifest
        if not evaluation.is_defined(about.loss):
            return f"{evaluation.in_text} is not defined for {len(about.classes)} classes"
        return f"{evaluation.in_text} was not measured"


def shown(runs: Sequence[Run], methods: Sequence[type[Method]]) -> list[Shown]:
    """The runs, each of which must have the methods; raises DataError, naming the run and how to add them."""
    names = [method.name for method in methods]
    for run in runs:
        if not set(names) <= set(run.effects["method"]):
            found = ", ".join(method for method in methods_in(run.effects) if method != ACTUAL)
            raise DataError(
                f"{run.path}: expected predictions by {', '.join(names)}, found {found}; "
                f"{evaluate_command(run, {'methods': names})} makes them without retraining"
            )
    return [Shown(run, change) for run, change in zip(runs, change_facts(runs), strict=True)]


def by_evaluation(runs: Sequence[Run], method: type[Method]) -> Grid:
    """Figures 1 and 2: a column for each run, rows of test prediction, test loss and self-loss; of one run, a row."""
    columns = shown(runs, [method])
    rows = []
    for evaluation in OF_THE_PAPER:
        cells = tuple(s.cell(evaluation, s.point, method, s.heading(evaluation, s.point)) for s in columns)
        if any(cell.panel for cell in cells):
            rows.append(GridRow(evaluation.label, cells))
    grid = Grid(
        title=f"{method.label} against the actual effect of {doing_to_groups(runs)}",
        columns=tuple(s.facts() for s in columns),
        rows=tuple(rows),
        foot=(
            *_point_lines(runs),
            *_points_line(columns),
            *_units(runs, OF_THE_PAPER),
            joint_convention(run.manifest.convention for run in runs),
        ),
    )
    return turned(grid) if len(columns) == 1 else grid


def turned(grid: Grid) -> Grid:
    """A grid of one column as one row."""
    [facts] = grid.columns
    return replace(
        grid,
        columns=tuple((row.heading,) for row in grid.rows),
        rows=(GridRow(_in_one_line(facts), tuple(row.cells[0] for row in grid.rows)),),
    )


def other_test_points(runs: Sequence[Run]) -> Grid:
    """Figure C.1: the first POINTS test points of each run, which a band of the test loss chose.

    A column for each run and a row for each test point; of fewer than three runs, test points side by side too.
    """
    bands = ["test loss: percentiles {:g} to {:g}".format(*_band(run)) for run in runs]
    of_runs = shown(runs, [Influence])
    heads = [(*s.facts(), band) for s, band in zip(of_runs, bands, strict=True)]
    points = range(min(POINTS, max(len(s.points) for s in of_runs)))
    lines = [[(s, i) for s in of_runs] for i in points]
    if len(of_runs) < 3:
        lines = [[place for line in lines for place in line]]
    rows = []
    for evaluation in (TEST_PREDICTION, TEST_LOSS):
        for number_of, line in enumerate(lines):
            cells = tuple(_on_point(s, evaluation, i) for s, i in line)
            if any(cell.panel for cell in cells):
                rows.append(GridRow(evaluation.label if number_of == 0 else "", cells))
    if not rows:
        raise DataError(
            f"{runs[0].path}: expected {TEST_PREDICTION.name} or {TEST_LOSS.name} among the evaluations, found neither"
        )
    alone = len(of_runs) == 1
    if alone:
        rows = [replace(row, heading=f"{_in_one_line(of_runs[0].facts())}; {row.heading.lower()}") for row in rows]
    return Grid(
        title=f"Influence against the actual effect of {doing_to_groups(runs)}, on other test points",
        columns=() if alone else tuple(heads * (len(lines[0]) // len(heads))),
        rows=tuple(rows),
        foot=(
            *_point_lines(runs),
            *([f"Test points by {bands[0]}."] if alone else []),
            *_units(runs, (TEST_PREDICTION, TEST_LOSS)),
            joint_convention(run.manifest.convention for run in runs),
        ),
    )


def _on_point(of: Shown, evaluation: WithoutOptions, i: int) -> Cell:
    """The panel of the i-th test point."""
    if i >= len(of.points):
        return Cell("", None, np.empty(0, dtype=object), absent="no more test points")
    return of.cell(evaluation, of.points[i], Influence, of.heading(evaluation, of.points[i]))


def _in_one_line(facts: Sequence[str]) -> str:
    dataset, *others = facts
    return f"{dataset}: {', '.join(others)}"


def by_lambda(series: Sequence[Sequence[Run]]) -> Grid:
    """Figure C.2: a row for each dataset, a column for each of at most MOST_COLUMNS values of λ/n; test loss."""
    rows, left_out = [], False
    for runs, change in zip(series, change_facts([runs[0] for runs in series]), strict=True):
        chosen = spread(len(runs), MOST_COLUMNS)
        left_out |= len(chosen) < len(runs)
        cells = [
            s.cell(TEST_LOSS, s.point, Influence, f"λ/n = {number(s.run.manifest.lam_over_n)}")
            for s in shown([runs[i] for i in chosen], [Influence])
        ]
        if not any(cell.panel for cell in cells):
            raise DataError(f"{runs[0].path}: expected {TEST_LOSS.name} among the evaluations, found none")
        first = Shown(runs[0], change)
        dataset, size, _, *changed = first.facts()
        rows.append(
            GridRow(f"{_in_one_line((dataset, size, *changed))}; {TEST_LOSS.in_text}, {_which(first)}", tuple(cells))
        )
    every = tuple(run for runs in series for run in runs)
    return Grid(
        title=f"Influence against the actual effect of {doing_to_groups(every)}, by regularisation",
        columns=(),
        rows=tuple(rows),
        foot=(
            *_point_lines(every),
            *(("Not every λ/n that was run is drawn.",) if left_out else ()),
            joint_convention(run.manifest.convention for run in every),
        ),
    )


def by_method(runs: Sequence[Run]) -> Grid:
    """Figure C.4: a column for each method, rows of test loss and self-loss for each run."""
    rows = []
    for s in shown(runs, THREE):
        facts = _in_one_line(s.facts())
        for evaluation in (TEST_LOSS, SELF_LOSS):
            on = evaluation.measured_on or _which(s)
            cells = tuple(s.cell(evaluation, s.point, method, method.label) for method in THREE)
            if any(cell.panel for cell in cells):
                rows.append(GridRow(f"{facts}; {evaluation.in_text}, {on}", cells))
    if not rows:
        raise DataError(
            f"{runs[0].path}: expected {TEST_LOSS.name} or {SELF_LOSS.name} among the evaluations, found neither"
        )
    return Grid(
        title=f"Three predictions against the actual effect of {doing_to_groups(runs)}",
        columns=(),
        rows=tuple(rows),
        foot=(*_point_lines(runs), joint_convention(run.manifest.convention for run in runs)),
    )


def spread(count: int, most: int) -> list[int]:
    """At most ``most`` of 0 to count − 1, with both ends: at equal distances where four or more can be, else nearly so.

    >>> spread(9, 6), spread(8, 6), spread(3, 6)
    ([0, 2, 4, 6, 8], [0, 1, 3, 4, 6, 7], [0, 1, 2])
    """
    for number_of in range(min(most, count), 3, -1):
        if (count - 1) % (number_of - 1) == 0:
            return list(range(0, count, (count - 1) // (number_of - 1)))
    places = np.linspace(0, count - 1, min(most, count)).round().astype(int)
    return [int(place) for place in places]


def chosen_by_loss(run: Run) -> bool:
    """Whether some of the run's test points were chosen as those of highest loss."""
    return bool(run.config.get("test_points", {}).get("highest_loss"))


def _point_lines(runs: Sequence[Run]) -> tuple[str, ...]:
    """What a point is, what stands above a panel, and where points stand."""
    return point_line(runs), TOO_SMALL


def point_line(runs: Sequence[Run]) -> str:
    """What a point is, and what stands above a panel."""
    rows = {POOL if run.manifest.change.of_pool else TRAINING for run in runs}
    each = listed(sorted((of.points for of in rows), reverse=True), "or")
    return f"Each point is a group of {each}; ρ is Spearman's rank correlation over all groups of a panel."


def _units(runs: Sequence[Run], evaluations: Sequence[WithoutOptions]) -> list[str]:
    """In what is stated what is no loss, and of which datasets where that differs."""
    told: dict[str, dict[str, None]] = {}
    for run in runs:
        names = [evaluation.name for evaluation in evaluations if evaluation.name in run.manifest.evaluations]
        for line in unit_lines(run, names):
            told.setdefault(line.removesuffix("."), {})[str(run.manifest.dataset)] = None
    return [f"{line}." if len(told) == 1 else f"{line} ({listed(of)})." for line, of in told.items()]


def _points_line(columns: Sequence[Shown]) -> tuple[str, ...]:
    by_loss = [s for s in columns if chosen_by_loss(s.run)]
    if len(by_loss) == len(columns):
        return ("The test point of each run is the one of highest loss.",)
    if not by_loss:
        return ("The test point of each run is its first.",)
    named = ", ".join(str(s.run.manifest.dataset) for s in by_loss)
    return (f"The test point is the one of highest loss ({named}), else the first of the run.",)


def _which(of: Shown) -> str:
    """The test point, and whether it is the one of highest loss."""
    on = panel_name(TEST_LOSS.name, of.point, test_set_names(of.run))
    return f"{on} (highest loss)" if chosen_by_loss(of.run) else on


def _band(run: Run) -> tuple[float, float]:
    band = run.config.get("test_points", {}).get("percentile")
    if band is None:
        raise DataError(
            f"{run.path}: expected test points chosen by test_points.percentile; "
            f"{evaluate_command(run, {'test_points.percentile': [40, 60]})} makes them from the stored parameters"
        )
    low, high = band
    return float(low), float(high)
