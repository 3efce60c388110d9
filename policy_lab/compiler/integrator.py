"""The integration loop in LLVM IR: initial values, the clock, Euler and Runge-Kutta steps, saving. Text in ``ir/*.ll``.

``policy_lab_run(work, fixed, slots, values, varied, stride, runs, times, rows, moments, saved, method, step, outputs,
wanted, out, first, marks, marked, kept, table)``

Numbers are doubles, or floats where the target has 32 bits; so is the arithmetic.

* ``work``: working memory, ``Layout.size`` vectors, aligned to a vector.
* ``fixed[given]``: constants and time settings; ``values[varied][stride]``: those that differ between runs, and
  ``slots[varied]`` their slots. ``stride`` is at least ``runs`` rounded up to whole vectors.
* ``times[moments]`` and ``rows[moments]``: each moment and the row it is saved in, or -1. ``saved``: how many rows.
* ``method``: 0 Euler, 1 the classic fourth-order Runge-Kutta; ``step`` in the model's time unit.
* ``outputs[wanted]``: slots to save, into ``out[runs][saved][wanted]``.
* ``marks[moments]``: checkpoints: which of ``marked`` places a moment's stocks are written to, or -1, as vectors in
  ``kept[vector of runs][marked][kept_slots]``; not read where ``marked`` is 0. ``first``: the moment to begin with. If
  it is not 0 it has a checkpoint, the stocks are read from there, and rows of earlier moments stay as they were.
* ``table[moments][count]``: exogenous variables (``exogenous.py``), the same for all runs, or null: every run
  computes its own then. A module without exogenous variables has no such argument.

The result is 0, or the number (from 1) of the first of ``Program.guards`` that some run does not fulfil; such a run is
not simulated. Integers are the target's address type, apart from ``slots``, ``rows``, ``marks`` and ``outputs``, which
are 32-bit.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

from policy_lab.compiler.exogenous import EXOGENOUS_ENTRY
from policy_lab.compiler.layout import Layout
from policy_lab.compiler.llvm_ir import Code, Module
from policy_lab.compiler.target import Target

#: The entry function's name.
ENTRY = "policy_lab_run"
#: Euler steps of up to this many stocks are written out, without a loop.
_WRITTEN_OUT = 256


def write_integrator(module: Module, layout: Layout) -> None:
    """Add the entry function and its helpers to a module that has once, start, lean and full."""
    _fits(module, layout)
    _euler(module, layout)
    words = _words(module, layout)
    for name in ("helpers", "runge_kutta", "run", *(("exogenous",) if layout.exogenous else ())):
        module.functions.append("\n" + _template(name).substitute(words))


@cache
def _template(name: str) -> Template:
    """A file of ``ir/`` without the comment at its head; ``$VEC`` and its like are filled in by ``_words``."""
    lines = (Path(__file__).parent / "ir" / f"{name}.ll").read_text(encoding="ascii").splitlines(keepends=True)
    return Template("".join(line for line in lines if not line.startswith(";")))


def _words(module: Module, layout: Layout) -> dict[str, str | int]:
    """Words of the templates: the target's types, the layout's numbers, and the calls that depend on both."""
    target, exogenous = module.target, len(layout.exogenous)
    words: dict[str, str | int] = {
        "VEC": Code(module).type("f"), "IDX": target.index, "ALIGN": target.alignment, "LANES": target.lanes,
        "REAL": target.real, "BYTES": target.size, "ZEROS": f"<{target.lanes} x i32> zeroinitializer",
        "ENTRY": ENTRY, "EXOGENOUS_ENTRY": EXOGENOUS_ENTRY, "GIVEN": len(layout.given), "STOCKS": len(layout.stocks),
        "KEPT": kept_slots(layout, target), "CONTINUOUS": layout.continuous,
        "DISCRETE": len(layout.stocks) - layout.continuous,
        "TABLE": ", ptr %table" if exogenous else "",
        "TABLE_WIDTH": exogenous, "TABLE_STRIDE": target.lanes * exogenous,
        "UPDATE_EXOGENOUS": "  call void @outside(ptr %work)\n" if exogenous else "",
        "ROW_INDEX": "add i64 %row64, 0" if target.index == "i64" else f"trunc i64 %row64 to {target.index}",
        "FULL": _evaluation(module, "full"), "LEAN": _evaluation(module, "lean"),
    }  # fmt: skip
    words |= {name: Template(text).substitute(words) for name, text in _carried(layout, target).items()}
    words["POINTERS"] = Template(_pointers(layout)).substitute(words)
    words["EXOGENOUS"] = Template(_exogenous(module) if exogenous else "  br label %evaluating").substitute(words)
    return words


def _carries(layout: Layout, target: Target) -> bool:
    """Whether Euler steps carry on what rounding took from a sum: floats of 32 bits lose hours in 1,400 steps."""
    return target.bits == 32 and layout.continuous <= _WRITTEN_OUT


def kept_slots(layout: Layout, target: Target) -> int:
    """Slots of a checkpoint: the stocks, and what their sums carry on."""
    return len(layout.stocks) + (layout.continuous if _carries(layout, target) else 0)


def _carried(layout: Layout, target: Target) -> dict[str, str]:
    """Where carries begin as nothing, are kept and come back; their place is that of a Runge-Kutta step's own sums."""
    if not _carries(layout, target):
        return {"CLEARED": "", "KEEP_CARRIED": "", "CARRIED_ON": ""}
    zeros = "".join(
        f"  %carry{i} = getelementptr $VEC, ptr %saved, $IDX {i}\n"
        f"  store $VEC zeroinitializer, ptr %carry{i}, align $ALIGN\n"
        for i in range(layout.continuous)
    )
    there = "  %carried_{0} = getelementptr $VEC, ptr %{0}, $IDX $STOCKS\n"
    keep = there.format("place") + "  call void @copy(ptr %carried_place, ptr %saved, $IDX $CONTINUOUS)\n"
    back = there.format("known") + "  call void @copy(ptr %saved, ptr %carried_known, $IDX $CONTINUOUS)\n"
    return {"CLEARED": zeros, "KEEP_CARRIED": keep, "CARRIED_ON": back}


