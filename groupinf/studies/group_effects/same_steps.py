"""Predictions that are one and the same, as the change takes nothing out of the Hessian."""

from __future__ import annotations

from groupinf.effects.changes.change import Change
from groupinf.effects.methods.influence import InfluenceStep
from groupinf.effects.methods.method import Readout
from groupinf.effects.methods.newton import NewtonStep
from groupinf.effects.methods.registry import METHODS
from groupinf.effects.study import Study
from groupinf.wording import listed


def same_step_notes(study: Study, change: Change) -> tuple[str, ...]:
    """Which methods are one, if any: where H(δ) = 0 whatever the group, (H − H(δ))⁻¹g(δ) is H⁻¹g(δ).

    Both must be read out alike, and by the factor of the fit: another solver may be an estimate.
    """
    of = study.linearised or study
    if not of.change.keeps_hessian(of.fitted.objective):
        return ()
    exact = [method for method in study.methods if method.readout is Readout.EXACT]
    by_fit = study.influence_solver is of.fitted.factor
    newton = [method for method in exact if isinstance(method.step, NewtonStep)]
    influence = [method for method in exact if by_fit and method.step == InfluenceStep()]
    if not newton or not influence:
        return ()
    same = (METHODS[name].in_text if name in METHODS else name for name in (m.name for m in (*newton, *influence)))
    return (f"{change.doing} takes nothing out of the Hessian: {listed(same)} are the same prediction",)
