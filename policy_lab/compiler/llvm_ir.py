"""LLVM IR builder: values, functions and modules as text, one vector lane per run.

A ``Value`` is a vector of ``lanes`` numbers: kind ``"f"`` (real), ``"i"`` (integer as wide) or ``"m"`` (mask).
Python operators write instructions, so that code reads like its formula. No fast-math flag is ever set:
the same input gives the same bits in every lane, on every thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from policy_lab.compiler.target import Target, TooFine

Operand: TypeAlias = "Value | float"


def _operator(floating: str, integer: str, swap: bool = False) -> Callable[[Value, Operand], Value]:
    """A binary operator of ``Value`` by its instructions on numbers and on integers; ``swap`` for ``__rsub__``."""

    def method(self: Value, other: Operand) -> Value:
        right = self.code.like(self, other)
        a, b = (right, self) if swap else (self, right)
        name = floating if self.kind == "f" else integer
        return self.code.emit(self.kind, f"{name} {self.code.type(self.kind)} {a.text}, {b.text}")

    return method


class Value:
    """A vector in the function being written; operators append instructions to its ``Code``."""

    __slots__ = ("code", "kind", "text")

    def __init__(self, code: Code, kind: str, text: str) -> None:
        self.code, self.kind, self.text = code, kind, text

    __add__ = __radd__ = _operator("fadd", "add")
    __sub__, __rsub__ = _operator("fsub", "sub"), _operator("fsub", "sub", swap=True)
    __mul__ = __rmul__ = _operator("fmul", "mul")
    __truediv__, __rtruediv__ = _operator("fdiv", "sdiv"), _operator("fdiv", "sdiv", swap=True)
    __and__, __or__, __xor__ = (_operator(name, name) for name in ("and", "or", "xor"))

    def __neg__(self) -> Value:
        return self.code.emit("f", f"fneg {self.code.type('f')} {self.text}")

    def __lshift__(self, count: int) -> Value:
        return self._shift("shl", count)

    def __rshift__(self, count: int) -> Value:
        """Logical shift: every operand is not negative, or masked afterwards."""
        return self._shift("lshr", count)

    def _shift(self, name: str, count: int) -> Value:
        return self.code.emit("i", f"{name} {self.code.type('i')} {self.text}, {self.code.integers(count)}")

    def __invert__(self) -> Value:
        ones = "splat (i1 true)"
        return self.code.emit("m", f"xor {self.code.type('m')} {self.text}, {ones}")

    def compare(self, relation: str, other: Operand) -> Value:
        """A mask; ``relation`` is LLVM's: ``olt``, ``ult``, ``oeq``, ``une`` … (``eq``, ``ne`` on integers)."""
        right = self.code.like(self, other)
        name = "fcmp" if self.kind == "f" else "icmp"
        return self.code.emit("m", f"{name} {relation} {self.code.type(self.kind)} {self.text}, {right.text}")

    def bits(self) -> Value:
        """The same bits as an integer (bitcast)."""
        code = self.code
        return code.emit("i", f"bitcast {code.type('f')} {self.text} to {code.type('i')}")

    def real(self) -> Value:
        """The same bits as a number (bitcast)."""
        code = self.code
        return code.emit("f", f"bitcast {code.type('i')} {self.text} to {code.type('f')}")

    def one(self, name: str) -> Value:
        """An LLVM intrinsic of one argument: ``sqrt``, ``fabs``, ``floor``, ``trunc``."""
        return self.code.intrinsic(name, self)

    def __abs__(self) -> Value:
        return self.one("fabs")


