"""The table of cases: one row a case, the same for the terminal, the pages and the files; all of it as messages."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from policy_lab.messages import Language, Message
from policy_lab.model.case_results import grade_words
from policy_lab.model.cases import UNDER_WAY

_COLUMNS: Final = ("case", "facts", "fitted", "record", "run", "spending", "grade", "built", "staff", "votes", "drawn",
                   "left_out", "hindsight")  # fmt: skip
HEADER: Final = tuple(Message(f"cases.head.{column}") for column in _COLUMNS)
#: Columns of ``readings``.
READINGS: Final = tuple(
    Message(f"cases.head.{column}") for column in ("reading", "otherwise", "run", "spending", "built", "drawn", "apart")
)
#: Mean error in yearly spending up to which a case counts as described.
DESCRIBED: Final = 0.3
#: Log odds below this are not told.
LEAST: Final = 0.005
Cell = str | int | Message
Data = Mapping[str, Any]


def rows(data: Data) -> list[list[Cell]]:
    """One row a case in the order of ``HEADER``, those set aside last."""
    ordered = sorted(data["cases"], key=lambda case: case["held_out"])
    return [row(case) for case in ordered]


def row(case: Data) -> list[Cell]:
    """One case."""
    record, outcome, errors = case["record"], case["outcome"], case["errors"]
    under_way = record["fate"] == UNDER_WAY
    title: str = case["title"]
    return [
        Message("cases.set_aside", {"title": title}) if case["held_out"] else title,
        len(case["facts"]),
        len(case["fitted"]),
        fate(record["fate"], None if under_way else record["year"]),
        _verdict(fate(outcome["fate"], outcome["year"]), outcome["right"]),
        percent(errors["spending"]),
        grade_words(errors["grade"]),
        _off(outcome["completion_error"], or_more=under_way),
        percent(errors["staff"]),
        "" if errors["votes"] is None else Message("cases.points", {"points": 100 * errors["votes"]}),
        percent(case["over_ranges"]),
        percent(case["leave_one_out"]["right"]) if case["leave_one_out"] else "",
        _verdict(fate(case["without_hindsight"]["fate"]), case["without_hindsight"]["right"]),
    ]


def readings(case: Data) -> list[list[Cell]]:
    """The readings of one record side by side, in the order of ``READINGS``; none for a case that has but one.

    The last column has what is furthest apart from the case as it is stated, curve by curve.
    """
    others = case.get("readings", ())
    named = {fact["name"] for other in others for fact in other["facts"]}
    return [_reading(case, each, named) for each in (case, *others)] if others else []


def _reading(case: Data, each: Data, named: Container[str]) -> list[Cell]:
    outcome = each["outcome"]
    facts = [
        Message("cases.fact", {"name": fact["name"].replace("_", " "), "value": str(fact["value"])})
        for fact in each["facts"]
        if fact["name"] in named
    ]
    return [
        each["reading"],
        Message("cases.list", {"said": facts}),
        _verdict(fate(outcome["fate"], outcome["year"]), outcome["right"]),
        percent(each["errors"]["spending"]),
        _off(outcome["completion_error"], or_more=case["record"]["fate"] == UNDER_WAY),
        percent(each["over_ranges"]),
        "" if each is case else Message("cases.list", {"said": _apart(case, each)}),
    ]


def _apart(case: Data, other: Data) -> list[Message]:
    """How far curves of two readings are apart at most up to the year of the record, as shares of their largest."""
    until = sum(year <= case["record"]["year"] for year in case["years"])
    said = []
    for name, values in case["runs"].items():
        pairs = list(zip(values[:until], other["runs"][name][:until], strict=True))
        most = max((abs(a) for a, _ in pairs), default=0) or 1.0
        share = max((abs(a - b) for a, b in pairs), default=0.0) / most
        said.append(Message("cases.apart", {"name": name.replace("_", " "), "share": share}))
    return said


def summary(data: Data) -> list[Message]:
    """What the table amounts to, a sentence each."""
    said = []
    for aside, key in ((False, "cases.fates"), (True, "cases.fates_aside")):
        cases = [c for c in data["cases"] if c["held_out"] == aside]
        if cases:
            said.append(Message(key, {"all": len(cases), "right": sum(c["outcome"]["right"] for c in cases)}))
    spent = [c for c in data["cases"] if c["errors"].get("spending_good") is not None]
    if spent:
        within = sum(c["errors"]["spending_good"] <= DESCRIBED for c in spent)
        said.append(Message("cases.spending", {"limit": DESCRIBED, "within": within, "all": len(spent)}))
    return [*said, Message("cases.hindsight")]


def fate(name: str, year: float | None = None) -> Message:
    """A fate, with its year where there is one."""
    said = Message(f"precedents.fate_{name.replace(' ', '_')}")
    return said if year is None else Message("cases.fate_year", {"fate": said, "year": round(year, 1)})


def percent(share: float | None) -> Cell:
    """A share as people write it; empty for none."""
    return "" if share is None else Message("cases.share", {"share": share})


def _off(years: float | None, or_more: bool) -> Cell:
    if years is None:
        return ""
    key = "cases.late" if years >= 0 else "cases.early"
    said = Message(key, {"count": abs(round(years, 1))})
    return Message("cases.or_more", {"said": said}) if or_more else said


def _verdict(said: Message, right: bool) -> Message:
    return said if right else Message("cases.wrong", {"fate": said})


def causes(case: Data) -> list[Message]:
    """What stood behind the opposition in the decisive year, the largest first."""
    listed = sorted(case["why"]["terms"], key=lambda term: -abs(term["log_odds"]))
    return [Message("cases.cause", dict(term)) for term in listed if abs(term["log_odds"]) >= LEAST]


def what_ifs(case: Data) -> list[Message]:
    """The fate when one thing is taken away, for each such thing."""
    return [
        Message("cases.flips" if one["flips"] else "cases.same", {"change": one["change"], "fate": fate(one["fate"])})
        for one in case["without"]
    ]


def shown(language: Language, cells: Iterable[Cell]) -> list[str]:
    """Cells in words."""
    return [language.shown(cell, "count") for cell in cells]
