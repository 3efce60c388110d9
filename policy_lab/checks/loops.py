"""What the rows of ``loops.csv`` say of their loops, held against the equations and against runs.

sign      of a link: its polarity (``polarity.py``) at every saved moment of the loop's own scenario. Of a loop: the
          product, + for R and - for B.
closure   knock-out closure: what becomes of the loop's own cause when the loop is cut. The switch is set to 0 in those
          equations alone where it cuts a link of the circuit (and in those that do nothing but make up for a link, as
          ``(1 - switch) * …``), so that what comes back comes through that link, by the circuit or by others that
          share it; then
          ``max over time |cause cut - cause whole| / max over time |cause whole|`` for the variable before the cut, in
          the loop's own scenario. Where several links are cut it is the smallest of them: a chain moves what is behind
          its later cuts, and never what is before its first. 0: nothing comes back (a chain); for a first-order loop
          at rest whose gain is g < 1 it tends to g.
effect    the largest move of a headline outcome when the whole switch is 0, as a share of that outcome's range over all
          scenarios and moments.

Sterman 2000, *Business Dynamics*, ch. 21 (loop knock-out).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from policy_lab import backends
from policy_lab.checks.findings import Finding, finding
from policy_lab.checks.polarity import SAME, Sign, sign_of, states_in
from policy_lab.checks.verdicts import constants_of_worlds, run_worlds
from policy_lab.errors import PolicyLabError
from policy_lab.messages import Message
from policy_lab.messages import Name as Named
from policy_lab.model import Model
from policy_lab.model.checks import World
from policy_lab.model.circuits import Circuit, Link, cut_links, gates
from policy_lab.model.loops import CHAIN, FILE, loop_rows, read_circuit
from policy_lab.program import Apply, Equation, Expression, Name, Number, Program, names_in

#: Least closure, and least effect.
CLOSES, MOVES = 0.05, 0.02


@dataclass(frozen=True)
class Closed:
    """What a loop does in its own scenario.

    Attributes:
        name, kind, scenario, row: as its row says.
        signs: of its links, in order.
        cause, closure: the variable before the cut whose move is smallest, and that move; "" where nothing is cut.
        outcome, effect: the headline outcome that is moved most, and by which share of its range.
        switch: the constant that cuts it.
    """

    name: str
    kind: str
    scenario: str
    row: int
    signs: tuple[Sign, ...]
    cause: str
    closure: float
    outcome: str
    effect: float
    switch: str

    @property
    def sign(self) -> int:
        """The product of its links' signs."""
        return int(np.prod([sign.sign for sign in self.signs]))


@dataclass(frozen=True)
class _Row:
    cells: Mapping[str, str]
    circuit: Circuit
    switch: str
    world: str


def close_loops(model: Model) -> list[Closed]:
    """Every loop of the table that has a circuit, a switch and a scenario; chains are left out."""
    rows = list(_usable(model))
    if not rows or model.program.refused:
        return []
    states = states_in(model, list(dict.fromkeys(row.world for row in rows)))
    closures = _closures(model, rows)
    effects = _effects(model, rows)
    found = []
    for row, (cause, closure), (outcome, effect) in zip(rows, closures, effects, strict=True):
        signs = tuple(sign_of(model.program, step, names, states[row.world]) for step, names in _steps(row.circuit))
        found.append(Closed(row.cells["name"], row.cells["kind"], row.world, int(row.cells["row"]), signs, cause,
                            closure, outcome, effect, row.switch))  # fmt: skip
    return found


def loop_findings(model: Model, tell: Callable[[Message], object]) -> Iterator[Finding]:
    """What is wrong with the loops; what is wrong in their table is said by ``tables.py``."""
    rows = list(_usable(model))
    if rows:
        tell(Message("progress.loops", {"count": len(rows)}))
    for loop in close_loops(model):
        for kind, key, values in _wrong(loop):
            named = {"loop": Named(loop.name, "loop"), "scenario": Named(loop.scenario, "scenario"), **values}
            words = Message("finding.row", {"file": FILE, "row": loop.row, "problem": Message(key, named)})
            yield finding(kind, loop.name, FILE, loop.row, words)


