"""Variables of an XMILE file -> PySD's abstract elements: equations, stocks, graphical functions, arrays."""

from __future__ import annotations

import itertools
import math
import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from policy_lab import limits
from policy_lab.errors import ModelError
from policy_lab.readers.equation_syntax import XMILE_TOKENS, Dialect, SyntaxFault, expression_of, lookup_of
from policy_lab.readers.names import bare, fold
from policy_lab.readers.parser_errors import located
from policy_lab.readers.source_text import Source
from policy_lab.readers.xmile_elements import Node, name_of, of_kind, only, text_of
from policy_lab.readers.xmile_modules import Module

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PySD's own imports warn about numpy and pandas, not about a model
    from pysd.translators.structures import abstract_expressions as tree
    from pysd.translators.structures.abstract_model import (
        AbstractComponent,
        AbstractControlElement,
        AbstractElement,
        AbstractLookup,
        AbstractSubscriptRange,
    )
    from pysd.translators.xmile.xmile_structures import structures

_WORDS = {"AND": ":AND:", "OR": ":OR:", "NOT": ":NOT:", "&": ":AND:", "|": ":OR:", "~": ":NOT:", "MOD": "MOD",
          "IF": "IF", "THEN": "THEN", "ELSE": "ELSE"}  # fmt: skip
#: Names that hold in every module.
_GLOBAL = ("time", "dt", "starttime", "stoptime", "pi", "inf")
#: How a graphical function goes on between its points and beyond them (XMILE 1.0, section 3.1.4).
_TYPES = {"continuous": "interpolate", "extrapolate": "extrapolate", "discrete": "hold_backward"}


_STEP = tree.ReferenceStructure("time_step", None)


def _previous(*arguments: Any) -> Any:
    value, initial = arguments if len(arguments) > 1 else (*arguments, 0)
    return tree.DelayFixedStructure(value, _STEP, initial)


def _rounded(value: Any) -> Any:
    """To the nearest whole number, halves away from zero."""
    up, down = (call("integer", tree.ArithmeticStructure([sign], (value, 0.5))) for sign in "+-")
    return call("if_then_else", tree.LogicStructure([">="], (value, 0)), up, down)


def call(function: str, *arguments: Any) -> Any:
    """The tree of a function's call."""
    return tree.CallStructure(tree.ReferenceStructure(function, None), arguments)


def _many(function: str) -> Any:
    """MIN and MAX of any number of arguments; of one, they are over an array."""

    def of(*arguments: Any) -> Any:
        if len(arguments) == 1:
            return call(f"v{function}_xmile", *arguments)
        result = arguments[0]
        for argument in arguments[1:]:
            result = call(function, result, argument)
        return result

    return of


_STRUCTURES = {
    **structures,
    "previous": {1: _previous, 2: _previous},
    "round": _rounded,
    "log10": lambda value: call("log", value, 10),
    "percent": lambda value: tree.ArithmeticStructure(["*"], (value, 100)),
    "lookup": lambda table, value: tree.CallStructure(table, (value,)),
    "mod": lambda a, b: call("modulo", a, b),
    "min": _many("min"),
    "max": _many("max"),
    # a pulse without a time is one at every step, a ramp without one begins with the run (isee systems, Stella help)
    "pulse": {**structures["pulse"], 1: lambda size: tree.ArithmeticStructure(["/"], (size, _STEP))},
    "ramp": {**structures["ramp"], 1: lambda slope: call("Xramp", slope, tree.ReferenceStructure("initial_time"))},
}


@dataclass
class Variable:
    """One variable: where it stands, its subscripts, and PySD's element of it."""

    node: Node
    module: Module
    dimensions: tuple[str, ...]
    element: AbstractElement


class Variables:
    """All variables of a file, by folded full name.

    Args:
        source: the file.
        ranges: subscript ranges and their elements, as spelled.
        root: its tree, for what holds everywhere.
    """

    def __init__(self, source: Source, ranges: Mapping[str, list[str]], root: Node) -> None:
        self.source, self.ranges = source, ranges
        self.all: dict[str, Variable] = {}
        #: The tables of converters that have an equation too: LOOKUP(converter, x) reads them at another x.
        self.graphs: dict[str, Any] = {}
        self.everywhere = {kind for kind in ("stock", "flow") if _everywhere(root, kind)}

    def of(self, module: Module) -> Iterator[AbstractElement]:
        """PySD's elements of a module."""
        own = {fold(name_of(n)) for n in module.variables}
        for node in module.variables:
            name = name_of(node)
            full = module.prefix + name
            file, line = self.source.path.name, node.sourceline
            if fold(full) in self.all:
                other = self.all[fold(full)].node.sourceline
                raise ModelError("error.file.twice", file=file, line=line, name=full, other=other)
            dimensions = tuple(d.get("name") for ds in of_kind(node, "dimensions") for d in of_kind(ds, "dim"))
            element = AbstractElement(full, [], text_of(node, "units"), _limits(node), text_of(node, "doc"))
            reader = _Reader(self, module, own, node, dimensions)
            with located(self.source, full, line):
                element.components.extend(reader.components())
            self.all[fold(full)] = Variable(node, module, dimensions, element)
            yield element

    def expression(self, text: str, own: Sequence[AbstractElement]) -> Any:
        """An equation outside of every module, such as a macro's."""
        if not text:
            raise SyntaxFault("error.syntax.no_equation")
        names = {fold(e.name) for e in own}
        return expression_of(text, Dialect(XMILE_TOKENS, _WORDS, _STRUCTURES, partial(_full_name, "", names)))

    def non_negative(self, node: Node) -> bool:
        """Whether a stock or flow is kept from falling below zero."""
        for child in of_kind(node, "non_negative"):
            return "false" not in (child.text or "").casefold()
        return node.tag.rpartition("}")[2] in self.everywhere

    def flows(self, stock: Variable, kind: str) -> list[str]:
        """Folded full names of a stock's ``inflow``s or ``outflow``s, as listed."""
        return [fold(stock.module.prefix + flow_of(n)[0]) for n in of_kind(stock.node, kind)]


