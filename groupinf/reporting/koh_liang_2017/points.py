"""What the figures of single rows read of a run: its points on the loss of a test point, and rows as they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.datasets.row_kinds.row_kind import Picture
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.errors import DataError
from groupinf.reporting.drawing.panes import Pane
from groupinf.reporting.drawing.row_drawings import draw_row, row_drawings
from groupinf.reporting.paper.advice import evaluate_command
from groupinf.reporting.words.style import KindStyle
from groupinf.studies.group_effects.result import Run

# as the authors have them: green has the label of the test point, red another
OWN, OTHER = "own label", "another label"
STYLES = {OWN: KindStyle("Label of the test point", "#009E73", "o"), OTHER: KindStyle("Another label", "#D55E00", "^")}


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
        """The same in the names of STYLES."""
        return np.where(self.own, OWN, OTHER).astype(object)


def single_points(run: Run) -> list[PointRows]:
    """The single test points whose loss a run has points on; raises DataError where it has none."""
    if run.points is None:
        raise DataError(
            f"{run.path}: expected a run with points: true, found one without; "
            f"{evaluate_command(run, {'points': True})} adds them without retraining"
        )
    on_loss = run.points[run.points["evaluation"] == TEST_LOSS.name]
    single = [int(point) for point in on_loss["test_point"].unique() if point >= 0]
    if not single:
        raise DataError(f"{run.path}: expected points on the {TEST_LOSS.in_text} of a single test point, found none")
    labels = labels_of(run)
    return [PointRows(run, point, labels[point], on_loss[on_loss["test_point"] == point]) for point in single]


def only_test_point(run: Run) -> PointRows:
    """The one test point of a run; raises DataError where it has several."""
    found = single_points(run)
    if len(found) > 1:
        raise DataError(f"{run.path}: expected one test point, found {len(found)}")
    return found[0]


def labels_of(run: Run) -> dict[int, object]:
    """The label of each test row."""
    assert run.rows is not None  # only folders of a format that is refused lack it
    test = run.rows[run.rows["split"] == "test"]
    return dict(zip(test["row"], test["label"], strict=True))


def pictures(run: Run, test_row: int, rows: Sequence[tuple[str, int]]) -> list[Pane]:
    """The test row and training rows with headings, those of them that the run has kept and that are images."""
    kept = row_drawings(run)
    if kept is None:
        return []
    drawn = [("The test image", kept.of_test(test_row))]
    drawn += [(heading, kept.of_training(row, test_row)) for heading, row in rows]
    return [
        Pane(heading, "", partial(draw_row, drawn=picture), y_label="")
        for heading, picture in drawn
        if isinstance(picture, Picture)
    ]
