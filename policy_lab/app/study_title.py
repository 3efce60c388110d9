"""What a study is called in a list of them: its question, what it is about, and what tells it from the usual one."""

from __future__ import annotations

from typing import Any, Final

from policy_lab.app.labels import count_of, label_of, plain, world_of
from policy_lab.catalogue import here, name_in_words, say
from policy_lab.ensemble.factors import lever_factors, uncertainty_factors
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import CONDITIONS, LEVER, SCENARIO, SCENARIOS, UNCERTAINTY
from policy_lab.messages import Message
from policy_lab.studies import question_of, questions

#: Ranges and values of its own that a study's title tells.
TOLD: Final = 2


def key_of(plan: Plan) -> str:
    """The question that a study answers."""
    return question_of(plan.study.method, {factor.kind for factor in plan.factors}, plan.grouped)


def title_of(plan: Plan) -> str:
    """``Which levers matter most? 25 levers, Status quo``."""
    key = key_of(plan)
    asked = say(f"ask.{key}") if key in questions() else say(f"study.{key}.title")
    return f"{asked} {details_of(plan)}"


def details_of(plan: Plan) -> str:
    """The title without the question."""
    scenario = _scenario(plan, plan.study.scenario or "")
    about = _asked_for(plan) or _varied(plan)
    return "; ".join([say("study.title", about=about, scenario=scenario), *_own(plan)])


def _scenario(plan: Plan, key: str) -> str:
    """A scenario's title in the language in use, else the model's own."""
    known = plan.model.scenarios.get(key)
    return name_in_words(key, "scenario") or (known.title if known else world_of(key))


def _varied(plan: Plan) -> str:
    kinds = {factor.kind for factor in plan.factors}
    key = {frozenset([LEVER]): "levers", frozenset([UNCERTAINTY]): "uncertainties"}.get(frozenset(kinds), "both")
    return say(f"study.title_{key}", count=count_of(len(plan.factors)))


def _asked_for(plan: Plan) -> str:
    """What the boxes of the question say, "" where it has none."""
    known = questions().get(key_of(plan))
    said = [part for option, kind in (known[1].boxes if known else {}).items() for part in _box(plan, option, kind)]
    return here().shown(said, "commas") if said else ""


def _box(plan: Plan, option: str, kind: str) -> list[str]:
    value: Any = plan.options[option]
    if kind == CONDITIONS:
        return [_condition(plan, one) for one in value]
    if kind == SCENARIO and value:
        return [_scenario(plan, value)]
    return [_scenario(plan, one) for one in value] if kind == SCENARIOS else []


def _condition(plan: Plan, one: Any) -> str:
    side = "above" if "above" in one else "below"
    outcome = plan.model.find(one["outcome"])
    told = {
        "outcome": plan.named(outcome),
        "limit": plan.quantity(outcome, one[side]),
        "time": float(one.get("time", plan.times[-1])),
    }
    return here().in_words(Message(f"study.title_{side}", told))


def _own(plan: Plan) -> list[str]:
    """What tells a study from the usual one of its kind: ranges of its own, what it holds, its seed."""
    usual = {f.name: (f.low, f.high) for f in (*lever_factors(plan.model), *uncertainty_factors(plan.model))}
    ranges = [
        f"{label_of(f.name)} {plain(f.low)} – {plain(f.high)}"
        for f in plan.factors
        if usual.get(f.name) != (f.low, f.high)
    ]
    fixed = [say("study.title_fixed", name=label_of(k), value=plain(x)) for k, x in plan.study.settings.items()]
    told, seed = ranges + fixed, plan.study.seed
    more = [say("study.title_more", count=len(told) - TOLD)] if len(told) > TOLD else []
    return [*told[:TOLD], *more, *([say("study.title_seed", seed=seed)] if seed != 1 else [])]
