"""The loop around the equations: initial values, time, saving, Euler and Runge-Kutta, in LLVM IR.

``policy_lab_run(work, fixed, slots, values, varied, stride, runs, times, rows, moments, saved, method, step, outputs,
wanted, out, first, marks, marked, kept, table)``

Numbers are doubles, or floats where the target has 32 bits; so are those that are worked out with.

* ``work``: working memory, ``Layout.size`` vectors, aligned to a vector.
* ``fixed[given]``: numbers of constants and controls; ``values[varied][stride]``: those that differ between runs, and
  ``slots[varied]`` where they go. ``stride`` is at least ``runs`` rounded up to whole vectors.
* ``times[moments]`` and ``rows[moments]``: each moment and the row it is saved in, or -1. ``saved``: how many rows.
* ``method``: 0 Euler, 1 the classic fourth-order Runge-Kutta; ``step`` in the model's time unit.
* ``outputs[wanted]``: slots to save, into ``out[runs][saved][wanted]``.
* ``marks[moments]``: which of ``marked`` places a moment's stocks are kept in, or -1, as vectors in
  ``kept[vector of runs][marked][stocks]``; not read where ``marked`` is 0. ``first``: the moment to begin with. If it
  is not 0 it has a mark, the stocks come from there, and what would be saved before it stays as it was.
* ``table[moments][count]``: numbers from outside (``exogenous.py``), the same for all runs, or null: every run works
  out its own then. A target that works nothing out ahead has no such argument.

The result is 0, or the number (from 1) of the first of ``Program.guards`` that some run does not fulfil; such a run is
not simulated. Integers are the target's address type, apart from ``slots``, ``rows``, ``marks`` and ``outputs``, which
are 32-bit.
"""

from __future__ import annotations

from policy_lab.compiler.exogenous import OUTSIDE
from policy_lab.compiler.layout import Layout
from policy_lab.compiler.llvm_ir import Code, Module

ENTRY = "policy_lab_run"
_WRITTEN_OUT = 256


def write_driver(module: Module, layout: Layout) -> None:
    """Add the entry function and its helpers to a module that has once, start, lean and full."""
    _fits(module, layout)
    _euler(module, layout)
    texts = [_helpers(module, layout), _runge_kutta(module, layout), _run(module, layout)]
    for text in [*texts, _outside(module, layout)] if layout.outside else texts:
        module.functions.append(text)


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
    """``void @euler(work, h)``: every continuous stock + rate * h, written out where there are not too many."""
    code, real, n = Code(module), module.target.real, layout.continuous
    index, wide, align = module.target.index, code.type("f"), module.target.alignment

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
            code.line(f"store {wide} {(level + rate * h).text}, ptr {stock}, align {align}")
    code.line("ret void")
    module.function(f"internal void @euler(ptr %w, {real} %h)", code)


def filled(module: Module, text: str) -> str:
    """A function's text with the target's types in the places of ``$VEC``, ``$IDX`` and their like."""
    code = Code(module)
    lanes = module.target.lanes
    words = {
        "VEC": code.type("f"), "IDX": module.target.index, "ALIGN": str(module.target.alignment), "LANES": str(lanes),
        "REAL": module.target.real, "BYTES": str(module.target.size),
        "ZEROS": f"<{lanes} x i32> zeroinitializer", "ENTRY": ENTRY,
    }  # fmt: skip
    for word, value in words.items():
        text = text.replace(f"${word}", value)
    return text


