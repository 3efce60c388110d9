"""The equations and tables of a model while it is unrolled, with what the translation adds: helpers, stocks, guards."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy_lab import limits
from policy_lab.catalogue import english
from policy_lab.errors import ModelError, UnsupportedConstruct
from policy_lab.evaluate import value_of
from policy_lab.messages import Message
from policy_lab.program import Clock, Equation, Expression, Guard, Name, Number, Table, names_in
from policy_lab.readers import functions
from policy_lab.readers.names import CONTROLS
from policy_lab.readers.scopes import Place

#: A construct (its node, and the macro call it is in) to its number of stages.
Sizes = Mapping[tuple[int, str], int]


@dataclass(frozen=True)
class Stages:
    """A construct whose number of stocks follows from a value at the start.

    Attributes:
        value: the delay time (model time unit), or the order itself.
        wanted: order of the equation; None for DELAY FIXED; 0 where the value is the order.
    """

    place: Place
    construct: str | Message
    value: Expression
    wanted: int | None
    used: int


class EquationStore:
    """Scalar equations and tables by name.

    Args:
        sizes: numbers of stages found needed by an earlier pass; where absent, what the equation says.
    """

    def __init__(self, sizes: Sizes) -> None:
        self.equations: dict[str, Equation] = {}
        self.tables: dict[str, Table] = {}
        self.stages_of: dict[tuple[int, str], list[Stages]] = {}
        self.constant_needed: list[tuple[Expression, Place, str | Message]] = []
        self.odd_orders: list[tuple[Place, str | Message, float]] = []
        self.to_derive: list[tuple[str, str, str, Place]] = []
        self._sizes = sizes
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}
        self._terms = 0

    def hidden_name(self, place: Place, label: str) -> str:
        """A name no variable of a file can have: ``variable: label``, numbered from the second on."""
        wanted = f"{place.variable}: {label}"
        names = (f"{wanted} {n}" if n > 1 else wanted for n in itertools.count(self._last.get(wanted, 0) + 1))
        name = next(n for n in names if n not in self._taken)
        self._taken.add(name)
        self._last[wanted] = self._last.get(wanted, 0) + 1
        return name

    def add_hidden(self, place: Place, label: str, expression: Expression, initial: Expression | None = None) -> Name:
        """A helper auxiliary."""
        name = self.hidden_name(place, label)
        self.equations[name] = Equation(name, "auxiliary", expression, initial, line=place.line, hidden=True)
        return Name(name)

    def add_stock(
        self, name: str, place: Place, expression: Expression, initial: Expression, discrete: bool = False
    ) -> Name:
        """A helper stock."""
        self.equations[name] = Equation(
            name, "stock", expression, initial, line=place.line, hidden=True, discrete=discrete
        )
        return Name(name)

    def add_table(self, table: Table) -> None:
        """A lookup table, the file's own or one inside an equation."""
        self.tables[table.name] = table

    def add_terms(self, count: int, place: Place) -> None:
        """Note that an expression is written out so many times over."""
        self._terms += count
        limits.check("terms", self._terms, name=place.variable, line=place.line)

    def derived(self, table: str, how: str, place: Place) -> str:
        """The name of a table that will be made of another one when all are known, see ``Flattened``."""
        name = self.hidden_name(place, f"{how} table")
        self.to_derive.append((name, table, how, place))
        return name

    def stages(self, node: Any, place: Place, construct: str | Message, value: Expression, wanted: int | None) -> int:
        """Number of stocks of a delay: as an earlier pass found it, else the order of the equation."""
        key = (id(node), place.scope.prefix)
        used = self._sizes.get(key, wanted if wanted is not None else 1)
        self.stages_of.setdefault(key, []).append(Stages(place, construct, value, wanted, used))
        return used

    def known_number(self, expression: Expression, place: Place, construct: str | Message) -> float:
        """A number that decides the structure, such as an order: its value at the start, as in PySD."""
        if isinstance(expression, Number):
            if expression.value != int(expression.value):
                self.odd_orders.append((place, construct, expression.value))
            return expression.value
        key = (hash(expression), place.scope.prefix)
        used = self._sizes.get(key, 1)
        self.stages_of.setdefault(key, []).append(Stages(place, construct, expression, 0, used))
        return used

    def must_be_constant(self, expression: Expression, place: Place, construct: str | Message) -> None:
        """Note that an expression may depend on constants only; ``translate`` checks it when all is known."""
        self.constant_needed.append((expression, place, construct))

    def needed_stages(self, values: Mapping[str, float], step: float) -> dict[tuple[int, str], int]:
        """Stages every construct needs with these values at the start."""
        return {key: self._needed(group, values, step) for key, group in self.stages_of.items()}

    @staticmethod
    def _needed(group: list[Stages], values: Mapping[str, float], step: float) -> int:
        first = group[0]
        found = [_known(s.value, values) for s in group]
        if any(v != v or abs(v) == float("inf") for v in found):
            raise ModelError(
                "error.equation.delay_start",
                variable=first.place.variable,
                line=first.place.line,
                construct=first.construct,
            )
        if first.wanted in (0, None):
            stages = found[0] if first.wanted == 0 else max(min(found) / step, 1) + 1e-6
            limits.check("variables", stages, file=f"'{first.place.variable}' (line {first.place.line})")
            return whole(stages) if first.wanted == 0 else round(stages)
        order = first.wanted
        while order * step > min(found):
            order -= 1
        if order < 1:
            short = Message("error.construct.delay_short", {"time": min(found)})
            raise UnsupportedConstruct(first.place.variable, short, first.place.line)
        return order

    def lowered(self) -> Iterator[str]:
        """Notes on delays that have fewer stages than their equation says."""
        for place, _, order in self.odd_orders:
            yield f"'{place.variable}' (line {place.line}): an order of {order:g} is rounded to {whole(order)}."
        for first in (group[0] for group in self.stages_of.values()):
            if first.wanted and first.used < first.wanted:
                construct = english().shown(first.construct)
                yield (
                    f"'{first.place.variable}' (line {first.place.line}): the time step is too long for "
                    f"{construct}, it runs with order {first.used}, as in PySD; Vensim differs a little."
                )

    def _clock_guards(self, clock: Clock) -> Iterator[Guard]:
        """Time settings that follow from a constant: runs with another value of it have another clock."""
        numbers = clock.controls()
        for name in CONTROLS.values():
            equation = self.equations.get(name)
            expression = equation.expression if equation else None
            if equation is None or expression is None or not (follows := [*self._constants_under(expression)]):
                continue
            helper = f"{name}: fits"
            condition = functions.call("eq", expression, Number(numbers[name]))
            self.equations[helper] = Equation(helper, "auxiliary", condition, line=equation.line, hidden=True)
            yield Guard(helper, name, Message("error.construct.setting_follows", {"name": follows[0]}), equation.line)

    def _constants_under(self, expression: Expression) -> Iterator[str]:
        for name in names_in(expression):
            equation = self.equations.get(name)
            if equation is not None and equation.kind == "constant":
                yield name
            elif equation is not None and equation.expression is not None and name not in CONTROLS.values():
                yield from self._constants_under(equation.expression)

    def add_guards(self, clock: Clock) -> tuple[Guard, ...]:
        """Hidden auxiliaries that are true where the number of stages of a construct, and the time settings, fit."""
        guards = [*self._clock_guards(clock)]
        for group in self.stages_of.values():
            first = group[0]
            shortest = functions.chain("min", [s.value for s in group])
            name = self.add_hidden(first.place, "structure fits", _fits(shortest, first.wanted, first.used))
            guards.append(Guard(name.name, first.place.variable, first.construct, first.place.line))
        return tuple(guards)


def whole(order: float) -> int:
    """An order as a number of stages: rounded, as Vensim does it (PySD, issue 185); halves up."""
    return math.floor(order + 0.5)


def _known(value: Expression, values: Mapping[str, float]) -> float:
    if isinstance(value, Number):
        return value.value
    return value_of(value, values, {})


def _fits(value: Expression, wanted: int | None, used: int) -> Expression:
    number, call, dt = Number, functions.call, functions.STEP
    if wanted == 0:
        return call("eq", call("integer", call("add", value, number(0.5))), number(float(used)))
    if wanted is None:
        steps = call("add", call("max", call("div", value, dt), number(1.0)), number(1e-6))
        return call("and", call("gt", steps, number(used - 0.5)), call("lt", steps, number(used + 0.5)))
    resolved = call("le", call("mul", number(float(used)), dt), value)
    if used == wanted:
        return resolved
    return call("and", resolved, call("gt", call("mul", number(used + 1.0), dt), value))
