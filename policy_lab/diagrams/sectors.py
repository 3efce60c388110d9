"""What a diagram of each sector shows, from the equations alone: stocks, flows, variables, and what reads what.

A sector is a group of the model file. Lookup tables and constants, which would drown the picture, are left out; a
sector of few variables has room for its constants. What stands behind a lever in force is left out too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from policy_lab.diagrams.chains import Pipe, Sector
from policy_lab.model import Model
from policy_lab.program import Apply, Equation, Expression, Name, Program, names_in
from policy_lab.readers.sketch.parts import BoxKind, Tone

#: Kinds of equations that are not drawn.
LEFT_OUT = ("constant", "lookup", "control")
#: A sector with no more variables than this has room for its constants.
FEW = 8


def base(name: str) -> str:
    """A variable's name without its elements."""
    return name.partition("[")[0]


def sectors(model: Model) -> list[Sector]:
    """What there is to draw of each group of the model file that has more than constants."""
    program = model.program
    reads = dependencies(program)
    levers = in_force(model, reads)
    groups: dict[str, dict[str, BoxKind]] = defaultdict(dict)
    for equation in shown(program):
        groups[equation.group][base(equation.name)] = "stock" if equation.kind == "stock" else "variable"
    return [_sector(name, kinds, program, reads, levers) for name, kinds in sorted(groups.items())]


def shown(program: Program) -> list[Equation]:
    """The equations of variables that a diagram shows, one of each subscripted variable."""
    once = {base(e.name): e for e in program.equations.values() if not e.hidden and e.kind not in LEFT_OUT}
    return list(once.values())


def dependencies(program: Program) -> dict[str, tuple[str, ...]]:
    """Variable to what its equations read (initial values too), without elements, in reading order.

    What the translation put inside a delay or a smooth is followed to what goes into it.
    """
    reads: dict[str, dict[str, None]] = defaultdict(dict)
    for equation in program.equations.values():
        if not equation.hidden:
            for name in _read_by(equation, program):
                reads[base(equation.name)][base(name)] = None
    return {name: tuple(found) for name, found in reads.items()}


def _read_by(equation: Equation, program: Program) -> Iterator[str]:
    pending, seen = [equation], {equation.name}
    while pending:
        current = pending.pop()
        for expression in (current.expression, current.initial):
            for name in names_in(expression) if expression is not None else ():
                read = program.equations.get(name)
                if read is None or not read.hidden or read.kind == "lookup":
                    yield name
                elif read.name not in seen:
                    seen.add(read.name)
                    pending.append(read)


def in_force(model: Model, reads: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Variables that only phase a lever in: they read the lever's setting, other constants, and the phase-in."""
    settings = {base(name) for name in model.levers}
    kinds = {base(n): e.kind for n, e in model.program.equations.items()}
    found = set()
    for name, causes in reads.items():
        variables = [c for c in causes if kinds.get(c) not in LEFT_OUT]
        if settings & set(causes) and len(variables) == 1 and kinds[name] == "auxiliary":
            found.add((name, variables[0]))
    phases = {phase for _, phase in found}
    return frozenset(name for name, _ in found) if len(phases) == 1 else frozenset()


def _sector(
    name: str, kinds: dict[str, BoxKind], program: Program, reads: Mapping[str, tuple[str, ...]], levers: frozenset[str]
) -> Sector:
    pipes = _pipes(kinds, program)
    for pipe in pipes:
        kinds[pipe.flow] = "flow"
    piped = {(p.flow, stock) for p in pipes for stock in (p.source, p.target) if stock}
    constants = dict.fromkeys(
        base(e.name) for e in program.equations.values() if e.group == name and e.kind == "constant"
    )
    few = tuple(constants) if len(kinds) <= FEW else ()
    everywhere = {base(e.name) for e in shown(program)} | {"Time", *few}
    links = [
        (cause, effect)
        for effect in kinds
        if effect not in levers
        for cause in reads.get(effect, ())
        if cause in everywhere and cause != effect and (cause, effect) not in piped
    ]
    read = {cause for cause, _ in links}
    muted = [c for c in few if c in read]
    tones: dict[str, Tone] = {**dict.fromkeys(levers & set(kinds), "lever"), **dict.fromkeys(muted, "muted")}
    kinds.update(dict.fromkeys(muted, "variable"))
    return Sector(name, kinds, tones, pipes, links, _note(len(constants) - len(muted)))


def _note(left_out: int) -> str:
    """How to read the page, and how much of the sector it leaves out."""
    return (f"Blue: a lever as it is in force. Grey: a constant. <In brackets>: shown elsewhere. "
            f"Not drawn: {left_out} constants of this sector.")  # fmt: skip


def _pipes(kinds: Mapping[str, BoxKind], program: Program) -> list[Pipe]:
    """The flows of a sector: variables of the sector that a stock's rate adds or takes away as they are."""
    source: dict[str, str] = {}
    target: dict[str, str] = {}
    for name in program.stocks:
        stock, rate = base(name), program.equations[name].expression
        if stock in kinds and rate is not None:
            for flow, sign in _terms(rate, 1):
                if kinds.get(base(flow)) == "variable":
                    (target if sign > 0 else source).setdefault(base(flow), stock)
    flows = [n for n in kinds if n in source or n in target]
    return [Pipe(n, source.get(n), target.get(n)) for n in flows if source.get(n) != target.get(n)]


def _terms(rate: Expression, sign: int) -> Iterator[tuple[str, int]]:
    """The variables that a rate adds (1) or subtracts (-1), those inside products left out."""
    if isinstance(rate, Name):
        yield rate.name, sign
    elif isinstance(rate, Apply) and rate.function in ("add", "sub", "neg"):
        signs = {"add": (1, 1), "sub": (1, -1), "neg": (-1,)}[rate.function]
        for argument, own in zip(rate.arguments, signs, strict=True):
            yield from _terms(argument, sign * own)
