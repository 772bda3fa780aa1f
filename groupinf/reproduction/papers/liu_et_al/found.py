"""All that the page is written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.reproduction.paper import Illustrated
from groupinf.reproduction.papers.liu_et_al.luck import Luck
from groupinf.reproduction.papers.liu_et_al.reading import LiuFacts
from groupinf.reproduction.results import Results


@dataclass(frozen=True)
class Found(Illustrated):
    """Results by study, LiSSA on the ridge regression by depth, and the files of figures at hand."""

    results: Results[LiuFacts]
    luck: Sequence[Luck]
    figures: Sequence[str]

    def run(self, study: str) -> LiuFacts | None:
        """A study that is done."""
        return self.results.runs.get(study)
