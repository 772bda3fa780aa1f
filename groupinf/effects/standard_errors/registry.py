"""The ways to estimate standard errors: one line each."""

from __future__ import annotations

from groupinf.effects.standard_errors.model_based import ModelBased
from groupinf.effects.standard_errors.sandwich import Sandwich
from groupinf.effects.standard_errors.standard_error import StandardErrors
from groupinf.registry import Registry

STANDARD_ERRORS: Registry[StandardErrors] = Registry("standard errors", (Sandwich(), ModelBased()))
