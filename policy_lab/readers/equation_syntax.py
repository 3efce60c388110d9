"""The right-hand side of an equation, as Vensim and XMILE write it -> PySD's syntax trees.

One parser for both, by precedence climbing; what differs is a ``Dialect``. The trees are PySD's, so that the Program,
the Document and the PySD backend all see the same equation.

Precedence, tightest first: ``^`` (from the right), signs, ``* / // MOD``, ``+ -``, comparisons, NOT, AND, OR. Braces
are comments. Vensim: Reference Manual, "Operators"; XMILE 1.0, section 3.3.1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pysd.translators.structures import abstract_expressions as tree

from policy_lab import limits
from policy_lab.errors import ModelError
from policy_lab.readers.names import NOT_AVAILABLE, fold

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUOTED = r'"(?:\\"|[^"])*"'


@dataclass(frozen=True)
class Dialect:
    """What differs between Vensim and XMILE.

    Attributes:
        tokens: a pattern with the groups ``number``, ``name``, ``text``, ``sign``; anything else is out of place.
        words: signs by what they are spelled: PySD's operator names.
        structures: functions by folded name that PySD has a tree of its own for.
        rename: PySD's spelling of a name that is read.
    """

    tokens: re.Pattern[str]
    words: Mapping[str, str]
    structures: Mapping[str, Any]
    rename: Callable[[str], str]


#: Names of Vensim hold blanks, and ``!`` marks a range whose elements are gone through.
VENSIM_TOKENS = re.compile(
    rf"(?P<number>{_NUMBER})|(?P<name>{_QUOTED}|[^\W\d][\w$'\s]*)|(?P<text>'[^']*')"
    r"|(?P<sign>:[A-Za-z ]+:|<>|<=|>=|[-+*/^=<>()\[\],;!:])"
)
#: Names of XMILE hold dots where they reach into a module.
XMILE_TOKENS = re.compile(
    rf"(?P<number>{_NUMBER})|(?P<name>(?:{_QUOTED}|\.?[^\W\d][\w$']*)(?:\.(?:{_QUOTED}|[^\W\d][\w$']*))*)"
    r"|(?P<text>'[^']*')|(?P<sign><>|<=|>=|//|[-+*/^=<>()\[\],;!:&|~])"
)
_COMMENT = re.compile(r"\{[^{}]*\}")
_BLANK = re.compile(r"[\s\\]+")

#: Letters of a name; those of Vensim and Stella end well before.
LONGEST_NAME = 1000

_LOGIC = {":OR:": 1, ":AND:": 2}
_COMPARED = {"=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4}
_RANKS = {**_LOGIC, **_COMPARED, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "MOD": 6}
_NOT, _SIGN = 3, 7
#: Operators whose chains become one flat node, so that long sums stay shallow.
_FLAT = {"+", "-", "*", "/", *_LOGIC}


def without_comments(text: str) -> str:
    """The text without ``{comments}``; those between double quotes stay, and line breaks stay where they are."""
    pieces = enumerate(re.split(rf"({_QUOTED})", text))
    return "".join(p if i % 2 else _COMMENT.sub(lambda c: " " + "\n" * c[0].count("\n"), p) for i, p in pieces)


def expression_of(text: str, dialect: Dialect) -> Any:
    """The tree of a right-hand side; a list of numbers is an array.

    Raises:
        SyntaxFault: it is no equation; says what is wrong and where.
    """
    return _Parser(text, dialect).whole()


class SyntaxFault(ModelError):
    """An equation that is none; ``located`` adds the file, line and variable."""


class _Parser:
    """One right-hand side."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self._dialect, self._text = dialect, without_comments(text)
        self._tokens = [*self._split()]
        self._at = self._depth = 0

    def _split(self) -> Iterable[tuple[str, str]]:
        at = 0
        while True:
            blank = _BLANK.match(self._text, at)
            at = blank.end() if blank else at
            if at == len(self._text):
                return
            found = self._dialect.tokens.match(self._text, at)
            if found is None:
                raise SyntaxFault("error.syntax.letter", text=self._text[at : at + 40])
            kind, word, at = str(found.lastgroup), found[0].strip(), found.end()
            if kind == "name" and len(word) > LONGEST_NAME:
                raise SyntaxFault("error.syntax.long_name", text=word[:40], most=LONGEST_NAME)
            spelled = re.sub(r"\s+", " ", word.upper())
            yield ("sign", self._dialect.words[spelled]) if spelled in self._dialect.words else (kind, word)

    # ---- reading tokens ----------------------------------------------------------------------------------------

    def _sees(self, *signs: str) -> bool:
        kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        return kind == "sign" and word in signs

    def _takes(self, *signs: str) -> str:
        if self._sees(*signs):
            self._at += 1
            return self._tokens[self._at - 1][1]
        return ""

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            if self._at == len(self._tokens):
                raise SyntaxFault("error.syntax.open", sign=sign)
            self._fail("error.syntax.wanted", sign=sign)

    def _fail(self, key: str, **values: object) -> NoReturn:
        if self._at >= len(self._tokens):
            raise SyntaxFault("error.syntax.end")
        rest = " ".join(word for _, word in self._tokens[self._at : self._at + 6])
        raise SyntaxFault(key, text=rest[:60], **values)

    # ---- expressions -------------------------------------------------------------------------------------------

    def whole(self) -> Any:
        """All of it."""
        if not self._tokens:
            raise SyntaxFault("error.syntax.empty")
        value = self._array() if self._is_array() else self._binary(1)
        if self._at < len(self._tokens):
            self._fail("error.syntax.left_over")
        return value

    def _is_array(self) -> bool:
        """Whether it is a list of numbers: ``1, 2; 3, 4;``."""
        plain = all(k == "number" or w in ",;+-" for k, w in self._tokens)
        return plain and any(w in ",;" for k, w in self._tokens if k == "sign")

    def _array(self) -> Any:
        rows: list[list[float]] = [[]]
        while self._at < len(self._tokens):
            rows[-1].append(self._number(signed=True))
            if self._takes(";"):
                rows.append([])
            elif self._at < len(self._tokens):
                self._needs(",")
        return array_of([row for row in rows if row])

    def _binary(self, rank: int) -> Any:
        """Operators of at least this rank, those of one rank from the left."""
        self._depth += 1
        if self._depth > 3 * limits.most("nesting"):
            raise SyntaxFault("error.syntax.deep", most=limits.most("nesting"))
        left = self._negated(rank)
        operators: list[str] = []
        parts = [left]
        own = 0
        while self._at < len(self._tokens) and self._tokens[self._at][0] == "sign":
            operator = self._tokens[self._at][1]
            found = _RANKS.get(operator, 0)
            if found < rank or found == 0:
                break
            if operators and own == found == _COMPARED["="]:
                self._fail("error.syntax.bracket")
            if operators and (found != own or not {operator, *operators} <= _FLAT):
                parts, operators = [_joined(operators, parts)], []
            own = found
            self._at += 1
            operators.append(operator)
            parts.append(self._binary(found + 1))
        self._depth -= 1
        return _joined(operators, parts)

    def _negated(self, rank: int) -> Any:
        """NOT, signs and powers, then a value."""
        if self._takes(":NOT:"):
            if rank > _NOT:
                self._at -= 1
                self._fail("error.syntax.bracket")
            return tree.LogicStructure([":NOT:"], (self._binary(_NOT + 1),))
        if self._sees("+", "-"):
            negative = self._takes("+", "-") == "-"
            value = self._negated(_SIGN)
            if not negative:
                return value
            if isinstance(value, (int, float)):
                return -value
            return tree.ArithmeticStructure(["negative"], (value,))
        return self._power()

    def _power(self) -> Any:
        base = self._value()
        if not self._takes("^"):
            return base
        if isinstance(base, (int, float)) and base < 0:  # (-2) ^ x, where -2 ^ x would be read otherwise
            base = tree.ArithmeticStructure(["negative"], (-base,))
        return tree.ArithmeticStructure(["^"], (base, self._negated(_SIGN)))

    def _value(self) -> Any:
        if self._takes("("):
            value = self._binary(1)
            self._needs(")")
            return value
        if self._takes("IF"):
            return self._conditional()
        if self._takes(":NA:"):
            return NOT_AVAILABLE
        kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        if kind == "number":
            return self._number()
        if kind == "text":
            self._at += 1
            return word[1:-1]
        if kind != "name":
            self._fail("error.syntax.value")
        self._at += 1
        return self._named(word)

    def _number(self, signed: bool = False) -> Any:
        sign = -1 if signed and self._takes("+", "-") == "-" else 1
        kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        if kind != "number":
            self._fail("error.syntax.number")
        self._at += 1
        value = int(word) if word.isdigit() and len(word) < 300 else float(word)
        if math.isinf(float(value)) or (value == 0 and re.search(r"[1-9]", re.split("[eE]", word)[0])):
            raise SyntaxFault("error.syntax.size", text=word[:40])
        return sign * value

    def _conditional(self) -> Any:
        """``IF a THEN b ELSE c``."""
        parts = [self._binary(1)]
        for word in ("THEN", "ELSE"):
            self._needs(word)
            parts.append(self._binary(1))
        return self._called("if_then_else", None, parts)

    # ---- names -------------------------------------------------------------------------------------------------

    def _named(self, word: str) -> Any:
        subscripts = self._subscripts() if self._takes("[") else None
        name = self._dialect.rename(word)
        if not self._takes("("):
            return tree.ReferenceStructure(name, subscripts)
        special = {"with lookup": self._with_lookup, "tabbed array": self._tabbed}.get(fold(word))
        if special is not None and "with_lookup" in self._dialect.structures:
            return special()
        arguments = []
        while not self._takes(")"):
            arguments.append(self._binary(1))
            if not self._sees(")"):
                self._needs("," if self._at < len(self._tokens) else ")")
        return self._called(name, subscripts, arguments)

    def _called(self, name: str, subscripts: Any, arguments: list[Any]) -> Any:
        structure = None if subscripts else self._dialect.structures.get(name)
        if structure is None:
            return tree.CallStructure(tree.ReferenceStructure(name, subscripts), tuple(arguments))
        try:
            return structure[len(arguments)](*arguments) if isinstance(structure, Mapping) else structure(*arguments)
        except (TypeError, KeyError):
            shown = name.replace("_", " ").upper()
            raise SyntaxFault("error.syntax.arguments", function=shown, count=len(arguments)) from None

    def _subscripts(self) -> Any:
        found: list[str] = []
        while True:
            kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
            if kind not in ("name", "number") and word != "*":
                self._fail("error.syntax.subscript")
            self._at += 1
            found.append(word + self._takes("!"))
            if not self._takes(","):
                break
        self._needs("]")
        return tree.SubscriptsReferenceStructure(found)

    def _with_lookup(self) -> Any:
        argument = self._binary(1)
        self._needs(",")
        points = self._points()
        self._needs(")")
        return tree.InlineLookupsStructure(argument, points)

    def _tabbed(self) -> Any:
        numbers = []
        while not self._takes(")"):
            numbers.append(self._number(signed=True))
        return array_of([numbers])

    # ---- tables ------------------------------------------------------------------------------------------------

    def table(self) -> Any:
        """The points of a lookup: ``([limits], (x, y), …)`` or ``(x, x, …, y, y, …)``."""
        points = self._points()
        if self._at < len(self._tokens):
            self._fail("error.syntax.left_over")
        return points

    def _points(self) -> tree.LookupsStructure:
        self._needs("(")
        if self._takes("["):
            while not self._takes("]"):
                if self._at == len(self._tokens):
                    raise SyntaxFault("error.syntax.open", sign="]")
                self._at += 1
            self._takes(",")
        numbers: list[float] = []
        pairs: list[tuple[float, float]] = []
        while not self._takes(")"):
            if self._takes("("):
                x = self._number(signed=True)
                self._needs(",")
                pairs.append((x, self._number(signed=True)))
                self._needs(")")
            else:
                numbers.append(self._number(signed=True))
            if not self._sees(")"):
                self._needs(",")
        if numbers and (pairs or len(numbers) % 2):
            raise SyntaxFault("error.syntax.points", count=len(numbers))
        half = len(numbers) // 2
        return lookup_of(pairs or [*zip(numbers[:half], numbers[half:], strict=True)])