class Code:
    """One LLVM function being written.

    Args:
        module: the module it goes into, with its target.
    """

    def __init__(self, module: Module) -> None:
        self.module, self.target = module, module.target
        self.lines: list[str] = []
        self.count = 0
        self.literals: dict[int, str] = {}

    def type(self, kind: str) -> str:
        """The LLVM type of a kind of value."""
        return f"<{self.target.lanes} x {({'f': self.target.real, 'i': self.target.integer, 'm': 'i1'})[kind]}>"

    def name(self) -> str:
        """A fresh local name; names never come from the model."""
        self.count += 1
        return f"%v{self.count}"

    def emit(self, kind: str, instruction: str) -> Value:
        """Append an instruction; its result as a value of this kind."""
        name = self.name()
        self.lines.append(f"  {name} = {instruction}")
        return Value(self, kind, name)

    def scalar(self, instruction: str) -> str:
        """An instruction whose result is not a vector; gives its name."""
        name = self.name()
        self.lines.append(f"  {name} = {instruction}")
        return name

    def line(self, text: str) -> None:
        """Append a line without a result: a store, a branch, a label."""
        if text.endswith(":"):
            self.literals.clear()  # what one branch has loaded the other has not
        self.lines.append(text if text.endswith(":") else "  " + text)

    def number(self, value: float) -> Value:
        """A literal number in every lane."""
        if self.target.pooled:
            bits = int.from_bytes(self.target.packed(value), "little", signed=True)
            if bits:
                return self._pooled(bits).real()
        return Value(self, "f", f"splat ({self.target.literal(value)})")

    def integer(self, value: int) -> Value:
        """A literal integer in every lane."""
        if self.target.pooled and value:
            return self._pooled(value)
        return Value(self, "i", self.integers(value))

    def integers(self, value: int) -> str:
        """The same integer in every lane, as the operand of an instruction."""
        return f"splat ({self.target.integer} {value})"

    def _pooled(self, bits: int) -> Value:
        """An integer of the module's pool in every lane; loaded where a function first reads it."""
        if bits not in self.literals:
            one_type, size = self.target.integer, self.target.size
            at = self.module.pool.setdefault(bits % 2**self.target.bits, size * len(self.module.pool))
            address = f"getelementptr inbounds (i8, ptr @pool, {self.target.index} {at})"
            wide, n = self.type("i"), self.target.lanes
            self.count += 1
            one, all_ = f"%k{self.count}", f"%l{self.count}"
            self.line(f"{one}.0 = load {one_type}, ptr {address}, align {size}")
            self.line(f"{one}.1 = insertelement {wide} poison, {one_type} {one}.0, i32 0")
            self.line(f"{all_} = shufflevector {wide} {one}.1, {wide} poison, <{n} x i32> zeroinitializer")
            self.literals[bits] = all_
        return Value(self, "i", self.literals[bits])

    def like(self, model: Value, other: Operand) -> Value:
        """A literal as a value of the same kind; a value as it is."""
        if isinstance(other, Value):
            return other
        return self.number(float(other)) if model.kind == "f" else self.integer(int(other))

    def splat(self, scalar: str) -> Value:
        """A vector with the same scalar number in every lane."""
        wide, n = self.type("f"), self.target.lanes
        first = self.scalar(f"insertelement {wide} poison, {self.target.real} {scalar}, i32 0")
        return self.emit("f", f"shufflevector {wide} {first}, {wide} poison, <{n} x i32> zeroinitializer")

    def vector(self, lanes: Sequence[Value]) -> Value:
        """The first lane of each of two values in one vector of two lanes."""
        wide = self.type("f")
        first, second = lanes
        return self.emit("f", f"shufflevector {wide} {first.text}, {wide} {second.text}, <2 x i32> <i32 0, i32 2>")

    def lane(self, value: Value, lane: int) -> Value:
        """One lane's number in every lane."""
        wide, n = self.type("f"), self.target.lanes
        same = ", ".join([f"i32 {lane}"] * n)
        return self.emit("f", f"shufflevector {wide} {value.text}, {wide} poison, <{n} x i32> <{same}>")

    def select(self, mask: Value, yes: Operand, no: Operand) -> Value:
        """Lane by lane ``yes`` or ``no``; what is not chosen has no influence, NaN included."""
        kind = next((v for v in (yes, no) if isinstance(v, Value)), self.number(0.0))
        a, b, wide = self.like(kind, yes), self.like(kind, no), self.type(kind.kind)
        return self.emit(kind.kind, f"select {self.type('m')} {mask.text}, {wide} {a.text}, {wide} {b.text}")

    def intrinsic(self, name: str, *arguments: Value) -> Value:
        """One of LLVM's own functions on numbers."""
        wide = self.type("f")
        full = f"llvm.{name}.v{self.target.lanes}f{self.target.bits}"
        self.module.declare(f"declare {wide} @{full}({', '.join([wide] * len(arguments))})")
        return self.emit("f", f"call {wide} @{full}({', '.join(f'{wide} {a.text}' for a in arguments)})")

    def all(self, mask: Value) -> str:
        """A scalar i1: true when every lane of the mask is."""
        n = self.target.lanes
        self.module.declare(f"declare i1 @llvm.vector.reduce.and.v{n}i1(<{n} x i1>)")
        return self.scalar(f"call i1 @llvm.vector.reduce.and.v{n}i1({self.type('m')} {mask.text})")

    def call(self, function: str, *arguments: Value) -> Value:
        """A call of a math kernel by name; the kernel is written into the module the first time."""
        self.module.need(function)
        wide = self.type("f")
        return self.emit("f", f"call {wide} @{function}({', '.join(f'{wide} {a.text}' for a in arguments)})")


