"""Expressions: PySD's syntax trees, with subscripts, -> scalar expressions."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pysd.translators.structures import abstract_expressions as tree

from policy_lab.errors import ModelError, UnsupportedConstruct
from policy_lab.messages import Message
from policy_lab.program import Apply, Expression, Name, Number, Table
from policy_lab.readers import functions
from policy_lab.readers.equation_store import EquationStore
from policy_lab.readers.names import bare, fold
from policy_lab.readers.scopes import Place
from policy_lab.readers.special_functions import SPECIAL
from policy_lab.readers.xmile import CLOCK

_REFUSED: dict[type, str | Message] = {
    tree.DataStructure: Message("error.construct.outside_data"),
    tree.AllocateAvailableStructure: "ALLOCATE AVAILABLE", tree.AllocateByPriorityStructure: "ALLOCATE BY PRIORITY",
}  # fmt: skip

#: Levels of an expression, at most; what lies deeper gets a name of its own. Twice as many terms of a row.
_DEEPEST = 50


class Writer:
    """Writes expressions, adding the hidden equations and tables they need to a store.

    Args:
        store: what the equations go to.
        macro: writes one call of a macro: its name, its arguments, and the place of the call.
        stateful: writes delays, smooths and other constructs that need stocks.
        xmile: whether the rules are XMILE's rather than Vensim's, where the two differ.
    """

    def __init__(
        self,
        store: EquationStore,
        macro: Callable[[str, Sequence[Expression], Place], Expression],
        stateful: Callable[[Writer, Any, Place], Expression],
        xmile: bool,
    ) -> None:
        self.store, self._macro, self._stateful, self._xmile = store, macro, stateful, xmile
        self._depth = 0

    def write(self, node: Any, place: Place) -> Expression:
        """The scalar expression of a syntax tree at a place.

        What lies deep inside gets a name of its own, so that no expression is deep.

        Raises:
            UnsupportedConstruct: something no backend knows.
            ModelError: a name that is not defined, subscripts that do not fit.
        """
        self._depth += 1
        try:
            expression = self._written(node, place)
        finally:
            self._depth -= 1
        return self.kept(expression, place) if self._depth % _DEEPEST == _DEEPEST - 1 else expression

    def _written(self, node: Any, place: Place) -> Expression:
        if isinstance(node, (int, float, np.integer, np.floating)):
            return Number(float(node))
        if isinstance(node, np.ndarray):
            return self._array(node, place)
        if isinstance(node, (tree.ArithmeticStructure, tree.LogicStructure)):
            return self._operation(list(node.operators), list(node.arguments), place)
        if isinstance(node, tree.ReferenceStructure):
            return self._reference(node, place)
        if isinstance(node, tree.CallStructure):
            return self._call(node, place)
        if isinstance(node, tree.InlineLookupsStructure):
            table = self.store.hidden_name(place, "table")
            self.store.add_table(table_of(node.lookups, table, place))
            return Apply("lookup", (Name(table), self.write(node.argument, place)))
        if isinstance(node, tree.GameStructure):
            return self.write(node.expression, place)
        if type(node) in _REFUSED:
            raise UnsupportedConstruct(place.variable, _REFUSED[type(node)], place.line)
        return self._stateful(self, node, place)

    def kept(self, expression: Expression, place: Place, label: str = "part") -> Expression:
        """The expression under a name, so that it may be used twice; a name or number stays as it is."""
        if not isinstance(expression, Apply):
            return expression
        return self.store.add_hidden(place, label, expression)

    def _array(self, node: np.ndarray[Any, Any], place: Place) -> Expression:
        """The number of an array at this place's elements."""
        sizes, where = [], []
        for dimension, element in zip(place.dimensions, place.elements, strict=True):
            elements = place.scope.ranges.expand(dimension) or ()
            sizes.append(len(elements))
            where.append(elements.index(element))
        if node.size != int(np.prod(sizes)):
            raise ModelError(
                "error.equation.sizes",
                variable=place.variable,
                line=place.line,
                size=node.size,
                wanted=int(np.prod(sizes)),
            )
        return Number(float(node.reshape(sizes)[tuple(where)]))

    def _operation(self, operators: list[str], arguments: list[Any], place: Place) -> Expression:
        if operators == ["negative"]:
            return functions.call("neg", self.write(arguments[0], place))
        if operators == [":NOT:"]:
            return functions.call("not", self.write(arguments[0], place))
        if "^" in operators:
            return self._power(arguments, place)
        parts = [self.write(a, place) for a in arguments]
        result = parts[0]
        for number, (operator, part) in enumerate(zip(operators, parts[1:], strict=True), start=1):
            result = functions.call(functions.OPERATORS[operator], result, part)
            if number % (2 * _DEEPEST) == 0:
                result = self.kept(result, place)
        return result

    def _power(self, arguments: list[Any], place: Place) -> Expression:
        base, exponent = (self.write(a, place) for a in arguments)
        return functions.call("pow", base, exponent)

    def _reference(self, node: tree.ReferenceStructure, place: Place) -> Expression:
        name = fold(node.reference)
        given = tuple(fold(s) for s in node.subscripts.subscripts) if node.subscripts else ()
        parameter = place.scope.parameters.get(name)
        if parameter is not None:
            return parameter
        definition = place.scope.definitions.get(name)
        if definition is None and name.endswith("$"):  # a macro reaches into the model, see the manual on macros
            root = replace(place, scope=place.scope.root)
            return self._reference(tree.ReferenceStructure(name[:-1], node.subscripts), root)
        if definition is None and not given:
            return self._without_definition(name, node, place)
        if definition is None:
            raise self._undefined(bare(node.reference), place)
        if definition.lookup:
            raise ModelError(
                "error.equation.no_argument", variable=place.variable, line=place.line, name=definition.name
            )
        if not given and self._xmile and place.elements in definition.scalars:
            return Name(definition.scalars[place.elements])  # an array in an array's equation, element by element
        return Name(self.scalar(definition.folded, given, place))

    def _without_definition(self, name: str, node: tree.ReferenceStructure, place: Place) -> Expression:
        """The clock, a control, or a subscript used as a number."""
        meant = CLOCK.get(name, "")
        if meant == functions.TIME.name:
            return functions.TIME
        if fold(meant) in place.scope.root.definitions:
            return Name(place.scope.root.definitions[fold(meant)].name)
        ranges = place.scope.ranges
        element = ranges.bind(name, place.bound)
        if element in ranges.numbers and element is not None:
            return Number(float(ranges.numbers[element]))
        raise self._undefined(bare(node.reference), place)

    def _undefined(self, name: str, place: Place) -> ModelError:
        shown = name.replace("_", " ")  # PySD hands names over in lower case with underscores
        near = difflib.get_close_matches(fold(name), place.scope.definitions, n=1, cutoff=0.7)
        key = "error.equation.undefined_near" if near else "error.equation.undefined"
        nearest = place.scope.definitions[near[0]].name if near else ""
        return ModelError(key, variable=place.variable, line=place.line, name=shown, near=nearest)

    def scalar(self, name: str, given: Sequence[str], place: Place) -> str:
        """Name of the scalar variable (or table) that a reference with these subscripts means at this place."""
        definition = place.scope.definitions[name]
        elements = []
        for subscript in given:
            others = [s for s in given if s is not subscript]
            element = place.scope.ranges.bind(subscript, place.bound, others)
            if element is None:
                shown = subscript.rstrip("!")
                known = place.scope.ranges.is_range(shown) or place.scope.ranges.is_element(shown)
                raise ModelError(
                    "error.equation.subscript_left" if known else "error.equation.subscript",
                    variable=place.variable,
                    line=place.line,
                    name=definition.name,
                    subscript=shown,
                )
            elements.append(element)
        found = definition.scalars.get(tuple(elements))
        if found is None:
            shown = f"{definition.name}[{','.join(elements)}]" if elements else definition.name
            raise ModelError(
                "error.equation.undefined" if elements else "error.equation.undefined_whole",
                variable=place.variable,
                line=place.line,
                name=shown,
            )
        return found

    def _call(self, node: tree.CallStructure, place: Place) -> Expression:
        function = node.function.reference
        name = fold(function)
        if name in place.scope.root.macros:
            arguments = [self.write(a, place) for a in node.arguments]
            return self._macro(name, arguments, place)
        definition = place.scope.definitions.get(name)
        if definition is not None:
            return self._table_call(definition.folded, node, place)
        if function in functions.REDUCTIONS:
            return self._reduction(functions.REDUCTIONS[function], node.arguments, place)
        if function in ("vmin_xmile", "vmax_xmile"):
            return self._reduction(function[1:4], [_all_marked(a, place) for a in node.arguments], place)
        special = _SPECIAL.get(function) or SPECIAL.get(function)
        if special is not None:
            return special(self, node, place)
        if function not in functions.BUILT_IN:
            raise UnsupportedConstruct(place.variable, function.replace("_", " ").upper(), place.line)
        count, write_out = functions.BUILT_IN[function]
        if len(node.arguments) != count:
            raise ModelError(
                "error.equation.arguments",
                variable=place.variable,
                line=place.line,
                function=function.replace("_", " ").upper(),
                given=len(node.arguments),
                wanted=count,
            )
        return write_out([self.write(a, place) for a in node.arguments], lambda e: self.kept(e, place))

    def _table_call(self, name: str, node: tree.CallStructure, place: Place) -> Expression:
        given = tuple(fold(s) for s in node.function.subscripts.subscripts) if node.function.subscripts else ()
        definition = place.scope.definitions[name]
        if not definition.lookup or len(node.arguments) != 1:
            raise ModelError(
                "error.equation.no_lookup",
                variable=place.variable,
                line=place.line,
                name=definition.name,
                given=len(node.arguments),
            )
        return Apply("lookup", (Name(self.scalar(name, given, place)), self.write(node.arguments[0], place)))

    def _reduction(self, function: str, arguments: Sequence[Any], place: Place) -> Expression:
        if len(arguments) != 1:
            given = Message("error.construct.reduction", {"arguments": len(arguments)})
            raise UnsupportedConstruct(place.variable, given, place.line)
        return functions.chain(function, [self.write(arguments[0], p) for p in self.places(arguments[0], place)])

    def places(self, node: Any, place: Place) -> Iterator[Place]:
        """The place once for every combination of the elements that ``!`` marks in the tree, in range order."""
        marked = list(dict.fromkeys(self._marked(node, place)))
        ranges = place.scope.ranges
        for name in marked:
            if not ranges.is_range(name[:-1]):
                raise ModelError("error.equation.no_range", variable=place.variable, line=place.line, name=name)
        self.store.add_terms(math.prod(len(ranges.elements[name[:-1]]) for name in marked), place)
        for elements in itertools.product(*(ranges.elements[name[:-1]] for name in marked)):
            yield replace(place, bound={**place.bound, **dict(zip(marked, elements, strict=True))})

    def _marked(self, node: Any, place: Place) -> Iterator[str]:
        if isinstance(node, tree.ReferenceStructure) and node.subscripts:
            yield from (fold(s) for s in node.subscripts.subscripts if fold(s).endswith("!"))
        elif isinstance(node, tree.CallStructure) and node.function.reference not in functions.REDUCTIONS:
            yield from self._marked(node.function, place)
            for argument in node.arguments:
                yield from self._marked(argument, place)
        elif isinstance(node, (tree.ArithmeticStructure, tree.LogicStructure)):
            for argument in node.arguments:
                yield from self._marked(argument, place)
        elif isinstance(node, (tree.InlineLookupsStructure, tree.GameStructure)):
            yield from self._marked(getattr(node, "argument", None) or getattr(node, "expression", None), place)


