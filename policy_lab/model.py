"""A ``models/<name>/`` folder as one frozen ``Model``: the Program and the tables a modeller keeps beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policy_lab.equations import Program


@dataclass(frozen=True)
class Lever:
    """One policy lever: a constant of the model that somebody can decide (a row of ``levers.csv``).

    Attributes:
        name: the constant's name in the model.
        group: heading it stands under.
        unit: from the model file.
        low, default, high: range and status quo, in ``unit``; ``step`` is one move of the slider.
        low_words, high_words: what the ends mean ("none", "Apollo scale").
        start, ramp: constants with the year it starts (year) and how long it takes (years).
        decided_by, cost, why: for the person who moves it.
    """

    name: str
    group: str
    unit: str
    low: float
    default: float
    high: float
    step: float
    low_words: str
    high_words: str
    start: str
    ramp: str
    decided_by: str
    cost: str
    why: str


@dataclass(frozen=True)
class Uncertainty:
    """One parameter nobody knows (a row of ``uncertainties.csv``); range in the unit of the constant."""

    name: str
    group: str
    unit: str
    low: float
    default: float
    high: float
    distribution: str
    source: str
    grade: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """One variable people look at first (a row of ``outcomes.csv``); ``better`` is higher, lower or neither."""

    name: str
    label: str
    group: str
    unit: str
    headline: bool
    better: str
    decimals: int
    why: str


@dataclass(frozen=True)
class Source:
    """One line of ``sources.csv``: where numbers come from, with a grade A, B, C or J (judgement)."""

    key: str
    grade: str
    citation: str
    note: str


@dataclass(frozen=True)
class Setting:
    """A lever's value with its start year and ramp (years)."""

    value: float
    start: float
    ramp: float


@dataclass(frozen=True)
class Scenario:
    """One world: a file of ``scenarios/``.

    Attributes:
        key: file name without ending, what the command line takes.
        levers: lever name to setting; levers not named stand at status quo.
        events, assumptions: constant name to value.
    """

    key: str
    title: str
    rationale: str
    levers: Mapping[str, Setting] = field(default_factory=dict)
    events: Mapping[str, float] = field(default_factory=dict)
    assumptions: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A model with all that is known about it.

    Attributes:
        path: the model file; ``folder`` the folder with its tables, None for a bare model file.
        hash: SHA-256 of the model file's equations (hex), the key of golden runs and caches.
    """

    name: str
    path: Path
    folder: Path | None
    hash: str
    program: Program
    levers: Mapping[str, Lever] = field(default_factory=dict)
    uncertainties: Mapping[str, Uncertainty] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