class Abreast(Code):
    """A function over several vectors, their instructions interleaved; a value such as ``%v1`` means one of each.

    Args:
        module: the module it goes into.
        copies: how many vectors; value ``%v1`` is ``%v1.0``, ``%v1.1`` … in the code.
    """

    def __init__(self, module: Module, copies: int) -> None:
        super().__init__(module)
        self.copies = copies

    def emit(self, kind: str, instruction: str) -> Value:
        """An instruction for every vector."""
        return Value(self, kind, self.scalar(instruction))

    def scalar(self, instruction: str) -> str:
        """An instruction for every vector; the common name of the results."""
        name = self.name()
        for k in range(self.copies):
            self.lines.append(f"  {name}.{k} = {self.copy(instruction, k)}")
        return name

    def copy(self, text: str, k: int) -> str:
        """An instruction or a name as vector ``k`` has it."""
        return re.sub(r"%([va]\d+)", rf"%\1.{k}", text)

    def all(self, mask: Value) -> str:
        """A scalar i1: true when every lane of all vectors is."""
        total = self.copy(mask.text, 0)
        for k in range(1, self.copies):
            both = self.name()
            self.line(f"{both} = and {self.type('m')} {total}, {self.copy(mask.text, k)}")
            total = both
        code = Code(self.module)
        code.lines, code.count = self.lines, self.count
        usual = code.all(Value(code, "m", total))
        self.count = code.count
        return usual


Kernel = Callable[..., None]
#: The fast path of a kernel: which lanes it is right for, and what writes the result.
Straight = Callable[..., tuple[Value, Callable[[], Value]]]


