"""The paper's claims on natural groups have verdicts that follow the effects: each holds on some, not on others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from groupinf.reporting.paper.natural_groups.reading import SetEffects
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.koh_et_al_2019 import explanations, natural
from groupinf.studies.group_effects.result import Run

RUN = cast(Run, SimpleNamespace(path=Path("run")))
G = 24
SIGN = np.where(np.arange(G) < G // 2, 1.0, -1.0)
POLARITY = np.where(SIGN > 0, "positive", "negative").astype(object)
RNG = np.random.default_rng(0)
COVERAGE = RNG.permutation(np.arange(1, G + 1)) / 40


def functions(magnitude: np.ndarray, precision: np.ndarray, **changed: Any) -> SetEffects:
    """Labelling functions that help the rows of their class by a magnitude, and hurt the others as much."""
    predicted = np.stack([SIGN * magnitude, -SIGN * magnitude])
    attributes = pd.DataFrame(
        {"size": COVERAGE * 800, "polarity": POLARITY, "coverage": COVERAGE, "precision": precision}
    )
    names = np.array([f"f{i}" for i in range(G)], dtype=object)
    usual = {"predicted": predicted, "actual": 1.5 * predicted}
    return SetEffects(RUN, ("g=positive", "g=negative"), names=names, attributes=attributes, **{**usual, **changed})


def claims(effects: SetEffects) -> dict[str, Claim]:
    found = natural._of_labelling_functions(effects)
    return dict(zip(("ranked", "signs", "coverage", "precision"), found, strict=True))


def test_labelling_functions_as_the_paper_found_them() -> None:
    """Magnitude by coverage, precision by chance: all hold, and the slope that ρ hides is told."""
    found = claims(functions(100 * COVERAGE, np.tile([0.4, 0.8, 0.6], G // 3)))
    assert {claim.verdict for claim in found.values()} == {HOLDS}
    assert found["ranked"].explanations == (explanations.SLOPE_HIDDEN,)
    assert "ρ = 1.000 on g=positive and 1.000 on g=negative; actual effects are 1.5 times" in found["ranked"].found
    assert "positive functions, g=positive: 1.000" in found["coverage"].found


def test_labelling_functions_otherwise() -> None:
    """Ranks by chance, half of the signs wrong, magnitude by precision alone: all differ, none is explained away."""
    precision = RNG.permutation(np.linspace(0.3, 0.9, G))
    predicted = np.stack([precision * RNG.choice([-1, 1], G) * 100, precision * 100])
    actual = RNG.permuted(predicted, axis=1)
    found = claims(functions(COVERAGE, precision, predicted=predicted, actual=actual))
    assert {name: claim.verdict for name, claim in found.items()} == dict.fromkeys(found, DIFFERS)
    assert not any(claim.explanations for claim in found.values())


def test_signs_hold_in_part_where_most_are_right() -> None:
    """One function of 24 that helps the other class."""
    effects = functions(100 * COVERAGE, COVERAGE)
    effects.predicted[0, 3] *= -1
    claim = claims(effects)["signs"]
    assert (claim.verdict, "96 % of them" in claim.found) == (IN_PART, True)


def test_precision_that_goes_backwards_given_coverage_is_told() -> None:
    """Less influence the more precise a function of the same coverage is: part of the claim, with the explanation."""
    precision = np.linspace(0.3, 0.9, G)
    found = claims(functions(100 * COVERAGE * np.exp(-20 * precision), precision))["precision"]
    assert found.verdict == IN_PART
    assert found.explanations == (explanations.PRECISE_LESS,)
    own = slice(0, G // 2)
    rho = spearmanr(precision[own], (COVERAGE * np.exp(-20 * precision))[own]).statistic
    assert f"positive functions, g=positive: {rho:.3f}".replace("-", "−") in found.found


def workers(predicted: np.ndarray, actual: np.ndarray, counts: np.ndarray) -> SetEffects:
    names = np.array([f"w{i}" for i in range(counts.shape[1])], dtype=object)
    sets = ("genre=a", "genre=b", "genre=c")
    attributes = pd.DataFrame(
        {"size": counts.sum(axis=0)} | {f"rows {s}": c for s, c in zip(sets, counts, strict=True)}
    )
    return SetEffects(RUN, sets, predicted, actual, names, attributes.astype(float))


def of_workers(effects: SetEffects) -> dict[str, Claim]:
    found = natural._of_contributors(effects)
    return dict(zip(("ranked", "number", "most", "families", "own"), found, strict=True))


@pytest.fixture
def usual() -> tuple[np.ndarray, np.ndarray]:
    """Influence of 60 workers on three genres, two of one family, by chance; rows of each in every genre."""
    help_, noise = RNG.normal(size=60), 0.1 * RNG.normal(size=(3, 60))
    predicted = np.array([[1.0], [0.8], [-0.9]]) * help_ + noise
    counts = RNG.permuted(np.tile(np.arange(1, 61), (3, 1)), axis=1)
    most = counts.sum(axis=0).argmax()
    predicted[:, most] = [-2.0, -1.5, 1.0]
    return predicted, counts


def test_crowdworkers_as_the_paper_found_them(usual: tuple[np.ndarray, np.ndarray]) -> None:
    """All hold; ρ above the paper's range is said to be."""
    predicted, counts = usual
    found = of_workers(workers(predicted, predicted, counts))
    verdicts = {name: claim.verdict for name, claim in found.items()}
    assert verdicts == {"ranked": "holds, with higher ρ"} | dict.fromkeys(("number", "most", "families", "own"), HOLDS)
    assert "influence −2.5, actual effect −2.5" in found["most"].found


def test_crowdworkers_otherwise(usual: tuple[np.ndarray, np.ndarray]) -> None:
    """Influence by the number of rows, one family, a prolific worker who helps, and actual effects by chance."""
    _, counts = usual
    predicted = np.tile(counts.sum(axis=0) * 1.0, (3, 1))
    found = of_workers(workers(predicted, RNG.permuted(predicted, axis=1), counts))
    assert {claim.verdict for claim in found.values()} == {DIFFERS}
    assert not found["own"].explanations


def test_a_sign_that_retraining_does_not_verify_holds_in_part(usual: tuple[np.ndarray, np.ndarray]) -> None:
    """Negative influence, positive actual effect."""
    predicted, counts = usual
    assert of_workers(workers(predicted, -predicted, counts))["most"].verdict == IN_PART


def test_workers_of_one_genre_each_are_told(usual: tuple[np.ndarray, np.ndarray]) -> None:
    """Where each has rows of one genre alone and helps that, the claim differs and the reason stands with it."""
    _, counts = usual
    own = np.eye(3)[np.arange(60) % 3].T
    found = of_workers(workers(own * counts, own * counts, own * counts))["own"]
    assert (found.verdict, found.explanations) == (DIFFERS, (explanations.OWN_SETS,))


def test_size_that_bounds_the_magnitude_is_told() -> None:
    """Signs by chance, magnitude by the number of rows."""
    counts = np.tile(np.arange(1, 61), (3, 1))
    predicted = counts * np.tile([1.0, -1.0], 30)
    found = of_workers(workers(predicted, predicted, counts))["number"]
    assert (found.verdict, found.explanations) == (HOLDS, (explanations.SIZE_BOUNDS,))
