"""Liu, Liu, Qi and Yang, a reproduction of Koh and Liang (2017): single rows of four models, reproduced in turn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.papers.liu_et_al.as_computed import models_of
from groupinf.reproduction.papers.liu_et_al.found import Found
from groupinf.reproduction.papers.liu_et_al.luck import luck_at
from groupinf.reproduction.papers.liu_et_al.reading import liu_facts
from groupinf.reproduction.papers.liu_et_al.sections import findings
from groupinf.reproduction.papers.liu_et_al.studies import FIGURES, RIDGE, STUDIES
from groupinf.reproduction.record import Record
from groupinf.reproduction.results import read_results
from groupinf.studies.group_effects.study import load_run


def _find(out: Path, record: Record, figures: Sequence[str]) -> Findings:
    results = read_results([study.name for study in STUDIES], out, record, liu_facts)
    ridge = record.done().get(RIDGE)
    luck = () if ridge is None else luck_at(models_of(load_run(out / ridge.folder)))
    return findings(Found(results, luck, figures))


LIU_ET_AL = Paper(
    name="liu-et-al",
    folder="liu-et-al",
    page="liu-et-al.md",
    title="Liu et al., reproduced",
    studies=STUDIES,
    figures=FIGURES,
    find=_find,
)
