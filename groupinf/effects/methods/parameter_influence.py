"""Parameter influence: the step of influence, read out exactly."""

from __future__ import annotations

from groupinf.effects.methods.influence import INFLUENCE_STEP
from groupinf.effects.methods.method import Method, Readout

PARAMETER_INFLUENCE = Method(
    name="parameter_influence",
    label="Parameter influence",
    in_text="parameter influence",
    equation="f(θ̂ + H⁻¹g(w)) − f(θ̂)",
    step=INFLUENCE_STEP,
    readout=Readout.EXACT,
)
