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
from policy_lab.model import Model
from policy_lab.model.checks import Check, World
from policy_lab.program import Program, names_in
from policy_lab.runs import Floats, Runs
from policy_lab.simulate import Progress, simulate

#: Relative slack of what must not fall or rise, and of accounts and sums.
FLAT, BALANCED, SAME = 1e-9, 1e-9, 1e-6


@dataclass(frozen=True)
class Verdict:
    """What became of a check.

    Attributes:
        passed: whether it holds.
        words: the value that decides, where and when.
        status: ``holds``, ``fails``, ``fails as known`` or ``holds, though known to fail``.
    """

    check: Check
    passed: bool
    words: str

    @property
    def status(self) -> str:
        """See above."""
        if self.check.known:
            return "holds, though known to fail" if self.passed else "fails as known"
        return "holds" if self.passed else "fails"

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

    def _look(self, check: Check) -> tuple[bool, str]:
        if check.test == "account":
            return self._account(check)
        if check.test in ("halving", "rk4"):
            return self._moved(check, self.halved if check.test == "halving" else self.rk4)
        worst: tuple[float, str] | None = None
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

    def _margins(self, check: Check) -> Iterable[tuple[float, str]]:
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
                yield margin, f"{name} {told} at {time[at]:g} in {world}"

    def _sum(self, check: Check, world: World, inside: Any, time: Floats) -> tuple[float, str]:
        left: Any = sum(self.plain.of(world, n)[inside] for n in check.names)
        named = isinstance(check.given, tuple)
        right: Any = sum(self.plain.of(world, n)[inside] for n in check.given) if named else float(check.given)
        size = np.maximum(np.maximum(np.abs(left), np.abs(right)), 1e-12)
        apart = np.abs(np.asarray(left) - np.asarray(right)) / size
        at = int(apart.argmax())
        return BALANCED - float(apart[at]), f"apart by {apart[at]:.2g} of their size at {time[at]:g} in {world}"

    def _moved(self, check: Check, other: _Batch) -> tuple[bool, str]:
        """The largest change of any variable, as a share of its range over the check's worlds."""
        worst, words = -1.0, ""
        for name in check.names:
            here = np.array([self.plain.of(w, name) for w in check.worlds])
            there = np.array([other.of(w, name) for w in check.worlds])
            span = float(np.ptp(here))
            moved = np.abs(here - there) / span if span > 0 else np.abs(here - there)
            if float(moved.max()) > worst:
                run, at = np.unravel_index(int(moved.argmax()), moved.shape)
                worst = float(moved.max())
                words = (
                    f"{name} moves by {worst:.3%} of its range at {self.plain.runs.time[at]:g} in {check.worlds[run]}"
                )
        return worst <= check.given, words

    def _account(self, check: Check) -> tuple[bool, str]:
        """What stocks gain together against what crosses the boundary, at every saved moment."""
        program = self.model.program
        worst, words = -1.0, ""
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
                words = f"out of balance by {worst:.2g} of the flows at {self.plain.runs.time[at]:g} in {world}"
        return worst <= BALANCED, words


def _read_by(program: Program, check: Check) -> tuple[str, ...]:
    """What an account needs besides its stocks: its flows, and all that the rates of its stocks name."""
    if check.test != "account":
        return ()
    rates = [program.equations[n].expression for n in check.names]
    named = [n for rate in rates if rate is not None for n in names_in(rate)]
    return tuple(dict.fromkeys([*check.given["in"], *check.given["out"], *named]))


Margin = tuple[float, int, str]


def _between(values: Floats, time: Floats, given: Any) -> Margin:
    low = -np.inf if given[0] is None else float(given[0])
    high = np.inf if given[1] is None else float(given[1])
    margins = np.minimum(values - low, high - values)
    at = int(margins.argmin())
    return float(margins[at]), at, f"is {values[at]:.6g}"


def _rising(values: Floats, time: Floats, given: Any) -> Margin:
    steps = np.diff(values) if given else -np.diff(values)
    if not len(steps):
        raise PolicyLabError("error.check.one_moment")
    at = int(steps.argmin())
    slack = FLAT * max(float(np.abs(values).max()), 1e-12)
    return float(steps[at]) + slack, at, f"changes by {values[at + 1] - values[at]:.4g}"


def _peaks(values: Floats, time: Floats, given: Any) -> Margin:
    at = int(values.argmax())
    return float(min(time[at] - given[0], given[1] - time[at])), at, f"peaks with {values[at]:.6g}"


def _reaches(values: Floats, time: Floats, given: Any) -> Margin:
    there = values >= float(given["level"])
    at = int(there.argmax()) if there.any() else len(values) - 1
    told = f"{'is there with' if there.any() else 'gets to'} {values[at]:.6g}"
    if given["between"] == "never":
        return (-1.0 if there.any() else 1.0), at, told
    low, high = given["between"]
    return (float(min(time[at] - low, high - time[at])) if there.any() else -1.0), at, told


def _below(values: Floats, bound: Floats) -> Margin:
    margins = bound - values
    at = int(margins.argmin())
    strict = float(margins[at]) if margins[at] != 0 else -0.0 - 1e-300
    return strict, at, f"is {values[at]:.6g} against {bound[at]:.6g}"


def _above(values: Floats, bound: Floats) -> Margin:
    margin, at, _ = _below(-values, -bound)
    return margin, at, f"is {values[at]:.6g} against {bound[at]:.6g}"


def _same(values: Floats, bound: Floats) -> Margin:
    apart = np.abs(values - bound) / np.maximum(np.maximum(np.abs(values), np.abs(bound)), 1e-12)
    at = int(apart.argmax())
    return SAME - float(apart[at]), at, f"is {values[at]:.8g} against {bound[at]:.8g}"


_ALONE: Mapping[str, Callable[[Floats, Floats, Any], Margin]] = {
    "between": _between, "rising": _rising, "peaks": _peaks, "reaches": _reaches,
}  # fmt: skip
_COMPARED: Mapping[str, Callable[[Floats, Floats], Margin]] = {"below": _below, "above": _above, "same_as": _same}
