"""The example of a fitted model runs, and prints what it says that it prints."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def test_the_fitted_model(capsys: pytest.CaptureFixture[str]) -> None:
    made: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "examples" / "fitted_model.py"))
    out = capsys.readouterr().out
    refused, told, found, doubled, intervals, points, last = out.rstrip().split("\n\n")
    assert refused.startswith("LogisticRegression: the model is not at the optimum of its objective")
    assert "optimum: refitted: effects are those of the exact optimum" in told
    assert found.startswith("10 groups removed, of the 426 rows of LogisticRegression")
    assert list(made["effects"].largest(2)["actual"].round(1)) == [-5.0, 3.9]
    assert "worst texture" in doubled
    assert "low" in intervals
    assert "of largest Cook's distance" in points
    assert last == "influence of 426 rows on 143 test points"
