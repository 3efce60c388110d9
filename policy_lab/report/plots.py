"""Pictures of a report: drawn with matplotlib, since they must be files that open everywhere.

A ``Picture`` is several panels of one form. Each panel is drawn as a figure of its own, so that a page can put them
below each other on a phone; the files of a picture (SVG, PNG) have them all in rows. What is drawn is the same to the
byte for the same findings. Colour never carries meaning alone.
"""

from __future__ import annotations

import io
import math
import re
import textwrap
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes as Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from policy_lab import palette
from policy_lab.ensemble.findings import ALL_TIMES, Findings
from policy_lab.ensemble.folder import write_text, writing
from policy_lab.estimators import ranking as ranks
from policy_lab.messages import Language, Name
from policy_lab.report.canvas import POINTS, Canvas
from policy_lab.runs import Floats

#: What a picture is about, what it is set against, and what only guides the eye.
MAIN: Final = palette.BLUE
OTHER: Final = palette.ORANGE
MUTED: Final = palette.LIGHT["axis"]
INK: Final = palette.LIGHT["ink"]
SHADE: Final = palette.LIGHT["floor"]

#: Factors drawn in one panel, and lines over time that a person can still tell apart.
BARS: Final = 10
#: Outcomes drawn, the first ones of the study; the findings have them all.
PANELS: Final = 16
#: Inches for the names of factors beside a panel, and for a key on its right.
NAMES: Final = 2.2
LINES: Final = 5
DASHES: Final = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
#: Inches above a panel, where files have its title, and below it.
ABOVE: Final = 0.35
BELOW: Final = 0.55
#: Points from the upper edge of a panel to the foot of its title.
TITLE: Final = 19.4
DPI: Final = 80
#: Letters of a title that fit into an inch.
LETTERS: Final = 11

#: Without the first two, matplotlib stamps files with the date and with random names.
_STYLE: Final[Any] = {
    "svg.hashsalt": "policy-lab",
    "svg.fonttype": "none",
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": palette.LIGHT["muted"],
    "axes.edgecolor": palette.LIGHT["axis"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": palette.LIGHT["muted"],
    "ytick.color": INK,
    "figure.facecolor": "none",  # pages have a paper of their own
    "axes.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": 9,
}
#: Settings of matplotlib are those of the whole process, and a server draws in several threads.
_ONE_AT_A_TIME: Final = threading.Lock()
_NO_SOFTWARE: Final[Any] = {"Software": None}


@dataclass(frozen=True)
class Panel:
    """One panel of a picture.

    Attributes:
        title: in words, in one line.
        paint: draws it into axes.
        about: the outcome it is about, "" for none or all.
    """

    title: str
    paint: Callable[[Axes], None]
    about: str = ""


@dataclass(frozen=True)
class Picture:
    """Panels of one form; all lengths in inches.

    Attributes:
        panels: in order.
        key: what the signs in them mean, in words.
        width, height: of a panel, its labels included.
        columns: panels beside each other in a file.
        label: kept free on the left of a panel for the labels of its vertical axis.
        right: kept free on its right.
    """

    panels: Sequence[Panel]
    key: str = ""
    width: float = 5.6
    height: float = 3.0
    columns: int = 2
    label: float = 0.8
    right: float = 0.2


@dataclass(frozen=True)
class Drawing:
    """A panel as it is drawn: ``svg`` is an element without a title, ``width`` is in points."""

    title: str
    svg: str
    width: float
    about: str = ""


@dataclass
class Drawn:
    """A picture as it is drawn: a drawing a panel, and the whole of them as pixels."""

    picture: Picture
    panels: list[Drawing] = field(default_factory=list)
    pixels: list[Any] = field(default_factory=list)

    def svg(self) -> str:
        """All panels with their titles, in rows, as the text of an SVG file."""
        form, count = self.picture, len(self.panels)
        columns = min(form.columns, count)
        wide, high = form.width * POINTS, form.height * POINTS
        size = f"{wide * columns:g} {high * math.ceil(count / columns):g}"
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {size}" '
            f'width="{wide * columns:g}pt">',
            f'<rect width="100%" height="100%" fill="{palette.LIGHT["paper"]}"/>',
        ]
        for n, panel in enumerate(self.panels):
            across, down = n % columns * wide, n // columns * high
            # Inside a viewBox in points, a length in pt would be taken a third larger, and the panel cut off.
            inner = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', panel.svg, count=2)
            lines += [f'<g transform="translate({across:g} {down:g})">', inner, self._title(panel), "</g>"]
        return "\n".join([*lines, "</svg>\n"])

    def _title(self, panel: Drawing) -> str:
        lines = shortened(panel.title, _title_width(self.picture)).split("\n")
        left, bottom = self.picture.label * POINTS, TITLE
        spans = "".join(
            f'<tspan x="{left:g}" y="{bottom - 12 * (len(lines) - 1 - n):g}">{escape(line)}</tspan>'
            for n, line in enumerate(lines)
        )
        return f'<text style="font: 700 10px DejaVu Sans, sans-serif; fill: {INK}">{spans}</text>'

    def png(self) -> bytes:
        """All panels with their titles, in rows, as a PNG file."""
        columns = min(self.picture.columns, len(self.pixels))
        blank = np.full_like(self.pixels[0], 255)
        cells = [*self.pixels, *[blank] * (-len(self.pixels) % columns)]
        rows = [np.concatenate(cells[n : n + columns], axis=1) for n in range(0, len(cells), columns)]
        file = io.BytesIO()
        imsave(file, np.concatenate(rows), format="png", metadata=_NO_SOFTWARE, dpi=DPI)
        return file.getvalue()


