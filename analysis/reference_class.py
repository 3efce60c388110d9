"""Reference class: drawn projects on the equations of the cases, beside the published fates of US projects.

    python -m analysis.reference_class

Projects are drawn from the ranges in ``cases/reference_class/drawn.csv`` and run as historical cases are, half on each
route. They are looked at as auditors did, in a window of years with projects that began before and in it, and their
cost growth and fates are held against ``published.csv`` and the single projects of ``projects.csv``. The cost growth
that a project ends with is drawn; what is tested is which projects the equations end, and what growth comes out before
they do. Writes ``results/reference_class``: ``compared.csv``, ``by_growth.csv``, a picture.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from analysis.results_folder import DEFAULT_MODEL, fresh_folder, model_asked_for, print_table, write_table
from policy_lab import palette
from policy_lab.cases.run_case import run_case
from policy_lab.cases.shared_parameters import ranges_of
from policy_lab.catalogue import english
from policy_lab.errors import ModelError
from policy_lab.model import Model
from policy_lab.model.cases import FOLDER, START, Case, Fact
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

WHERE: Final = f"{FOLDER}/reference_class"
#: Projects with the model file's shared numbers; sets of shared numbers, and projects in each (as the auditors had).
PROJECTS, SETS, EACH, SEED = 4000, 200, 80, 20261130
#: Programmes in the sample that cost growth is compared with.
SAMPLE: Final = 29
#: Years of the window, and how long before it projects began that may still have been under way.
WINDOW, BEFORE = 16.0, 10.0
#: Bounds of the classes of true cost, times the first estimate.
CLASSES: Final = (1.0, 1.5, 2.0, 3.0, np.inf)
TERMINATED, COMPLETED, GOING_ON, DECIDED = "terminated", "completed", "going on", "terminated of the decided"
HEADER: Final = (
    "quantity",
    "published",
    "published low",
    "published high",
    "model",
    "model low",
    "model high",
    "agrees",
)
CLASS_HEADER: Final = ("true cost over first estimate", "projects", "ever cancelled", "without partners")
Row = Mapping[str, str]
Draws = Mapping[str, Floats]


@dataclass(frozen=True)
class Portfolio:
    """Drawn projects that were under way in the window.

    Attributes:
        ratio: ``[project]`` true cost over the first estimate; ``known``: as far as it had come out by then.
        partners: ``[project]`` treaty members.
        ever: ``[project]`` whether it is cancelled at any time.
        fate: ``[project]`` at the end of the window.
        seen: ``[project]`` whether it was under way in the window at all.
    """

    ratio: Floats
    known: Floats
    partners: Floats
    ever: Floats
    fate: Floats
    seen: Floats

    def share(self, what: str) -> float:
        """Share of the projects seen with a fate, or of the decided ones."""
        fates = self.fate[self.seen]
        if what == DECIDED:
            fates = fates[fates != GOING_ON]
            what = TERMINATED
        return float(np.mean(fates == what)) if len(fates) else float("nan")


def main() -> None:
    model = model_asked_for(DEFAULT_MODEL)
    with fresh_folder("reference_class") as folder:
        folder.mkdir()
        published, drawn = table(model, "published"), table(model, "drawn")
        stream = np.random.default_rng(SEED)
        whole = portfolio(model, draws(drawn, PROJECTS, stream), stream)
        sets = [portfolio(model, draws(drawn, EACH, stream), stream, numbers) for numbers in _shared(model, stream)]
        compared = [compare(row, whole, sets) for row in published]
        classes = by_growth(whole)
        write_table(folder / "compared.csv", HEADER, compared)
        write_table(folder / "by_growth.csv", CLASS_HEADER, classes)
        picture = draw(whole, published, table(model, "projects"))
        (folder / "reference_class.svg").write_text(plots.draw(picture, english()).svg(), encoding="utf-8")
    print_table(HEADER, compared)
    print_table(CLASS_HEADER, classes)


def table(model: Model, name: str) -> list[Row]:
    """Rows of a table of the reference class beside a model; raises ModelError where there is none."""
    file = model.folder / WHERE / f"{name}.csv" if model.folder else None
    if file is None or not file.is_file():
        raise ModelError("error.case.no_series", where=f"{WHERE}/{name}.csv")
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def draws(rows: Sequence[Row], count: int, stream: np.random.Generator) -> dict[str, Floats]:
    """``value[project]`` of every quantity, each drawn by itself."""
    found = {}
    for row in rows:
        low, high = float(row["low"]), float(row["high"] or "nan")
        even = stream.random(count)
        if row["distribution"] == "log normal":
            values = float(row["middle"]) * np.exp(low * stream.standard_normal(count))
        elif row["distribution"] == "log uniform":
            values = low * (high / low) ** even
        else:
            values = low + even * (high - low)
        found[row["quantity"]] = np.where(stream.random(count) < float(row["zero"]), 0.0, values)
    return found


def _shared(model: Model, stream: np.random.Generator) -> list[dict[str, float]]:
    space = ranges_of(model)
    every = space.draw(SETS, int(stream.integers(2**31)))
    return [dict(zip(space.names, map(float, numbers), strict=True)) for numbers in every]


def portfolio(
    model: Model, drawn: Draws, stream: np.random.Generator, shared: Mapping[str, float] | None = None
) -> Portfolio:
    """Drawn projects run as cases, half on each route, and seen at the end of the window."""
    words = next(iter(model.cases.values())).roles.choices
    ((choice, routes),) = words.items()
    count = len(next(iter(drawn.values())))
    parts = [
        _run(model, choice, route, {k: v[n :: len(routes)] for k, v in drawn.items()}, stream, shared or {})
        for n, route in enumerate(routes)
    ]
    whole = Portfolio(*(np.concatenate([getattr(p, f) for p in parts]) for f in Portfolio.__dataclass_fields__))
    assert len(whole.ratio) == count
    return whole


def _run(
    model: Model, choice: str, route: str, drawn: Draws, stream: np.random.Generator, shared: Mapping[str, float]
) -> Portfolio:
    case = _bare(model, choice, route)
    ratio = np.maximum(1.0, drawn["final_cost_growth"])
    trial = run_case(model, case, {}, {**shared, **_constants(case, {**drawn, "final_cost_growth": ratio})})
    # Ages in years since approval: when a project ends, and how old it is when the window closes.
    gone, done = trial.cancelled() - case.first_year, trial.completion() - case.first_year
    end = np.minimum(gone, done)
    age = stream.random(len(ratio)) * (WINDOW + BEFORE)
    known_at = case.first_year + np.minimum(end, age)
    growth = trial.curves["cost_growth"]
    known = np.array([np.interp(at, trial.years, row) for at, row in zip(known_at, growth, strict=True)])
    fate = np.where(gone <= age, TERMINATED, np.where(done <= age, COMPLETED, GOING_ON))
    return Portfolio(ratio, known, drawn["treaty_members"], np.isfinite(gone), fate, end > age - WINDOW)


def _bare(model: Model, choice: str, route: str) -> Case:
    """A case that states nothing but its route; what it takes from a record is replaced by what is drawn."""
    case = next(iter(model.cases.values()))
    word = Fact(choice, route, 0.0, 0.0, "", "", "J", False, "")
    return replace(case, facts={START: case.facts[START], choice: word}, bounds={}, readings=())


def _constants(case: Case, drawn: Draws) -> dict[str, Floats]:
    roles = case.roles
    named = {name: role.constant for name, role in (*roles.facts.items(), *roles.drivers.items())}
    named |= {name: constant for name, (constant, _) in roles.fitted.items()}
    named["growth"] = next(role.growth for role in roles.drivers.values() if role.growth)
    return {case.name(named[name]): values for name, values in drawn.items()}


def compare(row: Row, whole: Portfolio, sets: Sequence[Portfolio]) -> list[object]:
    """A published figure beside what comes out: with the model file's numbers, and nine in ten of the sets."""
    what = row["quantity"]
    figures = [float(row[end]) if row[end] else float("nan") for end in ("value", "low", "high")]
    model, *rest = (measure(what, one) for one in (whole, *sets))
    low, high = np.nanquantile(rest, (0.05, 0.95))
    inside = "" if not (row["low"] and row["high"]) else "yes" if figures[1] <= model <= figures[2] else "no"
    shown = ["" if np.isnan(x) else float(x) for x in figures]
    return [what, *shown, float(model), float(low), float(high), inside]