@dataclass
class Module:
    """A module being written.

    Attributes:
        kernels: every math function that may be called: name to (number of arguments, writer). A writer gets
            the ``Code`` and its arguments, and ends with ``ret``.
        straight: the fast path of those that are written for several interleaved vectors.
    """

    target: Target
    kernels: dict[str, tuple[int, Kernel]] = field(default_factory=dict)
    straight: Mapping[str, Straight] = field(default_factory=dict)
    declarations: dict[str, None] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    pool: dict[int, int] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)
    written: set[str] = field(default_factory=set)

    def declare(self, line: str) -> None:
        """Declare an intrinsic, once."""
        self.declarations[line] = None

    def table(self, values: Sequence[float]) -> str:
        """A constant array; the same numbers share one."""
        body, target = ", ".join(map(self.target.literal, values)), self.target
        text = f"private unnamed_addr constant [{len(values)} x {target.real}] [{body}], align {target.size}"
        return self.globals.setdefault(text, f"@t{len(self.globals)}")

    def need(self, kernel: str) -> None:
        """Write a kernel if it is not there yet."""
        if kernel in self.written:
            return
        self.written.add(kernel)
        if kernel not in self.kernels:
            raise TooFine(f"it uses {kernel.removeprefix('m_')}")
        count, write = self.kernels[kernel]
        code = Code(self)
        arguments = [Value(code, "f", f"%a{i}") for i in range(count)]
        write(code, *arguments)
        wide = code.type("f")
        signature = f"internal {wide} @{kernel}({', '.join(f'{wide} {a.text}' for a in arguments)})"
        self.function(signature, code, pure=True)

    def need_abreast(self, kernel: str) -> str:
        """Write ``void f(vectors of the first argument, of the second, ptr results)``, once; gives its name.

        Vectors with an unusual lane send all of them, one by one, to the kernel proper.
        """
        name, copies = f"{kernel}_abreast", self.target.abreast
        if name in self.written:
            return name
        self.need(kernel)
        self.written.add(name)
        code, count = Abreast(self, copies), self.kernels[kernel][0]
        arguments = [Value(code, "f", f"%a{i}") for i in range(count)]
        ordinary, result = self.straight[kernel](code, *arguments)
        wide, usual = code.type("f"), code.all(ordinary)
        code.line(f"br i1 {usual}, label %straight, label %odd")
        code.line("straight:")
        value = result()
        for k in range(copies):
            self._give(code, k, code.copy(value.text, k))
        code.line("ret void")
        code.line("odd:")
        for k in range(copies):
            given = ", ".join(f"{wide} {code.copy(a.text, k)}" for a in arguments)
            code.line(f"%odd.{k} = call {wide} @{kernel}({given})")
            self._give(code, k, f"%odd.{k}")
        code.line("ret void")
        parameters = ", ".join(f"{wide} {code.copy(a.text, k)}" for a in arguments for k in range(copies))
        self.function(f"internal void @{name}({parameters}, ptr noalias %out)", code)
        return name

    def _give(self, code: Code, k: int, value: str) -> None:
        wide, size = code.type("f"), self.target.alignment
        at = code.name()
        code.line(f"{at} = getelementptr inbounds i8, ptr %out, {self.target.index} {k * size}")
        code.line(f"store {wide} {value}, ptr {at}, align {size}")

    def function(self, signature: str, code: Code, pure: bool = False) -> None:
        """A finished function; ``pure``: its result follows from its arguments alone, so calls may be merged."""
        group = "#1" if pure else "#2" if isinstance(code, Abreast) else "#0"
        self.functions.append(f"define {signature} {group} {{\nentry:\n" + "\n".join(code.lines) + "\n}\n")

    def text(self) -> str:
        """The whole module as LLVM assembly."""
        head = [f'target triple = "{self.target.triple}"']
        head += [f"{name} = {body}" for body, name in self.globals.items()]
        if self.pool:
            # No constant, or LLVM would put the numbers into the instructions.
            kind = self.target.integer
            numbers = ", ".join(f"{kind} {bits}" for bits in self.pool)
            head.append(f"@pool = internal global [{len(self.pool)} x {kind}] [{numbers}], align 16")
        common, kernels = (
            f'nounwind "target-cpu"="{self.target.cpu}" "target-features"="{features}"'
            for features in (self.target.features, self.target.features + self.target.of_kernels)
        )
        # Without this, vectors that find no register are kept across the border of two cache lines.
        stack = f'alignstack={self.target.alignment} "stackrealign"' if self.target.index == "i64" else ""
        groups = [
            f"attributes #0 = {{ {stack} {common} }}",
            f"attributes #1 = {{ willreturn memory({'read' if self.pool else 'none'}) {kernels} }}",
            f"attributes #2 = {{ {kernels} }}",
        ]
        return "\n".join([*head, *self.declarations, *self.functions, *groups, ""])


def ret(code: Code, value: Value) -> None:
    """End a kernel with its result."""
    code.line(f"ret {code.type('f')} {value.text}")
