"""Natural groups of Diabetes: by payer, medical specialty, first diagnosis and patient."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.papers.natural_groups.reading import natural_facts
from groupinf.reproduction.papers.natural_groups.sections import findings
from groupinf.reproduction.papers.natural_groups.studies import STUDIES
from groupinf.reproduction.record import Record
from groupinf.reproduction.results import read_results


def _find(out: Path, record: Record, figures: Sequence[str]) -> Findings:
    return findings(read_results([study.name for study in STUDIES], out, record, natural_facts))


NATURAL_GROUPS = Paper(
    name="natural_groups",
    folder="natural",
    page="natural-groups.md",
    title="Natural groups of Diabetes",
    studies=STUDIES,
    figures={},
    find=_find,
)
