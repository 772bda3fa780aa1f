"""What single rows of a run look like, by what its rows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from pydantic import TypeAdapter

from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.row_kinds.registry import ROWS_ARE, TABLES, RowsAre
from groupinf.datasets.row_kinds.row_kind import Drawn, Entries, FeatureFacts, Picture, RowKind
from groupinf.reporting.drawing.lettering import drawable, shorten_to
from groupinf.reporting.words.style import SMALL
from groupinf.studies.group_effects.result import Run

Array = NDArray[np.float64]

# inches: a line of entries
_LINE = 0.16


@dataclass(frozen=True)
class RowDrawings:
    """The rows that a run has kept for showing, by their numbers, and how rows of their kind are drawn."""

    kind: RowKind
    facts: FeatureFacts
    training: Mapping[int, Array]
    test: Mapping[int, Array]

    def of_training(self, row: int, test_row: int) -> Drawn | None:
        """A training row beside a test row, where that is one; None where the row was not kept."""
        if row not in self.training:
            return None
        return self.kind.drawn(self.training[row], self.facts, self.test.get(test_row), self.kind.few)

    def of_test(self, row: int) -> Drawn | None:
        """A test row by itself; None where it was not kept, or is the sum over several."""
        return None if row not in self.test else self.kind.drawn(self.test[row], self.facts, None, self.kind.many)


def row_kind(run: Run) -> RowKind:
    """What rows of the run are, by the dataset that it names, or by the key ``rows_are`` of a user's own data."""
    section = run.config.get("dataset", {})
    if section.get("name") in KNOWN:
        return KNOWN[section["name"]].facts.rows_are
    told: RowKind | None = TypeAdapter(RowsAre).validate_python(section.get(ROWS_ARE, TABLES))
    return told or TABLES


def row_drawings(run: Run) -> RowDrawings | None:
    """The rows that the run has kept; None where it has none. Means and deviations are of these training rows."""
    shown = run.shown
    if shown is None or not shown.rows.size:
        return None
    training = {int(row): shown.of(row) for row in shown.rows}
    X = np.array(list(training.values()))
    columns = shown.feature_columns or shown.feature_names
    facts = FeatureFacts(shown.feature_names, columns, X.mean(axis=0), X.std(axis=0), shown.left_out_values)
    return RowDrawings(row_kind(run), facts, training, {int(row): shown.of_test(row) for row in shown.test_rows})


def draw_row(ax: Axes, drawn: Drawn) -> None:
    """A row at the top of axes that are not seen: its pixels, or of its entries as many as have room, a line each."""
    ax.set_axis_off()
    ax.set_anchor("N")
    match drawn:
        case Picture(pixels):
            ax.imshow(pixels, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
        case Entries(shown):
            width, height = (float(size) / ax.figure.dpi for size in (ax.bbox.width, ax.bbox.height))
            lines = [drawable(f"{entry.name}  {entry.value}") for entry in shown[: int(height / _LINE)]]
            text = "\n".join(shorten_to(line, SMALL, width) for line in lines)
            ax.text(0.0, 1.0, text, size=SMALL, va="top", transform=ax.transAxes)
        case _:
            assert_never(drawn)
