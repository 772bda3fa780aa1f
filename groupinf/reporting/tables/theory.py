"""What the theory of a run says beside its retraining, in tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from groupinf.analysis.explained_rho import NEWTON_SPREAD, kinds_table
from groupinf.analysis.theory import BOUNDS, PROVEN, beside_actual, held, intervals
from groupinf.reporting.tables.point_names import with_point_names
from groupinf.reporting.words.formats import coefficient, extent, markdown, percent, ratio
from groupinf.reporting.words.markdown import bulleted, table_lines
from groupinf.reporting.words.style import evaluation_name, kind_name
from groupinf.reporting.words.summary import convention_line, data_line
from groupinf.reporting.words.theory import theory_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

INTERVAL_HEADERS = (
    "Evaluation", "Effects", "With an interval", "With one end", "Sign proven", "Outside", "Median width",
    "÷ own effect",
)  # fmt: skip
BOUND_HEADERS = ("Bound", "Evaluation", "Effects", "Violated", "Bound ÷ error: median", "least", "most")
KIND_HEADERS = (
    "Evaluation", "Groups", "n", "Spearman ρ", "Newton ÷ influence", "Its standard deviation ÷ mean", "‖D(w)‖",
    "Angle, degrees",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What a cell says, and the number that it is ordered by, where it is one."""

    text: str
    value: float | None = None


Line = tuple[Written, ...]


def theory_files(run: Run) -> dict[str, bytes]:
    """theory.csv, a row for each evaluation and test point; theory_kinds.csv, one for each evaluation and kind; and
    theory.md for people. None of a run without theory.
    """
    if run.theory is None:
        return {}
    rows = beside_actual(run.theory, run.effects)
    tables = {"theory.csv": with_point_names(measures_frame(rows), run), "theory_kinds.csv": kinds_table(rows)}
    written = {name: table.to_csv(index=False, lineterminator="\n").encode() for name, table in tables.items()}
    return written | {"theory.md": _markdown(run, rows).encode()}


def measures_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Of rows ``beside_actual`` a row for each evaluation and test point: the fields of :class:`Intervals` of the
    proven intervals, and for each bound NAME_count, _violations, _compared, _least, _median and _most.
    """
    found = []
    for (evaluation, point), own in rows.groupby(["evaluation", "test_point"], sort=False):
        about = {"evaluation": evaluation, "test_point": point, **asdict(intervals(own))}
        for bound in (*BOUNDS, PROVEN):
            about |= {f"{bound.name}_{key}": value for key, value in asdict(held(own, bound)).items()}
        found.append(about)
    return pd.DataFrame(found)


def interval_rows(rows: pd.DataFrame) -> Iterator[Line]:
    """Below INTERVAL_HEADERS a line for each evaluation."""
    for name, own in rows.groupby("evaluation", sort=False):
        of = intervals(own)
        yield (
            Written(evaluation_name(str(name))),
            _whole(of.count),
            *(Written(percent(one / of.count), one / of.count) for one in (of.finite, of.one_end, of.signed)),
            _whole(of.outside),
            Written(number(of.width), of.width),
            Written(number(of.relative), of.relative),
        )


def bound_rows(rows: pd.DataFrame) -> Iterator[Line]:
    """Below BOUND_HEADERS a line for each bound and evaluation that has values, and errors above rounding."""
    for bound in (*BOUNDS, PROVEN):
        for name, own in rows.groupby("evaluation", sort=False):
            of = held(own, bound)
            if of.compared:
                ratios = (Written(number(value, 2), value) for value in (of.median, of.least, of.most))
                about = Written(bound.title), Written(evaluation_name(str(name)))
                yield (*about, _whole(of.compared), _whole(of.violations), *ratios)


def kind_rows(rows: pd.DataFrame) -> Iterator[Line]:
    """Below KIND_HEADERS a line for each evaluation and kind, with 10 % to 90 % of its groups."""
    for row in kinds_table(rows).to_dict("records"):
        yield (
            Written(evaluation_name(row["evaluation"])),
            Written(kind_name(row["kind"])),
            _whole(row["n_groups"]),
            Written(coefficient(row["spearman"]), row["spearman"]),
            _range(row, "newton_over_influence"),
            Written(number(row[NEWTON_SPREAD], 2), row[NEWTON_SPREAD]),
            _range(row, "d_norm"),
            _range(row, "angle"),
        )


def _whole(count: int) -> Written:
    return Written(f"{count:,}", float(count))


def _range(row: Mapping[Any, Any], name: str) -> Written:
    """10 % to 90 %, ordered by the upper end."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return Written(extent(low, high, ratio), high)


def _markdown(run: Run, rows: pd.DataFrame) -> str:
    parts = [f"# What the theory says\n\n{markdown(data_line(run))}"]
    parts.append(bulleted(theory_lines(run, rows)))
    for title, headers, names, lines in (
        ("Proven intervals", INTERVAL_HEADERS, 1, list(interval_rows(rows))),
        ("Bounds", BOUND_HEADERS, 2, list(bound_rows(rows))),
        ("Kinds of groups, 10 % to 90 % of each", KIND_HEADERS, 2, list(kind_rows(rows))),
    ):
        parts += [f"## {title}\n\n{_table(headers, names, lines)}"] if lines else []
    return "\n\n".join([*parts, markdown(convention_line(run))]) + "\n"


def _table(headers: Sequence[str], names: int, lines: Iterable[Line]) -> str:
    rule = ["---"] * names + ["---:"] * (len(headers) - names)
    return table_lines(
        [list(map(markdown, headers)), rule, *([markdown(cell.text) for cell in line] for line in lines)]
    )
