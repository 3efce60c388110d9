"""The emitter: a Program's equations as LLVM IR, in functions over a run's working memory.

The functions are ``once``, ``start``, ``lean`` (what rates need) and ``full`` (every variable, for a moment that is
saved), and those of the exogenous variables where there are any (``exogenous.py``); ``integrator.py`` adds the loop
that calls them. Names in the IR are numbers of our own: nothing of the model's text gets into it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence

from policy_lab.compiler import math_functions, math_functions_single
from policy_lab.compiler.call_scheduling import EASY_EXPONENTS, Batch, Item, batched
from policy_lab.compiler.exogenous import write_rows
from policy_lab.compiler.hoisting import HUGE, RECIPROCAL, TINY
from policy_lab.compiler.integrator import write_integrator
from policy_lab.compiler.layout import Layout, in_order_of_depth, needed_for_rates, not_exogenous, parts
from policy_lab.compiler.llvm_ir import Code, Module, Value
from policy_lab.compiler.lookup_tables import table_kernel
from policy_lab.compiler.math_functions import quotient
from policy_lab.compiler.target import Target
from policy_lab.errors import UnsupportedConstruct
from policy_lab.program import FUNCTIONS, Apply, Expression, Name, Number, Program, names_in

_KERNEL_OF = {
    "exp": "m_exp", "ln": "m_log", "sin": "m_sin", "cos": "m_cos", "tan": "m_tan", "arcsin": "m_arcsin",
    "arccos": "m_arccos", "arctan": "m_arctan", "sinh": "m_sinh", "cosh": "m_cosh", "tanh": "m_tanh", "pow": "m_power",
}  # fmt: skip
_INTRINSIC_OF = {"sqrt": "sqrt", "integer": "trunc", "abs": "fabs"}
_ARITHMETIC: dict[str, Callable[..., Value]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "neg": operator.neg,
}  # fmt: skip
_RELATIONS = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
_KNOWN = {*_KERNEL_OF, *_INTRINSIC_OF, *_ARITHMETIC, *_RELATIONS, "and", "or", "not", "if", "min", "max", "lookup"}


def emit(program: Program, layout: Layout, target: Target) -> str:
    """The Program's module as LLVM assembly; raises UnsupportedConstruct, and TooFine in single precision."""
    check(program)
    functions = math_functions if target.bits == 64 else math_functions_single
    module = Module(target, dict(functions.KERNELS), functions.STRAIGHT)
    numbers = {name: i for i, name in enumerate(program.tables)}
    for name, table in program.tables.items():
        module.kernels[f"l_{numbers[name]}"] = (1, table_kernel(table))
    writer = _Functions(module, layout, numbers)
    rates = _rates(layout)
    whole = {name: equation.expression for name, equation in program.equations.items()}
    initial = {name: equation.at_start for name, equation in program.equations.items()}
    once = [*_items(layout, program.once, whole), *_items(layout, layout.hoisted, layout.hoisted)]
    writer.function("once", once, keep_all=True)
    writer.function("start", _items(layout, program.start, initial), keep_all=True)
    lean, full = (in_order_of_depth(layout, names) for names in (needed_for_rates(layout), not_exogenous(layout)))
    for end, alone in (("", False), ("_alone", True)) if target.paired else (("", False),):
        most = _room(target, alone)
        writer.function(f"lean{end}", [*_items(layout, lean, layout.moving), *rates], target.pooled, most, alone)
        writer.function(f"full{end}", [*_items(layout, full, layout.moving), *rates], True, most, alone)
        if layout.exogenous:
            writer.function(f"outside{end}", _items(layout, layout.exogenous, layout.moving), True, most, alone)
    if layout.exogenous:
        write_rows(module, layout)
    write_integrator(module, layout)
    return module.text()


def _room(target: Target, alone: bool) -> dict[str, int]:
    """How many calls of a function fit a batch; a run on its own has a lane in each vector to spare."""
    abreast = {"pow": target.abreast, "exp": target.abreast, "ln": target.abreast} if target.abreast > 1 else {}
    if not alone:
        return abreast
    return {**dict.fromkeys(("cos", "lookup"), 2), **{name: n * target.lanes for name, n in abreast.items()}}


def check(program: Program) -> None:
    """Raise UnsupportedConstruct, with variable and line, for a function the compiler does not know."""
    for equation in program.equations.values():
        for expression in (equation.expression, equation.initial):
            unknown = _unknown(expression) if expression is not None else None
            if unknown:
                raise UnsupportedConstruct(equation.name, unknown, equation.line)


def _unknown(expression: Expression) -> str | None:
    if not isinstance(expression, Apply):
        return None
    arity = FUNCTIONS.get(expression.function, (0, ""))[0]
    if expression.function not in _KNOWN or len(expression.arguments) != arity:
        return expression.function
    return next((u for u in map(_unknown, expression.arguments) if u), None)