def _all_marked(node: Any, place: Place) -> Any:
    """XMILE's MIN and MAX of one argument take all elements of the ranges that are free, without a ``!``."""
    if not isinstance(node, tree.ReferenceStructure) or not node.subscripts:
        return node
    free = [s if fold(s) in place.bound or not place.scope.ranges.is_range(fold(s)) else f"{s}!"
            for s in node.subscripts.subscripts]  # fmt: skip
    return tree.ReferenceStructure(node.reference, tree.SubscriptsReferenceStructure(free))


def _elmcount(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    argument = node.arguments[0]
    name = fold(getattr(argument, "reference", ""))
    if not place.scope.ranges.is_range(name):
        raise ModelError("error.equation.elmcount", variable=place.variable, line=place.line)
    return Number(float(len(place.scope.ranges.elements[name])))


def _active_initial(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    running, initial = (writer.write(a, place) for a in node.arguments)
    return writer.store.add_hidden(place, "active initial", running, initial)


def _time_value(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    relative, offset, measure = node.arguments
    if relative != 0 or measure != 0:
        raise UnsupportedConstruct(place.variable, Message("error.construct.time_value"), place.line)
    return functions.call("add", functions.TIME, writer.write(offset, place))


def _vector_select(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    """Sum, product, least, greatest or mean of the elements whose selection is not zero."""
    selection, values, missing, action, error = node.arguments
    if not isinstance(action, int) or error != 0 or action not in (*_SELECTED, 5):
        key = "error.construct.vector_select" if isinstance(action, int) else "error.construct.vector_computed"
        how = Message(key, {"action": str(action), "error": str(error)})
        raise UnsupportedConstruct(place.variable, how, place.line)
    both = tree.ArithmeticStructure(["*"], [selection, values])
    weighted, function, neutral = _SELECTED.get(action, (False, "mul", 1.0))
    terms, chosen = [], []
    for spot in writer.places(both, place):
        weight = writer.kept(writer.write(selection, spot), place)
        value = writer.write(values, spot)
        chosen.append(functions.call("ne", weight, functions.ZERO))
        term = functions.call("mul", weight, value) if weighted else value
        if action == 5:  # the product of value to the power weight, as PySD found Vensim to do
            term = functions.call("pow", value, weight)
        terms.append(functions.call("if", chosen[-1], term, Number(neutral)))
    count = writer.kept(functions.chain("add", [functions.call("add", c, functions.ZERO) for c in chosen]), place)
    result = functions.chain(function, terms)
    if action in (4, 10):
        result = functions.call("div", result, count)
    return functions.call("if", functions.call("eq", count, functions.ZERO), writer.write(missing, place), result)


_SELECTED = {0: (True, "add", 0.0), 1: (True, "mul", 1.0), 2: (True, "min", np.inf), 3: (True, "max", -np.inf),
             4: (True, "add", 0.0), 6: (False, "add", 0.0), 7: (False, "mul", 1.0), 8: (False, "min", np.inf),
             9: (False, "max", -np.inf), 10: (False, "add", 0.0)}  # fmt: skip

_SPECIAL = {"elmcount": _elmcount, "active_initial": _active_initial, "get_time_value": _time_value,
            "vector_select": _vector_select}  # fmt: skip


def _steep(x: tuple[float, ...], y: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Points of which no two have one x: where several do the table jumps, from the first of them to the last.

    The first is moved to the number just below, so that between the two there is none to ask for.
    """
    points: list[tuple[float, float]] = []
    for at, group in itertools.groupby(zip(x, y, strict=True), key=lambda point: point[0]):
        values = [value for _, value in group]
        if values[0] != values[-1]:
            points.append((math.nextafter(at, -math.inf), values[0]))
        points.append((at, values[-1]))
    return tuple(p[0] for p in points), tuple(p[1] for p in points)


def table_of(node: Any, name: str, place: Place) -> Table:
    """A lookup as a Table; raises where its points do not make one."""
    x, y = tuple(map(float, node.x)), tuple(map(float, node.y))
    if len(x) != len(y) or not x:
        raise ModelError("error.equation.lookup_points", variable=place.variable, line=place.line, xs=len(x), ys=len(y))
    x, y = _steep(x, y)
    outside = "extrapolate" if node.type == "extrapolate" else "hold"
    return Table(name, x, y, outside, node.type == "hold_backward")  # type: ignore[arg-type]
