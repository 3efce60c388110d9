"""The table of cases: one row a case, the same for the terminal, the page and the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policy_lab.catalogue import english
from policy_lab.model.case_results import grade_words

HEADER = ("case", "facts", "fitted", "fate in the record", "fate in the model", "spending error", "grade",
          "built", "staff error", "votes error", "facts drawn", "left out", "without hindsight")  # fmt: skip


def rows(data: Mapping[str, Any]) -> list[list[str]]:
    """One row a case in the order of ``HEADER``, those set aside last."""
    ordered = sorted(data["cases"], key=lambda case: case["held_out"])
    return [row(case) for case in ordered]


def row(case: Mapping[str, Any]) -> list[str]:
    """One case as text."""
    record, outcome, errors = case["record"], case["outcome"], case["errors"]
    return [
        case["title"] + (" (set aside)" if case["held_out"] else ""),
        str(len(case["facts"])),
        str(len(case["fitted"])),
        f"{record['fate']} {record['year']:.1f}" if record["fate"] != "under construction" else record["fate"],
        _fate(outcome) + ("" if outcome["right"] else ": WRONG"),
        percent(errors["spending"]),
        english().shown(grade_words(errors["grade"])),
        _years(outcome["completion_error"]) + (" or more" if record["fate"] == "under construction" else ""),
        percent(errors["staff"]),
        points(errors["votes"]),
        percent(case["over_ranges"]),
        percent(case["leave_one_out"]["right"]) if case["leave_one_out"] else "",
        case["without_hindsight"]["fate"] + ("" if case["without_hindsight"]["right"] else ": WRONG"),
    ]


def summary(data: Mapping[str, Any]) -> list[str]:
    """What the table amounts to, in sentences."""
    said = []
    for aside, words in ((False, "whose figures were there when numbers were chosen"), (True, "set aside before")):
        cases = [c for c in data["cases"] if c["held_out"] == aside]
        right = sum(c["outcome"]["right"] for c in cases)
        if cases:
            said.append(f"Of {len(cases)} cases {words}, the fate of {right} is consistent with the record.")
    spent = [c for c in data["cases"] if c["errors"].get("spending_good") is not None]
    if spent:
        within = sum(c["errors"]["spending_good"] <= 0.3 for c in spent)
        said.append(f"Spending is within 30 % of the figures of grade A or B that were read in {within} of {len(spent)}"
                    " cases that have at least two.")  # fmt: skip
    said.append("Every fact marked as hindsight goes in: the table says what follows from it.")
    return said


def percent(value: float | None) -> str:
    """A share as people write it; empty for none."""
    return "" if value is None else f"{value:.0%}".replace("%", " %")


def points(value: float | None) -> str:
    """An error in shares of votes."""
    return "" if value is None else f"{100 * value:.0f} points"


def _years(value: float | None) -> str:
    return "" if value is None else f"{value:+.1f} years"


def _fate(outcome: Mapping[str, Any]) -> str:
    return f"{outcome['fate']} {outcome['year']:.1f}" if outcome["year"] is not None else str(outcome["fate"])


def causes(case: Mapping[str, Any]) -> Sequence[str]:
    """What stood behind the opposition in the decisive year, the largest first."""
    listed = sorted(case["why"]["terms"], key=lambda term: -abs(term["log_odds"]))
    return [f"{term['name']} {term['log_odds']:+.2f}" for term in listed if abs(term["log_odds"]) >= 0.005]


def what_ifs(case: Mapping[str, Any]) -> str:
    """The fate when one thing is taken away, for each such thing."""
    told = [f"{w['change']}: {w['fate']}" + (" (flips)" if w["flips"] else "") for w in case["without"]]
    return "; ".join(told)