def _items(layout: Layout, names: Iterable[str], expressions: Mapping[str, Expression | None]) -> list[Item]:
    """What to compute; only lookup tables have no expression, and they are not among the names to run."""
    pairs = ((name, expressions[name]) for name in names)
    return [Item(name, expression, layout.slot[name]) for name, expression in pairs if expression is not None]


def _rates(layout: Layout) -> list[Item]:
    return [Item(None, layout.moving[name], layout.first_rate + i) for i, name in enumerate(layout.stocks)]


def size_of(expression: Expression) -> int:
    """How many operations an expression has; a call of a kernel counts as one."""
    if not isinstance(expression, Apply):
        return 1
    return 1 + sum(size_of(a) for a in expression.arguments)


class _Functions:
    """Writes functions of one argument, the working memory, to a module."""

    def __init__(self, module: Module, layout: Layout, tables: dict[str, int]) -> None:
        self.module, self.layout, self.tables = module, layout, tables

    def function(
        self,
        name: str,
        items: Sequence[Item],
        keep_all: bool,
        most: Mapping[str, int] | None = None,
        alone: bool = False,
    ) -> None:
        """One function that computes all items, cut into parts by their size.

        Args:
            name: of the function.
            items: what it computes, in run order.
            keep_all: store every value; else rates, and what a later part reads.
            most: calls that fit a batch, see ``call_scheduling.py``; without it the items keep their order.
            alone: every lane has the same run, so that different calls may share a vector.
        """
        cuts = parts([size_of(item.expression) for item in items])
        for number, cut in enumerate(cuts):
            later = {n for item in items[cut.stop :] for n in names_in(item.expression)}
            part = items[cut.start : cut.stop]
            steps = batched(part, most) if most else part
            self._part(f"{name}_{number}", steps, None if keep_all else later, alone)
        body = Code(self.module)
        for number in range(len(cuts)):
            body.line(f"call void @{name}_{number}(ptr %w)")
        body.line("ret void")
        self.module.function(f"internal void @{name}(ptr %w)", body)

    def _part(self, name: str, items: Sequence[Item | Batch], keep: set[str] | None, alone: bool) -> None:
        body = _Body(Code(self.module), self.layout, self.tables, alone)
        for item in items:
            if isinstance(item, Batch):
                body.batch(item)
                continue
            value = body.number(item.expression)
            if item.name is not None:
                body.values[item.name] = value
            if item.name is None or keep is None or item.name in keep:
                body.store(item.slot, value)
        body.code.line("ret void")
        self.module.function(f"internal void @{name}(ptr noalias %w)", body.code)


