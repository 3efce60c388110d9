"""What a person gives a run, told apart: constants, arrays by name, input series, lookups and initial values.

    5, ``value[run]``, a ``Setting``              a constant or lever; or the value that a stock starts with
    ``{"north": 5, "south": value[run]}``          elements of an array, which goes by its name
    a Series over time, ``(times, values)``        an input series: a data variable, or a constant that then changes
    ``{x: y}``, a Series over x, ``(xs, ys)``      the points of a lookup

A pandas Series is over runs if its index is 0, 1, 2, … or called ``run``, over time if it is called ``time``; any other
one is refused, so that the one is never taken for the other.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from policy_lab.errors import BadValue, UnknownName
from policy_lab.messages import Name
from policy_lab.model import Model, Setting
from policy_lab.model.loading import one_series
from policy_lab.model.parts import fold_with_elements
from policy_lab.program import CONTROLS, Apply, Equation, Number, Program, Table
from policy_lab.program import Name as Reads
from policy_lab.readers import program_of
from policy_lab.runs import Floats

Value = float | Sequence[float] | Floats | Setting | Mapping[Any, Any] | tuple[Any, Any]
#: Programs with other tables or stocks that are kept, the youngest: what is compiled stays with a Program.
_KEPT: Final = 8
_changed: OrderedDict[tuple[int, Changes], tuple[Program, Program]] = OrderedDict()


@dataclass(frozen=True)
class Changes:
    """What a Program has otherwise: ``tables``, and ``stocks`` that start at a constant of their own."""

    tables: tuple[Table, ...] = ()
    stocks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.stocks)

    @property
    def names(self) -> tuple[str, ...]:
        """What is changed, as a person calls it."""
        return (*(t.name.removesuffix(": table") for t in self.tables), *self.stocks)

    def unchanged(self, constants: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the constants that the Program has without these changes."""
        own = {start_of(n) for n in self.stocks}
        return {n: v for n, v in constants.items() if n not in own}

    def applied(self, program: Program) -> Program:
        """The Program with these changes; the same object each time."""
        if not self:
            return program
        key = (id(program), self)
        if key not in _changed:
            _changed[key] = program, self._applied(program)  # with the Program, so that no other one gets its id
            while len(_changed) > _KEPT:
                _changed.popitem(last=False)
        return _changed[key][1]

    def _applied(self, program: Program) -> Program:
        starts = {n: Equation(start_of(n), "constant", Number(0.0), hidden=True) for n in self.stocks}
        stocks = {n: replace(program.equations[n], initial=Reads(start_of(n))) for n in self.stocks}
        return replace(
            program,
            equations={**{e.name: e for e in starts.values()}, **program.equations, **stocks},
            tables={**program.tables, **{t.name: t for t in self.tables}},
            constants={**program.constants, **{e.name: 0.0 for e in starts.values()}},
        )


def start_of(stock: str) -> str:
    """The constant that a stock starts at, where a run gives its initial value."""
    return f"{stock}: start"


@dataclass
class Inputs:
    """What is given, sorted.

    Attributes:
        model: with the input series in it.
        constants: number, or ``value[run]``, by name; those of ``start_of`` among them.
        runs: how many the arrays ask for, ``first`` the variable that says so.
        tables, stocks: that are given.
    """

    model: Model
    constants: dict[str, Any]
    runs: int = 1
    first: str = ""
    tables: dict[str, Table] = field(default_factory=dict)
    stocks: list[str] = field(default_factory=list)

    @property
    def changes(self) -> Changes:
        """What the Program has otherwise."""
        return Changes(tuple(self.tables.values()), tuple(self.stocks))

    def as_given(self, constants: Mapping[str, Any]) -> dict[str, Any]:
        """Constants by the names that a person gave: the start of a stock under the stock's own."""
        stocks = {start_of(n): n for n in self.stocks}
        return {stocks.get(n, n): v for n, v in constants.items()}


def sorted_inputs(model: Model, values: Mapping[str, Value], scenario: str | None) -> Inputs:
    """Everything that is set, on top of a scenario.

    Raises:
        UnknownName: a name that the model does not have, or an element that an array does not have.
        BadValue: what cannot be set, a value out of its range, arrays of different lengths.
        ModelError: a series for a variable that the model computes.
    """
    everything = [pair for name, value in values.items() for pair in _elements(model, name, value)]
    series = [one_series(name, value) for name, value in everything if _over_time(model, name, value)]
    if series:
        program = program_of(model.path, {}, (*model.program.data, *series))
        model = replace(model, hash=program.source, program=program)
    inputs = Inputs(model, dict(model.constants_of(scenario)))
    taken = {one.name for one in series}
    for name, value in everything:
        if name not in taken:
            _take(inputs, name, value)
    return inputs


