"""Where the retrained model must be around the Newton step, by self-concordance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure
from groupinf.effects.methods.newton import Newton, NewtonStep
from groupinf.theory.intervals import Place
from groupinf.theory.prover import Prover
from groupinf.theory.screening.level import Intervals, Level, intervals_at


class NewtonLevel(Level):
    """A ball around θ̂ + (H − H(δ))⁻¹g(δ) (``theory/balls.py``)."""

    name: ClassVar = Newton.name

    def intervals(self, prover: Prover, of_fit: Place, at: BlockContext, measures: Sequence[Measure]) -> Intervals:
        """One pass at the end of the step."""
        pencils = [at.reduced.pencil(b) for b in range(len(at.changed.members))]
        return intervals_at(of_fit, prover.after(at, pencils, at.solution(NewtonStep()).delta), measures)
