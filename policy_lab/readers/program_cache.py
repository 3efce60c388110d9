"""Cache of translated Programs, as JSON on disk, keyed by all that they were made from, and checked when read.

Expressions are one flat list of nodes, each of which names earlier ones by position: ``1.5`` is a number, ``"stock"``
a variable, ``["add", 0, 1]`` a function. Nothing in an entry can make code run; one that does not fit counts as
missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache as once
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, get_args

import policy_lab
from policy_lab import cache
from policy_lab.errors import UnsupportedConstruct
from policy_lab.messages import Message, as_data, from_data
from policy_lab.paths import PACKAGE
from policy_lab.program import FUNCTIONS, Apply, Clock, Equation, Expression, Guard, Kind, Name, Number, Program, Table
from policy_lab.readers.data_files import Given, Series, files_of

KIND = "program"
_KINDS = frozenset(get_args(Kind))


def key_of(path: Path, given: Mapping[str, float], data: Given = ()) -> str:
    """Hash of the file's name and bytes and those of its data, the values it is laid out for, and the translator.

    "" if there is no file.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    layout = json.dumps(sorted((name, float(value).hex()) for name, value in given.items()))
    numbers = hashlib.sha256(repr([d for d in data if isinstance(d, Series)]).encode())
    for file in files_of(path, content.decode("latin-1"), data):
        numbers.update(f"\n{file.name}\n".encode())
        with contextlib.suppress(OSError):  # a missing file is reported when it is needed
            numbers.update(file.read_bytes())
    return cache.key_of(path.name, content, layout, numbers.hexdigest(), *_translator())


@once
def _translator() -> tuple[str, ...]:
    """Our version, a hash of the translator's source, PySD's version and Python's."""
    digest = hashlib.sha256()
    for file in (*sorted((PACKAGE / "readers").glob("*.py")), PACKAGE / "program.py", PACKAGE / "evaluate.py"):
        digest.update(file.read_bytes())
    return policy_lab.__version__, digest.hexdigest(), version("pysd"), platform.python_version()


def read(key: str, path: Path) -> Program | None:
    """The Program under a key, as that of the file at ``path``; None where there is no entry that fits."""
    content = cache.read(key, KIND) if key else None
    if content is None:
        return None
    try:
        return program_of(json.loads(content), path)
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def write(key: str, program: Program) -> None:
    """Keep a Program."""
    if key:
        with contextlib.suppress(RecursionError):  # too deep to be written: it is translated each time
            cache.write(key, KIND, json.dumps(data_of(program), separators=(",", ":")).encode())


@dataclass
class _Nodes:
    """The nodes of all expressions, equal ones once."""

    listed: list[Any] = field(default_factory=list)
    positions: dict[Any, int] = field(default_factory=dict)

    def position(self, expression: Expression | None) -> int:
        """Position of an expression in the list; -1 for none."""
        if expression is None:
            return -1
        node: Any
        if isinstance(expression, Apply):
            node = [expression.function, *map(self.position, expression.arguments)]
        else:
            node = expression.name if isinstance(expression, Name) else float(expression.value)
        known = json.dumps(node)  # differs between 0.0 and -0.0, and is the same for every NaN
        if known not in self.positions:
            self.positions[known] = len(self.listed)
            self.listed.append(node)
        return self.positions[known]


def data_of(program: Program) -> dict[str, Any]:
    """A Program as lists, texts and numbers; without its name and file, which are the path's."""
    nodes, clock = _Nodes(), program.clock
    equations = [
        [e.name, e.kind, nodes.position(e.expression), nodes.position(e.initial), e.unit, e.documentation, e.group,
         e.line, *e.limits, e.hidden, e.discrete]
        for e in program.equations.values()
    ]  # fmt: skip
    return {
        "nodes": nodes.listed,
        "equations": equations,
        "tables": [[t.name, t.x, t.y, t.outside, t.stepped] for t in program.tables.values()],
        "clock": [clock.initial, clock.final, clock.step, clock.saveper, clock.unit, clock.method],
        "constants": list(program.constants.items()),
        "once": program.once, "start": program.start, "step": program.step,
        "source": program.source, "notes": program.notes,
        "guards": [[g.name, g.variable, as_data(g.construct), g.line] for g in program.guards],
        "refused": [[r.variable, as_data(r.construct), r.line] for r in program.refused],
    }  # fmt: skip


