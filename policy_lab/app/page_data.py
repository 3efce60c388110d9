"""What the page's scripts know from the first moment: levers, worlds, assumptions, outcomes, and the words they say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from policy_lab.app import policy as page
from policy_lab.app.choice_data import choices
from policy_lab.app.glossary import synonyms, terms
from policy_lab.app.labels import key_of, keys_of, label_of, short_keys, unit_of
from policy_lab.app.language import documentation_of
from policy_lab.app.loops import assumption_keys, loop_facts
from policy_lab.app.model_session import ModelSession
from policy_lab.catalogue import here, language, part, say
from policy_lab.ensemble.quantity import money_of
from policy_lab.model import TIMING, Lever, Model, Scenario, Uncertainty
from policy_lab.model.conditions import Condition

#: Parts of the catalogue that the scripts of the page say something from.
SPOKEN: Final = (
    "app",
    "explore",
    "chart",
    "headline",
    "outcome",
    "quantity",
    "in_short",
    "list",
    "lever",
    "assumption",
    "keys",
    "link",
    "share",
    "present",
    "help",
    "tour",
    "wait",
    "number",
    "band",
    "compare",
    "why",
    "precedents",
    "actions",
    "brief",
    "loop",
    "assumed",
    "published",
    "model",
    "entry",
    "saved",
)
YEAR_UNITS: Final = frozenset({"year", "years", "yr"})


def facts(bench: ModelSession, files: Mapping[str, str], published: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Everything ``web/core/facts.js`` hands to the other scripts, as JSON; ``files`` are addresses, and
    ``published`` those that a copy without a server has besides (``Addresses.for_page``).

    Levers and assumptions (switches of loops among them) stand by their key; worlds by theirs, each with the constants
    it amounts to.
    """
    model = bench.model
    clock = model.program.clock
    return {
        "model": model.name,
        "hash": model.hash,
        "language": language(),
        "files": files,
        "published": published,
        "clock": {"initial": clock.initial, "final": clock.final, "unit": clock.unit},
        "levers": _levers(bench),
        "choices": choices(bench),
        "worlds": _worlds(bench),
        "assumptions": _assumptions(bench),
        "headlines": [outcome.name for outcome in headline_outcomes(model)],
        "shown": [_shown(bench, name) for name in dict.fromkeys([*model.outcomes, *page.first_charts(model)])],
        "start": start(bench),
        "glossary": terms(model),
        "synonyms": synonyms(model),
        "words": {f"{prefix}.{key}": text for prefix in SPOKEN for key, text in part(prefix).items()},
    }


def start(bench: ModelSession) -> dict[str, Any]:
    """The state of the page as it opens; its form stands at the head of ``web/core/state.js``."""
    model = bench.model
    world = page.status_quo_world(model)
    levers = page.levers_of_world(model, world)
    return {
        "world": world,
        "levers": {bench.lever_keys[name]: page.to_list(setting) for name, setting in levers.items()},
        "assumptions": {},
        "charts": list(page.first_charts(model)),
        "pins": [],
    }


def headline_outcomes(model: Model) -> list[Any]:
    """The outcomes of the strip: those marked headline, or all if none is."""
    marked = [outcome for outcome in model.outcomes.values() if outcome.headline]
    return marked or list(model.outcomes.values())


def title_of(model: Model, variable: str) -> str:
    """An outcome's label, or a variable's own name as a heading."""
    outcome = model.outcomes.get(variable)
    return outcome.label if outcome else label_of(variable)


def event_label(model: Model, name: str) -> str:
    """What an event's constant is about, in the language in use: ``event year[accident event]`` is "Accident"."""
    inside = name.partition("[")[2].rstrip("]") or name
    translated = model.texts(language()).get("elements", {}).get(inside)
    if translated:
        return str(translated)
    words = [word for word in inside.replace("_", " ").split() if word.casefold() not in {"event", "year", "of"}]
    return label_of(" ".join(words) or inside)


def _levers(bench: ModelSession) -> dict[str, Any]:
    keys = bench.lever_keys
    short = short_keys(keys, keys.values())
    return {keys[name]: _lever(bench.model, lever, short[name]) for name, lever in bench.model.levers.items()}


def _lever(model: Model, lever: Lever, short: str) -> dict[str, Any]:
    return {
        "name": lever.name,
        "short": short,
        "label": label_of(lever.name),
        "unit": unit_of(lever.unit),
        "low": lever.low,
        "high": lever.high,
        "default": lever.default,
        "step": lever.step,
        "places": max(places_of(lever.step), places_of(lever.default)),
        "ranges": [list(ends) for ends in page.ranges_of(model, lever)],
        "group": key_of(lever.group),
        "heading": lever.group,
        "timing": [getattr(lever, part) or None for part in TIMING],
    }


def places_of(step: float) -> int:
    """Decimal places that a lever's step needs: 0.05 needs two."""
    return next((p for p in range(7) if math.isclose(step * 10**p, round(step * 10**p), abs_tol=1e-9)), 6)


