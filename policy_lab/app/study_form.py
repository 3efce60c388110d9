"""A study as the form of the Rank page asks for it: what the form offers, and a checked plan from what it sends.

Nothing the browser sends is trusted: names are looked up in the model, ranges are checked as those of a study file are,
and only the sizes that stand here can be had.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from policy_lab import paths
from policy_lab.app.labels import label_of, plain, unit_of
from policy_lab.app.language import translated
from policy_lab.catalogue import language, say
from policy_lab.ensemble.factors import Factor, lever_factors, uncertainty_factors
from policy_lab.ensemble.plan import Plan, saved_times
from policy_lab.errors import BadValue, StudyError, UnknownName
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.simulation import simulate
from policy_lab.studies import Study, plan_of

#: What can be asked: which levers matter, which uncertain parameters matter, or one group against the other.
LEVERS, UNCERTAINTIES, CHOICE = "levers", "uncertainties", "choice"
QUESTIONS: Final = (LEVERS, UNCERTAINTIES, CHOICE)

#: Years between the moments studied.
EVERY: Final = 5.0
#: Most outcomes of one study; each is drawn in the report.
MOST_OUTCOMES: Final = 30
RESAMPLES: Final = 1000
#: Ranges and values of its own that a study's title tells.
TOLD: Final = 2
#: Seeds that the page offers end here; a study file may have any.
LAST_SEED: Final = 2**31 - 1


@dataclass(frozen=True)
class Size:
    """How thorough a study is: base points at first, and for a stop rule its purpose and its end."""

    size: int
    purpose: str = ""
    most: int = 0

    @property
    def largest(self) -> int:
        """Base points at most."""
        return self.most or self.size


SIZES: Final[Mapping[str, Size]] = {
    "quick": Size(128),
    "usual": Size(512),
    "ranking": Size(256, "ranking", 4096),
    "screening": Size(256, "screening", 4096),
    "indices": Size(512, "indices", 8192),
}
USUAL: Final = "usual"


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
        sent: ``question``, ``scenario``, ``factors`` (name to ``[low, high]``), ``outcomes`` (names), ``size`` (a key
            of ``SIZES``); it may have ``fixed`` (what is held at a value, by name) and ``seed`` (1 by default).

    Raises:
        BadValue, StudyError, UnknownName: what cannot be had, in words.
    """
    question = _one_of(sent.get("question"), QUESTIONS)
    size = SIZES[_one_of(sent.get("size"), SIZES)]
    scenario = _scenario(model, sent.get("scenario"))
    outcomes = _names(sent.get("outcomes"))
    if not 1 <= len(outcomes) <= MOST_OUTCOMES:
        raise BadValue(Message("study.no_outcome", {"most": MOST_OUTCOMES}))
    factors = _factors(model, question, sent.get("factors"))
    fixed = _fixed(model, factors, sent.get("fixed", {}))
    seed = _seed(sent.get("seed", 1))
    options: dict[str, Any] = {"resamples": RESAMPLES}
    if size.purpose:
        options |= {"purpose": size.purpose, "max_size": size.most}
    if question == CHOICE:
        options["second_order"] = True
    title = "; ".join([title_of(model, question, scenario, len(factors)), *_details(model, factors, fixed, seed)])
    study = Study(
        title=title,
        model=_reference(model),
        method="sobol",
        factors=factors,
        scenario=scenario,
        size=size.size,
        seed=seed,
        outcomes=outcomes,
        times=times_of(model),
        groups="kind" if question == CHOICE else None,
        settings=fixed,
        options=options,
    )
    plan = plan_of(study)
    per_point = 2 * len(plan.groups) + 2 if question == CHOICE else len(plan.groups) + 2
    return Asked(plan, title, size.size * per_point, size.largest * per_point)


def title_of(model: Model, question: str, scenario: str | None, varied: int) -> str:
    """What a study is called in a list of them."""
    known = translated(model, language()).scenarios.get(scenario or "")
    world = known.title if known else say("explore.bare_status_quo")
    return say(f"study.title_{question}", world=world, count=varied)


