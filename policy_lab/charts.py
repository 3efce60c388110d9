"""Runs or Findings as Plotly figures; knows nothing of Dash.

Figures are drawn in the light theme; the page dresses text and grid in dark by its style sheet, so that a change of
theme asks nobody to draw again. Lines differ in dash as well as in colour: no meaning hangs on colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from policy_lab import palette
from policy_lab.ensemble import ranking as ranks
from policy_lab.ensemble.findings import ALL_TIMES, Findings

Floats = NDArray[np.float64]

# Pinned scenarios take these, each with a dash of its own.
PINNED = (palette.ORANGE, palette.GREEN, palette.PURPLE, palette.AMBER)
DASHES = ("dashdot", "longdash", "dot", "longdashdot")


@dataclass(frozen=True)
class Curve:
    """One line of a chart: ``y[time]`` in the chart's unit; ``role`` is status quo, policy or pinned."""

    label: str
    y: Floats
    role: str = "pinned"


@dataclass(frozen=True)
class Mark:
    """An event on the time axis (model time unit)."""

    time: float
    label: str


def curves(
    time: Floats,
    lines: Sequence[Curve],
    unit: str,
    limits: tuple[float, float],
    marks: Sequence[Mark] = (),
) -> go.Figure:
    """Lines over time on axes whose limits the caller sets, so that they stay put from one policy to the next.

    Args:
        time: ``time[time]``.
        lines: drawn in this order, the last on top; ``y[time]`` of each in ``unit``.
        unit: of the vertical axis, written above it.
        limits: (low, high) of the vertical axis.
        marks: events, drawn as labelled vertical lines.
    """
    pinned = [line for line in lines if line.role == "pinned"]
    place = {id(line): n for n, line in enumerate(pinned)}
    traces = [_trace(time, line, place.get(id(line), 0), unit) for line in lines]
    return go.Figure(data=traces, layout=_layout(time, unit, limits, marks))


