"""A note says where actual effects are less exact than those that retraining was held to, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from support.manifests import made_manifest
from support.registered import registered

from groupinf.analysis.certificates import EXACT
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.test_loss import TestLoss
from groupinf.studies.group_effects.block import StoredBlock
from groupinf.studies.group_effects.exactness import loose_effects
from groupinf.studies.group_effects.manifest import Evaluated


class Other(TestLoss):
    """An evaluation that no retraining is held to."""

    name: ClassVar = "other"
    in_text: ClassVar = "the other"


def block(error: float) -> StoredBlock:
    """Three groups; test loss and the other on two test points each, of effects up to 2."""
    effect = np.array([[[0.5, -2.0, 1.0]] * 4])
    certificates = np.zeros(3)
    return StoredBlock(effect, np.full_like(effect, error), None, *[certificates] * 6)


@pytest.mark.parametrize(
    ("error", "evaluated", "told"),
    [
        (1.9 * EXACT, None, []),
        (2.1 * EXACT, None, ["the other"]),
        (2.1 * EXACT, Evaluated("run", "0"), ["test loss", "the other"]),
    ],
)
def test_what_retraining_was_not_held_to_is_told_of(error: float, evaluated: Evaluated | None, told: list[str]) -> None:
    with registered(EVALUATIONS, Other):
        about = replace(
            made_manifest(),
            test_points=(7, 3),
            evaluations=("test_loss", "other"),
            scales={"test_loss": 0.1, "other": 1.0},
            evaluated=evaluated,
        )
        notes = loose_effects(about, [block(error), block(0.0)])
    assert [note.split(" are exact")[0] for note in notes] == [f"actual effects on {name}" for name in told]
