"""What is said of a gap is said of its size before and after: a signed difference that rises may widen or narrow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.page_tables import with_effects

from groupinf.analysis.pairs import ACTUAL
from groupinf.reporting.html.page import page_html
from groupinf.reporting.tables.ranking import natural_listings
from groupinf.reporting.tables.terminal import spearman_text
from groupinf.reporting.words.entries import entries_of
from groupinf.reporting.words.evaluation_answers import evaluation_answers
from groupinf.reporting.words.formats import shorten_value
from groupinf.reporting.words.gaps import gap_words, signs_line
from groupinf.reporting.words.summary import measure_name
from groupinf.studies.group_effects.manifest import NamedValue
from groupinf.studies.group_effects.result import Run
from groupinf.test_point_labels import FIRST_COMPARED as TPR

WORST = TPR - 1
NAME = "TPR, m minus f"


@pytest.fixture
def gap_run(make_run: Callable[..., Run]) -> Callable[..., Run]:
    """Twelve wards, of which ward 3 changes the difference of TPR by ``effect``, and no other any value as far."""

    def made(before: float, effect: float, **manifest: Any) -> Run:
        named = (
            NamedValue("disparity", TPR, NAME, "TPR", before),
            NamedValue("disparity", WORST, "worst loss", "worst loss"),
        )
        measures, scales = [("disparity", TPR), ("disparity", WORST)], {"disparity": 1.0}
        about = {"named_values": named, "evaluations": ("disparity",), "scales": scales, **manifest}
        run = make_run(["column ward"] * 12, measures=measures, **about)
        rows = run.effects
        small = 1e-3 * (1.0 + rows["group"] % 5)
        chosen = (rows["group"] == 3) & (rows["test_point"] == TPR) & (rows["method"] == ACTUAL)
        return with_effects(run, small.mask(chosen, effect))

    return made


@pytest.mark.parametrize(
    ("before", "effect", "words"),
    [
        (-0.105, -0.1, "lowers the signed difference TPR, m minus f by 0.1, from −0.105 to −0.205: the gap widens"),
        (0.105, 0.1, "raises the signed difference TPR, m minus f by 0.1, from 0.105 to 0.205: the gap widens"),
        (-0.105, 0.1, "raises the signed difference TPR, m minus f by 0.1, from −0.105 to −0.005: the gap narrows"),
        (-0.005, 0.1, "raises the signed difference TPR, m minus f by 0.1, from −0.005 to 0.095: the gap turns round "),
    ],
)
def test_the_group_that_matters_most_widens_or_narrows_a_gap(gap_run, before: float, effect: float, words: str) -> None:
    run = gap_run(before, effect)
    [line] = evaluation_answers(entries_of([run]))
    assert f"; group 3 matters most for TPR: removing it {words}" in line
    assert "matter most for worst loss: removing any of them raises worst loss by 0.005" in line
    assert "lowers disparity" not in spearman_text(run, 100)


def test_the_size_of_a_gap_is_what_it_is_before_and_after() -> None:
    for before in (-0.3, -0.01, 0.0, 0.2):
        for effect in (-0.5, -0.1, 0.004, 0.4):
            widens = abs(before + effect) > abs(before)
            assert gap_words(before, effect).endswith(("widens", "opens")) == widens
            assert ("turns round" in gap_words(before, effect)) == (before * (before + effect) < 0)
    assert gap_words(0.25, -0.25).endswith("the gap closes")
    assert gap_words(0.25, -0.5).endswith("the gap turns round and keeps its size")


def test_each_measure_has_tables_of_its_own_with_sizes_of_gaps(gap_run) -> None:
    run = gap_run(-0.105, -0.1)
    listings = {of.heading: of.lines for of in natural_listings(run)}
    head, first = listings["Disparity, TPR, a signed difference, falls most by removing a group"]
    assert dict(zip(head, first, strict=True))["gap"] == "0.105 → 0.205"
    assert dict(zip(head, first, strict=True))["as fitted"] == "−0.105"
    assert "gap" not in listings["Disparity, worst loss, rises most by removing a group"][0]
    assert "Disparity, worst loss, falls most by removing a group" not in listings
    rises = listings["Disparity, TPR, a signed difference, rises most by removing a group"]
    assert dict(zip(head, rises[1], strict=True))["gap"] == "0.105 → 0.1"


def test_the_page_says_how_signed_differences_are_read(gap_run, make_run) -> None:
    run = gap_run(-0.105, -0.1)
    line = signs_line(run, "disparity")
    assert line.endswith("With the model as fitted they are TPR, m minus f −0.105.")
    assert line in page_html([run], "study", plotly=False)
    assert signs_line(make_run(), "test_loss") == ""
    unknown = (NamedValue("disparity", TPR, NAME), NamedValue("disparity", WORST, "worst loss"))
    before = gap_run(-0.105, -0.1, named_values=unknown)
    assert signs_line(before, "disparity") == ""
    assert "the gap" not in evaluation_answers(entries_of([before]))[0]


def test_a_name_keeps_what_is_subtracted_from_what() -> None:
    name = "parity, sex=male, race=AfricanAmerican minus sex=female, race=Caucasian"
    shown = measure_name("disparity", TPR, {TPR: name})
    assert shown == "parity, sex=ma…AfricanAmerican minus sex=female, race=Caucasian"
    assert shorten_value("parity, Caucasian minus AfricanAmerican", 30) == "parity, Caucasian minus AfricanAmerican"
    assert np.char.count(shorten_value(name, 12), " minus ") == 1
