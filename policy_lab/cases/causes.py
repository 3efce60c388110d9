"""Why a case came out as it did: what stood behind the opposition, and what would have changed the fate.

A term of the log odds is a sum of the equations, so it needs no interpretation. A fate that changes without one thing
shows that this thing was needed, in these equations; two things can each be needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from policy_lab.cases.against_record import judged
from policy_lab.cases.run_case import Trial, run_case
from policy_lab.model import Model
from policy_lab.model.cases import FACTS, Case
from policy_lab.runs import Floats

#: Mean cost growth of large projects (Flyvbjerg): what an outsider would have said before the first stone.
REFERENCE_CLASS = 1.5
#: Cost growths at which a case is tried for the least that has it cancelled.
GROWTHS = np.concatenate([np.arange(1, 4, 0.05), np.arange(4, 10.01, 0.25)])
#: Draws of the facts from their ranges, and of which stream.
DRAWS, SEED = 300, 20261123
#: What is taken away, the constant, and the value that takes it away.
WITHOUT: Mapping[str, tuple[str, float]] = {
    "no cost growth": ("case final cost growth", 1.0),
    "no rival fields": ("budget slope", 0.0),
    "no urgency": ("case urgency", 1.0),
    "no treaty members": ("case treaty members", 0.0),
    "no secrecy": ("case secrecy", 0.0),
    "full pooling": ("case treaty members", 1.0),
}
_FACT_OF = {"no cost growth": "final_cost_growth", "no urgency": "urgency", "no treaty members": "treaty_members",
            "no secrecy": "secrecy"}  # fmt: skip


def decisive_year(trial: Trial, case: Case) -> float:
    """The year in which standing is lost, or else the one of the strongest opposition before the project is built."""
    gone = float(trial.cancelled()[0])
    if np.isfinite(gone):
        return gone
    until = min(float(trial.completion()[0]), case.year if case.fate == "under construction" else np.inf)
    before = trial.years <= until
    return float(trial.years[before][int(np.argmax(trial.opposition[0][before]))])


def terms(trial: Trial, case: Case, intercept: float) -> dict[str, Any]:
    """The log odds of opposition in the decisive year by cause; ``opposition`` is after what secrecy hides."""
    year = decisive_year(trial, case)
    rows = [{"name": "ordinary pushback", "log_odds": intercept}]
    rows += [
        {"name": name, "log_odds": float(np.interp(year, trial.years, values[0]))}
        for name, values in trial.terms.items()
    ]
    return {
        "year": year,
        "terms": rows,
        "opposition": float(np.interp(year, trial.years, trial.opposition[0])),
        "secrecy": float(case.facts["secrecy"].value) if "secrecy" in case.facts else 0.0,
    }


def without(model: Model, case: Case, fitted: Mapping[str, float]) -> list[dict[str, Any]]:
    """The fate when one thing is taken away, everything else equal; ``flips`` where it is another fate."""
    told = judged(run_case(model, case, fitted), case)[0].fate == "cancelled"
    rows = []
    for change, (constant, value) in WITHOUT.items():
        if change in _FACT_OF and _FACT_OF[change] not in case.facts:
            continue
        if change == "full pooling" and not told:
            continue
        # A slope of zero is out of the range that is believed, so it is taken away through a budget that dwarfs it.
        changes = {"case rival budget": _largest(model)} if constant == "budget slope" else {constant: value}
        outcome = judged(run_case(model, case, fitted, changes), case)[0]
        rows.append({"change": change, "fate": outcome.fate, "flips": (outcome.fate == "cancelled") != told,
                     "least_standing": outcome.least_standing})  # fmt: skip
    return rows


def _largest(model: Model) -> float:
    return float(model.range_of(model.constant("case rival budget"))[1] or 1e9)


def without_hindsight(model: Model, case: Case, fitted: Mapping[str, float]) -> dict[str, Any]:
    """The fate when everything known only afterwards is replaced: cost growth by its reference class, the rest by
    what is ordinary.
    """
    changes = {}
    for name, fact in case.facts.items():
        constant, ordinary = FACTS[name]
        if fact.hindsight and ordinary is not None:
            changes[constant.format(p=case.pathway)] = REFERENCE_CLASS if name == "final_cost_growth" else ordinary
    outcome = judged(run_case(model, case, fitted, changes), case)[0]
    return {"fate": outcome.fate, "year": outcome.year, "right": outcome.right}


def over_ranges(model: Model, case: Case, fitted: Mapping[str, float]) -> float:
    """The share of draws of the stated facts from their ranges, each by itself, in which the fate is right."""
    stream = np.random.default_rng(SEED)
    changes: dict[str, Floats] = {}
    for name, fact in case.facts.items():
        constant = FACTS[name][0]
        if constant:
            changes[constant.format(p=case.pathway)] = fact.low + stream.random(DRAWS) * (fact.high - fact.low)
    return float(np.mean([outcome.right for outcome in judged(run_case(model, case, fitted, changes), case)]))


def cancelled_above(model: Model, case: Case, fitted: Mapping[str, float]) -> float | None:
    """The least cost growth at which a case is cancelled, all else equal; None where ten times is survived."""
    trial = run_case(model, case, fitted, {"case final cost growth": GROWTHS})
    gone = [g for g, outcome in zip(GROWTHS, judged(trial, case), strict=True) if outcome.fate == "cancelled"]
    return float(gone[0]) if gone else None
