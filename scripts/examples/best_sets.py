"""How often each way to find the most influential rows finds the best set, where refits of all sets tell which that is.

    python scripts/examples/best_sets.py

Fourteen made rows: twelve around a line of slope 2, and two far to the right. One of these holds the line below the
other, which so seems to raise the slope, and holds it down once the first is gone: it is masked. Every set of up to
four rows, 1,470 of them, is a group of a run and retrained exactly, beside the groups of the builder most_influential.
"""

from __future__ import annotations

import csv
import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

import groupinf

ROWS, MOST = 14, 4
ORDERS = ("influence", "newton", "greedy")


def write_data(folder: Path, seed: int) -> None:
    """Training rows as rows.npz, and every set of up to MOST of them as a group in sets.csv."""
    rng = np.random.default_rng(seed)
    x = np.append(rng.normal(size=ROWS - 2), [8.0, 8.0])
    y = np.append(2.0 * x[:-2] + rng.normal(size=ROWS - 2), [-16.0, 0.0])
    np.savez(folder / "rows.npz", X_train=x[:, None], y_train=y, X_test=x[:1, None], y_test=y[:1])
    sets = [rows for size in range(1, MOST + 1) for rows in combinations(range(ROWS), size)]
    with (folder / "sets.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "index"])
        writer.writerows((" ".join(map(str, rows)), row) for rows in sets for row in rows)


def compared(folder: Path, seed: int = 0, jobs: int = 1) -> pd.DataFrame:
    """One row for each side and number of rows: the best effect on the slope, and that of the rows of each order."""
    write_data(folder, seed)
    slope = {"evaluation": "coefficient", "of": ["x0"]}
    found = {"builder": "most_influential", "evaluation": slope, "num_rows": list(range(1, MOST + 1))}
    config = {
        "name": "best sets",
        "dataset": {"npz": str(folder / "rows.npz"), "task": "regression"},
        "regularization": {"lambda_over_n": 1e-4},
        "groups": {
            "builders": [{"builder": "file", "path": str(folder / "sets.csv")}, *({**found, "by": o} for o in ORDERS)]
        },
        "test_points": {"indices": [0]},
        "evaluations": [slope],
        "methods": ["influence"],
    }
    run = groupinf.run_experiment(config, out=folder / "results", jobs=jobs)
    actual = run.effects[run.effects["method"] == "actual"].set_index("group")["effect"]
    groups = run.groups.assign(effect=run.groups["group"].map(actual)).set_index("group")
    every, lines = groups[groups["kind"] == "file"], []
    for side, sign in (("rise", 1.0), ("fall", -1.0)):
        own = groups[groups["kind"] == f"most_influential_{side}"]
        for size in range(1, MOST + 1):
            best = sign * (sign * every.loc[every["size"] == size, "effect"]).max()
            effects = own.loc[own["size"] == size, "effect"].to_list()
            lines.append({"side": side, "rows": size, "best": best, **dict(zip(ORDERS, effects, strict=True))})
    return pd.DataFrame(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        table = compared(Path(place))
    print("Effect on the slope of removing the best rows, and those that each order finds first:")
    print(table.to_string(index=False, float_format="{:.4f}".format))
    for name in ORDERS:
        found_best = int(np.isclose(table[name], table["best"], rtol=1e-6).sum())
        print(f"{name} finds the best set in {found_best} of {len(table)} cases")
