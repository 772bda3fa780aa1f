"""How exact the actual effects of an evaluation are: nothing has retrained until they were exact enough."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context

import numpy as np

from groupinf.analysis.certificates import EXACT
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.retraining import EFFECT_TOLERANCE
from groupinf.studies.group_effects.block import StoredBlock
from groupinf.studies.group_effects.manifest import GroupEffectsManifest


def loose_effects(about: GroupEffectsManifest, blocks: Sequence[StoredBlock]) -> list[str]:
    """A note for each evaluation on which the actual effects are not exact to EXACT of the largest of them."""
    per_measure = np.concatenate([block.error_estimate[-1] for block in blocks], axis=1).max(axis=1)
    per_size = np.abs(np.concatenate([block.effect[-1] for block in blocks], axis=1)).max(axis=1)
    names = [name for name in about.evaluations for _ in EVALUATIONS[name].labels(about.test_points)]
    notes = []
    for name in about.evaluations:
        own = np.array([of == name for of in names])
        largest = float(per_measure[own].max() / max(about.scales[name], per_size[own].max()))
        if not largest <= EXACT:
            notes.append(
                f"actual effects on {name.replace('_', ' ')} are exact to {_rounded_up(largest)} of the largest "
                f"effect; a run retrains until no more than {_rounded_up(EFFECT_TOLERANCE)} is left"
            )
    return notes


def _rounded_up(share: float) -> str:
    """Two digits and a power of ten that are not below the share, so that nothing above a limit looks equal to it.

    >>> _rounded_up(1.0004e-8), _rounded_up(1e-8), _rounded_up(0.25)
    ('1.1·10⁻⁸', '1·10⁻⁸', '2.5·10⁻¹')
    """
    rounded = Context(prec=2, rounding=ROUND_CEILING).create_decimal(repr(float(share)))
    power = str(rounded.adjusted()).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{rounded.scaleb(-rounded.adjusted()).normalize():f}·10{power}"
