"""Polarity: whether a link raises or lowers its effect, read off the equations at the states that runs pass through.

The equation of the effect is worked out again with the cause a little higher and a little lower, all else as in the
run; the sign is that of most moments at which it is not zero, and *mixed* where fewer than ``SAME`` of them agree.
Sterman 2000, *Business Dynamics*, ch. 5 (link polarity by partial derivative).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from policy_lab import cache
from policy_lab.checks.outflow_control import evaluated, states_of, worked_out
from policy_lab.checks.verdicts import constants_of_worlds
from policy_lab.model import Model
from policy_lab.model.checks import World
from policy_lab.model.circuits import Circuit, Link, inputs
from policy_lab.program import Program, names_in
from policy_lab.runs import Floats

#: Least share of moments at which the sign of a link is the same.
SAME: Final = 0.9
#: A cause is moved by this share of its size, and an effect counts as moved above this share of its own.
_NUDGE, _FELT = 1e-4, 1e-11
#: Moments of each scenario at which every link of a model is looked at, and elements of an array that speak for it.
_MOMENTS, _ELEMENTS = 12, 3
KIND: Final = "signs"


@dataclass(frozen=True)
class Sign:
    """The sign of a link (1, -1; 0: it never acts) and the share of moments, of those at which it acts, that agree."""

    cause: str
    effect: str
    sign: int
    share: float

    @property
    def clear(self) -> int:
        """The sign where it is the same nearly always, else 0."""
        return self.sign if self.share >= SAME else 0


@dataclass(frozen=True)
class Signs:
    """The polarity of every link of a model.

    Attributes:
        links: cause and effect, arrays without their elements, to 1 or -1 over all scenarios; 0: it depends.
        loops: a named loop's circuit, ``a > b > a``, to the signs of its links in order, in the scenario that shows it.
    """

    links: Mapping[tuple[str, str], int]
    loops: Mapping[str, tuple[int, ...]]


def signs_of(model: Model) -> Signs:
    """Every sign of a model, worked out once and then kept on disk."""
    settings = [(key, sorted(model.constants_of(key).items())) for key in model.scenarios]
    circuits = [(loop.name, loop.circuit, loop.shown) for loop in model.loops]
    key = cache.key_of(KIND, "2", model.hash, repr(settings), repr(circuits))
    kept = cache.read(key, KIND)
    if kept:
        found = json.loads(kept)
    else:
        links = [[*names, sign] for names, sign in _of_links(model).items()]
        found = {"links": links, "loops": _of_loops(model)}
        cache.write(key, KIND, json.dumps(found, separators=(",", ":")).encode())
    by_names = {(cause, effect): sign for cause, effect, sign in found["links"]}
    return Signs(by_names, {name: tuple(signs) for name, signs in found["loops"].items()})


def _of_links(model: Model) -> dict[tuple[str, str], int]:
    program = model.program
    links: dict[tuple[str, str], list[Link]] = {}
    for effect in program.visible:
        for cause, route in inputs(program, effect).items():
            together = links.setdefault((base(cause), base(effect)), [])
            if len(together) < _ELEMENTS:
                together.append(Link(route))
    if program.refused or not links:
        return dict.fromkeys(links, 0)
    states = states_in(model, [*model.scenarios] or [""], _MOMENTS).values()
    sizes = [max((np.size(v) for v in each.values()), default=1) for each in states]
    values = {
        name: np.concatenate([np.broadcast_to(each[name], (size,)) for each, size in zip(states, sizes, strict=True)])
        for name in next(iter(states))
    }
    return {names: sign_of(program, each, names, values).clear for names, each in links.items()}


def _of_loops(model: Model) -> dict[str, list[int]]:
    first = next(iter(model.scenarios), "")
    worlds = {loop.name: loop.shown.world if loop.shown else first for loop in model.loops if loop.circuit}
    if model.program.refused or not worlds:
        return {}
    states = states_in(model, list(dict.fromkeys(worlds.values())))
    return {
        written(loop.circuit): [
            sign_of(model.program, links, names, states[worlds[loop.name]]).sign
            for names, links in zip(pairwise(loop.circuit.names), loop.circuit.steps, strict=True)
        ]
        for loop in model.loops
        if loop.circuit
    }


def written(circuit: Circuit) -> str:
    """A circuit as its row of ``loops.csv`` may have it."""
    return " > ".join(circuit.names)


def base(name: str) -> str:
    """A variable's name without its elements."""
    return name.partition("[")[0]


def states_in(model: Model, worlds: Sequence[str], most: int | None = None) -> dict[str, dict[str, Any]]:
    """Scenario to the value of everything at its saved moments (``most`` of them, evenly), ``value[moment]``."""
    moments, saved = model.program.clock.moments()
    kept = saved if most is None else saved[:: max(1, len(saved) // most)]
    values, count = constants_of_worlds(model, [World(key) for key in worlds])
    times = np.array([moments[i] for i in kept])
    every = worked_out(model.program, states_of(model.program, values, count, times))
    size = len(times)
    return {
        key: {n: v[i * size : (i + 1) * size] if np.ndim(v) else v for n, v in every.items()}
        for i, key in enumerate(worlds)
    }


def sign_of(program: Program, links: Iterable[Link], names: tuple[str, str], values: Mapping[str, Any]) -> Sign:
    """The sign of a step; one between arrays counts every element at every moment."""
    signs = [np.prod([_slope(program, a, b, values) for a, b in pairwise(link.route)], axis=0) for link in links]
    acting = np.concatenate(signs)
    acting = acting[acting != 0]
    if not len(acting):
        return Sign(*names, 0, 0.0)
    up = float((acting > 0).mean())
    return Sign(*names, 1 if up >= 0.5 else -1, max(up, 1 - up))


def _slope(program: Program, cause: str, effect: str, values: Mapping[str, Any]) -> Floats:
    """``sign[moment]`` of one equation's answer to one of its inputs, all others as they are."""
    expression = program.equations[effect].expression
    assert expression is not None  # a link is read off an expression
    read = {name: values[name] for name in (*names_in(expression), cause) if name in values}
    length = max(np.size(v) for v in read.values())
    here = np.broadcast_to(np.asarray(values[cause], dtype=np.float64), (length,))
    nudge = _NUDGE * max(float(np.abs(here).max()), 1e-9)
    high, low = (evaluated(expression, {**read, cause: here + by}, program) for by in (nudge, -nudge))
    high, low = np.broadcast_to(high, (length,)), np.broadcast_to(low, (length,))
    felt = np.abs(high - low) > _FELT * np.maximum(np.abs(high), np.abs(low))
    return np.where(felt & np.isfinite(high - low), np.sign(high - low), 0.0)
