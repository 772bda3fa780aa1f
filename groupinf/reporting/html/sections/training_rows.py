"""Which single training rows matter, to each test point: dots to look at, then sentences and rows to read."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.analysis.single_rows import Measure, of_measure
from groupinf.reporting.drawing.row_drawings import RowDrawings, row_drawings
from groupinf.reporting.html.parts.assets import asset
from groupinf.reporting.html.parts.markup import Html, element, folded, joined, leading
from groupinf.reporting.html.parts.perturbation_table import perturbation_tables
from groupinf.reporting.html.parts.point_choice import figure_caption
from groupinf.reporting.html.parts.row_cell import LARGE, row_cell
from groupinf.reporting.html.parts.row_scatter import row_scatters
from groupinf.reporting.html.parts.row_tables import row_tables
from groupinf.reporting.html.section import Answer, Material, Section, single_run
from groupinf.reporting.html.sections import suspects
from groupinf.reporting.words.entries import Named
from groupinf.reporting.words.single_rows import (
    label_of_test,
    label_words,
    listed_measures,
    single_row_lines,
    told_evaluations,
)
from groupinf.reporting.words.style import evaluation_name, panel_title
from groupinf.studies.group_effects.result import Run

_MEANING = (
    "Influence: what the effect of leaving the row out would be to first order; by Newton, one Newton step without it; "
    "retrained, what it is. Positive: without the row, what is measured rises. Loss and leverage are those of the "
    "training row; distance is Euclidean, to the test row, in the features as the data have them."
)


def _answer(material: Material) -> Answer:
    """For each evaluation a test point to choose, with dots and tables; below the first dots all sentences."""
    [entry] = material.runs
    run, drawings = entry.run, row_drawings(entry.run)
    measures = listed_measures(run)
    names = list(dict.fromkeys(name for name, _ in measures))
    first = told_evaluations(run)
    said = {name: [leading(single_row_lines(run))] for name in first[:1]}
    shown = {
        name: _evaluation(entry, drawings, [m for m in measures if m[0] == name], said.get(name, [])) for name in names
    }
    parts = [
        *(shown[name] for name in first),
        *(folded(evaluation_name(name), shown[name]) for name in names if name not in first),
        element("p", {"class": "quiet"}, _meaning(drawings)),
    ]
    return Answer(joined(parts), scripts=(asset("points.js"),))


def _meaning(drawings: RowDrawings | None) -> str:
    order = "" if drawings is None else drawings.kind.order
    return f"{_MEANING} Of a row are shown {order}." if order else _MEANING


def _evaluation(entry: Named, drawings: RowDrawings | None, measures: Sequence[Measure], said: Sequence[Html]) -> Html:
    """A figure whose test point can be chosen: what is drawn of each, what is ``said``, and what is listed of each."""
    caption = figure_caption(entry, 0, [(i, *measure) for i, measure in enumerate(measures)])
    drawn = [_panel(entry, m, "drawn", _drawn(entry, drawings, m), hidden=i > 0) for i, m in enumerate(measures)]
    tables = [_panel(entry, m, "listed", _listed(entry.run, drawings, m), hidden=i > 0) for i, m in enumerate(measures)]
    return element("figure", {"class": "of-rows"}, caption, *drawn, *said, *tables)


def _panel(entry: Named, measure: Measure, how: str, parts: Sequence[Html], hidden: bool) -> Html:
    evaluation, point = measure
    about = {
        "data-chosen": f"{evaluation} {point}",
        "role": "group",
        "aria-label": f"{evaluation_name(evaluation)}, {panel_title(*measure, entry.sets)}: training rows {how}",
    }
    return element("div", about | ({"hidden": ""} if hidden else {}), *parts)


def _drawn(entry: Named, drawings: RowDrawings | None, measure: Measure) -> list[Html]:
    run = entry.run
    assert run.points is not None
    scatters = row_scatters(run, measure, of_measure(run.points, measure), label_of_test(run))
    return [element("div", {"class": "beside-rows"}, *_test_row(entry, drawings, measure), *scatters)]


def _listed(run: Run, drawings: RowDrawings | None, measure: Measure) -> list[Html]:
    assert run.points is not None
    rows = of_measure(run.points, measure)
    return [*row_tables(run, drawings, measure, rows, label_of_test(run)), *perturbation_tables(run, measure)]


def _test_row(entry: Named, drawings: RowDrawings | None, measure: Measure) -> list[Html]:
    """The test point itself; nothing of sums."""
    _, point = measure
    labels = label_of_test(entry.run)
    if point not in labels:
        return []
    label = f"{'label' if entry.run.manifest.classes else 'target'} {label_words(labels[point])}"
    title = panel_title(*measure, entry.sets)
    words = f"{title}, {label}"
    drawn = None if drawings is None else drawings.of_test(point)
    heading = element("p", {}, element("strong", {}, title), element("br", {}), label)
    return [element("div", {"class": "test-row"}, heading, row_cell(drawn, words, LARGE))]


def _applies(material: Material) -> bool:
    return single_run(material) and material.runs[0].run.points is not None


def _leads(material: Material) -> bool:
    """Of a run whose groups are single rows, which has nothing else to say of them, but for suspects."""
    if not _applies(material) or suspects.leads(material):
        return False
    return bool((material.runs[0].run.groups["size"] == 1).all())


TRAINING_ROWS = Section("rows", "Training rows", "Which training rows matter?", _answer, _applies, _leads)
