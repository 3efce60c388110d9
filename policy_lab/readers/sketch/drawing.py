"""SVG of one view of a sketch, as text: no browser, no drawing library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Final

from policy_lab.readers.sketch.geometry import Point, arrow_path, beside_head, extent
from policy_lab.readers.sketch.lettering import LINE, VALUE, shown, wrapped
from policy_lab.readers.sketch.parts import Box, View
from policy_lab.readers.sketch.room import MARK_HEIGHT, Mark

MARGIN: Final = 24

#: Style sheet of the picture; a page that sets ``--sketch-…`` has its own colours and type.
STYLE: Final = """
.sketch { --ink: var(--sketch-ink, #1b2430); --soft: var(--sketch-muted, #5b6876); --line: var(--sketch-line, #8593a1);
  --choice: var(--sketch-lever, #0072b2); --paper: var(--sketch-paper, #ffffff); --panel: var(--sketch-panel, #eef2f6);
  background: var(--paper); }
@media (prefers-color-scheme: dark) { .sketch { --ink: var(--sketch-ink, #e8edf2); --soft: var(--sketch-muted, #a3afbc);
  --line: var(--sketch-line, #6f7f8e); --choice: var(--sketch-lever, #56b4e9); --paper: var(--sketch-paper, #12171d);
  --panel: var(--sketch-panel, #1f2831); } }
.sketch text { font: 13.3px var(--sketch-font, Arial, Helvetica, "Liberation Sans", sans-serif);
  text-anchor: middle; fill: var(--ink);
  stroke: var(--paper); stroke-width: 3px; paint-order: stroke; stroke-linejoin: round; }
.sketch .stock rect { fill: var(--panel); stroke: var(--ink); stroke-width: 1.6px; }
.sketch .stock text { font-weight: bold; stroke: none; }
.sketch .flow text { font-weight: bold; }
.sketch .ghost text, .sketch .muted text { fill: var(--soft); }
.sketch .ghost text { font-style: italic; }
.sketch .lever text { fill: var(--choice); }
.sketch .comment text { fill: var(--soft); text-anchor: start; }
.sketch .sign { fill: var(--soft); font-weight: bold; }
.sketch .value { fill: var(--choice); font-size: 12px; font-weight: 650; }
.sketch .mark circle { fill: var(--paper); stroke: var(--choice); stroke-width: 1.6px; }
.sketch .mark text { fill: var(--choice); font-size: 12px; font-weight: bold; text-anchor: start; }
.sketch .mark .letter { text-anchor: middle; }
.sketch .valve path, .sketch .cloud path { fill: var(--panel); stroke: var(--ink); stroke-width: 1.2px; }
.sketch .cloud path { stroke: var(--soft); }
.sketch .arrow { fill: none; stroke: var(--line); stroke-width: 1.2px; }
.sketch .pipe { fill: none; stroke: var(--ink); stroke-width: 5px; }
.sketch .bore { fill: none; stroke: var(--paper); stroke-width: 2.4px; }
.sketch .tip { fill: var(--line); }
.sketch .pipe-tip { fill: var(--ink); }
""".strip()

_CLOUD = "M-9,5 a5,5 0 0 1 1,-9 a6,6 0 0 1 10,-3 a5,5 0 0 1 7,5 a4.5,4.5 0 0 1 -1,7 z"


def to_svg(
    view: View,
    *,
    polarity: bool = True,
    style: bool = False,
    words: Mapping[str, str] = MappingProxyType({}),
    signs: Mapping[tuple[str, str], str] = MappingProxyType({}),
    marks: Sequence[Mark] = (),
    values: bool = False,
    description: str = "",
) -> str:
    """The picture of one view.

    Args:
        view: what to draw.
        polarity: whether to show the signs of arrows that have one.
        style: put ``STYLE`` into the picture, for one outside a page (a file, an ``img``).
        words: what variables are called in place of their names, kept as ``data-label`` too.
        signs: cause and effect to the sign of their arrow, in place of that in the sketch.
        marks: loops by name, for the places that ``room.py`` finds.
        values: leave a line below each name, an empty ``.value``; the view is one with room for it (``room.py``).
        description: what the picture says, in words, in place of the English one.

    Returns:
        One ``<svg>`` element, as large as the view in pixels. Every box is a group with its kind as class and, for a
        variable, its name as ``data-variable``. A reader that cannot see it gets title and description.
    """
    key = "sketch-" + (re.sub(r"[^a-z0-9]+", "-", view.name.lower()).strip("-") or "view")
    left, top, right, bottom = extent(view.boxes, view.arrows)
    left, top, width, height = left - MARGIN, top - MARGIN, right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sketch" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'viewBox="{left} {top} {width} {height}" width="{width}" height="{height}">',
        f'<title id="{key}-title">{_safe(view.name)}</title>',
        f'<desc id="{key}-desc">{_safe(description or describe(view))}</desc>',
        f"<style>{STYLE}</style>" if style else "",
        _tips(key),
        *_pipes(view, key),
        *_arrows(view, key, signs if polarity else None),
        *(_box(b, words.get(b.name, ""), values) for b in view.boxes),
        *map(_mark, marks),
        "</svg>",
    ]
    return "\n".join(line for line in lines if line)


def describe(view: View) -> str:
    """What a picture says, in words: the stocks with what flows in and out, and how much else there is."""
    stocks = []
    for stock in (b for b in view.boxes if b.kind == "stock"):
        pipes = [a for a in view.arrows if a.pipe and a.end == stock.id]
        into = _joined(view.variable_of(a.start) for a in pipes if a.head)
        out = _joined(view.variable_of(a.start) for a in pipes if not a.head)
        stocks.append(f"{stock.name} (in: {into}; out: {out})")
    links = sum(not a.pipe for a in view.arrows)
    others = sum(b.kind in ("variable", "ghost") for b in view.boxes)
    found = f"Stocks: {', '.join(stocks)}. " if stocks else ""
    return f"Stock and flow diagram. {found}{others} other variables, {links} arrows of influence."


def _joined(names: Iterator[str]) -> str:
    return ", ".join(n for n in names if n) or "none"


def _tips(key: str) -> str:
    tip = '<marker id="{0}-{1}" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="{2}" ' \
        'markerHeight="{2}" orient="auto"><path class="{1}" d="M0,1 L10,5 L0,9 z"/></marker>'  # fmt: skip
    return f"<defs>{tip.format(key, 'tip', 9)}{tip.format(key, 'pipe-tip', 15)}</defs>"


def _pipes(view: View, key: str) -> Iterator[str]:
    for arrow in (a for a in view.arrows if a.pipe):
        course = _line(arrow_path(arrow, view.by_id[arrow.start], view.by_id[arrow.end]))
        yield f'<path class="pipe" d="{course}"/>'
        tip = f' marker-end="url(#{key}-pipe-tip)"' if arrow.head else ""
        yield f'<path class="bore" d="{course}"{tip}/>'


def _arrows(view: View, key: str, signs: Mapping[tuple[str, str], str] | None) -> Iterator[str]:
    taken: list[Point] = []
    for arrow in (a for a in view.arrows if not a.pipe):
        path = arrow_path(arrow, view.by_id[arrow.start], view.by_id[arrow.end])
        course = _curve(path) if len(arrow.points) < 2 else _line(path)
        yield f'<path class="arrow" d="{course}" marker-end="url(#{key}-tip)"/>'
        names = view.variable_of(arrow.start), view.variable_of(arrow.end)
        sign = signs.get(names, arrow.polarity).replace("-", "−") if signs is not None else ""
        if sign:
            x, y = beside_head(path, [b for b in view.boxes if b.kind != "comment"], taken)
            taken.append((x, y))
            yield f'<text class="sign" x="{x:.0f}" y="{y + 4.5:.0f}">{_safe(sign)}</text>'


def _line(path: Sequence[Point]) -> str:
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in path)


def _curve(path: Sequence[Point]) -> str:
    """A course of many points as one smooth curve through its middle."""
    (x0, y0), (xm, ym), (x1, y1) = path[0], path[len(path) // 2], path[-1]
    return f"M{x0:.1f},{y0:.1f} Q{2 * xm - (x0 + x1) / 2:.1f},{2 * ym - (y0 + y1) / 2:.1f} {x1:.1f},{y1:.1f}"


def _box(box: Box, words: str, values: bool) -> str:
    names = f"{box.kind} {box.tone}" if box.tone != "plain" else box.kind
    place = f'transform="translate({box.x},{box.y})"'
    if box.kind == "cloud":
        return f'<g class="{names}" {place}><path d="{_CLOUD}"/></g>'
    if box.kind == "valve":
        w, h = box.half_width, box.half_height
        return f'<g class="{names}" {place}><path d="M{-w},{-h} L{w},{h} L{w},{-h} L{-w},{h} z"/></g>'
    shape = ""
    if box.kind == "stock":
        w, h = box.half_width, box.half_height
        shape = f'<rect x="{-w}" y="{-h}" width="{2 * w}" height="{2 * h}" rx="2"/>'
    if box.kind == "comment":
        return f'<g class="{names}" {place}>{_name(box, box.name, False)}</g>'
    about = f' data-variable="{_safe(box.name)}"' + (f' data-label="{_safe(words)}"' if words else "")
    title = f"<title>{_safe(box.name)}</title>" if words else ""
    return f'<g class="{names}"{about} {place}>{title}{shape}{_name(box, words or box.name, values)}</g>'


def _name(box: Box, name: str, values: bool) -> str:
    lines = wrapped(shown(box.kind, name), 2 * box.half_width, bold=box.kind in ("stock", "flow"))
    x = -box.half_width if box.kind == "comment" else 0
    below = VALUE if values else 0
    first = 4.5 - (LINE * (len(lines) - 1) + below) / 2
    spans = (f'<tspan x="{x}" y="{first + LINE * i:.1f}">{_safe(line)}</tspan>' for i, line in enumerate(lines))
    value = f'<text class="value" y="{first + LINE * (len(lines) - 1) + below:.1f}"></text>' if values else ""
    return f"<text>{''.join(spans)}</text>{value}"


def _mark(mark: Mark) -> str:
    left = MARK_HEIGHT / 2 - mark.width / 2
    return (
        f'<g class="mark" data-loop="{mark.number}" transform="translate({mark.x:.0f},{mark.y:.0f})">'
        f'<circle cx="{left:.0f}" r="{MARK_HEIGHT / 2 - 1:.0f}"/>'
        f'<text class="letter" x="{left:.0f}" y="4.5">{_safe(mark.letter)}</text>'
        f'<text x="{left + MARK_HEIGHT / 2 + 3:.0f}" y="4.5">{_safe(mark.name)}</text></g>'
    )


def _safe(text: str) -> str:
    """Text as SVG may hold it: signs of the markup spelled out, control characters (which no XML allows) left out."""
    return escape("".join(c for c in text if c.isprintable()))
