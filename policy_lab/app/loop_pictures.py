"""Causal-loop diagrams as data, for ``web/widgets/loop-drawing.js``: each loop of the model alone, and an overview.

A *picture* is ``{nodes, links, loops}``. Nodes are variables of the loops' circuits. Where a circuit has more than
``MOST``, those are passed over that only hand on what comes in, and the link says so (``via``). The overview shows the
few loops of a small model together, the model's summary (``model/summary.py``) or itself, placed as on the page of its
sketch that draws most of them. Signs are those of ``checks/polarity.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, Final

from policy_lab.app.labels import label_of
from policy_lab.app.language import Speech
from policy_lab.app.loops import assumption_keys, loops_of, loops_together, loops_told_by
from policy_lab.app.sector_pictures import views_of
from policy_lab.app.variable_detail import Entries, sector_name
from policy_lab.catalogue import language
from policy_lab.checks.polarity import Signs, base, signs_of, written
from policy_lab.model import Model
from policy_lab.model.circuits import Circuit, gates
from policy_lab.model.loops import Loop
from policy_lab.readers.sketch import View

#: Boxes that a loop by itself is drawn with at most.
MOST: Final = 12


@dataclass(frozen=True)
class Step:
    """From one box to the next: the variables passed over, the sign of all, whether it takes time."""

    via: tuple[str, ...]
    sign: int
    delay: bool


def loop_pictures(model: Model) -> dict[str, Any]:
    """``overview`` (None where there is none to show) and, in the order of ``loops.csv``, a picture of each loop."""
    keys = assumption_keys(model)
    drawn = [loop for loop in loops_of(model) if loop.circuit]
    signs = signs_of(model) if drawn else None
    own = [_alone(model, loop, keys, signs) for loop in drawn] if signs else []
    return {"overview": _overview(model, drawn, keys), "loops": own}


# ---- one loop ------------------------------------------------------------------------------------------------------


def _alone(model: Model, loop: Loop, keys: Mapping[str, str], signs: Signs) -> dict[str, Any]:
    names, steps = shortened(model, loop, signs, MOST)
    places = {name: n for n, name in enumerate(names)}
    pairs = list(pairwise(names)) + ([(names[-1], names[0])] if len(steps) == len(names) else [])
    return {
        "nodes": [_node(model, loop.circuit, name) for name in names],
        "links": [_link(places, pair, step, [0]) for pair, step in zip(pairs, steps, strict=True)],
        "loops": [_told(loop, list(range(len(names))), keys)],
    }


def shortened(model: Model, loop: Loop, signs: Signs, most: float = math.inf) -> tuple[list[str], list[Step]]:
    """The variables of a loop that are worth a box, each once, and the step from each to the next (to the first)."""
    assert loop.circuit is not None
    names, steps = list(loop.circuit.names), _steps(model, loop, signs)
    closed = names[0] == names[-1]
    names = names[: len(names) - closed]
    worth = _worth(model, loop, names) if len(names) > most else {}
    while len(names) > most:
        inner = range(len(names)) if closed else range(1, len(names) - 1)
        n = min(inner, key=lambda n: (worth[names[n]], len(steps[n - 1].via) + len(steps[n].via)))
        _pass_over(names, steps, n)
    return names, steps


def _pass_over(names: list[str], steps: list[Step], n: int) -> None:
    before, after = steps[n - 1], steps[n]
    joined = Step((*before.via, names[n], *after.via), before.sign * after.sign, before.delay or after.delay)
    steps[n - 1] = joined
    del names[n], steps[n]


def _steps(model: Model, loop: Loop, known: Signs) -> list[Step]:
    circuit = loop.circuit
    assert circuit is not None
    equations, signs = model.program.equations, known.loops[written(circuit)]
    slow = [
        any(equations[name].kind == "stock" for link in links for name in link.route[1:]) for links in circuit.steps
    ]
    return [Step((), sign, delay) for sign, delay in zip(signs, slow, strict=True)]


def _worth(model: Model, loop: Loop, names: Sequence[str]) -> dict[str, int]:
    """How much each box is missed: a stock most, then where the switch acts, then where another sector begins."""
    kinds, groups = {}, {}
    for name in names:
        equation = model.program.equations[_opened(loop.circuit, name)]
        kinds[name], groups[name] = equation.kind, equation.group
    cut = {base(gated) for gated in gates(model.program, loop.switch)} if loop.switch else set()

    def worth(name: str, before: str) -> int:
        if kinds[name] == "stock":
            return 3
        return 2 if base(name) in cut else int(groups[name] != groups[before])

    return {name: worth(name, names[n - 1]) for n, name in enumerate(names)}


def _opened(circuit: Circuit | None, name: str) -> str:
    """The variable whose entry a box opens: its own, or that of the first element on the circuit."""
    assert circuit is not None
    links = [link for step in circuit.steps for link in step]
    ends = [end for link in links for end in (link.cause, link.effect)]
    return next(end for end in ends if end == name or base(end) == name)


def _node(model: Model, circuit: Circuit | None, name: str) -> dict[str, Any]:
    opened = _opened(circuit, name)
    equation = model.program.equations[opened]
    return {
        "name": opened,
        "label": label_of(name),
        "stock": equation.kind == "stock",
        "sector": sector_name(equation.group),
    }


def _link(places: Mapping[str, int], pair: tuple[str, str], step: Step, loops: list[int]) -> dict[str, Any]:
    via = [label_of(name) for name in step.via]
    start, end = (places[name] for name in pair)
    return {"from": start, "to": end, "sign": step.sign, "delay": step.delay, "via": via, "loops": loops}


def _told(loop: Loop, nodes: Sequence[int], keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": loop.name,
        "kind": loop.kind,
        "told": list(loop.path),
        "key": keys.get(loop.switch, ""),
        "nodes": nodes,
    }


# ---- several together ----------------------------------------------------------------------------------------------


def _overview(model: Model, own: Sequence[Loop], keys: Mapping[str, str]) -> dict[str, Any] | None:
    told = loops_told_by(model)

    def draw() -> dict[str, Any] | None:
        if told is not model:
            Speech(told).speak(code)
        return _together(told, own, keys, entries=told is not model)

    code = language()
    return copy_context().run(draw)


def _together(model: Model, own: Sequence[Loop], keys: Mapping[str, str], entries: bool) -> dict[str, Any] | None:
    loops = loops_together(model)
    if not loops:
        return None
    view = max(views_of(model), key=lambda view: len(_placed(view, loops)), default=None)
    places = _placed(view, loops) if view else {}
    signs = signs_of(model)
    kept = [_kept(model, loop, places, signs) for loop in loops]
    if any(len(names) < 2 for names, _ in kept):
        return None
    nodes = {name: n for n, name in enumerate(dict.fromkeys(name for names, _ in kept for name in names))}
    circuits = {base(name): loop.circuit for loop, (names, _) in zip(loops, kept, strict=True) for name in names}
    drawn = [
        {**_node(model, circuits[base(name)], name), "x": places[base(name)][0], "y": places[base(name)][1]}
        for name in nodes
    ]
    pictures = [
        {**_told(loop, [nodes[name] for name in names], keys), "own": _same(loop, own)}
        for loop, (names, _) in zip(loops, kept, strict=True)
    ]
    opened = _entries(model, [node["name"] for node in drawn]) if entries else {}
    return {
        "nodes": drawn,
        "links": [*_shared(kept, nodes), *_between(signs, kept, nodes, places)],
        "loops": pictures,
        "entries": opened,
        "model": model.name,
    }


def _entries(model: Model, names: Sequence[str]) -> dict[str, Any]:
    """The entries of some variables, which lead to each other and to nothing else."""
    every = Entries(model)
    found = {name: every.entry(name) for name in names}
    for entry in found.values():
        for links in entry["links"]:
            links["names"] = [link for link in links["names"] if link[0] in found]
    return found


def _kept(model: Model, loop: Loop, places: Mapping[str, Any], signs: Signs) -> tuple[list[str], list[Step]]:
    """A loop without the variables that have no place."""
    names, steps = shortened(model, loop, signs)
    for n in reversed(range(len(names))):
        if base(names[n]) not in places:
            _pass_over(names, steps, n)
    return names, steps


def _placed(view: View, loops: Sequence[Loop]) -> dict[str, tuple[int, int]]:
    """Where a page draws the variables of some loops."""
    wanted = {base(name) for loop in loops if loop.circuit for name in loop.circuit.names}
    boxes = [box for box in view.boxes if box.kind in ("stock", "flow", "variable") and base(box.name) in wanted]
    return {base(box.name): (box.x, box.y) for box in boxes}


def _shared(kept: Sequence[tuple[list[str], list[Step]]], nodes: Mapping[str, int]) -> list[dict[str, Any]]:
    """The links of all loops, one that several share once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for number, (names, steps) in enumerate(kept):
        for pair, step in zip(pairwise([*names, names[0]]), steps, strict=True):
            found.setdefault(pair, _link(nodes, pair, step, []))["loops"].append(number)
    return list(found.values())


