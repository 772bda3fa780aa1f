"""What the largest effects reach at least: proven by retraining the groups that influence takes for the largest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import compute_block
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import measures_of
from groupinf.effects.study import Study
from groupinf.numerics.change import changed
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.numerics.reduced import AsFitted
from groupinf.theory.screening.screen import Screen, retrained_intervals
from groupinf.theory.screening.sides import Side

# candidates for each of the groups that are looked for: influence has most of the largest among twice as many
CANDIDATES = 2
# groups that are predicted at a time
AT_ONCE = 256

MembersOf = Callable[[int], Rows]
NameOf = Callable[[int], str]


def thresholds(
    screen: Screen,
    study: Study,
    side: Side,
    top: int,
    groups: Sequence[int],
    members: MembersOf,
    names: NameOf,
    width: int,
) -> Array:
    """For each value at most the ``top``-th largest effect of the ``groups``, as the ``side`` counts them: (T,).

    It is the ``top``-th largest of the least that the effects of the candidates are proven to be, which are retrained,
    ``width`` at a time; −∞ where there are fewer. Raises ConvergenceError with the ``names`` of a group where a retrain
    does not converge.
    """
    predicted = np.concatenate(
        [
            cheap_effects(screen, study, [members(g) for g in groups[i : i + AT_ONCE]])
            for i in range(0, len(groups), AT_ONCE)
        ],
        axis=1,
    )
    chosen = candidates(side.most(predicted, predicted), CANDIDATES * top)
    least = []
    for start in range(0, chosen.size, width):
        some = [groups[i] for i in chosen[start : start + width]]
        block = compute_block(study, [members(g) for g in some], [names(g) for g in some])
        found = retrained_intervals(screen, study, block)
        least.append(side.least(found.low, found.high))
    reached = np.sort(np.concatenate(least, axis=1), axis=1)[:, ::-1]
    return reached[:, top - 1] if reached.shape[1] >= top else np.full(len(reached), -np.inf)


def candidates(sizes: Array, count: int) -> NDArray[np.int64]:
    """The numbers of the ``count`` groups of the largest ``sizes`` (T, G) on each value, rising."""
    known = np.where(np.isnan(sizes), -np.inf, sizes)
    return np.unique(np.argsort(-known, axis=1, kind="stable")[:, :count])


def cheap_effects(screen: Screen, study: Study, members: Sequence[Rows]) -> Array:
    """f(θ̂ + H⁻¹g(δ)) − f(θ̂), exactly read out: where f is flat at θ̂ its slope tells nothing of large groups: (T, B)."""
    block = changed(study.fitted, study.change, members)
    at = BlockContext(block, AsFitted(study.fitted.factor), study.engine, study.influence_solver)
    fit = study.fitted.theta[:, None]
    ends = []
    for measure in measures_of(screen.evaluations, study.test, block):
        moved = [part.values(part.scores(fit + at.influence)) - part.values(part.scores(fit)) for part in measure.parts]
        ends.append(np.broadcast_to(sum(moved), (len(measure.labels), len(members))))
    return np.concatenate(ends)
