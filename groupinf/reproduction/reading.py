"""What the page needs of runs and sweeps, read from their folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import groupinf
from groupinf.analysis.agreement import ALL_KINDS, ROUNDING
from groupinf.analysis.pairs import PairedEffects, pair_effects
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.registry import load_dataset
from groupinf.errors import DataError
from groupinf.experiments.driver import TIMINGS
from groupinf.experiments.folder.files import npz_arrays, read_json
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.numerics.cross_validation import f1
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import scores
from groupinf.reporting.paper.scatter import OWN_GROUP, Shown
from groupinf.reporting.words.summary import test_set_names
from groupinf.reproduction.explanations import TABLE_1
from groupinf.reproduction.record import Record
from groupinf.reproduction.studies import STUDIES
from groupinf.studies.group_effects.checks import test_objective
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.result import Run


@dataclass(frozen=True)
class Facts:
    """A run: its manifest, Spearman rows over all groups, and the test point that figures show.

    ``signs`` is what ``by_sign`` makes; ``test_f1`` is there only where the paper has it; ``sets`` names the sets of
    test points.
    """

    manifest: GroupEffectsManifest
    spearman: pd.DataFrame
    point: int
    signs: pd.DataFrame
    test_f1: float | None
    sets: Mapping[int, str]

    @property
    def dataset(self) -> str:
        """The name of the dataset."""
        return self.manifest.dataset

    @property
    def evaluations(self) -> tuple[str, ...]:
        """In the order of the table."""
        return tuple(map(str, self.spearman["evaluation"].unique()))

    def rows(self, evaluation: str, method: str) -> pd.DataFrame:
        """One row per test point."""
        table = self.spearman
        return table[(table["evaluation"] == evaluation) & (table["method"] == method)]

    def row(self, evaluation: str, method: str) -> pd.Series[Any]:
        """The row of the test point that figures show, or of the groups themselves for their own loss."""
        rows = self.rows(evaluation, method)
        point = OWN_GROUP if evaluation == "self_loss" else self.point
        return rows[rows["test_point"] == point].iloc[0]


@dataclass(frozen=True)
class Results:
    """Runs and evaluations by the name of their study; sweeps as their runs by rising λ/n; seconds of each stage."""

    runs: Mapping[str, Facts]
    sweeps: Mapping[str, tuple[Facts, ...]]
    stages: Mapping[str, Mapping[str, float]]


def read_results(out: Path, record: Record) -> Results:
    """Read what the record names; raises DataError where a folder is not what it was."""
    runs: dict[str, Facts] = {}
    sweeps: dict[str, tuple[Facts, ...]] = {}
    stages: dict[str, Mapping[str, float]] = {}
    for study in STUDIES:
        if study.name not in record.done():
            continue
        folder = out / record.done()[study.name].folder
        if study.what == "sweep":
            # a sweep's effects are large: of each run only what the page needs is kept
            sweeps[study.name] = tuple(map(facts_of, groupinf.load_sweep(folder).runs))
        else:
            runs[study.name] = facts_of(groupinf.load_run(folder))
        if (folder / TIMINGS).exists():
            stages[study.name] = read_json(folder / TIMINGS)["seconds"]
    return Results(runs, sweeps, stages)


def facts_of(run: Run) -> Facts:
    """What the page needs of a run."""
    return Facts(
        manifest=run.manifest,
        spearman=run.spearman[run.spearman["kind"] == ALL_KINDS].reset_index(drop=True),
        point=Shown(run).point,
        signs=by_sign(pair_effects(run.effects)),
        test_f1=_test_f1(run),
        sets=test_set_names(run),
    )


def by_sign(pairs: PairedEffects) -> pd.DataFrame:
    """How often and by how much influence is too small, apart for negative and positive actual effects.

    Pooled over test points, one row for each evaluation and sign: evaluation, negative, n; under, the share with
    |predicted| < |actual|; under_largest, the same among the tenth with the largest |influence|; under_exact, the same
    as under for parameter influence, NaN where the run lacks it; slope of influence.
    """
    rows = []
    predicted = dict(zip(pairs.methods, pairs.predicted, strict=True))
    influence = predicted["influence"]
    exact = predicted.get("parameter_influence", np.full_like(influence, np.nan))
    for evaluation in dict.fromkeys(e for e, _ in pairs.measures):
        of = [i for i, (e, _) in enumerate(pairs.measures) if e == evaluation]
        actual = pairs.actual[of].ravel()
        for negative in (True, False):
            chosen = actual < 0 if negative else actual > 0
            p, q, a = influence[of].ravel()[chosen], exact[of].ravel()[chosen], actual[chosen]
            if p.size:
                largest = np.abs(p) >= np.quantile(np.abs(p), 0.9)
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
    if name not in TABLE_1 or KNOWN[TABLE_1[name].facts].facts.test_f1 is None:
        return None
    content = RunDirectory(run.path).read("theta.npz", run.manifest)
    try:
        dataset = load_dataset(NamedDataset(name=name), Path(), run.manifest.seed)
    except DataError:
        return None
    if content is None:
        return None
    rows = test_objective(dataset, None)
    return f1(rows.loss, scores(rows.X, npz_arrays(content)["theta"], rows.loss.outputs), rows.y)
