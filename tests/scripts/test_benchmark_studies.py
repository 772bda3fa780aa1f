"""The loop finds the effects of the run, its times are scaled up as said, and what the page says is computed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import groupinf
from groupinf.experiments.driver import execute_study
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.schema import STUDY
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES

CONFIG: dict[str, Any] = {
    "name": "made",
    "dataset": {"npz": "made.npz"},
    "regularization": {"lambda_over_n": 1e-2},
    "groups": {"sizes": {"min": 0.02, "max": 0.2, "num": 2}, "builders": ["random", "random_within_class"]},
    "evaluations": ["test_loss", "self_loss"],
    "methods": ["influence"],
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, without reports: weighted rows of three classes, and a sum over all test rows of two."""
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(3)
    X, noise = rng.normal(size=(130, 3)), rng.gumbel(size=(130, 3))
    three = (X @ rng.normal(size=(3, 3)) + noise).argmax(axis=1)
    two = (X[:, 0] + noise[:, 0] > 0.5).astype(int)
    for name, y, points in (("three", three, {"random": 2}), ("two", two, {"all": True})):
        weight = rng.integers(1, 4, size=100) if name == "three" else np.ones(100)
        np.savez(
            folder / f"{name}.npz",
            X_train=X[:100],
            y_train=y[:100],
            X_test=X[100:],
            y_test=y[100:],
            sample_weight_train=1.0 / weight,
        )
        config = CONFIG | {"name": name, "dataset": {"npz": str(folder / f"{name}.npz")}, "test_points": points}
        execute_study(STUDIES[STUDY], load_config(config), folder / name, 1, False, Silent())
    return folder


def asked(folder: Path) -> Any:
    from benchmarking.studies.loop import asked_of

    [manifest] = folder.glob("*/manifest.json")
    return asked_of(groupinf.load_run(manifest.parent))


@pytest.mark.parametrize("name", ["three", "two"])
@pytest.mark.parametrize("solver", ["lbfgs", "newton-cholesky", "newton-cg"])
def test_refits_find_the_effects_of_the_run(runs: Path, name: str, solver: str) -> None:
    from benchmarking.studies.loop import _error
    from benchmarking.studies.refits import Way, refit_without

    of, way = asked(runs / name), Way(solver, 1e-10, warm=True)
    whole = way.fit(of.rows, slice(None), None)
    found = np.array([refit_without(of.rows, way, whole, members).effects for members in of.members])
    assert len(found) == len(of.effects) >= 4
    everyone = np.arange(len(found))
    assert _error(of, everyone, found) < 1e-5
    largest = np.abs(of.effects).max(axis=0)
    found[2, -1] += 0.25 * largest[-1]
    assert _error(of, everyone, found) == pytest.approx(0.25, rel=1e-3)


def test_the_test_points_of_the_loop_are_those_of_the_run(runs: Path) -> None:
    assert [some.size for some in asked(runs / "three").rows.tested] == [1, 1]
    assert [some.size for some in asked(runs / "two").rows.tested] == [30]
    assert asked(runs / "two").rows.weight is None
    assert asked(runs / "three").rows.weight is not None


def test_times_of_a_sample_are_scaled_up_to_all_groups(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarking.studies import loop
    from benchmarking.studies.refits import Refit, Way

    of = asked(runs / "two")
    each = [Refit(2.0, 3.0, False, np.zeros(2)), Refit(4.0, 5.0, True, np.zeros(2))]
    monkeypatch.setattr(loop, "_refits", lambda *_: each)
    measured = loop.Measured(Way(), sample=2)
    loop._measure(of, measured, (100.0, 200.0), np.random.default_rng(0))
    scale, [turn] = len(of.members) / 2, measured.turns
    assert turn["clock"] == pytest.approx(100.0 + scale * (2.0 + 4.0) / 2, abs=1.0)
    assert turn["processor"] == pytest.approx(200.0 + scale * (3.0 + 5.0), abs=1.0)
    assert (measured.fits, measured.warned, measured.error) == (2, 1, pytest.approx(1.0))


def test_the_loop_is_measured_in_turns_with_workers(runs: Path) -> None:
    from benchmarking.studies.loop import PLAIN, WITH_CARE, measure_loop

    found = measure_loop(runs / "two", "two", 0.001, range(1))
    assert found["groups"] == len(asked(runs / "two").members)
    plain, careful = (found["ways"][way] for way in (PLAIN, WITH_CARE))
    for of in (plain, careful):
        assert of["fits"] == of["sample"] == min(found["groups"], 6)
        assert all(turn["clock"] > 0 and turn["processor"] > 0 for turn in of["turns"])
    assert careful["error"] < 1e-4 < plain["error"] < 0.5


def measured(clock: list[float], loop: list[float], sample: int = 10) -> dict[str, Any]:
    """As ``measure_study`` returns it; imports take a second."""
    turns = [{"clock": seconds, "processor": 2 * seconds} for seconds in loop]
    way = {"solver": "lbfgs", "tolerance": 1e-4, "sample": sample, "turns": turns, "error": 0.1, "warned": 0, "fits": 1}
    return {
        "command": "groupinf experiment configs/some.yaml --jobs 2",
        "whole": [{"clock": seconds, "processor": 1.5 * seconds, "memory": 4e8} for seconds in clock],
        "compute": [seconds / 4 for seconds in clock],
        "imports": [{"clock": 1.0, "processor": 1.0} for _ in clock],
        "groups": 1_700,
        "tested": 6,
        "ways": {"as one writes it": way, "with care": way},
    }


def test_the_page_says_who_is_done_first() -> None:
    from benchmarking.studies.page import studies_section

    slow, quick = measured([10.0, 10.0, 20.0], [29.0, 39.0, 39.0]), measured([10.0, 10.0, 10.0], [4.0, 3.0, 5.0])
    text = "\n\n".join(studies_section({"a": slow, "b": quick, "c": None}))
    assert "On the clock the loop as one writes it takes longer than the whole study of a (3.0 times), and is done before that of b (in 0.50 of its time)." in text  # fmt: skip  # noqa: E501
    assert "Left out, as the data are not in the data home: c." in text
    only = "\n\n".join(studies_section({"b": quick}))
    assert "takes longer" not in only
    assert "Left out" not in only
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    [ours, *loops] = [row for row in rows if row[0].startswith("a")]
    assert ours[3] == "10 s (10 s to 20 s)"
    assert [row[5] for row in loops] == ["3.0 (2.0 to 4.0)"] * 2
    assert loops[0][6] == "3.9 (2.6 to 5.3)"
    assert rows[-1][-1] == "4.0 (4.0 to 4.0)"


def test_a_study_that_cannot_run_here_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarking.studies import whole
    from benchmarking.studies.asked import Study

    def refused(command: tuple[str, ...], folder: Path) -> Any:
        assert "validate" in command
        raise subprocess.CalledProcessError(2, list(command))

    monkeypatch.setattr(whole, "run_command", refused)
    assert whole.measure_study(Study("none", "nowhere"), 1, 1.0, tmp_path) is None
