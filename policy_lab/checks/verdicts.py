"""Checks against runs: all runs that they need are made in a few batches, then each check is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from policy_lab.backends import Integration
from policy_lab.checks.outflow_control import rates_of
from policy_lab.errors import PolicyLabError
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.model.checks import Check, World
from policy_lab.program import Program, names_in
from policy_lab.runs import Floats, Runs
from policy_lab.simulation import Progress, simulate

#: Relative slack of what must not fall or rise, and of accounts and sums.
FLAT, BALANCED, SAME = 1e-9, 1e-9, 1e-6


@dataclass(frozen=True)
class Verdict:
    """What became of a check.

    Attributes:
        passed: whether it holds.
        words: the value that decides, where and when, as a message.
        status: ``holds``, ``fails``, ``fails as known`` or ``holds, though known to fail``.
    """

    check: Check
    passed: bool
    words: Message

    @property
    def status(self) -> str:
        """See above."""
        if self.check.known:
            return "holds, though known to fail" if self.passed else "fails as known"
        return "holds" if self.passed else "fails"

    @property
    def claim(self) -> Message:
        """What is claimed, and what decides."""
        return Message("verdict.claim", {"check": self.says, "words": self.words})

    @property
    def says(self) -> Name:
        """What is claimed, alone."""
        return Name(self.check.key, "check", self.check.says)

    @property
    def status_words(self) -> Message:
        """The status as people say it."""
        known = "known_" if self.check.known else ""
        return Message(f"verdict.{known}{'holds' if self.passed else 'fails'}")

    @property
    def unexpected(self) -> bool:
        """Whether the file says otherwise: a failure that is not known, or a known one that is gone."""
        return self.passed is bool(self.check.known)


@dataclass(frozen=True)
class _Batch:
    """Runs of many worlds with one step and one integration."""

    runs: Runs
    places: Mapping[World, int]

    def of(self, world: World, name: str) -> Floats:
        """``value[time]``."""
        values: Floats = self.runs.of(name)[self.places[world]]
        return values


def judge(model: Model, checks: Sequence[Check], progress: Progress | None = None) -> list[Verdict]:
    """A verdict on every check, in their order.

    Raises:
        SimulationError: a run that a check needs is not a number somewhere; names variable and time.
    """
    return _Judge(model, checks, progress).verdicts() if checks else []


def run_worlds(
    model: Model,
    worlds: Iterable[World],
    names: Iterable[str],
    halved: bool = False,
    integration: Integration = "euler",
) -> _Batch:
    """All these worlds in one call of ``simulate``."""
    ordered = list(dict.fromkeys(worlds))
    values, _ = constants_of_worlds(model, ordered)
    step = model.program.clock.step / 2 if halved else None
    runs = simulate(model, values, outputs=tuple(dict.fromkeys(names)), time_step=step, integration=integration)
    return _Batch(runs, {world: i for i, world in enumerate(ordered)})


def constants_of_worlds(model: Model, worlds: Sequence[World]) -> tuple[dict[str, Any], int]:
    """``value[run]`` of every constant that some world sets, and the number of runs."""
    constants = [{**model.constants_of(w.key or None), **dict(w.settings)} for w in worlds]
    varied = sorted({name for each in constants for name in each}) or sorted(model.program.constants)[:1]
    defaults = model.program.constants
    return {n: np.array([each.get(n, defaults[n]) for each in constants]) for n in varied}, len(worlds)


class _Judge:
    def __init__(self, model: Model, checks: Sequence[Check], progress: Progress | None) -> None:
        self.model, self.checks, self.progress = model, checks, progress

    def verdicts(self) -> list[Verdict]:
        found = []
        for check in self.checks:
            passed, words = self._look(check)
            found.append(Verdict(check, passed, words))
            if self.progress is not None:
                self.progress(1)
        return found

    @cached_property
    def plain(self) -> _Batch:
        """Every run with the model's own step."""
        worlds = [w for c in self.checks for w in c.all_worlds]
        names = [n for c in self.checks for n in (*c.all_names, *_read_by(self.model.program, c))]
        return run_worlds(self.model, worlds, names)

    @cached_property
    def halved(self) -> _Batch:
        """Those that a check wants with half the step."""
        return self._other_numerics("halving", halved=True)

    @cached_property
    def rk4(self) -> _Batch:
        """Those that a check wants by fourth-order Runge-Kutta."""
        return self._other_numerics("rk4", integration="rk4")

    def _other_numerics(self, test: str, **numerics: Any) -> _Batch:
        wanting = [c for c in self.checks if c.test == test]
        worlds = [w for c in wanting for w in c.worlds]
        return run_worlds(self.model, worlds, [n for c in wanting for n in c.names], **numerics)

    def _look(self, check: Check) -> tuple[bool, Message]:
        if check.test == "account":
            return self._account(check)
        if check.test in ("halving", "rk4"):
            return self._moved(check, self.halved if check.test == "halving" else self.rk4)
        worst: tuple[float, Message] | None = None
        for margin, words in self._margins(check):
            if worst is None or margin < worst[0]:
                worst = margin, words
        assert worst is not None  # a check has a name and a world
        return worst[0] >= 0, worst[1]

    def _window(self, check: Check) -> np.ndarray[Any, np.dtype[np.bool_]]:
        time = self.plain.runs.time
        first, last = check.window
        if first == last:
            return np.asarray(np.arange(len(time)) == int(np.abs(time - first).argmin()))
        return np.asarray((time >= first - 1e-6) & (time <= last + 1e-6))

    def _margins(self, check: Check) -> Iterable[tuple[float, Message]]:
        """How far each world and variable is from failing (negative: it fails), and what decides."""
        inside = self._window(check)
        time = self.plain.runs.time[inside]
        for i, world in enumerate(check.worlds):
            if check.test == "sums_to":
                yield self._sum(check, world, inside, time)
                continue
            for j, name in enumerate(check.names):
                values = self.plain.of(world, name)[inside]
                if check.test in _COMPARED:
                    worlds, names = check.other
                    against = self.plain.of(worlds[i % len(worlds)], names[j % len(names)])[inside]
                    bound = check.given["times"] * against + check.given["plus"]
                    margin, at, told = _COMPARED[check.test](values, bound)
                else:
                    margin, at, told = _ALONE[check.test](values, time, check.given)
                what = Message(told.key, {"variable": Name(name), **told.values})
                yield margin, _at(what, time[at], world)

    def _sum(self, check: Check, world: World, inside: Any, time: Floats) -> tuple[float, Message]:
        left: Any = sum(self.plain.of(world, n)[inside] for n in check.names)
        named = isinstance(check.given, tuple)
        right: Any = sum(self.plain.of(world, n)[inside] for n in check.given) if named else float(check.given)
        size = np.maximum(np.maximum(np.abs(left), np.abs(right)), 1e-12)
        apart = np.abs(np.asarray(left) - np.asarray(right)) / size
        at = int(apart.argmax())
        what = Message("verdict.apart", {"share": float(apart[at])})
        return BALANCED - float(apart[at]), _at(what, time[at], world)

    def _moved(self, check: Check, other: _Batch) -> tuple[bool, Message]:
        """The largest change of any variable, as a share of its range over the check's worlds."""
        worst, words = -1.0, Message("verdict.nothing")
        for name in check.names:
            here = np.array([self.plain.of(w, name) for w in check.worlds])
            there = np.array([other.of(w, name) for w in check.worlds])
            span = float(np.ptp(here))
            moved = np.abs(here - there) / span if span > 0 else np.abs(here - there)
            if float(moved.max()) > worst:
                run, at = np.unravel_index(int(moved.argmax()), moved.shape)
                worst = float(moved.max())
                what = Message("verdict.moves", {"variable": Name(name), "share": worst})
                words = _at(what, self.plain.runs.time[at], check.worlds[run])
        return worst <= check.given, words

    def _account(self, check: Check) -> tuple[bool, Message]:
        """What stocks gain together against what crosses the boundary, at every saved moment."""
        program = self.model.program
        worst, words = -1.0, Message("verdict.nothing")
        for world in check.worlds:
            values = {n: self.plain.of(world, n) for n in (*check.names, *_read_by(program, check))}
            gained = rates_of(program, check.names, values)
            sides = [
                np.array([np.broadcast_to(values[n], gained.shape) for n in check.given[s]]) for s in ("in", "out")
            ]
            gains_and_losses = [sign * s.sum(axis=0) for sign, s in zip((1.0, -1.0), sides, strict=True) if len(s)]
            crossed = sum(gains_and_losses, np.zeros_like(gained))
            size = np.maximum(sum((np.abs(s).sum(axis=0) for s in sides if len(s)), np.abs(gained)), 1e-12)
            apart = np.abs(gained - crossed) / size
            at = int(apart.argmax())
            if float(apart[at]) > worst:
                worst = float(apart[at])
                words = _at(Message("verdict.balance", {"share": worst}), self.plain.runs.time[at], world)
        return worst <= BALANCED, words


