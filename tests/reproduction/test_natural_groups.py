"""The page on natural groups names who matters most, and says of attributes what the correlations say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.runs import unreported

from groupinf.reproduction.papers.natural_groups.paper import NATURAL_GROUPS
from groupinf.reproduction.papers.natural_groups.reading import NaturalFacts, natural_facts
from groupinf.reproduction.papers.natural_groups.sections import findings
from groupinf.reproduction.papers.natural_groups.studies import STUDIES
from groupinf.reproduction.results import Results
from groupinf.studies.load import load_config

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> NaturalFacts:
    """20 wards, of which some have more of the rarer label than others."""
    folder = tmp_path_factory.mktemp("wards")
    rng = np.random.default_rng(4)
    ward = rng.integers(0, 20, 400)
    y = (rng.uniform(size=400) < np.where(np.arange(400) < 300, 0.25 + ward / 40, 0.05)).astype(int)
    frame = pd.DataFrame({"a": rng.normal(size=400), "ward": ward, "part": ["train"] * 300 + ["test"] * 100, "y": y})
    frame.to_csv(folder / "own.csv", index=False)
    run = unreported(
        {
            "name": "wards",
            "dataset": {"csv": str(folder / "own.csv"), "target": "y", "split": "part", "drop": ["ward"]},
            "regularization": {"lambda_over_n": 0.01},
            "groups": {"builders": [{"builder": "column", "column": "ward"}]},
            "test_points": {"all": True, "bootstrap": 50},
        },
        folder / "runs",
    )
    return natural_facts(run)


def page(facts: NaturalFacts) -> str:
    found = findings(Results({STUDIES[0].name: facts}, {}, {}))
    return "\n".join(line for _, body in found.sections for line in body)


def test_the_five_that_rise_and_fall_most_stand_with_their_ranks(facts: NaturalFacts) -> None:
    """In the order of the ranking, with intervals; the first and the last of all are among them."""
    text, order = page(facts), facts.ranking
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    shown = rows[rows.index("group") + 2 :][:10]
    rises, falls = order[order["actual"] > 0].head(5), order[order["actual"] < 0].tail(5)
    assert shown == [*rises["group_name"], *falls["group_name"]]
    assert "1 [1, " in text


def test_what_goes_together_most_is_said_and_whether_it_is_told_from_0(facts: NaturalFacts) -> None:
    """The share of the rarer label here, and the reason beside it; without that correlation neither."""
    text = page(facts)
    assert "share_of_label 1 goes together most with effects (ρ −0." in text
    assert "the number of rows with effects: ρ" in text
    trained, tested = facts.label_shares["1"]
    assert (trained, tested) == (pytest.approx(0.48, abs=0.1), pytest.approx(0.05, abs=0.05))
    assert "Label 1 is that of" in text
    own = facts.attributes["attribute"] == "share_of_label 1"
    flat = facts.attributes.assign(
        spearman=np.where(own, 0.01, facts.attributes["spearman"]),
        spearman_low=np.where(own, -0.4, facts.attributes["spearman_low"]),
        spearman_high=np.where(own, 0.4, facts.attributes["spearman_high"]),
    )
    other = page(replace(facts, attributes=flat))
    assert "share_of_label 1 goes together" not in other
    assert "Label 1 is that of" not in other
    even = page(replace(facts, label_shares={"0": (0.5, 0.5), "1": (0.5, 0.5)}))
    assert "Label 1 is that of" not in even


def test_every_study_has_its_config() -> None:
    """A grouping of Diabetes each, on the test loss of all test rows."""
    for study in NATURAL_GROUPS.studies:
        config = load_config(ROOT / study.config).config
        assert config.name == study.name
        assert config.test_points.all
        assert "test_loss" in {evaluation.name for evaluation in config.evaluations or ()}