def _helpers(module: Module, layout: Layout) -> str:
    return filled(
        module,
        """
define internal void @move(ptr %to, ptr %from, ptr %rate, $REAL %h, $IDX %n) #0 {
entry:
  %h0 = insertelement $VEC poison, $REAL %h, i32 0
  %hs = shufflevector $VEC %h0, $VEC poison, $ZEROS
  %none = icmp eq $IDX %n, 0
  br i1 %none, label %done, label %loop
loop:
  %i = phi $IDX [0, %entry], [%next, %loop]
  %a = getelementptr $VEC, ptr %from, $IDX %i
  %b = getelementptr $VEC, ptr %rate, $IDX %i
  %c = getelementptr $VEC, ptr %to, $IDX %i
  %x = load $VEC, ptr %a, align $ALIGN
  %r = load $VEC, ptr %b, align $ALIGN
  %m = fmul $VEC %r, %hs
  %y = fadd $VEC %x, %m
  store $VEC %y, ptr %c, align $ALIGN
  %next = add $IDX %i, 1
  %more = icmp ult $IDX %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
define internal void @copy(ptr %to, ptr %from, $IDX %n) #0 {
entry:
  %none = icmp eq $IDX %n, 0
  br i1 %none, label %done, label %loop
loop:
  %i = phi $IDX [0, %entry], [%next, %loop]
  %a = getelementptr $VEC, ptr %from, $IDX %i
  %c = getelementptr $VEC, ptr %to, $IDX %i
  %x = load $VEC, ptr %a, align $ALIGN
  store $VEC %x, ptr %c, align $ALIGN
  %next = add $IDX %i, 1
  %more = icmp ult $IDX %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
define internal ptr @place(ptr %kept, ptr %marks, $IDX %k, $IDX %r, $IDX %marked) #0 {
entry:
  %vector = udiv $IDX %r, $LANES
  %before = mul $IDX %vector, %marked
  %size = mul $IDX %before, $STOCKS
  %block = getelementptr $VEC, ptr %kept, $IDX %size
  %mp = getelementptr i32, ptr %marks, $IDX %k
  %mark = load i32, ptr %mp, align 4
  %there = icmp sge i32 %mark, 0
  %skip = mul i32 %mark, $STOCKS
  %at = getelementptr $VEC, ptr %block, i32 %skip
  %place = select i1 %there, ptr %at, ptr null
  ret ptr %place
}
define internal void @splat(ptr %to, $REAL %x) #0 {
entry:
  %v0 = insertelement $VEC poison, $REAL %x, i32 0
  %v = shufflevector $VEC %v0, $VEC poison, $ZEROS
  store $VEC %v, ptr %to, align $ALIGN
  ret void
}
define internal void @give(ptr %work, ptr %fixed, $IDX %given, ptr %slots, ptr %values, $IDX %varied, $IDX %stride) #0 {
entry:
  %none = icmp eq $IDX %given, 0
  br i1 %none, label %second, label %loop
loop:
  %i = phi $IDX [0, %entry], [%next, %loop]
  %a = getelementptr $REAL, ptr %fixed, $IDX %i
  %x = load $REAL, ptr %a, align $BYTES
  %c = getelementptr $VEC, ptr %work, $IDX %i
  call void @splat(ptr %c, $REAL %x)
  %next = add $IDX %i, 1
  %more = icmp ult $IDX %next, %given
  br i1 %more, label %loop, label %second
second:
  %nothing = icmp eq $IDX %varied, 0
  br i1 %nothing, label %done, label %vary
vary:
  %k = phi $IDX [0, %second], [%k1, %vary]
  %from = phi ptr [%values, %second], [%from1, %vary]
  %sp = getelementptr i32, ptr %slots, $IDX %k
  %s = load i32, ptr %sp, align 4
  %to = getelementptr $VEC, ptr %work, i32 %s
  %v = load $VEC, ptr %from, align $BYTES
  store $VEC %v, ptr %to, align $ALIGN
  %from1 = getelementptr $REAL, ptr %from, $IDX %stride
  %k1 = add $IDX %k, 1
  %again = icmp ult $IDX %k1, %varied
  br i1 %again, label %vary, label %done
done:
  ret void
}
define internal void @save(ptr %work, ptr %outputs, $IDX %wanted, ptr %out, $IDX %lanes, $IDX %apart) #0 {
entry:
  %none = icmp eq $IDX %wanted, 0
  br i1 %none, label %done, label %lane
lane:
  %l = phi $IDX [0, %entry], [%l1, %filled]
  %dst = phi ptr [%out, %entry], [%dst1, %filled]
  %src = getelementptr $REAL, ptr %work, $IDX %l
  br label %output
output:
  %j = phi $IDX [0, %lane], [%j1, %output]
  %sp = getelementptr i32, ptr %outputs, $IDX %j
  %s = load i32, ptr %sp, align 4
  %at = mul i32 %s, $LANES
  %p = getelementptr $REAL, ptr %src, i32 %at
  %x = load $REAL, ptr %p, align $BYTES
  %q = getelementptr $REAL, ptr %dst, $IDX %j
  store $REAL %x, ptr %q, align $BYTES
  %j1 = add $IDX %j, 1
  %again = icmp ult $IDX %j1, %wanted
  br i1 %again, label %output, label %filled
filled:
  %dst1 = getelementptr $REAL, ptr %dst, $IDX %apart
  %l1 = add $IDX %l, 1
  %more = icmp ult $IDX %l1, %lanes
  br i1 %more, label %lane, label %done
done:
  ret void
}
""".replace("$STOCKS", str(len(layout.stocks))),
    )


