"""The figure of training rows has every row where its numbers are, and the strongest as what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from support.single_rows import ROWS, with_points

from groupinf.datasets.row_kinds.row_kind import Entries, Entry, Picture
from groupinf.points.shown_rows import ShownRows
from groupinf.reporting.drawing.row_drawings import draw_row
from groupinf.reporting.drawing.single_rows import (
    MOST_DRAWN,
    OTHER,
    ROW,
    SAME,
    figure_words,
    single_rows_figure,
    strongest_measure,
)
from groupinf.studies.group_effects.result import Run


@pytest.fixture
def run(make_run) -> Run:
    return with_points(make_run(), retrain=0)


def drawn(run: Run) -> Figure:
    figure = single_rows_figure(run)
    assert figure is not None
    return figure


def marks(figure: Figure, colour: str) -> list[list[float]]:
    lines = [line for line in figure.axes[0].lines if to_hex(line.get_color()) == colour.lower()]
    return [pair for line in lines for pair in np.column_stack(line.get_data()).tolist()]


def test_every_row_stands_at_its_distance_and_influence_by_its_label(run: Run) -> None:
    assert run.points is not None
    measure = strongest_measure(run)
    largest = run.points[run.points["evaluation"] == "test_loss"].set_index("test_point")["influence"].abs().idxmax()
    assert measure == ("test_loss", largest)
    rows = run.points[(run.points["evaluation"] == "test_loss") & (run.points["test_point"] == largest)]
    same = (rows["label"] == "no").to_numpy()  # of both test points
    places = rows[["distance", "influence"]].to_numpy()
    assert marks(drawn(run), SAME.colour) == places[same].tolist()
    assert marks(drawn(run), OTHER.colour) == places[~same].tolist()
    assert figure_words(run) == f"Training rows that matter most: Test loss, test point {largest}"


def test_what_stands_above_a_row_does_not_reach_into_the_next(run: Run) -> None:
    """Keys, labels and numbers may each be as wide as a row is drawn."""
    assert run.points is not None
    labels = {"no": "not at all likely", "yes": "as good as certain"}
    points = run.points.assign(key="patient-0123456789", label=run.points["label"].map(labels))
    X = np.random.default_rng(0).random((ROWS, 64))
    shown = ShownRows(np.arange(ROWS), X, np.array([3, 7]), X[:2], tuple(map(str, range(64))))
    figure = drawn(replace(run, config={"dataset": {"name": "digits"}}, points=points, shown=shown))
    figure.draw_without_rendering()
    titles = [ax._left_title for ax in figure.axes if ax.images] + figure.texts
    boxes = [text.get_window_extent() for text in titles]
    assert len(titles) > 2 * MOST_DRAWN
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_sum_is_drawn_by_leverage_in_one_colour(run: Run) -> None:
    assert run.points is not None
    one = run.points[(run.points["test_point"] == 7) & (run.points["evaluation"] == "test_loss")]
    of_sum = replace(run, points=one.assign(test_point=-1, distance=np.nan))
    assert marks(drawn(of_sum), ROW.colour) == one[["leverage", "influence"]].to_numpy().tolist()
    assert drawn(of_sum).axes[0].get_xlabel() == "Leverage"


def test_the_strongest_images_are_drawn_with_their_pixels_beside_the_test_row(run: Run) -> None:
    assert run.points is not None
    X = np.random.default_rng(0).random((ROWS, 64))
    shown = ShownRows(np.arange(ROWS), X, np.array([3, 7]), X[:2], tuple(map(str, range(64))))
    figure = drawn(replace(run, config={"dataset": {"name": "digits"}}, shown=shown))
    images = {ax.get_title(loc="left"): ax.images[0].get_array() for ax in figure.axes if ax.images}
    assert len(images) == 1 + 2 * MOST_DRAWN
    rows = run.points[(run.points["evaluation"] == "test_loss") & (run.points["test_point"] == 7)]
    for best in (rows.nlargest(MOST_DRAWN, "influence"), rows.nsmallest(MOST_DRAWN, "influence")):
        for row in best["row"]:
            [found] = [image for title, image in images.items() if title.startswith(f"row {row}\nlabel ")]
            expected = (X[row] - X[row].min()) / np.ptp(X[row])
            np.testing.assert_allclose(found, expected.reshape(8, 8))
    assert "test point 7\nlabel no" in images


def test_rows_that_were_not_kept_are_left_out_and_a_run_without_points_has_no_figure(run: Run) -> None:
    assert len(drawn(replace(run, shown=None)).axes) == 1
    assert single_rows_figure(replace(run, points=None)) is None
    assert figure_words(replace(run, points=None)) == ""
    assert run.points is not None
    assert single_rows_figure(replace(run, points=run.points.assign(influence=0.0))) is None


def test_entries_that_have_no_room_are_left_out_and_long_ones_shortened() -> None:
    figure = Figure(figsize=(2.0, 1.0))
    ax = figure.add_axes((0.0, 0.0, 0.5, 1.0))
    draw_row(ax, Entries(tuple(Entry(f"word{'x' * 30}{i}", "1") for i in range(40)), 0))
    figure.draw_without_rendering()
    box = ax.texts[0].get_window_extent()
    assert 0 < box.height <= figure.bbox.height
    assert 0 < box.width <= 0.5 * figure.bbox.width * 1.02
    assert "word" in ax.texts[0].get_text()
    assert "…" in ax.texts[0].get_text()


def test_an_image_in_colour_is_drawn_in_colour() -> None:
    ax = Figure().add_subplot()
    pixels = np.random.default_rng(0).random((3, 4, 3))
    draw_row(ax, Picture(pixels))
    np.testing.assert_array_equal(ax.images[0].get_array(), pixels)
