"""What the Vensim and the XMILE reader share: numbers without ``eval()``, and parser errors with their place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from policy_lab.errors import ModelError
from policy_lab.messages import Message
from policy_lab.readers.names import bare
from policy_lab.readers.source_text import Source


def literal(text: str) -> Any:
    """Numbers and their sums, pairs of numbers, quoted text; ValueError for anything else.

    The limits of a lookup table may hold any text, and PySD hands them to Python's eval(), so that a model file could
    run code. Its parsers get this function in place of the builtin.
    """
    return _literal_node(ast.parse(text.strip(), mode="eval").body)


def _literal_node(node: ast.AST) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
        return node.value
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_literal_node(item) for item in node.elts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        value = _literal_node(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        left, right = _literal_node(node.left), _literal_node(node.right)
        return left + right if isinstance(node.op, ast.Add) else left - right
    raise ValueError("there is something else where a number should be")


@contextmanager
def located(source: Source, equation: str) -> Iterator[None]:
    """Turn whatever PySD's parser raises into a ModelError of one line that says where."""
    try:
        yield
    except ModelError:
        raise
    except RecursionError:
        raise ModelError("error.file.nested", where=_place(source, equation)) from None
    except Exception as error:  # the parser raises its own, parsimonious', lxml's and Python's, none documented
        raise ModelError("error.file.equation", where=_place(source, equation), reason=_reason(error)) from None


def _place(source: Source, equation: str) -> str | Message:
    name = re.split(r"[=\[(:<~|]", equation, maxsplit=1)[0] if not equation.startswith('"') else equation
    line = source.line(name)
    shown = bare(name)[:80]
    if line:
        return Message("error.file.at_line", {"file": source.path.name, "line": line, "name": shown})
    return f"{source.path.name}: '{shown}'" if shown else source.path.name


#: What PySD's parser puts before a tree that no person reads.
_TREE = "Parse tree:"


def _reason(error: Exception) -> str | Message:
    text = " ".join(str(error).split())
    stuck = re.search(r"didn't match at '(.*?)' \(line", text)
    if stuck:
        return Message("error.file.stuck", {"text": stuck[1][:60]})
    return (text.split(_TREE)[0].strip()[:200] or type(error).__name__).rstrip(".") + "."
