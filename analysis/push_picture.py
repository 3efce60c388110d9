"""The picture of a push that was let go: four panels from the tables of ``analysis/push_and_let_go.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policy_lab import palette
from policy_lab.catalogue import english
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture

Rows = Sequence[Mapping[str, Any]]
#: Scenario to name, colour and line.
LINES = {
    "push_and_let_go": ("push 2026-2032, let go", palette.BLUE, "-"),
    "status_quo": ("status quo", palette.ORANGE, "--"),
    "trading_zones_first": ("trading zones that go on", palette.GREEN, ":"),
}
PUSHED = (2026, 2032)
LAST = 2060


def draw(tables: Mapping[str, Rows], critical: float) -> str:
    """The picture as SVG, from tables by the names of their files; from ``critical`` on a field is together."""
    over_time = [row for row in tables["over_time"] if row["year"] <= LAST]
    panels = [
        Panel("Coherence: median and middle half", lambda axes: _bands(axes, over_time, critical)),
        Panel("Share of futures together", lambda axes: _shares(axes, over_time)),
        Panel("Coherence, all else at its default",
              lambda axes: _sweep(axes, tables["sweep"], critical)),
        Panel("Together in 2060, by length and strength", lambda axes: _lengths(axes, tables["lengths"])),
    ]  # fmt: skip
    return plots.draw(Picture(panels, width=5.2, height=3.2, columns=2), english()).svg()


def _bands(axes: Axes, rows: Rows, critical: float) -> None:
    axes.axvspan(*PUSHED, color=plots.SHADE, lw=0)
    for scenario in ("push_and_let_go", "status_quo"):
        own = [row for row in rows if row["scenario"] == scenario]
        label, colour, dash = LINES[scenario]
        years = [row["year"] for row in own]
        low, high = ([row[quantile] for row in own] for quantile in ("p25", "p75"))
        axes.fill_between(years, low, high, color=colour, alpha=0.2, lw=0)
        axes.plot(years, [row["p50"] for row in own], color=colour, ls=dash, lw=1.8, label=label)
    axes.axhline(critical, color=plots.INK, lw=0.8, ls=":")
    axes.set_ylim(0, 1)
    axes.legend(loc="upper left")


def _shares(axes: Axes, rows: Rows) -> None:
    axes.axvspan(*PUSHED, color=plots.SHADE, lw=0, label="push")
    for scenario, (label, colour, dash) in LINES.items():
        own = [row for row in rows if row["scenario"] == scenario]
        axes.plot([row["year"] for row in own], [row["share together"] for row in own], color=colour, ls=dash, lw=1.8,
                  label=label)  # fmt: skip
    axes.set_ylim(0, 1)
    axes.legend(loc="upper left")


def _sweep(axes: Axes, rows: Rows, critical: float) -> None:
    for scenario, short in (("push_and_let_go", "push"), ("status_quo", "none")):
        _, colour, dash = LINES[scenario]
        for year, width in ((2050, 1.0), (LAST, 2.0)):
            own = [row for row in rows if (row["scenario"], row["year"]) == (scenario, year)]
            axes.plot([row["value"] for row in own], [row["coherence"] for row in own], color=colour, ls=dash, lw=width,
                      label=f"{short}, {year}")  # fmt: skip
    axes.axhline(critical, color=plots.INK, lw=0.8, ls=":")
    axes.set_xlabel(str(rows[0]["constant"]))
    axes.set_ylim(0, 1)
    axes.legend(loc="lower right", ncols=2)


def _lengths(axes: Axes, rows: Rows) -> None:
    last = [row for row in rows if row["year"] == LAST]
    none = next(row["share together"] for row in last if not row["strength"])
    axes.axhline(none, color=palette.ORANGE, ls="--", lw=1.2, label="no push")
    strengths = sorted({row["strength"] for row in last if row["strength"]})
    for strength, dash in zip(strengths, (":", "-.", "--", "-"), strict=True):
        own = [row for row in last if row["strength"] == strength]
        years, shares = [row["ends"] for row in own], [row["share together"] for row in own]
        axes.plot(years, shares, "o", color=palette.BLUE, ls=dash, ms=3, label=f"{strength:.0%} as strong")
    axes.set_xlabel("year in which the push ends")
    axes.set_ylim(0, 1)
    axes.legend(loc="lower right")
