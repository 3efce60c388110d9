"""All equations of a model, unrolled: one scalar variable, one equation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pysd.translators.structures import abstract_expressions as tree
from pysd.translators.structures.abstract_model import AbstractComponent, AbstractElement, AbstractSection

from policy_lab.errors import ModelError, UnsupportedConstruct
from policy_lab.evaluate import value_of
from policy_lab.program import Equation, Expression, Guard, Name, Number, Table, names_in
from policy_lab.readers import functions
from policy_lab.readers.delays_and_smooths import never_negative
from policy_lab.readers.expressions import Place, Writer, table_of
from policy_lab.readers.names import bare, fold, with_elements
from policy_lab.readers.pysd_parsers import Reading
from policy_lab.readers.source_text import Source
from policy_lab.readers.subscript_ranges import Ranges

CONTROLS = {"initial time": "INITIAL TIME", "final time": "FINAL TIME", "time step": "TIME STEP", "saveper": "SAVEPER"}
#: Macros that call macros, this deep at most.
DEEPEST_MACRO = 20


@dataclass
class Definition:
    """A variable of the file: its scalars by their (folded) elements."""

    name: str
    folded: str
    lookup: bool
    scalars: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass
class Scope:
    """Where names are looked up: the model itself, or one call of a macro."""

    ranges: Ranges
    definitions: dict[str, Definition]
    macros: Mapping[str, AbstractSection]
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    prefix: str = ""
    depth: int = 0
    parent: Scope | None = None

    @property
    def root(self) -> Scope:
        """The model itself."""
        return self if self.parent is None else self.parent.root


@dataclass(frozen=True)
class Stages:
    """A construct whose number of stocks follows from a value at the start.

    Attributes:
        value: the delay time (model time unit), or the order itself.
        wanted: order asked for; None for DELAY FIXED; 0 where the value is the order.
    """

    place: Place
    construct: str
    value: Expression
    wanted: int | None
    used: int


@dataclass(frozen=True)
class _Job:
    element: AbstractElement
    component: AbstractComponent
    place: Place
    scalar: str


Sizes = Mapping[tuple[int, str], int]


class Sheet:
    """Unrolls a model; afterwards ``equations`` and ``tables`` are whole.

    Args:
        reading: the parsed file.
        sizes: numbers of stages found needed by an earlier pass; where absent, what the equation asks for.
    """

    def __init__(self, reading: Reading, sizes: Sizes) -> None:
        self.equations: dict[str, Equation] = {}
        self.tables: dict[str, Table] = {}
        self.stages_of: dict[tuple[int, str], list[Stages]] = {}
        self.constant_needed: list[tuple[Expression, Place, str]] = []
        self.refused: list[UnsupportedConstruct] = []
        self._sizes, self._source = sizes, reading.source
        self.xmile = reading.source.path.suffix.lower() != ".mdl"
        self._writer = Writer(self)
        self._taken: set[str] = set()
        main, *macros = reading.abstract.sections
        ranges = Ranges(main.subscripts, reading.source)
        scope = Scope(ranges, {}, {fold(m.name): m for m in macros})
        self._write_section(main, scope, reading.source)

    # ---- what Writer and statefuls ask for ------------------------------------------------------------------

    def hidden_name(self, place: Place, label: str) -> str:
        """A name no variable of a file can have: ``variable: label``, numbered from the second on."""
        wanted = f"{place.variable}: {label}"
        name = next(n for n in self._numbered(wanted) if n not in self._taken)
        self._taken.add(name)
        return name

    construct = hidden_name

    @staticmethod
    def _numbered(name: str) -> Iterator[str]:
        yield name
        yield from (f"{name} {i}" for i in itertools.count(2))

    def add_hidden(self, place: Place, label: str, expression: Expression, initial: Expression | None = None) -> Name:
        """A helper auxiliary."""
        name = self.hidden_name(place, label)
        self.equations[name] = Equation(name, "auxiliary", expression, initial, line=place.line, hidden=True)
        return Name(name)

    def add_stock(
        self, name: str, place: Place, expression: Expression, initial: Expression, discrete: bool = False
    ) -> Name:
        """A helper stock."""
        self.equations[name] = Equation(
            name, "stock", expression, initial, line=place.line, hidden=True, discrete=discrete
        )
        return Name(name)

    def add_table(self, table: Table) -> None:
        """A lookup table, the file's own or one inside an equation."""
        self.tables[table.name] = table

    def stages(self, node: Any, place: Place, construct: str, value: Expression, wanted: int | None) -> int:
        """How many stocks a delay needs: what an earlier pass found, else what it asks for."""
        key = (id(node), place.scope.prefix)
        used = self._sizes.get(key, wanted if wanted is not None else 1)
        self.stages_of.setdefault(key, []).append(Stages(place, construct, value, wanted, used))
        return used

    def known_number(self, expression: Expression, place: Place, construct: str) -> float:
        """A number that sets the structure, such as an order: what it is at the start, as in PySD."""
        if isinstance(expression, Number):
            return expression.value
        key = (hash(expression), place.scope.prefix)
        used = self._sizes.get(key, 1)
        self.stages_of.setdefault(key, []).append(Stages(place, construct, expression, 0, used))
        return used

    def must_be_constant(self, expression: Expression, place: Place, construct: str) -> None:
        """Note that an expression may depend on constants only; ``translate`` checks it when all is known."""
        self.constant_needed.append((expression, place, construct))

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
        scope = Scope(root.ranges, {}, root.macros, parameters, prefix, place.scope.depth + 1, root)
        self._write_section(section, scope, self._source)
        result = scope.definitions.get(name)
        if result is None or () not in result.scalars:
            raise ModelError("error.equation.macro_result", macro=bare(section.name))
        return Name(result.scalars[()])

    # ---- unrolling ------------------------------------------------------------------------------------------

    def _write_section(self, section: AbstractSection, scope: Scope, source: Source) -> None:
        jobs = [job for element in section.elements for job in self._jobs(element, scope, source)]
        for job in {j.scalar: j for j in jobs}.values():  # of two equations for one scalar the later one holds
            about = self._about(job, source)
            try:
                self._write_equation(job, about)
            except UnsupportedConstruct as refused:
                self.refused.append(refused)
                self.equations[job.scalar] = Equation(job.scalar, "auxiliary", Number(float("nan")), **about)

    def _jobs(self, element: AbstractElement, scope: Scope, source: Source) -> Iterator[_Job]:
        """Every scalar of a variable, with the place its expression stands at."""
        folded = fold(element.name)
        name = bare(element.name)
        if not scope.prefix and folded in CONTROLS:
            name = CONTROLS[folded]
        tables = (tree.LookupsStructure, tree.GetLookupsStructure)
        lookup = any(isinstance(c.ast, tables) for c in element.components)
        definition = scope.definitions.setdefault(folded, Definition(name, folded, lookup))
        for position, component in enumerate(element.components):
            line = source.line(element.name, position)
            dimensions = tuple(fold(s) for s in component.subscripts[0])
            for elements in self._combinations(name, dimensions, component.subscripts[1], scope, line):
                spelled = [scope.ranges.spelled[e] for e in elements]
                scalar = with_elements(f"{scope.prefix}: {name}" if scope.prefix else name, spelled)
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
        if len(set(dimensions)) < len(dimensions):
            raise ModelError("error.equation.subscript_twice", name=name, line=line)
        left_out = [[scope.ranges.expand(fold(s)) or () for s in group] for group in excepted]
        for elements in itertools.product(*choices):
            if not any(all(e in out for e, out in zip(elements, group, strict=True)) for group in left_out):
                yield elements

    @staticmethod
    def _about(job: _Job, source: Source) -> dict[str, Any]:
        """What the file says about a variable besides its equation."""
        element, hidden = job.element, bool(job.place.scope.prefix)
        return {
            "unit": " ".join((element.units or "").split()),
            "documentation": " ".join((element.documentation or "").split()),
            "group": "" if hidden else source.groups.get(fold(element.name), ""),
            "line": job.place.line,
            "limits": tuple((*(element.limits or ()), None, None)[:2]),
            "hidden": hidden,
        }

    def _write_equation(self, job: _Job, about: dict[str, Any]) -> None:
        node, place = job.component.ast, job.place
        if isinstance(node, (tree.LookupsStructure, tree.GetLookupsStructure)):
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

    # ---- structure that follows from values -----------------------------------------------------------------

    def needed_stages(self, values: Mapping[str, float], step: float) -> dict[tuple[int, str], int]:
        """Stages every construct needs with these values at the start."""
        return {key: self._needed(group, values, step) for key, group in self.stages_of.items()}

    @staticmethod
    def _needed(group: list[Stages], values: Mapping[str, float], step: float) -> int:
        first = group[0]
        where = f"'{first.place.variable}' (line {first.place.line})"
        found = [_known(s.value, values) for s in group]
        if any(v != v or abs(v) == float("inf") for v in found):
            raise ModelError("error.equation.delay_start", where=where, construct=first.construct)
        if first.wanted == 0:
            return int(found[0])
        if first.wanted is None:
            return round(max(min(found) / step, 1) + 1e-6)
        order = first.wanted
        while order * step > min(found):
            order -= 1
        if order < 1:
            raise UnsupportedConstruct(first.place.variable, f"a delay of {min(found):g}, shorter than a time step",
                                       first.place.line)  # fmt: skip
        return order

    def lowered(self) -> Iterator[str]:
        """Delays that have fewer stages than their equation asks for, in words."""
        for first in (group[0] for group in self.stages_of.values()):
            if first.wanted and first.used < first.wanted:
                yield (
                    f"'{first.place.variable}' (line {first.place.line}): the time step is too long for "
                    f"{first.construct}, it runs with order {first.used}, as in PySD; Vensim differs a little."
                )

    def _clock_guards(self) -> Iterator[Guard]:
        """Time settings that follow from a constant: runs with another value of it would have another clock."""
        for name in CONTROLS.values():
            equation = self.equations.get(name)
            expression = equation.expression if equation else None
            read = [n for n in names_in(expression) if n not in CONTROLS.values()] if expression else []
            if equation and expression and read and all(self._is_constant(n) for n in read):
                values = {n: self.equations[n].expression.value for n in read}  # type: ignore[union-attr]
                if set(names_in(expression)) <= set(values):
                    fixed = Number(value_of(expression, values, {}))
                    helper = f"{name}: fits"
                    condition = functions.call("eq", expression, fixed)
                    self.equations[helper] = Equation(helper, "auxiliary", condition, line=equation.line, hidden=True)
                    yield Guard(helper, name, f"a time setting that follows from '{read[0]}'", equation.line)

    def _is_constant(self, name: str) -> bool:
        equation = self.equations.get(name)
        return equation is not None and equation.kind == "constant" and isinstance(equation.expression, Number)

    def add_guards(self) -> tuple[Guard, ...]:
        """Hidden auxiliaries that are true where the number of stages of a construct, and the time settings, fit."""
        guards = [*self._clock_guards()]
        for group in self.stages_of.values():
            first = group[0]
            shortest = functions.chain("min", [s.value for s in group])
            name = self.add_hidden(first.place, "structure fits", _fits(shortest, first.wanted, first.used))
            guards.append(Guard(name.name, first.place.variable, first.construct, first.place.line))
        return tuple(guards)


def _known(value: Expression, values: Mapping[str, float]) -> float:
    if isinstance(value, Number):
        return value.value
    return value_of(value, values, {})


def _fits(value: Expression, wanted: int | None, used: int) -> Expression:
    number, call, dt = Number, functions.call, functions.STEP
    if wanted == 0:
        return call("eq", call("integer", value), number(float(used)))
    if wanted is None:
        steps = call("add", call("max", call("div", value, dt), number(1.0)), number(1e-6))
        return call("and", call("gt", steps, number(used - 0.5)), call("lt", steps, number(used + 0.5)))
    resolved = call("le", call("mul", number(float(used)), dt), value)
    if used == wanted:
        return resolved
    return call("and", resolved, call("gt", call("mul", number(used + 1.0), dt), value))
