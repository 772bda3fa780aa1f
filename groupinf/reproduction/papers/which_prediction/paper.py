"""Which prediction should one use, and when: every method beside the others, on the datasets of the papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.papers.which_prediction.reading import method_facts
from groupinf.reproduction.papers.which_prediction.sections import findings
from groupinf.reproduction.papers.which_prediction.studies import STUDIES
from groupinf.reproduction.record import Record
from groupinf.reproduction.results import read_results


def _find(out: Path, record: Record, figures: Sequence[str]) -> Findings:
    return findings(read_results([study.name for study in STUDIES], out, record, method_facts))


WHICH_PREDICTION = Paper(
    name="which_prediction",
    folder="methods",
    page="methods.md",
    title="Which prediction, and when",
    studies=STUDIES,
    figures={},
    find=_find,
)