def _fits(module: Module, layout: Layout) -> None:
    """``i32 @fits(work)``: number of the first guard that is false (zero) in some lane, or 0."""
    code, broken = Code(module), "0"
    wide, lanes = code.type("f"), module.target.lanes
    module.declare(f"declare i1 @llvm.vector.reduce.or.v{lanes}i1(<{lanes} x i1>)")
    for number, guard in reversed(list(enumerate(layout.program.guards, 1))):
        at = code.scalar(f"getelementptr {wide}, ptr %w, i32 {layout.slot[guard.name]}")
        value = code.emit("f", f"load {wide}, ptr {at}, align {module.target.alignment}")
        false = value.compare("oeq", 0.0)
        some = code.scalar(f"call i1 @llvm.vector.reduce.or.v{lanes}i1({code.type('m')} {false.text})")
        broken = code.scalar(f"select i1 {some}, i32 {number}, i32 {broken}")
    code.line(f"ret i32 {broken}")
    module.function("internal i32 @fits(ptr %w)", code)


def _euler(module: Module, layout: Layout) -> None:
    """``void @euler(work, h)``: every continuous stock + rate * h, written out where there are not too many.

    With carries the sum is compensated (Kahan 1965, doi:10.1145/363707.363723).
    """
    code, real, n = Code(module), module.target.real, layout.continuous
    index, wide, align = module.target.index, code.type("f"), module.target.alignment
    carries = _carries(layout, module.target)

    def address(slot: int) -> str:
        return code.scalar(f"getelementptr inbounds i8, ptr %w, {index} {slot * module.target.alignment}")

    if n > _WRITTEN_OUT:
        stocks, rates = address(layout.first_stock), address(layout.first_rate)
        code.line(f"call void @move(ptr {stocks}, ptr {stocks}, ptr {rates}, {real} %h, {index} {n})")
    else:
        h = code.splat("%h")
        for i in range(n):
            stock = address(layout.first_stock + i)
            level = code.emit("f", f"load {wide}, ptr {stock}, align {align}")
            rate = code.emit("f", f"load {wide}, ptr {address(layout.first_rate + i)}, align {align}")
            if not carries:
                code.line(f"store {wide} {(level + rate * h).text}, ptr {stock}, align {align}")
                continue
            lost = address(layout.first_saved + i)
            change = rate * h - code.emit("f", f"load {wide}, ptr {lost}, align {align}")
            total = level + change
            code.line(f"store {wide} {total.text}, ptr {stock}, align {align}")
            code.line(f"store {wide} {(total - level - change).text}, ptr {lost}, align {align}")
    code.line("ret void")
    module.function(f"internal void @euler(ptr %w, {real} %h)", code)


def _pointers(layout: Layout) -> str:
    """Addresses of the clock, stocks, rates and Runge-Kutta's sums."""
    at = {
        "time": len(layout.given),
        "stocks": layout.first_stock,
        "rates": layout.first_rate,
        "saved": layout.first_saved,
        "sum": layout.first_sum,
        "jumpers": layout.first_stock + layout.continuous,
        "jumps": layout.first_rate + layout.continuous,
        "held": layout.first_sum + layout.continuous,
    }
    return "\n".join(f"  %{name} = getelementptr $VEC, ptr %work, $IDX {slot}" for name, slot in at.items())


def _evaluation(module: Module, name: str) -> str:
    """Call ``full``, ``lean`` or ``outside`` and go on; a paired target has another function for a run on its own."""
    after = {"full": "saved_values", "lean": "evaluated", "outside": "evaluating"}[name]
    if not module.target.paired:
        return f"  call void @{name}(ptr %work)\n  br label %{after}"
    return f"""\
  br i1 %alone, label %{name}_alone, label %{name}_both
{name}_alone:
  call void @{name}_alone(ptr %work)
  br label %{after}
{name}_both:
  call void @{name}(ptr %work)
  br label %{after}"""


def _exogenous(module: Module) -> str:
    """A moment's exogenous variables: out of the table, or computed."""
    return f"""\
  %own = icmp eq ptr %table, null
  br i1 %own, label %working_out, label %bring
working_out:
{_evaluation(module, "outside")}
bring:
  %far_down = mul $IDX %k, $TABLE_WIDTH
  %row_of_table = getelementptr $REAL, ptr %table, $IDX %far_down
  call void @bring(ptr %work, ptr %row_of_table)
  br label %evaluating"""
