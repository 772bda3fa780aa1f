"""The papers that are reproduced."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.reproduction.paper import Paper
from groupinf.reproduction.papers.koh_et_al_2019.paper import KOH_ET_AL_2019

PAPERS: Registry[Paper] = Registry("paper", (KOH_ET_AL_2019,))
