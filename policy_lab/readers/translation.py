"""Translation of a model file into a ``Program``: read, flattened, ordered."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from policy_lab import limits
from policy_lab.errors import ModelError, UnsupportedConstruct
from policy_lab.evaluate import start_values, value_of
from policy_lab.messages import Message
from policy_lab.program import Clock, Equation, Expression, Name, Number, Program, names_in
from policy_lab.readers.data_files import Given
from policy_lab.readers.equation_order import Orders, orders
from policy_lab.readers.equation_store import Sizes
from policy_lab.readers.flatten import Flattened
from policy_lab.readers.model_file import Reading, read
from policy_lab.readers.names import CONTROLS, fold


def translated(path: Path, given: Mapping[str, float], data: Given | None) -> Program:
    """See ``translate``."""
    given = {fold(name): value for name, value in given.items()}
    with _deep_enough():
        reading = read(Path(path), data)
        return _named_file(reading, given)


#: Frames of Python that reading may need for each bracket inside another.
_FRAMES = 50


@contextmanager
def _deep_enough() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES * limits.most("nesting")))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _named_file(reading: Reading, given: Mapping[str, float]) -> Program:
    """Laid out, with the file's name in front of what is wrong."""
    try:
        return _laid_out(reading, given)
    except RecursionError:
        raise ModelError("error.file.deep", file=reading.source.path.name) from None
    except ModelError as error:
        raise ModelError(f"{reading.source.path.name}: {error}" if reading.source.path.name not in str(error)
                         else str(error)) from None  # fmt: skip


def _laid_out(reading: Reading, given: Mapping[str, float]) -> Program:
    """Flatten again until every delay has the number of stages that its delay time at the start needs."""
    sizes: Sizes = {}
    for _ in range(5):
        flat = Flattened(reading, sizes)
        tables, clock = flat.tables, replace(_clock(flat, given), method=reading.method)
        guards = flat.add_guards(clock)
        equations = _with_numbers(flat.equations, clock)
        run = orders(equations, [g.name for g in guards])
        refused = [*flat.refused, *_changing(flat, equations, run)]
        constants = {n: e.expression.value for n, e in equations.items()
                     if e.kind == "constant" and isinstance(e.expression, Number)}  # fmt: skip
        known = {**constants, **clock.controls(), "Time": clock.initial}
        known.update({n: given[fold(n)] for n in known if fold(n) in given})
        if refused:
            break
        values = start_values(equations, (*run.once, *run.start), known, tables)
        try:
            needed = flat.needed_stages(values, known["TIME STEP"])
        except UnsupportedConstruct as too_short:
            refused.append(too_short)
            break
        if all(needed[key] == group[0].used for key, group in flat.stages_of.items()):
            break
        sizes = needed
    else:
        raise ModelError("error.clock.delay_order")
    notes = (*reading.notes, *flat.lowered(), *_uneven(clock), *_beyond(reading, clock))
    return Program(
        reading.source.path.stem, equations, tables, clock, constants, run.once, run.start, run.step,
        reading.source.hash, notes, guards, tuple(refused),
        str(reading.source.path),
    )  # fmt: skip


def _clock(flat: Flattened, given: Mapping[str, float]) -> Clock:
    """Time settings; they may follow from each other and from constants."""
    equations = flat.equations
    values: dict[str, float] = {}
    for name in CONTROLS.values():
        if name not in equations and name == "SAVEPER" and "TIME STEP" in equations:
            continue
        if name not in equations:
            raise ModelError("error.clock.missing", name=name, controls=", ".join(CONTROLS.values()))
        values[name] = _control(name, flat, given, ())
    values.setdefault("SAVEPER", values["TIME STEP"])
    step, saveper = values["TIME STEP"], values["SAVEPER"]
    if strange := next((name for name, value in values.items() if not math.isfinite(value)), None):
        raise ModelError("error.clock.finite", name=strange)
    if not step > 0 or not saveper > 0:
        raise ModelError("error.clock.step", step=step, saveper=saveper)
    if not values["FINAL TIME"] >= values["INITIAL TIME"]:
        raise ModelError("error.clock.ends", stop=values["FINAL TIME"], start=values["INITIAL TIME"])
    for every in (step, saveper):
        limits.check("steps", (values["FINAL TIME"] - values["INITIAL TIME"]) / every)
    unit = equations["FINAL TIME"].unit or equations["TIME STEP"].unit
    return Clock(values["INITIAL TIME"], values["FINAL TIME"], step, saveper, unit)


def _control(name: str, flat: Flattened, given: Mapping[str, float], seen: tuple[str, ...]) -> float:
    """The value of a time setting, or of what it follows from."""
    equation = flat.equations.get(name)
    if name in seen or equation is None or equation.expression is None:
        raise ModelError("error.clock.setting", name=(seen or (name,))[0])
    if equation.kind == "constant" and fold(name) in given:
        return given[fold(name)]
    named = {n for n in names_in(equation.expression) if n not in flat.tables}
    strange = [n for n in named if n not in flat.equations or flat.equations[n].kind == "stock"]
    if strange:
        raise UnsupportedConstruct(name, Message("error.construct.setting", {"name": strange[0]}), equation.line)
    values = {n: _control(n, flat, given, (*seen, name)) for n in named}
    return value_of(equation.expression, values, flat.tables)


def _uneven(clock: Clock) -> Iterator[str]:
    if not clock.even:
        yield (
            f"SAVEPER ({clock.saveper:g}) is no multiple of TIME STEP ({clock.step:g}): what is saved are the time "
            "steps nearest to its multiples, each under its own time."
        )


def _beyond(reading: Reading, clock: Clock) -> Iterator[str]:
    """Data that do not reach over the whole run."""
    short = [f"'{name}' ({first:g} to {last:g})" for name, (first, last) in reading.spans.items()
             if first > clock.initial + clock.step or last < clock.final - clock.step]  # fmt: skip
    if short:
        more = f" and {len(short) - 5} more" if len(short) > 5 else ""
        yield f"Data that do not reach over the whole run keep the values of their ends: {', '.join(short[:5])}{more}."


def _with_numbers(equations: Mapping[str, Equation], clock: Clock) -> dict[str, Equation]:
    """The equations with time settings as plain numbers."""
    numbers = clock.controls()
    return {n: replace(e, expression=Number(numbers[n])) if e.kind == "control" else e for n, e in equations.items()}


def _changing(flat: Flattened, equations: Mapping[str, Equation], run: Orders) -> Iterator[UnsupportedConstruct]:
    """Constructs whose arguments must not change during a run, and do."""
    fixed = set(run.once) | {n for n, e in equations.items() if e.kind in ("constant", "control")}

    def settled(expression: Expression) -> bool:
        return isinstance(expression, Number) or (isinstance(expression, Name) and expression.name in fixed)

    for expression, place, construct in flat.constant_needed:
        if not settled(expression):
            yield UnsupportedConstruct(place.variable, construct, place.line)
