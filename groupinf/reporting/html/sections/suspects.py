"""Which labels or targets may be wrong, whatever the test point."""

from __future__ import annotations

from groupinf.analysis.single_rows import suspects
from groupinf.reporting.drawing.row_drawings import row_drawings
from groupinf.reporting.html.parts.markup import answers, joined
from groupinf.reporting.html.parts.suspects_tables import predicted_table, retrained_table
from groupinf.reporting.html.section import Answer, Material, Section, single_run
from groupinf.reporting.words.suspects import is_of_suspects, suspects_sentence


def _answer(material: Material) -> Answer:
    """The rows that were retrained without, where a run is of these, by their exact rise; else by the Newton step."""
    run = material.runs[0].run
    drawings = row_drawings(run)
    if is_of_suspects(run):
        return Answer(joined([answers([suspects_sentence(run)]), *retrained_table(run, drawings)]))
    return Answer(joined(predicted_table(run, drawings)))


def _applies(material: Material) -> bool:
    if not single_run(material):
        return False
    points = material.runs[0].run.points
    return points is not None and not suspects(points, 1).empty


def _of_labels(material: Material) -> bool:
    return _applies(material) and bool(material.runs[0].run.manifest.classes)


def _of_targets(material: Material) -> bool:
    return _applies(material) and not material.runs[0].run.manifest.classes


def leads(material: Material) -> bool:
    """Of a run of suspects, which is about nothing else."""
    return single_run(material) and is_of_suspects(material.runs[0].run)


LABELS = Section("labels", "Labels", "Which labels may be wrong?", _answer, _of_labels, leads)
TARGETS = Section("targets", "Targets", "Which targets may be wrong?", _answer, _of_targets, leads)
