"""A small table of a user's own with sites that overlap, and the worth of its coalitions by scikit-learn's refits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge

Array = np.ndarray
LAM_OVER_N = 0.05


@dataclass(frozen=True)
class Sites:
    """Training and test rows, with weights, and the rows of each site; ``classes`` is 0 of regression."""

    X: Array
    y: Array
    weight: Array
    X_test: Array
    y_test: Array
    sites: dict[str, Array]
    classes: int

    @property
    def lam(self) -> float:
        return LAM_OVER_N * self.y.size

    def with_sites(self, **sites: Array) -> Sites:
        return Sites(**{**vars(self), "sites": sites})


def made_sites(classes: int = 2, seed: int = 0) -> Sites:
    """Four sites of 40 rows: 0 and 1 share some, four rows are in none, those of the last weigh nothing."""
    rng, n, d = np.random.default_rng(seed), 40, 3
    X = rng.normal(size=(n + 12, d))
    z = X @ rng.normal(size=(d, max(1, classes if classes > 2 else 1))) + rng.normal(size=(n + 12, 1))
    y = z[:, 0] if classes == 0 else (z[:, 0] > 0).astype(int) if classes == 2 else z.argmax(axis=1)
    weight = rng.uniform(0.5, 2.0, size=n)
    weight[34:36] = 0.0
    at = np.arange(n)
    sites = {"north": at[:14], "south": at[10:24], "east": at[24:34], "nobody": at[34:36]}
    return Sites(X[:n], y[:n], weight, X[n:], y[n:], sites, classes)


def config_of(sites: Sites, folder: Path, **changes: Any) -> dict[str, Any]:
    """A study of the sites, whose files are written to the folder."""
    rows = np.vstack([sites.X, sites.X_test])
    table = pd.DataFrame(rows, columns=[f"x{j}" for j in range(rows.shape[1])])
    table["y"] = np.concatenate([sites.y, sites.y_test])
    table["weight"] = np.concatenate([sites.weight, np.ones(len(sites.y_test))])
    table["half"] = np.where(np.arange(len(rows)) % 2, "odd", "even")
    table["split"] = ["train"] * len(sites.y) + ["test"] * len(sites.y_test)
    table.to_csv(folder / "rows.csv", index=False)
    lines = [f"{name},{row}" for name, of in sites.sites.items() for row in of]
    (folder / "sites.csv").write_text("\n".join(["group,index", *lines]) + "\n", encoding="utf-8")
    columns = {"target": "y", "split": "split", "weight": "weight", "drop": ["half"]}
    data = {"csv": str(folder / "rows.csv"), **columns}
    return {
        "study": "group_values",
        "name": "sites",
        "dataset": data | ({"task": "regression"} if sites.classes == 0 else {}),
        "regularization": {"lambda_over_n": LAM_OVER_N},
        "groups": {"builders": [{"builder": "file", "path": str(folder / "sites.csv")}]},
        **changes,
    }


def test_loss(sites: Sites, rows: Array) -> float:
    """The summed test loss of a model refitted to some rows; of the shares of classes, or the mean, of all rows where
    these lack a class.
    """
    fitting = rows[sites.weight[rows] > 0.0]
    if sites.classes == 0:
        if fitting.size == 0:
            predicted = np.full(len(sites.y_test), np.average(sites.y, weights=sites.weight))
        else:
            model = Ridge(alpha=sites.lam).fit(sites.X[fitting], sites.y[fitting], sites.weight[fitting])
            predicted = model.predict(sites.X_test)
        return float(0.5 * np.square(predicted - sites.y_test).sum())
    if len(np.unique(sites.y[fitting])) < sites.classes:
        shares = np.bincount(sites.y.astype(int), weights=sites.weight) / sites.weight.sum()
        return float(-np.log(shares[sites.y_test.astype(int)]).sum())
    solver = {"solver": "newton-cholesky", "tol": 1e-12, "max_iter": 1000}
    model = LogisticRegression(C=1.0 / sites.lam, **solver)
    model.fit(sites.X[fitting], sites.y[fitting], sites.weight[fitting])
    probability = model.predict_proba(sites.X_test)
    return float(-np.log(probability[np.arange(len(sites.y_test)), sites.y_test.astype(int)]).sum())


test_loss.__test__ = False  # type: ignore[attr-defined]


def shapley_values(sites: Sites, worth: Callable[[Array], float], ungrouped: bool) -> Array:
    """By all orders of the sites, each coalition with the rows that any of its sites has."""
    names, n = list(sites.sites), len(sites.y)
    lone = np.setdiff1d(np.arange(n), np.concatenate(list(sites.sites.values()))) if ungrouped else np.empty(0, int)
    known: dict[frozenset[str], float] = {}

    def of(chosen: frozenset[str]) -> float:
        if chosen not in known:
            known[chosen] = worth(
                np.unique(np.concatenate([lone, *(sites.sites[name] for name in chosen)]).astype(int))
            )
        return known[chosen]

    shares = np.zeros(len(names))
    for order in permutations(names):
        for place, name in enumerate(order):
            before = frozenset(order[:place])
            shares[names.index(name)] += (of(before | {name}) - of(before)) / factorial(len(names))
    return shares
