"""Stocks that never fall below zero, as in Stella: not the stock is held, its outflows are cut back.

An outflow is at most what the stock holds, ``stock / DT``, plus all inflows of the step, less what outflows of higher
priority took; priority is the order in which the stock lists them (isee systems, Stella help, "Flow prioritization").
An inflow that may run backwards takes no more than the stock holds either, before the outflows do.
An inflow that itself needs the outflow, as in a ring of such stocks, counts from the next step on: Stella orders the
ring by rules of its own that are not published. PySD holds the stock at zero and lets the outflow run on, which makes
something of nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from pysd.translators.structures import abstract_expressions as tree

from policy_lab.errors import ModelError
from policy_lab.readers.names import fold
from policy_lab.readers.xmile_variables import Variable, Variables, call, reference


def cut_outflows(variables: Variables) -> None:
    """Write the limits of every non-negative stock into the equations of its outflows.

    Raises:
        ModelError: an outflow has other subscripts than its stock.
    """
    flows: dict[str, None] = {}
    for stock in list(variables.all.values()):
        if stock.node.tag.endswith("stock") and variables.non_negative(stock.node):
            flows.update(dict.fromkeys(_cut(variables, stock)))
    if flows:
        told = "Stocks that cannot be negative cut their flows back, as in Stella; PySD lets them run on: "
        told += f"{', '.join(flows)}."
        warnings.warn(told, stacklevel=2)


def _cut(variables: Variables, stock: Variable) -> Iterator[str]:
    """Limit the flows of one stock; each that was, and its line."""
    inflows, outflows = (variables.flows(stock, kind) for kind in ("inflow", "outflow"))
    for position, name in enumerate(inflows):
        flow = variables.all.get(name)
        if flow is not None and not variables.non_negative(flow.node):  # it may flow backwards
            _limit(variables, stock, flow, inflows[:position], [], "max")
            yield f"'{flow.element.name}' (line {flow.node.sourceline})"
    for position, name in enumerate(outflows):
        flow = variables.all.get(name)
        if flow is not None:  # what is not defined is said where the stock reads it
            _limit(variables, stock, flow, inflows, outflows[:position], "min")
            yield f"'{flow.element.name}' (line {flow.node.sourceline})"


def _limit(
    variables: Variables, stock: Variable, flow: Variable, inflows: list[str], earlier: list[str], function: str
) -> None:
    """Keep a flow within what the stock holds and gets, less what was taken before it."""
    if flow.dimensions != stock.dimensions:
        raise ModelError(
            "error.file.cut_arrays", file=variables.source.path.name, line=flow.node.sourceline,
            name=flow.element.name, stock=stock.element.name,
        )  # fmt: skip
    inflows = [n for n in inflows if not _depends(variables, n, fold(flow.element.name))]
    for component in flow.element.components:
        subscripts = component.subscripts[0]
        holds = tree.ArithmeticStructure(["/"], [reference(stock.element.name, subscripts), reference("time_step")])
        parts: list[Any] = [holds, *(reference(_named(variables, n), subscripts) for n in (*inflows, *earlier))]
        signs = ["+"] * len(inflows) + ["-"] * len(earlier)
        left = call("max", tree.ArithmeticStructure(signs, parts) if signs else holds, 0)
        limit = left if function == "min" else tree.ArithmeticStructure(["negative"], [left])
        component.ast = call(function, component.ast, limit)


def _depends(variables: Variables, name: str, on: str) -> bool:
    """Whether a variable needs another one of the same moment; stocks need none."""
    pending, seen = [name], {name}
    while pending:
        variable = variables.all.get(pending.pop())
        if variable is None or variable.node.tag.endswith("stock"):
            continue
        for component in variable.element.components:
            for read in map(fold, _read(component.ast)):
                if read == on:
                    return True
                if read not in seen:
                    seen.add(read)
                    pending.append(read)
    return name == on


def _read(node: Any) -> Iterator[str]:
    """Names in a tree."""
    if isinstance(node, tree.ReferenceStructure):
        yield node.reference
    elif isinstance(node, (list, tuple)) or is_dataclass(node):
        for part in node if isinstance(node, (list, tuple)) else [getattr(node, f.name) for f in fields(node)]:
            yield from _read(part)


def _named(variables: Variables, name: str) -> str:
    found = variables.all.get(name)
    return found.element.name if found else name
