"""Koh and Liang (2017), Understanding black-box predictions via influence functions: their figures and claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from groupinf.experiments.driver import TIMINGS
from groupinf.experiments.folder.files import read_json
from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.papers.koh_liang_2017.found import Found
from groupinf.reproduction.papers.koh_liang_2017.sections import findings
from groupinf.reproduction.papers.koh_liang_2017.studies import FIGURES, STUDIES
from groupinf.reproduction.record import Record
from groupinf.studies.group_effects.study import load_run


def _find(out: Path, record: Record, figures: Sequence[str]) -> Findings:
    folders = {study.name: out / record.done()[study.name].folder for study in STUDIES if study.name in record.done()}
    stages: dict[str, Mapping[str, float]] = {
        name: read_json(folder / TIMINGS)["seconds"] for name, folder in folders.items() if (folder / TIMINGS).exists()
    }
    return findings(Found({name: load_run(folder) for name, folder in folders.items()}, figures), stages)


KOH_LIANG_2017 = Paper(
    name="koh-liang-2017",
    folder="koh-liang-2017",
    page="koh-liang-2017.md",
    title="Koh and Liang (2017), reproduced",
    studies=STUDIES,
    figures=FIGURES,
    find=_find,
)
