"""Expressions and Programs as text, in Vensim's notation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policy_lab.errors import UnsupportedConstruct
from policy_lab.program import Equation, Expression, Name, Number, Program, Table

#: How functions of two are written, and how tightly each binds its operands, as in Vensim.
_SIGNS = {"or": (":OR:", 1), "and": (":AND:", 2), "lt": ("<", 4), "le": ("<=", 4), "gt": (">", 4), "ge": (">=", 4),
          "eq": ("=", 4), "ne": ("<>", 4), "add": ("+", 5), "sub": ("-", 5), "mul": ("*", 6), "div": ("/", 6),
          "pow": ("^", 8)}  # fmt: skip
_NOT, _COMPARED, _NEGATIVE, _POWER, _WHOLE = 3, 4, 7, 8, 9
#: Functions that Vensim spells otherwise; ``table`` (a lookup inside an equation) and ``numbers`` are ``Document``'s.
_SPELLED = {"if": "IF THEN ELSE", "table": "WITH LOOKUP"}


def written(expression: Expression) -> str:
    """An expression in Vensim's notation, with brackets only where they are needed.

    Operations of one rank group from the left, ``^`` from the right, and no comparison compares the result of another
    without brackets; a number has all its digits.
    """
    return _written(expression)[0]


def _written(expression: Expression) -> tuple[str, int]:
    """The text, and how tightly its outermost operation binds."""
    if isinstance(expression, Number):
        text = repr(float(expression.value)).removesuffix(".0")
        return text, _NEGATIVE if text.startswith("-") else _WHOLE
    if isinstance(expression, Name):
        return expression.name, _WHOLE
    function, arguments = expression.function, expression.arguments
    if function in _SIGNS:
        sign, rank = _SIGNS[function]
        left, right = rank + (rank in (_COMPARED, _POWER)), rank + (rank != _POWER)
        return f"{_operand(arguments[0], left)} {sign} {_operand(arguments[1], right)}", rank
    if function == "neg":
        return f"-{_operand(arguments[0], _POWER)}", _NEGATIVE
    if function == "not":
        return f":NOT: {_operand(arguments[0], _NOT + 1)}", _NOT
    inside = [written(a) for a in arguments]
    if function == "lookup":
        return f"{inside[0]}({', '.join(inside[1:])})", _WHOLE
    if function == "numbers":
        return ", ".join(inside), 0
    return f"{_SPELLED.get(function, function.replace('_', ' ').upper())}({', '.join(inside)})", _WHOLE


def _operand(expression: Expression, rank: int) -> str:
    """An operand, in brackets unless it binds at least as tightly as ``rank``."""
    text, own = _written(expression)
    return text if own >= rank else f"({text})"


def listing(program: Program) -> str:
    """The whole Program as text, one equation a line, in the order in which it runs."""
    return "\n".join(_lines(program)) + "\n"


def _lines(program: Program) -> Iterator[str]:
    clock = program.clock
    unit = f" {clock.unit}" if clock.unit else ""
    yield f"{program.name}: {clock.initial:g} to {clock.final:g}{unit} by {clock.step:g}, saved every {clock.saveper:g}"
    equations = program.equations
    run = [[_described(equations[n], _right(equations[n])) for n in names] for names in (program.once, program.step)]
    sections = {
        "NOTES": [f"  {note}" for note in program.notes],
        "REFUSED: PySD runs this model instead": _refusals(program.refused),
        "CONSTANTS": [_described(equations[n], _written(Number(v))[0]) for n, v in program.constants.items()],
        "TABLES": [_points(table) for table in program.tables.values()],
        "ONCE A RUN": run[0],
        "AT EVERY STEP": run[1],
        "STOCKS": [_described(equations[n], _right(equations[n])) for n in program.stocks],
    }
    for title, lines in sections.items():
        if lines:
            yield f"\n{title}"
            yield from lines


def _refusals(refused: Iterable[UnsupportedConstruct]) -> list[str]:
    """Each construct once a line of the file, however many elements it has there."""
    return [f"  {first}" for first in {(r.line, r.construct): r for r in reversed(list(refused))}.values()][::-1]


def _points(table: Table) -> str:
    points = " ".join(f"({x:g},{y:g})" for x, y in zip(table.x, table.y, strict=True))
    return f"  {table.name} = {points} outside: {table.outside}{', stepped' if table.stepped else ''}"


def _right(equation: Equation) -> str:
    """What an auxiliary is, or how a stock moves and where it starts."""
    assert equation.expression is not None  # only tables have none
    if equation.initial is None:
        return written(equation.expression)
    change = "next" if equation.discrete else "rate"
    return f"{change} {written(equation.expression)}; initial {written(equation.initial)}"


def _described(equation: Equation, right: str) -> str:
    unit = f" [{equation.unit}]" if equation.unit else ""
    line = f"  (line {equation.line})" if equation.line else ""
    return f"  {equation.name}{unit} = {right}{line}"
