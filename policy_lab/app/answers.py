"""What the Explore page shows for some settings: figures, sentences, tables and headlines, as plain data."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from policy_lab import charts
from policy_lab.app import settings as page
from policy_lab.app.link import address_of
from policy_lab.app.naming import figure_of, label_of, shows_nothing, significant_places, unit_of, with_unit
from policy_lab.app.settings import Settings
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench
from policy_lab.charts import Curve, Floats, Mark
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model, Outcome
from policy_lab.runs import Runs

YEAR_UNITS = frozenset({"year", "years", "yr"})


@dataclass(frozen=True)
class View:
    """One settings, run: what every part of the answer is made from."""

    bench: Workbench
    settings: Settings
    policy: Runs
    pinned: dict[str, Runs]

    @property
    def time(self) -> Floats:
        """``time[time]``."""
        return self.policy.time


def answer(bench: Workbench, request: dict[str, Any]) -> dict[str, Any]:
    """The whole answer to a request of the browser, with the request's number so that a late one is known as such.

    A policy that cannot be run gives ``{"number", "failed"}`` and a sentence; the page then keeps its last picture.
    """
    number = request.get("number", 0)
    settings = page.from_data(request, bench.model, bench.lever_keys)
    try:
        return {"number": number, **picture(view(bench, settings))}
    except PolicyLabError as error:
        return {"number": number, "failed": say("wait.failed", reason=str(error))}


def view(bench: Workbench, settings: Settings) -> View:
    """Runs the settings and the worlds pinned beside them."""
    pinned = {key: bench.run_of_world(key) for key in settings.pins}
    return View(bench, settings, bench.run_of(settings), pinned)


def picture(shown: View) -> dict[str, Any]:
    """Everything the page draws, as JSON."""
    model, settings = shown.bench.model, shown.settings
    return {
        "figures": [figure(shown, variable).to_plotly_json() for variable in settings.charts],
        "summaries": [summary(shown, variable) for variable in settings.charts],
        "tables": [table(shown, variable) for variable in settings.charts],
        "legend": legend(shown),
        "headlines": [headline(shown, outcome) for outcome in headline_outcomes(model)],
        "policy": policy_name(model, settings),
        "address": address_of(model, settings),
        "source": source(model, settings),
    }


def legend(shown: View) -> list[dict[str, str]]:
    """Label and kind of every line: status quo, current policy, then the pinned worlds in their order."""
    model, settings = shown.bench.model, shown.settings
    policy = say("explore.policy")
    name = policy if page.is_status_quo(model, settings) else f"{policy}: {policy_name(model, settings)}"
    pinned = [{"label": model.scenarios[key].title, "kind": f"pinned-{n}"} for n, key in enumerate(shown.pinned)]
    return [{"label": say("explore.status_quo"), "kind": "status-quo"}, {"label": name, "kind": "policy"}, *pinned]


def lines(shown: View, variable: str) -> list[Curve]:
    """The lines of one chart: status quo, pinned worlds, and the current policy on top where it differs."""
    model, settings = shown.bench.model, shown.settings
    reference = Curve(say("explore.status_quo"), shown.bench.status_quo.of(variable)[0], "status quo")
    pinned = [Curve(model.scenarios[key].title, runs.of(variable)[0]) for key, runs in shown.pinned.items()]
    policy = Curve(policy_name(model, settings), shown.policy.of(variable)[0], "policy")
    return [*pinned, policy, reference] if page.is_status_quo(model, settings) else [reference, *pinned, policy]


def figure(shown: View, variable: str) -> go.Figure:
    """The chart of one variable."""
    drawn = lines(shown, variable)
    limits = shown.bench.limits(variable, [line.y for line in drawn])
    unit = unit_of(unit_in(shown.bench.model, variable))
    return charts.curves(shown.time, drawn, unit, limits, events(shown.bench.model, shown.settings))


def events(model: Model, settings: Settings) -> list[Mark]:
    """Dated events of the chosen world: constants in years, set by its file, that fall inside the run."""
    scenario, clock = model.scenarios.get(settings.world), model.program.clock
    dated = [
        Mark(year, event_label(name))
        for name, year in (scenario.events if scenario else {}).items()
        if model.program.equations[name].unit.strip().casefold() in YEAR_UNITS
        and clock.initial <= year <= clock.final
        and "year" in name.casefold()
    ]
    return sorted(dated, key=lambda mark: mark.time)


def summary(shown: View, variable: str) -> str:
    """One or two sentences that say what the chart shows, for those who do not see it."""
    model = shown.bench.model
    unit = unit_in(model, variable)
    policy, reference = shown.policy.of(variable)[0], shown.bench.status_quo.of(variable)[0]
    ends = [r.of(variable)[0, -1] for r in shown.bench.worlds.values()] or [reference[-1]]
    places = _places(model, variable, np.array([*ends, policy[-1], reference[-1]]))
    texts = {
        "variable": title_of(model, variable),
        "first": with_unit(figure_of(policy[0], places), unit),
        "last": with_unit(figure_of(policy[-1], places), unit),
        "reference": figure_of(reference[-1], places),
        "low": figure_of(min(ends), places),
        "high": figure_of(max(ends), places),
        "from_year": f"{shown.time[0]:.0f}",
        "to_year": f"{shown.time[-1]:.0f}",
        "change": change_words(policy[-1] - reference[-1], places),
    }
    same = page.is_status_quo(model, shown.settings)
    return say("chart.summary_same" if same else "chart.summary", **texts)


def change_words(difference: float, places: int) -> str:
    """A difference in words: "0.4 higher", "no difference"."""
    text = figure_of(abs(difference), places)
    if shows_nothing(difference, places):
        return say("chart.equal")
    return say("chart.more" if difference > 0 else "chart.less", difference=text)


def table(shown: View, variable: str) -> dict[str, Any]:
    """The chart's numbers for every whole year, as head and body of a table."""
    model, drawn = shown.bench.model, lines(shown, variable)
    whole = [i for i, t in enumerate(shown.time) if math.isclose(t, round(t), abs_tol=1e-6)]
    places = _places(model, variable, np.concatenate([line.y for line in drawn]))
    body = [[f"{shown.time[i]:.0f}", *(figure_of(line.y[i], places) for line in drawn)] for i in whole]
    unit = unit_of(unit_in(model, variable)) or say("chart.no_unit")
    caption = say("chart.table_title", variable=title_of(model, variable), unit=unit)
    return {"caption": caption, "head": [say("chart.year"), *(line.label for line in drawn)], "body": body}


