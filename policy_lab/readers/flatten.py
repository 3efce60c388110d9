"""Flattening: all equations of a model unrolled over their subscripts, one scalar variable an equation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pysd.translators.structures import abstract_expressions as tree
from pysd.translators.structures.abstract_model import AbstractComponent, AbstractElement, AbstractSection

from policy_lab import limits
from policy_lab.errors import ModelError, UnsupportedConstruct
from policy_lab.program import Equation, Expression, Name, Number, Table
from policy_lab.readers.delays_and_smooths import never_negative, write_stateful
from policy_lab.readers.equation_store import EquationStore, Sizes
from policy_lab.readers.expressions import Writer, table_of
from policy_lab.readers.model_file import Reading
from policy_lab.readers.names import CONTROLS, bare, fold, with_elements
from policy_lab.readers.scopes import Definition, Place, Scope
from policy_lab.readers.special_functions import derived_table
from policy_lab.readers.subscript_ranges import Ranges

#: Macros that call macros, this deep at most.
DEEPEST_MACRO = 20


@dataclass(frozen=True)
class _Job:
    element: AbstractElement
    component: AbstractComponent
    place: Place
    scalar: str


class Flattened(EquationStore):
    """A model's equations and tables, unrolled.

    Args:
        reading: the parsed file.
        sizes: see ``EquationStore``.
    """

    def __init__(self, reading: Reading, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.refused: list[UnsupportedConstruct] = []
        self._source = reading.source
        xmile = reading.source.path.suffix.lower() != ".mdl"
        self._writer = Writer(self, self.add_macro, write_stateful, xmile)
        main, *macros = reading.abstract.sections
        ranges = Ranges(main.subscripts, reading.source)
        self._write_section(main, Scope(ranges, {}, {fold(m.name): m for m in macros}))
        for name, table, how, place in self.to_derive:
            try:
                self.add_table(derived_table(name, self.tables[table], how, place))
            except UnsupportedConstruct as refused:
                self.refused.append(refused)
                self.add_table(Table(name, (0.0,), (float("nan"),)))

    def _write_section(self, section: AbstractSection, scope: Scope) -> None:
        jobs = []
        for job in (job for element in section.elements for job in self._jobs(element, scope)):
            jobs.append(job)
            limits.check("variables", len(self.equations) + len(jobs), file=self._source.path.name)
        for job in jobs:
            about = self._about(job)
            try:
                self._write_equation(job, about)
            except UnsupportedConstruct as refused:
                self.refused.append(refused)
                self.equations[job.scalar] = Equation(job.scalar, "auxiliary", Number(float("nan")), **about)

    def _jobs(self, element: AbstractElement, scope: Scope) -> Iterator[_Job]:
        """Every scalar of a variable, with the place of its expression."""
        folded = fold(element.name)
        name = bare(element.name)
        if not scope.prefix and folded in CONTROLS:
            name = CONTROLS[folded]
        lookup = any(isinstance(c.ast, tree.LookupsStructure) for c in element.components)
        definition = scope.definitions.setdefault(folded, Definition(name, folded, lookup))
        first = self._source.line(element.name, 0, scope.macro)
        for position, component in enumerate(element.components):
            line = self._source.line(element.name, position, scope.macro)
            dimensions = tuple(fold(s) for s in component.subscripts[0])
            for elements in self._combinations(name, dimensions, component.subscripts[1], scope, line):
                spelled = [scope.ranges.spelled[e] for e in elements]
                scalar = with_elements(f"{scope.prefix}: {name}" if scope.prefix else name, spelled)
                if elements in definition.scalars:
                    raise ModelError("error.equation.twice", name=scalar, line=line, first=first)
                definition.scalars[elements] = scalar
                bound = {d: e for d, e in zip(dimensions, elements, strict=True) if scope.ranges.is_range(d)}
                place = Place(scalar, line, scope, bound, dimensions, elements)
                yield _Job(element, component, place, scalar)

    @staticmethod
    def _combinations(
        name: str, dimensions: tuple[str, ...], excepted: Sequence[Sequence[str]], scope: Scope, line: int
    ) -> Iterator[tuple[str, ...]]:
        choices = []
        for dimension in dimensions:
            elements = scope.ranges.expand(dimension)
            if elements is None:
                raise ModelError("error.equation.no_subscript", name=name, line=line, dimension=dimension)
            choices.append(elements)
        limits.check("variables", math.prod(map(len, choices)), file=scope.ranges.file)
        if len(set(dimensions)) < len(dimensions):
            raise ModelError("error.equation.subscript_twice", name=name, line=line)
        left_out = [[scope.ranges.expand(fold(s)) or () for s in group] for group in excepted]
        for elements in itertools.product(*choices):
            if not any(all(e in out for e, out in zip(elements, group, strict=True)) for group in left_out):
                yield elements

    def _about(self, job: _Job) -> dict[str, Any]:
        """Unit, documentation, group, line and limits of a variable."""
        element, hidden = job.element, bool(job.place.scope.prefix)
        return {
            "unit": " ".join((element.units or "").split()),
            "documentation": " ".join((element.documentation or "").split()),
            "group": "" if hidden else self._source.groups.get(fold(element.name), ""),
            "line": job.place.line,
            "limits": tuple((*(element.limits or ()), None, None)[:2]),
            "hidden": hidden,
        }

    def _write_equation(self, job: _Job, about: dict[str, Any]) -> None:
        node, place = job.component.ast, job.place
        if isinstance(node, tree.LookupsStructure):
            self.add_table(table_of(node, job.scalar, place))
            self.equations[job.scalar] = Equation(job.scalar, "lookup", None, **about)
            return
        if isinstance(node, tree.IntegStructure):
            self._write_stock(job, about)
            return
        expression = self._writer.write(node, place)
        if not about["hidden"] and fold(job.element.name) in CONTROLS:
            kind = "control"
        elif isinstance(expression, Number) and not isinstance(node, tree.InitialStructure):
            kind = "constant"
        else:
            kind = "auxiliary"
        self.equations[job.scalar] = Equation(job.scalar, kind, expression, **about)  # type: ignore[arg-type]

    def _write_stock(self, job: _Job, about: dict[str, Any]) -> None:
        node, place = job.component.ast, job.place
        rate, initial = self._writer.write(node.flow, place), self._writer.write(node.initial, place)
        if node.non_negative:
            rate = never_negative(job.scalar, rate)
        self.equations[job.scalar] = Equation(
            job.scalar, "stock", rate, initial, **about, discrete=bool(node.non_negative)
        )

    def add_macro(self, name: str, arguments: Sequence[Expression], place: Place) -> Expression:
        """One call of a macro: its equations once more, under hidden names."""
        root, section = place.scope.root, place.scope.root.macros[name]
        if place.scope.depth >= DEEPEST_MACRO:
            raise ModelError("error.equation.macros_deep", variable=place.variable, line=place.line)
        if len(arguments) != len(section.params):
            raise ModelError(
                "error.equation.macro_inputs",
                variable=place.variable,
                line=place.line,
                macro=bare(section.name),
                given=len(arguments),
                wanted=len(section.params),
            )
        kept = [self._writer.kept(a, place, "macro input") for a in arguments]
        parameters = dict(zip(map(fold, section.params), kept, strict=True))
        prefix = self.hidden_name(place, bare(section.name))
        scope = Scope(root.ranges, {}, root.macros, parameters, prefix, place.scope.depth + 1, root, name)
        self._write_section(section, scope)
        result = scope.definitions.get(name)
        if result is None or () not in result.scalars:
            raise ModelError("error.equation.macro_result", macro=bare(section.name))
        return Name(result.scalars[()])
