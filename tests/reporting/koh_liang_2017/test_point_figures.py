"""Figures 1 and 4 of Koh and Liang (2017), and those of section 5.3, show the points of runs and say their numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from support.children import CHILDREN, children_run
from support.runs import unreported

from groupinf.errors import DataError
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.figures import FIGURES
from groupinf.reporting.koh_liang_2017.children import (
    CHILD,
    MARKED,
    PLAIN,
    children_figure,
    coefficients,
    coefficients_figure,
    larger_than_child,
)
from groupinf.reporting.koh_liang_2017.components import variants_figure
from groupinf.reporting.koh_liang_2017.kernel import distances_of, kernel_figure, model_heading, summary
from groupinf.reporting.koh_liang_2017.looks import STYLES
from groupinf.reporting.koh_liang_2017.perturbation import FIRST, SECOND, perturbation_figure, perturbations
from groupinf.reporting.single_rows.points import only_test_point, single_points
from groupinf.reporting.sources import Source
from groupinf.studies.group_effects.result import Run

IMAGES: dict[str, Any] = {
    "name": "digits",
    "dataset": {"name": "digits", "classes": [3, 8]},
    "model": {"intercept": "none"},
    "regularization": {"lambda_over_n": 0.01},
    "groups": {"builders": [{"builder": "single_rows", "strongest": 2}]},
    "test_points": {"indices": [4]},
    "evaluations": ["test_loss"],
    "methods": ["influence"],
    "points": True,
}


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return unreported(IMAGES, tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Run:
    model = {"loss": "hinge", "intercept": "none", "kernel": {"name": "rbf", "gamma": 1.0}}
    return unreported({**IMAGES, "name": "machine", "model": model}, tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return children_run(tmp_path_factory.mktemp("children"))


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.texts).replace("\n", " ")


def above(ax: Axes) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def drawn_points(ax: Axes) -> dict[str, np.ndarray]:
    """Points of a panel by their colour."""
    clouds = [cloud for cloud in ax.collections if isinstance(cloud, PathCollection)]
    return {to_hex(cloud.get_facecolor()[0]): np.asarray(cloud.get_offsets()) for cloud in clouds}


def pictures(figure: Figure) -> list[Axes]:
    return [ax for ax in figure.axes if ax.images]


def test_figure_1_has_influence_on_y_and_each_variant_on_x_by_label(images: Run) -> None:
    figure, of = variants_figure(images), only_test_point(images)
    rows, n = of.rows, len(of.rows)
    columns = [(rows["without_train_loss"], n), (rows["without_hessian"], 1), (rows["inner_product"], 1)]
    own = (rows["label"] == of.label).to_numpy()
    for ax, (values, scale) in zip(figure.axes[:3], columns, strict=True):
        x, y = scale * values.to_numpy(), n * rows["influence"].to_numpy()
        found = drawn_points(ax)
        for style, chosen in zip(STYLES.values(), (own, ~own), strict=True):
            points = found[style.colour.lower()]
            assert sorted(points[:, 0]) == pytest.approx(sorted(x[chosen]))
            assert sorted(points[:, 1]) == pytest.approx(sorted(y[chosen]))
        assert above(ax) == f"r = {np.corrcoef(x, y)[0, 1]:.3f}".replace("-", "−")
        (low, high), (bottom, top) = ax.get_xlim(), ax.get_ylim()
        assert low < x.min() < x.max() < high
        assert bottom < y.min() < y.max() < top


def test_figure_1_shows_the_test_image_and_the_fifth_most_harmful_row_of_its_label(images: Run) -> None:
    figure, of = variants_figure(images), only_test_point(images)
    harmful = of.rows[of.own].sort_values("influence").iloc[4]
    test, row = pictures(figure)
    assert row.get_title() == f"Row {harmful['row']}: {harmful['influence'] * len(of.rows):.3g}".replace("-", "−")
    assert images.shown is not None
    for ax, pixels in ((test, images.shown.of_test(4)), (row, images.shown.of(int(harmful["row"])))):
        shown = np.asarray(ax.images[0].get_array()).ravel()
        assert np.corrcoef(shown, pixels)[0, 1] == pytest.approx(1)
    assert f"{np.mean(of.rows[of.own]['influence'] < 0):.0%}".replace("%", " %") in words(figure)


def test_figure_1_of_rows_that_are_no_images_has_three_panels(hospital: Run) -> None:
    figure = variants_figure(hospital)
    assert len(figure.axes) == 3
    assert "Below: the fifth" not in words(figure)


def test_figure_4_has_influence_against_distance_and_the_most_helpful_images(images: Run, machine: Run) -> None:
    figure = kernel_figure([machine, images])
    panels = [ax for ax in figure.axes if not ax.images]
    assert [ax.get_title() for ax in panels] == ["digits, RBF kernel", "digits, linear"]
    for ax, run in zip(panels, (machine, images), strict=True):
        [of] = single_points(run)
        assert images.shown is not None
        found = np.vstack(list(drawn_points(ax).values()))
        assert sorted(found[:, 0]) == pytest.approx(sorted(of.rows["distance"]))
        assert sorted(found[:, 1]) == pytest.approx(sorted(of.rows["influence"]))
        assert ax.get_xlabel() == "Distance to test point 4"
        assert f"{model_heading(run)}: {summary(distances_of(run))}." in words(figure)
    headings = [ax.get_title() for ax in pictures(figure)]
    for at, run in ((0, machine), (4, images)):
        ordered = single_points(run)[0].rows.sort_values("influence", ascending=False, kind="stable")
        first, second = ordered.iloc[0], ordered.iloc[1]
        assert headings[at : at + 3] == [
            "The test image",
            f"Helpful 1: {first['row']}, class {first['label']}",
            f"Helpful 2: {second['row']}, class {second['label']}",
        ]
        label = single_points(run)[0].label
        assert headings[at + 3].endswith(f"class {({3, 8} - {label}).pop()}")


def test_distances_of_a_kernel_are_those_of_the_images(machine: Run, images: Run) -> None:
    assert distances_of(machine).test_points == (4,)
    on_pixels, of_kernel = (single_points(run)[0].rows["distance"].to_numpy() for run in (images, machine))
    assert of_kernel == pytest.approx(on_pixels)


def test_figure_4_says_of_which_data_no_image_is_shown(hospital: Run) -> None:
    figure = kernel_figure([hospital])
    assert not pictures(figure)
    assert "are no images, and none is shown" in words(figure)


def bars(ax: Axes) -> dict[str, list[tuple[float, str]]]:
    """Widths and colours of the bars of each name."""
    names = [label.get_text() for label in ax.get_yticklabels()]
    found: dict[str, list[tuple[float, str]]] = {name: [] for name in names}
    for patch in ax.patches:
        at = round(patch.get_y() + patch.get_height() / 2)  # type: ignore[attr-defined]
        found[names[at]].append((patch.get_width(), to_hex(patch.get_facecolor()).upper()))  # type: ignore[attr-defined]
    return found


def test_children_are_marked_among_the_most_helpful_and_harmful_rows(hospital: Run) -> None:
    [ax] = children_figure(hospital).axes
    rows = only_test_point(hospital).rows.sort_values("influence", ascending=False, kind="stable")
    ends = [*rows.head(10).to_dict("records"), *rows.tail(10).to_dict("records")]
    found = list(bars(ax).items())
    assert len(found) == 20
    for (name, [(width, colour)]), row in zip(found, ends, strict=True):
        child = row["row"] in CHILDREN
        assert name == f"{row['row']}, {row['label']}" + (", a child" if child else "")
        assert width == pytest.approx(row["influence"])
        assert colour == (MARKED if child else PLAIN)
    assert sum(name.endswith("a child") for name, _ in found) == len(CHILDREN)
    marks = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "|"]
    assert sorted(marks) == pytest.approx(sorted(row["actual"] for row in ends if not np.isnan(row["actual"])))


def test_the_child_indicator_is_marked_among_the_coefficients(hospital: Run) -> None:
    figure = coefficients_figure(hospital)
    found = bars(figure.axes[0])
    sizes = coefficients(hospital).abs().sort_values(ascending=False)
    assert list(found) == list(sizes.index)
    assert [width for [(width, _)] in found.values()] == pytest.approx(list(sizes))
    assert {name: colour for name, [(_, colour)] in found.items()}[CHILD] == MARKED
    larger = list(sizes.index).index(CHILD)
    assert larger_than_child(hospital) == larger
    assert f"{larger} feature" in words(figure)


def test_both_terms_of_the_perturbation_are_laid_end_to_end(hospital: Run) -> None:
    figure = perturbation_figure(hospital)
    table = perturbations(hospital)
    assert [ax.get_title().split(",")[0] for ax in figure.axes] == [f"Row {row}" for row in CHILDREN]
    for ax, row in zip(figure.axes, CHILDREN, strict=True):
        found, own = bars(ax), table[table["row"] == row].set_index("feature")
        assert set(found) == set(own.index)
        for name, widths in found.items():
            assert {colour: width for width, colour in widths} == pytest.approx(
                {FIRST: own.loc[name, "first"], SECOND: own.loc[name, "second"]}
            )
        marks = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "|"]
        assert sorted(marks) == pytest.approx(sorted(own["perturbation"]))


def test_features_of_a_column_stand_together(hospital: Run) -> None:
    moved = perturbations(hospital).assign(column=lambda of: of["feature"].str.split("_").str[0])
    figure = perturbation_figure(replace(hospital, perturbation=moved))
    for ax in figure.axes:
        columns = [label.get_text().split("_")[0] for label in ax.get_yticklabels()]
        assert len(list(dict.fromkeys(columns))) == sum(a != b for a, b in zip(columns, ["", *columns], strict=False))


@pytest.mark.parametrize(
    "name", ["koh-liang-1", "koh-liang-4", "koh-liang-coefficients", "koh-liang-children", "koh-liang-perturbation"]
)
def test_every_figure_is_a_file_of_its_runs(name: str, hospital: Run) -> None:
    drawn = FIGURES[name].draw([Source(hospital.path, (hospital,), is_sweep=False)])
    assert figure_bytes(drawn, "svg").startswith(b"<?xml")


def test_runs_that_lack_what_a_figure_shows_say_what_adds_it(hospital: Run, images: Run, tmp_path: Path) -> None:
    without = replace(hospital, points=None, perturbation=None)
    for draw in (variants_figure, children_figure, perturbation_figure):
        with pytest.raises(DataError, match="expected a run with points: true, found one without; groupinf evaluate"):
            draw(without)
    with pytest.raises(DataError, match="expected a run with points: true"):
        kernel_figure([without])
    with pytest.raises(DataError, match=r"perturbation of rows, found none; .*points.perturbation.strongest=4"):
        perturbation_figure(replace(hospital, perturbation=None))
    for draw in (children_figure, coefficients_figure):
        with pytest.raises(
            DataError, match=r"expected data with the feature age_\[0-10\), as diabetes has it, found none"
        ):
            draw(images)
    several = unreported({**IMAGES, "name": "several", "test_points": {"indices": [4, 5]}}, tmp_path)
    with pytest.raises(DataError, match="expected one test point, found 2"):
        variants_figure(several)
    summed = unreported({**IMAGES, "name": "summed", "test_points": {"all": True}}, tmp_path)
    with pytest.raises(DataError, match="of a single test point, found none"):
        kernel_figure([summed])
    three = unreported(
        {**IMAGES, "name": "three", "dataset": {"name": "digits", "classes": [1, 3, 8]}, "points": None}, tmp_path
    )
    with pytest.raises(DataError, match="expected one coefficient for each feature, found 3"):
        coefficients_figure(three)
