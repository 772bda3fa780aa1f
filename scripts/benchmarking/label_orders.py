"""How many flipped labels cleanlab's order finds, on the flips of a run, beside the orders of that run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import groupinf
from groupinf.datasets.dataset import Dataset
from groupinf.numerics.intercept import Intercept
from groupinf.reporting.words.markdown import padded_table
from groupinf.studies.load import load_config
from groupinf.studies.repair_labels.checks import load_checked
from groupinf.studies.repair_labels.result import RepairRun

FOLDS = 5
# what is asked of cleanlab: its score of the given label, the smallest first (Northcutt, Jiang and Chuang 2021)
SCORES = ("self_confidence", "normalized_margin")

Array = NDArray[np.float64]
# from labels (n,) and out-of-sample probabilities (n, K) to scores (n,), the smallest of which are looked at first
Scorer = Callable[[NDArray[np.int64], Array], Array]


def cleanlab_scores() -> dict[str, Scorer]:
    """The scores of cleanlab by what tables call them; raises ImportError where it is not installed."""
    from cleanlab.rank import get_label_quality_scores

    def scorer(method: str) -> Scorer:
        return lambda y, p: np.asarray(get_label_quality_scores(y, p, method=method))

    return {f"cleanlab, {method}": scorer(method) for method in SCORES}


def compared(path: Path) -> str:
    """A Markdown table of the mean share of flips found, a row for each number of inspected rows of the run."""
    run: RepairRun = groupinf.load_run(path)  # type: ignore[assignment]
    dataset = load_checked(load_config(run.path / "config.yaml"))  # type: ignore[arg-type]
    found = {**found_by_run(run), **found_by(cleanlab_scores(), run, dataset)}
    rows = [
        [f"{inspected:,}", *(f"{100 * shares[i]:.1f} %" for shares in found.values())]
        for i, inspected in enumerate(run.manifest.inspected)
    ]
    return padded_table(["inspected", *found], rows)


def found_by_run(run: RepairRun) -> dict[str, Array]:
    """The means of the run's own orders."""
    tables = run.summary.groupby("order", sort=False)
    return {str(order): rows["mean_found_share"].to_numpy() for order, rows in tables}


def found_by(scorers: Mapping[str, Scorer], run: RepairRun, dataset: Dataset) -> dict[str, Array]:
    """The mean share of flips that each score finds after each number of inspected rows of the run."""
    shares: dict[str, list[Array]] = {name: [] for name in scorers}
    for repeat, flips in run.flips.groupby("repeat"):
        y = flipped_labels(run, dataset, flips)
        p = out_of_sample(run, dataset, y, int(str(repeat)))
        for name, scorer in scorers.items():
            order = np.argsort(scorer(y, p), kind="stable")
            places = np.empty_like(order)
            places[order] = np.arange(order.size)
            at = places[flips["row"].to_numpy()]
            shares[name].append(np.array([(at < inspected).mean() for inspected in run.manifest.inspected]))
    return {name: np.mean(of, axis=0) for name, of in shares.items()}


def flipped_labels(run: RepairRun, dataset: Dataset, flips: pd.DataFrame) -> NDArray[np.int64]:
    """The labels of a repeat as codes."""
    codes = {name: code for code, name in enumerate(run.manifest.classes)}
    y = dataset.y_train.astype(np.int64)
    y[flips["row"].to_numpy()] = [codes[label] for label in flips["flipped_label"]]
    return y


def out_of_sample(run: RepairRun, dataset: Dataset, y: NDArray[np.int64], seed: int) -> Array:
    """Class probabilities of each row by a model of the run's λ/n that was fitted without its fold: (n, K)."""
    rows = dataset.n * (FOLDS - 1) / FOLDS
    model = LogisticRegression(
        C=1.0 / (run.manifest.lam_over_n * rows),
        fit_intercept=run.manifest.intercept is not Intercept.NONE,
        max_iter=5_000,
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return np.asarray(cross_val_predict(model, dataset.X_train, y, cv=folds, method="predict_proba"))
