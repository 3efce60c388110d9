"""The fit to 2015-2025: how well the model repeats each series of figures, good or bad.

    python -m analysis.fit_to_history [MODEL] [--scenario NAME]

Compares a run with the figures in the model's ``data/history.csv`` (columns series, variable, year, value, low, high,
unit, grade, source), year by year. For each series: the root mean square error as a share of the data's mean, how
Theil splits its square (1966, ch. 2; Sterman 1984, doi:10.1002/sdr.4260000207) into bias (another mean), variance
(another spread) and covariance (another pattern), and how many years lie within the data's own range. Writes
``results/fit_to_history/fit.csv`` and a figure. "Good" only means consistent with these figures.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from analysis.results_folder import fresh_folder, model_asked_for, print_table, write_table
from policy_lab.catalogue import english
from policy_lab.checks.fit import Fit, fit
from policy_lab.errors import ModelError
from policy_lab.model.history import Series, read_history
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

HEADER = ("series", "variable", "unit", "n", "data mean", "model mean", "error", "bias", "variance", "covariance",
          "within range", "grade", "fit")  # fmt: skip
GOOD, FAIR = 0.1, 0.25


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder with data/history.csv; big_science by default")
    words.add_argument("--scenario", default="status_quo", help="the world to run (default status_quo)")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    with fresh_folder("fit_to_history") as folder:
        folder.mkdir(parents=True)
        history = read_history(model)
        runs = simulate(model, scenario=asked.scenario, outputs=tuple(dict.fromkeys(s.variable for s in history)))
        rows = []
        for series in history:
            modelled = np.interp(series.year, runs.time, runs.of(series.variable)[0])
            rows.append(row_of(series, modelled, fit(series.value, modelled)))
        write_table(folder / "fit.csv", HEADER, rows)
        draw(history, runs.time, {s.variable: runs.of(s.variable)[0] for s in history}, folder)
    print_table(HEADER, rows)
    counted = [sum(row[-1] == word for row in rows) for word in ("good", "fair", "poor")]
    print(f"{counted[0]} good, {counted[1]} fair, {counted[2]} poor of {len(rows)} series.")


def row_of(series: Series, modelled: Floats, found: Fit) -> tuple[object, ...]:
    ranged = np.isfinite(series.low) & np.isfinite(series.high)
    inside = (modelled >= series.low) & (modelled <= series.high) & ranged
    within = f"{inside.sum()} of {ranged.sum()}" if ranged.any() else ""
    word = "good" if found.rms <= GOOD else "fair" if found.rms <= FAIR else "poor"
    return (
        series.name, series.variable, series.unit, len(series.value), float(series.value.mean()),
        float(modelled.mean()),
        found.rms, found.bias, found.variance, found.covariance, within, series.grade, word,
    )  # fmt: skip


def draw(history: list[Series], time: Floats, runs: dict[str, Floats], folder: Path) -> None:
    """A panel a series: data with their range, and the run."""

    def panel(series: Series) -> Panel:
        def paint(axes: Axes) -> None:
            seen = (time >= series.year.min() - 1) & (time <= series.year.max() + 1)
            axes.vlines(series.year, series.low, series.high, color=plots.MUTED, lw=2)
            axes.plot(series.year, series.value, "o", color=plots.OTHER, ms=4, label="data")
            axes.plot(time[seen], runs[series.variable][seen], color=plots.MAIN, label="model")
            axes.set_ylabel(series.unit)
            if series is history[0]:
                axes.legend(loc="upper left")

        return Panel(series.name, paint)

    picture = Picture([panel(series) for series in history], width=4.2, height=2.5, columns=3)
    plots.save(plots.draw(picture, english(), pixels=True), folder, "fit")


if __name__ == "__main__":
    try:
        main()
    except ModelError as error:
        sys.exit(str(error))
