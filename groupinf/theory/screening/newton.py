"""Where the retrained model must be around the Newton step, by self-concordance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from groupinf.effects.methods.newton import Newton
from groupinf.theory.intervals import Place
from groupinf.theory.prover import Prover
from groupinf.theory.screening.climbing import Climbing
from groupinf.theory.screening.level import Intervals, Level, Setting, intervals_at


@dataclass(frozen=True)
class NewtonLevel(Level):
    """A ball around θ̂ + (H − H(δ))⁻¹g(δ) (``theory/balls.py``)."""

    prover: Prover
    of_fit: Place
    name: ClassVar = Newton.name

    @classmethod
    def made(cls, setting: Setting) -> Self:
        """By the prover of the study."""
        return cls(setting.prover, setting.of_fit)

    def intervals(self, groups: Climbing) -> Intervals:
        """One pass at the end of the step."""
        return intervals_at(self.of_fit, groups.after(self.prover, groups.newton), groups.measures)
