"""The calibration on 2015-2025: what is fitted, how well, how surely, and how it does on years it was not shown.

    python -m analysis.calibration [MODEL] [--starts 4]

Two studies of the kind ``calibration`` on the compiled engine. The first fits all figures of ``data/history.csv`` and
profiles every parameter: it is held elsewhere, all others are fitted again, and the sum of squares says whether they
could make up for it. The second sees only the figures before 2023, with the ranges as figures of their own, and is
compared with those from 2023 on, beside two guesses that need no model: the straight trend and the last figure.
Writes ``results/calibration`` and ``docs/calibration.md``; no constant of the model is changed by it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis import calibration_page
from analysis.calibration_page import Row
from analysis.results_folder import fresh_folder, model_asked_for, say, write_table
from policy_lab.catalogue import english
from policy_lab.checks.fit import fit
from policy_lab.model import Model
from policy_lab.model.history import Series, read_history
from policy_lab.progress import bar
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats
from policy_lab.studies import Findings, Study, run_study

#: Constants that the figures of 2015-2025 were meant to fix, and those uncertain ones that move these years most.
PARAMETERS = (
    "spending growth normal",
    "planning horizon",
    "incident elasticity",
    "philanthropic growth rate",
    "initial philanthropic giving",
    "industry elasticity",
    "overhead on pay",
    "governance ceiling",
    "governance nearness half",
    "governance steepness",
    "governance reach[labs]",
    "outsider run share",
    "initial compute[academic compute]",
    "stake slope",
    "contact rate normal",
    "zone life",
    "apprenticeship",
    "coauthor rate",
    "coauthor settling time",
    "initial coauthor links",
    "agenda birth rate",
)
#: A range that spans more than this factor is searched in logarithms.
WIDE = 5.0
FIRST, LAST, HELD_OUT_FROM = 2015, 2026, 2023
#: Units in which a trend is a line; what is counted or paid grows by a share of itself.
LINEAR_UNITS = ("Dmnl", "OOM", "agenda")


def study_of(model: Model, reference: str, starts: int) -> Study:
    """The study of all figures."""
    outcomes = tuple(dict.fromkeys(s.variable for s in read_history(model)))
    return Study(
        reference,
        method="calibration",
        title="Calibration on 2015-2025",
        scenario="status_quo",
        factors={name: _range(model, name) for name in PARAMETERS},
        outcomes=outcomes,
        times=tuple(float(t) for t in np.arange(FIRST, LAST + 0.26, 0.25)),
        size=starts,
    )


def _range(model: Model, name: str) -> dict[str, object]:
    """The range that the model states, or that of ``uncertainties.csv`` where the constant is in it."""
    if model.constant(name) in model.uncertainties:
        return {}
    low, high = model.range_of(model.constant(name))
    return {"low": low, "high": high, "distribution": "log-uniform" if high > WIDE * low > 0 else "uniform"}


def before_2023(study: Study) -> Study:
    """The same without the later figures; what the earlier ones do not tell stays at the middle of its range."""
    options = {"hold_out_from": HELD_OUT_FROM, "prior": "ranges", "intervals": False}
    return replace(study, title=f"Calibration on figures before {HELD_OUT_FROM}", options=options)


def guesses(model: Model, findings: Findings) -> list[Row]:
    """Every held-out figure with its range, what each way of guessing says (NaN where it cannot), and how far off
    that is in standard deviations of the figure."""
    found = []
    history = [s.between(FIRST, LAST) for s in read_history(model)]
    for series in history:
        earlier = [s.between(FIRST, HELD_OUT_FROM - 1e-6) for s in history if s.variable == series.variable]
        years = np.concatenate([s.year for s in earlier])
        values = np.concatenate([s.value for s in earlier])
        for k in np.flatnonzero(series.year >= HELD_OUT_FROM):
            year = float(series.year[k])
            said = {
                "model": _modelled(findings, "fitted", series, year),
                "as shipped": _modelled(findings, "before", series, year),
                "trend": trend(years, values, year, series.unit),
                "last figure": float(values[years.argmax()]) if len(years) else float("nan"),
            }
            one = series.between(year, year)
            off = {f"{name} off": float(one.misfit(np.array([value]))[0]) for name, value in said.items()}
            data = {"data": float(series.value[k]), "low": float(series.low[k]), "high": float(series.high[k])}
            found.append({"series": series.name, "variable": series.variable, "year": year, **data, **said, **off})
    return found


def trend(years: Floats, values: Floats, year: float, unit: str) -> float:
    """The straight line through earlier figures, of their logarithms where they are counted or paid.

    Args:
        years, values: ``[figure]``.
        year: to which the line is drawn on.
        unit: of the figures.

    Returns:
        NaN where figures of two years are lacking.
    """
    if len(np.unique(years)) < 2:
        return float("nan")
    logs = unit not in LINEAR_UNITS and bool((values > 0).all())
    _, level = np.polyfit(years - year, np.log(values) if logs else values, 1)
    return float(np.exp(level) if logs else level)


def _modelled(findings: Findings, index: str, series: Series, year: float) -> float:
    table = findings.of(index, series.variable, year)
    return float(table[table["factor"] == series.name]["value"].iloc[0])


def errors(model: Model, findings: Findings) -> list[Row]:
    """For each series, how far the shipped and the fitted run are off, as a share of the figures' mean."""
    rows = []
    for series in (s.between(FIRST, LAST) for s in read_history(model)):
        row: Row = {
            "series": series.name, "variable": series.variable, "unit": series.unit, "grade": series.grade,
            "figures": len(series.year), "half range": _half_range(series),
        }  # fmt: skip
        for index, which in (("before", ""), ("fitted", " fitted")):
            modelled = np.array([_modelled(findings, index, series, float(y)) for y in series.year])
            found = fit(series.value, modelled)
            row[f"mean error{which}"], row[f"rms error{which}"] = found.mean_error, found.rms
            row[f"within range{which}"] = int(((modelled >= series.low) & (modelled <= series.high)).sum())
        rows.append(row)
    return rows


