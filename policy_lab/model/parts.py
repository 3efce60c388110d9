"""What a run needs of a model folder, as plain data: the Program, and the tables that say what can be set in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from policy_lab.errors import BadValue, UnknownName
from policy_lab.messages import Message, Name
from policy_lab.model.conditions import Condition, shown
from policy_lab.program import Program
from policy_lab.readers import fold
from policy_lab.runs import Floats, Runs

#: How many times its own length a model can be run for.
LONGEST = 10
#: What a setting may say of a lever's time, in this order everywhere: columns of ``levers.csv``, links, the page.
TIMING = ("start", "ramp", "end")


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
        start, ramp, end: constants with the year it starts (year), how long it takes (years), and the year from which
            it is phased out again, as it was phased in; "" for what the model does not have.
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
    end: str
    decided_by: str
    cost: str
    why: str

    @property
    def timing(self) -> dict[str, str]:
        """Those of start, ramp and end that the lever has, each with its constant."""
        return {part: constant for part in TIMING if (constant := getattr(self, part))}

    @property
    def constants(self) -> tuple[str, ...]:
        """Every constant that a setting of the lever moves, itself first."""
        return (self.name, *self.timing.values())


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
    """One variable people look at first (a row of ``outcomes.csv``); ``better`` is higher, lower or neither.

    ``where``: it exists only where this holds (None: everywhere). The variable itself has its value all the same.
    ``low_words``, ``high_words``: what the two ends of its axis mean ("the state leads", "scientists lead"), "" for
    none; ``parts``: variables that it is made of, for those who want to look into it.
    """

    name: str
    label: str
    group: str
    unit: str
    headline: bool
    better: str
    decimals: int
    why: str
    where: Condition | None = None
    low_words: str = ""
    high_words: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """One line of ``sources.csv``: where numbers come from, with a grade A, B, C, D (definition) or J (judgement)."""

    key: str
    grade: str
    citation: str
    note: str


@dataclass(frozen=True)
class Setting:
    """A lever's value with its start year, ramp (years) and end year; NaN leaves one as the model file has it."""

    value: float
    start: float = math.nan
    ramp: float = math.nan
    end: float = math.nan


@dataclass(frozen=True)
class Level:
    """One level of a choice.

    Attributes:
        key: one word, by which files name it; ``label`` and ``words`` are for people.
        levers: lever name to setting, the same whatever the other choices are.
        amount: what is paid into the levers that the level of another choice names; None pays nothing.
        carries: key of a choice with amounts to the levers they are paid into, each with its share of the amount.
    """

    key: str
    label: str
    words: str
    levers: Mapping[str, Setting] = field(default_factory=dict)
    amount: Setting | None = None
    carries: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """Several levers that are decided together (a table of ``choices.toml``); its levels by key, in their order."""

    key: str
    label: str
    words: str
    levels: Mapping[str, Level]


