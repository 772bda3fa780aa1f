"""The example of best sets has the slopes of closed-form fits, and finds by every order what brute force says."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "scripts" / "examples"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])


def test_greedily_the_masked_row_is_found_and_by_the_other_orders_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import best_sets

    monkeypatch.setattr(best_sets, "MOST", 2)
    table = best_sets.compared(tmp_path)
    data = np.load(tmp_path / "rows.npz")
    design = np.column_stack([data["X_train"], np.ones(best_sets.ROWS)])

    def slope(removed: tuple[int, ...]) -> float:
        kept = np.setdiff1d(np.arange(best_sets.ROWS), removed)
        penalty = np.diag([1e-4 * best_sets.ROWS, 0.0])
        H = design[kept].T @ design[kept] + penalty
        return float(np.linalg.solve(H, design[kept].T @ data["y_train"][kept])[0])

    for line in table.to_dict("records"):
        effects = [slope(rows) - slope(()) for rows in combinations(range(best_sets.ROWS), line["rows"])]
        best = max(effects) if line["side"] == "rise" else min(effects)
        assert line["best"] == pytest.approx(best, rel=1e-6)
        assert line["greedy"] == pytest.approx(best, rel=1e-6)
    rises = table[(table["side"] == "rise") & (table["rows"] > 1)]
    assert (rises["influence"] < 0.5 * rises["best"]).all()
    assert (rises["newton"] < 0.5 * rises["best"]).all()
