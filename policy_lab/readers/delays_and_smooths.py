"""Delays, smooths, trends and their kin written out as stocks.

The states, their rates and their initial values are PySD's (``pysd/py_backend/statefuls.py``, version 3.14). Its
DELAY keeps input times delay time as its state; an order that the time step cannot resolve is lowered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pysd.translators.structures import abstract_expressions as tree

from policy_lab import limits
from policy_lab.errors import ModelError, UnsupportedConstruct
from policy_lab.messages import Message
from policy_lab.program import Apply, Expression, Name, Number
from policy_lab.readers.equation_store import whole
from policy_lab.readers.expressions import Writer
from policy_lab.readers.functions import ONE, STEP, ZERO, call, divided
from policy_lab.readers.scopes import Place

#: DELAY FIXED and delays of many stages become this many stocks at most.
MOST_STAGES = 5000


def write_stateful(writer: Writer, node: Any, place: Place) -> Expression:
    """The present value of a stateful construct; its stocks are added to the store."""
    write = _KINDS.get(type(node))
    if write is None:
        raise UnsupportedConstruct(place.variable, type(node).__name__.removesuffix("Structure"), place.line)
    return write(writer, node, place)


def _integ(writer: Writer, node: tree.IntegStructure, place: Place) -> Expression:
    """A stock inside a larger expression; one that is the whole equation keeps its variable's name (``Flattened``)."""
    rate, initial = writer.write(node.flow, place), writer.write(node.initial, place)
    stock = writer.store.hidden_name(place, "stock")
    if node.non_negative:
        return writer.store.add_stock(stock, place, never_negative(stock, rate), initial, discrete=True)
    return writer.store.add_stock(stock, place, rate, initial)


def never_negative(stock: str, rate: Expression) -> Expression:
    """The next value of a stock that stops at zero."""
    return call("max", call("add", Name(stock), call("mul", rate, STEP)), ZERO)


def _smooth(writer: Writer, node: tree.SmoothStructure | tree.SmoothNStructure, place: Place) -> Expression:
    order = _order(writer, node.order, place, "SMOOTH N")
    source = writer.write(node.input, place)
    time = writer.kept(writer.write(node.smooth_time, place), place, "smooth time")
    initial = source if node.initial is node.input else writer.write(node.initial, place)
    initial = writer.kept(initial, place, "smooth initial")
    label = writer.store.hidden_name(place, "smooth")
    for stage in range(1, order + 1):
        stock = f"{label} stage {stage}"
        pull = call("mul", call("sub", source, Name(stock)), Number(float(order)))
        source = writer.store.add_stock(stock, place, call("div", pull, time), initial)
    return source


def _delay(writer: Writer, node: tree.DelayStructure | tree.DelayNStructure, place: Place) -> Expression:
    wanted = _order(writer, node.order, place, "DELAY N")
    inflow = writer.write(node.input, place)
    time = writer.kept(writer.write(node.delay_time, place), place, "delay time")
    if isinstance(node, tree.DelayNStructure):
        writer.store.must_be_constant(time, place, Message("error.construct.delay_changes"))
    initial = inflow if node.initial is node.input else writer.write(node.initial, place)
    initial = writer.kept(call("mul", initial, time), place, "delay initial")
    order = writer.store.stages(node, place, Message("error.construct.delay_of_order", {"order": wanted}), time, wanted)
    label = writer.store.hidden_name(place, "delay")
    for stage in range(1, order + 1):
        stock = f"{label} stage {stage}"
        outflow = call("div", Name(stock), time)
        rate = call("mul", call("sub", inflow, outflow), Number(float(order)))
        writer.store.add_stock(stock, place, rate, initial)
        inflow = outflow
    return inflow


