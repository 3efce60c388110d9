"""What the Precedents page knows: the stored results of every historical case, and how to run it in the browser.

``GET  …/precedents.json``   ``told`` below, in the language of the request
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from dash import Dash
from flask import Response, jsonify

from policy_lab.app.labels import unit_of
from policy_lab.app.language import retold
from policy_lab.app.middleware.compression import same_for_all
from policy_lab.app.model_session import ModelSession
from policy_lab.cases.causes import WITHOUT
from policy_lab.cases.run_case import BUILT, OUTPUTS, STANDS, TERMS, constants_of
from policy_lab.catalogue import SOURCE, language
from policy_lab.model import Model
from policy_lab.model.cases import FACTS, Case

#: Keys of the stored curves, in the order of the trials' ``OUTPUTS``.
CURVES: Final = ("spending", "works", "cost_growth", "opposition", "standing", "staff")
#: Facts that somebody can change on the page, and constants of a case beside them.
CHANGEABLE: Final = ("final_cost_growth", "treaty_members", "urgency", "secrecy", "planned_duration")
RIVALS: Final = ("rival_budget", "case rival budget")


def register(app: Dash, bench: ModelSession) -> None:
    """Adds the address to the app's server, below its prefix."""

    def precedents() -> Response:
        return same_for_all(jsonify(told(bench.model)))

    app.server.add_url_rule(f"{app.config.routes_pathname_prefix}precedents.json", "precedents", precedents)


def told(model: Model) -> dict[str, Any]:
    """Everything the page shows, in the language in use; ``cases`` is empty for a model without precedents.

    Beside what is stored, a case has ``live``: the ``constants`` that it sets, the ``outputs`` to ask for by curve, the
    ``terms`` of opposition as ``[cause, variable, sign]``, and the ``controls`` of the facts that can be changed.
    """
    results = model.case_results
    if results is None:
        return {"cases": [], "sources": {}}
    cases = model.cases
    shown = [_shown(model, result, cases.get(result["key"])) for result in results["cases"]]
    return {
        "hash": results["hash"],
        "rule": {"stands": STANDS, "built": BUILT},
        "cases": shown,
        "sources": {key: source.citation for key, source in model.sources.items() if key in _used(shown)},
    }


def _shown(model: Model, result: Mapping[str, Any], case: Case | None) -> dict[str, Any]:
    live = _live(model, result, case) if case else None
    texts = _in_words(model, result)
    translated = language() == SOURCE or texts["summary"] != result["summary"]
    return {**result, **texts, "translated": translated, "live": live}


def _in_words(model: Model, result: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of a case in the language in use, as far as the model's file has them."""

    def unit(own: str) -> str:
        return retold(model, unit_of(own) or own)

    facts = [{**fact, "why": retold(model, fact["why"]), "unit": unit(fact["unit"])} for fact in result["facts"]]
    series = [{**one, "series": retold(model, one["series"]), "unit": unit(one["unit"])} for one in result["series"]]
    named = {key: retold(model, result[key]) for key in ("title", "summary")}
    errors = {**result["errors"], "grade": retold(model, result["errors"]["grade"])}
    return {**named, "errors": errors, "currency": unit(result["currency"]), "facts": facts, "series": series}


def _live(model: Model, result: Mapping[str, Any], case: Case) -> dict[str, Any]:
    fitted = {number["name"]: float(number["value"]) for number in result["fitted"]}
    constants = {model.constant(name): value for name, value in constants_of(case, fitted).items()}
    outputs = {key: model.find(f"{name}[{case.pathway}]") for key, name in zip(CURVES, OUTPUTS, strict=True)}
    terms = [[name, model.find(term.format(p=case.pathway)), sign] for name, (term, sign) in TERMS.items()]
    controls = _controls(model, case, constants)
    return {
        "constants": constants,
        "outputs": outputs,
        "terms": terms,
        "controls": controls,
        "tries": _tries(model, controls),
    }


def _tries(model: Model, controls: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """The stored changes that a control can make: ``{change: {control: value}}``."""
    named = {control["constant"]: control["name"] for control in controls}
    tries = {change: (named.get(model.constant(constant)), value) for change, (constant, value) in WITHOUT.items()}
    return {change: {name: value} for change, (name, value) in tries.items() if name}


def _controls(model: Model, case: Case, constants: Mapping[str, float]) -> list[dict[str, Any]]:
    """Each fact that can be changed, with its constant and range; its value is as stated, or the ordinary one."""
    named = {name: FACTS[name][0].format(p=case.pathway) for name in CHANGEABLE} | dict([RIVALS])
    return [_control(model, name, model.constant(constant), constants) for name, constant in named.items()]


def _control(model: Model, name: str, constant: str, constants: Mapping[str, float]) -> dict[str, Any]:
    value = float(constants.get(constant, model.program.constants[constant]))
    if name == RIVALS[0]:  # in the money of the case: a tenth to ten times the record's
        low, high = value / 10, value * 10
    else:
        lowest, highest = model.range_of(constant)
        low = min(value, 0.0 if lowest is None else lowest)
        high = max(value, max(2 * value, 1.0) if highest is None else highest)
    return {"name": name, "constant": constant, "value": value, "low": low, "high": high, "step": _step(high - low)}


def _step(width: float) -> float:
    """A round step of about a hundredth of a range."""
    return float(10.0 ** math.floor(math.log10(width / 40))) if width > 0 else 1.0


def _used(cases: list[dict[str, Any]]) -> set[str]:
    facts = {fact["source"] for case in cases for fact in case["facts"]}
    return facts | {point["source"] for case in cases for series in case["series"] for point in series["points"]}
