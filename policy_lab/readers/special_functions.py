"""Functions of Vensim that need stocks, tables or elements of their own: SINTEG, variable delays, kinds of lookups.

Each is what the Vensim Reference Manual says of it; what the manual leaves open is refused by name.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pysd.translators.structures import abstract_expressions as tree

from policy_lab.errors import ModelError, UnsupportedConstruct
from policy_lab.messages import Message
from policy_lab.program import Apply, Expression, Name, Number, Table
from policy_lab.readers.functions import ONE, STEP, ZERO, call
from policy_lab.readers.names import NOT_AVAILABLE, fold
from policy_lab.readers.scopes import Place

if TYPE_CHECKING:
    from policy_lab.readers.expressions import Writer

#: Stages of a pipeline with a delay time that changes, at most: as many as the run has time steps.
MOST_STAGES = 2000


def _arguments(node: tree.CallStructure, place: Place, count: int) -> Sequence[Any]:
    given = node.arguments
    if len(given) != count:
        shown = node.function.reference.replace("_", " ").upper()
        told = {"function": shown, "given": len(given), "wanted": count}
        raise ModelError("error.equation.arguments", variable=place.variable, line=place.line, **told)
    return list(given)


def sinteg(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    """A stock held between two numbers. What quant and spec do to what is left over the manual does not say."""
    rate, initial, low, high, *others = _arguments(node, place, 7)
    if any(value != NOT_AVAILABLE for value in others):
        raise UnsupportedConstruct(place.variable, Message("error.construct.sinteg"), place.line)
    stock = writer.store.hidden_name(place, "stock")
    following = call("add", Name(stock), call("mul", writer.write(rate, place), STEP))
    start = writer.write(initial, place)
    for bound, inwards in ((low, "max"), (high, "min")):
        if bound != NOT_AVAILABLE:
            edge = writer.write(bound, place)
            following, start = call(inwards, following, edge), call(inwards, start, edge)
    return writer.store.add_stock(stock, place, following, start, discrete=True)


def _pipeline(writer: Writer, node: tree.CallStructure, place: Place, material: bool) -> Expression:
    """Inputs that arrive after a delay time of their own, in a row of stocks, one for each step from now.

    Beside each stands whether anything arrives then. What arrives together adds up (material), or the input that came
    last counts and what would arrive later than it is dropped (information); before the first input's time the
    initial value is there.
    """
    source, time, first, *missing = _arguments(node, place, 4 if material else 3)
    store = writer.store
    inflow = writer.kept(writer.write(source, place), place, "delay input")
    steps = call("add", call("div", writer.write(time, place), STEP), Number(0.5 + 1e-6))
    steps = writer.kept(call("max", call("integer", steps), ONE), place, "delay steps")
    initial = writer.kept(writer.write(first, place), place, "delay initial")
    span = writer.kept(call("sub", Name("FINAL TIME"), Name("INITIAL TIME")), place, "delay span")
    construct = node.function.reference.replace("_", " ").upper()
    count = store.stages(node, place, construct, span, None)
    if count > MOST_STAGES:
        raise UnsupportedConstruct(place.variable, Message("error.construct.delay_fixed", {"steps": count}), place.line)
    label = store.hidden_name(place, "pipeline")
    for k in range(count):
        position = Number(float(k))
        value, there = f"{label} value {k}", f"{label} there {k}"
        later = (Name(f"{label} value {k + 1}"), Name(f"{label} there {k + 1}")) if k + 1 < count else (ZERO, ZERO)
        here = call("eq", steps, Number(k + 1.0))
        begun = call("lt", position, steps)
        if material:
            arriving, filled = call("add", later[0], call("if", here, inflow, ZERO)), call("if", here, ONE, later[1])
        else:
            overtaken = call("lt", steps, Number(k + 1.0))
            arriving = call("if", here, inflow, later[0])
            filled = call("if", here, ONE, call("if", overtaken, ZERO, later[1]))
        store.add_stock(value, place, arriving, call("if", begun, initial, ZERO), discrete=True)
        store.add_stock(there, place, filled, call("if", begun, ONE, ZERO), discrete=True)
    now, arrived = Name(f"{label} value 0"), Name(f"{label} there 0")
    if material:
        return call("if", arrived, now, writer.write(missing[0], place))
    held = store.hidden_name(place, "held")
    out = writer.kept(call("if", arrived, now, Name(held)), place, "delayed")
    store.add_stock(held, place, out, initial, discrete=True)
    return out


def delay_material(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    """What is delayed arrives, all of it; ``missval`` where nothing does."""
    return _pipeline(writer, node, place, material=True)


def delay_information(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    """The latest input that has arrived."""
    return _pipeline(writer, node, place, material=False)


def npv(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    """Net present value of a stream, written out as the manual does."""
    stream, rate, initial, factor = (writer.write(a, place) for a in _arguments(node, place, 4))
    stream = writer.kept(stream, place, "stream")
    rate = writer.kept(rate, place, "discount rate")
    share = writer.store.hidden_name(place, "discount factor")
    fall = call("div", call("mul", call("neg", Name(share)), rate), call("add", ONE, call("mul", rate, STEP)))
    discount = writer.store.add_stock(share, place, fall, ONE)
    present = call("mul", stream, discount)
    total = writer.store.add_stock(writer.store.hidden_name(place, "present value"), place, present, initial)
    return call("mul", call("add", total, call("mul", present, STEP)), factor)


def reinitial(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    """The value at the start of the run."""
    return writer.write(tree.InitialStructure(*_arguments(node, place, 1)), place)


def _lookup(how: str) -> Callable[[Writer, tree.CallStructure, Place], Expression]:
    def write(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
        table, at = _arguments(node, place, 2)
        definition = place.scope.definitions.get(fold(getattr(table, "reference", "")))
        if definition is None or not definition.lookup:
            raise ModelError("error.equation.needs_lookup", variable=place.variable, line=place.line,
                             function=node.function.reference.replace("_", " ").upper())  # fmt: skip
        given = tuple(fold(s) for s in table.subscripts.subscripts) if table.subscripts else ()
        own = writer.store.derived(writer.scalar(definition.folded, given, place), how, place)
        return Apply("lookup", (Name(own), writer.write(at, place)))

    return write


def derived_table(name: str, table: Table, how: str, place: Place) -> Table:
    """A table read in another way: ``extrapolate``, ``forward`` to the next point, ``backward``, or ``invert``."""
    x, y = table.x, table.y
    if how == "extrapolate":
        return Table(name, x, y, "extrapolate")
    if how == "backward":
        return Table(name, x, y, "hold", stepped=True)
    if how == "forward":
        return Table(name, (x[0], *(math.nextafter(at, math.inf) for at in x[:-1])), y, "hold", stepped=True)
    rising = all(b >= a for a, b in itertools.pairwise(y))
    if not rising and not all(b <= a for a, b in itertools.pairwise(y)):
        raise UnsupportedConstruct(place.variable, Message("error.construct.lookup_invert"), place.line)
    points: list[tuple[float, float]] = []
    for at, group in itertools.groupby(sorted(zip(y, x, strict=True)), key=lambda point: point[0]):
        reached = [value for _, value in group]
        points.append((at, reached[0]))  # of several inputs that give it, the smallest
        if reached[-1] != reached[0]:
            points.append((math.nextafter(at, math.inf if rising else -math.inf), reached[-1]))
    points.sort()
    low, high = math.nextafter(points[0][0], -math.inf), math.nextafter(points[-1][0], math.inf)
    points = [(low, NOT_AVAILABLE), *points, (high, NOT_AVAILABLE)]
    return Table(name, tuple(p[0] for p in points), tuple(p[1] for p in points))


def vector_elm_map(writer: Writer, node: tree.CallStructure, place: Place) -> Expression:
    """The element so many places behind the one that is named, in the last subscript; :NA: beyond the last."""
    vector, offset = _arguments(node, place, 2)
    definition = place.scope.definitions.get(fold(getattr(vector, "reference", "")))
    if definition is None or not vector.subscripts:
        raise ModelError("error.equation.needs_vector", variable=place.variable, line=place.line)
    first = writer.scalar(definition.folded, tuple(fold(s) for s in vector.subscripts.subscripts), place)
    key = next(k for k, scalar in definition.scalars.items() if scalar == first)
    row = [scalar for k, scalar in definition.scalars.items() if k[:-1] == key[:-1]]
    where = call("add", writer.write(offset, place), Number(row.index(first) + 0.5))
    where = writer.kept(call("integer", where), place, "position")
    result: Expression = Number(NOT_AVAILABLE)
    for position, scalar in enumerate(row):
        result = call("if", call("eq", where, Number(float(position))), Name(scalar), result)
    return result


SPECIAL: Mapping[str, Callable[[Writer, tree.CallStructure, Place], Expression]] = {
    "sinteg": sinteg, "delay_material": delay_material, "delay_information": delay_information, "npv": npv,
    "reinitial": reinitial, "vector_elm_map": vector_elm_map,
    **{f"lookup_{how}": _lookup(how) for how in ("extrapolate", "forward", "backward", "invert")},
}  # fmt: skip
