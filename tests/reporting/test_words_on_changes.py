"""Of runs that change groups differently comparisons say which does what; where all do the same they say nothing."""

from __future__ import annotations

import re

import pytest

from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.methods.influence import Influence
from groupinf.reporting.html.page import page_html
from groupinf.reporting.paper.lines import correlation_lines
from groupinf.reporting.paper.scatter import by_evaluation, by_lambda, by_method
from groupinf.reporting.tables.comparison import comparison_text
from groupinf.reporting.words.entries import labels

WORDS = {
    "removed": {"change": "remove"},
    "counted 2 times as much": {"change": "reweight", "factor": 2.0},
    "labelled as the other class": {"change": "relabel"},
    "labelled at random": {"change": "relabel", "to": "random"},
    "labelled yes": {"change": "relabel", "to": "yes"},
    "with targets moved by −1.5": {"change": "relabel", "shift": -1.5},
    "added": {"change": "add"},
}


@pytest.fixture
def of(make_run):
    """Runs by the words on their changes."""
    methods = ("influence", "parameter_influence", "newton")
    return lambda *words, **said: [make_run(methods=methods, change=WORDS[word], **said) for word in words]


@pytest.mark.parametrize("word", WORDS)
def test_a_change_has_words_with_its_options(of, word: str) -> None:
    [run] = of(word)
    assert run.manifest.change.done == word


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_conventions_that_differ_are_told_with_their_runs(of) -> None:
    removed, twice = of("removed", "counted 2 times as much")
    same = comparison_text([removed, removed], 10_000)
    assert same.count("Loss summed over points") == 1
    assert "groups removed" not in same
    both = comparison_text([removed, twice], 10_000)
    for words, effect in (
        ("removed", "without the group"),
        ("counted 2 times as much", "2 times as much, less f"),
    ):
        [line] = [line for line in both.splitlines() if line.startswith(f"groups {words}: Loss summed")]
        assert effect in line
    page = plain(page_html([removed, twice], "study", plotly=True))
    assert "groups removed: Loss summed" in page
    assert "groups counted 2 times as much: Loss summed" in page
    assert "Change" in page
    assert "groups removed" not in plain(page_html([removed], "study", plotly=True))


def test_a_convention_of_several_runs_names_all_of_them(of) -> None:
    [b] = of("counted 2 times as much", name="b")
    text = comparison_text([*of("removed", name="a"), b, *of("removed", name="c", lam_over_n=0.1, lam=120.0)], 10_000)
    assert "a, λ/n = 0.001 and c, λ/n = 0.1: Loss summed" in text
    assert "b, λ/n = 0.001: Loss summed" in text
    assert [line.split()[0] for line in text.splitlines() if "groups removed" in line] == ["a,", "c,"]


def test_names_say_the_change_where_nothing_else_tells_runs_apart(of) -> None:
    assert labels(of("removed", "labelled yes")) == ["groups removed", "groups labelled yes"]
    assert labels([*of("removed", name="a"), *of("labelled yes", name="b")]) == ["a", "b"]


def test_figures_head_runs_by_their_changes(of) -> None:
    measures = [("test_prediction", 7), ("test_loss", 7), ("self_loss", -1)]
    removed, added = of("removed", "added", measures=measures)
    heads = by_evaluation([removed, added], Influence).columns
    assert [head[-1] for head in heads] == ["groups removed", "groups added"]
    assert by_evaluation([removed, removed], Influence).columns[0][-1] == "λ/n = 0.001"
    foot = by_evaluation([removed, added], Influence).foot[-1]
    assert "Groups removed: Loss summed" in foot
    assert "Groups added: Loss summed" in foot
    assert not by_evaluation([removed, removed], Influence).foot[-1].startswith("Groups")
    assert [line.name for line in correlation_lines([[removed], [added]], TEST_LOSS) if line] == [
        "toy, groups removed",
        "toy, groups added",
    ]
    for rows in (by_method([removed, added]).rows, by_lambda([[removed], [added]]).rows):
        assert "groups removed" in rows[0].heading
        assert "groups added" in rows[-1].heading


def test_figures_state_the_unit_of_a_test_prediction(of) -> None:
    [plain_run] = of("removed", measures=[("test_prediction", 7), ("test_loss", 7)])
    [other] = of("removed", measures=[("test_loss", 7), ("test_prediction", 7)], dataset="b", classes=("x", "z"))
    assert "Test prediction: log-odds of class yes." in by_evaluation([plain_run], Influence).foot
    foot = by_evaluation([plain_run, other], Influence).foot
    assert "Test prediction: log-odds of class yes (toy)." in foot
    assert "Test prediction: log-odds of class z (b)." in foot
    [loss] = of("removed", measures=[("test_loss", 7)], evaluations=("test_loss",))
    assert not any("log-odds" in line for line in by_evaluation([loss], Influence).foot)
