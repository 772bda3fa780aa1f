"""What the page needs of a run beyond what every paper's page does: its signs, and F1 where the paper states it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from groupinf.analysis.agreement import ROUNDING
from groupinf.analysis.pairs import PairedEffects, pair_effects
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import facts_of as dataset_facts
from groupinf.datasets.registry import load_dataset
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.parameter_influence import ParameterInfluence
from groupinf.errors import DataError
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.numerics.cross_validation import f1
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import scores
from groupinf.reproduction.claim import Claim
from groupinf.reproduction.papers.koh_et_al_2019.explanations import TABLE_1
from groupinf.reproduction.papers.koh_et_al_2019.natural import natural_claims
from groupinf.reproduction.results import Facts, facts_of
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.stored_theta import stored_theta
from groupinf.studies.linear.linear_model import test_objective

LARGEST = 0.9  # the quantile above which an influence is among the largest: what the eye sees in a plot


@dataclass(frozen=True)
class KohFacts(Facts):
    """A run, with :func:`by_sign`, F1 where the paper states it, and the claims on natural groups that it is of."""

    signs: pd.DataFrame
    test_f1: float | None
    natural_claims: tuple[Claim, ...] = ()


def koh_facts(run: Run) -> KohFacts:
    """What the page needs of a run."""
    facts = facts_of(run)
    return KohFacts(
        manifest=facts.manifest,
        spearman=facts.spearman,
        point=facts.point,
        sets=facts.sets,
        signs=by_sign(pair_effects(run.effects)),
        test_f1=_test_f1(run),
        natural_claims=natural_claims(run),
    )


def by_sign(pairs: PairedEffects) -> pd.DataFrame:
    """How often and by how much influence is too small, apart for negative and positive actual effects.

    Pooled over test points, one row for each evaluation and sign: evaluation, negative, n; under, the share with
    |predicted| < |actual|; under_largest, the same among the tenth with the largest |influence|; under_exact, the same
    as under for parameter influence, NaN where the run lacks it; slope of influence.
    """
    rows = []
    predicted = dict(zip(pairs.methods, pairs.predicted, strict=True))
    influence = predicted[Influence.name]
    exact = predicted.get(ParameterInfluence.name, np.full_like(influence, np.nan))
    for evaluation in dict.fromkeys(e for e, _ in pairs.measures):
        of = [i for i, (e, _) in enumerate(pairs.measures) if e == evaluation]
        actual = pairs.actual[of].ravel()
        for negative in (True, False):
            chosen = actual < 0 if negative else actual > 0
            p, q, a = influence[of].ravel()[chosen], exact[of].ravel()[chosen], actual[chosen]
            if p.size:
                largest = np.abs(p) >= np.quantile(np.abs(p), LARGEST)
                shares = (_under(p, a), _under(p[largest], a[largest]), _under(q, a))
                rows.append((evaluation, negative, p.size, *shares, _slope(p, a)))
    columns = ["evaluation", "negative", "n", "under", "under_largest", "under_exact", "slope"]
    return pd.DataFrame(rows, columns=columns)


def _under(predicted: Array, actual: Array) -> float:
    if np.isnan(predicted).any():
        return np.nan
    return float(np.mean(np.abs(predicted) < (1 - ROUNDING) * np.abs(actual)))


def _slope(predicted: Array, actual: Array) -> float:
    squares = float(predicted @ predicted)
    return float(predicted @ actual) / squares if squares else np.nan


def _test_f1(run: Run) -> float | None:
    """F1 of class 1 on the test rows at the stored θ̂, where the paper states it; None where data or θ̂ are gone."""
    name = run.manifest.dataset
    if name not in TABLE_1 or dataset_facts(TABLE_1[name].facts).test_f1 is None:
        return None
    stored = stored_theta(RunDirectory(run.path))
    try:
        dataset = load_dataset(NamedDataset(name=name), Path(), run.manifest.seed)
    except DataError:
        return None
    if stored is None:
        return None
    rows = test_objective(dataset, run.manifest.model, None)
    return f1(rows.loss, scores(rows.X, stored.theta, rows.loss.outputs), rows.y)
