"""The one convention of all effects: its parts, as a manifest has them, and the sentence that outputs print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from groupinf.effects.changes.change import Change
from groupinf.numerics.intercept import Intercept
from groupinf.wording import number

Task = Literal["classification", "regression"]

_OBJECTIVE = "Loss summed over points plus (λ/2)‖weights‖²"


@dataclass(frozen=True)
class Convention:
    """What is measured in which units: λ, λ/n, the task, the ``units`` that the loss states, the ``change``,
    the ``intercept``, and in words the ``losses`` where they are not one.
    """

    lam: float
    lam_over_n: float
    task: Task
    units: str
    change: Change
    intercept: Intercept = Intercept.FREE
    losses: str = ""

    @property
    def sentence(self) -> str:
        """The convention in one line, for every output."""
        lams = f"λ = {number(self.lam, 6)} (λ/n = {number(self.lam_over_n, 6)})"
        return f"{_OBJECTIVE} with {lams}, {self._effect}; {self.units}."

    @property
    def without_lam(self) -> str:
        """The same of whatever λ."""
        return f"{_OBJECTIVE}, {self._effect}; {self.units}."

    @property
    def _effect(self) -> str:
        losses = f"; {self.losses}" if self.losses else ""
        return f"{self.intercept.in_text}, {self.change.convention}{losses}"


def joint_convention(conventions: Iterable[Convention]) -> str:
    """The convention that holds for all of these, whatever their λ and task; each change has a sentence of its own."""
    conventions = list(conventions)
    told = sorted({(convention.task, convention.units) for convention in conventions})
    units = [f"in regression {units}" if task == "regression" else units for task, units in told]
    effects = {convention._effect: convention.change.done for convention in conventions}
    of = {effect: f"Groups {done}: " if len(set(effects.values())) > 1 else "" for effect, done in effects.items()}
    return " ".join(f"{of[effect]}{_OBJECTIVE}, {effect}; {'; '.join(units)}." for effect in effects)
