"""Feature, class, random and tail groups have the sizes asked for and the members that brute force finds."""

from __future__ import annotations

import re
from typing import get_args

import numpy as np
import pytest

from groupinf.errors import DataError
from groupinf.groups.builders.influence_tails import InfluenceTails, tail_stages
from groupinf.groups.builders.random import Random
from groupinf.groups.builders.random_within_class import RandomWithinClass
from groupinf.groups.builders.registry import BUILDERS
from groupinf.groups.builders.shared_feature import SharedFeature
from groupinf.groups.sizes import Sizes

SMALL = ("shared_feature", "random_within_class", "random", "influence_tails")


@pytest.mark.parametrize("name", BUILDERS)
def test_the_key_builder_holds_the_registered_name_and_no_other(name: str) -> None:
    field = BUILDERS[name].model_fields["builder"]
    assert (get_args(field.annotation), field.default) == ((name,), name)


@pytest.mark.parametrize("name", SMALL)
def test_members_are_distinct_training_rows_and_the_same_for_the_same_stream(make_source, name: str) -> None:
    source, builder = make_source(), BUILDERS[name]()
    built = builder.build(source, np.random.default_rng(7))
    again = builder.build(source, np.random.default_rng(7))
    other = builder.build(source, np.random.default_rng(8))
    members = [g.indices.tolist() for g in built.groups]
    assert members == [g.indices.tolist() for g in again.groups]
    assert members != [g.indices.tolist() for g in other.groups]
    for group in built.groups:
        assert (np.diff(group.indices) > 0).all()
        assert 0 <= group.indices[0] <= group.indices[-1] < source.dataset.n
        assert group.indices.dtype == np.int64


@pytest.mark.parametrize("name", SMALL)
def test_sizes_are_needed(make_source, name: str) -> None:
    with pytest.raises(DataError, match=r"groups\.sizes: expected"):
        BUILDERS[name]().build(make_source(sizes=None), np.random.default_rng(0))


def test_random_has_one_group_per_size_and_misses_no_point(make_source) -> None:
    source = make_source(sizes=Sizes(min=0.25, max=0.5, num=100))
    groups = Random().build(source, np.random.default_rng(0)).groups
    assert [g.indices.size for g in groups] == list(source.group_sizes())
    assert {g.kind for g in groups} == {"random"}
    assert np.unique(np.concatenate([g.indices for g in groups])).size == source.dataset.n


def test_random_within_class_stays_in_a_class_and_reports_what_it_skips(make_source) -> None:
    source = make_source(sizes=Sizes(min=0.05, max=1.0, num=39))  # 180 rows of "no", 20 of "yes"
    built = RandomWithinClass().build(source, np.random.default_rng(0))
    labels = np.array(source.dataset.classes)[source.dataset.y_train]
    for group in built.groups:
        assert {f"class {label}" for label in labels[group.indices]} == {group.made_from}
    assert [g.indices.size for g in built.groups] == [s for s in source.group_sizes() if s <= 180]
    assert built.notes == ("random_within_class: 4 sizes above 180, which no class can fill, were skipped",)


def test_random_within_class_needs_classes(make_source) -> None:
    source = make_source(task="regression")
    with pytest.raises(DataError, match="found a regression task"):
        RandomWithinClass().build(source, np.random.default_rng(0))


@pytest.mark.parametrize("as_sparse", [False, True])
def test_shared_feature_holds_the_closest_points(make_source, as_sparse: bool) -> None:
    X = make_source().dataset.X_train  # about 30 % zeros: many ties
    source = make_source(as_sparse=as_sparse, sizes=Sizes(min=0.02, max=0.6, num=60))
    groups = SharedFeature().build(source, np.random.default_rng(0)).groups
    assert [g.indices.size for g in groups] == list(source.group_sizes())
    seen = set()
    for group in groups:
        feature, row = map(int, re.fullmatch(r"feature f(\d+) near row (\d+)", group.made_from).groups())
        distance = np.abs(X[:, feature] - X[row, feature])
        inside = np.isin(np.arange(200), group.indices)
        assert distance[inside].max() <= distance[~inside].min()
        seen.add(feature)
    assert seen == set(range(5))


def test_shared_feature_breaks_ties_at_random(make_source) -> None:
    source = make_source(d=1, sizes=Sizes(min=0.1, max=0.1, num=2000))
    source.dataset.X_train[:] = 1.0
    groups = SharedFeature().build(source, np.random.default_rng(0)).groups
    times = np.bincount(np.concatenate([g.indices for g in groups]), minlength=200)
    # 2,000 draws of a tenth: 200 each, standard deviation 13.4
    assert 140 < times.min() <= times.max() < 260


def test_tails_are_drawn_from_their_end_of_the_ordering(make_source) -> None:
    sizes = Sizes(min=0.01, max=0.5, num=30)
    source = make_source(n=400, sizes=sizes)
    groups = list(InfluenceTails().build(source, np.random.default_rng(0)).groups)
    stages, _ = tail_stages(sizes, 400)
    expected = [
        (kind, test_point, size, stage.window, column)
        for column, test_point in enumerate(source.test_points)
        for kind in ("positive_tail", "negative_tail")
        for stage in stages
        for size in stage.sizes
    ]
    assert len(expected) == len(groups) == 120
    for group, (kind, test_point, size, window, column) in zip(groups, expected, strict=True):
        assert (group.kind, group.test_point, group.indices.size) == (kind, test_point, size)
        influence = source.influence[:, column]
        rank = np.array([(influence > influence[i]).sum() for i in group.indices])
        assert (rank < window).all() if kind == "positive_tail" else (rank >= 400 - window).all()
        assert group.made_from.startswith(f"{size} of the {window} points of ")
    assert "test point 3" in groups[0].made_from
    assert "all test points" in groups[-1].made_from


def test_tails_reach_the_whole_window(make_source) -> None:
    source = make_source(n=400, sizes=Sizes(min=0.01, max=0.5, num=90))
    groups = InfluenceTails().build(source, np.random.default_rng(0)).groups
    words = " of the 300 points of smallest influence on test point 3"
    last_stage = [g.indices for g in groups if g.made_from == f"{g.indices.size}{words}"]
    assert np.unique(np.concatenate(last_stage)).size == 300
