"""The unit check: the unit of every expression, from the inside out, and where two do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policy_lab.errors import BadValue
from policy_lab.messages import Message
from policy_lab.program import Apply, Expression, Name, Number
from policy_lab.statements import Document, Statement, as_written, variable_of
from policy_lab.units.exponents import exponent_of, symbol
from policy_lab.units.findings import UnitFinding
from policy_lab.units.measures import Measure, Units
from policy_lab.units.rules import RULES, Rule


def check_units(document: Document) -> list[UnitFinding]:
    """Check every equation of a model; findings in the order of the file, each once.

    A file whose time settings state no unit has its time arguments unchecked.
    """
    return list(dict.fromkeys(_Model(document).findings()))


@dataclass(frozen=True)
class _Value:
    """The unit of an expression: None fits everything; ``literal`` is a number written into the equation.

    ``failed`` follows a contradiction: an expression that contains it is not reported again.
    """

    measure: Measure | None = None
    literal: bool = False
    failed: bool = False


_ANY, _PURE, _FAILED = _Value(), _Value(Measure()), _Value(failed=True)


class _Model:
    """The units of a document's variables, read once."""

    def __init__(self, document: Document) -> None:
        self.document, self.units = document, Units(document.synonyms)
        self.unreadable: list[UnitFinding] = []
        self.measures: dict[str, Measure | None] = {}
        for statement in document.statements:
            if statement.name not in self.measures:
                self.measures[statement.name] = self._read(statement)
        self.time = self._time()
        self.ranges = set(document.ranges or ()) | {e for es in (document.ranges or {}).values() for e in es}

    def _read(self, statement: Statement) -> Measure | None:
        try:
            return self.units.read(statement.unit)
        except BadValue as wrong:
            self.unreadable.append(UnitFinding("unit cannot be read", statement.title, statement.line, "",
                                               statement.unit, "", wrong.message))  # fmt: skip
            return None

    def _time(self) -> Measure | None:
        try:
            return self.units.read(self.document.time_unit)
        except BadValue:
            return None

    @cached_property
    def constants(self) -> Mapping[str, float]:
        """Value of every constant that is one number."""
        return {s.name: s.expression.value for s in self.document.statements
                if s.kind == "constant" and isinstance(s.expression, Number)}  # fmt: skip

    def findings(self) -> Iterator[UnitFinding]:
        yield from self.unreadable
        named: set[str] = set()
        for statement in self.document.statements:
            if not statement.unit and statement.name not in named and statement.kind != "table":
                named.add(statement.name)
                yield UnitFinding("no unit", statement.title, statement.line, "", "", "",
                                  Message("finding.unit.none"))  # fmt: skip
            yield from self._of(statement)

    def _of(self, statement: Statement) -> Iterator[UnitFinding]:
        """Findings of one equation; constants as exponents are first read as symbols, then as the numbers they are."""
        check = _Equation(self, statement, symbolic=True)
        check.run()
        if check.symbols and any(f.severity == "error" for f in check.findings):
            numeric = _Equation(self, statement, symbolic=False)
            numeric.run()
            if not any(f.severity == "error" for f in numeric.findings):
                check = numeric
        yield from check.findings