def _read_by(program: Program, check: Check) -> tuple[str, ...]:
    """What an account needs besides its stocks: its flows, and all that the rates of its stocks name."""
    if check.test != "account":
        return ()
    rates = [program.equations[n].expression for n in check.names]
    named = [n for rate in rates if rate is not None for n in names_in(rate)]
    return tuple(dict.fromkeys([*check.given["in"], *check.given["out"], *named]))


def scenario_words(world: World) -> Message | Name:
    """A run that a check looks at, as people say it."""
    key = Name(world.key, "scenario") if world.key else Message("verdict.model_file")
    if not world.settings:
        return key
    settings = [Message("verdict.setting", {"name": Name(name), "value": value}) for name, value in world.settings]
    return Message("verdict.with", {"scenario": key, "settings": settings})


def _at(what: Message, time: float, world: World) -> Message:
    return Message("verdict.at", {"what": what, "time": float(time), "scenario": scenario_words(world)})


#: How far from failing, where, and what is there: a message that still lacks its variable.
Margin = tuple[float, int, Message]


def _is(value: float) -> Message:
    return Message("verdict.is", {"value": float(value)})


def _against(value: float, bound: float) -> Message:
    return Message("verdict.against", {"value": float(value), "bound": float(bound)})


def _between(values: Floats, time: Floats, given: Any) -> Margin:
    low = -np.inf if given[0] is None else float(given[0])
    high = np.inf if given[1] is None else float(given[1])
    margins = np.minimum(values - low, high - values)
    at = int(margins.argmin())
    return float(margins[at]), at, _is(values[at])


