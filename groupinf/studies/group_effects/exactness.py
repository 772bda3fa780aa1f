"""How exact actual effects are that retraining was not held to: those of an evaluation, and on what a study adds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context

import numpy as np

from groupinf.analysis.certificates import EXACT
from groupinf.effects.evaluations.registry import EVALUATIONS, of_the_paper
from groupinf.effects.retraining import EFFECT_TOLERANCE
from groupinf.studies.group_effects.block import StoredBlock
from groupinf.studies.group_effects.manifest import GroupEffectsManifest


def loose_effects(about: GroupEffectsManifest, blocks: Sequence[StoredBlock]) -> list[str]:
    """A note for each evaluation on which the actual effects are not exact to EXACT of the largest of them.

    Where the run has retrained itself only of evaluations that this was not held to: its certificates tell of others.
    """
    held = [e.name for e in of_the_paper(about.loss)] if about.evaluated is None else ()
    actual = [block for block in blocks if block.certificates is not None and block.effect.shape[-1]]
    if not actual:
        return []
    per_measure = np.concatenate([block.error_estimate[-1] for block in actual], axis=1).max(axis=1)
    per_size = np.abs(np.concatenate([block.effect[-1] for block in actual], axis=1)).max(axis=1)
    evaluations = [EVALUATIONS[name] for name in about.evaluations]
    names = np.array([e.name for e in evaluations for _ in about.labels(e.name)])
    notes = []
    for evaluation in evaluations:
        own = names == evaluation.name
        largest = float(per_measure[own].max() / max(about.scales[evaluation.name], per_size[own].max()))
        if evaluation.name not in held and not largest <= EXACT:
            notes.append(
                f"actual effects on {evaluation.in_text} are exact to {_rounded_up(largest)} of the largest "
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
