"""The effects of a few groups on any evaluations, by influence, parameter influence and Newton, and as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from groupinf.effects.block import BlockEffects, compute_block
from groupinf.effects.evaluations.evaluation import Quantity
from groupinf.effects.methods.method import Setting, predictions_of
from groupinf.effects.scales import frozen_scales
from groupinf.effects.study import Study
from groupinf.effects.trust import trust_in_fit
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import membership, removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.objective import Objective
from groupinf.studies.group_effects.schema import METHODS_OF_THE_PAPER
from groupinf.studies.group_effects.test_points import ChosenPoints


def measured_study(
    o: Objective,
    test: Objective,
    evaluations: Sequence[Quantity],
    groups: Sequence[np.ndarray],
    sums: tuple[slice, ...] = (),
) -> Study:
    """A study of removal; of ``test`` each row is a test point, or each of the ``sums``."""
    fitted = fit(o)
    labels = tuple(range(len(sums) or test.n))
    points = ChosenPoints(labels, slice(None), sums).of(replace(test, lam=0.0), evaluations)
    change, W = removing(fitted), sparse.csr_array(membership(o.n, groups).T.astype(float))
    scales, norms = frozen_scales(fitted, change, points, W, evaluations)
    engine = choose_engine(fitted, change, float(np.mean([rows.size for rows in groups])))
    bounded = bounded_problem(fitted, points.rows, engine.kernel)
    methods = predictions_of(METHODS_OF_THE_PAPER, Setting(fitted, change))
    return Study(
        fitted, change, engine, fitted.factor, points, tuple(evaluations), methods, scales, norms, bounded,
        trust_in_fit(bounded, fitted),
    )  # fmt: skip


def measured_block(study: Study, groups: Sequence[np.ndarray]) -> BlockEffects:
    """All groups in one block."""
    return compute_block(study, groups, [f"g{i}" for i in range(len(groups))])