def _rising(values: Floats, time: Floats, given: Any) -> Margin:
    steps = np.diff(values) if given else -np.diff(values)
    if not len(steps):
        raise PolicyLabError("error.check.one_moment")
    at = int(steps.argmin())
    slack = FLAT * max(float(np.abs(values).max()), 1e-12)
    return float(steps[at]) + slack, at, Message("verdict.changes", {"value": float(values[at + 1] - values[at])})


def _peaks(values: Floats, time: Floats, given: Any) -> Margin:
    at = int(values.argmax())
    return (
        float(min(time[at] - given[0], given[1] - time[at])),
        at,
        Message("verdict.peaks", {"value": float(values[at])}),
    )


def _reaches(values: Floats, time: Floats, given: Any) -> Margin:
    there = values >= float(given["level"])
    at = int(there.argmax()) if there.any() else len(values) - 1
    told = Message("verdict.there" if there.any() else "verdict.gets", {"value": float(values[at])})
    if given["between"] == "never":
        return (-1.0 if there.any() else 1.0), at, told
    low, high = given["between"]
    return (float(min(time[at] - low, high - time[at])) if there.any() else -1.0), at, told


def _below(values: Floats, bound: Floats) -> Margin:
    margins = bound - values
    at = int(margins.argmin())
    strict = float(margins[at]) if margins[at] != 0 else -0.0 - 1e-300
    return strict, at, _against(values[at], bound[at])


def _above(values: Floats, bound: Floats) -> Margin:
    margin, at, _ = _below(-values, -bound)
    return margin, at, _against(values[at], bound[at])


def _same(values: Floats, bound: Floats) -> Margin:
    apart = np.abs(values - bound) / np.maximum(np.maximum(np.abs(values), np.abs(bound)), 1e-12)
    at = int(apart.argmax())
    return SAME - float(apart[at]), at, _against(values[at], bound[at])


_ALONE: Mapping[str, Callable[[Floats, Floats, Any], Margin]] = {
    "between": _between, "rising": _rising, "peaks": _peaks, "reaches": _reaches,
}  # fmt: skip
_COMPARED: Mapping[str, Callable[[Floats, Floats], Margin]] = {"below": _below, "above": _above, "same_as": _same}
