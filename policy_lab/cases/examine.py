"""All cases examined: runs, errors, fates, causes, what-ifs, and the leave-one-out, as plain data.

The data are what ``cases/results.json`` holds, what the app draws and what the pages are made from:

- ``model``, ``hash``: of the model file; ``shared``: the numbers common to all cases; ``sets``: of the leave-one-out
- ``asked``: shared numbers that all votes and fates together ask for, and the fates with them
- ``cases``: a list, each with ``facts``, ``drivers``, ``fitted``, ``record``, ``outcome``, ``errors``, ``years`` and
  ``runs`` (by year of the case's own calendar), ``series`` (its figures), ``why``, ``without``,
  ``without_hindsight``, ``cancelled_above`` and ``lowest_tried``, ``over_ranges``, ``leave_one_out``, and ``readings``:
  the same in other
  readings of the record, with those ``facts`` only that are stated otherwise
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from policy_lab.cases.against_record import errors, judged
from policy_lab.cases.causes import cancelled_above, over_ranges, terms, without, without_hindsight
from policy_lab.cases.drivers import drivers_of
from policy_lab.cases.fit import fit_case
from policy_lab.cases.leave_one_out import SETS, leave_one_out
from policy_lab.cases.run_case import Trial, run_case
from policy_lab.cases.shared_parameters import Fitted, joint_fit, ranges_of
from policy_lab.messages import Message
from policy_lab.model import Model
from policy_lab.model.cases import Case, one_case, read_cases

#: Rounds of fitting shared numbers and own numbers in turn.
ROUNDS = 2
Data = dict[str, Any]
#: Gets what is being done.
Say = Callable[[Message], object]


def fitted_of(data: Mapping[str, Any] | None) -> dict[str, dict[str, float]]:
    """Fitted numbers of every case that was examined last, and of every reading."""
    cases = data["cases"] if data else []
    every = [each for case in cases for each in (case, *case.get("readings", ()))]
    return {case["key"]: {number["name"]: number["value"] for number in case["fitted"]} for case in every}


def fit_all(model: Model, cases: Sequence[Case], say: Say = repr) -> dict[str, dict[str, float]]:
    """Each case's own numbers from its own figures, in each reading; the shared ones stay those of the model file."""
    found = {}
    for case in (each for stated in cases for each in (stated, *stated.readings)):
        say(Message("cases.fitting", {"title": case.title}))
        found[case.key] = fit_case(model, case)
    return found


def examine(
    model: Model, fitted: Fitted | None = None, sets: int = SETS, say: Say = repr, only: str | None = None
) -> Data:
    """Every case of a model, examined, or one.

    Args:
        model: with a folder of cases.
        fitted: own numbers of every case; fitted now if None.
        sets: draws of the leave-one-out; 0 leaves it out, and what the cases ask for together.
        say: told what is being done.
        only: key of the one case to examine; it cannot be left out of none, so ``sets`` counts as 0.

    Raises:
        ModelError: a case that cannot be used, or none.
        UnknownName: ``only`` is no case.
    """
    cases = list(read_cases(model).values()) if only is None else [one_case(model, only)]
    sets = sets if only is None else 0
    own = fit_all(model, cases, say) if fitted is None else fitted
    left: Mapping[str, Any] = {}
    together = None
    if sets:
        say(Message("cases.leaving_out"))
        left = leave_one_out(model, cases, own, sets)
        say(Message("cases.asking"))
        together = asked(model, cases, own)
    space = ranges_of(model)
    return {
        "model": model.name,
        "hash": model.hash,
        "shared": dict(zip(space.names, space.value.tolist(), strict=True)),
        "sets": sets,
        "asked": together,
        "cases": [
            {
                **examine_case(model, case, own.get(case.key, {}), left.get(case.key)),
                "readings": [_reading(model, case, other, own.get(other.key, {})) for other in case.readings],
            }
            for case in cases
        ],
    }


def asked(model: Model, cases: Sequence[Case], own: Fitted) -> Data:
    """Shared numbers that the votes and fates of the cases ask for within their ranges, and the fates with them.

    They are reported and not used: a case is a run of the model as it stands. Cases set aside are not asked; their
    fates with these numbers are listed with the others'.
    """
    used = [case for case in cases if not case.held_out]
    numbers: dict[str, float] = {}
    fitted: Fitted = own
    for _ in range(ROUNDS):
        numbers = joint_fit(model, used, fitted)
        fitted = {case.key: fit_case(model, case, numbers) for case in cases}
    outcomes = {case.key: judged(run_case(model, case, fitted[case.key], numbers), case)[0] for case in cases}
    return {"numbers": numbers, "cases": [{"key": k, **asdict(outcome)} for k, outcome in outcomes.items()]}


def examine_case(model: Model, case: Case, fitted: Mapping[str, float], left: Data | None = None) -> Data:
    """One case, examined; ``left`` is its row of the leave-one-out."""
    trial = run_case(model, case, fitted)
    drivers = drivers_of(case)
    return {
        "key": case.key, "title": case.title, "reading": case.reading, "summary": case.summary,
        "currency": case.currency, "held_out": case.held_out, "first_year": case.first_year,
        "facts": [asdict(fact) for fact in case.facts.values()],
        "drivers": {"purpose": case.purpose, "values": dict(drivers.values), "growth": drivers.growth},
        "fitted": [{"name": n, "value": v, "low": case.bounds[n][0], "high": case.bounds[n][1]}
                   for n, v in fitted.items()],
        "record": {"fate": case.fate, "year": case.year},
        "outcome": asdict(judged(trial, case)[0]),
        "errors": errors(trial, case),
        **_curves(trial, case),
        "series": [{"series": s.name, "variable": s.variable, "unit": s.unit, "points": [asdict(p) for p in s.points]}
                   for s in case.series.values()],
        "why": terms(model, trial, case),
        "without": without(model, case, fitted),
        "without_hindsight": without_hindsight(model, case, fitted),
        **cancelled_above(model, case, fitted),
        "over_ranges": over_ranges(model, case, fitted),
        "leave_one_out": left,
    }  # fmt: skip


def _reading(model: Model, case: Case, other: Case, fitted: Mapping[str, float]) -> Data:
    """A case in another reading, with the facts that it states otherwise; its figures are those of the case."""
    found = examine_case(model, other, fitted)
    facts = [asdict(fact) for name, fact in other.facts.items() if fact != case.facts.get(name)]
    return {**{key: value for key, value in found.items() if key not in ("series", "title", "summary")}, "facts": facts}


def _curves(trial: Trial, case: Case) -> Data:
    """Runs from the first year to a few years after the record ends."""
    last = max([case.year, *(p.year for s in case.series.values() for p in s.points)]) + 5
    shown = trial.years <= min(last, trial.years[-1])
    return {
        "years": _short(trial.years[shown]),
        "runs": {key: _short(values[0][shown]) for key, values in trial.curves.items()},
    }


def _short(values: Any) -> list[float]:
    """Five digits are more than a picture shows."""
    return [float(f"{x:.5g}") for x in values]


def as_json(data: Data) -> str:
    """The data as JSON text; numbers that are none are null."""
    return json.dumps(_finite(data), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
