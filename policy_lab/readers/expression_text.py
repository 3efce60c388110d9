"""An expression of a model's variables that somebody writes outside its file, such as an outcome of a study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policy_lab.errors import BadValue, ModelError
from policy_lab.program import Apply, Expression, Name, Number
from policy_lab.readers.functions import BUILT_IN, OPERATORS
from policy_lab.readers.names import fold


def expression_in(text: str, find: Callable[[str], str]) -> Expression:
    """Read an expression in Vensim's notation: arithmetic, comparisons, and functions of numbers.

    Args:
        text: ``"population / jobs"``; elements as ``population[north]``; ``Time`` is the clock.
        find: a variable's name as the model spells it; its error is passed on.

    Raises:
        BadValue: it cannot be read, or uses a function that needs a whole model, such as DELAY1.
    """
    from policy_lab.readers.equation_syntax import expression_of
    from policy_lab.readers.vensim import DIALECT

    try:
        return _written(expression_of(text, DIALECT), find)
    except ModelError as error:
        raise BadValue("error.study.expression", text=text, problem=error.message) from None


def _written(node: Any, find: Callable[[str], str]) -> Expression:
    from pysd.translators.structures import abstract_expressions as tree

    if isinstance(node, (int, float)):
        return Number(float(node))
    if isinstance(node, (tree.ArithmeticStructure, tree.LogicStructure)):
        parts = [_written(a, find) for a in node.arguments]
        if len(parts) == 1:
            return Apply("neg" if node.operators == ["negative"] else "not", (parts[0],))
        result = parts[0]
        for operator, part in zip(node.operators, parts[1:], strict=True):
            result = Apply(OPERATORS[operator], (result, part))
        return result
    if isinstance(node, tree.ReferenceStructure):
        elements = f"[{','.join(node.subscripts.subscripts)}]" if node.subscripts else ""
        whole = node.reference.replace("_", " ") + elements
        return Name("Time") if fold(whole) == "time" else Name(find(whole))
    if isinstance(node, tree.CallStructure) and node.function.reference in BUILT_IN:
        count, write_out = BUILT_IN[node.function.reference]
        if len(node.arguments) == count:
            return write_out([_written(a, find) for a in node.arguments], lambda e: e)
    shown = type(node).__name__.removesuffix("Structure")
    if isinstance(node, tree.CallStructure):
        shown = node.function.reference.replace("_", " ").upper()
    raise ModelError("error.study.no_function", function=shown)
