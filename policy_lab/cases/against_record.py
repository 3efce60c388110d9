"""What a run of a case is against its record: spending, completion, staff, votes, and the fate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from policy_lab.cases.fit import at_points
from policy_lab.cases.run_case import Trial
from policy_lab.cases.shared_parameters import least_standing, vote_errors
from policy_lab.checks.fit import fit
from policy_lab.model.case_series import Point
from policy_lab.model.cases import CANCELLED, Case
from policy_lab.runs import Floats


@dataclass(frozen=True)
class Outcome:
    """What became of a case in a run; years are calendar years, errors model minus record in years."""

    fate: str
    year: float | None
    right: bool
    completion: float | None
    completion_error: float | None
    least_standing: float


def fate_right(fate: str, case: Case) -> bool:
    """Whether a run's fate is that of the record; one under way is neither cancelled nor finished as yet."""
    if case.under_way:
        return fate == "unfinished"
    return fate == (CANCELLED if case.fate == CANCELLED else "finished")


def judged(trial: Trial, case: Case) -> list[Outcome]:
    """What became of a case in every run of a trial."""
    # A project under way is judged as it stands now: nobody knows what becomes of it.
    by = case.year if case.under_way else math.inf
    rows = zip(trial.fates(by), trial.cancelled(), trial.completion(), least_standing(trial, case), strict=True)
    return [_outcome(case, fate, float(gone), float(done), float(least)) for fate, gone, done, least in rows]


def _outcome(case: Case, fate: str, gone: float, done: float, least: float) -> Outcome:
    completion = done if fate != CANCELLED and math.isfinite(done) else None
    # What is not built yet says how early a model is at least.
    built = case.fate in ("finished", "operating") or (case.under_way and done < case.year)
    return Outcome(
        fate,
        gone if fate == CANCELLED else completion,
        fate_right(fate, case),
        completion,
        completion - case.year if completion is not None and built else None,
        least,
    )


def errors(trial: Trial, case: Case) -> dict[str, Any]:
    """Errors of the first run: normalised (mean absolute error over the mean of the figures), with Theil's split.

    ``spending_good`` counts only figures of grade A or B that were read; ``grade`` is the best of the rest if none is.
    """
    spent = [p for _, p in case.points("spending")]
    found: dict[str, Any] = {"spending": None, "grade": _grades([]), "points": len(spent)}
    if spent:
        modelled = at_points(trial, case, "spending")[0]
        whole = fit(np.array([p.value for p in spent]), modelled)
        good = [i for i, p in enumerate(spent) if p.good]
        found |= {"spending": whole.mean_error, "grade": _grades(spent), "good_points": len(good)}
        found |= {k: v for k, v in asdict(whole).items() if k in ("bias", "variance", "covariance")}
        found["spending_good"] = _error([spent[i] for i in good], modelled[good]) if len(good) > 1 else None
    staff = [p for _, p in case.points("staff")]
    found["staff"] = _error(staff, at_points(trial, case, "staff")[0]) if staff else None
    found["votes"] = float(np.abs(vote_errors(trial, case)[0]).mean()) if case.points("votes") else None
    return found


def _error(points: Sequence[Point], modelled: Floats) -> float:
    return fit(np.array([p.value for p in points]), modelled).mean_error


def _grades(points: Sequence[Point]) -> dict[str, list[str]]:
    """The grades of a series' points, best first: of those read in the source, and of those recalled."""
    return {
        "read": sorted({p.grade for p in points if p.status == "CONFIRMED"}),
        "recalled": sorted({p.grade for p in points if p.status != "CONFIRMED"}),
    }