def _pointers(layout: Layout) -> str:
    """Where stocks, rates and Runge-Kutta's sums stand."""
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


def _runge_kutta(module: Module, layout: Layout) -> str:
    """One step from the rates at its start; the discrete stocks jump once, and stand still in between."""
    n, jumping = layout.continuous, len(layout.stocks) - layout.continuous
    ahead = "  call void @outside(ptr %work)\n" if layout.outside else ""
    return filled(
        module,
        f"""
define internal void @runge_kutta(ptr %work, $REAL %t, $REAL %h) #0 {{
entry:
{_pointers(layout)}
  %half = fmul $REAL %h, 5.0e-1
  %sixth = fdiv $REAL %h, 6.0
  %middle = fadd $REAL %t, %half
  %end = fadd $REAL %t, %h
  call void @copy(ptr %saved, ptr %stocks, $IDX {n})
  call void @copy(ptr %sum, ptr %rates, $IDX {n})
  call void @copy(ptr %held, ptr %jumps, $IDX {jumping})
  call void @move(ptr %stocks, ptr %saved, ptr %rates, $REAL %half, $IDX {n})
  call void @splat(ptr %time, $REAL %middle)
{ahead}  call void @lean(ptr %work)
  call void @move(ptr %sum, ptr %sum, ptr %rates, $REAL 2.0, $IDX {n})
  call void @move(ptr %stocks, ptr %saved, ptr %rates, $REAL %half, $IDX {n})
  call void @lean(ptr %work)
  call void @move(ptr %sum, ptr %sum, ptr %rates, $REAL 2.0, $IDX {n})
  call void @move(ptr %stocks, ptr %saved, ptr %rates, $REAL %h, $IDX {n})
  call void @splat(ptr %time, $REAL %end)
{ahead}  call void @lean(ptr %work)
  call void @move(ptr %sum, ptr %sum, ptr %rates, $REAL 1.0, $IDX {n})
  call void @move(ptr %stocks, ptr %saved, ptr %sum, $REAL %sixth, $IDX {n})
  call void @copy(ptr %jumpers, ptr %held, $IDX {jumping})
  ret void
}}
""",
    )


def _evaluation(module: Module, name: str) -> str:
    """Call ``full``, ``lean`` or ``outside`` and go on; a target that knows better for a run on its own does that."""
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


def _ahead(module: Module, layout: Layout) -> str:
    """A moment's numbers from outside: out of the table, or worked out."""
    return f"""\
  %own = icmp eq ptr %table, null
  br i1 %own, label %working_out, label %bring
working_out:
{_evaluation(module, "outside")}
bring:
  %far_down = mul $IDX %k, {len(layout.outside)}
  %row_of_table = getelementptr $REAL, ptr %table, $IDX %far_down
  call void @bring(ptr %work, ptr %row_of_table)
  br label %evaluating"""


def _outside(module: Module, layout: Layout) -> str:
    """The table, several moments in the lanes of a vector."""
    return filled(
        module,
        f"""
define void @{OUTSIDE}(ptr %work, ptr %fixed, ptr %times, $IDX %moments, ptr %table) #0 {{
entry:
  %time = getelementptr $VEC, ptr %work, $IDX {len(layout.given)}
  call void @give(ptr %work, ptr %fixed, $IDX {len(layout.given)}, ptr null, ptr null, $IDX 0, $IDX 0)
  call void @once(ptr %work)
  br label %moment
moment:
  %k = phi $IDX [0, %entry], [%k1, %moment]
  %row = phi ptr [%table, %entry], [%row1, %moment]
  %tp = getelementptr $REAL, ptr %times, $IDX %k
  %t = load $VEC, ptr %tp, align $BYTES
  store $VEC %t, ptr %time, align $ALIGN
  call void @outside(ptr %work)
  call void @put_down(ptr %work, ptr %row)
  %k1 = add $IDX %k, $LANES
  %row1 = getelementptr $REAL, ptr %row, $IDX {module.target.lanes * len(layout.outside)}
  %more = icmp ult $IDX %k1, %moments
  br i1 %more, label %moment, label %done
done:
  ret void
}}
""",
    )


