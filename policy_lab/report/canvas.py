"""A canvas on which a figure of matplotlib is drawn once, and is an SVG and pixels thereafter.

Most of drawing is finding out where everything goes, so that is not done again for each kind of file. Places and
measures are those of the SVG, in points; the pixels are the same strokes, larger.
"""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, TransformedPath
from numpy.typing import NDArray

POINTS: Final = 72
_NO_METADATA: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}


class Canvas(RendererSVG):
    """What a figure is drawn on: the text of an SVG and, if ``dpi`` is given, so many pixels an inch on paper."""

    def __init__(self, figure: Figure, paper: str, dpi: float | None) -> None:
        figure.set_dpi(POINTS)
        width, height = (float(x) for x in figure.get_size_inches() * POINTS)
        self._out = io.StringIO()
        super().__init__(width, height, self._out, metadata=_NO_METADATA)
        self._scale = (dpi or POINTS) / POINTS
        self._larger = Affine2D().scale(self._scale)
        self._agg: Any = None if dpi is None else RendererAgg(width * self._scale, height * self._scale, dpi)
        if self._agg:
            whole = Affine2D().scale(width, height) + self._larger
            self._agg.draw_path(self._stroke(self.new_gc(), 0), Path.unit_rectangle(), whole, to_rgb(paper))
        self._figure = figure
        figure.draw(self)
        self.finalize()

    def svg(self) -> str:
        """The SVG element, from its first attribute on."""
        text = self._out.getvalue()
        return text[text.index("<svg") + len("<svg") :].strip()

    def pixels(self, title: str, left: float, bottom: float) -> NDArray[np.uint8]:
        """``[row, column, channel]``, with a title, which the SVG does not have, on a line that begins at a point."""
        text = Text(left * self._scale, bottom * self._scale, title, fontsize=10, fontweight="bold", va="bottom")
        text.set_figure(self._figure)
        text.draw(self._agg)
        return np.asarray(self._agg.buffer_rgba())

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803
        """Draw a path on both."""
        super().draw_path(gc, path, transform, rgbFace)
        if self._agg:
            self._agg.draw_path(self._stroke(gc), path, transform + self._larger, rgbFace)

    # A marker or a member of a collection is a path among others: so one method has all strokes.
    draw_markers = RendererBase.draw_markers
    draw_path_collection = RendererBase.draw_path_collection

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Draw a line of text on both."""
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        if self._agg:
            where = (x * self._scale, y * self._scale)
            self._agg.draw_text(self._stroke(gc), *where, s, prop, angle, ismath, mtext)

    def _stroke(self, gc: Any, width: float | None = None) -> Any:
        """How something is drawn, for the larger one: what clips it is larger too."""
        larger = self._agg.new_gc()
        larger.copy_properties(gc)
        if (box := gc.get_clip_rectangle()) is not None:
            larger.set_clip_rectangle(Bbox(box.get_points() * self._scale))
        path, transform = gc.get_clip_path()
        if path is not None:
            larger.set_clip_path(TransformedPath(path, transform + self._larger))
        if width is not None:
            larger.set_linewidth(width)
        return larger
