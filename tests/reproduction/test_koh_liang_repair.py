"""What the page on Koh and Liang (2017) says of Figure 6: which order is ahead, and the numbers read off."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import groupinf
from groupinf.analysis.repair import areas, summary
from groupinf.reporting.repair.pairs import pair_cells
from groupinf.reporting.repair.words import ACCURACY, FOUND
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART
from groupinf.reproduction.papers.koh_liang_2017 import repair as page
from groupinf.reproduction.papers.koh_liang_2017.found import Found
from groupinf.reproduction.papers.koh_liang_2017.repair import INFLUENCE, LOSS, PUBLISHED, RANDOM, TEXT, WORDS, nearest
from groupinf.reproduction.papers.koh_liang_2017.studies import REPAIR
from groupinf.reproduction.record import is_whole
from groupinf.studies.repair_labels.result import RepairRun

ORDERS = (INFLUENCE, LOSS, RANDOM, "leave_one_out")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RepairRun:
    config = {
        "study": "repair_labels",
        "name": "small",
        "dataset": {"name": "breast_cancer"},
        "regularization": {"lambda_over_n": 0.01},
        "repeats": 3,
        "inspect": {"max": 0.3, "num": 4},
    }
    done = groupinf.run_experiment(config, out=tmp_path_factory.mktemp("runs"), jobs=1)
    assert isinstance(done, RepairRun)
    return done


def with_curves(run: RepairRun, **found: float) -> RepairRun:
    """The run as if each order found this share of the flips by the end, evenly, in every repeat; accuracy likewise."""
    repairs = run.repairs.copy()
    slope = repairs["order"].map(found).to_numpy(dtype=np.float64)
    spread = 0.01 * (repairs["repeat"] - 1)
    repairs["found_share"] = slope * repairs["share"] / 0.3 + spread
    repairs["test_accuracy"] = 0.8 + 0.1 * slope * repairs["share"] / 0.3 + 0.1 * spread
    repeats = run.repeats.assign(**areas(repairs))
    return replace(run, repairs=repairs, summary=summary(repairs), repeats=repeats)


@pytest.mark.parametrize("curve", [FOUND, ACCURACY])
def test_influence_is_ahead_of_loss_and_loss_of_chance_or_is_not(run: RepairRun, curve: page.Curve) -> None:
    def verdict(influence: float, loss: float, random: float) -> str:
        made = with_curves(run, self_influence=influence, training_loss=loss, random=random, leave_one_out=0.5)
        return page.ahead_claim(made, curve, "").verdict

    assert verdict(0.9, 0.7, 0.3) == HOLDS
    assert verdict(0.7, 0.9, 0.3) == IN_PART  # loss is ahead of influence, both of chance
    assert verdict(0.3, 0.5, 0.9) == DIFFERS
    assert verdict(0.71, 0.70, 0.3) == IN_PART  # nowhere apart by more than the deviations


def test_a_lead_is_the_same_whichever_order_the_run_has_first(run: RepairRun) -> None:
    made = with_curves(run, self_influence=0.9, training_loss=0.7, random=0.3, leave_one_out=0.95)
    turned = replace(made, summary=made.summary.iloc[::-1].sort_values("inspected", kind="stable"))
    first = page.ahead_claim(made, FOUND, "")
    assert page.ahead_claim(turned, FOUND, "") == first
    assert f"in 3 of {run.manifest.repeats} repeats by the area" in first.found


def test_leave_one_out_finds_more_or_does_not(run: RepairRun) -> None:
    curves = {"self_influence": 0.7, "training_loss": 0.5, "random": 0.3}
    assert page.leave_one_out_claim(with_curves(run, **curves, leave_one_out=0.9)).verdict == HOLDS
    assert page.leave_one_out_claim(with_curves(run, **curves, leave_one_out=0.6)).verdict == DIFFERS
    mixed = with_curves(run, **curves, leave_one_out=0.9)
    repeats = mixed.repeats.assign(found_area_leave_one_out=[0.0, *mixed.repeats["found_area_leave_one_out"][1:]])
    assert page.leave_one_out_claim(replace(mixed, repeats=repeats)).verdict == IN_PART


@pytest.mark.parametrize(
    ("found", "verdict", "why"), [(0.98, HOLDS, ()), (0.94, IN_PART, (WORDS,)), (0.9, DIFFERS, (WORDS,))]
)
def test_accuracies_are_near_those_that_were_read_off(found: float, verdict: str, why: tuple[str, ...]) -> None:
    claim = page.accuracy_claim("Figure 6", 0.976, found)
    assert (claim.verdict, claim.explanations) == (verdict, why)
    assert claim.found == f"{100 * found:.1f} %"


def test_the_section_sets_the_nearest_share_beside_what_was_read_off(run: RepairRun) -> None:
    at = nearest(run.summary, PUBLISHED[0])
    assert at["order"] == INFLUENCE
    own = run.repairs[(run.repairs["order"] == INFLUENCE) & (run.repairs["inspected"] == at["inspected"])]
    assert abs(at["share"] - 0.1) <= np.abs(run.summary["share"] - 0.1).min()
    np.testing.assert_allclose(at["mean_found_share"], own["found_share"].mean())
    text = "\n".join(page.repair(Found({}, ("koh-liang-6.png",), {REPAIR: run})))
    assert "](koh-liang-6.png)" in text
    assert f"{100 * own['found_share'].mean():.1f} % ± {100 * own['found_share'].std(ddof=1):.1f} %" in text
    assert run.manifest.convention in text
    assert TEXT in text
    for curve in (FOUND, ACCURACY):
        for cells in pair_cells(run, curve):
            assert all(cell in text for cell in cells)
    assert page.repair(Found({}, ())) == []
    assert page.repair_claims(Found({}, ())) == []
    claims = page.repair_claims(Found({}, (), {REPAIR: run}))
    assert any(claim.found == f"{100 * run.manifest.test_accuracy:.1f} %" for claim in claims)
    assert len(claims) == 5


def test_summaries_of_tests_are_those_of_the_run(run: RepairRun) -> None:
    pd.testing.assert_frame_equal(summary(run.repairs), run.summary, check_dtype=False)


def test_a_run_that_repairs_labels_is_whole_to_the_driver_or_not(run: RepairRun, tmp_path: Path) -> None:
    assert is_whole(run.path)
    broken = tmp_path / run.path.name
    shutil.copytree(run.path, broken)
    (broken / "repairs.parquet").unlink()
    assert not is_whole(broken)