def _run(module: Module, layout: Layout) -> str:
    jumping = len(layout.stocks) - layout.continuous
    full, lean = (_evaluation(module, name) for name in ("full", "lean"))
    table, ahead = (", ptr %table", _ahead(module, layout)) if layout.outside else ("", "  br label %evaluating")
    return filled(
        module,
        f"""
define i32 @$ENTRY(ptr %work, ptr %fixed, ptr %slots, ptr %values, $IDX %varied, $IDX %stride, $IDX %runs,
    ptr %times, ptr %rows, $IDX %moments, $IDX %saved_rows, $IDX %method, $REAL %h, ptr %outputs, $IDX %wanted,
    ptr %out, $IDX %first, ptr %marks, $IDX %marked, ptr %kept{table}) #0 {{
entry:
{_pointers(layout)}
  %apart = mul $IDX %saved_rows, %wanted
  %far = mul $IDX %apart, $LANES
  %last = sub $IDX %moments, 1
  %initial = load $REAL, ptr %times, align $BYTES
  %plain = icmp eq $IDX %method, 0
  %resumes = icmp ne $IDX %first, 0
  %marking = icmp ne $IDX %marked, 0
  br label %block
block:
  %r = phi $IDX [0, %entry], [%r1, %finished]
  %into = phi ptr [%out, %entry], [%into1, %finished]
  %from = getelementptr $REAL, ptr %values, $IDX %r
  %left = sub $IDX %runs, %r
  %fewer = icmp ult $IDX %left, $LANES
  %lanes = select i1 %fewer, $IDX %left, $IDX $LANES
  %alone = icmp eq $IDX %left, 1
  call void @give(ptr %work, ptr %fixed, $IDX {len(layout.given)}, ptr %slots, ptr %from, $IDX %varied, $IDX %stride)
  call void @once(ptr %work)
  call void @splat(ptr %time, $REAL %initial)
  call void @start(ptr %work)
  %broken = call i32 @fits(ptr %work)
  %fits = icmp eq i32 %broken, 0
  br i1 %fits, label %ready, label %refused
ready:
  br i1 %resumes, label %resume, label %moment
resume:
  %known = call ptr @place(ptr %kept, ptr %marks, $IDX %first, $IDX %r, $IDX %marked)
  call void @copy(ptr %stocks, ptr %known, $IDX {len(layout.stocks)})
  br label %moment
moment:
  %k = phi $IDX [0, %ready], [%first, %resume], [%k1, %moved]
  %tp = getelementptr $REAL, ptr %times, $IDX %k
  %t = load $REAL, ptr %tp, align $BYTES
  call void @splat(ptr %time, $REAL %t)
  br i1 %marking, label %marked_moment, label %unmarked
marked_moment:
  %place = call ptr @place(ptr %kept, ptr %marks, $IDX %k, $IDX %r, $IDX %marked)
  %nowhere = icmp eq ptr %place, null
  br i1 %nowhere, label %unmarked, label %keeping
keeping:
  call void @copy(ptr %place, ptr %stocks, $IDX {len(layout.stocks)})
  br label %unmarked
unmarked:
{ahead}
evaluating:
  %rp = getelementptr i32, ptr %rows, $IDX %k
  %row = load i32, ptr %rp, align 4
  %keep = icmp sge i32 %row, 0
  br i1 %keep, label %saving, label %passing
saving:
{full}
saved_values:
  %row64 = sext i32 %row to i64
  %rowx = trunc i64 %row64 to $IDX
  %rowat = mul $IDX %rowx, %wanted
  %dst = getelementptr $REAL, ptr %into, $IDX %rowat
  call void @save(ptr %work, ptr %outputs, $IDX %wanted, ptr %dst, $IDX %lanes, $IDX %apart)
  br label %evaluated
passing:
{lean}
evaluated:
  %over = icmp eq $IDX %k, %last
  br i1 %over, label %finished, label %step
step:
  br i1 %plain, label %straight, label %curved
straight:
  call void @euler(ptr %work, $REAL %h)
  call void @copy(ptr %jumpers, ptr %jumps, $IDX {jumping})
  br label %moved
curved:
  call void @runge_kutta(ptr %work, $REAL %t, $REAL %h)
  br label %moved
moved:
  %k1 = add $IDX %k, 1
  br label %moment
finished:
  %into1 = getelementptr $REAL, ptr %into, $IDX %far
  %r1 = add $IDX %r, $LANES
  %more = icmp ult $IDX %r1, %runs
  br i1 %more, label %block, label %done
done:
  ret i32 0
refused:
  ret i32 %broken
}}
""",
    ).replace("%rowx = trunc i64 %row64 to i64", "%rowx = add i64 %row64, 0")
