"""Figures of a report: drawn with matplotlib, since they must be files that open everywhere.

Every figure is the same to the byte for the same findings. Colour never carries meaning alone.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from policy_lab import palette
from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.folder import write_text, writing
from policy_lab.estimators import ranking as ranks
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
#: Inches for the names of factors beside a panel.
NAMES: Final = 2.2
LINES: Final = 5
DASHES: Final = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
#: Without these, matplotlib stamps files with the date and with random names.
SAME_BYTES: Final[Mapping[str, Any]] = {"svg.hashsalt": "policy-lab", "svg.fonttype": "none"}
DPI: Final = 80

_STYLE: Final[Any] = {
    **SAME_BYTES,
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "text.color": palette.LIGHT["ink"],
    "axes.labelcolor": palette.LIGHT["muted"],
    "axes.edgecolor": palette.LIGHT["axis"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": palette.LIGHT["muted"],
    "ytick.color": palette.LIGHT["ink"],
    "axes.titlesize": 10,
    "axes.titley": 1.0,  # matplotlib's own search for a free place measures every label of every axis again
    "figure.facecolor": palette.LIGHT["paper"],
    "legend.frameon": False,
    "legend.fontsize": 8,
}


def panels(
    count: int, width: float = 5.6, height: float = 3.0, columns: int = 2, label: float = 0.8, right: float = 0.2
) -> tuple[Figure, list[Axes]]:
    """An empty figure of ``count`` panels in rows of ``columns``.

    The margins are set here, since matplotlib's own search for them takes longer than all the drawing.

    Args:
        count: of panels.
        width: inches a panel takes, its labels included.
        height: likewise.
        columns: panels beside each other.
        label: inches kept free on the left of a panel for the labels of its vertical axis.
        right: inches kept free on its right.
    """
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    above, below = 0.35, 0.55
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width * columns, height * rows))
        axes = np.atleast_1d(figure.subplots(rows, columns)).ravel().tolist()
    figure.subplots_adjust(
        left=label / (width * columns),
        right=1 - right / (width * columns),
        top=1 - above / (height * rows),
        bottom=below / (height * rows),
        wspace=(label + right) / (width - label - right),
        hspace=(above + below) / (height - above - below),
    )
    for spare in axes[count:]:
        spare.set_visible(False)
    return figure, axes[:count]


def ranking(findings: Findings, labels: Mapping[str, str]) -> Figure:
    """A panel an outcome: total indices over all times with intervals, first order inside, the noise floor dotted."""
    figure, axes = panels(min(len(labels), PANELS), height=3.4, label=NAMES)
    for panel, (outcome, label) in zip(axes, labels.items(), strict=False):
        _ranking_panel(panel, findings, outcome, label)
    if axes[0].get_legend_handles_labels()[0]:
        axes[0].legend(loc="lower right", frameon=False)
    figure.set_label(
        "Bars: the share of the outcome's variance, over all years, that a factor has a hand in, dark by itself and "
        "light with others; the thin line is its interval, the dotted one what a factor without effect seems to do."
    )
    return figure


def _ranking_panel(panel: Axes, findings: Findings, outcome: str, label: str) -> None:
    total = ranks.ordered(findings, outcome).head(BARS).iloc[::-1]
    head(panel, label)
    if total.empty:
        return empty(panel, "does not vary")
    first = findings.of("S1", outcome, math.nan).set_index("factor")["value"]
    floor = ranks.noise_floor(findings, outcome)
    panel.axvline(floor, color=INK, lw=0.8, ls=":", label="noise of the sample (dummy)")
    where = np.arange(len(total))
    panel.barh(where, total["value"], height=0.62, color=palette.SKY, label="with interactions (ST)")
    alone = [max(0.0, float(first.get(name, 0.0))) for name in total["factor"]]
    panel.barh(where, alone, height=0.62, color=palette.BLUE, label="alone (S1)")
    panel.hlines(where, total["low"], total["high"], color=palette.LIGHT["ink"], lw=1)
    panel.set_yticks(where, [shortened(str(name)) for name in total["factor"]])
    panel.set_xlim(0, max(0.1, 1.08 * float(total["high"].max())))
    panel.set_xlabel("share of the variance over all years")
    return None


def over_time(findings: Findings, labels: Mapping[str, str]) -> Figure:
    """A panel an outcome: total indices of the factors that matter most, over time, with their intervals."""
    figure, axes = panels(min(len(labels), PANELS), width=6.2, right=2.2)
    for panel, (outcome, label) in zip(axes, labels.items(), strict=False):
        head(panel, label)
        names = [str(n) for n in ranks.ordered(findings, outcome).head(LINES)["factor"]]
        if not names:
            empty(panel, "does not vary")
            continue
        for i, name in enumerate(names):
            rows = findings.of("ST", outcome).dropna(subset=["time"])
            rows = rows[rows["factor"] == name].sort_values("time")
            color = palette.CATEGORIES[i]
            panel.plot(rows["time"], rows["value"], color=color, ls=DASHES[i], lw=1.6, label=shortened(name, 22))
            panel.fill_between(rows["time"], rows["low"], rows["high"], color=color, alpha=0.12, lw=0)
        panel.set_ylim(bottom=0)
        panel.set_ylabel("total index (ST)")
        panel.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
        panel.legend(loc="upper left", bbox_to_anchor=(1.0, 1.03), frameon=False)
    figure.set_label("Curves: the same share in each year, within its interval, for the factors that matter most.")
    return figure


def bands(
    time: Floats, quantiles: Mapping[str, Mapping[float, Floats]], labels: Mapping[str, str], units: Mapping[str, str]
) -> Figure:
    """A panel an outcome: the median over time in the band of the middle half and that of nine runs in ten.

    Args:
        time: ``time[time]``.
        quantiles: outcome to quantile (0.05, 0.25, 0.5, 0.75, 0.95) to ``value[time]``.
        labels: what people call each outcome.
        units: unit of each outcome.
    """
    figure, axes = panels(min(len(labels), PANELS))
    for panel, (outcome, label) in zip(axes, labels.items(), strict=False):
        q = quantiles[outcome]
        head(panel, label)
        panel.fill_between(time, q[0.05], q[0.95], color=palette.BLUE, alpha=0.15, lw=0, label="9 runs in 10")
        panel.fill_between(time, q[0.25], q[0.75], color=palette.BLUE, alpha=0.3, lw=0, label="half the runs")
        panel.plot(time, q[0.5], color=palette.BLUE, lw=1.8, label="median")
        panel.set_ylabel(units[outcome])
    axes[0].legend(loc="upper left")
    figure.set_label("Bands: nine runs in ten (light), half of the runs (dark) and the median (line).")
    return figure


def head(panel: Axes, title: str) -> None:
    """A panel's title, over its left edge."""
    panel.set_title(title, loc="left", fontweight="bold")


def empty(panel: Axes, why: str) -> None:
    """A panel without data, saying why."""
    panel.set_xticks([])
    panel.set_yticks([])
    panel.text(0.5, 0.5, why, ha="center", va="center", color=palette.LIGHT["muted"], transform=panel.transAxes)


def shortened(name: str, width: int = 30) -> str:
    """A name over at most two lines."""
    return "\n".join(textwrap.wrap(name, width, max_lines=2, placeholder=" …")) or name


def svg(figure: Figure) -> str:
    """The figure as the text of an SVG file."""
    out = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def save(figure: Figure, folder: Path, name: str) -> str:
    """Write a figure as PNG and SVG, and give its SVG as it may stand inside a page."""
    text = svg(figure)
    write_text(folder / f"{name}.svg", text)
    with mpl.rc_context(_STYLE), writing(folder / f"{name}.png"):
        figure.savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": None})
    return text[text.index("<svg") :]
