"""The page on methods says what was measured: sentences follow the tables, and costs are those of a method alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.manifests import made_manifest

import groupinf
from groupinf.effects.methods.registry import METHODS
from groupinf.numerics.engine import Engine
from groupinf.reproduction.papers.which_prediction import costs
from groupinf.reproduction.papers.which_prediction.costs import Cost, method_costs
from groupinf.reproduction.papers.which_prediction.reading import MethodFacts, method_facts
from groupinf.reproduction.papers.which_prediction.sections import adding_sentence, advice, error_words, findings
from groupinf.reproduction.papers.which_prediction.studies import ADDING, REMOVING, STUDIES
from groupinf.reproduction.results import Results
from groupinf.studies.load import load_config

ROOT = Path(__file__).parents[2]
SMALL = {
    "name": "small",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 0.01},
    "groups": {"sizes": {"min": 0.02, "max": 0.2, "num": 5}, "builders": ["random", "shared_feature"]},
    "test_points": {"random": 2},
    "methods": ["influence", "newton", "inner_product"],
}


def facts(dataset: str, of: dict[str, tuple[float, float, float]]) -> MethodFacts:
    """A run with one test point: error, ρ and milliseconds for a group, of each method."""
    rows = [
        (evaluation, 7, "all", method, rho, error, 1.5, 0.9, 0.8)
        for evaluation in ("test_prediction", "self_loss")
        for method, (error, rho, _) in of.items()
    ]
    names = ["evaluation", "test_point", "kind", "method", "spearman", "median_relative_error", "slope"]
    table = pd.DataFrame(rows, columns=[*names, "same_sign", "underestimated"])
    about = made_manifest(dataset=dataset, methods=tuple(of), git_commit="abc")
    return MethodFacts(about, table, 7, {}, table, {name: Cost(0.0, ms / 1000) for name, (_, _, ms) in of.items()})


def test_advice_names_the_nearest_the_cheap_and_the_cheapest_that_ranks_as_well() -> None:
    near = {"influence": (0.3, 0.99, 1.0), "second_order": (0.1, 0.95, 2.0), "newton": (0.02, 0.994, 10.0)}
    [told] = advice([facts("a", near), facts("b", near)])
    lines = told.splitlines()
    assert [line.split(":")[0] for line in lines] == ["- Test prediction", "- Self-loss"]
    assert "The smallest error has Newton on a and b." in lines[0]
    assert "at most 50 % of Newton's time, second order on a and b." in lines[0]
    assert "within 0.005 of the best: influence on a and b." in lines[0]
    other = {**near, "second_order": (0.01, 0.95, 6.0), "newton": (0.02, 0.999, 10.0)}
    [told] = advice([facts("a", near), facts("b", other)])
    assert "The smallest error has Newton on a; second order on b." in told
    assert "Newton's time, second order on a; influence on b." in told
    assert "of the best: influence on a; Newton on b." in told
    dear = {"influence": (0.3, 0.9, 9.0), "newton": (0.02, 0.99, 10.0)}
    [told] = advice([facts("a", dear)])
    assert "No method takes at most 50 % of Newton's time." in told


@pytest.mark.parametrize(
    ("under", "over", "verdict"), [(3, 3, "it holds."), (3, 2, "it holds in part."), (3, 0, "it does not hold.")]
)
def test_the_verdict_on_adding_follows_the_counts(under: int, over: int, verdict: str) -> None:
    told = adding_sentence(under, over, 3)
    assert verdict in told
    assert f"too small for most groups on {under} of 3 evaluations" in told
    assert f"too large for most on {over} when they are added" in told


def test_an_error_beyond_tenfold_is_told_as_a_multiple() -> None:
    assert (error_words(0.034), error_words(9.99), error_words(152571.0)) == ("3 %", "999 %", "152,571 ×")


def test_a_method_pays_for_what_it_asks_for_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = groupinf.run_experiment(SMALL, out=tmp_path, jobs=1)
    asked: list[str] = []
    timed: list[str] = []
    reduced, once = Engine.reduced, costs._cost
    monkeypatch.setattr(Engine, "reduced", lambda *given: asked.append(timed[-1]) or reduced(*given))
    monkeypatch.setattr(costs, "_cost", lambda *given: timed.append(given[-1]) or once(*given))
    found = method_costs(run)
    assert list(found) == timed == SMALL["methods"]
    assert set(asked) == {"newton"}
    assert all(cost.per_group > 0.0 for cost in found.values())
    told = findings(Results({"methods-breast_cancer": method_facts(run)}, {}, {}))
    headings = [heading for heading, body in told.sections if body]
    assert headings[-1] == "By kind of group"
    assert "breast_cancer" in dict(told.sections)["What they cost"][1]


def test_the_studies_are_configs_with_every_method_and_the_same_but_for_the_change() -> None:
    loaded = {study.name: load_config(ROOT / study.config) for study in STUDIES}
    for name, study in loaded.items():
        assert study.config.name == name
        if name != ADDING:
            assert {method.name for method in study.config.methods} == set(METHODS)
    removing, adding = (loaded[name].config for name in (REMOVING, ADDING))
    assert (removing.dataset, removing.regularization) == (adding.dataset, adding.regularization)
    assert [builder.name for builder in removing.groups.builders] == [b.name for b in adding.groups.builders]
