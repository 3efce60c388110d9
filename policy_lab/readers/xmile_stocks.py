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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from pysd.translators.structures import abstract_expressions as tree

from policy_lab.errors import ModelError
from policy_lab.readers.names import fold
from policy_lab.readers.xmile_variables import Variable, Variables, call, reference


@dataclass(frozen=True)
class _Limit:
    """What keeps one flow within its stock: ``min`` for an outflow, ``max`` for an inflow that runs backwards.

    Attributes:
        inflows: folded names of flows that add to what the stock holds.
        earlier: of outflows that took before.
    """

    stock: Variable
    flow: Variable
    function: str
    inflows: list[str]
    earlier: list[str]

    @property
    def name(self) -> str:
        """Folded name of the flow."""
        return fold(self.flow.element.name)


def cut_outflows(variables: Variables) -> None:
    """Write the limits of every non-negative stock into the equations of its flows.

    Raises:
        ModelError: a flow has other subscripts than its stock.
    """
    limits = [
        limit for stock in variables.all.values() if _kept(variables, stock) for limit in _limits(variables, stock)
    ]
    needs = {name: set(_needed(v)) for name, v in variables.all.items()}
    for limit in limits:  # what was taken before is never left out
        needs[limit.name].update(limit.earlier)
    for limit in limits:
        settled = [n for n in limit.inflows if not _depends(needs, n, limit.name)]
        needs[limit.name].update(settled)
        _write(variables, limit, settled)
    if limits:
        told = "Stocks that cannot be negative cut their flows back, as in Stella; PySD lets them run on: "
        flows = dict.fromkeys(f"'{x.flow.element.name}' (line {x.flow.node.sourceline})" for x in limits)
        warnings.warn(f"{told}{', '.join(flows)}.", stacklevel=2)


def _kept(variables: Variables, variable: Variable) -> bool:
    return str(variable.node.tag).endswith("stock") and variables.non_negative(variable.node)


def _backwards(variables: Variables, name: str) -> bool:
    flow = variables.all.get(name)
    return flow is not None and not variables.non_negative(flow.node)


def _limits(variables: Variables, stock: Variable) -> Iterator[_Limit]:
    """The limits of one stock's flows; an undefined flow is reported where the stock reads it."""
    inflows, outflows = (
        [n for n in variables.flows(stock, kind) if n in variables.all] for kind in ("inflow", "outflow")
    )
    back = [n for n in inflows if _backwards(variables, n)]
    for position, name in enumerate(back):
        yield _Limit(stock, variables.all[name], "max", back[:position], [])
    for position, name in enumerate(outflows):
        yield _Limit(stock, variables.all[name], "min", inflows, outflows[:position])


def _write(variables: Variables, limit: _Limit, inflows: list[str]) -> None:
    """Keep a flow within what the stock holds and gets, less what was taken before it."""
    stock, flow = limit.stock, limit.flow
    if flow.dimensions != stock.dimensions:
        raise ModelError(
            "error.file.cut_arrays", file=variables.source.path.name, line=flow.node.sourceline,
            name=flow.element.name, stock=stock.element.name,
        )  # fmt: skip
    others = [variables.all[n].element.name for n in (*inflows, *limit.earlier)]
    for component in flow.element.components:
        subscripts = component.subscripts[0]
        holds = tree.ArithmeticStructure(["/"], [reference(stock.element.name, subscripts), reference("time_step")])
        parts = [holds, *(reference(n, subscripts) for n in others)]
        signs = ["+"] * len(inflows) + ["-"] * len(limit.earlier)
        left = call("max", tree.ArithmeticStructure(signs, parts) if signs else holds, 0)
        most = left if limit.function == "min" else tree.ArithmeticStructure(["negative"], [left])
        component.ast = call(limit.function, component.ast, most)


def _needed(variable: Variable) -> Iterator[str]:
    """Folded names of what a variable needs at the same moment; a stock needs nothing."""
    if not str(variable.node.tag).endswith("stock"):
        for component in variable.element.components:
            yield from map(fold, _read(component.ast))


def _depends(needs: Mapping[str, set[str]], name: str, on: str) -> bool:
    """Whether a variable needs another one of the same moment, by whatever way."""
    pending, seen = [name], {name}
    while pending:
        found = needs.get(pending.pop(), set()) - seen
        seen |= found
        pending += found
    return on in seen


def _read(node: Any) -> Iterator[str]:
    """Names in a tree."""
    if isinstance(node, tree.ReferenceStructure):
        yield node.reference
    elif isinstance(node, (list, tuple)) or is_dataclass(node):
        for part in node if isinstance(node, (list, tuple)) else [getattr(node, f.name) for f in fields(node)]:
            yield from _read(part)
