"""Hoisting: constant subexpressions and reciprocals of constant divisors, computed once a run, before its first step.

A division takes a vector unit sixteen cycles, a multiplication half of one. Dividing by something that does not
change becomes a product with its reciprocal and one correction (Markstein, IBM J. Res. Dev. 34, 1990,
doi:10.1147/rd.341.0111), which gives the same correctly rounded quotient.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from policy_lab.program import Apply, Expression, Name, Number, Program

#: Two functions of the compiler's own: the reciprocal of x, and a / b where the third argument is 1/b.
RECIPROCAL, QUOTIENT = "reciprocal of", "quotient by reciprocal"
#: Divisors outside this range are divided by as usual: their reciprocals, or what is left of a product, are denormal.
TINY, HUGE = 2.0**-900, 2.0**900


def hoist(
    program: Program, names: Iterable[str], fixed: Set[str], reciprocals: bool
) -> tuple[dict[str, Expression], dict[str, Expression]]:
    """Hoisted parts by invented name, and the expressions of ``names`` that read these names in the parts' place.

    Args:
        program: whose equations they are.
        names: auxiliaries and stocks that change during a run.
        fixed: names that do not.
        reciprocals: whether divisions by what does not change become products with its reciprocal.
    """
    finder = _Hoister(fixed, reciprocals)
    moving = {}
    for name in names:
        expression = program.equations[name].expression
        assert expression is not None  # stocks and auxiliaries have one
        moving[name] = finder.without(expression)
    return {n: e for e, n in finder.found.items()}, moving


class _Hoister:
    def __init__(self, fixed: Set[str], reciprocals: bool) -> None:
        self._fixed, self._reciprocals = fixed, reciprocals
        self.found: dict[Expression, str] = {}

    def without(self, expression: Expression) -> Expression:
        """The expression with its constant parts replaced."""
        if not isinstance(expression, Apply):
            return expression
        if self._constant(expression):
            return self._named(expression)
        if expression.function == "lookup":
            return Apply("lookup", (expression.arguments[0], self.without(expression.arguments[1])))
        arguments = tuple(self.without(a) for a in expression.arguments)
        if expression.function == "div" and self._reciprocals:
            reciprocal = self._reciprocal(arguments[1])
            if reciprocal is not None:
                return Apply(QUOTIENT, (*arguments, reciprocal))
        return Apply(expression.function, arguments)

    def _constant(self, expression: Expression) -> bool:
        if isinstance(expression, Number):
            return True
        if isinstance(expression, Name):
            return expression.name in self._fixed
        start = 1 if expression.function == "lookup" else 0
        return all(self._constant(a) for a in expression.arguments[start:])

    def _named(self, expression: Expression) -> Name:
        """Invented names begin with a line break, which no model's name has."""
        return Name(self.found.setdefault(expression, f"\nsettled {len(self.found)}"))

    def _reciprocal(self, divisor: Expression) -> Expression | None:
        if isinstance(divisor, Number):
            return Number(1.0 / divisor.value) if TINY < abs(divisor.value) < HUGE else None
        if isinstance(divisor, Name) and (divisor.name in self._fixed or divisor.name in self.found.values()):
            return self._named(Apply(RECIPROCAL, (divisor,)))
        return None
