"""Every group of a run in one row: what it is, its attributes, and its effects on every measure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from groupinf.analysis.pairs import ACTUAL
from groupinf.analysis.ranking import ENDS, MEASURE, PROVEN, ranks
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.reporting.words.formats import markdown
from groupinf.reporting.words.markdown import table_lines
from groupinf.reporting.words.style import kind_name
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.value_names import value_names
from groupinf.wording import UNDEFINED, counted, number

# text of so many cells is read by nobody and takes longer to write than the run did: Parquet has them all
MOST_CELLS = 4_000_000
MOST_LINES = 2_000
# of the theory: the proven interval of each actual effect, and what is of a group
_PROVEN = ("proven_low", "proven_high")
_OF_GROUPS = ("mu", "angle")
_ABOUT = ["group", "name", "kind", "size", "made_from"]


def groups_frame(run: Run) -> pd.DataFrame:
    """One row for each group: number, name, kind, size, what made it, attributes, then for each measure and method the
    effect, its error estimate and its rank (1: the largest rise), with the intervals of a bootstrap and proven ones
    where there are; of a run with theory also μ and the angle of both steps.

    Columns of effects are called MEASURE.METHOD, MEASURE.METHOD.error and MEASURE.METHOD.rank, with the measure an
    evaluation, in brackets what it is measured on. A skipped group has no effects.
    """
    about = run.groups[_ABOUT].merge(run.attributes.drop(columns="size"), on="group")
    arrays, columns = run.arrays, {}
    for evaluation, point in arrays.columns[MEASURE].drop_duplicates().itertuples(index=False):
        measure = measure_key(run, evaluation, point)
        here = (arrays.columns["evaluation"] == evaluation) & (arrays.columns["test_point"] == point)
        for i in np.flatnonzero(here):
            method = arrays.columns["method"].iloc[i]
            known = np.isfinite(arrays.effect[:, i])
            of = pd.Index(arrays.groups[known])
            columns[f"{measure}.{method}"] = pd.Series(arrays.effect[known, i], of)
            columns[f"{measure}.{method}.error"] = pd.Series(arrays.error[known, i], of)
            columns[f"{measure}.{method}.rank"] = pd.Series(ranks(arrays.effect[known, i]), of, dtype="Int64")
        for table, name, ends in _tables(run):
            proven = table[(table["evaluation"] == evaluation) & (table["test_point"] == point)].set_index("group")
            columns |= {name.format(measure=measure, end=end): proven[end] for end in ends if not proven.empty}
    return about.join(pd.DataFrame(columns), on="group")


def _tables(run: Run) -> Iterator[tuple[pd.DataFrame, str, Sequence[str]]]:
    """What else there is of each group on a measure: a table, what its columns are called, and which they are."""
    if run.bootstrap is not None:
        yield run.bootstrap, f"{{measure}}.{ACTUAL}.{{end}}", ENDS
    if run.theory is not None:
        yield run.theory, f"{{measure}}.{ACTUAL}.{{end}}", _PROVEN
        yield run.theory, "theory.{end}", _OF_GROUPS
    if run.intervals is not None:
        yield run.intervals, "{measure}.proven.{end}", PROVEN


def measure_key(run: Run, evaluation: str, point: int) -> str:
    """An evaluation and what it is measured on, as a column is called: ``test_loss[genre=travel]``, ``self_loss``."""
    if EVALUATIONS[evaluation].measured_on is not None:
        return evaluation
    return f"{evaluation}[{value_names(run.manifest, evaluation)[point]}]"


def groups_files(run: Run) -> dict[str, bytes]:
    """The table as files of the folder tables: Parquet, and text where it has no more than MOST_CELLS cells."""
    frame = groups_frame(run)
    files = {"groups.parquet": parquet_bytes(frame)}
    if frame.size <= MOST_CELLS:
        files["groups.csv"] = frame.to_csv(index=False, lineterminator="\n").encode()
    return files | {"groups.md": groups_markdown(run, frame).encode()}


def groups_markdown(run: Run, frame: pd.DataFrame) -> str:
    """Name, kind, size and attributes of the groups with their actual effects, or where nothing was retrained those of
    the prediction that orders groups; of more than MOST_LINES groups the first, which it says."""
    effects = [name for name in map(str, frame) if name.endswith(_shown(run))]
    attributes = [name for name in run.attributes.columns if name not in ("group", "size")]
    head = ["Group", "Kind", "Size", *attributes, *(name.rpartition(".")[0] for name in effects)]
    rule = ["---", "---", *["---:"] * (len(head) - 2)]
    shown = frame.head(MOST_LINES)
    kinds = {kind: kind_name(kind) for kind in shown["kind"].unique()}
    columns = [
        map(str, shown["name"]),
        map(kinds.__getitem__, shown["kind"]),
        (f"{size:,}" for size in shown["size"]),
        *(map(_cell, shown[name].tolist()) for name in (*attributes, *effects)),
    ]
    left = len(frame) - MOST_LINES
    more = f"\n\nAnd {counted(left, 'more group')}: groups.parquet has all." if left > 0 else ""
    cells = [[markdown(cell) for cell in row] for row in (head, *zip(*columns, strict=True))]
    whose = "Actual effects" if run.has_actual else "Predicted effects"
    retrained = " that was retrained; the others have none" if run.has_actual and run.left_aside else ""
    return f"# {whose} of every group{retrained}\n\n{table_lines([cells[0], rule, *cells[1:]])}{more}\n"


def _shown(run: Run) -> tuple[str, ...]:
    """How the names of the columns end that are shown: of actual effects, else of the predictions that come first."""
    names = {run.default_method(evaluation) for evaluation in run.manifest.evaluations}
    return tuple(f".{name}" for name in names)


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return value
    return UNDEFINED if value is None or math.isnan(value) else number(value)
