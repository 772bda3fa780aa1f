"""The written report of a run: tables, figures, and one page that links them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.pairs import ACTUAL, methods_in
from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.drawing.figures import scatter_figure, write_figure
from groupinf.reporting.drawing.group_attributes import NATURAL_FIGURES, natural_figures
from groupinf.reporting.drawing.lambda_figure import lambda_parts, write_lambda_figure
from groupinf.reporting.drawing.screening import STEM as SCREENING_STEM
from groupinf.reporting.drawing.screening import write_screening_figure
from groupinf.reporting.drawing.single_rows import STEM, figure_words, write_single_rows_figure
from groupinf.reporting.html.page import page_of
from groupinf.reporting.standing import PAGE_NAME, REPORT_NAME
from groupinf.reporting.tables.attributes import attributes_files
from groupinf.reporting.tables.groups import groups_files
from groupinf.reporting.tables.ranking import natural_listings
from groupinf.reporting.tables.screening import screening_listings, unlisted_lines
from groupinf.reporting.tables.single_rows import single_rows_files, single_rows_listings
from groupinf.reporting.tables.spearman import (
    by_evaluation,
    markdown_table,
    spearman_csv,
    spearman_latex,
    spearman_markdown,
)
from groupinf.reporting.tables.theory import theory_files
from groupinf.reporting.words.choices import test_points_line, title_line
from groupinf.reporting.words.columns import columns_markdown
from groupinf.reporting.words.entries import Named, entries_among, named_runs
from groupinf.reporting.words.evaluation_answers import evaluation_answers
from groupinf.reporting.words.formats import markdown
from groupinf.reporting.words.markdown import bulleted, notes_parts, picture
from groupinf.reporting.words.screening import MORE, PICTURE, chosen_lines, screening_lines, standings
from groupinf.reporting.words.single_rows import single_row_lines
from groupinf.reporting.words.style import evaluation_name, method_name
from groupinf.reporting.words.summary import (
    adversarial_lines,
    certificate_line,
    convention_line,
    data_line,
    method_lines,
    note_lines,
    skipped_lines,
    statistics_line,
    test_point_names,
    unit_lines,
)
from groupinf.reporting.words.theory import theory_lines
from groupinf.reporting.words.verdict import verdict
from groupinf.studies.group_effects.result import Run

_TABLES = {
    "spearman": "Each kind of group",
    "groups": "Every group, with its effects, ranks and attributes",
    "attributes": "How attributes of the groups go together with their effects",
    "categories": "Effects by category",
    "test_points": "How effects on one test point go together with those on another",
    "points": "The training rows that matter most to each test point",
    "theory": "What the theory says of the effects, by evaluation and test point",
    "theory_kinds": "What the theory says of each kind of group",
}
_FORMATS = {"csv": "CSV", "md": "Markdown", "tex": "LaTeX", "parquet": "Parquet"}


def write_report(run: Run) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}.

    Reads the run only. Every file appears whole or not at all; the same run gives the same bytes.
    """
    spearman = {"csv": spearman_csv(run), "md": spearman_markdown(run), "tex": spearman_latex(run)}
    of_agreement = {f"spearman.{ending}": text.encode() for ending, text in spearman.items() if run.has_actual}
    tables = of_agreement | groups_files(run) | attributes_files(run) | theory_files(run) | single_rows_files(run)
    for name, content in tables.items():
        write_atomically(run.path / "tables" / name, content)
    drawn = {}
    for method in methods(run):
        drawn[method] = write_figure(run.path, f"{method}_vs_actual", scatter_figure(run, method))
    natural = natural_figures(run)
    for stem, figure in natural.items():
        write_figure(run.path, stem, figure)
    if run.cross_validation is not None:
        write_lambda_figure(run, run.cross_validation)
    write_single_rows_figure(run)
    if found := standings(run):
        write_screening_figure(run, found)
    report, [named] = run.path / REPORT_NAME, named_runs([run])
    write_atomically(report, report_markdown(run, list(tables), list(natural), named).encode())
    page = page_of([named], title_line(run), png=lambda _, method: drawn[method])
    write_atomically(run.path / PAGE_NAME, page.encode())
    return report


def methods(run: Run) -> list[str]:
    """The predictions of the run that there are actual effects beside, in the order of its table."""
    if not run.has_actual:
        return []
    return [method for method in methods_in(run.effects) if method != ACTUAL]


def report_markdown(
    run: Run, tables: Sequence[str] = (), natural: Sequence[str] = (), named: Named | None = None
) -> str:
    """What was run, the convention, the agreement over all groups, the figures, and how far to trust the numbers.

    ``tables`` are the files in the folder of that name, ``natural`` those of NATURAL_FIGURES that were drawn;
    ``named`` is the run as its page has it, where that was made already.
    """
    overall = run.spearman[run.spearman["kind"] == ALL_KINDS]
    opening = [data_line(run), test_points_line(run), convention_line(run), *unit_lines(run), *method_lines(run)]
    entries, found = entries_among([named] if named else named_runs([run])), standings(run)
    theory = [entry.theory for entry in entries if entry.theory is not None]
    parts = [f"# {markdown(title_line(run))}", *(markdown(line) for line in opening if line)]
    if run.intervals is not None:
        parts.append("## Largest effects, and what of them is proven")
        parts += [picture(PICTURE, SCREENING_STEM)] if found else []
        parts += [
            bulleted(screening_lines(run, found)),
            *(one.markdown for one in screening_listings(run, found)),
            MORE,
        ]
        parts += map(markdown, unlisted_lines(run, found))
    if entries:
        parts.append(bulleted([*evaluation_answers(entries), *chosen_lines(entries)]))
    if single := single_rows_listings(run):
        lines = bulleted(single_row_lines(run))
        parts += ["## Training rows that matter most", lines, *(part.markdown for part in single)]
        parts += [picture(words, STEM)] if (words := figure_words(run)) else []
    if listed := natural_listings(run):
        parts += ["## Groups that matter most", *(part.markdown for part in listed)]
    for evaluation, rows in by_evaluation(overall):
        parts.append(f"## {evaluation_name(evaluation)}\n\n{markdown_table(rows, test_point_names(run))}")
    parts += [
        *([markdown(statistics_line(run, overall))] if entries else []),
        *(f"{words}: {links}." for stem, words in _TABLES.items() if (links := _links(stem, tables))),
        *(["## Figures"] if entries or natural else []),
        *(
            picture(f"{method_name(method)} against the actual effect", f"{method}_vs_actual")
            for method in methods(run)
        ),
        *(picture(NATURAL_FIGURES[stem], stem) for stem in natural),
        *([] if run.cross_validation is None else lambda_parts(run, run.cross_validation)),
        *(["## What is known without retraining?", bulleted(theory_lines(run, theory[0]))] if theory else []),
        "## Can the numbers be trusted?",
        markdown(verdict([run])),
        markdown(certificate_line(run)),
    ]
    parts += notes_parts([*adversarial_lines(run), *note_lines(run), *skipped_lines(run)])
    parts += columns_markdown(run.manifest)
    return "\n\n".join(parts) + "\n"


def _links(stem: str, tables: Sequence[str]) -> str:
    found = [name for name in tables if name.partition(".")[0] == stem]
    return ", ".join(f"[{_FORMATS[name.partition('.')[2]]}](tables/{name})" for name in found)