def measure(what: str, of: Portfolio) -> float:
    """A published quantity as the drawn projects have it; medians for cost ratios of a fate."""
    kept = of.seen & (of.fate != TERMINATED)
    growth = of.known[kept] - 1
    if what in (TERMINATED, COMPLETED, GOING_ON, DECIDED):
        return of.share(what)
    if what == "median cost growth":
        return float(np.median(growth))
    if what in ("least cost growth", "most cost growth"):
        # The extreme of a sample as large as the one compared with, on average.
        chance = 1 / (SAMPLE + 1)
        return float(np.quantile(growth, chance if what.startswith("least") else 1 - chance))
    ended = of.seen & (of.fate == TERMINATED)
    chosen = of.known[ended if what.endswith("terminated") else of.seen & (of.fate == GOING_ON)]
    return float(np.median(chosen)) if len(chosen) else float("nan")


def by_growth(of: Portfolio) -> list[list[object]]:
    """Share of projects cancelled at any time, by class of true cost; last the same for those without partners."""
    rows: list[list[object]] = []
    for low, high in pairwise(CLASSES):
        chosen = (of.ratio >= low) & (of.ratio < high)
        alone = chosen & (of.partners == 0)
        name = f"{low:g} to {high:g}" if np.isfinite(high) else f"{low:g} and more"
        rows.append([name, int(chosen.sum()), float(of.ever[chosen].mean()), float(of.ever[alone].mean())])
    return rows