class _Body:
    """Expressions as instructions of one function; a variable is loaded where it is first read."""

    def __init__(self, code: Code, layout: Layout, tables: dict[str, int], alone: bool = False) -> None:
        self.code, self.layout, self.tables, self.alone = code, layout, tables, alone
        self.values: dict[str, Value] = {}

    def _address(self, slot: int) -> str:
        bytes_ = slot * self.code.target.alignment
        return self.code.scalar(f"getelementptr inbounds i8, ptr %w, {self.code.target.index} {bytes_}")

    def store(self, slot: int, value: Value) -> None:
        wide = self.code.type("f")
        self.code.line(f"store {wide} {value.text}, ptr {self._address(slot)}, align {self.code.target.alignment}")

    def _load(self, name: str) -> Value:
        if name not in self.values:
            at = self._address(self.layout.slot[name])
            align = self.code.target.alignment
            self.values[name] = self.code.emit("f", f"load {self.code.type('f')}, ptr {at}, align {align}")
        return self.values[name]

    def batch(self, batch: Batch) -> None:
        """The values of several calls of one function."""
        skip = 1 if batch.function == "lookup" else 0
        columns = zip(*([self.number(a) for a in call.arguments[skip:]] for call in batch.calls), strict=True)
        vectors = [self._packed(column) if self.alone else list(column) for column in columns]
        results = self._abreast(self._kernel(batch.calls[0]), vectors)
        if self.alone and len(batch.calls) > 1:
            results = [self.code.lane(v, k) for v in results for k in range(self.code.target.lanes)]
        self.values.update(zip(batch.names, results, strict=False))  # some may be there to fill a vector

    def _kernel(self, call: Apply) -> str:
        if call.function == "lookup":
            table = call.arguments[0]
            assert isinstance(table, Name)
            return f"l_{self.tables[table.name]}"
        return _KERNEL_OF[call.function]

    def _packed(self, values: Sequence[Value]) -> list[Value]:
        """Values of a run on its own, each the same in every lane, packed into vectors of different values."""
        lanes = self.code.target.lanes
        padded = [*values, *[values[-1]] * (-len(values) % lanes)]
        if len(values) == 1:
            return [values[0]]
        return [self.code.vector(padded[i : i + lanes]) for i in range(0, len(padded), lanes)]

    def _abreast(self, kernel: str, arguments: Sequence[Sequence[Value]]) -> list[Value]:
        """``kernel`` of each vector of its arguments, the vectors interleaved."""
        count, room = len(arguments[0]), self.code.target.abreast
        if count == 1:
            return [self.code.call(kernel, *(column[0] for column in arguments))]
        wide, align = self.code.type("f"), self.code.target.alignment
        padded = [v for column in arguments for v in (*column, *[column[-1]] * (room - count))]
        into = [self._address(self.layout.first_spare + k) for k in range(count)]
        name = self.code.module.need_abreast(kernel)
        self.code.line(f"call void @{name}({', '.join(f'{wide} {v.text}' for v in padded)}, ptr {into[0]})")
        return [self.code.emit("f", f"load {wide}, ptr {at}, align {align}") for at in into]

    def number(self, expression: Expression) -> Value:
        """The value of an expression as numbers; truth is 1 or 0."""
        if isinstance(expression, Number):
            return self.code.number(expression.value)
        if isinstance(expression, Name):
            return self._load(expression.name)
        value = self._apply(expression)
        return value if value.kind == "f" else self.code.select(value, 1.0, self.code.number(0.0))

    def mask(self, expression: Expression) -> Value:
        """The truth of an expression; everything but zero is true, NaN included."""
        if isinstance(expression, Apply):
            value = self._apply(expression)
            return value if value.kind == "m" else value.compare("une", 0.0)
        return self.number(expression).compare("une", 0.0)

    def _apply(self, expression: Apply) -> Value:
        name, given = expression.function, expression.arguments
        match name:
            case "and":
                return self.mask(given[0]) & self.mask(given[1])
            case "or":
                return self.mask(given[0]) | self.mask(given[1])
            case "not":
                return ~self.mask(given[0])
            case "if":
                return self.code.select(self.mask(given[0]), self.number(given[1]), self.number(given[2]))
            case "min" | "max":
                return self._extreme("olt" if name == "min" else "ogt", *given)
            case "pow":
                return self._pow(*given)
            case "lookup":
                return self.code.call(self._kernel(expression), self.number(given[1]))
        return self._numeric(name, [self.number(a) for a in given])

    def _numeric(self, name: str, given: Sequence[Value]) -> Value:
        """A function of numbers alone."""
        if name in _ARITHMETIC:
            return _ARITHMETIC[name](*given)
        if name in _RELATIONS:
            return given[0].compare(_RELATIONS[name], given[1])
        if name in _KERNEL_OF:
            return self.code.call(_KERNEL_OF[name], given[0])
        if name in _INTRINSIC_OF:
            return given[0].one(_INTRINSIC_OF[name])
        return self._reciprocal(*given) if name == RECIPROCAL else quotient(self.code, *given)

    def _reciprocal(self, x: Value) -> Value:
        """1/x; NaN where x or 1/x is so small that ``quotient`` could not correct its rounding."""
        size = abs(x)
        strange = size.compare("ult", TINY) & x.compare("une", 0.0)
        strange = strange | (size.compare("ugt", HUGE) & size.compare("une", math.inf))
        return self.code.select(strange, math.nan, 1.0 / x)

    def _extreme(self, relation: str, a: Expression, b: Expression) -> Value:
        """MIN or MAX; the machine's own instruction gives its second operand for NaN, so a literal goes first."""
        if isinstance(b, Number) and b.value == b.value:
            a, b = b, a
        left, right = self.number(a), self.number(b)
        chosen = self.code.select(left.compare(relation, right), left, right)
        if isinstance(a, Number) and a.value == a.value:
            return chosen
        return self.code.select(left.compare("uno", left), left, chosen)

    def _pow(self, base: Expression, exponent: Expression) -> Value:
        x = self.number(base)
        if isinstance(exponent, Number):
            easy = self._easy_power(x, exponent.value)
            if easy is not None:
                return easy
        return self.code.call(_KERNEL_OF["pow"], x, self.number(exponent))

    def _easy_power(self, x: Value, exponent: float) -> Value | None:
        """Small whole exponents as products (1.5 units in the last place at most), and the square root."""
        if exponent == 0.5:
            root = x.one("sqrt") + 0.0
            return self.code.select(x.compare("oeq", -float("inf")), float("inf"), root)
        if exponent not in EASY_EXPONENTS:
            return None
        if exponent == 0:
            return self.code.number(1.0)
        size, square = abs(exponent), x * x
        value = x if size == 1 else square if size == 2 else square * x if size == 3 else square * square
        return 1.0 / value if exponent < 0 else value
