"""Vector arithmetic that the math kernels are built from: fused multiply-add, polynomials, exact products, tables.

Each function appends instructions to the function being written; arguments and results are vectors, one lane per run.
"""

from __future__ import annotations

from collections.abc import Sequence

from policy_lab.compiler.llvm_ir import Operand, Value

#: 1.5 * 2**52: added to a double, it leaves the nearest integer in the low bits.
ROUND = 1.5 * 2.0**52
#: Keeps the sign, the exponent and the upper 25 bits of a double's mantissa: products of two such numbers are exact.
_UPPER_BITS = -0x8000000


def fma(a: Value, b: Operand, c: Operand) -> Value:
    """``a * b + c``, in one rounding where the target has the instruction."""
    code = a.code
    if code.target.fma:
        return code.intrinsic(code.target.fma, a, code.like(a, b), code.like(a, c))
    return a * b + c


def polynomial(x: Value, coefficients: Sequence[float]) -> Value:
    """A polynomial in x, coefficients from the constant up: two interleaved Horner chains, half the latency of one."""
    square = x * x
    chains = []
    for start in (0, 1):
        own = coefficients[start::2]
        total = x.code.number(own[-1])
        for c in reversed(own[:-1]):
            total = fma(total, square, c)
        chains.append(total)
    return fma(chains[1], x, chains[0])


def upper_half(value: Value) -> Value:
    """The upper 26 bits of a double; products of two such numbers are exact."""
    return (value.bits() & _UPPER_BITS).real()


def exact_product(a: Value, b: Value) -> tuple[Value, Value]:
    """``a * b`` as rounded product and its exact error (Dekker's splitting where there is no fma)."""
    p = a * b
    if a.code.target.fma:
        return p, fma(a, b, -p)
    ah, bh = upper_half(a), upper_half(b)
    al, bl = a - ah, b - bh
    return p, (((ah * bh - p) + ah * bl) + al * bh) + al * bl


def exact_sum(a: Value, b: Value) -> tuple[Value, Value]:
    """``a + b`` as rounded sum and its exact error (Knuth, The Art of Computer Programming, vol. 2, 4.2.2)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def copy_sign(value: Value, sign: Value) -> Value:
    """``value``, which is not negative, with the sign of ``sign``."""
    return (value.bits() | (sign.bits() & value.code.target.sign)).real()


def exponent(bits: Value) -> Value:
    """The bits above the mantissa of an integer, with their sign, as a number."""
    code = bits.code
    if code.target.permute or code.target.bits == 32:
        above = code.integers(52 if code.target.bits == 64 else 23)
        whole = code.emit("i", f"ashr {code.type('i')} {bits.text}, {above}")
        return code.emit("f", f"sitofp {code.type('i')} {whole.text} to {code.type('f')}")
    biased = (bits + (2048 << 52)) >> 52  # positive, so a logical shift will do, and fits below 2**52
    return (biased | 0x4330000000000000).real() - (4503599627370496.0 + 2048.0)


def pick(table: Sequence[float], index: Value) -> Value:
    """``table[index & 15]`` of a 16-entry table, lane by lane."""
    code = index.code
    if not code.target.permute:
        return gather(code.module.table(table), index & 15)
    wide = code.type("f")
    low, high = ("<" + ", ".join(map(code.target.literal, half)) + ">" for half in (table[:8], table[8:]))
    intrinsic = "llvm.x86.avx512.vpermi2var.pd.512"
    code.module.declare(f"declare {wide} @{intrinsic}({wide}, {code.type('i')}, {wide})")
    return code.emit("f", f"call {wide} @{intrinsic}({wide} {low}, {code.type('i')} {index.text}, {wide} {high})")


def gather(table: str, index: Value) -> Value:
    """``table[index]`` of a constant array of the module, lane by lane; the index must be inside it."""
    code, result = index.code, "poison"
    wide, target = code.type("f"), code.target
    for lane in range(target.lanes):
        i = code.scalar(f"extractelement {code.type('i')} {index.text}, i32 {lane}")
        at = code.scalar(f"getelementptr inbounds {target.real}, ptr {table}, {target.integer} {i}")
        v = code.scalar(f"load {target.real}, ptr {at}, align {target.size}")
        result = code.scalar(f"insertelement {wide} {result}, {target.real} {v}, i32 {lane}")
    return Value(code, "f", result)
