"""The causal graph of a model, and the elementary circuits in it.

A link ``a -> b`` is there where the equation of ``b`` reads ``a``, for a stock its rate; constants, tables and the
clock are left out. Parts of delays and smooths that the translation added are variables of their own.

Circuits: Johnson 1975, SIAM J. Comput. 4(1), doi:10.1137/0204007, in every strong component. Their number can grow with
the factorial of the variables: enumeration ends at a limit and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from policy_lab.program import Program, names_in


@dataclass(frozen=True)
class CausalGraph:
    """Variables and the links between them.

    Attributes:
        names: stocks and auxiliaries, in the order of the model.
        after: for each variable those whose equations read it.
    """

    names: tuple[str, ...]
    after: Mapping[str, tuple[str, ...]]

    @property
    def links(self) -> int:
        """How many there are."""
        return sum(map(len, self.after.values()))

    def parts(self) -> list[tuple[str, ...]]:
        """The strong components that hold feedback, the largest first: each variable reaches each other one."""
        place = {name: i for i, name in enumerate(self.names)}
        pairs = [(place[a], place[b]) for a, effects in self.after.items() for b in effects]
        rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
        size = len(self.names)
        matrix = csr_array((np.ones(len(pairs), dtype=np.int8), (rows, columns)), shape=(size, size))
        _, labels = connected_components(matrix, directed=True, connection="strong")
        found: dict[int, list[str]] = {}
        for name, label in zip(self.names, labels, strict=True):
            found.setdefault(int(label), []).append(name)
        feedback = [tuple(part) for part in found.values() if len(part) > 1 or part[0] in self.after[part[0]]]
        return sorted(feedback, key=len, reverse=True)


@dataclass(frozen=True)
class Circuits:
    """Elementary circuits, each from its first variable back to it (which is not repeated).

    ``complete`` is False where enumeration stopped at its limit.
    """

    found: tuple[tuple[str, ...], ...]
    complete: bool


def causal_graph(program: Program) -> CausalGraph:
    """The graph of a wholly translated Program."""
    names = tuple(n for n, e in program.equations.items() if e.kind in ("stock", "auxiliary"))
    after: dict[str, dict[str, None]] = {name: {} for name in names}
    for name in names:
        expression = program.equations[name].expression
        for read in names_in(expression) if expression is not None else ():
            if read in after:
                after[read][name] = None
    return CausalGraph(names, {name: tuple(effects) for name, effects in after.items()})


def circuits_of(graph: CausalGraph, most: int = 10_000) -> Circuits:
    """Every elementary circuit, or the first ``most`` of them.

    Args:
        graph: from ``causal_graph``.
        most: where to stop, at least 1. How long it takes grows with this number and not with the model's circuits.
    """
    found: list[tuple[str, ...]] = []
    for part in graph.parts():
        for circuit in _circuits(part, graph.after):
            if len(found) == most:
                return Circuits(tuple(found), complete=False)
            found.append(circuit)
    return Circuits(tuple(found), complete=True)


def _circuits(part: Sequence[str], after: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Johnson's algorithm: the circuits through each variable in turn, which then leaves the graph."""
    pending = [tuple(part)]
    while pending:
        component = pending.pop()
        start, inside = component[0], set(component)
        edges = {a: tuple(b for b in after[a] if b in inside) for a in component}
        yield from _through(start, edges)
        rest = CausalGraph(component[1:], {a: tuple(b for b in edges[a] if b != start) for a in component[1:]})
        pending += rest.parts()


def _through(start: str, edges: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The elementary circuits through one variable; what leads nowhere is blocked until something ahead is free."""
    path, blocked, waiting = [start], {start}, {name: set[str]() for name in edges}
    closed: set[str] = set()
    stack = [iter(edges[start])]
    while stack:
        for name in stack[-1]:
            if name == start:
                yield tuple(path)
                closed.update(path)
            elif name not in blocked:
                path.append(name)
                closed.discard(name)
                blocked.add(name)
                stack.append(iter(edges[name]))
                break
        else:
            _leave(path, edges, blocked, waiting, closed)
            stack.pop()


def _leave(
    path: list[str],
    edges: Mapping[str, tuple[str, ...]],
    blocked: set[str],
    waiting: dict[str, set[str]],
    closed: set[str],
) -> None:
    """Step back from the last variable of a path: free it and what waited for it where it led to a circuit."""
    last = path.pop()
    if last not in closed:
        for name in edges[last]:
            waiting[name].add(last)
        return
    free = [last]
    while free:
        name = free.pop()
        if name in blocked:
            blocked.discard(name)
            free += waiting[name]
            waiting[name].clear()
