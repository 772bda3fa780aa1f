"""A figure drawn once for two files: each thing drawn goes to matplotlib's renderer of PNG and to that of SVG."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Transform
from matplotlib.typing import ColorType
from numpy.typing import NDArray
from PIL import Image

_POINTS_PER_INCH = 72
# of PNG files: of what the usual level 6 makes a file 4 % smaller with, this takes half the time
_COMPRESSION = 3
# texts that are remembered as they were drawn in pixels: of the figures of a report nearly all, few megabytes
_MOST_TEXTS = 1000
# pixels by which letters may reach beyond the box of their text
_OVERHANG = 3

Image8 = NDArray[np.uint8]
Box = tuple[float, float, float, float]


def png_and_svg(figure: Figure, metadata: Mapping[str, str | None]) -> tuple[bytes, bytes]:
    """The figure as a PNG and as an SVG file, which has the ``metadata``: laid out and drawn once.

    What is rasterized is one image in both. The same figure gives the same bytes.
    """
    text = io.StringIO()
    width, height = map(float, figure.bbox.size)
    renderer = _Both(width, height, figure.dpi, text, metadata)
    figure.draw(renderer)
    png = io.BytesIO()
    Image.fromarray(renderer.pixels()[..., :3]).save(
        png, "png", dpi=(figure.dpi, figure.dpi), compress_level=_COMPRESSION
    )
    renderer.end()
    return png.getvalue(), text.getvalue().encode()


@dataclass(frozen=True)
class _Written:
    """A text in pixels, (height, width, 4) from its lowest row up, whose lower left corner lies so far from where the
    text begins.
    """

    image: Image8
    left: int
    bottom: int


@lru_cache(_MOST_TEXTS)
def _written(text: str, font: FontProperties, angle: float, colour: ColorType, dpi: float, _: Any) -> _Written:
    """The text as it is drawn from the corner of a pixel. ``_`` are the settings that it depends on beside."""
    width, height, descent = RendererAgg(1, 1, dpi).get_text_width_height_descent(text, font, False)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = np.array([(x, y) for x in (0.0, width) for y in (-descent, height - descent)]) @ [[cos, sin], [-sin, cos]]
    left, bottom = np.floor(corners.min(axis=0)).astype(int) - _OVERHANG
    right, top = np.ceil(corners.max(axis=0)).astype(int) + _OVERHANG
    renderer = RendererAgg(right - left, top - bottom, dpi)
    gc = renderer.new_gc()
    gc.set_foreground(colour)
    renderer.draw_text(gc, -left, top, text, font, angle)
    return _Written(np.asarray(renderer.buffer_rgba())[::-1].copy(), int(left), int(bottom))


class _Both(RendererBase):
    """Draws in pixels on both; the SVG file scales them to points. Hatches, which no figure has, would be too dense."""

    def __init__(
        self, width: float, height: float, dpi: float, text: io.StringIO, metadata: Mapping[str, str | None]
    ) -> None:
        super().__init__()
        self._dpi, self._size = dpi, (width, height)
        self._agg = self._canvas = RendererAgg(width, height, dpi)
        scale = _POINTS_PER_INCH / dpi
        self._svg = RendererSVG(width * scale, height * scale, text, metadata=dict(metadata))
        self._svg.writer.start("g", transform=f"scale({scale!r})")
        self._svg.width, self._svg.height = width, height
        self._layer: RendererAgg | None = None
        self._drawn_in: list[Box | None] = []

    def pixels(self) -> Image8:
        """What the PNG file shows, (height, width, 4)."""
        return np.asarray(self._agg.buffer_rgba())

    def end(self) -> None:
        """Close the SVG file."""
        self._svg.writer.end("g")
        self._svg.finalize()

    # what artists ask

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._size

    def points_to_pixels(self, points: Any) -> Any:
        return points * self._dpi / _POINTS_PER_INCH

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        width, height, descent = self._agg.get_text_width_height_descent(s, prop, ismath)
        return width, height, descent

    def option_image_nocomposite(self) -> bool:
        return True

    # what they draw

    def open_group(self, s: str, gid: str | None = None) -> None:
        self._svg.open_group(s, gid)

    def close_group(self, s: str) -> None:
        self._svg.close_group(s)

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        self._on(gc).draw_path(gc, path, transform, rgbFace)
        if self._vectors:
            self._svg.draw_path(self._in_pixels(gc), path, transform, rgbFace)

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        self._on(gc).draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
        if self._vectors:
            self._svg.draw_markers(self._in_pixels(gc), marker_path, marker_trans, path, trans, rgbFace)

    def draw_path_collection(
        self,
        gc: GraphicsContextBase,
        master_transform: Transform,
        paths: Sequence[Path],
        all_transforms: Any,
        offsets: Any,
        offset_trans: Transform,
        facecolors: Any,
        edgecolors: Any,
        linewidths: Any,
        linestyles: Any,
        *rest: Any,
        **hatches: Any,
    ) -> None:
        before = master_transform, paths, all_transforms, offsets, offset_trans, facecolors, edgecolors
        self._on(gc).draw_path_collection(gc, *before, linewidths, linestyles, *rest, **hatches)
        if self._vectors:
            widths = [self.points_to_pixels(width) for width in linewidths]
            styles = [self._dashes(*style) for style in linestyles]
            self._svg.draw_path_collection(self._in_pixels(gc), *before, widths, styles, *rest, **hatches)

    def draw_quad_mesh(self, gc: GraphicsContextBase, *mesh: Any) -> None:
        self._on(gc).draw_quad_mesh(gc, *mesh)
        if self._vectors:
            self._svg.draw_quad_mesh(self._in_pixels(gc), *mesh)

    def draw_image(self, gc: GraphicsContextBase, x: float, y: float, im: Any, transform: Any = None) -> None:
        self._on(gc).draw_image(gc, x, y, im)
        if self._vectors:
            self._svg.draw_image(self._in_pixels(gc), x, y, im)

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        if ismath or gc.get_alpha() != 1:
            self._on(gc).draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        else:
            self._write(gc, x, y, s, prop, angle)
        if self._vectors:
            in_pixels = prop.copy()
            in_pixels.set_size(self.points_to_pixels(prop.get_size_in_points()))
            self._svg.draw_text(self._in_pixels(gc), x, y, s, in_pixels, angle, ismath, mtext)

    def _write(self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: FontProperties, angle: float) -> None:
        """Put a text where it begins on whole pixels: most are numbers of axes, and alike in many panels and figures.

        The letters of each would else be drawn again at another fraction of a pixel, a quarter of a figure's time.
        """
        settings = (rcParams["text.hinting"], rcParams["text.hinting_factor"])
        written = _written(s, prop, angle, gc.get_rgb(), self._dpi, settings)
        canvas = self._on(gc)
        canvas.draw_image(gc, round(x) + written.left, round(canvas.height - y) + written.bottom, written.image)

    # what is rasterized

    def start_rasterizing(self) -> None:
        """Draw on a layer of its own, from here on."""
        self._layer = self._layer or RendererAgg(*self._size, self._dpi)
        self._canvas, self._drawn_in = self._layer, []

    def stop_rasterizing(self) -> None:
        """Put what of the layer was drawn on into both as an image, and clear it."""
        layer = np.asarray(self._canvas.buffer_rgba())
        self._canvas = self._agg
        left, bottom, right, top = self._bounds()
        rows = slice(layer.shape[0] - top, layer.shape[0] - bottom)
        image = layer[rows, left:right][::-1].copy()
        layer[rows, left:right] = 0
        self.draw_image(self.new_gc(), left, bottom, image)

    def _bounds(self) -> tuple[int, int, int, int]:
        """Left, bottom, right and top of what was drawn on, by what clipped it."""
        width, height = map(int, self._size)
        boxes = np.array([box or (0, 0, width, height) for box in self._drawn_in] or [(0, 0, 0, 0)])
        left, bottom = np.floor(boxes[:, :2].min(axis=0)).astype(int)
        right, top = np.ceil((boxes[:, :2] + boxes[:, 2:]).max(axis=0)).astype(int) + 1
        return max(left, 0), max(bottom, 0), min(right, width), min(top, height)

    @property
    def _vectors(self) -> bool:
        return self._canvas is self._agg

    def _on(self, gc: GraphicsContextBase) -> RendererAgg:
        """What is drawn on; on a layer it is kept where."""
        if not self._vectors:
            clip = gc.get_clip_rectangle()
            self._drawn_in.append(None if clip is None else tuple(clip.bounds))
        return self._canvas

    def _in_pixels(self, gc: GraphicsContextBase) -> GraphicsContextBase:
        """With lines as wide as they are, in the units of the file; others are told in points."""
        scaled = self._svg.new_gc()
        scaled.copy_properties(gc)
        scaled.set_linewidth(self.points_to_pixels(gc.get_linewidth()))
        scaled.set_dashes(*self._dashes(*gc.get_dashes()))
        return scaled

    def _dashes(self, offset: float, dashes: Any) -> tuple[float, list[float] | None]:
        if dashes is None:
            return offset, None
        return self.points_to_pixels(offset), [self.points_to_pixels(length) for length in dashes]
