"""An evaluation gives what a run on these test points would, from stored parameters, and refuses what it cannot."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from support.runs import execute

from groupinf.cli.main import main
from groupinf.effects import block as block_module
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.folder.files import read_json
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.report import write_report
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.load import load_config

# groups that do not depend on the test points: a run on others draws the same
GROUPS = {
    "sizes": {"min": 0.02, "max": 0.25, "num": 6},
    "builders": ["random", {"builder": "gradient_clusters", "k": [3]}],
}
OTHERS = "test_points.percentile=[20,80]"
MakeRun = Callable[..., Run]


@pytest.fixture
def run(small_config: dict[str, Any], tmp_path: Path) -> MakeRun:
    def made(overrides: tuple[str, ...] = (), **changes: Any) -> Run:
        config = {**small_config, "groups": GROUPS, **changes}
        return execute(load_config(config, overrides), tmp_path / "out", 1, False, Silent())

    return made


def evaluated(run: Run, *overrides: str, out: Path | None = None, jobs: int = 1) -> Run:
    return evaluate(run.path, overrides, out, jobs, Silent())


def merged(first: Run, second: Run) -> pd.DataFrame:
    keys = ["group", "kind", "size", "test_point", "evaluation", "method", "readout"]
    both = first.effects.merge(second.effects, on=keys, suffixes=("", "_other"), validate="one_to_one")
    assert len(both) == len(first.effects) == len(second.effects)
    return both


@pytest.mark.parametrize("wanted", [{"percentile": [20, 80], "num": 4}, {"all": True}, {"indices": [3, 29]}])
def test_effects_are_those_of_a_run_on_the_same_test_points(run: MakeRun, wanted: dict[str, Any]) -> None:
    source = run()
    there = run(test_points=wanted)
    assert there.manifest.test_points != source.manifest.test_points
    here = evaluated(source, f"test_points={wanted}")
    assert here.manifest.test_points == there.manifest.test_points
    both = merged(here, there)
    for name, rows in both.groupby("evaluation"):
        assert np.abs(rows.effect - rows.effect_other).max() <= 2e-8 * there.manifest.scales[name]
    predicted = both[both.method != "actual"]
    np.testing.assert_allclose(predicted.effect, predicted.effect_other, rtol=1e-12, atol=1e-14)
    assert here.manifest.scales == there.manifest.scales


def test_a_whole_section_of_test_points_is_replaced_by_one_key(run: MakeRun) -> None:
    here = evaluated(run(), OTHERS)
    assert here.config["test_points"] == {"percentile": [20.0, 80.0]}


def test_the_parameters_are_those_of_the_run_and_nothing_is_retrained(
    run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = run()
    monkeypatch.setattr(block_module, "retrain_to_tolerance", lambda *_: pytest.fail("retrained"))
    here = evaluated(source, OTHERS)
    for name in ("theta.npz", "groups.npz", "groups.parquet"):
        assert (here.path / name).read_bytes() == (source.path / name).read_bytes()
    own = source.effects[source.effects.evaluation == "self_loss"].effect.to_numpy()
    np.testing.assert_array_equal(here.effects[here.effects.evaluation == "self_loss"].effect.to_numpy(), own)
    pd.testing.assert_series_equal(here.retrains.passes, source.retrains.passes)
    np.testing.assert_allclose(here.retrains.decrement, source.retrains.decrement, rtol=1e-2)


def test_error_estimates_grow_with_the_error_of_the_stored_parameters(run: MakeRun) -> None:
    source = run()
    directory = RunDirectory(source.path)
    stored = directory.read_block(0)
    assert stored is not None
    for file in (source.path / "blocks").iterdir():
        file.unlink()
    moved = np.full_like(stored["theta"], 1e-4)
    directory.write_block(0, {**stored, "theta": stored["theta"] + moved})
    here = evaluated(source, "methods=[newton]")
    keys = ["group", "test_point", "evaluation", "method"]
    both = here.effects.merge(source.effects, on=keys, suffixes=("", "_before")).query("method == 'actual'")
    off = np.abs(both.effect - both.effect_before)
    assert off.max() > 1e-5
    assert (off <= 1.2 * both.error_estimate).all()  # of first order, with the Hessian at θ̂
    assert both.error_estimate.max() < 10 * off.max()
    assert any("actual effects on test loss are exact to" in note for note in here.manifest.notes)


def test_methods_and_evaluations_can_be_added(run: MakeRun) -> None:
    source = run(methods=["influence"], evaluations=["test_loss"])
    here = evaluated(source, "methods=[influence,newton]", "evaluations=[test_loss,self_loss]")
    assert list(here.effects.method.unique()) == ["influence", "newton", "actual"]
    assert list(here.effects.evaluation.unique()) == ["test_loss", "self_loss"]
    for method in ("influence", "actual"):
        here_rows = here.effects[(here.effects.method == method) & (here.effects.evaluation == "test_loss")]
        rows = source.effects[source.effects.method == method]
        np.testing.assert_allclose(here_rows.effect, rows.effect, rtol=1e-12, atol=1e-15)


def test_the_folder_stands_beside_the_run_and_is_read_and_reported_like_one(run: MakeRun, tmp_path: Path) -> None:
    source = run()
    here = evaluated(source, OTHERS)
    assert here.path.parent == source.path.parent
    assert here.path.name.startswith(f"{source.path.name}-evaluate-")
    assert here.manifest.evaluated.run == source.path.name
    assert "nothing was retrained" in here.manifest.notes[0]
    assert evaluated(source, OTHERS, out=tmp_path / "there").path == tmp_path / "there" / here.path.name
    assert "nothing was retrained" in write_report(load_run(here.path)).read_text(encoding="utf-8")
    assert evaluated(source, "test_points.indices=[1]").path != here.path
    assert set(read_json(here.path / "timings.json")["seconds"]) == {"prepare", "compute", "collect"}


def test_an_evaluation_resumes_to_the_same_bytes_with_any_number_of_jobs(run: MakeRun, tmp_path: Path) -> None:
    source = run(groups={**GROUPS, "sizes": {**GROUPS["sizes"], "num": 30}})  # type: ignore[dict-item]
    here = evaluated(source, OTHERS)
    files = ("effects.parquet", "retrains.parquet", "spearman.parquet", "manifest.json")
    before = [(here.path / name).read_bytes() for name in files]
    blocks = sorted((here.path / "blocks").iterdir())
    assert len(blocks) > 1
    blocks[0].unlink()
    again = evaluated(source, OTHERS)
    assert [(again.path / name).read_bytes() for name in files] == before
    there = evaluated(source, OTHERS, out=tmp_path / "there", jobs=2)
    tables = [(there.path / name).read_bytes() for name in files[:3]]
    assert tables == before[:3]


@pytest.mark.parametrize(
    "override",
    [
        "seed=1",
        "regularization.lambda_over_n=1",
        "groups.sizes.num=3",
        "groups={}",
        "name=other",
        "loss=hinge",
        "model.loss=hinge",
        "model.intercept=none",
        "model={}",
    ],
)
def test_anything_else_is_refused(run: MakeRun, override: str) -> None:
    others = "points, model.linearised, model.measured or model.smoothing"
    key, settable = (
        override.partition("=")[0],
        f"test_points, evaluations, methods, groups.attributes, theory, {others}",
    )
    with pytest.raises(ConfigError, match=f"expected {settable}, found {key}; the stored"):
        evaluated(run(), OTHERS, override)


def test_nothing_to_set_is_refused(run: MakeRun) -> None:
    with pytest.raises(ConfigError, match=r"expected at least one of test_points, .*, model\.smoothing to be set"):
        evaluated(run())


def test_other_data_are_refused(run: MakeRun, tmp_path: Path) -> None:
    source = run()
    arrays = dict(np.load(tmp_path / "small.npz"))
    np.savez(tmp_path / "small.npz", **{**arrays, "X_test": arrays["X_test"] + 1})
    with pytest.raises(DataError, match="expected the data that the run was made from"):
        evaluated(source, OTHERS)


def test_an_evaluation_is_not_evaluated(run: MakeRun) -> None:
    source = run()
    with pytest.raises(DataError, match=f"this is an evaluation of {source.path.name}: name that"):
        evaluated(evaluated(source, OTHERS), "test_points.indices=[1]")


def test_the_command_that_a_figure_asks_for_gives_it_what_it_lacks(run: MakeRun, tmp_path: Path) -> None:
    source = run()
    lacking = evaluated(source, OTHERS, "evaluations=[test_loss]", "methods=[newton]")
    picture = str(tmp_path / "figure.svg")
    refused = CliRunner().invoke(main, ["figure", "figure-c1", str(lacking.path), "-o", picture])
    assert refused.exit_code == 2
    found = re.search(r"groupinf (evaluate .*) makes them", refused.stderr)
    assert found is not None
    command = shlex.split(found[1])
    assert command[1] == str(source.path)
    assert "test_points.percentile=[20.0,80.0]" in command
    made = CliRunner().invoke(main, [*command, "-q", "--jobs", "1"])
    assert made.exit_code == 0, made.stderr
    [again] = [path for path in source.path.parent.glob("*-evaluate-*") if path != lacking.path]
    assert load_run(again).manifest.test_points == lacking.manifest.test_points
    assert CliRunner().invoke(main, ["figure", "figure-c1", str(again), "-o", picture]).exit_code == 0
    # of other test points the band is what is lacking, and it takes their place
    plain = evaluated(source, "test_points.indices=[1]", "evaluations=[test_loss]", "methods=[newton]")
    banded = CliRunner().invoke(main, ["figure", "figure-c1", str(plain.path), "-o", picture]).stderr
    assert f"groupinf evaluate {source.path} --set 'test_points.percentile=[40,60]' --set 'evaluations=[" in banded
    assert "indices" not in banded


def test_a_missing_block_is_named(run: MakeRun) -> None:
    source = run()
    next((source.path / "blocks").iterdir()).unlink()
    with pytest.raises(DataError, match="block 0 is missing or altered; groupinf experiment"):
        evaluated(source, OTHERS)


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected the folder of a run, found no folder there"):
        evaluate(tmp_path / "none", [OTHERS], None, 1, Silent())


def test_a_run_of_before_rounding_was_told_is_evaluated_too(run: MakeRun) -> None:
    source = run()
    directory = RunDirectory(source.path)
    for number in range(len(list((source.path / "blocks").iterdir()))):
        stored = directory.read_block(number)
        assert stored is not None
        directory.write_block(number, {name: array for name, array in stored.items() if name != "at_rounding"})
    here = evaluated(source, OTHERS)
    assert not here.retrains.at_rounding.any()