class _Equation:
    """The check of one equation, expression by expression.

    With ``symbolic`` a constant in an exponent may be any number, so that ``(a^n + b^n)^(1/n)`` has the unit of a, and
    ``a^n`` has not, whatever n happens to be.
    """

    def __init__(self, model: _Model, statement: Statement, symbolic: bool) -> None:
        self.model, self.statement, self.symbolic = model, statement, symbolic
        self.findings: list[UnitFinding] = []
        self.symbols: set[str] = set()

    def run(self) -> None:
        statement = self.statement
        if statement.kind in ("constant", "table"):
            return
        found = self.value(statement.expression)
        stated = self.model.measures[statement.name]
        if stated is None or found.measure is None or found.literal:
            return
        self._compare(found.measure, stated, statement.expression, "finding.unit.stated")

    def value(self, expression: Expression) -> _Value:
        if isinstance(expression, Number):
            return _Value(Measure(), literal=True) if expression.value != 0 else _Value(None, literal=True)
        if isinstance(expression, Name):
            return self._named(variable_of(expression.name))
        if expression.function in ("mul", "div"):
            return self._product(expression)
        if expression.function == "pow" or expression.function == "power":
            return self._power(expression)
        if expression.function == "sqrt":
            inner = self.value(expression.arguments[0])
            return inner if inner.measure is None else _Value(inner.measure**0.5, inner.literal)
        if expression.function == "lookup":
            for argument in expression.arguments[1:]:
                self.value(argument)
            return self.value(expression.arguments[0])
        rule = RULES.get(expression.function)
        if rule is None or not self._fits(rule, expression):
            return self._unknown(expression)
        return self._ruled(rule, expression)

    def _named(self, name: str) -> _Value:
        if name == "Time":
            return _Value(self.model.time)
        if name in self.model.measures:
            return _Value(self.model.measures[name])
        return _PURE if name in self.model.ranges else _ANY

    def _product(self, expression: Apply) -> _Value:
        left, right = (self.value(a) for a in expression.arguments)
        if left.failed or right.failed:
            return _FAILED
        if left.measure is None or right.measure is None:
            zero = left.literal or right.literal  # zero times or over anything is zero, of any unit
            return _Value(None, literal=zero and (left.literal and right.literal))
        made = left.measure * right.measure if expression.function == "mul" else left.measure / right.measure
        return _Value(made, left.literal and right.literal)

    def _power(self, expression: Apply) -> _Value:
        base, exponent = expression.arguments
        bottom, top = self.value(base), self.value(exponent)
        if bottom.failed or top.failed:
            return _FAILED
        if top.measure is not None and not self._is_pure(top.measure):
            self._report("not a pure number", exponent, self._words(top.measure), "Dmnl",
                         "finding.unit.exponent")  # fmt: skip
            return _FAILED
        if bottom.measure is None or bottom.measure.pure:
            return bottom if bottom.measure is None else _Value(Measure(), bottom.literal and top.literal)
        number = exponent_of(exponent, self._constant)
        if number is None:
            self._report("exponent", expression, self._words(bottom.measure), "", "finding.unit.power")
            return _FAILED
        return _Value(bottom.measure**number)

    def _constant(self, name: str) -> float | None:
        """A constant's value in an exponent: a symbol in its place where the check is symbolic."""
        if name not in self.model.constants:
            return None
        self.symbols.add(name)
        return symbol(name) if self.symbolic else self.model.constants[name]

    @staticmethod
    def _fits(rule: Rule, expression: Apply) -> bool:
        count = len(expression.arguments)
        return count == len(rule.arguments) or (rule.more and count >= len(rule.arguments))

    def _unknown(self, expression: Apply) -> _Value:
        for argument in expression.arguments:
            self.value(argument)
        if expression.function in self.model.document.macros:
            self._report("not checked", expression, "", "", "finding.unit.macro")
        else:
            self._report("not checked", expression, "", "", "finding.unit.function", function=_name(expression))
        return _ANY

    def _ruled(self, rule: Rule, expression: Apply) -> _Value:
        letters = rule.arguments + rule.arguments[-1:] * (len(expression.arguments) - len(rule.arguments))
        values = [self.value(a) for a in expression.arguments]
        shared: dict[str, _Value] = {}
        for letter in "xy":
            group = [
                (a, v) for a, v, of_it in zip(expression.arguments, values, letters, strict=True) if of_it == letter
            ]
            shared[letter] = self._shared(group, expression) if group else _ANY
        for argument, value, letter in zip(expression.arguments, values, letters, strict=True):
            if letter == "t":
                self._must_be_time(argument, value, expression)
            elif letter == "1":
                self._must_be_pure(argument, value, expression)
        return self._result(rule.result, shared, expression)

    def _result(self, result: str, shared: Mapping[str, _Value], expression: Apply) -> _Value:
        x, y, time = shared["x"], shared["y"], self.model.time
        if x.failed or y.failed:
            return _FAILED
        if result == "x":
            return x
        if result == "1":
            return _PURE
        if result == "any":
            return _ANY
        if result == "integ":
            return self._integral(x, y, expression)
        if result == "x/y":
            return _ANY if x.measure is None or y.measure is None else _Value(x.measure / y.measure)
        if time is None:
            return _ANY
        if result == "t":
            return _Value(time)
        if result == "1/t":
            return _Value(Measure() / time)
        if x.measure is None:
            return _ANY
        return _Value(x.measure * time if result == "x*t" else x.measure / time)

    def _integral(self, flow: _Value, initial: _Value, expression: Apply) -> _Value:
        stated = self.model.measures[self.statement.name] if self.statement.expression is expression else None
        if stated is not None and initial.measure is not None and not initial.literal:
            self._compare(initial.measure, stated, expression.arguments[1],
                          "finding.unit.initial")  # fmt: skip
        if flow.measure is None or self.model.time is None:
            return _ANY
        gathered = flow.measure * self.model.time
        if stated is None:
            return _Value(gathered)
        if flow.literal:
            return _ANY
        self._compare(flow.measure, stated / self.model.time, expression.arguments[0],
                      "finding.unit.flow")  # fmt: skip
        return _ANY

    def _shared(self, group: Sequence[tuple[Expression, _Value]], expression: Apply) -> _Value:
        """The common unit of several arguments."""
        if any(v.failed for _, v in group):
            return _FAILED
        known = [(a, v) for a, v in group if v.measure is not None]
        named = [(a, v) for a, v in known if not v.literal]
        if not named:
            return known[0][1] if known else _Value(None, literal=all(v.literal for _, v in group))
        first, value = named[0]
        assert value.measure is not None
        for other, theirs in named[1:]:
            assert theirs.measure is not None
            if not self._compare(
                value.measure, theirs.measure, expression, _between(expression), first=first, second=other
            ):
                return _FAILED
        for number, _ in (pair for pair in known if pair[1].literal):
            if not self._number_beside(number, value.measure, expression):
                return _FAILED
        return _Value(value.measure)

    def _number_beside(self, number: Expression, measure: Measure, expression: Apply) -> bool:
        """Whether a literal number may be beside a unit: in a sum only beside a pure number."""
        if self._is_pure(measure):
            return True
        if expression.function in ("add", "sub"):
            self._report("units differ", expression, self._words(measure), "Dmnl", "finding.unit.sum",
                         number=as_written(number))  # fmt: skip
            return False
        self._number_without_unit(number, measure, expression)
        return True

    def _number_without_unit(self, number: Expression, measure: Measure, expression: Apply) -> None:
        self._report("number without unit", expression, self._words(measure), "", "finding.unit.number",
                     number=as_written(number))  # fmt: skip

    def _must_be_time(self, argument: Expression, value: _Value, expression: Apply) -> None:
        if value.measure is None or self.model.time is None:
            return
        if value.literal:
            self._number_without_unit(argument, self.model.time, expression)
            return
        self._compare(value.measure, self.model.time, argument, "finding.unit.time", whole=expression)

    def _must_be_pure(self, argument: Expression, value: _Value, expression: Apply) -> None:
        if value.measure is None or value.literal:
            return
        factor = self.model.units.factor(value.measure, Measure())
        if factor == 1:
            return
        kind = "not a pure number" if factor is None else "conversion missing"
        missing = "" if factor is None else Message("finding.unit.missing", {"factor": factor})
        self._report(kind, argument, self._words(value.measure), "Dmnl", "finding.unit.pure",
                     function=_name(expression), missing=missing)  # fmt: skip

    def _is_pure(self, measure: Measure) -> bool:
        return self.model.units.factor(measure, Measure()) == 1

    def _words(self, measure: Measure) -> str:
        return self.model.units.words(measure)

    def _compare(
        self,
        left: Measure,
        right: Measure,
        expression: Expression,
        key: str,
        **parts: Expression,
    ) -> bool:
        factor = self.model.units.factor(left, right)
        if factor == 1:
            return True
        kind = "units differ" if factor is None else "conversion missing"
        conversion = "" if factor is None else Message("finding.unit.conversion", {"factor": factor})
        written = {name: as_written(part, 60) for name, part in parts.items()}
        self._report(kind, expression, self._words(left), self._words(right), key, conversion=conversion, **written)
        return False

    def _report(self, kind: str, expression: Expression, left: str, right: str, key: str, **values: object) -> None:
        text = as_written(expression)
        words = Message(key, {"expression": text, "left": left, "right": right, **values})
        self.findings.append(UnitFinding(kind, self.statement.title, self.statement.line, text, left, right, words))


def _name(expression: Apply) -> str:
    return expression.function.replace("_", " ").upper()


_BETWEEN = {"add": "finding.unit.adds", "sub": "finding.unit.subtracts", "if_then_else": "finding.unit.either"}


def _between(expression: Apply) -> str:
    return _BETWEEN.get(expression.function, "finding.unit.beside")
