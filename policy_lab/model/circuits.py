"""Circuits: ordered variables of a feedback loop, ``a > b > c > a``, walked through the equations of a Program.

A link ``a > b`` is there where the equation of ``b`` reads ``a``: for a stock its rate, so flows link to their stocks;
what an initial value alone reads does not count. Stocks and helpers that the translation put inside delays and smooths
belong to the equation that holds them. A name with elements, ``k[local]``, is that element alone; an array without
them is all of its elements, and a circuit closes where some walk comes back to the element that it started from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from policy_lab.errors import PolicyLabError, UnknownName
from policy_lab.messages import Name as Named
from policy_lab.model.parts import Core, fold_with_elements
from policy_lab.program import Apply, Expression, Name, Number, Program, names_in


@dataclass(frozen=True)
class Link:
    """One link between elements: ``route`` holds cause, hidden stocks and helpers between, effect."""

    route: tuple[str, ...]

    @property
    def cause(self) -> str:
        """The name that is read."""
        return self.route[0]

    @property
    def effect(self) -> str:
        """The name whose equation reads it."""
        return self.route[-1]


@dataclass(frozen=True)
class Circuit:
    """A circuit that is in the equations.

    Attributes:
        names: its variables as the model spells them; the first comes again at the end where it closes.
        steps: for each link of the names those between elements that lie on a walk from its beginning to its end.
    """

    names: tuple[str, ...]
    steps: tuple[tuple[Link, ...], ...]


def circuit_of(model: Core, text: str, closed: bool = True) -> Circuit:
    """A circuit as it is written; ``closed``: it must come back to its first variable.

    Raises:
        UnknownName: a variable does not exist.
        PolicyLabError: it has fewer than two links (one, where it need not close), does not come back, passes a
            variable twice, has a link that no equation has, or no element of its arrays comes back to itself.
    """
    written = [part.strip() for part in text.split(">")]
    found = [_elements(model, part) for part in written]
    names = tuple(name for name, _ in found)
    if len(names) < 2 + closed:
        raise PolicyLabError("error.loop.short")
    if closed and names[0] != names[-1]:
        raise PolicyLabError("error.loop.open", first=Named(names[0]), last=Named(names[-1]))
    ring = names[0] == names[-1]
    again = next((n for i, n in enumerate(names[: len(names) - ring]) if n in names[:i]), None)
    if again is not None:
        raise PolicyLabError("error.loop.twice", variable=Named(again))
    steps = []
    for (cause, causes), (effect, effects) in pairwise(found):
        links = [Link(route) for e in effects for c, route in inputs(model.program, e).items() if c in causes]
        if not links:
            raise PolicyLabError("error.loop.link", cause=Named(cause), effect=Named(effect))
        steps.append(links)
    walked = _walked(steps, ring)
    if not all(walked):
        raise PolicyLabError("error.loop.elements", first=Named(names[0]))
    return Circuit(names, tuple(tuple(step) for step in walked))


def _elements(model: Core, name: str) -> tuple[str, frozenset[str]]:
    """A variable as the model spells it, and its elements; itself where it has none."""
    try:
        found = model.find(name)
    except UnknownName:
        folded, program = fold_with_elements(name), model.program
        elements = [n for n in program.visible if "[" in n and fold_with_elements(n.partition("[")[0]) == folded]
        if not elements:
            raise
        return elements[0].partition("[")[0], frozenset(elements)
    return found, frozenset([found])


def inputs(program: Program, name: str) -> Mapping[str, tuple[str, ...]]:
    """Every visible variable that an equation reads, with the shortest route to it through hidden ones."""
    found: dict[str, tuple[str, ...]] = {}
    pending: list[tuple[str, ...]] = [(name,)]
    seen = {name}
    for route in pending:  # grows while it is walked: the nearest come first
        expression = program.equations[route[0]].expression
        for read in dict.fromkeys(names_in(expression)) if expression is not None else ():
            equation = program.equations.get(read)
            if equation is None or equation.kind == "lookup":
                continue
            if not equation.hidden:
                found.setdefault(read, (read, *route))
            elif read not in seen:
                seen.add(read)
                pending.append((read, *route))
    return found


def _walked(steps: list[list[Link]], closed: bool) -> list[list[Link]]:
    """The links that some walk takes from an element to the end: for a circuit, to the element it started from."""
    starts = {link.cause for link in steps[0]}
    kept: list[dict[Link, None]] = [{} for _ in steps]
    for start in starts:
        ahead = [{start}]
        for step in steps:
            ahead.append({link.effect for link in step if link.cause in ahead[-1]})
        back = {start} & ahead[-1] if closed else ahead[-1]
        for number in range(len(steps) - 1, -1, -1):
            on = [link for link in steps[number] if link.cause in ahead[number] and link.effect in back]
            kept[number].update(dict.fromkeys(on))
            back = {link.cause for link in on}
    return [list(step) for step in kept]


# ---- switches ------------------------------------------------------------------------------------------------------


def gates(program: Program, switch: str) -> dict[str, tuple[str, ...]]:
    """The variables that a switch acts on, each with those that stop mattering to it when the switch is 0."""
    off: dict[str, Expression] = {switch: Number(0.0)}
    found = {}
    for name in (*program.once, *program.step, *_stocks(program)):
        expression = program.equations[name].expression
        inside = dict.fromkeys(names_in(expression)) if expression is not None else {}
        if not inside.keys() & off.keys():
            continue
        left_over = _folded(expression, off)
        if name in program.once and isinstance(left_over, Number):  # a switch may act through other constants
            off[name] = left_over
        left = set(names_in(left_over)) if left_over is not None else set()
        found[name] = tuple(one for one in inside if one not in left | off.keys() and one not in program.constants)
    return {name: behind for name, behind in found.items() if behind}


def cut_links(program: Program, circuit: Circuit, switch: str) -> Iterator[tuple[Link, ...]]:
    """The links of a circuit that a switch cuts, those of one step together."""
    cut = gates(program, switch)
    for step in circuit.steps:
        links = tuple(link for link in step if any(a in cut.get(b, ()) for a, b in pairwise(link.route)))
        if links:
            yield links


def _stocks(program: Program) -> list[str]:
    return [name for name, equation in program.equations.items() if equation.kind == "stock"]


def _folded(expression: Expression | None, known: Mapping[str, Expression]) -> Expression | None:
    """An expression with some names replaced, and products with 0, sums with 0 and EXP(0) worked out."""
    if isinstance(expression, Name):
        return known.get(expression.name, expression)
    if not isinstance(expression, Apply):
        return expression
    arguments = tuple(e for e in (_folded(part, known) for part in expression.arguments) if e is not None)
    return _together(expression.function, arguments)


def _together(function: str, arguments: tuple[Expression, ...]) -> Expression:
    zeros = [isinstance(part, Number) and part.value == 0 for part in arguments]
    if (function == "mul" and any(zeros)) or (function in ("div", "neg", "sqrt", "abs") and zeros[0]):
        return Number(0.0)
    if function == "exp" and zeros[0]:
        return Number(1.0)
    if function in ("add", "sub") and zeros[1]:
        return arguments[0]
    if function == "add" and zeros[0]:
        return arguments[1]
    return Apply(function, arguments)
