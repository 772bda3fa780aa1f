"""The one convention of all effects: its parts, as a manifest has them, and the sentence that outputs print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from groupinf.wording import number

Task = Literal["classification", "regression"]

REMOVAL = (
    "intercept not penalised, λ kept when points are removed. Effect = f without the group − f with it: positive "
    "means that removing the group raises f"
)


@dataclass(frozen=True)
class Convention:
    """What is measured in which units: λ, λ/n, the task, and the ``units`` that the loss states."""

    lam: float
    lam_over_n: float
    task: Task
    units: str

    @property
    def sentence(self) -> str:
        """The convention in one line, for every output."""
        lams = f"λ = {number(self.lam, 6)} (λ/n = {number(self.lam_over_n, 6)})"
        return f"Loss summed over points plus (λ/2)‖weights‖² with {lams}, {REMOVAL}; {self.units}."

    @property
    def without_lam(self) -> str:
        """The same of whatever λ."""
        return f"Loss summed over points plus (λ/2)‖weights‖², {REMOVAL}; {self.units}."


def joint_convention(conventions: Iterable[Convention]) -> str:
    """The convention that holds for all of these, whatever their λ and task."""
    told = sorted({(convention.task, convention.units) for convention in conventions})
    units = [f"in regression {units}" if task == "regression" else units for task, units in told]
    return f"Loss summed over points plus (λ/2)‖weights‖², {REMOVAL}; {'; '.join(units)}."
