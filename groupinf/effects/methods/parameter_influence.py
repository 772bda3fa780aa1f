"""Parameter influence: the step of influence, read out exactly."""

from __future__ import annotations

from typing import ClassVar, Literal

from groupinf.effects.methods.influence import ByInfluence
from groupinf.effects.methods.method import Readout


class ParameterInfluence(ByInfluence):
    """f(θ̂ + H⁻¹g(δ)) − f(θ̂)."""

    name: ClassVar = "parameter_influence"
    label: ClassVar = "Parameter influence"
    in_text: ClassVar = "parameter influence"
    equation: ClassVar = "f(θ̂ + H⁻¹g(w)) − f(θ̂)"
    readout: ClassVar = Readout.EXACT

    method: Literal["parameter_influence"] = "parameter_influence"
