"""The table of a sweep: how well each prediction does at each λ/n."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from groupinf.analysis.extent import EXTENT_OF, extents
from groupinf.analysis.pairs import methods_in
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.errors import DataError
from groupinf.experiments.driver import TIMINGS
from groupinf.experiments.folder.files import read_json
from groupinf.reporting.tables.sweep_screening import sweep_listings
from groupinf.reporting.words.entries import labels
from groupinf.reporting.words.formats import coefficient, markdown, percent, ratio, shorten
from groupinf.reporting.words.markdown import table_lines
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.reporting.words.screening import left_aside_lines, unretrained_lines
from groupinf.reporting.words.style import LONGEST_NAME, each_values, method_name
from groupinf.reporting.words.summary import SLOPE, convention_lines, measures_in
from groupinf.reporting.words.sweeps import failure_lines, run_links, sweep_title
from groupinf.studies.group_effects.result import Run, Sweep
from groupinf.wording import UNDEFINED, counted, number


def sweep_frame(sweep: Sweep) -> pd.DataFrame:
    """One row per λ/n, evaluation and method: medians over test points of the agreement over all groups."""
    return pd.concat([_of_run(run) for run in sweep.runs], ignore_index=True) if sweep.runs else pd.DataFrame()


def sweep_csv(sweep: Sweep) -> str:
    """The table with every number in full precision; undefined numbers are empty."""
    return sweep_frame(sweep).to_csv(index=False, lineterminator="\n")


def sweep_markdown(sweep: Sweep) -> str:
    """The table in Markdown, one part per method, with the folders of the runs."""
    parts = [f"# {markdown(sweep_title(sweep))}", markdown(_data_line(sweep)), markdown(drawn_line(sweep))]
    for method, lines in _tables(sweep, with_seconds=False):
        header, *rows = ([markdown(cell) for cell in line] for line in lines)
        table = [header, ["---:"] * len(header), *rows]
        parts += [f"## {method_name(method)}", table_lines(table)]
    parts += [listing.markdown for listing in sweep_listings(sweep.runs)]
    parts += [*map(markdown, _closing(sweep)), "## Runs", "\n".join(run_links(sweep, "../"))]
    return "\n\n".join(parts) + "\n"


def sweep_text(sweep: Sweep, width: int) -> str:
    """The table for a terminal, one part per method, with the time that each run took."""
    tables = ["\n".join([method_name(m), *aligned(lines, left=0)]) for m, lines in _tables(sweep, with_seconds=True)]
    tables += [listing.text for listing in sweep_listings(sweep.runs)]
    opening = wrapped([_data_line(sweep), drawn_line(sweep)], width)
    return "\n\n".join([opening, *tables, wrapped(_closing(sweep), width)]) + "\n"


def _of_run(run: Run) -> pd.DataFrame:
    found = extents(run.spearman)
    table = found[["evaluation", "method"]].assign(n_test_points=found["test_points"], n_groups=found["n_groups"])
    table = table.assign(**{name: found[f"{name}_median"] for name in EXTENT_OF})
    about = run.manifest
    facts = {"lam_over_n": about.lam_over_n, "test_accuracy": about.test_accuracy, "test_loss": about.test_loss}
    for place, (key, value) in enumerate(facts.items()):
        table.insert(place, key, value)
    table.insert(0, "run", run.path.name)
    return table


def _tables(sweep: Sweep, with_seconds: bool) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Per method a header and a line for each λ/n."""
    if not sweep.runs:
        return
    frame = sweep_frame(sweep)
    evaluations = list(frame["evaluation"].unique())
    classifies = sweep.manifest.task == "classification"
    for method in methods_in(frame):
        rows = frame[frame["method"] == method].set_index(["run", "evaluation"])
        predicted = [e for e in evaluations if e in rows.index.get_level_values("evaluation")]
        agreement = [name for e in predicted for name in (f"ρ {EVALUATIONS[e].short}", "slope")]
        ends = ["time"] if with_seconds else []
        lines = [("λ/n", "test accuracy" if classifies else "test loss", *agreement, *ends)]
        for run in sweep.runs:
            of = [rows.loc[(run.path.name, e)] for e in predicted]
            cells = [c for row in of for c in (coefficient(float(row["spearman"])), ratio(float(row["slope"])))]
            share = run.manifest.test_accuracy
            fit = number(run.manifest.test_loss) if share is None else percent(share, 1)
            ends = [_seconds(run)] if with_seconds else []
            lines.append((number(run.manifest.lam_over_n), fit, *cells, *ends))
        yield method, lines


def _seconds(run: Run) -> str:
    """What preparing, computing and collecting took when it was done in one go; undefined where that is not told."""
    try:
        seconds = read_json(run.path / TIMINGS).get("seconds")
    except DataError:
        return UNDEFINED
    return f"{sum(seconds.values()):.1f} s" if isinstance(seconds, dict) else UNDEFINED


def _data_line(sweep: Sweep) -> str:
    about = sweep.manifest
    values = f"{counted(len(about.lam_over_n), 'value')} of λ/n"
    pools = {run.manifest.n_pool for run in sweep.runs} - {0}
    parts = [f"{shorten(about.dataset, LONGEST_NAME)}: n = {about.n:,}, d = {about.d:,}"]
    return "; ".join([*parts, *(f"{counted(pool, 'row')} in the pool" for pool in sorted(pools)), values])


def drawn_line(sweep: Sweep) -> str:
    """Where groups and test points are drawn."""
    at = sweep.manifest.drawn_at_lam_over_n
    if at is None:
        return "Groups and test points are drawn anew at every λ/n."
    return f"The same groups and test points at every λ/n, drawn at λ/n = {number(at, 6)}."


def _closing(sweep: Sweep) -> list[str]:
    measured = [measure for run in sweep.runs for measure in measures_in(run)]
    statistics = [f"ρ and slope: over all groups, median over {each_values(measured)}. {SLOPE}"] if measured else []
    return [
        *statistics,
        *unretrained_lines(sweep.runs),
        *left_aside_lines(sweep.runs),
        *convention_lines(zip(labels(sweep.runs), sweep.runs, strict=True)),
        *failure_lines(sweep),
    ]