def table_of_text(text: str, dialect: Dialect) -> Any:
    """The points of a lookup definition, brackets included; raises SyntaxFault."""
    return _Parser(text, dialect).table()


def lookup_of(points: list[tuple[float, float]], how: str = "interpolate") -> tree.LookupsStructure:
    """Points as PySD has them: in the order of x; those of one x stay in the order they are written in."""
    if not points:
        raise SyntaxFault("error.syntax.no_points")
    x, y = zip(*sorted(points, key=lambda point: point[0]), strict=True)
    x, y = tuple(map(float, x)), tuple(map(float, y))
    return tree.LookupsStructure(x=x, y=y, x_limits=(x[0], x[-1]), y_limits=(min(y), max(y)), type=how)


def array_of(rows: list[list[float]]) -> Any:
    """Numbers as PySD has an array."""
    import numpy as np

    if len({len(row) for row in rows}) > 1:
        raise SyntaxFault("error.syntax.rows")
    return np.squeeze(np.array(rows, dtype=float))


def _joined(operators: list[str], parts: list[Any]) -> Any:
    """One rank of operators and what they join."""
    if not operators:
        return parts[0]
    if operators[0] in ("MOD", "//"):
        name = "modulo" if operators[0] == "MOD" else "zidz"
        return tree.CallStructure(tree.ReferenceStructure(name, None), tuple(parts))
    structure = tree.LogicStructure if operators[0] in (*_LOGIC, *_COMPARED) else tree.ArithmeticStructure
    return structure(list(operators), tuple(parts))
