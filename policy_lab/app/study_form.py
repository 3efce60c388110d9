"""A study as the form of the Rank page asks for it: what the form offers, and a checked plan from what it sends.

The questions, and the boxes of each, are those of the methods (``policy_lab/ensemble/questions.py``). Nothing the
browser sends is trusted: names are looked up in the model, ranges are checked as those of a study file are, and only
the sizes that stand there can be had.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from policy_lab import paths
from policy_lab.app import study_options
from policy_lab.app.labels import label_of, unit_of
from policy_lab.app.language import translated
from policy_lab.app.study_title import title_of
from policy_lab.catalogue import here, language, part, say
from policy_lab.ensemble.factors import Factor, lever_factors, uncertainty_factors
from policy_lab.ensemble.plan import Plan, saved_times
from policy_lab.ensemble.questions import CONDITIONS, LEAST_FACTORS, LEVER, UNCERTAINTY
from policy_lab.errors import BadValue, StudyError, UnknownName
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.simulation import simulate
from policy_lab.studies import Question, Study, method, plan_of, questions, runs_of

#: Years between the moments studied.
EVERY: Final = 5.0
#: Most outcomes of one study; each is drawn in the report.
MOST_OUTCOMES: Final = 30
#: Seeds that the page offers end here; a study file may have any.
LAST_SEED: Final = 2**31 - 1


@dataclass(frozen=True)
class Asked:
    """A checked study: its plan, its title in words, and how many runs it makes at first and at most."""

    plan: Plan
    title: str
    least: int
    most: int


def asked(model: Model, sent: Mapping[str, Any]) -> Asked:
    """The study that a form describes.

    Args:
        model: what is studied; a study never names another.
        sent: ``question``, ``scenario``, ``factors`` (name to ``[low, high]``), ``outcomes`` (names), ``size`` (one of
            the question's); it may have ``options`` (what its boxes say), ``fixed`` (what is held at a value, by name)
            and ``seed`` (1 by default).

    Raises:
        BadValue, StudyError, UnknownName: what cannot be had, in words.
    """
    key = study_options.one_of(sent.get("question"), offered_questions(model))
    name, question = questions()[key]
    size = question.sizes[study_options.one_of(sent.get("size"), question.sizes)]
    scenario = _scenario(model, sent.get("scenario"))
    options = study_options.read(model, question, sent.get("options", {}), times_of(model))
    named = _names(sent.get("outcomes"))
    more = dict.fromkeys(name for name in study_options.outcomes_in(question, options) if name not in named)
    outcomes = (*named, *more)
    if not 1 <= len(outcomes) <= MOST_OUTCOMES:
        raise BadValue(Message("study.no_outcome", {"most": MOST_OUTCOMES}))
    factors = _factors(model, question, sent.get("factors"))
    fixed = _fixed(model, factors, sent.get("fixed", {}))
    study = Study(
        title="",
        model=reference(model),
        method=name,
        factors=factors or "levers",
        scenario=scenario,
        size=size.size,
        seed=_seed(sent.get("seed", 1)),
        outcomes=outcomes,
        times=times_of(model),
        groups=question.groups,
        settings=fixed,
        options={**question.options, **size.options, **options},
    )
    plan = plan_of(study)
    return Asked(plan, title_of(plan), *runs_of(plan))


def offered_questions(model: Model) -> tuple[str, ...]:
    """What can be asked of a model, by the tables it has; in the order of their texts in the catalogue."""
    there = {
        LEVER: bool(model.levers),
        UNCERTAINTY: bool(model.uncertainties),
        "scenarios": len(model.scenarios) > 1,
        "choices": bool(model.choices),
    }
    order = list(part("ask"))
    fits = [key for key, (_, q) in questions().items() if all(there[need] for need in (*q.varies, *q.needs))]
    return tuple(sorted(fits, key=order.index))


def times_of(model: Model) -> tuple[float, ...]:
    """The moments studied: every fifth year that the model saves after the first lever begins, and its last."""
    saved = saved_times(model)
    starts = [model.program.constants[x.start] for x in model.levers.values() if x.start]
    first = min(starts, default=float(saved[0]))
    every = [float(t) for t in saved if t > first and math.isclose(t % EVERY, 0.0, abs_tol=1e-6)]
    return tuple(dict.fromkeys([*every, float(saved[-1])]))


def form(model: Model) -> dict[str, Any]:
    """What the form offers, in the language in use."""
    told = translated(model, language())
    offered = [*_offered(told, lever_factors(model)), *_offered(told, uncertainty_factors(model))]
    varied = {factor["name"] for group in offered for factor in group["factors"]}
    worlds = [
        {"value": key, "label": world.title, "values": _held(model.constants_of(key), varied)}
        for key, world in told.scenarios.items()
    ]
    return {
        "questions": [_question(key, *questions()[key]) for key in offered_questions(model)],
        "worlds": worlds or [{"value": "", "label": say("explore.bare_status_quo"), "values": {}}],
        "outcomes": [
            {"name": x.name, "label": x.label, "chosen": x.headline, **study_options.scale_of(told, x.name)}
            for x in told.outcomes.values()
            if x.name not in model.program.constants
        ],
        "times": list(times_of(model)),
        "groups": offered,
        "last_seed": LAST_SEED,
    }


def named_questions(model: Model, answered: Iterable[str] = ()) -> list[dict[str, str]]:
    """What can be asked, and what stored studies answer besides, by name."""
    keys = dict.fromkeys([*offered_questions(model), *answered])
    return [{"value": key, "label": here().texts.get(f"ask.{key}") or say(f"study.{key}.title")} for key in keys]


def _question(key: str, name: str, question: Question) -> dict[str, Any]:
    defaults = method(name).OPTIONS
    return {
        "value": key,
        "label": say(f"ask.{key}"),
        "how": say(f"ask.{key}_how"),
        "varies": list(question.varies),
        "sizes": [{"value": size, "label": say(f"study.size_{size}")} for size in question.sizes],
        "size": question.usual,
        "outcomes": not any(kind == CONDITIONS for kind in question.boxes.values()),
        "boxes": [
            {"name": option, "kind": kind, "label": say(f"ask.option.{option}"), "value": defaults[option]}
            for option, kind in question.boxes.items()
        ],
    }


def seconds_per_run(model: Model) -> float:
    """What one run takes here, measured on a handful; for the first estimate, before any study was run."""
    lever = next(iter(lever_factors(model) or uncertainty_factors(model)), None)
    values = {lever.name: np.linspace(lever.low, lever.high, 64)} if lever else {}
    simulate(model, values)  # compiles the model, or fetches it from the cache
    spent = []
    for _ in range(3):
        began = time.perf_counter()
        simulate(model, values)
        spent.append(time.perf_counter() - began)
    return min(spent) / 64


def _offered(told: Model, factors: tuple[Factor, ...]) -> list[dict[str, Any]]:
    """Factors by their heading, as the form shows them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for factor in factors:
        lever, unknown = told.levers.get(factor.name), told.uncertainties.get(factor.name)
        limits = (lever.low, lever.high) if lever else told.program.equations[factor.name].limits
        heading = lever.group if lever else factor.group
        groups.setdefault(heading, []).append(
            {
                "name": factor.name,
                "label": label_of(factor.name),
                "unit": unit_of(factor.unit),
                "low": factor.low,
                "high": factor.high,
                "base": factor.default,
                "least": limits[0],
                "most": limits[1],
                "why": say("study.graded", grade=unknown.grade, why=unknown.why) if unknown else lever and lever.why,
            }
        )
    kind = factors[0].kind if factors else ""
    return [{"kind": kind, "name": label_of(name or say("chart.other")), "factors": f} for name, f in groups.items()]


def _held(constants: Mapping[str, float], wanted: set[str]) -> dict[str, float]:
    """What a scenario sets among the things that can vary."""
    return {name: value for name, value in constants.items() if name in wanted}


def _scenario(model: Model, value: Any) -> str | None:
    if not value and not model.scenarios:
        return None
    if not isinstance(value, str) or value not in model.scenarios:
        raise UnknownName("scenario", str(value), model.scenarios)
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadValue(Message("study.not_understood"))
    return tuple(value)


def _factors(model: Model, question: Question, value: Any) -> dict[str, dict[str, float]]:
    """Factors with their ranges; what the tables of the model do not list cannot be varied here."""
    if not isinstance(value, Mapping):
        raise BadValue(Message("study.not_understood"))
    tables: dict[str, Mapping[str, Any]] = {LEVER: model.levers, UNCERTAINTY: model.uncertainties}
    allowed = {name: kind for kind in question.varies for name in tables[kind]}
    factors = {}
    for name in allowed:  # in the order of the model, so that the same study has the same hash
        if name not in value:
            continue
        low, high = _range(name, value[name])
        factors[name] = {"low": low, "high": high}
    unknown = sorted(set(map(str, value)) - set(allowed))
    if unknown:
        raise UnknownName("factor", unknown[0], allowed)
    if len(factors) < LEAST_FACTORS and question.varies:
        raise BadValue(Message("study.too_few"))
    if question.groups and {allowed[name] for name in factors} != set(question.varies):
        raise BadValue(Message("study.one_kind"))
    return factors


def _fixed(model: Model, factors: Mapping[str, Any], value: Any) -> dict[str, float]:
    """What is held at a value of its own while other things vary; the scenario decides about all the rest."""
    if not isinstance(value, Mapping):
        raise BadValue(Message("study.not_understood"))
    fixed = {}
    for name in (*model.levers, *model.uncertainties):  # in the order of the model, as above
        if name not in value:
            continue
        held = value[name]
        if name in factors or isinstance(held, bool) or not isinstance(held, int | float) or not math.isfinite(held):
            raise BadValue(Message("study.no_value", {"factor": Name(name, text=label_of(name))}))
        fixed[name] = float(held)
    unknown = sorted(set(map(str, value)) - set(fixed))
    if unknown:
        raise UnknownName("factor", unknown[0], (*model.levers, *model.uncertainties))
    model.constants_of(None, fixed)  # its ranges
    return fixed


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LAST_SEED:
        raise BadValue(Message("study.no_seed", {"most": LAST_SEED}))
    return value


def _range(name: str, value: Any) -> tuple[float, float]:
    numbers = isinstance(value, list) and len(value) == 2 and all(isinstance(v, int | float) for v in value)
    if not numbers or not all(math.isfinite(v) for v in value):
        raise BadValue(Message("study.no_range", {"factor": Name(name, text=label_of(name))}))
    low, high = float(value[0]), float(value[1])
    if low >= high:
        raise StudyError(Message("study.range_upside_down", {"factor": Name(name, text=label_of(name))}))
    return low, high


def reference(model: Model) -> str:
    """The model as a study file names it."""
    if model.folder is not None and model.folder.parent == paths.models_folder():
        return model.folder.name
    return str((model.folder or model.path).absolute())
