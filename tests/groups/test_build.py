"""Groups are numbered in the order of the config, and no builder's groups depend on another builder."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from groupinf.errors import DataError
from groupinf.groups.build import build_groups, build_one
from groupinf.groups.builders.builder import Builder
from groupinf.groups.builders.column import Column
from groupinf.groups.builders.file import GroupFile
from groupinf.groups.builders.random import Random
from groupinf.groups.builders.random_within_class import RandomWithinClass
from groupinf.groups.builders.registry import BUILDERS
from groupinf.groups.groups import Built, Group, Groups
from groupinf.groups.sizes import Sizes
from groupinf.groups.source import GroupSource

ALL = tuple(b(k=(2, 4)) if name.endswith("clusters") else b() for name, b in BUILDERS.items() if b.needs_sizes)
KINDS = tuple(kind.name for builder in ALL for kind in builder.kinds)


def _of_kind(groups: Groups, kind: str) -> list[tuple[list[int], str]]:
    return [(groups.members(g).tolist(), groups.made_from[g]) for g in range(len(groups)) if groups.kind[g] == kind]


def test_every_kind_is_built_in_the_order_of_the_config(make_source, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("group,index\nsouth,3\nnorth,1\nsouth,0\n")
    builders = (GroupFile(path=str(tmp_path / "own.csv")), *ALL, Column(column="ward"))
    groups, notes = build_groups(make_source(), builders)
    assert tuple(dict.fromkeys(groups.kind)) == ("file", *KINDS, "column ward")
    assert groups.name[:3] == ("south", "north", "2")
    assert groups.members(0).tolist() == [0, 3]
    assert len(groups) == 2 + 5 * 12 + 2 * 2 * 12 + 7 - sum("skipped" in note for note in notes)


@pytest.mark.parametrize("outputs", [1, 3])
def test_adding_or_moving_builders_leaves_the_others_alone(make_source, outputs: int) -> None:
    source = make_source(outputs=outputs)
    every, _ = build_groups(source, ALL)
    backwards, _ = build_groups(source, ALL[::-1])
    for options in ALL:
        alone, _ = build_groups(source, [options])
        for kind in set(alone.kind):
            assert _of_kind(alone, kind) == _of_kind(every, kind) == _of_kind(backwards, kind)


def test_a_repeated_builder_draws_from_its_own_stream(make_source) -> None:
    groups, _ = build_groups(make_source(), [Random(), Random()])
    drawn = _of_kind(groups, "random")
    assert drawn[:12] == _of_kind(build_groups(make_source(), [Random()])[0], "random")
    assert all(first != second for first, second in zip(drawn[:12], drawn[12:], strict=True))


def test_builders_may_run_in_any_order_and_elsewhere(make_source) -> None:
    def backwards_elsewhere(work, tasks):
        return [pickle.loads(pickle.dumps(work))(pickle.loads(pickle.dumps(t))) for t in list(tasks)[::-1]][::-1]

    here, notes = build_groups(make_source(), ALL)
    there, other_notes = build_groups(make_source(), ALL, map_builders=backwards_elsewhere)
    assert notes == other_notes
    assert here.made_from == there.made_from
    np.testing.assert_array_equal(here.indices, there.indices)
    np.testing.assert_array_equal(here.indptr, there.indptr)
    assert build_one.__module__ == "groupinf.groups.build"


def test_sparse_features_give_the_groups_of_dense_ones(make_source) -> None:
    dense, _ = build_groups(make_source(), ALL)
    sparse_groups, _ = build_groups(make_source(as_sparse=True), ALL)
    for kind in set(KINDS) - {"feature_clusters", "gradient_clusters"}:
        assert _of_kind(dense, kind) == _of_kind(sparse_groups, kind)
    assert dense.kind == sparse_groups.kind
    np.testing.assert_array_equal(dense.sizes, sparse_groups.sizes)


class Given(Builder):
    """Whatever rows it is given."""

    name: ClassVar = "given"
    needs_sizes: ClassVar = False
    rows: Any

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        return Built((Group("given", np.array([4, 2]), "two rows"), Group("given", self.rows, "whatever")))


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (np.array([], dtype=np.int64), "expected at least one row, found none"),
        (np.array([]), "expected at least one row, found none"),
        (np.array([3, 200]), "expected rows 0 to 199, found 200"),
        (np.array([3, -1]), "expected rows 0 to 199, found -1"),
        (np.array([3, 7, 3]), "expected every row once, found 3 more than once"),
        (np.array([3.0, 7.0]), "expected whole numbers, the rows of the group, found float64"),
        (np.arange(200) < 7, "found bool; np.flatnonzero gives the rows of a mask"),
        (np.array([[1, 2]]), "expected an array of one axis with the rows of the group, found an array of 2 axes"),
        ([1, 2], "expected an array of one axis with the rows of the group, found list"),
    ],
)
def test_what_a_builder_makes_must_be_groups_of_training_rows(make_source, rows: object, fault: str) -> None:
    with pytest.raises(DataError) as caught:
        build_groups(make_source(), [Given(rows=rows)])
    assert str(caught.value).startswith("builder given: group 1 (given, whatever): ")
    assert str(caught.value).endswith(fault)
    groups, _ = build_groups(make_source(), [Given(rows=np.array([9, 0, 5], dtype=np.uint8))])
    assert [groups.members(g).tolist() for g in range(2)] == [[2, 4], [0, 5, 9]]


def test_no_group_at_all_is_refused_with_the_notes(make_source) -> None:
    source = make_source(sizes=Sizes(min=0.95, max=1.0, num=3))
    with pytest.raises(DataError, match=r"no builder made a group\nrandom_within_class: 3 sizes above 180"):
        build_groups(source, [RandomWithinClass()])
