"""What the page is written from: the runs that are done, and the figures that are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from groupinf.reporting.words.markdown import padded_table
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.paper import Illustrated
from groupinf.reproduction.papers.koh_liang_2017.margin import OnMargin
from groupinf.reproduction.papers.koh_liang_2017.stopped import Stopped
from groupinf.studies.group_effects.result import Run
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.wording import counted


@dataclass(frozen=True)
class Found(Illustrated):
    """Runs by the name of their study, of group effects and such as repair labels, the figures beside the page, section
    5.3 with the fit stopped as the authors' was, and the rows of Figure 3 that stand on their margin.
    """

    runs: Mapping[str, Run]
    figures: Sequence[str]
    repairs: Mapping[str, RepairRun] = field(default_factory=dict)
    stopped: Stopped | None = None
    margin: OnMargin | None = None


def claims_table(claims: Mapping[str, Sequence[Claim]]) -> list[str]:
    """How many claims hold, and each by where it stands, with its verdict and what was found; below them why they
    differ. Nothing where there are none.
    """
    told = [(where, claim) for where, of in claims.items() for claim in of]
    if not told:
        return []
    rows = [(where, *map(_in_cell, (claim.paper, claim.verdict, claim.found))) for where, claim in told]
    whys = dict.fromkeys((where, why) for where, claim in told for why in claim.explanations)
    verdicts = [claim.verdict for _, claim in told]
    return [
        f"Of {counted(len(told), 'claim')}, ours beyond the paper among them, {verdicts.count(HOLDS)} hold, "
        f"{verdicts.count(IN_PART)} in part and {verdicts.count(DIFFERS)} not.",
        padded_table(("where", "the paper", "verdict", "found"), rows),
        *(f"{where}: {why}" for where, why in whys),
    ]


def _in_cell(text: str) -> str:
    """A bar would end the cell."""
    return text.replace("|", "\\|")