class _Numbers(ScalarFormatter):
    """Numbers of an axis with the decimal sign of a language."""

    def __init__(self, decimal: str) -> None:
        super().__init__()
        self.decimal = decimal

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The number at a tick."""
        return super().__call__(x, pos).replace(".", self.decimal)


def draw(picture: Picture, words: Language, pixels: bool = False) -> Drawn:
    """Every panel of a picture as SVG, without its title; numbers as a language has them.

    With ``pixels`` the same as pixels too, with its title.
    """
    drawn = Drawn(picture)
    with _ONE_AT_A_TIME, mpl.rc_context(_STYLE):
        for panel in picture.panels:
            figure = Figure(figsize=(picture.width, picture.height))
            axes = figure.subplots()
            figure.subplots_adjust(
                left=picture.label / picture.width,
                right=1 - picture.right / picture.width,
                top=1 - ABOVE / picture.height,
                bottom=BELOW / picture.height,
            )
            panel.paint(axes)
            for axis in (axes.xaxis, axes.yaxis):
                if isinstance(axis.get_major_formatter(), ScalarFormatter):
                    axis.set_major_formatter(_Numbers(words.texts["number.decimal"]))
            canvas = Canvas(figure, palette.LIGHT["paper"], DPI if pixels else None)
            svg = f'<svg role="img" aria-label={quoteattr(panel.title)} {canvas.svg()}'
            drawn.panels.append(Drawing(panel.title, svg, picture.width * POINTS, panel.about))
            if pixels:
                title = shortened(panel.title, _title_width(picture))
                drawn.pixels.append(canvas.pixels(title, picture.label * POINTS, picture.height * POINTS - TITLE))
    return drawn


def save(drawn: Drawn, folder: Path, name: str) -> None:
    """Write a picture as ``NAME.svg`` and ``NAME.png``."""
    write_text(folder / f"{name}.svg", drawn.svg())
    with writing(folder / f"{name}.png"):
        (folder / f"{name}.png").write_bytes(drawn.png())


def shortened(name: str, width: int = 30) -> str:
    """A name over at most two lines."""
    return "\n".join(textwrap.wrap(name, width, max_lines=2, placeholder=" …")) or name


def _title_width(picture: Picture) -> int:
    return int(LETTERS * (picture.width - picture.label))


def _empty(axes: Axes, why: str) -> None:
    """A panel without data, saying why."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, why, ha="center", va="center", color=palette.LIGHT["muted"], transform=axes.transAxes)


def name_rows(axes: Axes, names: Sequence[str]) -> Floats:
    """Names the rows of a panel, from below, and gives their heights."""
    where = np.arange(len(names), dtype=np.float64)
    axes.set_yticks(where, [shortened(name) for name in names])
    return where


def bars(axes: Axes, where: Floats, values: Any, colour: str, label: str = "") -> None:
    """A bar from 0 for each row, all of them one shape: matplotlib's own bars are measured corner by corner."""
    ends, low, high = np.asarray(values, dtype=np.float64), where - 0.31, where + 0.31
    zero = np.zeros_like(ends)
    corners = np.array([[zero, ends, ends, zero], [low, low, high, high]]).transpose(2, 1, 0)
    shape = PolyCollection(list(corners), facecolors=colour, linewidths=0, label=label)
    shape.sticky_edges.x.append(0)
    axes.add_collection(shape)
    axes.autoscale_view()


def name_years(axes: Axes) -> None:
    """Whole years along the axis of time."""
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))


# ---- pictures that several methods share ----------------------------------------------------------------------------


