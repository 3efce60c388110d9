"""Stocks that never fall below zero, as in Stella: not the stock is held, its outflows are cut back.

An outflow is at most what the stock holds, ``stock / DT``, plus all inflows of the step, less what outflows of higher
priority took; priority is the order in which the stock lists them (isee systems, Stella help, "Flow prioritization").
An inflow that itself needs the outflow, as in a ring of such stocks, counts from the next step on: Stella orders the
ring by rules of its own that are not published. PySD holds the stock at zero and lets the outflow run on, which makes
something of nothing.
"""

from __future__ import annotations

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
    for stock in list(variables.all.values()):
        if stock.node.tag.endswith("stock") and variables.non_negative(stock.node):
            _cut(variables, stock)


def _cut(variables: Variables, stock: Variable) -> None:
    listed, outflows = (variables.flows(stock, kind) for kind in ("inflow", "outflow"))
    for position, name in enumerate(outflows):
        inflows = [n for n in listed if not _depends(variables, n, name)]
        flow = variables.all.get(name)
        if flow is None:
            continue  # what is not defined is said where the stock reads it
        if flow.dimensions != stock.dimensions:
            raise ModelError(
                "error.file.cut_arrays", file=variables.source.path.name, line=flow.node.sourceline,
                name=flow.element.name, stock=stock.element.name,
            )  # fmt: skip
        for component in flow.element.components:
            subscripts = component.subscripts[0]
            holds = tree.ArithmeticStructure(["/"], (reference(stock.element.name, subscripts), reference("time_step")))
            parts: list[Any] = [holds, *(reference(_named(variables, n), subscripts) for n in inflows)]
            parts += [reference(_named(variables, n), subscripts) for n in outflows[:position]]
            signs = ["+"] * len(inflows) + ["-"] * position
            left = tree.ArithmeticStructure(signs, tuple(parts)) if signs else holds
            component.ast = call("min", component.ast, call("max", left, 0))


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
