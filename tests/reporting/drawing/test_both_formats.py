"""A figure drawn once gives the pictures that matplotlib gives when it draws it for each file."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import matplotlib.style
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

from groupinf.reporting.drawing.axes import axis_of_all, set_axes
from groupinf.reporting.drawing.both_formats import png_and_svg
from groupinf.reporting.drawing.figures import FIGURE_SETTINGS, figure_bytes
from groupinf.reporting.drawing.fixed_axes import FixedAxes

SVG = "{http://www.w3.org/2000/svg}"


def drawing(kind: type[Axes] = Axes, scale: float = 1.0, rasterized: bool = False) -> Figure:
    """Lines, bars, markers, an image, a mesh, text turned around, a legend, and axes of both kinds."""
    rng = np.random.default_rng(0)
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        figure = Figure(figsize=(7, 5), dpi=160)
        boxes = [(0.12 + 0.3 * i, 0.15 + 0.45 * j, 0.18, 0.25) for j in range(2) for i in range(3)]
        axes = [figure.add_axes(kind(figure, box)) for box in boxes]
        for i, ax in enumerate(axes):
            x, y = scale * rng.standard_normal((2, 60)) ** (3 if i % 2 else 1)
            ax.scatter(x, y, c="tab:red", edgecolors="white", alpha=0.8, rasterized=rasterized)
            ax.plot(np.sort(x), np.sort(y), linestyle="--", linewidth=2.0)
            set_axes(ax, axis_of_all(x), axis_of_all(y))
            ax.set(title=f"Panel {i}", xlabel="Across", ylabel="Up" if i % 3 == 0 else "")
        axes[0].bar([0.0, scale], [scale, -scale], width=0.3 * scale)
        axes[1].pcolormesh(scale * np.arange(4), scale * np.arange(4), rng.random((3, 3)), zorder=0)
        axes[2].imshow(rng.random((4, 4)), extent=(-scale, scale, -scale, scale), aspect="auto", cmap="gray", zorder=0)
        axes[3].hlines(scale * np.arange(3), 0, scale, linestyles="dotted")
        figure.text(0.01, 0.97, "Left\nand right: ρ, λ/n", va="top", rotation=0)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="upper right")
    return figure


def both(figure: Figure) -> tuple[bytes, bytes]:
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        return png_and_svg(figure, {"Date": None, "Creator": "groupinf"})


def pixels(png: bytes) -> NDArray[np.int64]:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int64)


@pytest.mark.parametrize("rasterized", [False, True])
def test_the_png_shows_what_matplotlib_draws(rasterized: bool) -> None:
    """Beside text, which begins on a whole pixel."""
    figure = drawing(rasterized=rasterized)
    for text in figure.findobj(Text):
        text.set_visible(False)
    ours, theirs = pixels(both(figure)[0]), pixels(figure_bytes(figure, "png"))
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= (4 if rasterized else 0)  # rounding, where an image is laid over another


def text_at(x: float, y: float, rotation: int, colour: str) -> Figure:
    """A figure of 800 x 480 pixels with two lines that begin at x and y."""
    with matplotlib.style.context(["default", FIGURE_SETTINGS]):
        figure = Figure(figsize=(5, 3), dpi=160)
        for right in (0, 200):
            at = {"rotation": rotation, "rotation_mode": "anchor", "va": "baseline", "ha": "left"}
            figure.text((x + right) / 800, y / 480, "Ag: −1·10⁻³, λ/n", color=colour, **at)
    return figure


@pytest.mark.parametrize("rotation", [0, 30, 90])
@pytest.mark.parametrize("colour", ["black", "#8c8c8c"])
def test_text_is_what_matplotlib_draws_from_the_nearest_pixel(rotation: int, colour: str) -> None:
    whole = pixels(both(text_at(100, 200, rotation, colour))[0])
    theirs = pixels(figure_bytes(text_at(100, 200, rotation, colour), "png"))
    assert (theirs < 200).sum() > 1000
    assert np.abs(whole - theirs).max() <= 4  # rounding, as it is laid over the page
    np.testing.assert_array_equal(pixels(both(text_at(100.3, 199.8, rotation, colour))[0]), whole)


def lengths(svg: bytes) -> tuple[float, float, list[float]]:
    """Width and height in points, and how wide its lines are there."""
    root = ElementTree.fromstring(svg)
    group = root.find(f"{SVG}g")
    assert group is not None
    found = re.fullmatch(r"scale\((.*)\)", group.get("transform", ""))
    scale = float(found[1]) if found else 1.0
    widths = re.findall(r"stroke-width: ([\d.]+)", svg.decode())
    width, height = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    return width, height, sorted({1.0, *(round(scale * float(of), 3) for of in widths)})  # 1 is not written


def test_the_svg_has_the_size_the_lines_and_the_texts_of_matplotlibs() -> None:
    figure = drawing()
    ours, theirs = both(figure)[1], figure_bytes(figure, "svg")
    assert lengths(ours) == lengths(theirs)
    for part in (b"<path", b"<use", b"<image", b"<!-- Panel 5 -->", b"<!-- Across -->"):
        assert ours.count(part) == theirs.count(part) > 0


def test_what_is_rasterized_is_an_image_and_text_stays_a_path() -> None:
    plain, rasterized = (both(drawing(rasterized=of))[1] for of in (False, True))
    assert rasterized.count(b"<image") == plain.count(b"<image") + 6
    assert rasterized.count(b"<!-- Panel") == 6
    assert len(ElementTree.fromstring(rasterized).findall(f".//{SVG}text")) == 0


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert both(drawing()) == both(drawing())


@pytest.mark.parametrize("scale", [1.0, 1e-5, 1e6])
def test_axes_with_fixed_ticks_look_like_any(scale: float) -> None:
    """Labels, ticks, powers of ten at the ends of axes and the labels below them stand where they do."""
    ours, theirs = (pixels(both(drawing(kind, scale))[0]) for kind in (FixedAxes, Axes))
    np.testing.assert_array_equal(ours, theirs)
