"""What a run needs of a model folder, as plain data: the Program, and the tables that say what can be set in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from policy_lab.errors import BadValue, UnknownName
from policy_lab.messages import Message, Name
from policy_lab.program import Program
from policy_lab.readers import fold


@dataclass(frozen=True)
class Lever:
    """One policy lever: a constant of the model that somebody can decide (a row of ``levers.csv``).

    Attributes:
        name: the constant's name in the model.
        group: heading it stands under.
        unit: from the model file.
        low, high: its range, in ``unit``; ``step`` is one move of the slider.
        default: the status quo, in ``unit``: the constant's value in the model file, which alone states it.
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
    """One line of ``sources.csv``: where numbers come from, with a grade A, B, C, D (definition) or J (judgement)."""

    key: str
    grade: str
    citation: str
    note: str


@dataclass(frozen=True)
class Setting:
    """A lever's value with its start year and ramp (years); NaN leaves start or ramp as the model file has it."""

    value: float
    start: float = math.nan
    ramp: float = math.nan


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
class Core:
    """The Program of a model with the tables that runs depend on; every other table is read against it.

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

    @cached_property
    def _spellings(self) -> Mapping[str, str]:
        return {fold_with_elements(name): name for name in self.program.equations}

    def find(self, name: str) -> str:
        """The name of a variable as the model spells it.

        Case, spaces and underscores do not count (Vensim's rule); elements stand as ``Name[el1,el2]``.

        Raises:
            UnknownName: with the nearest names that exist.
        """
        found = self._spellings.get(fold_with_elements(name))
        if found is None or self.program.equations[found].hidden:
            visible = [n for n, e in self.program.equations.items() if not e.hidden]
            raise UnknownName("variable", name, visible, self.name)
        return found

    def scenario(self, key: str) -> Scenario:
        """A scenario by its key; raises UnknownName."""
        if key not in self.scenarios:
            raise UnknownName("scenario", key, self.scenarios, self.name)
        return self.scenarios[key]

    def constants_of(
        self, scenario: str | None = None, settings: Mapping[str, Setting | float] | None = None
    ) -> dict[str, float]:
        """The constants that a scenario, and levers or constants set on top of it, amount to.

        Args:
            scenario: key of a scenario; None for the model file as it is.
            settings: lever or constant name to its value; a ``Setting`` also moves the lever's start and ramp.

        Returns:
            Constant name (as the model spells it) to value, in the constant's unit; only what is set.

        Raises:
            UnknownName: no such scenario, or a name that is no constant.
            BadValue: a value out of the lever's range, out of the constant's limits, or not finite.
        """
        constants: dict[str, float] = {}
        if scenario is not None:
            world = self.scenario(scenario)
            constants.update({**world.events, **world.assumptions})
            for name, setting in world.levers.items():
                constants.update(self._set(name, setting))
        for name, value in (settings or {}).items():
            setting = value if isinstance(value, Setting) else Setting(float(value))
            constants.update(self._set(self.constant(name), setting))
        for name, number in constants.items():
            self.check(name, number)
        return constants

    def constant(self, name: str) -> str:
        """The name of a constant as the model spells it; raises UnknownName where a run cannot set it."""
        folded = fold_with_elements(name)
        found = self._spellings.get(folded)
        if found is None or found not in self.program.constants:
            raise UnknownName("constant or lever", name, self.program.constants, self.name)
        return found

    def _set(self, name: str, setting: Setting) -> dict[str, float]:
        """The constants one lever's setting amounts to."""
        constants = {name: setting.value}
        lever = self.levers.get(name)
        for constant, value in ((lever.start, setting.start), (lever.ramp, setting.ramp)) if lever else ():
            if constant and not math.isnan(value):
                constants[constant] = value
        return constants

    def check(self, name: str, value: float) -> None:
        """Raise BadValue where a constant cannot have this value: not finite, out of its range."""
        if not math.isfinite(value):
            raise BadValue("error.value.finite", name=Name(name), value=str(value))
        low, high = self.range_of(name)
        if (low is not None and value < low) or (high is not None and value > high):
            unit = self.program.equations[name].unit
            pure = unit.casefold() in ("", "dmnl")
            ends = (Message("error.value.any") if end is None else end for end in (low, high))
            raise BadValue(
                "error.value.range",
                name=Name(name),
                value=value,
                ends=Message("error.value.ends", dict(zip(("low", "high"), ends, strict=True))),
                unit="" if pure else Message("error.value.unit", {"unit": Name(unit, "unit")}),
            )

    def range_of(self, name: str) -> tuple[float | None, float | None]:
        """Lowest and highest value a constant may have: the lever's range, else the limits in the model file."""
        lever = self.levers.get(name)
        return (lever.low, lever.high) if lever else self.program.equations[name].limits


def fold_with_elements(name: str) -> str:
    """``fold`` for a name with elements: spaces around brackets and commas do not count either."""
    head, bracket, rest = name.partition("[")
    if not bracket or '"' in head[:1]:
        return fold(name)
    elements = ",".join(fold(e) for e in re.sub(r"\]\s*$", "", rest).split(","))
    return f"{fold(head)}[{elements}]"