def _wrong(loop: Closed) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Kind, text and values of each thing that is wrong with a loop."""
    for link in loop.signs:
        ends: dict[str, object] = {"cause": Named(link.cause), "effect": Named(link.effect)}
        if not link.sign:
            yield "loop sign", "finding.loop_dead", ends
        elif link.share < SAME:
            yield "loop sign", "finding.loop_mixed", {**ends, "share": link.share}
    clear = all(link.share >= SAME for link in loop.signs)
    if clear and loop.sign == (-1 if loop.kind == "R" else 1):
        negative = [f"{link.cause} > {link.effect}" for link in loop.signs if link.sign < 0]
        values = {"kind": loop.kind, "count": len(negative), "links": negative}
        yield "loop sign", "finding.loop_sign", dict(values)
    if not loop.cause:
        yield "loop hardly closes", "finding.loop_gate", {"switch": Named(loop.switch)}
    elif loop.closure < CLOSES:
        values = {"cause": Named(loop.cause), "share": loop.closure, "limit": CLOSES}
        yield "loop hardly closes", "finding.loop_open", dict(values)
    if loop.outcome and loop.effect < MOVES:
        values = {"outcome": Named(loop.outcome), "share": loop.effect, "limit": MOVES}
        yield "loop moves nothing", "finding.loop_weak", dict(values)


def _usable(model: Model) -> Iterator[_Row]:
    for cells in loop_rows(model):
        try:
            circuit, switch = read_circuit(model, cells), model.constant(cells["switch"])
        except PolicyLabError:  # tables.py says so
            continue
        if circuit is not None and cells["kind"] != CHAIN and cells["world"] in model.scenarios:
            yield _Row(cells, circuit, switch, cells["world"])


def _steps(circuit: Circuit) -> Iterator[tuple[tuple[Link, ...], tuple[str, str]]]:
    return zip(circuit.steps, pairwise(circuit.names), strict=True)


# ---- closure -------------------------------------------------------------------------------------------------------


def _closures(model: Model, rows: Sequence[_Row]) -> list[tuple[str, float]]:
    """For each loop the cause that is moved least by cutting it, and by how much."""
    cuts = [list(cut_links(model.program, row.circuit, row.switch)) for row in rows]
    program, switches = _with_cuts(model.program, rows, cuts)
    causes = list(dict.fromkeys(link.cause for steps in cuts for step in steps for link in step))
    if not causes:
        return [("", 0.0)] * len(rows)
    worlds = [World(row.world) for row in rows for _ in range(2)]
    constants, count = constants_of_worlds(model, worlds)
    for number, switch in enumerate(switches):
        constants[switch] = np.ones(count)
        constants[switch][2 * number + 1] = 0.0
    moments, saved = program.clock.moments()
    engine, _ = backends.choose(program, "euler")
    times = np.array([moments[i] for i in saved])
    values = engine.run(program, constants, count, causes, times, program.clock.step, "euler")
    found = []
    for number, steps in enumerate(cuts):
        whole, cut = values[2 * number], values[2 * number + 1]
        moved = np.abs(cut - whole).max(axis=0) / np.maximum(np.abs(whole).max(axis=0), 1e-300)
        least = [max((float(moved[causes.index(link.cause)]), link.cause) for link in step) for step in steps]
        closure, cause = min(least, default=(0.0, ""))
        found.append((cause, closure))
    return found


def _with_cuts(
    program: Program, rows: Sequence[_Row], cuts: Sequence[Sequence[Sequence[Link]]]
) -> tuple[Program, list[str]]:
    """The Program with one more switch a loop, which acts where the loop's own cuts the circuit and nowhere else."""
    equations, constants = dict(program.equations), dict(program.constants)
    switches = []
    for number, (row, steps) in enumerate(zip(rows, cuts, strict=True)):
        name = f"circuit {number}: {row.switch}"
        equations[name], constants[name] = Equation(name, "constant", Number(1.0)), 1.0
        switches.append(name)
        gated = {reader for step in steps for link in step for reader in _readers(program, link.route[1:], row.switch)}
        gated |= _making_up(program, row.switch) if gated else set()
        for reader in gated:
            equation = equations[reader]
            assert equation.expression is not None  # it reads the switch
            both = _renamed(equation.expression, row.switch, Apply("mul", (Name(row.switch), Name(name))))
            equations[reader] = replace(equation, expression=both)
    return replace(program, equations=equations, constants=constants), switches


def _readers(program: Program, effects: Sequence[str], switch: str) -> Iterator[str]:
    """The equations on a link that read a switch, or of the constants before them those that do."""
    for effect in effects:
        reads = program.equations[effect].reads
        if switch in reads:
            yield effect
        else:
            before = {n for read in reads & set(program.once) for n in program.under(read)}
            yield from (n for n in before if switch in program.equations[n].reads)


def _making_up(program: Program, switch: str) -> set[str]:
    """The equations that act only when the loop is cut: they make up for a link that no equation can leave out."""
    acts, moving = gates(program, switch), {*program.step, *program.stocks}
    reading = ((n, program.equations[n].expression) for n in moving - acts.keys())
    return {n for n, expression in reading if expression is not None and switch in names_in(expression)}


def _renamed(expression: Expression, name: str, by: Expression) -> Expression:
    if isinstance(expression, Name):
        return by if expression.name == name else expression
    if isinstance(expression, Apply):
        return Apply(expression.function, tuple(_renamed(part, name, by) for part in expression.arguments))
    return expression


# ---- effect --------------------------------------------------------------------------------------------------------


def _effects(model: Model, rows: Sequence[_Row]) -> list[tuple[str, float]]:
    """For each loop the headline outcome that cutting it moves most, and by which share of its range."""
    headlines = [name for name, outcome in model.outcomes.items() if outcome.headline]
    if not headlines:
        return [("", 0.0)] * len(rows)
    pairs = [(World(row.world), World(row.world, ((row.switch, 0.0),))) for row in rows]
    batch = run_worlds(model, [*map(World, model.scenarios), *(w for pair in pairs for w in pair)], headlines)
    every = batch.runs.values[[batch.places[World(key)] for key in model.scenarios]]
    span = np.ptp(every.reshape(-1, len(headlines)), axis=0)
    found = []
    for whole, cut in pairs:
        apart = np.abs(np.subtract(*(batch.runs.values[batch.places[world]] for world in (whole, cut)))).max(axis=0)
        share = np.divide(apart, span, out=np.zeros_like(apart), where=span > 0)
        best = int(share.argmax())
        found.append((headlines[best], float(share[best])))
    return found