def _between(
    known: Signs,
    kept: Sequence[tuple[list[str], list[Step]]],
    nodes: Mapping[str, int],
    places: Mapping[str, tuple[int, int]],
) -> list[dict[str, Any]]:
    """What joins the loops: from each to each other the shortest link between variables that no loop has both of."""
    on = {(base(a), base(b)) for names, _ in kept for a in names for b in names}
    by_base = {base(name): name for name in nodes}
    there = [pair for pair in known.links if pair not in on and pair[0] in by_base and pair[1] in by_base]
    shortest: dict[tuple[int, int], tuple[str, str]] = {}
    for pair in sorted(there, key=lambda pair: math.dist(places[pair[0]], places[pair[1]])):
        for ends in product(*(_loops_with(kept, name) for name in pair)):
            shortest.setdefault(ends, pair)  # type: ignore[arg-type]
    return [
        _link(nodes, (by_base[a], by_base[b]), Step((), known.links[a, b], False), [])
        for a, b in dict.fromkeys(shortest.values())
    ]


def _loops_with(kept: Sequence[tuple[list[str], list[Step]]], name: str) -> list[int]:
    return [number for number, (names, _) in enumerate(kept) if name in map(base, names)]


def _same(loop: Loop, own: Sequence[Loop]) -> int | None:
    """The number of the model's own loop with the same switch, or of the same name."""
    found = [n for n, one in enumerate(own) if (loop.switch and one.switch == loop.switch) or one.name == loop.name]
    return found[0] if found else None