def headline(shown: View, outcome: Outcome) -> dict[str, str]:
    """One card: the outcome in the last year, its change against status quo, and whether that is better, in words."""
    policy = float(shown.policy.of(outcome.name)[0, -1])
    change = policy - float(shown.bench.status_quo.of(outcome.name)[0, -1])
    text = figure_of(abs(change), outcome.decimals)
    if shows_nothing(change, outcome.decimals):
        return {"value": figure_of(policy, outcome.decimals), "change": say("headline.unchanged"), "tone": "same"}
    direction = "higher" if change > 0 else "lower"
    tone = "other" if outcome.better == "neither" else "better" if outcome.better == direction else "worse"
    arrow = "▲" if change > 0 else "▼"
    words = say(f"headline.{direction if tone == 'other' else tone}")
    return {"value": figure_of(policy, outcome.decimals), "change": f"{arrow} {text} {words}", "tone": tone}


def headline_outcomes(model: Model) -> list[Outcome]:
    """The outcomes of the strip: those marked headline, or all if none is."""
    marked = [outcome for outcome in model.outcomes.values() if outcome.headline]
    return marked or list(model.outcomes.values())


def policy_name(model: Model, settings: Settings) -> str:
    """The current policy in words: its world, and how many levers were moved since."""
    title = page.scenario_title(model, settings.world, say("explore.bare_status_quo"))
    moved = len(page.moved_levers(model, settings))
    if not moved:
        return title
    return say("explore.policy_moved." + ("one" if moved == 1 else "many"), world=title, count=moved)


def numbers_csv(shown: View, variable: str, link: str) -> str:
    """The chart's numbers as CSV, with its source, unit and link in comment lines at the top."""
    model, drawn = shown.bench.model, lines(shown, variable)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in (source(model, shown.settings), link):
        out.write("# " + line.replace("\n", " ") + "\n")
    unit = unit_of(unit_in(model, variable)) or say("chart.no_unit")
    out.write("# " + say("chart.table_title", variable=title_of(model, variable), unit=unit) + "\n")
    writer.writerow(["Time", *(line.label for line in drawn)])
    writer.writerows([f"{t:.10g}", *(f"{line.y[i]:.10g}" for line in drawn)] for i, t in enumerate(shown.time))
    return out.getvalue()


def source(model: Model, settings: Settings) -> str:
    """What every exported picture and table carries beside its link: source, model version, scenario."""
    return say("chart.source", model=model.name, hash=model.hash[:8], policy=policy_name(model, settings))


def choices(model: Model) -> list[dict[str, Any]]:
    """What a chart can show, for a chooser: outcomes first, then every variable under its group."""
    outcomes = [{"value": name, "label": title_of(model, name)} for name in model.outcomes]
    groups: dict[str, list[dict[str, str]]] = {}
    for name in model.program.visible:
        if name not in model.outcomes and model.program.equations[name].kind != "control":
            heading = model.program.equations[name].group or say("chart.other")
            groups.setdefault(heading, []).append({"value": name, "label": label_of(name)})
    named = [{"group": say("chart.variables", group=label_of(g)), "items": items} for g, items in groups.items()]
    return [*([{"group": say("chart.outcomes"), "items": outcomes}] if outcomes else []), *named]


def title_of(model: Model, variable: str) -> str:
    """An outcome's label, or a variable's own name as a heading."""
    outcome = model.outcomes.get(variable)
    return outcome.label if outcome else label_of(variable)


def unit_in(model: Model, variable: str) -> str:
    """Unit of a variable as the model file gives it."""
    return model.program.equations[variable].unit


def _places(model: Model, variable: str, values: Floats) -> int:
    outcome = model.outcomes.get(variable)
    return outcome.decimals if outcome else significant_places(float(np.max(np.abs(values))))


def event_label(name: str) -> str:
    """What an event's constant is about: ``event year[accident event]`` is "Accident"."""
    inside = name.partition("[")[2].rstrip("]") or name
    words = [word for word in inside.replace("_", " ").split() if word.casefold() not in {"event", "year", "of"}]
    return label_of(" ".join(words) or inside)
