"""How exact actual effects are that retraining was not held to: those of an evaluation, and on what a study adds."""

from __future__ import annotations

from decimal import ROUND_CEILING, Context

import pandas as pd

from groupinf.analysis.certificates import EXACT
from groupinf.analysis.pairs import ACTUAL
from groupinf.effects.evaluations.registry import EVALUATIONS, of_the_paper
from groupinf.effects.retraining import EFFECT_TOLERANCE
from groupinf.studies.group_effects.manifest import GroupEffectsManifest


def loose_effects(about: GroupEffectsManifest, largest: pd.DataFrame) -> list[str]:
    """A note for each evaluation on which the actual effects are not exact to EXACT of the largest of them.

    ``largest`` has the largest |effect| and error_estimate of each method on each value. Where the run has retrained
    itself only of evaluations that this was not held to: its certificates tell of others.
    """
    held = [e.name for e in of_the_paper(about.loss)] if about.evaluated is None else ()
    actual = largest[largest["method"] == ACTUAL]
    notes = []
    for name, own in actual.groupby("evaluation", sort=False)[["effect", "error_estimate"]].max().iterrows():
        share = float(own["error_estimate"] / max(about.scales[str(name)], own["effect"]))
        if name not in held and not share <= EXACT:
            notes.append(
                f"actual effects on {EVALUATIONS[str(name)].in_text} are exact to {_rounded_up(share)} of the largest "
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
