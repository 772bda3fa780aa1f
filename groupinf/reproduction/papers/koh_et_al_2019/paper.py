"""Koh, Ang, Teo and Liang, On the Accuracy of Influence Functions for Measuring Group Effects, NeurIPS 2019."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.papers.koh_et_al_2019.reading import koh_facts
from groupinf.reproduction.papers.koh_et_al_2019.sections import findings
from groupinf.reproduction.papers.koh_et_al_2019.studies import FIGURES, STUDIES
from groupinf.reproduction.record import Record
from groupinf.reproduction.results import read_results


def _find(out: Path, record: Record, figures: Sequence[str]) -> Findings:
    return findings(read_results([study.name for study in STUDIES], out, record, koh_facts), figures)


KOH_ET_AL_2019 = Paper(
    name="koh_et_al_2019",
    folder="paper",
    page="paper.md",
    title="The paper, reproduced",
    studies=STUDIES,
    figures=FIGURES,
    find=_find,
)
