"""The ranking as a drawing: levers in order, their shares with intervals, and the noise floor; SVG written by us.

Drawn for a width, so that letters have their true size on a phone as on a projector. Colours come from the page's
style sheet (``ranking.css``) by class; ``web/widgets/ranking-files.js`` makes a file of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from policy_lab.app.labels import percent_of
from policy_lab.catalogue import say

#: Below this width (px) names stand above their bars.
NARROW: Final = 560
#: Widths that are drawn; others are taken to the nearest.
LEAST: Final = 240
MOST: Final = 1600
LETTER: Final = 7.3  # px, a letter of the page's font at 12.5 px, on average
BARS: Final = 12


@dataclass(frozen=True)
class Bar:
    """One bar: shares of the variance, 0 to 1; ``told`` is its tooltip."""

    label: str
    total: float
    low: float
    high: float
    alone: float
    told: str = ""


def bars(drawn: Sequence[Bar], floor: float, width: int, label: str) -> str:
    """Bars with whiskers as one SVG element.

    Args:
        drawn: largest first; the first ``BARS`` are drawn.
        floor: the noise floor, a share.
        width: of the drawing, px.
        label: what the picture shows, for who does not see it.
    """
    shown = drawn[:BARS]
    width = min(max(int(width), LEAST), MOST)
    wide = width >= NARROW
    names = 10 + min(260, max(90, math.ceil(LETTER * max((len(b.label) for b in shown), default=0)))) if wide else 0
    row, top = (27 if wide else 43), (34 if wide else 52)
    hidden = len(drawn) > len(shown)
    below = 30 + (18 if hidden else 0)
    bottom = top + row * len(shown)
    scale = _Scale(names, width - (64 if wide else 58), max((b.high for b in shown), default=0.0))
    parts = [_open(width, bottom + below, label)]
    parts += [_floor(scale, floor, top, bottom), _axis(scale, top, bottom), _key(top - (18 if wide else 20), wide)]
    for place, bar in enumerate(shown):
        parts.append(_row(bar, scale, top + row * place, names, wide))
    if hidden:
        parts.append(_text(0, bottom + 38, say("rank.shown", count=len(shown), all=len(drawn)), "rank__key"))
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True)
class _Scale:
    left: float
    right: float
    largest: float

    @property
    def step(self) -> float:
        """Of the axis, a round share with at most five steps on it."""
        rough = max(self.largest, 0.02) / 4
        power = 10.0 ** math.floor(math.log10(rough))
        return float(next(f * power for f in (1.0, 2.0, 2.5, 5.0, 10.0) if f * power >= rough * 0.999))

    @property
    def end(self) -> float:
        return self.step * math.ceil(max(self.largest, 0.02) / self.step - 1e-9)

    def x(self, share: float) -> float:
        return round(self.left + (self.right - self.left) * min(max(share, 0.0), self.end) / self.end, 1)

    def ticks(self) -> list[float]:
        return [n * self.step for n in range(round(self.end / self.step) + 1)]


def _open(width: int, height: int, label: str) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    space = ' xmlns="http://www.w3.org/2000/svg"'
    # In the page the table beside it says the same, number by number, to who does not see the picture.
    role = f'role="img" aria-label="{escape(label)}"'
    return f'<svg class="rank__picture" {size}{space} {role}>'


def _row(bar: Bar, scale: _Scale, y: float, names: float, wide: bool) -> str:
    middle = y + (13 if wide else 29)
    x0, half = scale.x(0), 8
    name = cut(bar.label, int((names - 8) / LETTER) if wide else int((scale.right + 40) / LETTER))
    label = (
        _text(names - 8, middle + 4, name, "rank__name", ' text-anchor="end"')
        if wide
        else _text(0, y + 14, name, "rank__name")
    )
    total, alone = scale.x(bar.total) - x0, scale.x(bar.alone) - x0
    low, high = scale.x(bar.low), scale.x(bar.high)
    whisker = f"M{low} {middle - 4}v8M{low} {middle}H{high}M{high} {middle - 4}v8"
    return (
        f"<g><title>{escape(bar.told or bar.label)}</title>{label}"
        f'<rect class="rank__total" x="{x0}" y="{middle - half}" width="{max(total, 0.5):.1f}" height="{2 * half}"/>'
        f'<rect class="rank__alone" x="{x0}" y="{middle - 3}" width="{alone:.1f}" height="6"/>'
        f'<path class="rank__whisker" d="{whisker}"/>'
        + _text(max(high, x0 + total) + 6, middle + 4, percent(bar.total), "rank__value")
        + "</g>"
    )


def _floor(scale: _Scale, floor: float, top: float, bottom: float) -> str:
    x, end = scale.x(0), scale.x(floor)
    told = escape(say("rank.floor_told", floor=percent(floor)))
    return (
        f'<rect class="rank__floor" x="{x}" y="{top}" width="{max(end - x, 1.5):.1f}" height="{bottom - top}">'
        f"<title>{told}</title></rect>"
    )


def _axis(scale: _Scale, top: float, bottom: float) -> str:
    parts = []
    for tick in scale.ticks():
        x = scale.x(tick)
        parts.append(f'<path class="rank__grid" d="M{x} {top}V{bottom}"/>')
        parts.append(_text(x, bottom + 17, percent(tick), "", ' text-anchor="middle"' if x > 14 else ""))
    return f'<g class="rank__axis">{"".join(parts)}</g>'


def _key(y: float, wide: bool) -> str:
    """What the shapes mean, left to right."""
    entries = (("rank__total", 16), ("rank__alone", 6), ("whisker", 0), ("rank__floor", 16))
    words = [say(f"rank.key_{n}") for n in ("total", "alone", "interval", "floor")]
    parts, x, line = [], 0.0, y if wide else y - 18
    for place, ((kind, high), text) in enumerate(zip(entries, words, strict=True)):
        if place == 2 and not wide:
            x, line = 0.0, y
        if kind == "whisker":
            parts.append(f'<path class="rank__whisker" d="M{x} {line - 8}v8M{x} {line - 4}h18m0 -4v8"/>')
        else:
            parts.append(f'<rect class="{kind}" x="{x}" y="{line - 4 - high / 2}" width="18" height="{high}"/>')
        parts.append(_text(x + 24, line, text, "rank__key"))
        x += 24 + LETTER * len(text) + 16
    return "".join(parts)


def _text(x: float, y: float, text: str, kind: str, more: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}"{named}{more}>{escape(text)}</text>'


def cut(text: str, letters: int) -> str:
    """A text that is too long ends in an ellipsis."""
    return text if len(text) <= letters else text[: max(1, letters - 1)].rstrip() + "…"


def percent(share: float) -> str:
    """A share in percent for an axis or a bar: whole from ten on, else with a digit where there is one."""
    points = 100 * share
    places = 0 if abs(points) >= 10 or math.isclose(points, round(points), abs_tol=1e-9) else 1
    return percent_of(points, places)
