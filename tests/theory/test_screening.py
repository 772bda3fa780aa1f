"""Over random small problems no actual effect is outside its interval at any level, and no group that is left out is
among those of the largest effects.

Losses are logistic, softmax and squared, intercepts free, penalised and none, rows weighted, groups of up to half of
the rows. Minima are found in extended precision.
"""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.exact_problems import Problem, problem

from groupinf.effects.block import compute_block
from groupinf.numerics.intercept import Intercept
from groupinf.theory.screening.climbing import Climbing
from groupinf.theory.screening.level import Intervals
from groupinf.theory.screening.screen import Largest, retrained_intervals, screen_for
from groupinf.theory.screening.sides import SIDES

Array = np.ndarray
TOP = 3
EVERY = given(
    seed=st.integers(0, 2**32 - 1), classes=st.sampled_from([0, 2, 2, 3]), intercept=st.sampled_from(list(Intercept))
)


def exact_effects(made: Problem) -> Array:
    """Of every evaluation of the study, in the order of its tables: (T, B)."""
    exact, fitted = made.exact, made.study.fitted
    start = np.repeat(fitted.theta.reshape(1, -1, exact.outputs), len(made.weight), axis=0)
    return made.effects(exact.minima(start, made.weight, made.y))


def every_level(made: Problem) -> list[tuple[str, Intervals]]:
    """The intervals of all groups on everything, at each level and retrained."""
    study, names = made.study, [""] * len(made.members)
    found = []
    for quantity in study.evaluations:
        screen = screen_for(study, [quantity], Largest(SIDES["both"], np.zeros(1)))
        groups = Climbing(study, screen.evaluations, made.members, names)
        block = compute_block(study, made.members, names)
        of_levels = [(level.name, level.intervals(groups)) for level in screen.levels]
        found.append([*of_levels, ("retrained", retrained_intervals(screen, study, block))])
    return [
        (each[0][0], Intervals(*(np.concatenate([getattr(one, end) for _, one in each]) for end in vars(each[0][1]))))
        for each in zip(*found, strict=True)
    ]


def outside(intervals: Intervals, effects: Array) -> int:
    return int((~((intervals.low <= effects) & (effects <= intervals.high))).sum())


@settings(max_examples=150, deadline=None, derandomize=True)
@EVERY
def test_no_actual_effect_is_outside_its_interval_at_any_level(seed: int, classes: int, intercept: Intercept) -> None:
    made = problem(seed, classes, intercept, largest=0.5)
    assume(made is not None)
    effects = exact_effects(made)
    assert {name: outside(intervals, effects) for name, intervals in every_level(made)} == {
        "influence": 0,
        "newton": 0,
        "two_step_newton": 0,
        "retrained": 0,
    }
