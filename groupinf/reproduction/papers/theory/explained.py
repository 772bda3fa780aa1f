"""What goes with ρ over kinds of groups, runs and λ: how alike the groups of a kind are, or how large ‖D(w)‖ is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groupinf.analysis.explained_rho import NEWTON_SPREAD, SPREADS, explanation_of_rho
from groupinf.reporting.words.formats import coefficient, interval
from groupinf.reproduction.papers.theory.reading import TheoryFacts

# columns of the table of kinds beside the spread: sizes of ‖D(w)‖ and Newton ÷ influence, and the angle of both steps
SIZE, NEWTON_SIZE, TURN = "d_norm_median", "newton_over_influence_median", "angle_median"
NAMES = {
    NEWTON_SPREAD: "Newton ÷ influence, standard deviation ÷ mean",
    "newton_over_influence_ratio": "Newton ÷ influence, upper ÷ lower quartile",
    "d_norm_variation": "‖D(w)‖, standard deviation ÷ mean",
    "d_norm_ratio": "1 + ‖D(w)‖, upper ÷ lower quartile",
    SIZE: "‖D(w)‖, median",
    NEWTON_SIZE: "Newton ÷ influence, median",
    TURN: "angle between both steps, median",
}


@dataclass(frozen=True)
class Explained:
    """Spearman's ρ of 1 − ρ and a ``spread`` or size over ``n`` kinds of groups of runs, with its 95 % interval."""

    evaluation: str
    spread: str
    n: int
    rho: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The coefficient with its interval."""
        return f"{coefficient(self.rho)} {interval(self.low, self.high)}"


def explained_by(runs: Sequence[TheoryFacts]) -> tuple[Explained, ...]:
    """For each evaluation, what of NAMES goes with 1 − ρ over the kinds of the runs."""
    table = explanation_of_rho([run.kinds for run in runs], (*SPREADS, SIZE, NEWTON_SIZE, TURN))
    found = [
        Explained(
            str(row["evaluation"]),
            str(row["spread"]),
            int(row["n"]),
            float(row["spearman"]),
            float(row["spearman_low"]),
            float(row["spearman_high"]),
        )
        for row in table.to_dict("records")
    ]
    return tuple(sorted(found, key=lambda of: list(NAMES).index(of.spread)))