def _details(
    model: Model, factors: Mapping[str, Mapping[str, float]], fixed: Mapping[str, float], seed: int
) -> list[str]:
    """What tells a study from the usual one of its kind: ranges of its own, what it holds, its seed."""
    usual = {f.name: (f.low, f.high) for f in (*lever_factors(model), *uncertainty_factors(model))}
    ranges = [
        f"{label_of(name)} {plain(f['low'])} – {plain(f['high'])}"
        for name, f in factors.items()
        if usual[name] != (f["low"], f["high"])
    ]
    told = ranges + [say("study.title_fixed", name=label_of(name), value=plain(x)) for name, x in fixed.items()]
    more = [say("study.title_more", count=len(told) - TOLD)] if len(told) > TOLD else []
    return [*told[:TOLD], *more, *([say("study.title_seed", seed=seed)] if seed != 1 else [])]


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
    outcomes = [
        {"name": x.name, "label": x.label, "chosen": x.headline}
        for x in told.outcomes.values()
        if x.name not in model.program.constants
    ]
    return {
        "questions": [{"value": q, "label": say(f"study.ask_{q}")} for q in questions_of(model)],
        "worlds": worlds or [{"value": "", "label": say("explore.bare_status_quo"), "values": {}}],
        "outcomes": outcomes,
        "sizes": [{"value": key, "label": say(f"study.size_{key}")} for key in SIZES],
        "size": USUAL,
        "points": {key: [s.size, s.largest] for key, s in SIZES.items()},
        "groups": offered,
        "last_seed": LAST_SEED,
    }


def questions_of(model: Model) -> tuple[str, ...]:
    """What can be asked of a model, by the tables it has."""
    there = {LEVERS: bool(model.levers), UNCERTAINTIES: bool(model.uncertainties)}
    return tuple(q for q in QUESTIONS if there.get(q, all(there.values())))


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
    """What a world sets among the things that can vary."""
    return {name: value for name, value in constants.items() if name in wanted}


def _one_of(value: Any, possible: Any) -> str:
    if not isinstance(value, str) or value not in possible:
        raise BadValue(Message("study.not_understood"))
    return value


def _scenario(model: Model, value: Any) -> str | None:
    if not value and not model.scenarios:
        return None
    if value not in model.scenarios:
        raise UnknownName("scenario", str(value), model.scenarios)
    return str(value)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadValue(Message("study.not_understood"))
    return tuple(value)


def _factors(model: Model, question: str, value: Any) -> dict[str, dict[str, float]]:
    """Factors with their ranges; what the tables of the model do not list cannot be varied here."""
    if not isinstance(value, Mapping):
        raise BadValue(Message("study.not_understood"))
    wanted = {LEVERS: model.levers, UNCERTAINTIES: model.uncertainties}
    allowed = wanted.get(question, {**model.levers, **model.uncertainties})
    factors = {}
    for name in allowed:  # in the order of the model, so that the same study has the same hash
        if name not in value:
            continue
        low, high = _range(name, value[name])
        factors[name] = {"low": low, "high": high}
    unknown = sorted(set(map(str, value)) - set(allowed))
    if unknown:
        raise UnknownName("factor", unknown[0], allowed)
    if len(factors) < 2:
        raise BadValue(Message("study.too_few"))
    if question == CHOICE and not all(set(factors) & set(wanted[kind]) for kind in (LEVERS, UNCERTAINTIES)):
        raise BadValue(Message("study.one_kind"))
    return factors


def _fixed(model: Model, factors: Mapping[str, Any], value: Any) -> dict[str, float]:
    """What is held at a value of its own while other things vary; the world decides about all the rest."""
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


def _reference(model: Model) -> str:
    """The model as a study file names it."""
    if model.folder is not None and model.folder.parent == paths.models_folder():
        return model.folder.name
    return str((model.folder or model.path).absolute())
