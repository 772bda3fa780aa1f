"""Figure 3 of the paper: influence against the Newton step where the two part, and both against actual effects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groupinf.analysis.agreement import rank_correlation
from groupinf.analysis.pairs import ACTUAL
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.errors import DataError
from groupinf.reporting.drawing.axes import EffectAxis, linear_axis
from groupinf.reporting.drawing.figures import ACTUAL_LABEL
from groupinf.reporting.drawing.scatter import Panel
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.paper.grid import Cell, Grid, GridRow
from groupinf.reporting.paper.scatter import Shown, point_line, shown, turned
from groupinf.reporting.words.style import panel_name
from groupinf.reporting.words.summary import (
    adversarial_lines,
    data_name,
    doing_to_groups,
    test_key_names,
    test_set_names,
)
from groupinf.studies.group_effects.convention import joint_convention
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed

# heading of each row, and what is on x and on y: a method's name or the actual effects
ROWS = (
    ("Influence and Newton", Newton.name, Influence.name),
    ("Influence and actual", ACTUAL, Influence.name),
    ("Newton and actual", ACTUAL, Newton.name),
)
LABELS = {Newton.name: Newton.label, Influence.name: Influence.label, ACTUAL: ACTUAL_LABEL}
TOO_SMALL = (
    "Where actual effects are on x, predictions between the diagonal and the horizontal line at 0 have the right sign "
    "and are too small."
)


def three_comparisons(runs: Sequence[Run]) -> Grid:
    """Figure 3: a column for each run, rows of influence against Newton and of either against actual effects.

    All are on the test prediction. Raises DataError where a run lacks that or one of the two methods.
    """
    columns = shown(runs, [Influence, Newton])
    for of in columns:
        if (TEST_PREDICTION.name, of.point) not in of.pairs.measures:
            command = evaluate_command(of.run, {"evaluations": [TEST_PREDICTION.name]})
            how = f"; {command} makes it" if TEST_PREDICTION.is_defined(of.run.manifest.loss) else ""
            raise DataError(
                f"{of.run.path}: expected {TEST_PREDICTION.name}, found that {of.absence(TEST_PREDICTION)}{how}"
            )
    rows = [GridRow(heading, tuple(_cell(of, x, y) for of in columns)) for heading, x, y in ROWS]
    grid = Grid(
        title=f"Influence, Newton and the actual effect of {doing_to_groups(runs)} on the test prediction",
        columns=tuple(_facts(of) for of in columns),
        rows=tuple(rows),
        foot=(
            point_line(runs),
            TOO_SMALL,
            *_adversarial(columns),
            joint_convention(run.manifest.convention for run in runs),
        ),
        diagonal="Same on x and y",
    )
    return turned(grid) if len(columns) == 1 else grid


def _facts(of: Shown) -> tuple[str, ...]:
    _, *facts = of.facts()
    key = test_key_names(of.run).get(of.point, "")
    point = panel_name(TEST_PREDICTION.name, of.point, test_set_names(of.run))
    words = data_name(of.run), *facts, point, key, counted(of.pairs.groups.size, "group")
    return tuple(word for word in words if word)


def _cell(of: Shown, x: str, y: str) -> Cell:
    i, effects = of.pairs.measures.index((TEST_PREDICTION.name, of.point)), of.pairs.effects
    across, up = effects[x][i], effects[y][i]
    rho = float(rank_correlation(up, across))
    panel = Panel(TEST_PREDICTION.name, of.point, up, across, rho, rule=_axis)
    return Cell("", panel, of.pairs.kinds, across=LABELS[x], up=LABELS[y])


def _axis(*values: NDArray[np.float64]) -> EffectAxis:
    """A linear axis of all values and of 0."""
    return linear_axis(*values, np.zeros(1))


def _adversarial(columns: Sequence[Shown]) -> list[str]:
    """What was chosen adversarially, and of which data where that is not said of all."""
    told: dict[str, dict[str, None]] = {}
    for of in columns:
        for line in adversarial_lines(of.run):
            told.setdefault(line, {})[data_name(of.run)] = None
    every = {data_name(of.run) for of in columns}
    return [line if set(of) == every else f"{listed(of)}: {line}" for line, of in told.items()]
