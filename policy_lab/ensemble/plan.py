"""Plans: a study checked against its model, so that every mistake is found before the first run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from policy_lab.ensemble.correlations import correlated, turn_of
from policy_lab.ensemble.designs import Membership, sobol_points
from policy_lab.ensemble.factors import Factor, check_limits, factor_from, named_factors
from policy_lab.ensemble.measures import Measure, measure_from
from policy_lab.ensemble.own_samples import sampled_factors, unit_of
from policy_lab.ensemble.quantity import amount
from policy_lab.ensemble.study_file import Study
from policy_lab.errors import StudyError, UnknownName
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.program import CONTROLS
from policy_lab.readers import fold
from policy_lab.runs import Floats
from policy_lab.simulation import check_step

#: Units that say there is none.
DIMENSIONLESS: Final = ("", "1", "dmnl", "dimensionless", "fraction")


@dataclass(frozen=True)
class Plan:
    """A study that can be run.

    Attributes:
        study: as it was written.
        model: loaded.
        factors: what is varied, in order.
        groups: group name to the positions of its factors; one factor a group when nothing was grouped.
        outcomes: names as the model spells them, and those of the study's own.
        measures: the study's own outcomes by name.
        times: saved times studied, in order.
        size: base points, runs or trajectories.
        options: the method's options with defaults filled in.
        base: constants that differ from the model file: the scenario and the study's settings.
        inputs: what else decides the result, by the method: the contents of files and scenarios that it reads.
        turn: ``turn[factor, factor]``, how factors go together (``correlations.py``); None where each goes by itself.
    """

    study: Study
    model: Model
    factors: tuple[Factor, ...]
    groups: Mapping[str, tuple[int, ...]]
    outcomes: tuple[str, ...]
    times: Floats
    size: int
    options: Mapping[str, Any]
    base: Mapping[str, float]
    measures: Mapping[str, Measure] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    turn: Floats | None = None

    def points(self) -> Floats:
        """``unit[run, factor]``: the rows of the study's own samples, else Sobol' points, correlated if it says so."""
        if self.study.samples is not None:
            return unit_of(self.size, len(self.factors))
        unit = sobol_points(self.size, len(self.factors), self.study.seed)
        return unit if self.turn is None else correlated(unit, self.turn)

    @property
    def grouped(self) -> bool:
        """Whether factors are moved in groups rather than one by one."""
        return self.study.groups is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the findings: the groups, or each factor by its name."""
        return tuple(self.groups)

    @property
    def member(self) -> Membership:
        """``member[group, factor]``: which factors each group moves."""
        member = np.zeros((len(self.groups), len(self.factors)), dtype=bool)
        for row, columns in enumerate(self.groups.values()):
            member[row, list(columns)] = True
        return member

    def find(self, outcome: str) -> str:
        """An outcome that an option names: one of the study's own, or a variable as the model spells it.

        Raises:
            UnknownName: it is neither.
        """
        return outcome if outcome in self.measures else self.model.find(outcome)

    def label(self, outcome: str) -> str:
        """Label of an outcome."""
        known = self.model.outcomes.get(outcome)
        return known.label if known else outcome

    def named(self, outcome: str) -> Name:
        """An outcome, to be called in any language."""
        return Name(outcome, text=self.label(outcome))

    def quantity(self, outcome: str, value: float) -> Message:
        """A value of an outcome, with its unit if it has one."""
        return amount(value, self.unit(outcome))

    def bare(self, outcome: str, value: float) -> Message:
        """A value of an outcome beside one that has its unit; money is never without it."""
        return amount(value, self.unit(outcome), bare=True)

    def change(self, outcome: str, value: float, bare: bool = False) -> Message:
        """By how much an outcome changes, with its sign."""
        return amount(value, self.unit(outcome), bare, change=True)

    def axis(self, outcome: str, time: float) -> Message:
        """What an axis with values of an outcome at a time says."""
        unit = self.unit(outcome)
        return (
            Message("report.axis", {"unit": Name(unit, "unit"), "time": time})
            if unit
            else Message("report.axis_bare", {"time": time})
        )

    def unit(self, outcome: str) -> str:
        """Unit of an outcome as people say it: none for a share or an index."""
        unit = self.own_unit(outcome)
        return "" if unit.casefold() in DIMENSIONLESS else unit

    def own_unit(self, outcome: str) -> str:
        """Unit of an outcome as the model has it."""
        own = self.measures.get(outcome)
        return own.unit if own is not None else self.model.program.equations[outcome].unit

    def better(self, outcome: str) -> str:
        """Which way an outcome is better: ``higher``, ``lower`` or ``neither``."""
        known = self.model.outcomes.get(outcome)
        return known.better if known else "neither"

    def fingerprint(self, version: str) -> str:
        """A hash of all that decides the result; a folder is resumed, or read, only by the same fingerprint."""
        decisive: dict[str, Any] = {
            "version": version,
            "model": self.model.hash,
            "method": self.study.method,
            "size": self.size,
            "seed": self.study.seed,
            "factors": [repr(f) for f in self.factors],
            "groups": {k: list(v) for k, v in self.groups.items()},
            "outcomes": list(self.outcomes),
            "times": self.times.tolist(),
            "options": {k: repr(v) for k, v in sorted(self.options.items())},
            "base": dict(sorted(self.base.items())),
            "inputs": self.inputs,
        }
        if self.measures:
            decisive["measures"] = [repr(m) for m in self.measures.values()]
        made = {k: v for k in ("integration", "time_step", "final_time") if (v := getattr(self.study, k)) is not None}
        decisive |= {"made": made} if made else {}
        decisive |= {} if self.turn is None else {"turn": self.turn.tolist()}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def make_plan(study: Study, model: Model, options: Mapping[str, Any], default_size: int) -> Plan:
    """Check a study against its model.

    Args:
        study: as written.
        model: loaded.
        options: of the method, defaults filled in.
        default_size: the method's size where the study names none.

    Raises:
        UnknownName, StudyError, BadValue: whatever cannot be run as written.
    """
    factors = _factors(study, model)
    check_limits(model, factors)
    base = model.constants_of(study.scenario, study.settings)
    size = default_size if study.size is None else study.size
    if study.samples is not None:
        size = len(factors[0].values)
    if size < 1:
        raise StudyError("error.study.too_small", size=size)
    measures = {m.name: m for m in (measure_from(o, model) for o in study.outcomes if not isinstance(o, str))}
    _check_how(study, model)
    return Plan(
        study=study,
        model=model,
        factors=factors,
        groups=_groups(study, factors),
        outcomes=_outcomes(study, model),
        times=_times(study, model, measures),
        size=size,
        options=options,
        base=base,
        measures=measures,
        turn=turn_of(study.correlations, [f.name for f in factors], study.method),
    )


