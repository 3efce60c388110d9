"""What the Precedents page knows: the stored results of every historical case, and how to run it in the browser.

``GET  …/precedents.json``   ``told`` below, in the language of the request
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from dash import Dash
from flask import Response, jsonify

from policy_lab.app.labels import unit_of
from policy_lab.app.middleware.compression import same_for_all
from policy_lab.app.model_session import ModelSession
from policy_lab.cases.causes import taken_away
from policy_lab.cases.run_case import constants_of, outputs_of, terms_of
from policy_lab.catalogue import SOURCE, here, language, name_in_words, say
from policy_lab.model import Model
from policy_lab.model.case_results import grade_words
from policy_lab.model.cases import START, Case

#: Kinds of words that the model's own text gives to cases (``[cases.<kind>]`` of ``text/<language>.toml``).
KINDS: Final = ("facts", "choices", "causes", "changes", "curves", "units")


def register(app: Dash, bench: ModelSession) -> None:
    """Adds the address to the app's server, below its prefix."""

    def precedents() -> Response:
        return same_for_all(jsonify(told(bench.model)))

    app.server.add_url_rule(f"{app.config.routes_pathname_prefix}precedents.json", "precedents", precedents)


def told(model: Model) -> dict[str, Any]:
    """Everything the page shows, in the language in use; ``cases`` is empty for a model without precedents.

    ``curves`` are what is drawn, in order; ``words`` what facts, choices, causes, changes and curves are called. Beside
    what is stored, a case has ``live``: the ``constants`` that it sets, the ``outputs`` to ask for by curve, the
    ``terms`` of opposition as ``[cause, variable, sign]``, and the ``controls`` of the facts that can be changed.
    """
    results = model.case_results
    if results is None:
        return {"cases": [], "sources": {}}
    cases = model.cases
    shown = [_shown(model, result, cases.get(result["key"])) for result in results["cases"]]
    roles = next(iter(cases.values())).roles
    return {
        "hash": results["hash"],
        "fate": asdict(roles.fate),
        "cause_of": roles.cause_of,
        "curves": [{"key": key, **asdict(curve)} for key, curve in roles.curves.items()],
        "words": {kind: _words(model, kind) for kind in KINDS},
        "cases": shown,
        "sources": {key: source.citation for key, source in model.sources.items() if key in _used(shown)},
    }


def _words(model: Model, kind: str) -> dict[str, str]:
    """Key to words in the language in use; what it lacks in the source language."""
    texts = [model.texts(code).get("cases", {}).get(kind, {}) for code in (SOURCE, language())]
    own = {START: say("precedents.fact_start")} if kind == "facts" else {}
    return {**own, **texts[0], **texts[1]}


def _shown(model: Model, result: Mapping[str, Any], case: Case | None) -> dict[str, Any]:
    live = _live(model, result, case) if case else None
    texts = _in_words(model, result)
    translated = language() == SOURCE or texts["summary"] != result["summary"]
    return {**result, **texts, "translated": translated, "live": live}


def _in_words(model: Model, result: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of a case in the language in use, as far as the model's file has them under the key of the case."""
    told = model.texts(language()).get("case", {}).get(result["key"], {})
    names, readings = told.get("series", {}), told.get("readings", {})
    series = [
        {**one, "series": names.get(one["series"], one["series"]), "unit": _unit(one["unit"])}
        for one in result["series"]
    ]
    named = {key: told.get(key, result[key]) for key in ("title", "summary")}
    others = [
        {**one, **_read(one, readings), "facts": _facts(one, readings.get(one["reading"], {}))}
        for one in result.get("readings", ())
    ]
    return {
        **named,
        **_read(result, readings),
        "errors": {**result["errors"], "grade": here().shown(grade_words(result["errors"]["grade"]))},
        "currency": _unit(result["currency"]),
        "facts": _facts(result, told.get("facts", {})),
        "series": series,
        "readings": others,
    }


def _unit(own: str) -> str:
    return name_in_words(own, "unit") or unit_of(own) or own


def _facts(result: Mapping[str, Any], whys: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{**one, "why": whys.get(one["name"], one["why"]), "unit": _unit(one["unit"])} for one in result["facts"]]


def _read(result: Mapping[str, Any], readings: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What a reading is called; "" for a case that is read in one way."""
    own = result.get("reading", "")
    return {"reading": readings.get(own, {}).get("title", own)}


def _live(model: Model, result: Mapping[str, Any], case: Case) -> dict[str, Any]:
    fitted = {number["name"]: float(number["value"]) for number in result["fitted"]}
    constants = {model.constant(name): value for name, value in constants_of(case, fitted).items()}
    terms = [[n, v, sign] for n, (v, sign) in terms_of(model, case).items() if v not in model.program.constants]
    controls = [_control(model, case, name, constants) for name in case.roles.controls]
    return {
        "constants": constants,
        "outputs": outputs_of(model, case),
        "terms": terms,
        "controls": controls,
        "tries": dict(_tries(model, case, controls)),
    }


def _tries(model: Model, case: Case, controls: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, float]]]:
    """The stored changes that a control can make, as ``change, {control: value}``."""
    by_constant = {control["constant"]: control for control in controls}
    for name, change in case.roles.without.items():
        constant, value = taken_away(model, case, change)
        control = by_constant.get(model.constant(constant))
        if control and control["low"] <= value <= control["high"]:
            yield name, {control["name"]: value}


def _control(model: Model, case: Case, name: str, constants: Mapping[str, float]) -> dict[str, Any]:
    """A fact or driver that can be changed: constant and range; its value is as stated, or the ordinary one."""
    driver = case.roles.drivers.get(name)
    constant = model.constant(case.name(driver.constant if driver else case.roles.facts[name].constant))
    value = float(constants.get(constant, model.program.constants[constant]))
    if driver:  # in the money of the case: a tenth to ten times the record's
        low, high = value / 10, value * 10
        unit = case.series[case.drivers[name]].unit
    else:
        unit = model.program.equations[constant].unit
        lowest, highest = model.range_of(constant)
        low = min(value, 0.0 if lowest is None else lowest)
        high = max(value, max(2 * value, 1.0) if highest is None else highest)
    return {
        "name": name, "constant": constant, "unit": unit_of(unit), "value": value, "low": low, "high": high,
        "step": _step(high - low),
    }  # fmt: skip


def _step(width: float) -> float:
    """A round step of about a hundredth of a range."""
    return float(10.0 ** math.floor(math.log10(width / 40))) if width > 0 else 1.0


def _used(cases: list[dict[str, Any]]) -> set[str]:
    facts = {fact["source"] for case in cases for each in (case, *case["readings"]) for fact in each["facts"]}
    return facts | {point["source"] for case in cases for series in case["series"] for point in series["points"]}
