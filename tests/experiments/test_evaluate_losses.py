"""An evaluation predicts with the derivatives of another loss, and measures another, as a run made so would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import unreported

from groupinf.effects import block as block_module
from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.words.summary import convention_line
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import Run

GROUPS = {"sizes": {"min": 0.02, "max": 0.25, "num": 6}, "builders": ["random"]}
HINGE = {"loss": "hinge", "intercept": "none", "smoothing": 0.01}
LOGISTIC = {"loss": "binary_logistic", "intercept": "none"}
SMOOTH = {"loss": "smooth_hinge", "temperature": 0.3}
METHODS = ["influence", "parameter_influence", "newton"]
MakeRun = Callable[..., Run]


@pytest.fixture
def run(small_config: dict[str, Any], tmp_path: Path) -> MakeRun:
    def made(model: dict[str, Any], **changes: Any) -> Run:
        return unreported({**small_config, "groups": GROUPS, "methods": METHODS, "model": model, **changes}, tmp_path)

    return made


def evaluated(run: Run, *overrides: str) -> Run:
    return evaluate(run.path, overrides, None, 1, Silent())


def merged(first: Run, second: Run) -> pd.DataFrame:
    keys = ["group", "test_point", "evaluation", "method", "readout"]
    both = first.effects.merge(second.effects, on=keys, suffixes=("", "_other"), validate="one_to_one")
    assert len(both) == len(first.effects) == len(second.effects)
    return both


@pytest.mark.parametrize(
    ("overrides", "there"),
    [
        (["model.smoothing=0.3"], {**HINGE, "smoothing": 0.3}),
        (["model.smoothing=0"], {**HINGE, "smoothing": 0}),
        (["model.linearised=smooth_hinge"], {"loss": "hinge", "intercept": "none", "linearised": "smooth_hinge"}),
        (
            ["model.linearised=binary_logistic", "model.measured={loss: smooth_hinge, temperature: 0.3}"],
            {"loss": "hinge", "intercept": "none", "linearised": "binary_logistic", "measured": SMOOTH},
        ),
    ],
)
def test_of_a_machine_everything_is_that_of_a_run_made_so(
    run: MakeRun, monkeypatch: pytest.MonkeyPatch, overrides: list[str], there: dict[str, Any]
) -> None:
    source, whole = run(HINGE), run(there)
    monkeypatch.setattr(block_module, "retrained_machines", lambda *_: pytest.fail("retrained"))
    here = evaluated(source, *overrides)
    both = merged(here, whole)
    # the machine is solved without these derivatives: its effects have the same bytes
    actual = both[both.method == "actual"]
    np.testing.assert_array_equal(actual.effect, actual.effect_other)
    np.testing.assert_allclose(both.effect, both.effect_other, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(both.error_estimate, both.error_estimate_other, rtol=1e-6, atol=1e-14)
    for name in ("loss_name", "loss_options", "linearised", "measured", "scales", "fit", "engine", "test_points"):
        assert getattr(here.manifest, name) == getattr(whole.manifest, name), name
    assert here.manifest.test_loss == whole.manifest.test_loss
    assert convention_line(here) == convention_line(whole)
    predicted = merged(here, source).query("method == 'influence' and evaluation == 'test_loss'")
    assert np.abs(predicted.effect - predicted.effect_other).max() > 1e-3
    (note,) = (note for note in whole.manifest.notes if "gradient is not zero" in note)
    assert note in here.manifest.notes


@pytest.mark.parametrize(
    ("overrides", "beside"),
    [
        (["model.linearised={loss: smooth_hinge, temperature: 0.3}"], {"linearised": SMOOTH}),
        (["model.measured=hinge"], {"measured": "hinge"}),
        (
            ["model.linearised=hinge", "model.measured=smooth_hinge"],
            {"linearised": "hinge", "measured": "smooth_hinge"},
        ),
    ],
)
def test_of_a_smooth_loss_predictions_are_the_same_and_actual_effects_within_the_tolerance(
    run: MakeRun, overrides: list[str], beside: dict[str, Any]
) -> None:
    source, whole = run(LOGISTIC), run({**LOGISTIC, **beside})
    here = evaluated(source, *overrides)
    both = merged(here, whole)
    predicted = both[both.method != "actual"]
    np.testing.assert_allclose(predicted.effect, predicted.effect_other, rtol=1e-10, atol=1e-13)
    for name, rows in both.groupby("evaluation"):
        assert np.abs(rows.effect - rows.effect_other).max() <= 2e-8 * whole.manifest.scales[name]
    for name in ("linearised", "measured", "scales", "engine", "train_loss", "test_loss"):
        assert getattr(here.manifest, name) == getattr(whole.manifest, name), name
    assert here.manifest.fit == source.manifest.fit


def test_a_loss_that_a_run_linearised_can_be_taken_back(run: MakeRun) -> None:
    source, whole = run({**LOGISTIC, "linearised": SMOOTH}), run(LOGISTIC)
    both = merged(evaluated(source, "model.linearised=null"), whole)
    predicted = both[both.method != "actual"]
    np.testing.assert_allclose(predicted.effect, predicted.effect_other, rtol=1e-10, atol=1e-13)
    # of a machine too, whose own smoothing stays what it was
    machine = run(HINGE)
    both = merged(evaluated(machine, "model.linearised=null", "evaluations=[test_loss]"), machine_on_test_loss(machine))
    np.testing.assert_allclose(both.effect, both.effect_other, rtol=1e-12, atol=1e-14)


def machine_on_test_loss(machine: Run) -> Run:
    return evaluated(machine, "evaluations=[test_loss]")


def test_the_loss_may_stand_at_the_top_of_the_configuration(run: MakeRun) -> None:
    source = run({"intercept": "none"}, loss="hinge")
    both = merged(evaluated(source, "model.smoothing=0.3"), run({**HINGE, "smoothing": 0.3}))
    np.testing.assert_allclose(both.effect, both.effect_other, rtol=1e-12, atol=1e-14)


def test_notes_say_which_losses_are_others(run: MakeRun) -> None:
    source = run(HINGE)
    here = evaluated(source, "model.smoothing=0.3", "model.measured=smooth_hinge")
    said = "\n".join(here.manifest.notes)
    assert "of the hinge loss (smoothing 0.3), those of the run with those of the hinge loss (smoothing 0.01)" in said
    assert "losses are those of the smooth hinge loss (temperature 0.001), in the run of the hinge loss" in said
    plain = "\n".join(evaluated(source, "test_points.indices=[3]").manifest.notes)
    assert "those of the run with" not in plain
    assert "in the run of" not in plain


@pytest.mark.parametrize(
    ("model", "override", "words"),
    [
        (LOGISTIC, "model.smoothing=0.1", "expected smoothing only with loss: hinge, found loss: binary_logistic"),
        (HINGE, "model.smoothing=-1", "expected a number of at least 0"),
        (HINGE, "model.linearised=softmax", "expected"),
        ({**HINGE, "intercept": "free"}, "model.smoothing=0", "expected penalised or none where derivatives have no"),
        ({**LOGISTIC, "linearised": None}, "model.linearised=nothing", "unknown loss"),
    ],
)
def test_what_the_model_cannot_be_is_refused_where_it_stands(
    run: MakeRun, model: dict[str, Any], override: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        evaluated(run(model), override)
