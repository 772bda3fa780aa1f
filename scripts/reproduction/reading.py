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
from groupinf.config.dataset_schema import NamedDataset
from groupinf.datasets.registry import FACTS, load_dataset
from groupinf.errors import DataError
from groupinf.experiments.files import npz_arrays, read_json
from groupinf.experiments.problem import test_objective
from groupinf.experiments.result import Run
from groupinf.experiments.run import TIMINGS
from groupinf.experiments.run_directory import RunDirectory
from groupinf.numerics.cross_validation import f1
from groupinf.numerics.objective import scores
from groupinf.reporting.paper_figures_scatter import OWN_GROUP, Shown
from groupinf.reporting.summary import test_set_names
from reproduction.explanations import TABLE_1
from reproduction.record import Record
from reproduction.studies import STUDIES


@dataclass(frozen=True)
class Facts:
    """A run: its manifest, Spearman rows over all groups, and the test point that figures show.

    ``signs``: evaluation, negative (is the actual effect below 0), n, under (share with |predicted| < |actual|) and
    slope of the influence, pooled over all test points. ``test_f1`` only where the paper has it. ``sets`` names the
    sets of test points.
    """

    manifest: Mapping[str, Any]
    spearman: pd.DataFrame
    point: int
    signs: pd.DataFrame
    test_f1: float | None
    sets: Mapping[int, str]

    @property
    def dataset(self) -> str:
        """The name of the dataset."""
        return str(self.manifest["dataset"])

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
    """For each evaluation, apart for negative and positive actual effects: how often influence is too small."""
    rows = []
    influence = pairs.predicted[pairs.methods.index("influence")]
    for evaluation in dict.fromkeys(e for e, _ in pairs.measures):
        of = [i for i, (e, _) in enumerate(pairs.measures) if e == evaluation]
        predicted, actual = influence[of].ravel(), pairs.actual[of].ravel()
        for negative in (True, False):
            chosen = actual < 0 if negative else actual > 0
            p, a = predicted[chosen], actual[chosen]
            if not p.size:
                continue
            under = float(np.mean(np.abs(p) < (1 - ROUNDING) * np.abs(a)))
            squares = float(p @ p)
            rows.append((evaluation, negative, p.size, under, float(p @ a) / squares if squares else np.nan))
    return pd.DataFrame(rows, columns=["evaluation", "negative", "n", "under", "slope"])


def _test_f1(run: Run) -> float | None:
    """F1 of class 1 on the test rows at the stored θ̂, where the paper states it; None where data or θ̂ are gone."""
    name = str(run.manifest["dataset"])
    if name not in TABLE_1 or FACTS[TABLE_1[name].facts].test_f1 is None:
        return None
    content = RunDirectory(run.path).read("theta.npz", run.manifest)
    try:
        dataset = load_dataset(NamedDataset(name=name), Path(), int(run.manifest["seed"]))
    except DataError:
        return None
    if content is None:
        return None
    rows = test_objective(dataset)
    return f1(rows.loss, scores(rows.X, npz_arrays(content)["theta"], rows.loss.outputs), rows.y)
