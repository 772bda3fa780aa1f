"""What the figures of single rows read of a run: its points on the loss of a test point, and rows as they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.single_rows import of_measure
from groupinf.datasets.row_kinds.row_kind import Picture
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.errors import DataError
from groupinf.reporting.drawing.panes import Pane
from groupinf.reporting.drawing.row_drawings import draw_row, row_drawings
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.words.single_rows import label_of_test
from groupinf.reporting.words.summary import facts_line
from groupinf.studies.group_effects.result import Run

# kinds of rows
OWN, OTHER = "own label", "another label"


@dataclass(frozen=True)
class PointRows:
    """A single test point of a run, and the run's points on its loss: a row for each training row."""

    run: Run
    test_point: int
    label: object
    rows: pd.DataFrame

    @property
    def own(self) -> NDArray[np.bool_]:
        """Which rows have the label of the test point: (n,)."""
        return (self.rows["label"] == self.label).to_numpy()

    @property
    def kinds(self) -> NDArray[np.object_]:
        """The same as OWN and OTHER."""
        return np.where(self.own, OWN, OTHER).astype(object)

    @property
    def facts(self) -> str:
        """The run in a line, with the test point and its class."""
        return f"{facts_line(self.run)}; test point {self.test_point}, of class {self.label}"


def single_points(run: Run) -> list[PointRows]:
    """The single test points whose loss a run has points on; raises DataError where it has none."""
    if run.points is None:
        raise DataError(
            f"{run.path}: expected a run with points: true, found one without; "
            f"{evaluate_command(run, {'points': True})} adds them without retraining"
        )
    on_loss = run.points.loc[run.points["evaluation"] == TEST_LOSS.name, "test_point"]
    single = [int(point) for point in on_loss.unique() if point >= 0]
    if not single:
        raise DataError(f"{run.path}: expected points on the {TEST_LOSS.in_text} of a single test point, found none")
    labels = label_of_test(run)
    return [PointRows(run, point, labels[point], of_measure(run.points, (TEST_LOSS.name, point))) for point in single]


def only_test_point(run: Run) -> PointRows:
    """The one test point of a run; raises DataError where it has several."""
    found = single_points(run)
    if len(found) > 1:
        raise DataError(f"{run.path}: expected one test point, found {len(found)}")
    return found[0]


def pictures(of: PointRows, rows: Sequence[tuple[str, int]]) -> list[Pane]:
    """The test row and training rows with headings, those of them that the run has kept and that are images."""
    kept = row_drawings(of.run)
    if kept is None:
        return []
    drawn = [("The test image", kept.of_test(of.test_point))]
    drawn += [(heading, kept.of_training(row, of.test_point)) for heading, row in rows]
    return [
        Pane(heading, "", partial(draw_row, drawn=picture), y_label="")
        for heading, picture in drawn
        if isinstance(picture, Picture)
    ]
