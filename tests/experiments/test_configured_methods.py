"""Methods with options and names go from the configuration through the run, its tables and reports, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from support.runs import execute

import groupinf
from groupinf.effects.methods.registry import METHODS as REGISTERED
from groupinf.effects.methods.rescaled_influence import RescaledInfluence
from groupinf.errors import ConfigError, ConvergenceError
from groupinf.experiments.workers.progress import Silent
from groupinf.reporting.report import write_report
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.manifest import MethodUsed
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.schema import METHODS_OF_THE_PAPER
from groupinf.studies.group_effects.study import load_run
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.load import load_config

LISSA = {"method": "influence", "solver": "lissa", "depth": 400, "scale": 20.0, "repeats": 3, "name": "LiSSA"}
TAYLOR = {"method": "influence", "solver": "taylor", "depth": 4000, "scale": 5.0, "name": "Taylor"}
RELATIVE = {"method": "relative_influence", "rows": 40}
METHODS = ["influence", LISSA, TAYLOR, {"method": "newton"}, RELATIVE, "without_hessian"]
NAMES = ("influence", "LiSSA", "Taylor", "newton", "relative_influence", "without_hessian")


@pytest.fixture
def config(small_config: dict[str, Any]) -> dict[str, Any]:
    small_config["groups"]["builders"] = ["random"]
    return {**small_config, "methods": METHODS}


def run(config: dict[str, Any], out: Path, jobs: int = 1) -> Run:
    return execute(load_config(config), out, jobs, False, Silent())


def test_a_run_tells_the_names_and_the_options_of_its_methods(config: dict[str, Any], tmp_path: Path) -> None:
    done = run(config, tmp_path)
    write_report(done)
    about = done.manifest
    assert about.methods == NAMES
    assert about.methods_with_options == (
        MethodUsed(
            "LiSSA", "influence", {"solver": "lissa", "depth": 400, "repeats": 3, "scale": 20.0, "batch_size": 16}
        ),
        MethodUsed("Taylor", "influence", {"solver": "taylor", "depth": 4000, "scale": 5.0}),
        MethodUsed("relative_influence", "relative_influence", {"rows": 40}),
    )
    again = load_run(done.path)
    assert again.manifest == about
    readouts = again.effects.drop_duplicates("method").set_index("method")["readout"]
    assert readouts.to_dict() == {
        **dict.fromkeys(("influence", "LiSSA", "Taylor", "relative_influence"), "linear"),
        "newton": "exact",
        "without_hessian": "ranks",
        "actual": "exact",
    }
    written = yaml.safe_load((done.path / "config.yaml").read_text())["methods"]
    assert [entry for entry in written if isinstance(entry, str)] == ["influence", "newton", "without_hessian"]
    assert written[4] == RELATIVE
    assert {**written[1], **LISSA} == written[1]
    report = (done.path / "report.md").read_text()
    assert "LiSSA is influence with solver: lissa, depth: 400, repeats: 3, scale: 20 and batch\\_size: 16" in report
    assert "Of influence without the Hessian only the order of groups means anything" in report
    assert "Taylor" in (done.path / "report.html").read_text(encoding="utf-8")
    assert (done.path / "figures" / "LiSSA_vs_actual.png").is_file()


def test_the_full_series_and_iteration_come_to_the_influence(config: dict[str, Any], tmp_path: Path) -> None:
    effects = run(config, tmp_path).effects.pivot(
        index=["group", "evaluation", "test_point"], columns="method", values="effect"
    )
    largest = effects["influence"].abs().max()
    np.testing.assert_allclose(effects["Taylor"], effects["influence"], atol=1e-6 * largest)
    assert np.corrcoef(effects["LiSSA"], effects["influence"])[0, 1] > 0.99
    assert not np.allclose(effects["relative_influence"], effects["influence"], rtol=1e-3)


def test_of_what_is_in_units_of_its_own_only_ranks_are_told(config: dict[str, Any], tmp_path: Path) -> None:
    done = run(config, tmp_path)
    ranked = done.spearman["method"] == "without_hessian"
    sizes = ["slope", "underestimated", "median_relative_error"]
    assert done.spearman.loc[ranked, sizes].isna().all(axis=None)
    assert done.spearman.loc[~ranked, sizes].notna().all(axis=None)
    assert done.spearman.loc[ranked & (done.spearman["kind"] == "all"), "spearman"].notna().all()
    assert not any(note.startswith("without_hessian") for note in done.manifest.notes)


@pytest.mark.parametrize(
    "change",
    [{"change": "reweight", "factor": 2.0}, "relabel", {"change": "add", "pool_fraction": 0.3}],
    ids=["reweight", "relabel", "add"],
)
def test_every_method_predicts_every_change(config: dict[str, Any], change: Any, tmp_path: Path) -> None:
    names = [name for name in REGISTERED if name != "relative_influence"]
    config |= {"change": change, "methods": [*names, {**RELATIVE, "rows": 60}]}
    config["groups"]["sizes"] = {"min": 0.04, "max": 0.3, "num": 5}
    done = run(config, tmp_path).effects
    effects = done.pivot(index=["group", "evaluation", "test_point"], columns="method", values="effect")
    assert np.isfinite(effects).all(axis=None)
    error = {name: float((effects[name] - effects["actual"]).abs().mean()) for name in effects}
    assert error["two_step_newton"] < 0.5 * error["newton"]
    assert error["second_order"] < error["parameter_influence"]
    assert error["rescaled_influence"] <= error["representer"]


def test_jobs_change_no_byte(config: dict[str, Any], tmp_path: Path) -> None:
    config |= {"block_width": 2, "methods": [*METHODS, "rescaled_influence", "second_order", "two_step_newton"]}
    one, two = (run(config, tmp_path / f"{jobs}", jobs) for jobs in (1, 2))
    for name in ("effects.parquet", "spearman.parquet"):
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes()


def test_a_section_without_options_is_the_name_alone(config: dict[str, Any], tmp_path: Path) -> None:
    plain = run({**config, "methods": ["newton"]}, tmp_path / "plain")
    section = run({**config, "methods": [{"method": "newton"}]}, tmp_path / "section")
    assert section.path.name == plain.path.name
    assert section.manifest.methods_with_options == ()
    named = run({**config, "methods": [{"method": "newton", "name": "N"}]}, tmp_path / "named")
    assert named.manifest.identity != plain.manifest.identity
    np.testing.assert_array_equal(named.effects["effect"], plain.effects["effect"])


def test_a_run_is_evaluated_by_other_methods_with_names(config: dict[str, Any], tmp_path: Path) -> None:
    source = run({**config, "methods": ["influence"]}, tmp_path)
    asked = "methods=[{method: influence, solver: cg, tolerance: 1.0e-12, name: CG}, rescaled_influence]"
    here = evaluate(source.path, [asked], None, 1, Silent())
    assert here.manifest.methods == ("CG", "rescaled_influence")
    assert here.manifest.methods_with_options[0].options == {"solver": "cg", "tolerance": 1e-12}
    by_name = [done.effects[done.effects["method"] == m]["effect"] for done, m in ((here, "CG"), (source, "influence"))]
    np.testing.assert_allclose(*map(np.asarray, by_name), rtol=1e-8, atol=1e-12)


def test_a_sweep_and_its_report_show_the_names(config: dict[str, Any], tmp_path: Path) -> None:
    sweep = groupinf.run_sweep(config, lambda_over_n="0.01,0.1", out=tmp_path, jobs=1)
    assert all(one.manifest.methods == NAMES for one in sweep.runs)
    assert "LiSSA" in (sweep.path / "report.html").read_text(encoding="utf-8")


def test_more_rows_than_there_are_is_an_error_at_its_key(config: dict[str, Any], tmp_path: Path) -> None:
    config["methods"] = ["newton", {**RELATIVE, "rows": 91}]
    with pytest.raises(ConfigError, match=r"methods\.1\.rows: expected at most n = 90, .* found 91"):
        run(config, tmp_path)


def test_memory_counts_what_methods_hold(config: dict[str, Any]) -> None:
    loaded = load_config(config)
    dataset = load_checked(loaded)
    plain = work_bytes(dataset, model_of(loaded, dataset), None)
    with_leverages = work_bytes(dataset, model_of(loaded, dataset), None, [RescaledInfluence()])
    assert with_leverages - plain == 5 * 8 * 4**2
    assert work_bytes(dataset, model_of(loaded, dataset), None, METHODS_OF_THE_PAPER) == plain


def test_a_hessian_too_large_for_a_factor_is_an_error_at_its_key(
    config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.numerics.factor.DENSE_BYTES", 8)
    config["methods"] = ["newton", {"method": "parameter_influence", "solver": "cholesky"}]
    with pytest.raises(ConfigError, match=r"methods\.1\.solver: expected cg, lissa or taylor, found cholesky"):
        run(config, tmp_path)
    config |= {"methods": ["newton"], "influence": {"solver": "cholesky"}}
    with pytest.raises(ConfigError, match=r"influence\.solver: expected cg, lissa or taylor, found cholesky"):
        run(config, tmp_path)


def test_a_series_that_diverges_says_which_entry_it_is_of_and_the_eigenvalue(
    config: dict[str, Any], tmp_path: Path
) -> None:
    config["methods"] = [{**TAYLOR, "name": "good"}, {**TAYLOR, "scale": 0.01, "name": "bad"}]
    with pytest.raises(
        ConvergenceError, match=r"^method bad: the Taylor series diverged after \d+ of 4,000 steps .* eigenvalue"
    ):
        run(config, tmp_path)


def test_a_solver_for_every_entry_that_diverges_is_named_by_the_first(config: dict[str, Any], tmp_path: Path) -> None:
    config |= {"influence": {"solver": "taylor", "scale": 0.01}, "methods": ["newton", "influence"]}
    with pytest.raises(ConvergenceError, match=r"^method influence: the Taylor series diverged .* of 5,000 steps"):
        run(config, tmp_path)