def _worlds(bench: ModelSession) -> dict[str, Any]:
    model = bench.model
    worlds = {key: _world(bench, key, scenario) for key, scenario in model.scenarios.items()}
    bare = page.status_quo_world(model)
    if bare not in worlds:
        levers = page.levers_of_world(model, bare)
        worlds[bare] = {
            "title": say("explore.bare_status_quo"),
            "rationale": say("explore.bare_rationale"),
            "levers": {bench.lever_keys[name]: page.to_list(setting) for name, setting in levers.items()},
            "constants": {},
            "marks": [],
            "until": model.program.clock.final,
            "point": {},
        }
    return worlds


def _world(bench: ModelSession, key: str, scenario: Scenario) -> dict[str, Any]:
    model = bench.model
    levers = page.levers_of_world(model, key)
    return {
        "title": scenario.title,
        "rationale": scenario.rationale,
        "levers": {bench.lever_keys[name]: page.to_list(setting) for name, setting in levers.items()},
        "constants": model.constants_of(key),
        "marks": _marks(model, scenario),
        "until": model.until(key),
        "point": dict(scenario.point),
    }


def _marks(model: Model, scenario: Scenario) -> list[dict[str, Any]]:
    """Dated events of a world: constants in years, set by its file, that fall inside the run."""
    clock = model.program.clock
    dated = [
        {"time": year, "label": event_label(model, name)}
        for name, year in scenario.events.items()
        if model.program.equations[name].unit.strip().casefold() in YEAR_UNITS
        and clock.initial <= year <= model.until(scenario.key)
        and "year" in name.casefold()
    ]
    return sorted(dated, key=lambda mark: mark["time"])


def _assumptions(bench: ModelSession) -> dict[str, Any]:
    model = bench.model
    keys = assumption_keys(model)
    short = short_keys(keys, keys.values())
    unknown = {keys[name]: _assumption(model, known, short[name]) for name, known in model.uncertainties.items()}
    switches = {keys[name]: {**known, "short": short[name]} for name, known in loop_facts(model).items()}
    return {**unknown, **switches}


def _assumption(model: Model, known: Uncertainty, short: str) -> dict[str, Any]:
    return {
        "name": known.name,
        "short": short,
        "label": label_of(known.name),
        "group": label_of(known.group),
        "unit": unit_of(known.unit),
        "low": known.low,
        "high": known.high,
        "default": known.default,
        "distribution": known.distribution,
        "grade": known.grade,
    }


def assumption_texts(model: Model) -> dict[str, tuple[str, str]]:
    """What each uncertain parameter is and why its range is as it is, and the range's source, by the parameter's key.

    Most people never open the list that shows them.
    """
    keys = assumption_keys(model)
    return {keys[name]: _told(model, known) for name, known in model.uncertainties.items()}


def _told(model: Model, known: Uncertainty) -> tuple[str, str]:
    said = (documentation_of(model, known.name, source=False).strip(), known.why.strip())
    text = " ".join(each if each.endswith((".", "!", "?")) else each + "." for each in said if each)
    source = model.sources.get(known.source)
    return text, source.citation if source else known.source


def _shown(bench: ModelSession, name: str) -> dict[str, Any]:
    model = bench.model
    outcome = model.outcomes.get(name)
    low, high = bench.ranges[name]
    return {
        "key": keys_of(model.program.visible)[name],
        "name": name,
        "label": title_of(model, name),
        "group": "",
        "unit": unit_of(model.program.equations[name].unit),
        "low": low,
        "high": high,
        "places": outcome.decimals if outcome else None,
        "better": outcome.better if outcome else "neither",
        "why": outcome.why if outcome else documentation_of(model, name, source=False),
        "where": _where(outcome.where) if outcome and outcome.where else None,
        "poles": [outcome.low_words, outcome.high_words]
        if outcome and outcome.low_words and outcome.high_words
        else None,
        "parts": [{"name": part, "label": title_of(model, part)} for part in outcome.parts] if outcome else [],
        "references": _references(model, name),
        "money": money_of(model.program.equations[name].unit),
        "date": _is_date(model, name, low, high),
    }


def _references(model: Model, name: str) -> list[dict[str, Any]]:
    """Known values that an outcome is compared with, in the language in use."""
    told = model.texts(language()).get("references", {})
    return [
        {"label": said.get("label", one.label), "value": one.value, "why": said.get("why", one.why)}
        for one in model.references.get(name, ())
        for said in [told.get(name, {}).get(one.label, {})]
    ]


def _is_date(model: Model, name: str, low: float, high: float) -> bool:
    """Whether a variable in years says when something is: all that it takes on in any scenario lies within the runs."""
    if model.program.equations[name].unit.strip().casefold() not in YEAR_UNITS:
        return False
    last = max([model.program.clock.final, *(model.until(key) for key in model.scenarios)])
    return model.program.clock.initial - 1 <= low and high <= last + 1


def _where(where: Condition) -> dict[str, Any]:
    """Where an outcome exists, and what to say where it does not."""
    return {**asdict(where), "why": here().in_words(where.why())}
