"""Forms of claims: what can be asked of runs of a model, and how a statement becomes a question."""

from __future__ import annotations

from dataclasses import dataclass

from policy_lab.model.conditions import Condition


@dataclass(frozen=True)
class Policy:
    """A world of the model, with some of its constants set on top."""

    world: str
    extra: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Term:
    """An outcome of a policy in a year, times a weight."""

    policy: Policy
    outcome: str
    year: float
    weight: float = 1.0


@dataclass(frozen=True)
class Given:
    """A condition on an outcome of a policy in a year."""

    term: Term
    condition: Condition


@dataclass(frozen=True)
class Claim:
    """``words`` holds in a future where the sum of the terms is above ``level`` (``sign`` 1) or below it (-1).

    It is asked where every ``given`` holds: of an outcome that a model shows only under a condition, in the futures in
    which it is shown, and of what follows something else in those in which that happened. ``said`` is the key of the
    document that says so, ``key`` the claim's name in translations. ``definition`` says that it follows from what a
    lever, an event or an index is defined to do: then it is no finding, however often it holds.
    """

    key: str
    words: str
    said: str
    terms: tuple[Term, ...]
    level: float = 0.0
    sign: int = 1
    definition: bool = False
    given: tuple[Given, ...] = ()


def more(key: str, words: str, said: str, outcome: str, year: float, these: Policy, those: Policy, times: float = 1.0,
         plus: float = 0.0, definition: bool = False) -> Claim:  # fmt: skip
    """These have more than ``times`` what those have, by more than ``plus``."""
    return Claim(key, words, said, (Term(these, outcome, year), Term(those, outcome, year, -times)), plus,
                 definition=definition)  # fmt: skip


def less(key: str, words: str, said: str, outcome: str, year: float, these: Policy, those: Policy, times: float = 1.0,
         plus: float = 0.0, definition: bool = False) -> Claim:  # fmt: skip
    """These have less than ``times`` what those have, plus ``plus``."""
    return Claim(key, words, said, (Term(these, outcome, year), Term(those, outcome, year, -times)), plus, -1,
                 definition)  # fmt: skip


def above(
    key: str, words: str, said: str, outcome: str, year: float, policy: Policy, level: float, sign: int = 1
) -> Claim:
    """A policy's outcome is above a level, or below it."""
    return Claim(key, words, said, (Term(policy, outcome, year),), level, sign)


def after(key: str, words: str, said: str, outcome: str, years: tuple[float, float], policy: Policy,
          level: float, other: Policy | None = None) -> Claim:  # fmt: skip
    """Where an outcome has passed a level in the first year, it, or another policy's, is above it in the second."""
    passed = Given(Term(policy, outcome, years[0]), Condition(outcome, ">", level))
    return Claim(key, words, said, (Term(other or policy, outcome, years[1]),), level, given=(passed,))


def grows(
    key: str, words: str, said: str, outcome: str, years: tuple[float, float], policy: Policy, times: float = 1.0
) -> Claim:
    """An outcome of a policy is more than ``times`` as large in the second year as in the first."""
    return Claim(key, words, said, (Term(policy, outcome, years[1]), Term(policy, outcome, years[0], -times)))


def gain(outcome: str, year: float, these: Policy, those: Policy, weight: float = 1.0) -> tuple[Term, Term]:
    """What these have more than those, as terms of a claim."""
    return Term(these, outcome, year, weight), Term(those, outcome, year, -weight)
