"""The methods of prediction: one line for each, in the order of the tables."""

from __future__ import annotations

from groupinf.effects.methods.influence import INFLUENCE
from groupinf.effects.methods.method import Method
from groupinf.effects.methods.newton import NEWTON
from groupinf.effects.methods.parameter_influence import PARAMETER_INFLUENCE
from groupinf.registry import Registry

METHODS: Registry[Method] = Registry("method", (INFLUENCE, PARAMETER_INFLUENCE, NEWTON))
