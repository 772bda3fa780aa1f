"""The papers that are reproduced, and what is studied beside them in the same way."""

from __future__ import annotations

from groupinf.registry import Registry
from groupinf.reproduction.paper import Paper
from groupinf.reproduction.papers.koh_et_al_2019.paper import KOH_ET_AL_2019
from groupinf.reproduction.papers.koh_liang_2017.paper import KOH_LIANG_2017
from groupinf.reproduction.papers.liu_et_al.paper import LIU_ET_AL
from groupinf.reproduction.papers.natural_groups.paper import NATURAL_GROUPS
from groupinf.reproduction.papers.theory.paper import THEORY
from groupinf.reproduction.papers.which_prediction.paper import WHICH_PREDICTION

PAPERS: Registry[Paper] = Registry(
    "paper", (KOH_ET_AL_2019, WHICH_PREDICTION, NATURAL_GROUPS, THEORY, KOH_LIANG_2017, LIU_ET_AL)
)