def program_of(data: Any, path: Path) -> Program:
    """The Program that ``data_of`` wrote; raises ValueError, TypeError or LookupError for anything else."""
    _want(isinstance(data, dict) and set(data) == _PARTS)
    tables = {row[0]: _table(*row) for row in data["tables"]}
    names = frozenset(_text(row[0]) for row in data["equations"])
    nodes = _expressions(data["nodes"], names, frozenset(tables))
    equations = {row[0]: _equation(nodes, *row) for row in data["equations"]}
    initial, final, step, saveper, unit, method = data["clock"]
    _want(method in ("euler", "rk4"))
    clock = Clock(_number(initial), _number(final), _number(step), _number(saveper), _text(unit), method)
    once_a_run, at_start, at_every_step = (_order(data[part], equations) for part in ("once", "start", "step"))
    constants = {_text(name): _number(value) for name, value in data["constants"]}
    guards = tuple(Guard(_text(n), _text(v), _construct(c), _whole(line)) for n, v, c, line in data["guards"])
    _want(constants.keys() <= names and {g.name for g in guards} <= names)
    _want(all(equations[name].kind == "constant" for name in constants))
    return Program(
        path.stem, equations, tables, clock, constants, once_a_run, at_start, at_every_step,
        _text(data["source"]), tuple(map(_text, data["notes"])), guards,
        tuple(UnsupportedConstruct(_text(v), _construct(c), _whole(line)) for v, c, line in data["refused"]), str(path),
    )  # fmt: skip


_PARTS = {"nodes", "equations", "tables", "clock", "constants", "once", "start", "step", "source", "notes", "guards",
          "refused"}  # fmt: skip


def _expressions(nodes: Any, names: frozenset[str], tables: frozenset[str]) -> list[Expression]:
    made: list[Expression] = []
    known = names | tables | {"Time"}
    for node in nodes:
        if isinstance(node, str):
            _want(node in known)
            made.append(Name(node))
        elif isinstance(node, list):
            function, *positions = node
            _want(function in FUNCTIONS and FUNCTIONS[function][0] == len(positions))
            _want(all(isinstance(p, int) and 0 <= p < len(made) for p in positions))
            arguments = tuple(made[p] for p in positions)
            _want(function != "lookup" or (isinstance(arguments[0], Name) and arguments[0].name in tables))
            made.append(Apply(function, arguments))
        else:
            made.append(Number(_number(node)))
    return made


def _equation(
    nodes: list[Expression], name: str, kind: Any, expression: int, initial: int, unit: str, documentation: str,
    group: str, line: int, low: float | None, high: float | None, hidden: bool, discrete: bool,
) -> Equation:  # fmt: skip
    def at(position: int) -> Expression | None:
        _want(-1 <= _whole(position) < len(nodes))
        return nodes[position] if position >= 0 else None

    _want(kind in _KINDS and isinstance(hidden, bool) and isinstance(discrete, bool))
    _want((expression >= 0 or kind == "lookup") and (initial >= 0 or kind != "stock"))
    limits = (None if low is None else _number(low), None if high is None else _number(high))
    return Equation(name, kind, at(expression), at(initial), _text(unit), _text(documentation), _text(group),
                    _whole(line), limits, hidden, discrete)  # fmt: skip


def _table(name: str, x: list[float], y: list[float], outside: Any, stepped: bool) -> Table:
    _want(outside in ("hold", "extrapolate") and isinstance(stepped, bool) and len(x) == len(y) > 0)
    return Table(_text(name), tuple(map(_number, x)), tuple(map(_number, y)), outside, stepped)


def _order(names: Any, equations: Mapping[str, Equation]) -> tuple[str, ...]:
    _want(isinstance(names, list) and all(n in equations and equations[n].expression is not None for n in names))
    return tuple(names)


def _checked(kinds: tuple[type, ...]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) not in kinds:
            _refuse()
        return value

    return check


_text, _whole, _number = _checked((str,)), _checked((int,)), _checked((float, int))


def _construct(given: Any) -> str | Message:
    known: object = from_data(given)
    if not isinstance(known, str | Message):
        _refuse()
    return known


def _want(truth: bool) -> None:
    if not truth:
        _refuse()


def _refuse() -> NoReturn:
    raise ValueError("this is no Program as this version writes it")