def _delay_fixed(writer: Writer, node: tree.DelayFixedStructure, place: Place) -> Expression:
    """A row of stocks, each passing its value on at every step."""
    source = writer.write(node.input, place)
    time = writer.kept(writer.write(node.delay_time, place), place, "delay time")
    initial = source if node.initial is node.input else writer.write(node.initial, place)
    initial = writer.kept(initial, place, "delay initial")
    count = writer.store.stages(node, place, "DELAY FIXED", time, None)
    if count > MOST_STAGES:
        raise UnsupportedConstruct(place.variable, Message("error.construct.delay_fixed", {"steps": count}), place.line)
    label = writer.store.hidden_name(place, "delay fixed")
    for stage in range(1, count + 1):
        source = writer.store.add_stock(f"{label} stage {stage}", place, source, initial, discrete=True)
    return source


def _trend(writer: Writer, node: tree.TrendStructure, place: Place) -> Expression:
    source = writer.kept(writer.write(node.input, place), place, "trend input")
    time = writer.kept(writer.write(node.average_time, place), place, "trend time")
    growth = writer.write(node.initial_trend, place)
    initial = call("div", source, call("add", ONE, call("mul", growth, time)))
    stock = writer.store.hidden_name(place, "trend average")
    average = writer.store.add_stock(stock, place, call("div", call("sub", source, Name(stock)), time), initial)
    denominator = call("mul", time, call("abs", average))
    return divided(call("sub", source, average), denominator, ZERO, lambda e: writer.kept(e, place))


def _forecast(writer: Writer, node: tree.ForecastStructure, place: Place) -> Expression:
    source = writer.kept(writer.write(node.input, place), place, "forecast input")
    time = writer.kept(writer.write(node.average_time, place), place, "forecast time")
    horizon = writer.write(node.horizon, place)
    initial = call("div", source, call("add", ONE, writer.write(node.initial_trend, place)))
    stock = writer.store.hidden_name(place, "forecast average")
    average = writer.store.add_stock(stock, place, call("div", call("sub", source, Name(stock)), time), initial)
    keep = lambda e: writer.kept(e, place)  # noqa: E731
    growth = divided(call("sub", source, average), call("mul", time, average), ZERO, keep)
    return call("mul", source, call("add", ONE, call("mul", growth, horizon)))


def _sample(writer: Writer, node: tree.SampleIfTrueStructure, place: Place) -> Expression:
    """The manual's "maximum so far" reads itself: what it then reads is the value held from before."""
    stock = writer.store.hidden_name(place, "sample")
    held = (place.variable, Name(stock))
    condition, source = (_replaced(writer.write(part, place), *held) for part in (node.condition, node.input))
    now = writer.kept(call("if", condition, source, Name(stock)), place, "sampled")
    writer.store.add_stock(stock, place, now, writer.write(node.initial, place), discrete=True)
    return now


def _replaced(expression: Expression, name: str, by: Name) -> Expression:
    """An expression that reads something else in the place of a name."""
    if isinstance(expression, Apply):
        return Apply(expression.function, tuple(_replaced(a, name, by) for a in expression.arguments))
    return by if expression == Name(name) else expression


def _initial(writer: Writer, node: tree.InitialStructure, place: Place) -> Expression:
    """The value at the start, kept in a stock that does not move."""
    initial = writer.write(node.initial, place)
    if isinstance(initial, Number):
        return initial
    return writer.store.add_stock(writer.store.hidden_name(place, "initial"), place, ZERO, initial)


def _order(writer: Writer, node: Any, place: Place, construct: str) -> int:
    """A number of stages, which must be known before the run."""
    order = writer.store.known_number(writer.kept(writer.write(node, place), place, "order"), place, construct)
    limits.check("variables", order, file=f"'{place.variable}' (line {place.line})")
    if not order >= 0.5:
        raise ModelError("error.equation.order", variable=place.variable, line=place.line, order=order)
    return whole(order)


_KINDS: dict[type, Callable[[Writer, Any, Place], Expression]] = {
    tree.IntegStructure: _integ, tree.SmoothStructure: _smooth, tree.SmoothNStructure: _smooth,
    tree.DelayStructure: _delay, tree.DelayNStructure: _delay, tree.DelayFixedStructure: _delay_fixed,
    tree.TrendStructure: _trend, tree.ForecastStructure: _forecast, tree.SampleIfTrueStructure: _sample,
    tree.InitialStructure: _initial,
}  # fmt: skip