def ranking(findings: Findings, words: Language) -> Picture:
    """A panel an outcome: total indices over all times with intervals, first order inside, the noise floor dotted."""

    def panel(number: int, outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            total = ranks.ordered(findings, outcome).head(BARS).iloc[::-1]
            if total.empty:
                return _empty(axes, words.texts["report.constant"])
            if ranks.heavy(findings, outcome):
                return _empty(axes, words.texts["report.heavy"])
            first = findings.of("S1", outcome, ALL_TIMES).set_index("factor")["value"]
            said = (words.texts[f"report.{key}"] for key in ("noise", "with_others", "alone"))
            where = name_rows(axes, [words.shown(findings.factor(str(name))) for name in total["factor"]])
            axes.axvline(ranks.noise_floor(findings, outcome), color=INK, lw=0.8, ls=":", label=next(said))
            bars(axes, where, total["value"].clip(0, 1), palette.SKY, next(said))
            alone = [max(0.0, float(first.get(name, 0.0))) for name in total["factor"]]
            bars(axes, where, alone, palette.BLUE, next(said))
            high = total["high"].clip(0, 1)
            axes.hlines(where, total["low"].clip(0, 1), high, color=INK, lw=1)
            axes.set_xlim(0, max(0.1, 1.08 * float(high.max())))
            axes.set_xlabel(words.texts["report.share_axis"])
            if number == 0:
                axes.legend(loc="lower right")
            return None

        return Panel(words.shown(findings.outcome(outcome)), paint, outcome)

    panels = [panel(n, outcome) for n, outcome in enumerate(findings.outcomes[:PANELS])]
    return Picture(panels, words.texts["report.key_ranking"], height=3.4, label=NAMES)


def over_time(findings: Findings, words: Language) -> Picture:
    """A panel an outcome: total indices of the factors that matter most, over time, with their intervals."""

    def panel(outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            names = [str(n) for n in ranks.ordered(findings, outcome).head(LINES)["factor"]]
            if not names:
                return _empty(axes, words.texts["report.constant"])
            every = findings.of("ST", outcome).dropna(subset=["time"])
            for name, color, dash in zip(names, palette.CATEGORIES, DASHES, strict=False):
                rows = every[every["factor"] == name].sort_values("time")
                label = shortened(words.shown(findings.factor(name)), 22)
                years, *shares = rows[["time", "value", "low", "high"]].to_numpy(dtype=np.float64).T
                value, low, high = (np.array([*map(ranks.share_of, share)]) for share in shares)
                axes.plot(years, value, color=color, ls=dash, lw=1.6, label=label)
                ends, known = (np.nan_to_num(low), np.nan_to_num(high, nan=1.0)), ~np.isnan(value)
                axes.fill_between(years, *ends, where=known, color=color, alpha=0.12, lw=0)
            axes.set_ylim(bottom=0)
            axes.set_ylabel(words.texts["report.total_axis"])
            name_years(axes)
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.03))
            return None

        return Panel(words.shown(findings.outcome(outcome)), paint, outcome)

    panels = [panel(outcome) for outcome in findings.outcomes[:PANELS]]
    return Picture(panels, words.texts["report.key_over_time"], width=6.2, right=2.2)


def bands(
    times: Floats, quantiles: Mapping[Name, Mapping[float, Floats]], units: Mapping[Name, str], words: Language
) -> Picture:
    """A panel an outcome: the median over time in the band of the middle half and that of nine runs in ten.

    Args:
        times: ``[time]``.
        quantiles: outcome to quantile (0.05, 0.25, 0.5, 0.75, 0.95) to ``value[time]``.
        units: of each outcome, in words.
        words: what the picture is labelled in.
    """

    def panel(number: int, outcome: Name) -> Panel:
        def paint(axes: Axes) -> None:
            q = quantiles[outcome]
            for low, high, alpha, key in ((0.05, 0.95, 0.15, "most_runs"), (0.25, 0.75, 0.3, "half_of_runs")):
                label = words.texts[f"report.{key}"]
                axes.fill_between(times, q[low], q[high], color=palette.BLUE, alpha=alpha, lw=0, label=label)
            axes.plot(times, q[0.5], color=palette.BLUE, lw=1.8, label=words.texts["report.median"])
            axes.set_ylabel(units[outcome])
            name_years(axes)
            if number == 0:
                axes.legend(loc="upper left")

        return Panel(words.shown(outcome), paint, outcome.key)

    panels = [panel(n, outcome) for n, outcome in enumerate(list(quantiles)[:PANELS])]
    return Picture(panels, words.texts["report.key_bands"])


@dataclass(frozen=True)
class Position:
    """Where something is within its range, 0 to 1: before, after, and the ends of a line."""

    name: str
    before: float
    after: float
    low: float
    high: float


def positions(rows: Sequence[Position], labels: tuple[str, str], title: str, key: str = "") -> Picture:
    """One panel: a row for each, with a stroke before and a dot after.

    Args:
        rows: from above.
        labels: what the stroke and the dot are called.
        title: of the panel.
        key: what its signs mean.
    """

    def paint(axes: Axes) -> None:
        for height, row in zip(name_rows(axes, [row.name for row in reversed(rows)]), reversed(rows), strict=True):
            before, after = labels if height == 0 else (None, None)
            axes.hlines(height, 0, 1, color=SHADE, lw=7)
            axes.hlines(height, row.low, row.high, color=MAIN, lw=2.5)
            axes.plot(row.before, height, "|", color=OTHER, ms=12, mew=2, label=before)
            axes.plot(row.after, height, "o", color=MAIN, label=after)
        axes.set_xlim(-0.02, 1.02)
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)

    return Picture([Panel(title, paint)], key, width=7.5, height=1.4 + 0.32 * len(rows), label=NAMES)
