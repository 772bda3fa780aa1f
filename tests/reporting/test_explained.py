"""What is said of attributes is what goes together most with the effects, and whether that is told from 0."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from groupinf.analysis.pairs import pair_effects
from groupinf.reporting.html.page import page_html
from groupinf.reporting.words.entries import entries_of
from groupinf.reporting.words.explained import explained

RNG = np.random.default_rng(0)
N = 40


def explained_run(make_run, effects_of, **attributes):
    """A run of wards whose actual effects are those of a function of the measure, with these attributes."""
    run = make_run(kinds=["column ward"] * N)
    effects = run.effects.copy()
    for (evaluation, point), rows in effects[effects["method"] == "actual"].groupby(["evaluation", "test_point"]):
        effects.loc[rows.index, "effect"] = effects_of(evaluation, point)
    table = pd.DataFrame({"group": np.arange(N), **attributes})
    return replace(run, effects=effects, attributes=table)


def sentences(run):
    return explained(entries_of([run])[0])


def test_the_attribute_of_the_largest_correlation_is_named_with_the_test_point_and_what_size_says(make_run):
    size, beds = RNG.permutation(np.arange(1.0, N + 1)), RNG.permutation(np.arange(1.0, N + 1))

    def effects(evaluation, point):
        return {7: -beds + N / 2, 3: RNG.normal(size=N), -1: size}[point]

    of_loss, of_self = sentences(explained_run(make_run, effects, size=size, beds=beds))
    opening = (
        "Test loss, 2 attributes on 2 test points or sets: effects go most with beds (ρ −1.000 [−1.000, −1.000]) on"
    )
    assert of_loss.startswith(opening)
    assert " given size, ρ with size " in of_loss
    assert of_self == "Self-loss, 2 attributes: effects go most with size (ρ 1.000 [1.000, 1.000])."


def test_what_is_not_told_from_0_is_said_to_be(make_run):
    size = np.tile([1.0, 2.0], N // 2)
    run = explained_run(make_run, lambda *_: np.repeat(np.arange(N // 2), 2) + 0.01 * size, size=size)
    for line in sentences(run):
        assert "(ρ 0." in line
        assert ", not told from 0)" in line
    told = explained_run(make_run, lambda *_: size + 0.01 * np.arange(N), size=size)
    assert not any("not told from 0" in line for line in sentences(told))


def test_magnitudes_have_an_attribute_of_their_own(make_run):
    size, label = np.arange(1.0, N + 1), np.tile([0.0, 1.0], N // 2)
    run = explained_run(make_run, lambda *_: size * (2 * label - 1), size=size, label=label)
    for line in sentences(run):
        assert "effects go most with label (ρ 0." in line
        assert "their magnitudes with size (ρ 1.000" in line


def test_what_is_size_in_other_words_says_little_given_size(make_run):
    size = RNG.permutation(np.arange(1.0, N + 1))
    rows, effects = size + RNG.normal(scale=4, size=N), size + RNG.normal(scale=6, size=N)
    run = explained_run(make_run, lambda *_: effects, size=size + RNG.normal(scale=6, size=N), rows=rows)
    for line in sentences(run):
        plain, given = re.search(
            r"with rows \(ρ (\S+) .*?\).*?, (\S+) \[.*?\](?:, not told from 0)? given size", line
        ).groups()
        assert float(plain) > 0.8 > float(given.replace("−", "-"))


def test_the_page_has_them_of_natural_groups_alone(make_run):
    size = np.arange(1.0, N + 1)
    run = explained_run(make_run, lambda *_: size, size=size)
    assert pair_effects(run.effects).actual.shape[1] == N
    text = page_html([run], "wards", plotly=False)
    assert "What goes together with the effects of these groups?" in text
    assert "Self-loss, 1 attribute: effects go most with size" in text
    drawn = make_run()
    assert "What goes together with the effects" not in page_html([drawn], "drawn", plotly=False)
    assert "What goes together with the effects" not in page_html([run, run], "two", plotly=False)