@dataclass(frozen=True)
class Scenario:
    """One world: a file of ``scenarios/``.

    Attributes:
        key: file name without ending, what the command line takes.
        levers: lever name to setting, what its point sets included; levers not named stand at status quo.
        events, assumptions: constant name to value.
        until: last moment of its runs; None for the model's ``FINAL TIME``.
        point: choice to level, where the world is a point among the model's choices.
    """

    key: str
    title: str
    rationale: str
    levers: Mapping[str, Setting] = field(default_factory=dict)
    events: Mapping[str, float] = field(default_factory=dict)
    assumptions: Mapping[str, float] = field(default_factory=dict)
    until: float | None = None
    point: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Core:
    """The Program of a model with the tables that runs depend on; every other table is read against it.

    Attributes:
        path: the model file; ``folder`` the folder with its tables, None for a bare model file.
        lessons: a folder with further stories, which need not lie beside it.
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
    choices: Mapping[str, Choice] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    lessons: Path | None = None

    def __repr__(self) -> str:
        clock = self.program.clock
        unit = f" {clock.unit}" if clock.unit else ""
        return (
            f"<Model {self.name}: {len(self.program.visible)} variables, {len(self.levers)} levers, "
            f"{len(self.scenarios)} scenarios; {clock.initial:g} to {clock.final:g}{unit} by {clock.step:g}>"
        )

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """Outcomes that exist only somewhere, each with where."""
        return {name: outcome.where for name, outcome in self.outcomes.items() if outcome.where is not None}

    def outcome(self, runs: Runs, name: str) -> Floats:
        """``values[run, time]`` of an outcome in its unit, NaN where it does not exist; ``runs.of`` has the raw ones.

        Raises:
            UnknownName: no such variable, or it or the variable that decides whether it exists was not saved.
        """
        return shown(self.conditions, runs, self.find(name))

    @cached_property
    def _spellings(self) -> Mapping[str, str]:
        return {fold_with_elements(name): name for name in self.program.equations}

    @cached_property
    def arrays(self) -> Mapping[str, tuple[str, ...]]:
        """The elements of each array that is shown, by its folded name."""
        found: dict[str, list[str]] = {}
        for name, equation in self.program.equations.items():
            if "[" in name and not equation.hidden:
                found.setdefault(fold_with_elements(name.partition("[")[0]), []).append(name)
        return {name: tuple(elements) for name, elements in found.items()}

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

    def find_all(self, name: str) -> tuple[str, ...]:
        """The variables that a person means: one by name, by an outcome's label, or all elements of an array.

        Raises:
            UnknownName: with the nearest names that exist.
        """
        try:
            return (self.find(name),)
        except UnknownName:
            wanted = fold(name)
            labelled = tuple(o.name for o in self.outcomes.values() if fold(o.label) == wanted)
            elements = tuple(v for v in self.program.visible if "[" in v and fold(v.partition("[")[0]) == wanted)
            if labelled or elements:
                return labelled or elements
            raise

    def scenario(self, key: str) -> Scenario:
        """A scenario by its key; raises UnknownName."""
        if key not in self.scenarios:
            raise UnknownName("scenario", key, self.scenarios, self.name)
        return self.scenarios[key]

    def level(self, choice: str, key: str) -> Level:
        """A level of a choice; raises UnknownName for either."""
        if choice not in self.choices:
            raise UnknownName("choice", choice, self.choices, self.name)
        if key not in self.choices[choice].levels:
            raise UnknownName("level", key, self.choices[choice].levels, choice)
        return self.choices[choice].levels[key]

    def at_point(self, point: Mapping[str, str]) -> dict[str, Setting]:
        """What levels of choices set together: lever name to setting.

        Args:
            point: choice to level. An amount is paid only where the choice that carries it is named too.

        Raises:
            UnknownName: no such choice or level.
        """
        levels = [self.level(choice, key) for choice, key in point.items()]
        found = {lever: setting for level in levels for lever, setting in level.levers.items()}
        for carrier in levels:
            for choice, shares in carrier.carries.items():
                amount = self.level(choice, point[choice]).amount if choice in point else None
                if amount is not None:
                    found |= {lever: replace(amount, value=share * amount.value) for lever, share in shares.items()}
        return found

    def constants_of(
        self, scenario: str | None = None, settings: Mapping[str, Setting | float] | None = None
    ) -> dict[str, float]:
        """The constants that a scenario, and levers or constants set on top of it, amount to.

        Args:
            scenario: key of a scenario; None for the model file as it is.
            settings: lever or constant name to its value; a ``Setting`` also moves the lever's start, ramp and end.

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
        for part, constant in lever.timing.items() if lever else ():
            if not math.isnan(value := getattr(setting, part)):
                constants[constant] = value
        return constants

    def until(self, scenario: str | None = None, until: float | None = None) -> float:
        """The last moment of a run: ``until`` if it is given, else the scenario's own, else ``FINAL TIME``.

        Raises:
            UnknownName: no such scenario.
            BadValue: a moment that a run does not save, before its beginning, or beyond a run whose equations read
                ``FINAL TIME``, which would then be another model.
        """
        clock, own = self.program.clock, self.scenario(scenario).until if scenario is not None else None
        last = until if until is not None else own if own is not None else clock.final
        if last != clock.final:
            self.check_until(last)
        return last

    def check_until(self, last: float) -> None:
        """Raise BadValue where a run cannot end at this moment, see ``until``."""
        clock = self.program.clock
        ends = (self.program.constants[lever.end] for lever in self.levers.values() if lever.end)
        stop = min((clock.initial + LONGEST * (clock.final - clock.initial), *ends))  # a lever without end has none
        moments, saved = clock.moments(until=last if clock.initial < last <= stop else None)
        if not (abs(moments[-1] - last) < clock.step * 1e-3 and saved[-1] == len(moments) - 1):
            raise BadValue("error.run.until", until=last, start=clock.initial, stop=stop, saveper=clock.saveper)
        reader = next((e.name for e in self.program.equations.values() if "FINAL TIME" in e.reads), None)
        if reader is not None:
            raise BadValue("error.run.until_read", until=last, name=Name(reader))

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
