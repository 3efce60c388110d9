"""The machine: its name, its multiply-add peak, and how many operations a compiled model does."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import time
from pathlib import Path

from policy_lab.compiler.emitter import emit
from policy_lab.compiler.layout import layout_of
from policy_lab.compiler.llvm_ir import Code, Module
from policy_lab.compiler.llvm_toolchain import Loaded, compile_object, host
from policy_lab.compiler.target import hexadecimal
from policy_lab.program import Program

_CHAINS = 12
_ROUNDS = 2_000_000


def name() -> str:
    """Processor and cores, as the system tells them."""
    told = ""
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        told = found.group(1) if found else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{told or platform.processor() or platform.machine()}, {host().cpu}, {cores} cores, {platform.system()}"


def peak() -> float:
    """Measured multiply-adds per second of one core, in doubles: twelve independent chains of vectors."""
    module = Module(host())
    code = Code(module)
    wide, lanes = code.type("f"), host().lanes
    call = f"call {wide} @llvm.fma.v{lanes}f64"
    module.declare(f"declare {wide} @llvm.fma.v{lanes}f64({wide}, {wide}, {wide})")
    near, little = hexadecimal(0.999999), hexadecimal(1e-6)
    code.lines = ["  br label %loop", "loop:", "  %i = phi i64 [0, %entry], [%j, %loop]"]
    for k in range(_CHAINS):
        code.line(f"%p{k} = phi {wide} [splat (double {hexadecimal(1.0 + k)}), %entry], [%q{k}, %loop]")
    for k in range(_CHAINS):
        code.line(f"%q{k} = {call}({wide} %p{k}, {wide} splat (double {near}), {wide} splat (double {little}))")
    code.lines += ["  %j = add i64 %i, 1", "  %more = icmp slt i64 %j, %n", "  br i1 %more, label %loop, label %done"]
    code.line("done:")
    total = "%q0"
    for k in range(1, _CHAINS):
        code.line(f"%s{k} = fadd {wide} {total}, %q{k}")
        total = f"%s{k}"
    code.line(f"store {wide} {total}, ptr %out, align 8")
    code.line("ret void")
    module.function("void @peak(i64 %n, ptr %out)", code)
    loaded = Loaded(compile_object(module.text(), host()))
    function = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(loaded.address("peak"))
    out = (ctypes.c_double * 16)()
    best = float("inf")
    for _ in range(15):
        start = time.thread_time()  # the neighbours on a busy machine are no part of a peak
        function(_ROUNDS, ctypes.addressof(out))
        best = min(best, time.thread_time() - start)
    return _ROUNDS * _CHAINS * lanes / best


def operations(program: Program) -> float:
    """Floating-point instructions of one run of a Program: each multiply-add, and each other operation, counts one."""
    text = emit(program, layout_of(program, bool(host().fma)), host())
    bodies = {m[1]: m[2] for m in re.finditer(r"define internal [^@]*@(\w+)\([^{]*\{\n(.*?)\n\}", text, re.DOTALL)}

    def count(function: str) -> int:
        usual = bodies[function].split("\nodd:")[0]  # the second path of a kernel is for odd lanes only
        own = len(re.findall(r"= f(?:add|sub|mul|div|neg|cmp) |@llvm\.(?:fma|sqrt|trunc|fabs)", usual))
        return own + sum(count(f) for f in re.findall(r"call [^@]*@(\w+)\(", usual) if f in bodies and f != function)

    moments, saved = program.clock.moments()
    return count("full") * len(saved) + count("lean") * (len(moments) - len(saved))
