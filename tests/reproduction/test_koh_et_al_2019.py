"""The page on the paper says what was found, and its verdicts follow the tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.manifests import made_manifest

import groupinf
from groupinf.analysis.pairs import PairedEffects
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.registry import load_dataset
from groupinf.reporting.figures import FIGURES as NAMED_FIGURES
from groupinf.reproduction.page import markdown_page
from groupinf.reproduction.papers.koh_et_al_2019 import explanations, reading
from groupinf.reproduction.papers.koh_et_al_2019.claims import (
    counterexample_claim,
    falling_loss_claims,
    panels_claim,
    rising_claim,
    underestimation_claim,
)
from groupinf.reproduction.papers.koh_et_al_2019.explanations import DATA, TABLE_1, Counterpart
from groupinf.reproduction.papers.koh_et_al_2019.paper import KOH_ET_AL_2019
from groupinf.reproduction.papers.koh_et_al_2019.reading import KohFacts, by_sign
from groupinf.reproduction.papers.koh_et_al_2019.sections import PICTURED, findings
from groupinf.reproduction.papers.koh_et_al_2019.studies import COUNTEREXAMPLES, FIGURES, STUDIES
from groupinf.reproduction.record import Entry, Record
from groupinf.reproduction.results import Results
from groupinf.studies.load import load_config

ROOT = Path(__file__).parents[2]
COLUMNS = ["evaluation", "test_point", "kind", "method", "n_groups", "spearman", "spearman_low", "spearman_high"]


def facts(dataset: str, rho: dict[str, float], under: dict[tuple[str, bool], float], **about: Any) -> KohFacts:
    """A run with one test point: ρ of every method by evaluation, and the share that is underestimated by sign."""
    points = {e: -1 if e == "self_loss" else 7 for e in rho}
    rows = [
        (e, points[e], "all", method, 30, value, value - 0.01, value + 0.01)
        for e, value in rho.items()
        for method in ("influence", "parameter_influence", "newton")
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).assign(slope=1.5, underestimated=0.8)
    signs = pd.DataFrame([(e, neg, 30, share, share / 2, share, 1 + share) for (e, neg), share in under.items()])
    signs.columns = ["evaluation", "negative", "n", "under", "under_largest", "under_exact", "slope"]
    manifest = {"dataset": dataset, "n": 20_000, "d": 127, "lam_over_n": 10 ** (-11 / 3), "test_accuracy": 0.682}
    return KohFacts(made_manifest(**{**manifest, "git_commit": "abc", **about}), table, 7, {}, signs, None)


USUAL = {("test_loss", True): 0.3, ("test_loss", False): 0.9, ("self_loss", False): 1.0}


USUAL = {("test_loss", True): 0.3, ("test_loss", False): 0.9, ("self_loss", False): 1.0}


def test_every_configuration_of_the_paper_is_run_once_and_is_accepted() -> None:
    assert sorted(s.config.name for s in STUDIES if s.command != "evaluate") == sorted(
        path.name for path in (ROOT / "configs" / "paper").glob("*.yaml")
    )
    assert len({s.name for s in STUDIES}) == len(STUDIES)
    for study in STUDIES:
        loaded = load_config(ROOT / study.config)
        assert loaded.config.name == study.config.stem
        assert (loaded.config.regularization.sweep is not None) == (study.command == "sweep")
        assert study.dataset(ROOT) in KNOWN


def test_an_evaluation_comes_after_its_run_and_mnist_last() -> None:
    names = [s.name for s in STUDIES]
    assert all(names.index(s.of) < names.index(s.name) for s in STUDIES if s.of)
    assert names[-2:] == ["figure-1-mnist", "figure-1-mnist-c1"]
    assert {name for of in FIGURES.values() for name in of} <= set(names)


def test_every_figure_of_the_paper_is_drawn_from_its_studies_and_pictured_where_it_was_drawn() -> None:
    assert set(FIGURES) == {name for name in NAMED_FIGURES if name.startswith("figure-")}
    run = facts("cdr_rebuilt", {"test_loss": 0.95}, USUAL)
    results = Results({"natural-groups-cdr": replace(run, sets={7: "gold_label=positive"})}, {}, {})
    for drawn in ([], ["figure-c5.png"], [f"{name}.png" for name in PICTURED]):
        [section] = [body for heading, body in findings(results, drawn).sections if heading == "Natural groups"]
        pictures = [part for part in section if part.startswith("![")]
        assert len(pictures) == len(drawn)
        assert ("![Figure C.5](figure-c5.png)" in pictures) == ("figure-c5.png" in drawn)


def test_underestimation_is_counted_apart_by_sign() -> None:
    predicted = np.array([[[-1.0, -3.0, 1.0, 2.0, 0.5]], [[-1.0, -1.5, 1.0, 0.8, 2.0]]])
    actual = np.array([[-2.0, -2.0, 2.0, 1.0, 1.0]])
    names = np.array(["r"] * 5, dtype=object)
    pairs = PairedEffects(
        (("test_loss", 7),), ("influence", "parameter_influence"), np.arange(5), names, predicted, actual
    )
    table = by_sign(pairs).set_index("negative")
    columns = ["n", "under", "under_largest", "under_exact", "slope"]
    assert table.loc[True, columns].tolist() == pytest.approx([2, 0.5, 0, 1, 8 / 10])
    assert table.loc[False, columns].tolist() == pytest.approx([3, 2 / 3, 0, 2 / 3, 4.5 / 5.25])


@pytest.mark.parametrize(
    ("rho", "verdict", "said"),
    [
        (0.95, "holds", "0.950 to 0.950"),
        (0.994, "holds", "0.994"),
        (0.998, "holds, with higher ρ", "above 0.99"),
        (0.7, "differs", "diabetes, test loss: 0.700"),
    ],
)
def test_the_verdict_on_rho_follows_the_table(rho: float, verdict: str, said: str) -> None:
    claim = panels_claim([facts("diabetes", {"test_loss": rho}, USUAL)])
    assert claim.verdict == verdict
    assert said.replace(" to 0.950", "") in claim.found
    assert bool(claim.explanations) == (verdict != "holds")


def test_one_panel_of_many_below_the_range_holds_in_part() -> None:
    claim = panels_claim([facts("diabetes", {"test_loss": 0.95, "self_loss": 0.8}, USUAL)])
    assert (claim.verdict, len(claim.explanations)) == ("holds in part", 1)


@pytest.mark.parametrize(
    ("under", "rule", "exception"),
    [
        (USUAL, "holds", "holds"),
        ({**USUAL, ("self_loss", False): 0.4}, "holds in part", "holds"),
        ({**USUAL, ("test_loss", True): 0.8}, "holds", "holds in part"),
        ({**USUAL, ("test_loss", True): 0.95}, "holds", "differs"),
    ],
)
def test_the_verdicts_on_underestimation_follow_the_signs(
    under: dict[tuple[str, bool], float], rule: str, exception: str
) -> None:
    runs = [facts("diabetes", {"test_loss": 0.95, "self_loss": 0.95}, under)]
    assert underestimation_claim(runs).verdict == rule
    assert falling_loss_claims(runs)[0].verdict == exception


@pytest.mark.parametrize(
    ("ends", "verdict", "reason"),
    [
        ((0.9, 0.97), "holds", ""),
        ((0.9, 0.8, 0.97), "holds in part", "FALLING"),
        ((0.995, 0.99), "differs", "NO_ROOM"),
        ((0.95, 0.94), "differs", "WITHIN_INTERVALS"),
        ((0.95, 0.7), "differs", "FALLING"),
    ],
)
def test_the_verdict_on_the_sweep_follows_its_ends(ends: tuple[float, ...], verdict: str, reason: str) -> None:
    claim = rising_claim([[facts("diabetes", {"test_loss": rho}, USUAL) for rho in ends]])
    assert claim.verdict == verdict
    assert claim.explanations == ((getattr(explanations, reason),) if reason else ())


def test_the_page_shows_an_explanation_only_where_its_difference_occurs() -> None:
    run = facts("diabetes", {"test_loss": 0.95, "self_loss": 0.96}, USUAL)
    record = Record({"figure-1-diabetes": Entry("k", "f", 90.0)}, {}, {}, [])
    results = Results({"figure-1-diabetes": run}, {}, {"figure-1-diabetes": {"prepare": 2.0, "compute": 8.0}})
    page = markdown_page(KOH_ET_AL_2019, findings(results, ["figure-1.png"]), record)
    lines = [" ".join(line.split()) for line in page.splitlines()]
    assert "| Diabetes | 20,000 | 20,000 | 127 | 127 | 2.2·10⁻⁴ | 2.2·10⁻⁴ | 68.2 % | 68.2 % |" in lines
    assert "| diabetes | Test loss | 0.950 | [0.940, 0.960] | 0.950 | 1.50 | 80 % |" in lines
    assert "| figure-1-diabetes | 2 | 8 | 90 |" in lines
    assert "![Figure 1](figure-1.png)" in page
    assert "Natural groups" not in page
    assert "A trial" not in page
    assert not any(text in page for text in DATA.values())

    other = replace(run, manifest=replace(run.manifest, test_accuracy=0.65))
    shrunk = replace(record, shrunk=["a=1"], absent={"mnist": ["x.gz"]}, failed={"figure-2": "why"})
    changed = findings(replace(results, runs={"figure-1-diabetes": other}), [])
    page = markdown_page(KOH_ET_AL_2019, changed, shrunk)
    assert DATA["diabetes"] in page
    assert "A trial" in page
    assert "mnist (x.gz)" in page
    assert "figure-2 (why)" in page
    assert "![" not in page


def test_counterexamples_have_their_lines_beside_their_figure() -> None:
    run = facts("ortho", {"test_prediction": -0.95}, USUAL)
    results = Results({"figure-3-ortho": run}, {}, {})
    for drawn in ([], ["figure-3.png"]):
        [section] = [body for heading, body in findings(results, drawn).sections if heading.startswith("Figure 3")]
        assert ("![Figure 3](figure-3.png)" in section) == bool(drawn)
        assert any("figure-3-ortho | ortho" in " ".join(part.split()) and "−0.950" in part for part in section)
    [nothing] = [body for heading, body in findings(Results({}, {}, {}), []).sections if heading.startswith("Figure 3")]
    assert nothing == []


def test_the_verdict_on_counterexamples_follows_both_methods() -> None:
    bad, good = (facts("ortho", {"test_prediction": rho}, USUAL) for rho in (-0.95, 0.95))
    table = bad.spearman.assign(spearman=np.where(bad.spearman["method"] == "newton", 0.9, bad.spearman["spearman"]))
    claim = counterexample_claim({"a": replace(bad, spearman=table), "b": good})
    assert claim.verdict == "holds"
    assert claim.found == "ρ of influence on a: −0.950, where Newton has 0.900"
    for runs in ({"b": good}, {"a": bad, "b": good}):  # of which Newton knows no more than influence
        assert counterexample_claim(runs).verdict == "differs"
    assert counterexample_claim({"b": good}).found == "none with ρ of at most 0.2 where Newton has at least 0.8"


def test_every_study_of_the_paper_has_its_line_in_table_1() -> None:
    of_table = [study for study in STUDIES if study.command == "experiment" and study.name not in COUNTEREXAMPLES]
    used = {study.dataset(ROOT) for study in of_table}
    assert used == TABLE_1.keys() == DATA.keys()
    assert TABLE_1["dogfish_efficientnet"].d == 2_048
    assert TABLE_1["enron_spacy"].d == 3_289


def test_the_score_of_a_stored_model_is_that_of_scikit_learn(tmp_path: Path) -> None:
    """F1 at the stored parameters, here of a run on bundled data that stands for CDR."""
    from sklearn.metrics import f1_score

    config = {
        "name": "toy",
        "dataset": {"name": "breast_cancer"},
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
    }
    run = groupinf.run_experiment(config, out=tmp_path, jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "TABLE_1", {"breast_cancer": Counterpart("CDR", "cdr", 328)})
        found = reading.koh_facts(run).test_f1
    data = load_dataset(NamedDataset(name="breast_cancer"), Path(), 0)
    theta = np.load(run.path / "theta.npz")["theta"]
    predicted = data.X_test @ theta[:-1] + theta[-1] > 0
    assert found == pytest.approx(f1_score(data.y_test, predicted), abs=1e-12)
