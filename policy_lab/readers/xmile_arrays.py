"""Whole arrays in XMILE's equations: ``SUM(x[*])``, ``MEAN(x)``, ``SIZE(x[*, 2])``, written with PySD's ``range!``.

A ``*`` goes through all elements of its dimension, and so does an array without subscripts inside a function of
arrays (XMILE 1.0, section 3.7.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from math import prod
from typing import Any

from pysd.translators.structures import abstract_expressions as tree

from policy_lab.readers.equation_syntax import SyntaxFault
from policy_lab.readers.names import fold
from policy_lab.readers.parser_errors import located
from policy_lab.readers.xmile_variables import Variables

#: Functions of whole arrays.
_REDUCTIONS = ("sum", "prod", "mean", "size", "vmin_xmile", "vmax_xmile")


def write_arrays(variables: Variables) -> None:
    """Write out the array functions, and the names that XMILE knows without a definition, in all equations."""
    dimensions = {name: v.dimensions for name, v in variables.all.items()}
    sizes = {fold(name): len(elements) for name, elements in variables.ranges.items()}

    def change(node: Any) -> Any:
        function = node.function.reference if isinstance(node, tree.CallStructure) else getattr(node, "reference", "")
        if function == "pi" and "pi" not in dimensions:
            return math.pi
        if isinstance(node, tree.CallStructure) and fold(function) in variables.graphs:
            return tree.InlineLookupsStructure(node.arguments[0], variables.graphs[fold(function)])
        if isinstance(node, tree.CallStructure) and node.function.reference in _REDUCTIONS and len(node.arguments) == 1:
            return _reduction(node, dimensions, sizes)
        if isinstance(node, tree.CallStructure) and function == "mean":  # of some values
            return tree.ArithmeticStructure(["/"], (_sum(node.arguments), len(node.arguments)))
        if isinstance(node, tree.SubscriptsReferenceStructure) and "*" in node.subscripts:
            raise SyntaxFault("error.syntax.star")
        return node

    for variable in variables.all.values():
        for component in variable.element.components:
            with located(variables.source, variable.element.name, variable.node.sourceline):
                component.ast = rebuilt(component.ast, change)


def _sum(values: Sequence[Any]) -> Any:
    return tree.ArithmeticStructure(["+"] * (len(values) - 1), tuple(values))


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with every part replaced by what ``change`` makes of it, outermost first."""
    changed = change(node)
    if isinstance(changed, (list, tuple)):
        return type(changed)(rebuilt(n, change) for n in changed)
    if is_dataclass(changed) and not isinstance(changed, tree.LookupsStructure):
        for one in fields(changed):
            setattr(changed, one.name, rebuilt(getattr(changed, one.name), change))
    return changed


def _reduction(node: Any, dimensions: Mapping[str, tuple[str, ...]], sizes: Mapping[str, int]) -> Any:
    marked: dict[str, int] = {}

    def mark(part: Any) -> Any:
        """A reference with every ``*``, and every array without subscripts, as ``dimension!``."""
        if not isinstance(part, tree.ReferenceStructure):
            return part
        own = dimensions.get(fold(part.reference), ())
        given = part.subscripts.subscripts if part.subscripts else ("*",) * len(own)
        if "*" in given and len(given) != len(own):
            raise SyntaxFault("error.syntax.star")
        for dimension in (d for d, g in zip(own, given, strict=False) if g == "*"):
            marked[f"{dimension}!"] = sizes[fold(dimension)]
        spelled = [f"{d}!" if g == "*" else g for d, g in zip(own, given, strict=False)] if own else list(given)
        return tree.ReferenceStructure(part.reference, tree.SubscriptsReferenceStructure(spelled) if spelled else None)

    function = node.function.reference
    argument = rebuilt(node.arguments[0], mark)
    count = prod(marked.values()) if marked else 1
    if function == "size":
        return count
    if not marked and function != "mean":
        return tree.CallStructure(tree.ReferenceStructure(function, None), (argument,))
    if function == "mean":
        total = tree.CallStructure(tree.ReferenceStructure("sum", None), (argument,)) if marked else argument
        return tree.ArithmeticStructure(["/"], (total, count))
    return tree.CallStructure(tree.ReferenceStructure(function, None), (argument,))
