"""Figures as they stand inside a page: panel by panel, in the page's own colours and letters.

Matplotlib draws a figure of many panels as one picture, which is too wide for a phone and white in a dark room. Here
its SVG is taken apart, one picture a panel, so that the page can put them under each other, and the colours that
belong to the paper rather than to the data become the page's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from policy_lab import palette

POINTS: Final = 72
#: Start of a panel, of what follows the last one, and of the last one's definitions.
_PANEL: Final = re.compile(r'^  <g id="axes_\d+">$', re.MULTILINE)
_LAST: Final = re.compile(r"^ </g>$", re.MULTILINE)
_DEFINITIONS: Final = re.compile(r"^ <defs>$.*?^ </defs>$", re.MULTILINE | re.DOTALL)
#: Names of groups that nothing refers to; two figures of one page would have the same ones.
_GROUP: Final = re.compile(r'<g id="[^"]*">')
#: A panel's title is all that is set in bold type.
_TITLE: Final = re.compile(r'<text style="font-weight: 700[^>]*>[^<]*</text>')
_FAMILY: Final = re.compile(r" ?font-family: [^;\"]*;")


@dataclass(frozen=True)
class Panel:
    """One panel: its title as drawn, its SVG, and what the signs in it mean (the label of its figure)."""

    title: str
    svg: str
    key: str = ""

    def untitled(self) -> Panel:
        """The same without its title, for where a heading says it."""
        return Panel("", _TITLE.sub("", self.svg), self.key)


def panels(figure: Figure, svg: str) -> list[Panel]:
    """The panels of a figure that ``picture.panels`` laid out, from its SVG; the whole figure if it has another form.

    Args:
        figure: as drawn.
        svg: its SVG, from ``<svg`` on.
    """
    axes = [a for a in figure.axes if a.get_visible()]
    key = str(figure.get_label())
    starts = [m.start() for m in _PANEL.finditer(svg)]
    last = _LAST.search(svg, starts[-1]) if starts else None
    if len(starts) != len(axes) or last is None:
        return [Panel("", _dressed(svg), key)]
    drawn = [svg[a:b] for a, b in zip(starts, [*starts[1:], last.start()], strict=True)]
    shared = "".join(m.group() for m in _DEFINITIONS.finditer(svg, last.start()))
    found = []
    for own, body in zip(axes, drawn, strict=True):
        title = own.get_title(loc="left").replace("\n", " ")
        found.append(Panel(title, f"{_opening(figure, own, title)}{_dressed(body)}{shared}</svg>", key))
        shared = ""  # definitions hold for the whole page
    return found


def _opening(figure: Figure, axes: Axes, title: str) -> str:
    """The start of a picture that shows the cell of one panel."""
    place = axes.get_subplotspec()
    assert place is not None
    grid = place.get_gridspec()
    width, height = (float(inches) * POINTS for inches in figure.get_size_inches())
    width, height = width / grid.ncols, height / grid.nrows
    box = " ".join(f"{x:g}" for x in (place.colspan.start * width, place.rowspan.start * height, width, height))
    name = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" '
        f'style="--width: {width:g}" role="img" aria-label="{name}">\n'
    )


def _dressed(svg: str) -> str:
    """A drawing without letters and names of its own, and with the page's colours for paper, ink and lines."""
    text = _FAMILY.sub("", _GROUP.sub("<g>", svg))
    for colour, name in _of_the_page():
        text = text.replace(colour, f"var(--{name})")
    return text


def _of_the_page() -> Iterator[tuple[str, str]]:
    for name, colour in palette.LIGHT.items():
        yield colour.lower(), name


def colours() -> str:
    """The colours a page has to set for its panels, light and dark, as CSS."""
    light, dark = (
        "".join(f" --{name}: {colour};" for name, colour in theme.items()) for theme in (palette.LIGHT, palette.DARK)
    )
    return (
        f":root {{ color-scheme: light dark;{light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{{dark} }} }}\n"
        f"@media print {{ :root {{ color-scheme: light;{light} }} }}\n"
    )
