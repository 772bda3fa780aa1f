"""The theory of Koh, Ang, Teo and Liang (2019), section 4 and appendices D and E: what holds, and how tightly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.papers.theory.costs import theory_cost
from groupinf.reproduction.papers.theory.counterexample import ones_without
from groupinf.reproduction.papers.theory.found import Found
from groupinf.reproduction.papers.theory.reading import theory_facts
from groupinf.reproduction.papers.theory.sections import findings
from groupinf.reproduction.papers.theory.studies import DATA, FIGURES, LARGE, STUDIES
from groupinf.reproduction.record import Record
from groupinf.reproduction.results import read_results
from groupinf.studies.group_effects.study import load_run


def _find(out: Path, record: Record, figures: Sequence[str]) -> Findings:
    results = read_results([study.name for study in STUDIES], out, record, theory_facts)
    timed = [name for name in (*DATA, LARGE) if name in results.runs]
    entries = {name: record.done()[name] for name in timed}
    costs = {name: theory_cost(load_run(out / of.folder), of.processor) for name, of in entries.items()}
    return findings(Found(results, costs, ones_without(), figures))


THEORY = Paper(
    name="theory",
    folder="theory",
    page="theory.md",
    title="The theory, computed",
    studies=STUDIES,
    figures=FIGURES,
    find=_find,
)
