"""Exogenous variables: those that depend on constants and the clock alone, computed ahead of the runs.

Where many runs share these numbers (members of an ensemble, under one policy) they are computed once, moment by moment,
into a table that every run reads. And two runs whose exogenous variables have been the same so far have the same
stocks: a lever that acts from 2026 on leaves the years before as they were. So a run can start where its table first
differs from that of a known run, with the stocks of that moment. Which variables are exogenous follows from the
equations.

``policy_lab_outside(work, fixed, times, moments, table)``: the exogenous variables at each of ``times``, into
``table[moment][column]``. ``work`` and ``fixed`` as for ``policy_lab_run``; times and table have room for a whole
number of vectors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from policy_lab.compiler.layout import Layout
from policy_lab.compiler.llvm_ir import Code, Module
from policy_lab.compiler.target import Target, TooFine
from policy_lab.program import Apply, Expression, Program, names_in

#: Functions that jump where their arguments move a little.
_JUMPS = ("lt", "le", "gt", "ge", "eq", "ne", "integer")
#: Name of the function that computes the table.
EXOGENOUS_ENTRY = "policy_lab_outside"


def exogenous(program: Program, varied: Collection[str] = ()) -> tuple[str, ...]:
    """Auxiliaries of ``step`` that depend on no stock and on none of the ``varied`` constants, in run order.

    One with an initial value of its own is none: it does not follow from the clock.
    """
    kinds = ("constant", "control", "lookup")
    known = {n for n, equation in program.equations.items() if equation.kind in kinds and n not in varied} | {"Time"}
    found = []
    for name in (*program.once, *program.step):
        equation = program.equations[name]
        if equation.initial is None and equation.reads <= known:
            known.add(name)
            found.append(name)
    return tuple(name for name in found if name not in program.once)


def jumps_with_the_clock(program: Program) -> bool:
    """Whether something jumps at a moment that follows from constants and the clock alone, as an event does.

    Such a jump comes a step sooner or later where a moment is rounded.
    """
    of_the_clock = {"Time", *exogenous(program)}
    still = {n for n, e in program.equations.items() if e.kind in ("constant", "control", "lookup")} | {*program.once}
    stepped = {name for name, table in program.tables.items() if table.stepped}

    def jumps(expression: Expression) -> bool:
        if not isinstance(expression, Apply):
            return False
        read = {*names_in(expression)}
        if (expression.function in _JUMPS or read & stepped) and read & of_the_clock and read <= of_the_clock | still:
            return True
        return any(map(jumps, expression.arguments))

    moving = (*program.step, *program.stocks)
    return any(jumps(e) for name in moving if (e := program.equations[name].expression) is not None)


def check_moments(program: Program, moments: Iterable[float], target: Target) -> None:
    """Raise TooFine where an event would come a step sooner or later, since the target has not its moment."""
    between = next((moment for moment in moments if not target.exact(moment)), None)
    if between is not None and jumps_with_the_clock(program):
        raise TooFine(f"it has the moment {between:.6g}")


def described(layout: Layout) -> dict[str, Any]:
    """The table's description for a loader, in slots.

    ``columns``: of the table. ``roots``: slot of each variable that follows from constants and the clock alone, once a
    run or at every moment, and the slots of those constants. ``read``: slots of constants and of such variables that
    the rest of the model reads, its initial values included.
    """
    program, slot = layout.program, layout.slot
    roots: dict[str, set[str]] = {}
    for name in (*program.once, *layout.exogenous):
        read = program.equations[name].reads
        roots[name] = {r for n in read for r in roots.get(n, {n} & set(layout.given))}
    inside = [e for n, e in program.equations.items() if n not in roots and e.kind in ("stock", "auxiliary")]
    known = {*layout.given, *roots}
    return {
        "columns": [slot[name] for name in layout.exogenous],
        "roots": [[slot[name], sorted(slot[root] for root in roots[name])] for name in roots],
        "read": sorted({slot[name] for equation in inside for name in equation.reads & known}),
    }


def write_rows(module: Module, layout: Layout) -> None:
    """``void @bring(work, row)``: a row of the table into the slots of its columns, the same in every lane.

    ``void @put_down(work, row)``: as many rows as a vector has lanes out of those slots.
    """
    bring, down, lanes, width = Code(module), Code(module), module.target.lanes, len(layout.exogenous)
    wide, index, align = bring.type("f"), module.target.index, module.target.alignment
    real, size = module.target.real, module.target.size
    for column, name in enumerate(layout.exogenous):
        number = bring.scalar(f"load {real}, ptr {_at(bring, 'row', column)}, align {size}")
        slot = bring.scalar(f"getelementptr {wide}, ptr %w, {index} {layout.slot[name]}")
        bring.line(f"store {wide} {bring.splat(number).text}, ptr {slot}, align {align}")
        slot = down.scalar(f"getelementptr {wide}, ptr %w, {index} {layout.slot[name]}")
        vector = down.scalar(f"load {wide}, ptr {slot}, align {align}")
        for lane in range(lanes):
            one = down.scalar(f"extractelement {wide} {vector}, i32 {lane}")
            down.line(f"store {real} {one}, ptr {_at(down, 'row', lane * width + column)}, align {size}")
    for name, code in (("bring", bring), ("put_down", down)):
        code.line("ret void")
        module.function(f"internal void @{name}(ptr noalias %w, ptr noalias %row)", code)


def _at(code: Code, base: str, place: int) -> str:
    return code.scalar(f"getelementptr inbounds {code.target.real}, ptr %{base}, {code.target.index} {place}")
