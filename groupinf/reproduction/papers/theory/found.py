"""All that the page is written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groupinf.reproduction.paper import Illustrated
from groupinf.reproduction.papers.theory.costs import Cost
from groupinf.reproduction.papers.theory.counterexample import Removal
from groupinf.reproduction.papers.theory.reading import Compared, TheoryFacts
from groupinf.reproduction.papers.theory.studies import COUNTEREXAMPLES, DATA, FREE, ONE_LAMBDA, OVER_LAMBDA
from groupinf.reproduction.results import Results


@dataclass(frozen=True)
class Found(Illustrated):
    """Results, the costs of studies by their names, the ``example`` against Proposition 1, and figures at hand."""

    results: Results[TheoryFacts]
    costs: Mapping[str, Cost]
    example: Sequence[Removal]
    figures: Sequence[str]

    @property
    def counterexamples(self) -> dict[str, TheoryFacts]:
        """The runs of Figure 3 that are done."""
        return {name: self.results.runs[name] for name in COUNTEREXAMPLES if name in self.results.runs}

    @property
    def compared(self) -> dict[str, Compared]:
        """Of these the correlations on the test prediction."""
        return {name: run.compared for name, run in self.counterexamples.items() if run.compared is not None}

    @property
    def data(self) -> list[TheoryFacts]:
        """The runs on the paper's datasets that are done, without an intercept."""
        return [self.results.runs[name] for name in DATA if name in self.results.runs]

    @property
    def series(self) -> list[tuple[TheoryFacts, ...]]:
        """The sweeps over λ, each by rising λ."""
        return [self.results.sweeps[name] for name in OVER_LAMBDA if name in self.results.sweeps]

    @property
    def sweeps(self) -> list[TheoryFacts]:
        """All runs of these."""
        return [run for runs in self.series for run in runs]

    @property
    def explaining(self) -> list[TheoryFacts]:
        """These, and the runs on datasets that have no sweep."""
        return [*(self.results.runs[name] for name in ONE_LAMBDA if name in self.results.runs), *self.sweeps]

    @property
    def real(self) -> list[TheoryFacts]:
        """All on the paper's datasets, with and without an intercept, at every λ."""
        free = [self.results.runs[FREE]] if FREE in self.results.runs else []
        return [*self.data, *free, *self.sweeps]