def _half_range(series: Series) -> float:
    """Half of the figures' own ranges, as a share of their mean: closer than this nobody can say that a model fits."""
    return float(np.nanmean(series.high - series.low) / 2 / np.abs(series.value).mean())


def draw_held_out(found: Sequence[Row], model: Model, findings: Findings, folder: Path) -> None:
    """A panel a series with figures on both sides of the line: data, the model that saw the left, the trend."""
    names = list(dict.fromkeys(g["series"] for g in found))
    history = {s.name: s.between(FIRST, LAST) for s in read_history(model)}

    def panel(name: str) -> Panel:
        def paint(axes: Axes) -> None:
            series = history[name]
            own = [g for g in found if g["series"] == name]
            axes.axvspan(HELD_OUT_FROM - 0.5, LAST + 0.5, color=plots.SHADE)
            axes.vlines(series.year, series.low, series.high, color=plots.MUTED, lw=2)
            axes.plot(series.year, series.value, "o", color=plots.INK, ms=4, label="data")
            modelled = [_modelled(findings, "fitted", series, float(y)) for y in series.year]
            label = f"model, fitted before {HELD_OUT_FROM}"
            axes.plot(series.year, modelled, "-", color=plots.MAIN, marker=".", label=label)
            years, trend = [g["year"] for g in own], [g["trend"] for g in own]
            axes.plot(years, trend, "--", color=plots.OTHER, marker="x", label="trend")
            axes.set_xlim(min(FIRST, float(series.year.min())) - 0.5, LAST + 0.5)
            if name == names[0]:
                axes.legend(loc="upper left")

        return Panel(name, paint)

    picture = Picture([panel(name) for name in names], width=3.6, height=2.3, columns=3)
    plots.save(plots.draw(picture, english(), pixels=True), folder, "held_out")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder with data/history.csv; big_science by default")
    words.add_argument("--starts", type=int, default=4, help="points the search begins from (default 4)")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    study = study_of(model, asked.model or model.name, asked.starts)
    with fresh_folder("calibration") as folder:
        folder.mkdir(parents=True)
        whole = run_study(study, folder / "all_years", progress=bar)
        early = run_study(before_2023(study), folder / f"before_{HELD_OUT_FROM}", progress=bar)
        repeated, held_out = errors(model, whole), guesses(model, early)
        for name, rows in (("errors", repeated), ("held_out", held_out)):
            write_table(folder / f"{name}.csv", list(rows[0]), (list(row.values()) for row in rows))
        draw_held_out(held_out, model, early, folder)
        summary = calibration_page.summary(whole, early, repeated, held_out)
        (folder / "summary.json").write_text(json.dumps(summary, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        say(whole)
        say(early)
    calibration_page.write()


if __name__ == "__main__":
    main()