def draw(of: Portfolio, published: Sequence[Row], projects: Sequence[Row]) -> Picture:
    """Fates in the window, cost growth that has come out, and who is cancelled by true cost."""
    figures = {row["quantity"]: row for row in published}

    def fates(axes: Axes) -> None:
        names = (TERMINATED, COMPLETED, GOING_ON)
        for at, name in enumerate(names):
            value, low, high = (float(figures[name][end]) for end in ("value", "low", "high"))
            axes.bar(at - 0.2, of.share(name), 0.36, color=palette.BLUE, label="model" if not at else None)
            axes.bar(at + 0.2, value, 0.36, color=palette.ORANGE, label="published" if not at else None)
            axes.vlines(at + 0.2, low, high, color=plots.INK, lw=1)
        axes.set_xticks(range(len(names)), names)
        axes.set_ylabel("share of projects")
        axes.legend(loc="best")

    def growth(axes: Axes) -> None:
        for name, chosen, dashes in (("kept", of.fate != TERMINATED, "-"), ("terminated", of.fate == TERMINATED, "--")):
            values = np.sort(of.known[of.seen & chosen] - 1)
            axes.plot(
                values, np.linspace(0, 1, len(values)), dashes, color=palette.BLUE, lw=1.6, label=f"model, {name}"
            )
        median = float(figures["median cost growth"]["value"])
        least, most = (float(figures[f"{end} cost growth"]["value"]) for end in ("least", "most"))
        axes.hlines(0.5, least, most, color=palette.ORANGE, lw=1)
        axes.plot(median, 0.5, "o", color=palette.ORANGE, label=f"published, {SAMPLE} programmes")
        axes.set_xlabel("cost growth over the first estimate")
        axes.set_ylabel("share of projects below")
        axes.set_xlim(-0.6, 5)
        axes.legend(loc="best")

    def ended(axes: Axes) -> None:
        edges = np.linspace(1, 5, 17)
        middle = (edges[1:] + edges[:-1]) / 2
        inside = [(of.ratio >= a) & (of.ratio < b) for a, b in pairwise(edges)]
        axes.plot(middle, [of.ever[i].mean() if i.any() else np.nan for i in inside], color=palette.BLUE, lw=1.6,
                  label="model, cancelled at any time")  # fmt: skip
        ratios = [float(p["latest"]) / float(p["first"]) for p in projects]
        axes.plot(ratios, [float(p["ended"]) for p in projects], "o", ms=4, color=palette.ORANGE,
                  label="single projects, ended or not")  # fmt: skip
        axes.set_xlabel("true cost over first estimate")
        axes.set_ylabel("share cancelled")
        axes.legend(loc="best")

    panels = [Panel("Fates in a window of 16 years", fates), Panel("Cost growth that has come out", growth),
              Panel("Cancelled, by true cost", ended)]  # fmt: skip
    return Picture(panels, width=4.2, height=3.0, columns=3)


if __name__ == "__main__":
    main()
