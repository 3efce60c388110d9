"""Call scheduling: independent calls of exp, ln and power of one step, batched so that a processor overlaps them.

A power is a chain of some sixty instructions that wait for each other; a processor that works at two or more chains
at once needs hardly more time than for one. So the equations of a step are reordered (list scheduling by the length of
the critical path) until calls that do not read each other are neighbours. On a target with two lanes a run on its own
also puts two calls into one vector.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policy_lab.program import Apply, Expression, Name, Number, names_in

#: Exponents whose power needs no call: small whole numbers and the square root.
EASY_EXPONENTS = (0, 1, 2, 3, 4, -1, -2, 0.5)


@dataclass(frozen=True)
class Item:
    """An expression and the slot of its value; ``name`` is None for a rate."""

    name: str | None
    expression: Expression
    slot: int


@dataclass(frozen=True)
class Batch:
    """Calls of one function that do not read each other, and the name of each result."""

    function: str
    names: tuple[str, ...]
    calls: tuple[Apply, ...]


def batched(items: Sequence[Item], most: Mapping[str, int]) -> list[Item | Batch]:
    """The items in another run order, each batch of calls before the items that read it.

    Args:
        items: of one function; every name is computed once, before it is read.
        most: functions to batch, and how many calls of each fit a batch.
    """
    finder = _CallNames(most)
    plain = [Item(item.name, finder.without(item.expression), item.slot) for item in items]
    calls = {name: call for call, name in finder.found.items()}
    return list(_ListScheduler(plain, calls, most).steps())


class _CallNames:
    """Names every call; equal calls have one name."""

    def __init__(self, functions: Mapping[str, int]) -> None:
        self._functions = functions
        self.found: dict[Apply, str] = {}

    def without(self, expression: Expression) -> Expression:
        if not isinstance(expression, Apply):
            return expression
        keep = 1 if expression.function == "lookup" else 0
        rest = tuple(self.without(a) for a in expression.arguments[keep:])
        call = Apply(expression.function, (*expression.arguments[:keep], *rest))
        if call.function not in self._functions or _easy(call):
            return call
        return Name(self.found.setdefault(call, f"\ncall {len(self.found)}"))


def _easy(call: Apply) -> bool:
    exponent = call.arguments[-1]
    return call.function == "pow" and isinstance(exponent, Number) and exponent.value in EASY_EXPONENTS


class _ListScheduler:
    """Walks the dependency graph: items as soon as what they read is known, calls when they fill a batch."""

    def __init__(self, items: Sequence[Item], calls: Mapping[str, Apply], most: Mapping[str, int]) -> None:
        self._items, self._calls, self._most = items, calls, most
        self._producer: dict[str, int] = {item.name: i for i, item in enumerate(items) if item.name is not None}
        self._producer.update({name: len(items) + i for i, name in enumerate(calls)})
        self._names = list(calls)
        expressions: list[Expression] = [*(item.expression for item in items), *calls.values()]
        self._reads = [{self._producer[n] for n in names_in(e) if n in self._producer} for e in expressions]
        self._readers: dict[int, list[int]] = defaultdict(list)
        for i, read in enumerate(self._reads):
            for j in read:
                self._readers[j].append(i)
        self._missing = [len(read) for read in self._reads]
        self._ready: list[int] = [i for i, n in enumerate(self._missing) if n == 0]
        self._waiting: dict[str, list[int]] = defaultdict(list)
        self._heights: dict[int, int] = {}
        heapq.heapify(self._ready)

    def steps(self) -> Iterator[Item | Batch]:
        while self._ready or any(self._waiting.values()):
            while self._ready:
                i = heapq.heappop(self._ready)
                if i < len(self._items):
                    yield self._items[i]
                    self._done(i)
                else:
                    self._waiting[self._kind(i)].append(i)
            if any(self._waiting.values()):
                yield self._batch()

    def _kind(self, i: int) -> str:
        """The function called; reads of different tables count as different functions."""
        call = self._calls[self._names[i - len(self._items)]]
        table = call.arguments[0]
        return f"lookup {table.name}" if call.function == "lookup" and isinstance(table, Name) else call.function

    def _batch(self) -> Batch:
        """Of the kinds that fill a batch (else of all) the one with the longest critical path."""
        kinds = [k for k, waiting in self._waiting.items() if waiting]
        full = [k for k in kinds if len(self._waiting[k]) >= self._room(k)]
        kind = max(full or kinds, key=lambda k: max(map(self._height, self._waiting[k])))
        waiting = sorted(self._waiting[kind], key=self._height, reverse=True)
        chosen, self._waiting[kind] = waiting[: self._room(kind)], waiting[self._room(kind) :]
        names = tuple(self._names[i - len(self._items)] for i in chosen)
        for i in chosen:
            self._done(i)
        return Batch(kind.split(" ")[0], names, tuple(self._calls[n] for n in names))

    def _room(self, kind: str) -> int:
        return self._most[kind.split(" ")[0]]

    def _height(self, i: int) -> int:
        """Critical path: how many calls are on the longest way from here to the end."""
        pending = [i]
        while pending:
            j = pending[-1]
            unknown = [k for k in self._readers[j] if k not in self._heights]
            if unknown:
                pending.extend(unknown)
                continue
            pending.pop()
            own = 1 if j >= len(self._items) else 0
            self._heights[j] = own + max((self._heights[k] for k in self._readers[j]), default=0)
        return self._heights[i]

    def _done(self, i: int) -> None:
        for j in self._readers[i]:
            self._missing[j] -= 1
            if self._missing[j] == 0:
                heapq.heappush(self._ready, j)