@dataclass
class _Reader:
    """Reads the equations of one variable."""

    variables: Variables
    module: Module
    own: set[str]
    node: Node
    dimensions: tuple[str, ...]

    @property
    def kind(self) -> str:
        return str(self.node.tag.rpartition("}")[2])

    def components(self) -> Iterator[AbstractComponent]:
        """One for the whole array, or one an element."""
        parts = of_kind(self.node, "element")
        if fold(name_of(self.node)) in self.module.inputs:
            yield AbstractComponent((list(self.dimensions), []), self._input())
        elif not parts and len(listed := of_kind(self.node, "eqn")) > 1:
            yield from self._listed(listed)
        elif not parts:
            yield self._component(self.node, list(self.dimensions))
        for part in parts:
            subscripts = [s.strip() for s in part.get("subscript", "").split(",")]
            if len(subscripts) != len(self.dimensions):
                raise SyntaxFault("error.syntax.element", element=part.get("subscript", ""))
            yield self._component(part, subscripts)

    def _listed(self, equations: Sequence[Node]) -> Iterator[AbstractComponent]:
        """One <eqn> for each element, in order."""
        ranges = [self.variables.ranges.get(d, ()) for d in self.dimensions]
        elements = [*itertools.product(*ranges)] if math.prod(map(len, ranges)) == len(equations) else []
        if len(elements) != len(equations):
            raise SyntaxFault("error.syntax.element", element=f"{len(equations)} <eqn>")
        for subscripts, equation in zip(elements, equations, strict=True):
            yield self._component(self.node, [*subscripts], " ".join((equation.text or "").split()))

    def _input(self) -> Any:
        return reference(self.module.inputs[fold(name_of(self.node))], self.dimensions)

    def _component(self, part: Node, subscripts: list[str], text: str = "") -> AbstractComponent:
        graph = next(iter(of_kind(part, "gf") or of_kind(self.node, "gf")), part if self.kind == "gf" else None)
        text = text or text_of(part, "eqn") or text_of(self.node, "eqn")
        if graph is not None and not text:
            return AbstractLookup((subscripts, []), graph_of(graph))
        if not text:
            raise SyntaxFault("error.syntax.no_equation")
        value = self._expression(text)
        if self.kind == "stock":
            return AbstractComponent((subscripts, []), tree.IntegStructure(self._rate(subscripts), value))
        if graph is not None:
            value = tree.InlineLookupsStructure(value, graph_of(graph))
            self.variables.graphs[fold(self.module.prefix + name_of(self.node))] = graph_of(graph)
        if self.kind == "flow" and self.variables.non_negative(self.node):
            value = call("max", value, 0)
        initial = text_of(part, "init_eqn")
        if initial:
            value = call("active_initial", value, self._expression(initial))
        return AbstractComponent((subscripts, []), value)

    def _rate(self, subscripts: Sequence[str]) -> Any:
        """Inflows less outflows."""
        inflows, outflows = (
            [reference(self.module.prefix + n, own or subscripts) for n, own in map(flow_of, of_kind(self.node, kind))]
            for kind in ("inflow", "outflow")
        )
        if not inflows and not outflows:
            return 0
        operators = ["+"] * (len(inflows) - 1) + ["-"] * len(outflows)
        if not inflows:
            inflows, outflows = [tree.ArithmeticStructure(["negative"], (outflows[0],))], outflows[1:]
            operators = operators[1:] if len(operators) > len(outflows) else operators
        parts = (*inflows, *outflows)
        return tree.ArithmeticStructure(operators, parts) if operators else parts[0]

    def _expression(self, text: str) -> Any:
        rename = partial(_full_name, self.module.prefix, self.own)
        return expression_of(text, Dialect(XMILE_TOKENS, _WORDS, _STRUCTURES, rename))


