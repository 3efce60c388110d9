"""Where our conclusions could be wrong: futures in which openness loses, and in which breadth does.

Openness and breadth are the two halves of the rules of ``choices.toml``. Each is compared with its opposite while the
other half stays as today, at the same money, led by a state or by scientists, for the criteria of the essay, assurance
and openness itself. How often a state does better than scientists comes from the factorial study.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.claim_forms import Claim, Policy, Term
from analysis.claims import (
    AS_TODAY,
    BOTTOM_UP,
    CLOSED,
    MONEY,
    OFFERED,
    OPEN,
    ROUTE,
    RULES,
    TOP_DOWN,
)
from policy_lab.model import Model

#: Criteria of the essay (the first as a number of agendas), assurance, safety, and what openness is to bring.
CRITERIA = ("Effective Agendas", "engagement of cultures", "breadth of focus", "assurance lead",
            "Cumulative Serious Incidents", "secrecy index", "access gap")  # fmt: skip
YEARS = (2040.0, 2050.0)
#: The levers of each half; what a level of the rules does not set, nor does its half.
HALVES = {
    "openness": (
        "disclosure rules",
        "structured access",
        "open facility time",
        "classification",
        "tiered access",
    ),
    "breadth": ("breadth of mandate", "basic share of grants"),
}
#: What the words of each half's levers say already that it brings.
DEFINED = {
    "openness": ("secrecy index", "access gap"),
    "breadth": ("Effective Agendas", "engagement of cultures", "breadth of focus"),
}


@dataclass(frozen=True)
class Doubt:
    """One half of the rules loses against its opposite on a criterion, in a year, with somebody in the lead."""

    half: str
    leader: str
    claim: Claim


def doubts(model: Model) -> Iterator[Doubt]:
    """Every half, for every criterion, year and leader."""
    for outcome in CRITERIA:
        for year in YEARS:
            for half in HALVES:
                for leader in (TOP_DOWN, BOTTOM_UP):
                    terms = (
                        Term(policy(model, leader, half, OPEN), outcome, year),
                        Term(policy(model, leader, half, CLOSED), outcome, year, -1.0),
                    )
                    sign, defined = 1 if model.outcomes[outcome].better == "lower" else -1, outcome in DEFINED[half]
                    yield Doubt(half, leader, Claim("", f"{half} loses", "", terms, sign=sign, definition=defined))


def policy(model: Model, leader: str, half: str, level: str) -> Policy:
    """Somebody in the lead of the money offered, with one half of the rules at a level and the rest as today."""
    rules = model.level(RULES, level).levers
    settings = {
        **model.at_point({ROUTE: leader, RULES: AS_TODAY, MONEY: OFFERED}),
        **{lever: rules[lever] for lever in HALVES[half] if lever in rules},
    }
    return Policy("status_quo", tuple(sorted(model.constants_of(None, settings).items())))
