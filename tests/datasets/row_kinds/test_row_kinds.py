"""A row is shown as what it is: an image as its pixels, a text by its words, a row of a table by its columns."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.row_kinds.images import Images
from groupinf.datasets.row_kinds.registry import ROW_KINDS
from groupinf.datasets.row_kinds.row_kind import Entries, Entry, FeatureFacts
from groupinf.datasets.row_kinds.tables import Tables
from groupinf.datasets.row_kinds.texts import Texts

MANY = 99


def facts(names: list[str], columns: list[str] | None = None) -> FeatureFacts:
    return FeatureFacts(tuple(names), tuple(columns or names), np.zeros(len(names)), np.ones(len(names)))


def words(drawn: object) -> list[tuple[str, str, str]]:
    assert isinstance(drawn, Entries)
    return [(entry.name, entry.value, entry.beside) for entry in drawn.shown]


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 3)])
def test_the_pixels_of_an_image_stand_line_by_line_and_colour_by_colour(shape: tuple[int, ...]) -> None:
    row = np.array([float(sum(p * 7**i for i, p in enumerate(at))) for at in itertools.product(*map(range, shape))])
    pixels = Images(shape=shape).drawn(row, facts([]), None, MANY).pixels
    assert pixels.shape == shape
    for at in itertools.product(*map(range, shape)):
        assert pixels[at] == pytest.approx(sum(p * 7**i for i, p in enumerate(at)) / row.max())


def test_an_image_goes_from_its_least_value_to_its_largest() -> None:
    found = Images(shape=(1, 3)).drawn(np.array([-2.0, 0.0, 2.0]), facts([]), None, MANY)
    np.testing.assert_array_equal(found.pixels, [[0.0, 0.5, 1.0]])
    flat = Images(shape=(1, 3)).drawn(np.full(3, 7.0), facts([]), None, MANY)
    np.testing.assert_array_equal(flat.pixels, np.zeros((1, 3)))


def test_sparse_images_may_end_early_and_others_may_not() -> None:
    images = Images(shape=(2, 2))
    assert images.fault(4, sparse=False) == ""
    assert images.fault(3, sparse=True) == ""
    assert images.fault(3, sparse=False) == "images of 2 × 2 pixels have 4 values, found rows of 3 features"
    assert "found rows of 5 features" in images.fault(5, sparse=True)
    np.testing.assert_array_equal(
        images.drawn(np.array([0.0, 1.0, 2.0]), facts([]), None, MANY).pixels, [[0.0, 0.5], [1.0, 0.0]]
    )


def test_a_text_is_its_most_frequent_words_with_those_of_the_other_text_beside() -> None:
    of = facts(["buy", "hello", "now", "you"])
    row, other = np.array([2.0, 0.0, 5.0, 2.0]), np.array([1.0, 4.0, 0.0, 0.0])
    assert words(Texts().drawn(row, of, other, MANY)) == [("now", "5", ""), ("buy", "2", "1"), ("you", "2", "")]
    assert Texts().drawn(row, of, other, 2).left == 1
    assert words(Texts().drawn(row, of, None, 1)) == [("now", "5", "")]
    assert Texts().drawn(np.zeros(4), of, other, MANY) == Entries((), 0)


def test_a_row_of_a_table_begins_with_the_column_in_which_it_and_the_other_row_are_both_far_from_the_mean() -> None:
    of = FeatureFacts(("age", "dose"), ("age", "dose"), np.array([40.0, 0.5]), np.array([20.0, 0.1]))
    row = np.array([60.0, 0.9])  # one deviation, and four
    assert words(Tables().drawn(row, of, np.array([42.0, 0.6]), MANY)) == [("dose", "0.9", "0.6"), ("age", "60", "42")]
    # of the same dose as most, the other row has nothing to do with that of this one; far on the other side it has
    assert words(Tables().drawn(row, of, np.array([42.0, 0.5]), MANY))[0] == ("age", "60", "42")
    assert words(Tables().drawn(row, of, np.array([60.0, 0.1]), MANY)) == [
        ("dose", "0.9", "0.1"),
        ("age", "60", "same"),
    ]
    # alone it is compared with the mean, of which nothing is said
    assert words(Tables().drawn(row, of, None, 1)) == [("dose", "0.9", "")]
    assert Tables().drawn(row, of, None, 1).left == 1


def test_values_that_are_features_are_shown_as_the_column_that_they_were() -> None:
    names = ["age", "ward=a", "ward=b", "ward=c", "sex=male"]
    of = facts(names, ["age", "ward", "ward", "ward", "sex"])
    row, other = np.array([3.0, 0, 1, 0, 0]), np.array([3.0, 0, 0, 0, 1])
    shown = {name: (value, beside) for name, value, beside in words(Tables().drawn(row, of, other, MANY))}
    assert shown == {"age": ("3", "same"), "ward": ("b", "another"), "sex": ("not male", "male")}
    known = replace(of, left_out={"sex": "female"})
    assert ("sex", "female", "male") in words(Tables().drawn(row, known, other, MANY))
    assert ("sex", "male", "female") in words(Tables().drawn(other, known, row, MANY))


def test_the_features_of_a_column_link_rows_together() -> None:
    names = ["ward=a", "ward=b", "dose"]
    of = FeatureFacts(tuple(names), ("ward", "ward", "dose"), np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.5, 1.0]))
    row = np.array([1.0, 0.0, 1.5])
    # each feature of the ward alone links rows by 1, the dose by 1.5, both of the ward by 2
    assert words(Tables().drawn(row, of, np.array([1.0, 0.0, 1.0]), MANY)) == [
        ("ward", "a", "same"),
        ("dose", "1.5", "1"),
    ]


def test_datasets_by_name_have_as_many_features_as_their_rows_need() -> None:
    faults = {known.name for known in KNOWN.values() if known.facts.rows_are.fault(known.facts.d, sparse=False)}
    assert faults == {"mnist_4_9_network"}  # whose rows are known by their pixels, not by its features
    shown = {known.name: known.facts.rows_are.name for known in KNOWN.values()}
    assert {name for name, kind in shown.items() if kind == "images"} >= {"digits", "mnist", "mnist_small"}
    assert {name for name, kind in shown.items() if kind == "texts"} == {"enron", "enron_spacy"}
    assert shown["breast_cancer"] == "tables"


@pytest.mark.parametrize("shape", [[28], [2, 2, 2], [0, 3], [2, 2, 3, 1]])
def test_an_image_has_a_height_a_width_and_perhaps_three_colours(shape: list[int]) -> None:
    with pytest.raises(ValidationError):
        Images.model_validate({"shape": shape})


def test_every_kind_says_what_sentences_call_it() -> None:
    made = {"images": Images(shape=(8, 8)), "texts": Texts(), "tables": Tables()}
    assert {*made} == {*ROW_KINDS}
    assert len({kind.in_text for kind in made.values()}) == len(made)
    assert Entry("a", "1").beside == ""
