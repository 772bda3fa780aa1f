"""A note says where actual effects are less exact than those that retraining was held to, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pandas as pd
import pytest
from support.manifests import made_manifest
from support.registered import registered

from groupinf.analysis.certificates import EXACT
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.evaluations.test_loss import TestLoss
from groupinf.studies.group_effects.collect import loose_solves
from groupinf.studies.group_effects.exactness import loose_effects
from groupinf.studies.group_effects.manifest import EngineUsed, Evaluated


class Other(TestLoss):
    """An evaluation that no retraining is held to."""

    name: ClassVar = "other"
    in_text: ClassVar = "the other"


def largest(error: float) -> pd.DataFrame:
    """Test loss and the other on two test points each, of effects up to 2; what influence leaves is no matter."""
    rows = {"evaluation": ["test_loss"] * 2 + ["other"] * 2, "test_point": [7, 3] * 2, "effect": [0.5, 2.0] * 2}
    actual = pd.DataFrame({**rows, "method": "actual", "error_estimate": [error, 0.0] * 2})
    return pd.concat([actual.assign(method="influence", error_estimate=1.0), actual])


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
        notes = loose_effects(about, largest(error))
    assert [note.split(" are exact")[0] for note in notes] == [f"actual effects on {name}" for name in told]


@pytest.mark.parametrize(
    ("solver", "method", "error", "actual", "told"),
    [
        (
            "cg",
            "influence",
            0.1,
            1e-9,
            "OFF, by its linear solves; solver cholesky, or cg with a smaller tolerance, is",
        ),
        ("cg", "newton", 0.1, 1e-9, "OFF, by its linear solves; no other solver is more exact"),
        ("cholesky", "influence", 0.1, 1e-9, "OFF, by its linear solves; no other solver is more exact"),
        ("cg", "influence", 0.1, 0.05, "OFF, and actual effects by about as much"),
        ("cg", "influence", 0.0009, 1e-9, None),
    ],
)
def test_the_note_on_a_loose_prediction_advises_what_would_change_it_alone(
    solver: str, method: str, error: float, actual: float, told: str | None
) -> None:
    about = made_manifest(engine=EngineUsed("cholesky", solver, "own_factors", "reduced"))
    rows = {"method": [method, "actual"], "evaluation": "test_loss", "readout": "exact", "effect": 1.0}
    notes = loose_solves(pd.DataFrame({**rows, "error_estimate": [error, actual]}), about)
    words = None if told is None else f"{method} on test loss {told}".replace("OFF", f"may be off by up to {OFF}")
    assert (words is None and notes == []) or (len(notes) == 1 and notes[0].startswith(str(words)))


OFF = "0.1 of the largest effect"


def test_without_actual_effects_rounding_is_not_told_from_loose_solves() -> None:
    """Which those of other evaluations say nothing of."""
    about = made_manifest(engine=EngineUsed("cholesky", "cg", "own_factors", "reduced"))
    rows = {"method": ["influence", "actual"], "evaluation": ["test_loss", "self_loss"], "readout": "exact"}
    [note] = loose_solves(pd.DataFrame({**rows, "effect": 1.0, "error_estimate": 0.1}), about)
    assert note == (
        f"influence on test loss may be off by up to {OFF}, by its linear solves or by rounding, which actual effects "
        "alone would tell apart; of the solves, solver cholesky, or cg with a smaller tolerance, is exact"
    )


def test_what_is_loose_is_measured_by_actual_effects_where_there_is_next_to_no_influence() -> None:
    about = made_manifest(scales={"test_loss": 1e-250})
    rows = {"method": ["influence", "actual"], "evaluation": "test_loss", "readout": "exact", "effect": [1e-250, 1.0]}
    exact, loose = (pd.DataFrame({**rows, "error_estimate": [error, 1e-9]}) for error in (1e-6, 0.5))
    assert loose_solves(exact, about) == []
    assert "off by up to 0.5 of the largest effect" in loose_solves(loose, about)[0]
    useless = pd.DataFrame({**rows, "error_estimate": [1e33, 1e-9]})
    assert loose_solves(useless, about)[0].startswith(
        "influence on test loss may be off by more than the largest effect for some group, so that it tells nothing"
    )
