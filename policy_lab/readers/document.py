"""Reading a model file as a ``Document`` (``policy_lab/statements.py``): PySD's syntax trees -> statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pysd.translators.structures import abstract_expressions as tree
from pysd.translators.structures.abstract_model import AbstractComponent, AbstractElement

from policy_lab.program import Apply, Expression, Name, Number
from policy_lab.readers.functions import OPERATORS
from policy_lab.readers.model_file import Reading, read
from policy_lab.readers.names import CONTROLS, bare, fold
from policy_lab.readers.xmile import CLOCK
from policy_lab.statements import Document, Statement

_TABLES = (tree.LookupsStructure,)


def document_of(path: Path) -> Document:
    """Read a Vensim or XMILE file as a Document.

    Raises:
        ModelError: not readable, not of a known kind, or not valid; names the file and, where known, the line.
    """
    reading = read(path)
    main, *macros = reading.abstract.sections
    ranges = {
        bare(r.name): tuple(bare(e) for e in r.subscripts) for r in main.subscripts if isinstance(r.subscripts, list)
    }
    writer = _StatementWriter(reading, ranges)
    statements = [s for element in main.elements for s in writer.statements(element)]
    statements.sort(key=lambda s: s.line)
    return Document(
        path.name, tuple(statements), reading.source.synonyms, frozenset(fold(m.name) for m in macros), ranges
    )


@dataclass
class _StatementWriter:
    """Turns PySD's trees into expressions, with every name as the file spells it."""

    reading: Reading
    ranges: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        main = self.reading.abstract.sections[0]
        self.names = {fold(e.name): bare(e.name) for e in main.elements}
        self.names.update(CLOCK)
        self.names.update({k: v for k, v in CONTROLS.items() if k in self.names})
        self.subscripts = {fold(s): s for name, elements in self.ranges.items() for s in (name, *elements)}
        self.tables = {fold(e.name) for e in main.elements if any(isinstance(c.ast, _TABLES) for c in e.components)}

    def statements(self, element: AbstractElement) -> Iterator[Statement]:
        source, folded = self.reading.source, fold(element.name)
        for position, component in enumerate(element.components):
            expression = self.expression(component.ast)
            yield Statement(
                self.names[folded],
                tuple(self._subscript(s) for s in component.subscripts[0]),
                self._kind(folded, component, expression),
                expression,
                " ".join((element.units or "").split()),
                " ".join((element.documentation or "").split()),
                source.groups.get(folded, ""),
                source.line(element.name, position),
                tuple((*(element.limits or ()), None, None)[:2]),
            )

    @staticmethod
    def _kind(folded: str, component: AbstractComponent, expression: Expression) -> str:
        if folded in CONTROLS:
            return "control"
        if isinstance(component.ast, _TABLES):
            return "table"
        if isinstance(component.ast, tree.IntegStructure):
            return "stock"
        return "constant" if _is_numbers(expression) else "auxiliary"

    def _subscript(self, name: str) -> str:
        marked = name.strip().endswith("!")
        return self.subscripts.get(fold(name.strip().rstrip("!")), bare(name)) + ("!" if marked else "")

    def expression(self, node: Any) -> Expression:
        """The tree as an expression; a structure without a name of its own gets that of PySD's class."""
        if isinstance(node, (int, float, np.integer, np.floating)):
            return Number(float(node))
        if isinstance(node, np.ndarray):
            return Apply("numbers", tuple(Number(float(x)) for x in node.ravel()))
        if isinstance(node, (tree.ArithmeticStructure, tree.LogicStructure)):
            return self._operation([o.upper() for o in node.operators], [self.expression(a) for a in node.arguments])
        if isinstance(node, tree.ReferenceStructure):
            return Name(self._reference(node))
        if isinstance(node, tree.CallStructure):
            return self._call(node)
        write = _STRUCTURES.get(type(node))
        if write is None:
            return Apply(type(node).__name__.removesuffix("Structure").lower(), ())
        name, fields = write(node)
        return Apply(name, tuple(self.expression(f) for f in fields))

    @staticmethod
    def _operation(operators: list[str], parts: list[Expression]) -> Expression:
        if operators == ["NEGATIVE"]:
            return Number(-parts[0].value) if isinstance(parts[0], Number) else Apply("neg", (parts[0],))
        if operators[0] == ":NOT:":
            return Apply("not", (parts[0],))
        if "^" in operators:
            return Apply("pow", (parts[0], parts[1]))
        result = parts[0]
        for operator, part in zip(operators, parts[1:], strict=True):
            result = Apply(OPERATORS[operator], (result, part))
        return result

    def _reference(self, node: tree.ReferenceStructure) -> str:
        folded = fold(node.reference)
        name = self.names.get(folded) or self.subscripts.get(folded) or bare(node.reference).replace("_", " ")
        if not node.subscripts:
            return name
        return f"{name}[{','.join(self._subscript(s) for s in node.subscripts.subscripts)}]"

    def _call(self, node: tree.CallStructure) -> Expression:
        arguments = tuple(self.expression(a) for a in node.arguments)
        folded = fold(node.function.reference)
        if folded in self.tables:
            return Apply("lookup", (Name(self._reference(node.function)), *arguments))
        if folded in self.names:
            return Apply("lookup", (Name(self._reference(node.function)), *arguments))
        return Apply(node.function.reference, arguments)


def _is_numbers(expression: Expression) -> bool:
    if isinstance(expression, Apply):
        return expression.function in ("numbers", "neg") and all(map(_is_numbers, expression.arguments))
    return isinstance(expression, Number)


def _followed(name: str, first: Any, time: Any, initial: Any, order: Any) -> tuple[str, list[Any]]:
    """A delay or smooth: input, time and, where it differs from the input, the initial value."""
    name += f"{order}" if isinstance(order, int) and order != 1 else ""
    return (name, [first, time]) if initial is first else (f"{name}i", [first, time, initial])


_STRUCTURES: Mapping[type, Callable[[Any], tuple[str, list[Any]]]] = {
    tree.GameStructure: lambda n: ("game", [n.expression]),
    tree.InitialStructure: lambda n: ("initial", [n.initial]),
    tree.IntegStructure: lambda n: ("integ", [n.flow, n.initial]),
    tree.InlineLookupsStructure: lambda n: ("table", [n.argument]),
    tree.LookupsStructure: lambda n: ("numbers", list(n.y)),
    tree.SmoothStructure: lambda n: _followed("smooth", n.input, n.smooth_time, n.initial, n.order),
    tree.SmoothNStructure: lambda n: ("smooth_n", [n.input, n.smooth_time, n.initial, n.order]),
    tree.DelayStructure: lambda n: _followed("delay", n.input, n.delay_time, n.initial, n.order),
    tree.DelayNStructure: lambda n: ("delay_n", [n.input, n.delay_time, n.initial, n.order]),
    tree.DelayFixedStructure: lambda n: ("delay_fixed", [n.input, n.delay_time, n.initial]),
    tree.TrendStructure: lambda n: ("trend", [n.input, n.average_time, n.initial_trend]),
    tree.ForecastStructure: lambda n: ("forecast", [n.input, n.average_time, n.horizon]),
    tree.SampleIfTrueStructure: lambda n: ("sample_if_true", [n.condition, n.input, n.initial]),
    tree.AllocateAvailableStructure: lambda n: ("allocate_available", [n.request, n.pp, n.avail]),
    tree.AllocateByPriorityStructure: lambda n: (
        "allocate_by_priority", [n.request, n.priority, n.width, n.supply]),
}  # fmt: skip