def _check_how(study: Study, model: Model) -> None:
    """Refuse an integration method, time step or final time that no run can have."""
    if study.integration not in (None, "euler", "rk4"):
        raise StudyError("error.backend.integration", integration=study.integration)
    if study.time_step is not None:
        check_step(model, study.time_step)
    for guard in model.program.guards:
        under = model.program.under(guard.name) if guard.variable in CONTROLS else frozenset()
        named = study.factors if not isinstance(study.factors, str) else {}
        for name in named:
            if (constant := model.constant(name)) in under:
                raise StudyError("error.study.clock", name=constant, setting=guard.variable)


def _factors(study: Study, model: Model) -> tuple[Factor, ...]:
    if study.samples is not None:
        return sampled_factors(study, model)
    if isinstance(study.factors, str):
        return named_factors(model, study.factors)
    factors = tuple(factor_from(model, name, entry) for name, entry in study.factors.items())
    _refuse_twice(f.name for f in factors)
    return factors


def _refuse_twice(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise StudyError("error.study.twice", name=name)
        seen.add(name)


def _groups(study: Study, factors: tuple[Factor, ...]) -> dict[str, tuple[int, ...]]:
    grouping = study.groups
    if grouping is None:
        return {f.name: (i,) for i, f in enumerate(factors)}
    if isinstance(grouping, str):
        plural = {"lever": "levers", "uncertainty": "uncertainties", "constant": "constants"}
        headings: dict[str, Callable[[Factor], str]] = {
            "group": lambda f: f.group or "others",
            "kind": lambda f: plural[f.kind],
        }
        if grouping not in headings:
            raise UnknownName("grouping", grouping, headings)
        found: dict[str, tuple[int, ...]] = {}
        for i, factor in enumerate(factors):
            heading = headings[grouping](factor)
            found[heading] = (*found.get(heading, ()), i)
        return found
    return _named_groups(grouping, factors)


def _named_groups(grouping: Mapping[str, tuple[str, ...]], factors: tuple[Factor, ...]) -> dict[str, tuple[int, ...]]:
    position = {fold(f.name): i for i, f in enumerate(factors)}
    groups: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for group, names in grouping.items():
        if not names:
            raise StudyError("error.study.empty_group", group=group)
        for name in names:
            if fold(name) not in position:
                raise UnknownName(
                    "factor",
                    name,
                    [f.name for f in factors],
                    Message("error.unknown.of_group", {"group": Name(group, "group")}),
                )
            if position[fold(name)] in taken:
                raise StudyError("error.study.two_groups", name=name)
            taken.add(position[fold(name)])
        groups[group] = tuple(position[fold(name)] for name in names)
    for i, factor in enumerate(factors):
        if i not in taken:  # a factor nobody grouped is a group of its own
            groups[factor.name] = (i,)
    return groups


def _outcomes(study: Study, model: Model) -> tuple[str, ...]:
    if study.outcomes:
        names = tuple(model.find(o) if isinstance(o, str) else str(o.get("name", "")) for o in study.outcomes)
        _refuse_twice(names)
        constant = [n for n in names if n in model.program.constants]
        if constant:
            raise StudyError("error.study.constant_outcome", name=constant[0])
        return names
    headline = tuple(x.name for x in model.outcomes.values() if x.headline)
    if not headline:
        raise StudyError("error.study.no_outcomes", model=model.name)
    return headline


def saved_times(model: Model, scenario: str | None = None, until: float | None = None) -> Floats:
    """The times a run of the scenario saves, in the model's time unit."""
    moments, saved = model.program.clock.moments(until=model.until(scenario, until))
    return np.array([moments[i] for i in saved])


def _times(study: Study, model: Model, measures: Mapping[str, Measure]) -> Floats:
    saved = saved_times(model, study.scenario, study.final_time)
    if isinstance(study.times, str):
        if study.times != "all":
            raise StudyError("error.study.times_word", times=study.times)
        whole = measures and len(measures) == len(study.outcomes) and all(m.take for m in measures.values())
        return saved[-1:] if whole else saved  # what is taken of a whole run is the same at all times
    times = []
    for time in study.times:
        nearest = float(saved[np.argmin(np.abs(saved - time))])
        if abs(nearest - time) > 1e-6 * max(1.0, abs(time)):
            raise StudyError(
                "error.study.time",
                time=time,
                model=model.name,
                start=saved[0],
                stop=saved[-1],
                saveper=model.program.clock.saveper,
                nearest=nearest,
            )
        times.append(nearest)
    _refuse_twice(f"{t:g}" for t in times)
    return np.array(sorted(times))
