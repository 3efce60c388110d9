"""Which uncertain parameters decide the outcomes in each scenario, and how far outcomes spread.

    python -m analysis.parameter_uncertainty [MODEL] [--size N]

For every scenario: Sobol' indices of the uncertain parameters with the levers where the scenario puts them, and the
spread of the outcomes at the last year. Writes ``results/parameter_uncertainty/``: ``report.html`` (what it says, for
people), ``parameters.csv`` (the leading parameters of each outcome in each world), ``spread.csv``, ``provenance.json``
and a figure of the parameters that lead anywhere.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from analysis.documents import TEMPLATES
from analysis.results_folder import every_fifth_year, fresh_folder, model_asked_for, write_table
from policy_lab.catalogue import english
from policy_lab.estimators import ranking
from policy_lab.messages import Message
from policy_lab.model import Model
from policy_lab.progress import bar
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Drawing, Panel, Picture
from policy_lab.report.study_report import FactorRow, factor_rows
from policy_lab.report.templating import Context, render
from policy_lab.studies import Findings, Study, run_study

QUESTION = "Which uncertain parameters decide the outcomes in each world, and how sure is that?"
LEADING = 5
SHOWN = 14


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--size", type=int, default=256, help="base points a world, a power of two (default 256)")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    with fresh_folder("parameter_uncertainty") as folder:
        folder.mkdir(parents=True)
        found = {world: study_of(model, asked.model, world, asked.size) for world in model.scenarios}
        write_table(
            folder / "parameters.csv",
            ("world", "outcome", "place", "parameter", "share", "low", "high", "grade"),
            [row for world, findings in found.items() for row in leading(model, world, findings)],
        )
        write_table(
            folder / "spread.csv",
            ("world", "outcome", "year", "mean", "standard deviation", "unit"),
            [row for world, findings in found.items() for row in spread(model, world, findings)],
        )
        drawn = plots.draw(picture_of(model, found), english(), pixels=True)
        plots.save(drawn, folder, "parameters")
        report = render(page_of(model, found, drawn.panels), english())
        (folder / "report.html").write_text(report, encoding="utf-8")
        made = {world: made_by(findings) for world, findings in found.items()}
        (folder / "provenance.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        for sentence in in_short(model, found):
            print(f"- {sentence}")


def study_of(model: Model, name: str | None, world: str, size: int) -> Findings:
    """The uncertain parameters in one world; the runs themselves are not kept."""
    study = Study(
        model=name or "big_science",
        scenario=world,
        factors="uncertainties",
        size=size,
        times=every_fifth_year(model),
        options={"resamples": 300},
    )
    print(f"{model.scenarios[world].title} …", flush=True)
    with TemporaryDirectory(prefix="policy-lab-") as place:
        return run_study(study, Path(place) / "out", progress=bar, pictures=False)


def leading(model: Model, world: str, findings: Findings) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for outcome in findings.outcomes:
        top = ranking.ordered(findings, outcome).head(LEADING)
        for place, row in enumerate(top.itertuples(), start=1):
            grade = model.uncertainties[row.factor].grade
            rows.append((world, outcome, place, row.factor, row.value, row.low, row.high, grade))
    return rows


def spread(model: Model, world: str, findings: Findings) -> list[tuple[object, ...]]:
    last = findings.times[-1]
    mean, sd = (findings.of(index, time=last).set_index("outcome")["value"] for index in ("mean", "sd"))
    return [
        (world, outcome, f"{last:g}", float(mean[outcome]), float(sd[outcome]), model.program.equations[outcome].unit)
        for outcome in findings.outcomes
    ]


def made_by(findings: Findings) -> dict[str, object]:
    """What is needed to make the figures of a world again."""
    keys = ("model", "model_hash", "scenario", "method", "seed", "size", "runs", "failed_runs", "backend", "versions")
    return {key: findings.provenance[key] for key in keys}


def mean_share(model: Model, findings: Findings) -> pd.Series:
    """Share of the variance each parameter has a hand in, on average over the outcomes, by name."""
    total = findings.of("ST").loc[lambda t: t["time"].isna() & t["value"].notna()]
    return total[total["factor"].isin(model.uncertainties)].groupby("factor")["value"].mean()


def firsts(found: dict[str, Findings], outcome: str) -> dict[str, list[str]]:
    """Parameter to the worlds in which it comes first for an outcome, the one with most worlds first."""
    worlds: dict[str, list[str]] = {}
    for world, findings in found.items():
        rows = ranking.ordered(findings, outcome)
        if len(rows):
            worlds.setdefault(str(rows.iloc[0]["factor"]), []).append(world)
    return dict(sorted(worlds.items(), key=lambda item: -len(item[1])))


def in_short(model: Model, found: dict[str, Findings]) -> list[str]:
    """What holds over all worlds and outcomes."""
    shares = sum(mean_share(model, f).reindex(list(model.uncertainties), fill_value=0.0) for f in found.values())
    top = (shares / len(found)).sort_values(ascending=False).head(5)
    graded = [
        f"{name} ({english().number(share, 'percent')}, grade {model.uncertainties[name].grade})"
        for name, share in top.items()
    ]
    some = next(iter(found.values()))
    flips = [model.outcomes[o].label for o in some.outcomes if len(firsts(found, o)) > 1]
    same = [model.outcomes[o].label for o in some.outcomes if len(firsts(found, o)) == 1]
    said = [f"On average over all worlds and outcomes most of the variance involves {english().listed(graded)}."]
    if same:
        said.append(f"One parameter comes first in every world for {english().listed(same, 12)}.")
    if flips:
        said.append(
            f"Which comes first depends on the world for {english().listed(flips, 12)}: knowing what to find out first "
            "presumes a policy."
        )
    return [*said, least_certain(model, found)]


def least_certain(model: Model, found: dict[str, Findings]) -> str:
    """The outcome whose spread is largest against its mean, in the first world."""
    world, findings = next(iter(found.items()))
    last = findings.times[-1]
    mean, sd = (findings.of(index, time=last).set_index("outcome")["value"] for index in ("mean", "sd"))
    widest = (sd / mean.abs()).dropna().sort_values(ascending=False).index[0]
    unit = model.program.equations[widest].unit
    return (
        f"In the world “{model.scenarios[world].title}” the least certain outcome is {model.outcomes[widest].label}: "
        f"at {last:g} its standard deviation, {english().number(float(sd[widest]), 'short')} {unit}, is "
        f"{english().number(float(sd[widest] / abs(mean[widest])), 'short')} times its mean."
    )


def on_outcome(model: Model, found: dict[str, Findings], outcome: str) -> list[str]:
    """What decides an outcome in the first world, and where another parameter comes first."""
    world, findings = next(iter(found.items()))
    said = map(english().in_words, ranking.about_outcome(findings, outcome))
    sentences = [f"In the scenario “{model.scenarios[world].title}”:", *said]
    leads = firsts(found, outcome)
    if len(leads) == 1:
        return [*sentences, "The same parameter comes first in every scenario."]
    where = [
        f"{name} in {len(worlds)} of {len(found)} scenarios"
        if 2 * len(worlds) > len(found)
        else f"{name} in {english().listed([model.scenarios[w].title for w in worlds], 10)}"
        for name, worlds in leads.items()
    ]
    return [*sentences, "The ranking changes between scenarios: first comes " + "; ".join(where) + "."]


@dataclass(frozen=True)
class UncertaintyPage(Context, template="parameter_uncertainty.html.j2", folder=TEMPLATES):
    """The report: what it says in short, a picture, and outcome by outcome and scenario by scenario."""

    question: str
    setting: str
    general: Sequence[str]
    notes: Sequence[Message]
    drawings: Sequence[Drawing]
    outcomes: Sequence[tuple[str, Sequence[str]]]
    scenarios: Sequence[tuple[str, Sequence[Message]]]
    factors: Sequence[FactorRow]


def page_of(model: Model, found: dict[str, Findings], drawings: Sequence[Drawing]) -> UncertaintyPage:
    some = next(iter(found.values()))
    runs = sum(int(f.provenance["runs"]) for f in found.values())
    return UncertaintyPage(
        question=QUESTION,
        setting=setting(model, found, runs),
        general=in_short(model, found),
        notes=list({str(note): note for f in found.values() for note in f.notes}.values()),
        drawings=drawings,
        outcomes=[(model.outcomes[o].label, on_outcome(model, found, o)) for o in some.outcomes],
        scenarios=[(model.scenarios[world].title, ranking.summary(f)) for world, f in found.items()],
        factors=factor_rows(some),
    )


def setting(model: Model, found: dict[str, Findings], runs: int) -> str:
    some = next(iter(found.values()))
    return (
        f"{runs:,} runs of the model {model.name}: {len(model.uncertainties)} uncertain parameters over their ranges "
        f"in each of {len(found)} worlds, with the levers where each world has them; {len(some.outcomes)} outcomes "
        f"from {some.times[0]:g} to {some.times[-1]:g}. Everything here is conditional on model and ranges. It "
        "is no forecast."
    )


def picture_of(model: Model, found: dict[str, Findings]) -> Picture:
    """Mean share of each leading parameter in each world, as a table of shades with the numbers in it."""
    share = np.array([mean_share(model, f).reindex(list(model.uncertainties), fill_value=0.0) for f in found.values()])
    names = list(model.uncertainties)
    order = np.argsort(-share.max(axis=0))[:SHOWN]

    def paint(axes: Axes) -> None:
        axes.imshow(share[:, order].T, cmap="Blues", aspect="auto", vmin=0, vmax=max(0.5, float(share.max())))
        for x in range(len(found)):
            for y, column in enumerate(order):
                # inks of their own, which the dark page does not change, as it does not change the cells
                ink = "#fefefe" if share[x, column] > 0.3 else "#111111"
                axes.text(x, y, f"{100 * share[x, column]:.0f}", ha="center", va="center", color=ink)
        axes.set_xticks(range(len(found)), [plots.shortened(model.scenarios[w].title, 14) for w in found], rotation=0)
        axes.set_yticks(range(len(order)), [plots.shortened(names[c], 40) for c in order])
        axes.spines[:].set_visible(False)

    title = "Share of the variance (%), with interactions, on average over the headline outcomes"
    return Picture([Panel(title, paint)], width=11, height=1.5 + 0.36 * len(order), label=3.0)


if __name__ == "__main__":
    main()
