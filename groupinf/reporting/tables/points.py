"""What single training rows do to each test point, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from groupinf.analysis.pairs import ACTUAL
from groupinf.analysis.single_rows import strongest
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.reporting.tables.ranking import Listing
from groupinf.reporting.words.formats import shorten
from groupinf.reporting.words.plain import wrapped
from groupinf.reporting.words.single_rows import single_row_lines
from groupinf.reporting.words.style import LONGEST_NAME, MOST_TEST_POINTS, evaluation_name, method_in_text, point_name
from groupinf.reporting.words.summary import convention_line, data_line, note_lines, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

# features of each row and test point that are listed, and pairs of these
FEATURES, PAIRS = 5, 6
# names of a row, then numbers: column of the table -> head
_NAMES = {"row": "row", "key": "key", "label": "label", "predicted": "predicted"}
_NUMBERS = {
    Influence.name: method_in_text(Influence.name),
    Newton.name: method_in_text(Newton.name),
    ACTUAL: "retrained",
    "loss": "own loss",
    "self_influence": "self-influence",
    "leverage": "leverage",
    "cooks_distance": "Cook's distance",
    "distance": "distance",
}
_PERTURBATION = ("row", "test point", "feature", "value", "by test point", "by residual", "perturbation")


def points_text(run: Run, most: int, width: int) -> str:
    """Sentences; for each test point the ``most`` rows without which what is measured rises, and falls, most by their
    influence; and which of their features do it, where that was asked for.
    """
    tables = [part.text for part in (*rows_listings(run, most), *perturbation_listings(run))]
    closing = [convention_line(run), *(f"Note: {note}" for note in note_lines(run))]
    return (
        "\n\n".join([wrapped([data_line(run), *single_row_lines(run)], width), *tables, wrapped(closing, width)]) + "\n"
    )


def rows_listings(run: Run, most: int) -> list[Listing]:
    """Two for each of the first MOST_TEST_POINTS test points, in the order of the largest effect."""
    points, evaluation = _measured(run)
    found = []
    for point in points["test_point"].unique()[:MOST_TEST_POINTS].tolist():
        rows = points[points["test_point"] == point]
        name = f"{evaluation_name(evaluation)}, {_called(run, evaluation, point)}"
        for rises, words in ((True, "rises"), (False, "falls")):
            best = strongest(rows, most, rises)
            if not best.empty:
                found.append(_listing(f"{name}: {words} most without these training rows", best))
    return found


def perturbation_listings(run: Run) -> list[Listing]:
    """Of the first PAIRS rows and test points the FEATURES of largest |perturbation|; empty of a run without."""
    if run.perturbation is None:
        return []
    evaluation = _measured(run)[1]
    own = run.perturbation[run.perturbation["evaluation"] == evaluation]
    lines: list[Sequence[str]] = [_PERTURBATION]
    pairs = own[["row", "test_point"]].drop_duplicates()[:PAIRS]
    for row, point in pairs.itertuples(index=False):
        features = own[(own["row"] == row) & (own["test_point"] == point)]
        size = features["perturbation"].abs().sort_values(ascending=False, kind="stable")
        largest = features.loc[size.index[:FEATURES]].to_dict("records")
        named = str(row), point_name(evaluation, point, test_point_names(run))
        lines += [(*(named if i == 0 else ("", "")), *_perturbed(line)) for i, line in enumerate(largest)]
    heading = f"{evaluation_name(evaluation)}: by how much influence rises with a unit of a feature of the row"
    return [Listing(heading, lines, 3)]


def _measured(run: Run) -> tuple[pd.DataFrame, str]:
    """The points on one evaluation: the test loss where it is measured, else the first."""
    assert run.points is not None  # asked for by whoever prints them
    names = run.points["evaluation"].unique().tolist()
    evaluation = TEST_LOSS.name if TEST_LOSS.name in names else names[0]
    return run.points[run.points["evaluation"] == evaluation], str(evaluation)


def _called(run: Run, evaluation: str, point: int) -> str:
    """A test point with its label, where it is a row."""
    name = f"test point {point_name(evaluation, point, test_point_names(run))}"
    if run.rows is None or point < 0:
        return name
    label = run.rows.loc[(run.rows["split"] == "test") & (run.rows["row"] == point), "label"].iloc[0]
    return f"{name} (label {_cell(label)})"


def _listing(heading: str, rows: pd.DataFrame) -> Listing:
    names = [name for name in _NAMES if name in rows]
    numbers = [name for name in _NUMBERS if rows[name].notna().any()]
    head = [{**_NAMES, **_NUMBERS}[name] for name in (*names, *numbers)]
    lines = [[_cell(value) for value in row.values()] for row in rows[[*names, *numbers]].to_dict("records")]
    return Listing(heading, [head, *lines], len(names))


def _perturbed(line: dict[Any, Any]) -> Iterator[str]:
    yield shorten(str(line["feature"]), LONGEST_NAME)
    yield from (number(float(line[name]), 3) for name in ("value", "first", "second", "perturbation"))


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else number(float(value), 3)
    return shorten(str(value), LONGEST_NAME)