def nice_limits(low: float, high: float) -> tuple[float, float]:
    """Round limits that hold ``low`` to ``high`` with a little air; zero is kept when it is near."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if low == high:
        margin = abs(low) * 0.1 or 1.0
        return (0.0, low + margin) if low > 0 else (low - margin, high + margin)
    if 0 < low < 0.4 * high:
        low = 0.0
    if 0 > high > 0.4 * low:
        high = 0.0
    step = _round_step((high - low) / 5)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _round_step(rough: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if rough <= factor * power:
            return factor * power
    return 10.0 * power


def _trace(time: Floats, line: Curve, place: int, unit: str) -> go.Scatter:
    style = {
        "status quo": {"color": palette.STATUS_QUO, "width": 2, "dash": "dash"},
        "policy": {"color": palette.CURRENT, "width": 3, "dash": "solid"},
    }.get(line.role) or {"color": PINNED[place % 4], "width": 2, "dash": DASHES[place % 4]}
    return go.Scatter(
        x=time.tolist(),
        y=line.y.tolist(),
        name=line.label,
        mode="lines",
        line=style,
        hovertemplate=f"%{{y:.4~g}} {unit}",
    )


def _layout(time: Floats, unit: str, limits: tuple[float, float], marks: Sequence[Mark]) -> go.Layout:
    return go.Layout(
        template="none",
        autosize=True,
        margin={"l": 52, "r": 20, "t": 24, "b": 30},
        font={"family": palette.FONT, "size": 12.5, "color": palette.LIGHT["ink"]},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        hovermode="x unified",
        dragmode=False,
        uirevision="steady",
        xaxis={
            # A little beyond the last year, or Plotly leaves out its tick.
            "range": [float(time[0]), float(time[-1] + 0.002 * (time[-1] - time[0]))],
            "fixedrange": True,
            "gridcolor": palette.LIGHT["grid"],
            "zeroline": False,
            "tickformat": ".0f",
            "ticks": "outside",
            "ticklen": 6,
            "tickcolor": "rgba(0,0,0,0)",
            "unifiedhovertitle": {"text": "%{x:.1f}"},
        },
        yaxis={
            "range": list(limits),
            "fixedrange": True,
            "gridcolor": palette.LIGHT["grid"],
            "zeroline": limits[0] < 0 < limits[1],
            "zerolinecolor": palette.STATUS_QUO,
            "nticks": 6,
            "exponentformat": "SI",
            "minexponent": 5,
        },
        shapes=[_rule(mark) for mark in marks],
        annotations=[_unit_note(unit), *(_note(mark, place) for place, mark in enumerate(marks))],
    )


def _unit_note(unit: str) -> dict[str, object]:
    return {
        "text": unit,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "xshift": -44,
        "yshift": 5,
        "showarrow": False,
        "font": {"size": 12},
    }


def _rule(mark: Mark) -> dict[str, object]:
    line = {"color": palette.STATUS_QUO, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": mark.time, "x1": mark.time, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _note(mark: Mark, place: int) -> dict[str, object]:
    # Every other label hangs a line lower, so that two events of neighbouring years can both be read.
    return {
        "text": mark.label,
        "x": mark.time,
        "yref": "paper",
        "y": 1,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 3,
        "yshift": -15 * (place % 3),
        "showarrow": False,
        "font": {"size": 11.5},
    }


# ---- findings: which factors matter, when, and how sure


def ranking(findings: Findings, outcome: str, time: float = ALL_TIMES, most: int = 12) -> go.Figure:
    """Factors by what they have a hand in (ST), largest on top: intervals, the part alone (S1), the noise floor dotted.

    Args:
        findings: of a Sobol' study.
        outcome: as the model spells it.
        time: a studied time, or ``ALL_TIMES`` for all together.
        most: bars drawn.
    """
    rows = ranks.ordered(findings, outcome, time).head(most).iloc[::-1]
    alone = findings.of("S1", outcome, time).set_index("factor")["value"]
    names = [str(name) for name in rows["factor"]]
    error = {
        "type": "data",
        "array": (rows["high"] - rows["value"]).tolist(),
        "arrayminus": (rows["value"] - rows["low"]).tolist(),
        "color": palette.LIGHT["ink"],
        "thickness": 1,
        "width": 3,
    }
    told = [_range_told(findings, name) for name in names]
    with_others = go.Bar(
        x=rows["value"].tolist(),
        y=names,
        orientation="h",
        name="with others",
        marker={"color": palette.SKY},
        error_x=error,
        customdata=told,
        hovertemplate="%{y}: %{x:.0%} of the variance, with others<br>%{customdata}<extra></extra>",
    )
    by_itself = go.Bar(
        x=[max(0.0, float(alone.get(name, 0.0))) for name in names],
        y=names,
        orientation="h",
        name="alone",
        marker={"color": palette.BLUE, "pattern": {"shape": "/", "fgopacity": 0.35}},
        hovertemplate="%{y}: %{x:.0%} of the variance, alone<extra></extra>",
    )
    floor = ranks.noise_floor(findings, outcome, time)
    figure = go.Figure(data=[with_others, by_itself], layout=_share_layout("share of the variance"))
    figure.update_layout(barmode="overlay", shapes=[_floor_line(floor)], showlegend=True)
    figure.update_xaxes(rangemode="tozero", tickformat=".0%")
    return figure


def ranking_over_time(findings: Findings, outcome: str, most: int = 5) -> go.Figure:
    """Total indices over time of the factors that matter most over all times, each in its band.

    Args:
        findings: of a Sobol' study at several times.
        outcome: as the model spells it.
        most: lines drawn.
    """
    names = [str(name) for name in ranks.ordered(findings, outcome).head(most)["factor"]]
    rows = findings.of("ST", outcome).dropna(subset=["time", "value"]).sort_values("time")
    figure = go.Figure(layout=_share_layout(""))
    for n, name in enumerate(names):
        line = rows[rows["factor"] == name]
        color, dash = palette.CATEGORIES[n % len(palette.CATEGORIES)], ("solid", *DASHES)[n % (1 + len(DASHES))]
        time = line["time"].tolist()
        figure.add_scatter(
            x=[*time, *reversed(time)],
            y=[*line["high"].tolist(), *reversed(line["low"].tolist())],
            fill="toself",
            fillcolor=color,
            opacity=0.12,
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=name,
        )
        figure.add_scatter(
            x=time,
            y=line["value"].tolist(),
            name=name,
            mode="lines",
            line={"color": color, "dash": dash, "width": 2},
            legendgroup=name,
            hovertemplate="%{y:.0%}",
        )
    figure.update_layout(showlegend=True, hovermode="x unified")
    figure.update_xaxes(tickformat=".0f")
    figure.update_yaxes(rangemode="tozero", tickformat=".0%", title={"text": "share of the variance, with others"})
    return figure


def choice_against_luck(
    findings: Findings, outcome: str, choice: str = "levers", luck: str = "uncertainties"
) -> go.Figure:
    """What is decided by choice, by luck, and by both together, over time, as shares of the variance.

    Args:
        findings: of a Sobol' study of two groups.
        outcome: as the model spells it.
        choice: name of the group of levers.
        luck: name of the group of uncertain parameters.
    """
    alone = (
        findings.of("S1", outcome).dropna(subset=["time"]).pivot_table(index="time", columns="factor", values="value")
    )
    shares = alone[[choice, luck]].clip(lower=0)
    together = (1 - shares.sum(axis=1)).clip(lower=0)
    figure = go.Figure(layout=_share_layout(""))
    layers = (
        ("choice alone", shares[choice], palette.CHOICE, ""),
        ("both together", together, palette.GREY, "x"),
        ("luck alone", shares[luck], palette.LUCK, "/"),
    )
    for name, share, color, pattern in layers:
        figure.add_scatter(
            x=share.index.tolist(),
            y=share.tolist(),
            name=name,
            stackgroup="shares",
            groupnorm="fraction",
            mode="lines",
            line={"width": 0.5, "color": color},
            fillpattern={"shape": pattern, "fgcolor": color, "fgopacity": 0.7},
            hovertemplate="%{y:.0%}",
        )
    figure.update_layout(showlegend=True, hovermode="x unified")
    figure.update_xaxes(tickformat=".0f")
    figure.update_yaxes(range=[0, 1], tickformat=".0%", title={"text": "share of the variance"})
    return figure


def _range_told(findings: Findings, name: str) -> str:
    about = findings.factor_about(name)
    return f"varied over {about['range']}" if about else ""


def _floor_line(floor: float) -> dict[str, object]:
    line = {"color": palette.LIGHT["ink"], "width": 1, "dash": "dot"}
    return {"type": "line", "x0": floor, "x1": floor, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _share_layout(title: str) -> go.Layout:
    axis = {"fixedrange": True, "gridcolor": palette.LIGHT["grid"], "zeroline": False, "automargin": True}
    return go.Layout(
        template="none",
        autosize=True,
        margin={"l": 52, "r": 14, "t": 30, "b": 40},
        font={"family": palette.FONT, "size": 12.5, "color": palette.LIGHT["ink"]},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        xaxis={**axis, "title": {"text": title}},
        yaxis=axis,
    )
