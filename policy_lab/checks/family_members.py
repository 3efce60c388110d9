"""Family members: the test that runs historical cases on the same equations, from ``cases/results.json``."""

from __future__ import annotations

from typing import Any

from policy_lab.checks.validation_tests import Cell, Test, cell_word, column_names
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.model.case_results import grade_words
from policy_lab.model.cases import case_keys

#: The error in yearly spending up to which a historical case counts as described.
CASE_LIMIT = 0.3


def family(model: Model) -> Test:
    """Other members of the family: historical cases on the same equations, as ``cases/results.json`` has them."""
    stored = model.case_results
    if stored is None:
        keys = case_keys(model)
        told = Message("test.family.written", {"count": len(keys), "cases": [Name(key, "case") for key in keys]})
        return Test("family", "not yet", told if keys else Message("test.family.none"))
    if stored["hash"] != model.hash:
        return Test("family", "not yet", Message("test.family.old"))
    cases = stored["cases"]
    right = sum(case["outcome"]["right"] for case in cases)
    aside = [case for case in cases if case["held_out"]]
    good = [e for case in cases if (e := case["errors"].get("spending_good")) is not None]
    aside_right, described = sum(case["outcome"]["right"] for case in aside), sum(e <= CASE_LIMIT for e in good)
    counts = {
        "right": right,
        "all": len(cases),
        "aside": aside_right,
        "all_aside": len(aside),
        "limit": CASE_LIMIT,
        "described": described,
        "good": len(good),
    }
    verdict = "holds" if right == len(cases) else "partly" if right else "fails"
    columns = column_names("case", "aside", "record", "run", "", "spending", "grade", "staff", "completed",
                       "left_out_right", "facts", "fitted")  # fmt: skip
    return Test("family", verdict, Message("test.family.told", counts), columns, [_case(case) for case in cases],
                [_hindsight(case) for case in cases if not case["without_hindsight"]["right"]])  # fmt: skip


def _case(case: dict[str, Any]) -> list[Cell]:
    record, outcome, errors = case["record"], case["outcome"], case["errors"]
    left_out = case.get("leave_one_out")
    return [
        _named(case), cell_word("yes") if case["held_out"] else "", _fate(record), _fate(outcome),
        cell_word("as_it_was" if outcome["right"] else "not_as_it_was"),
        errors["spending"], grade_words(errors["grade"]), errors["staff"], outcome["completion_error"],
        left_out["right"] if left_out else None, len(case["facts"]), len(case["fitted"]),
    ]  # fmt: skip


def _named(case: dict[str, Any]) -> Name:
    return Name(case["key"], "case", case["title"])


def _fate(told: dict[str, Any]) -> Message:
    fate = Message(f"test.fate.{told['fate'].replace(' ', '_')}")
    if told.get("year") is None:
        return fate
    return Message("test.fate.in_year", {"fate": fate, "year": round(told["year"], 1)})


def _hindsight(case: dict[str, Any]) -> Message:
    return Message("test.family.hindsight", {"case": _named(case), "fate": _fate(case["without_hindsight"])})
