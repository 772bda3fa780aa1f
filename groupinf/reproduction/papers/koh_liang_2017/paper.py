"""Koh and Liang (2017), Understanding black-box predictions via influence functions: their figures and claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from groupinf.experiments.driver import TIMINGS
from groupinf.experiments.folder.files import read_json
from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.papers.koh_liang_2017.found import Found
from groupinf.reproduction.papers.koh_liang_2017.margin import on_margin
from groupinf.reproduction.papers.koh_liang_2017.sections import findings
from groupinf.reproduction.papers.koh_liang_2017.stopped import stopped_early
from groupinf.reproduction.papers.koh_liang_2017.studies import FIGURES, HOSPITAL, STUDIES, SVM
from groupinf.reproduction.record import Record
from groupinf.studies.group_effects.result import Run
from groupinf.studies.registry import load_run
from groupinf.studies.repair_labels.result import RepairRun


def _find(out: Path, record: Record, figures: Sequence[str]) -> Findings:
    folders = {study.name: out / record.done()[study.name].folder for study in STUDIES if study.name in record.done()}
    stages: dict[str, Mapping[str, float]] = {
        name: read_json(folder / TIMINGS)["seconds"] for name, folder in folders.items() if (folder / TIMINGS).exists()
    }
    done = {name: load_run(folder) for name, folder in folders.items()}
    repairs = {name: run for name, run in done.items() if isinstance(run, RepairRun)}
    runs = {name: run for name, run in done.items() if isinstance(run, Run)}
    stopped = stopped_early(runs[HOSPITAL]) if HOSPITAL in runs else None
    margin = on_margin(runs[SVM]) if SVM in runs else None
    return findings(Found(runs, figures, repairs, stopped, margin), stages)


KOH_LIANG_2017 = Paper(
    name="koh-liang-2017",
    folder="koh-liang-2017",
    page="koh-liang-2017.md",
    title="Koh and Liang (2017), reproduced",
    studies=STUDIES,
    figures=FIGURES,
    find=_find,
)
