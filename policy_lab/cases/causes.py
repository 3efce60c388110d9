"""Why a case came out as it did: what stood behind the opposition, and what would have changed the fate.

A term of the log odds is a sum of the equations, so it needs no interpretation. A fate that changes without one thing
shows that this thing was needed, in these equations; two things can each be needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from policy_lab.cases.against_record import judged
from policy_lab.cases.run_case import Trial, run_case, terms_of
from policy_lab.model import Model
from policy_lab.model.case_roles import HIGHEST, Without
from policy_lab.model.cases import CANCELLED, Case
from policy_lab.runs import Floats

#: Draws of the facts from their ranges, and of which stream.
DRAWS, SEED = 300, 20261123


def decisive_year(trial: Trial, case: Case) -> float:
    """The year in which standing is lost, or else the one of the strongest opposition before the project is built."""
    gone = float(trial.cancelled()[0])
    if np.isfinite(gone):
        return gone
    until = min(float(trial.completion()[0]), case.year if case.under_way else np.inf)
    before = trial.years <= until
    against = trial.curves[case.roles.cause_of][0] if case.roles.cause_of else -trial.standing[0]
    return float(trial.years[before][int(np.argmax(against[before]))])


def terms(model: Model, trial: Trial, case: Case) -> dict[str, Any]:
    """The log odds in the decisive year by cause; ``opposition`` is the value of the curve whose causes they are."""
    year, curve = decisive_year(trial, case), case.roles.cause_of

    def log_odds(name: str, variable: str, sign: float) -> float:
        if name in trial.terms:
            return float(np.interp(year, trial.years, trial.terms[name][0]))
        return sign * float(model.program.constants[variable])

    return {
        "year": year,
        "terms": [{"name": name, "log_odds": log_odds(name, *term)} for name, term in terms_of(model, case).items()],
        "opposition": float(np.interp(year, trial.years, trial.curves[curve][0])) if curve else None,
    }


def taken_away(model: Model, case: Case, change: Without) -> tuple[str, float]:
    """The constant that takes one thing away, and the value that does."""
    if change.fact:
        return case.name(case.roles.facts[change.fact].constant), float(change.value)
    constant = case.name(change.constant)
    return constant, _highest(model, constant) if change.value == HIGHEST else float(change.value)


def _highest(model: Model, constant: str) -> float:
    return float(model.range_of(model.constant(constant))[1] or 1e9)


def without(model: Model, case: Case, fitted: Mapping[str, float]) -> list[dict[str, Any]]:
    """The fate when one thing is taken away, everything else equal; ``flips`` where it is another fate."""
    told = judged(run_case(model, case, fitted), case)[0].fate == CANCELLED
    rows = []
    for name, change in case.roles.without.items():
        if (change.fact and change.fact not in case.facts) or (change.only_cancelled and not told):
            continue
        outcome = judged(run_case(model, case, fitted, dict([taken_away(model, case, change)])), case)[0]
        rows.append({"change": name, "fate": outcome.fate, "flips": (outcome.fate == CANCELLED) != told,
                     "least_standing": outcome.least_standing})  # fmt: skip
    return rows


def without_hindsight(model: Model, case: Case, fitted: Mapping[str, float]) -> dict[str, Any]:
    """The fate when everything known only afterwards is replaced: by what an outsider would have said beforehand (the
    mean of a reference class), or else by what is ordinary.
    """
    changes = {}
    for name, role in case.roles.facts.items():
        before = role.ordinary if role.expected is None else role.expected
        if name in case.facts and case.facts[name].hindsight and before is not None:
            changes[case.name(role.constant)] = before
    outcome = judged(run_case(model, case, fitted, changes), case)[0]
    return {"fate": outcome.fate, "year": outcome.year, "right": outcome.right}


def over_ranges(model: Model, case: Case, fitted: Mapping[str, float]) -> float:
    """The share of draws of the stated facts from their ranges, each by itself, in which the fate is right."""
    stream = np.random.default_rng(SEED)
    changes: dict[str, Floats] = {}
    for name, fact in case.facts.items():
        if name in case.roles.facts:
            drawn = fact.low + stream.random(DRAWS) * (fact.high - fact.low)
            changes[case.name(case.roles.facts[name].constant)] = drawn
    return float(np.mean([outcome.right for outcome in judged(run_case(model, case, fitted, changes), case)]))


def cancelled_above(model: Model, case: Case, fitted: Mapping[str, float]) -> dict[str, float | None]:
    """The least value of the threshold's fact at which a case is cancelled, all else equal; None where none is.

    ``cancelled_above`` is that value, ``lowest_tried`` the least one of all that were tried: where both are the same,
    nobody knows how much lower the threshold is.
    """
    if case.roles.threshold is None:
        return {"cancelled_above": None, "lowest_tried": None}
    fact, values = case.roles.threshold
    trial = run_case(model, case, fitted, {case.name(case.roles.facts[fact].constant): values})
    gone = [v for v, outcome in zip(values, judged(trial, case), strict=True) if outcome.fate == CANCELLED]
    return {"cancelled_above": float(gone[0]) if gone else None, "lowest_tried": float(values[0])}