def _full_name(prefix: str, own: Collection[str], word: str) -> str:
    """The name that PySD sees: of the module, or of one inside it, or of the main model (``.name``)."""
    parts = [bare(p) for p in re.findall(r'"(?:\\"|[^"])*"|[^.]+', word)]
    plain = fold(".".join(parts))
    inside = word.startswith(".") or plain in _GLOBAL or (len(parts) == 1 and plain not in own)
    name = ("" if inside else prefix) + ".".join(parts).lstrip(".")
    return re.sub(r"\s+", "_", name.replace("\\n", " ")).lower()


def reference(name: str, subscripts: Sequence[str] = ()) -> Any:
    """The tree of a variable's name."""
    own = tree.SubscriptsReferenceStructure(list(subscripts)) if subscripts else None
    return tree.ReferenceStructure(re.sub(r"\s+", "_", name).lower(), own)


def flow_of(node: Node) -> tuple[str, list[str]]:
    """The name of a stock's <inflow> or <outflow>, and the subscripts written behind it, if any."""
    text = " ".join("".join(node.itertext()).split())
    found = re.fullmatch(r'("[^"]*+"|[^\["]*+)(?:\[(.*)\])?', text)
    name, given = (found[1], found[2]) if found else (text, None)
    return bare(name), [s.strip() for s in given.split(",")] if given else []


def graph_of(node: Node) -> Any:
    """A graphical function as PySD's lookup; raises SyntaxFault."""
    how = _TYPES.get(node.get("type") or "continuous")
    ys = _numbers(node, "ypts")
    xs = _numbers(node, "xpts")
    for scale in of_kind(node, "xscale")[:1] if not xs else ():
        xs = [*map(float, np.linspace(float(scale.get("min")), float(scale.get("max")), len(ys)))]
    if how is None or not ys or len(xs) != len(ys):
        raise SyntaxFault("error.syntax.graph", xs=len(xs), ys=len(ys))
    return lookup_of([*zip(xs, ys, strict=True)], how)


def _numbers(node: Node, kind: str) -> list[float]:
    for child in of_kind(node, kind):
        try:
            return [float(t) for t in (child.text or "").split(child.get("sep") or ",") if t.strip()]
        except ValueError:
            raise SyntaxFault("error.syntax.points_text", text=(child.text or "").strip()[:40]) from None
    return []


def _everywhere(root: Node, kind: str) -> bool:
    """Whether <behavior> makes all stocks or flows non-negative."""
    found = [b for holder in (root, *of_kind(root, "model")) for b in of_kind(holder, "behavior")]
    places = [p for b in found for p in (b, *of_kind(b, kind))]
    return any("false" not in (n.text or "").casefold() for p in places for n in of_kind(p, "non_negative"))


def _limits(node: Node) -> tuple[float | None, float | None]:
    for child in of_kind(node, "range"):
        return tuple(float(v) if (v := child.get(end)) else None for end in ("min", "max"))  # type: ignore[return-value]
    return (None, None)


def dimensions(root: Node, file: str) -> list[AbstractSubscriptRange]:
    """The subscript ranges: elements by name, or ``size`` of them by number."""
    found = []
    for node in (d for ds in of_kind(root, "dimensions") for d in of_kind(ds, "dim")):
        elements = [e.get("name") for e in of_kind(node, "elem")]
        if not elements and node.get("size"):
            elements = [str(i) for i in range(1, _size(node, file) + 1)]
        if not elements:
            raise ModelError("error.file.dimension", file=file, line=node.sourceline, name=node.get("name"))
        found.append(AbstractSubscriptRange(node.get("name"), elements, []))
    return found


def _size(node: Node, file: str) -> int:
    """The number of elements of a dimension that lists none."""
    text, line = (node.get("size") or "").strip(), node.sourceline
    if not (text.isascii() and text.isdigit()):
        raise ModelError("error.file.dimension", file=file, line=line, name=node.get("name"))
    limits.check("elements", float(text), file=file, name=node.get("name"), line=line)
    return int(text)


def controls(root: Node, file: str) -> Iterator[AbstractControlElement]:
    """The time settings; the time step is 1 where none is given (XMILE 1.0, section 2.3)."""
    node = only(root, "sim_specs", file)
    unit = node.get("time_units") or ""
    step = next(iter(of_kind(node, "dt")), None)
    texts = {"INITIAL TIME": text_of(node, "start"), "FINAL TIME": text_of(node, "stop"),
             "TIME STEP": text_of(node, "dt") or "1"}  # fmt: skip
    for name, text in texts.items():
        try:
            value: Any = float(text)
        except ValueError:
            raise ModelError("error.file.time", file=file, line=node.sourceline, name=name, text=text) from None
        if name == "TIME STEP" and step is not None and (step.get("reciprocal") or "").casefold() == "true":
            value = 1 / value if value else math.inf
        if not math.isfinite(value):
            raise ModelError("error.file.time", file=file, line=node.sourceline, name=name, text=text)
        value = int(value) if value == int(value) else value
        yield AbstractControlElement(name, [AbstractComponent(([], []), value)], unit)
    every = tree.ReferenceStructure("time_step", None)
    yield AbstractControlElement("SAVEPER", [AbstractComponent(([], []), every)], unit)
