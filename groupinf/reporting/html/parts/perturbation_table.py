"""What moving the features of a training row does to its influence, features of one column together."""

from __future__ import annotations

import pandas as pd

from groupinf.analysis.single_rows import Measure, of_measure
from groupinf.reporting.html.parts.markup import Html, element, folded, joined
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.words.formats import shorten
from groupinf.reporting.words.single_rows import TERMS, largest_feature_line
from groupinf.reporting.words.style import LONGEST_NAME
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

# rows of each test point that are told of, columns of a row, and features of a column
MOST_ROWS, MOST_COLUMNS, MOST_FEATURES = 4, 8, 3
_NUMBERS = {
    "value": "Value",
    **{term: words.capitalize() for term, words in TERMS.items()},
    "perturbation": "Together",
}
_MEANING = (
    "By how much the influence of the row rises with a unit of a feature, in the units of the data: of a feature of 0 "
    "and 1 a unit is all there is, of others it may be little, so that only features of one unit compare. Two terms "
    f"(Koh and Liang 2017, equation 5): {TERMS['first']}, s r (H⁻¹∇f)ⱼ, the residual of the row times the direction of "
    f"the test point; {TERMS['second']}, s a (xᵀH⁻¹∇f) θⱼ, the coefficients times one number of the row and the test "
    "point."
)


def perturbation_tables(run: Run, measure: Measure) -> list[Html]:
    """Folded, a table for each of the first rows of which it was asked for; nothing of a run where it was not."""
    if run.perturbation is None:
        return []
    own = of_measure(run.perturbation, measure)
    rows = own["row"].drop_duplicates().head(MOST_ROWS).tolist()
    told = [part for row in rows for part in _of_row(row, own[own["row"] == row])]
    meaning = element("p", {"class": "quiet"}, _MEANING)
    return [folded("What moving a feature of a row does to its influence", joined([*told, meaning]))] if told else []


def _of_row(row: int, features: pd.DataFrame) -> list[Html]:
    """The columns in the order of the largest of their features."""
    columns = [Column("Feature"), *(Column(words, numeric=True) for words in _NUMBERS.values())]
    lines = [
        [
            Cell(shorten(str(line["feature"]), LONGEST_NAME)),
            *(Cell(number(line[name]), line[name]) for name in _NUMBERS),
        ]
        for line in shown_features(features).to_dict("records")
    ]
    words = [element("p", {}, line) for line in largest_feature_line(row, features)]
    return [*words, table(f"Training row {row}", columns, lines)]


def shown_features(features: pd.DataFrame) -> pd.DataFrame:
    """Of one row and measure the MOST_COLUMNS columns that have a feature of the largest |perturbation|, largest first,
    of each its MOST_FEATURES largest; of ties the first.
    """
    sized = features.assign(size=features["perturbation"].abs())
    largest = sized.groupby("column", sort=False)["size"].max().sort_values(ascending=False, kind="stable")
    parts = [
        sized[sized["column"] == column].sort_values("size", ascending=False, kind="stable").head(MOST_FEATURES)
        for column in largest.index[:MOST_COLUMNS]
    ]
    shown: pd.DataFrame = pd.concat(parts)
    return shown