def _elements(model: Model, given: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A name as the model spells it, or each element of an array, with its own value."""
    names = model.arrays.get(fold_with_elements(given), ())
    if "[" in given or not names:
        yield _known(model, given), value
    elif not isinstance(value, Mapping) or not all(isinstance(k, str) for k in value):
        if np.ndim(value) == 1 and not hasattr(value, "to_numpy"):
            raise BadValue("error.run.elements", name=Name(given), elements=[n.partition("[")[2][:-1] for n in names])
        yield from ((name, value) for name in names)
    else:
        known = {fold_with_elements(n): n for n in names}
        for element, one in value.items():
            if (name := known.get(fold_with_elements(f"{given}[{element}]"))) is None:
                raise UnknownName("element", element, [n.partition("[")[2][:-1] for n in names], given)
            yield name, one


def _known(model: Model, given: str) -> str:
    if given.strip().upper() in CONTROLS:
        raise BadValue("error.run.control", name=given)
    try:
        return model.find(given)
    except UnknownName:
        return model.constant(given)  # says what can be set


def _over_time(model: Model, name: str, value: Any) -> bool:
    """Whether it is an input series; raises BadValue for a Series that is neither over time nor over runs."""
    equation = model.program.equations[name]
    table = _own_table(model.program, name)
    if isinstance(value, Setting) or equation.kind == "lookup" or (table is not None and not _reads_time(equation)):
        return False
    if hasattr(value, "to_numpy"):
        called = str(value.index.name or "run").casefold()
        if called == "time" or table is not None:
            return True
        if called != "run" or list(value.index) != list(range(len(value))):
            ends = f"{value.index[0]}, …, {value.index[-1]}" if len(value) else "[]"
            raise BadValue("error.run.series", name=Name(name), index=value.index.name or ends)
    pair = isinstance(value, tuple) and len(value) == 2 and all(np.ndim(v) == 1 for v in value)
    return pair or (table is not None and isinstance(value, Mapping))


def _own_table(program: Program, name: str) -> Table | None:
    """The table in a variable's own equation."""
    return program.tables.get(f"{name}: table")


def _reads_time(equation: Equation) -> bool:
    expression = equation.expression
    return isinstance(expression, Apply) and expression.arguments[-1:] == (Reads("Time"),)


def _take(inputs: Inputs, name: str, value: Any) -> None:
    """Sort one value in, by what it is for."""
    program = inputs.model.program
    if program.equations[name].kind == "lookup":
        inputs.tables[name] = _table(program.tables[name], value)
    elif (own := _own_table(program, name)) is not None and not isinstance(value, Setting):
        inputs.tables[own.name] = _table(own, value)
    elif program.equations[name].kind == "stock" and not isinstance(value, Setting):
        inputs.stocks.append(name)
        inputs.constants[start_of(name)] = _checked(inputs, name, value)
    elif name not in program.constants:
        raise BadValue("error.run.computed", name=Name(name))
    elif isinstance(value, Setting):
        inputs.constants.update(inputs.model.constants_of(None, {name: value}))
    else:
        inputs.constants[name] = _checked(inputs, name, value)


def _checked(inputs: Inputs, name: str, value: Any) -> Any:
    """A number, or ``value[run]``, within the range of a variable."""
    if np.ndim(value) == 0:
        number = _number(name, value)
        inputs.model.check(name, number)
        return number
    array = _array(name, value)
    if inputs.first and len(array) != inputs.runs:
        told = {"name": Name(name), "size": len(array), "first": inputs.first, "length": inputs.runs}
        raise BadValue("error.run.lengths", **told)
    inputs.runs, inputs.first = len(array), inputs.first or name
    for end in (np.min(array), np.max(array)):
        inputs.model.check(name, float(end))
    return array


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise BadValue("error.run.number", name=Name(name), value=repr(value)) from None


def _array(name: str, value: Any) -> Floats:
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise BadValue("error.run.numbers", name=Name(name)) from None
    if array.ndim != 1 or not len(array):
        raise BadValue("error.run.shape", name=Name(name), shape=str(array.shape))
    if not np.isfinite(array).all():
        raise BadValue("error.run.some_finite", name=Name(name), value=str(array[~np.isfinite(array)][0]))
    return array


def _table(table: Table, value: Any) -> Table:
    """A lookup with other points, read between and beyond them as before."""
    name = table.name.removesuffix(": table")
    try:
        pairs = (
            value.items() if isinstance(value, Mapping) or hasattr(value, "to_numpy") else zip(*value, strict=True)
        )  # fmt: skip
        points = sorted((float(x), float(y)) for x, y in pairs)
    except (TypeError, ValueError):
        raise BadValue("error.run.points", name=Name(name)) from None
    if not points or not np.isfinite(points).all() or any(a[0] == b[0] for a, b in itertools.pairwise(points)):
        raise BadValue("error.run.points", name=Name(name))
    return replace(table, x=tuple(x for x, _ in points), y=tuple(y for _, y in points))
