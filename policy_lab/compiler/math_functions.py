"""exp, log, power and hyperbolic functions as vector code in double precision, special cases as NumPy has them.

The usual case takes a fast path; a vector with any odd lane (zero, negative, denormal, infinite, NaN, overflow)
takes a second one that computes *the same numbers* for the ordinary lanes, so that a run does not depend on
its neighbours. Polynomials are Chebyshev fits made with 60 digits; ``tests/test_math_functions.py`` measures the
errors in units in the last place against extended precision.

Method of log and power: Tang, ACM TOMS 16(4), 1990, doi:10.1145/98267.98294 (a table of reciprocals, here so
short that 16 entries fit two registers; its entries have few bits, which makes ``m * c - 1`` exact).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from policy_lab.compiler import trigonometry
from policy_lab.compiler.llvm_ir import Code, Kernel, Straight, Value, ret
from policy_lab.compiler.vector_math import (
    ROUND,
    copy_sign,
    exact_product,
    exponent,
    fma,
    pick,
    polynomial,
    upper_half,
)

ROUND_BITS = 0x4338000000000000
LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471805598903  # 42 bits, so that k * LN2_HIGH is exact
LN2_LOW = 5.497923018708371e-14
SMALLEST_NORMAL = 2.2250738585072014e-308
INFINITY = math.inf
SMALLEST_BITS, INFINITY_BITS = 0x0010000000000000, 0x7FF0000000000000

# (exp(r) - 1 - r) / r**2 for |r| <= ln(2)/2, relative error of exp 2**-61
EXP = (0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326141, 0.0013888888888883752,
       0.00019841269874802504, 2.48015873255348e-05, 2.755725542319278e-06, 2.755727365952505e-07,
       2.5105207436985358e-08, 2.091468013569995e-09)  # fmt: skip
# (log(1+r) - r + r**2/2) / r**3 for |r| <= 0.0342, absolute error of log 2**-70
LOG = (0.3333333333333333, -0.25, 0.19999999999998597, -0.16666666666665364, 0.14285714295319343,
       -0.12500000008919188, 0.11111088095646598, -0.09999978628051136, 0.0911341247199104,
       -0.08354229660900137)  # fmt: skip
# 1/m in few bits for m in sixteen intervals from 0.671875 to 1.34375, and -log of it in two parts
TABLE_START = 0x3FE5800000000000
RECIPROCAL = (1.4375, 1.375, 1.34375, 1.28125, 1.21875, 1.1875, 1.15625, 1.09375, 1.0625, 1.03125, 1.0, 0.9375,
              0.890625, 0.84375, 0.796875, 0.765625)  # fmt: skip
LOG_HIGH = (-0.3629054936893681, -0.31845373111855224, -0.2954642128938758, -0.2478361639045943, -0.19782574332998593,
            -0.17185025692674571, -0.14518200984457508, -0.08961215868976069, -0.06062462181648698,
            -0.03077165866670839, 0.0, 0.0645385211375924, 0.11583181552509814, 0.16989903679541385,
            0.22705745063535687, 0.2670627852489815)  # fmt: skip
LOG_LOW = (-3.6708569716349383e-16, 1.7625431312172662e-14, 3.993416384387844e-14, 1.3029797173308663e-14,
           6.604544877082384e-14, 8.649239607212071e-14, 7.718001336828099e-14, 7.355770219435029e-14,
           5.213620639136504e-14, -4.529814257790929e-14, 0.0, -2.1225608044809997e-14, 2.3568822182038756e-14,
           -1.6376276414097503e-14, -1.078736749871691e-14, 6.371947269815667e-14)  # fmt: skip
# (sinh(r) - r) / r**3 in r**2, |r| <= 1
SINH = (0.16666666666666666, 0.008333333333333333, 0.00019841269841269773, 2.7557319224040365e-06,
        2.5052108364049466e-08, 1.6059048397722392e-10, 7.646625253572627e-13, 2.8445297426378895e-15)  # fmt: skip


def quotient(code: Code, a: Value, b: Value, reciprocal: Value) -> Value:
    """``a / b`` rounded once, given ``1 / b`` rounded once; see ``hoisting.py`` for b's range and the source.

    Where zeros or infinities make the correction zero or NaN, the plain product is exact.
    """
    rough = a * reciprocal
    fine = fma(fma(-rough, b, a), reciprocal, rough)
    return code.select(fine.compare("one", 0.0), fine, rough)


def _rest_of_exp(code: Code, x: Value) -> tuple[Value, Value]:
    """The bits that hold the multiple of ln 2 nearest to x, and what is left of x."""
    shifted = fma(x, LOG2_E, ROUND)
    n = shifted - ROUND
    return shifted.bits(), fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))


def _reduce_exp(code: Code, x: Value, low: Value | None = None) -> tuple[Value, Value]:
    """The bits that hold the nearest multiple of ln 2, and e**rest - 1 of the rest."""
    bits, r = _rest_of_exp(code, x)
    if low is not None:
        r = r + low
    return bits, fma(r * r, polynomial(r, EXP), r)


def _scale(code: Code, n_bits: Value, value: Value) -> Value:
    """``value * 2**n`` where the result is a normal number."""
    return ((n_bits << 52) + value.bits()).real()


def _scale_far(code: Code, n_bits: Value, value: Value) -> Value:
    """``value * 2**n`` in two steps, rounded once: the result may be denormal or overflow."""
    half = ((n_bits - (ROUND_BITS - 4096)) >> 1) - 2048
    rest = (n_bits - ROUND_BITS) - half
    one = ((rest + 1023) << 52).real()
    return value * ((half + 1023) << 52).real() * one


def straight_or_odd(code: Code, usual: tuple[Value, Callable[[], Value]]) -> None:
    """Return the fast path's result where it is right for every lane; the code that follows is for odd lanes."""
    ordinary, result = usual
    code.line(f"br i1 {code.all(ordinary)}, label %straight, label %odd")
    code.line("straight:")
    ret(code, result())
    code.line("odd:")


def usual_exp(code: Code, x: Value) -> tuple[Value, Callable[[], Value]]:
    """e**x where it is a normal number."""
    bits, grown = _reduce_exp(code, x)
    return abs(x).compare("olt", 708.0), lambda: _scale(code, bits, 1.0 + grown)


def exp(code: Code, x: Value) -> None:
    """e**x."""
    straight_or_odd(code, usual_exp(code, x))
    near = code.select(x.compare("olt", 710.0), x, 710.0)
    near = code.select(near.compare("ogt", -746.0), near, -746.0)
    bits, grown = _reduce_exp(code, near)
    far = _scale_far(code, bits, 1.0 + grown)
    ret(code, code.select(x.compare("uno", x), x, far))


def _split(code: Code, x: Value) -> tuple[Value, Value, Value]:
    """A positive normal x as ``2**k * m`` with m in [0.67, 1.34): k (double), m, and m's interval of the table."""
    offset = x.bits() - TABLE_START
    m = (x.bits() - (offset & -0x10000000000000)).real()
    return exponent(offset), m, offset >> 48


def _logarithm(code: Code, x: Value, lift: Value | None = None) -> tuple[Value, Value]:
    """Natural logarithm of positive normal x in two parts that do not overlap; error about 2**-68 of it."""
    k, m, interval = _split(code, x)
    if lift is not None:
        k = k + lift
    c = pick(RECIPROCAL, interval)
    if code.target.fma:
        r = fma(m, c, -1.0)
    else:
        upper = upper_half(m)
        r = (upper * c - 1.0) + (m - upper) * c
    base = fma(k, LN2_HIGH, pick(LOG_HIGH, interval))
    sum_ = base + r
    square, square_low = _square(code, r)
    high = fma(square, -0.5, sum_)
    low = fma(k, LN2_LOW, pick(LOG_LOW, interval)) + ((base - sum_) + r)
    low = fma(square_low, -0.5, low) + fma(square, -0.5, sum_ - high)
    low = fma((square if code.target.fma else r * r) * r, polynomial(r, LOG), low)
    total = high + low
    return total, (high - total) + low


def _positive_normal(code: Code, x: Value) -> Value:
    """Where x is a positive normal number; one comparison of integers where the target has that."""
    if code.target.permute:
        return (x.bits() - SMALLEST_BITS).compare("ult", INFINITY_BITS - SMALLEST_BITS)
    return x.compare("oge", SMALLEST_NORMAL) & x.compare("olt", INFINITY)


def usual_log(code: Code, x: Value) -> tuple[Value, Callable[[], Value]]:
    """Natural logarithm of a positive normal number."""
    return _positive_normal(code, x), lambda: _logarithm(code, x)[0]


def log(code: Code, x: Value) -> None:
    """Natural logarithm; -inf at zero, NaN below it."""
    straight_or_odd(code, usual_log(code, x))
    tiny = x.compare("olt", SMALLEST_NORMAL)
    lifted = code.select(tiny, x * 2.0**54, x)
    value = _logarithm(code, lifted, code.select(tiny, -54.0, code.number(0.0)))[0]
    value = code.select(x.compare("oeq", 0.0), -INFINITY, value)
    value = code.select(x.compare("oeq", INFINITY), INFINITY, value)
    ret(code, code.select(x.compare("ult", 0.0), math.nan, value))


def _square(code: Code, r: Value) -> tuple[Value, Value]:
    """``r * r`` in two parts; without fma the second may be some 2**-26 of the first."""
    if code.target.fma:
        return exact_product(r, r)
    upper = upper_half(r)
    return upper * upper, (r + upper) * (r - upper)


def _power_of(code: Code, high: Value, low: Value, y: Value) -> tuple[Value, Value]:
    """``y * (high + low)`` in two parts; without fma the second may be some 2**-26 of the first."""
    if code.target.fma:
        product, error = exact_product(high, y)
        return product, fma(y, low, error)
    upper, y_upper = upper_half(high), upper_half(y)
    return upper * y_upper, (high - upper) * y_upper + (y - y_upper) * high + y * low


def usual_power(code: Code, x: Value, y: Value) -> tuple[Value, Callable[[], Value]]:
    """x**y of a positive normal base where it is a normal number.

    Zero to a positive power counts as usual: ``MAX(0, gap) ^ elasticity`` is what models are full of.
    """
    high, low = _logarithm(code, x)
    e, e_low = _power_of(code, high, low, y)
    ordinary = _positive_normal(code, x) & abs(e).compare("olt", 708.0)
    nothing = x.bits().compare("eq", 0)  # but not -0, which has a sign to keep

    def result() -> Value:
        bits, grown = _reduce_exp(code, e, e_low)
        return code.select(nothing, 0.0, _scale(code, bits, 1.0 + grown))

    return ordinary | (nothing & y.compare("ogt", 0.0)), result


def power(code: Code, x: Value, y: Value) -> None:
    """x**y, with IEEE 754's special cases; a negative base with a fractional exponent is NaN."""
    straight_or_odd(code, usual_power(code, x, y))
    ret(code, code.call("m_power_odd", x, y))


def power_odd(code: Code, x: Value, y: Value) -> None:
    """The same for vectors with an unusual lane."""
    size = abs(x)
    tiny = size.compare("olt", SMALLEST_NORMAL)
    lifted = code.select(tiny, size * 2.0**54, size)
    high, low = _logarithm(code, lifted, code.select(tiny, -54.0, code.number(0.0)))
    e, e_low = _power_of(code, high, low, y)
    inside = abs(e).compare("olt", 750.0)
    near = code.select(e.compare("olt", 710.0), e, 710.0)
    near = code.select(near.compare("ogt", -750.0), near, -750.0)
    e_low = code.select(inside, e_low, 0.0)
    bits, grown = _reduce_exp(code, near, e_low)
    value = _scale_far(code, bits, 1.0 + grown)
    ret(code, power_edges(code, x, y, value))


def power_edges(code: Code, x: Value, y: Value, value: Value) -> Value:
    """Signs, zeros, infinities and NaN of x**y, given |x|**y where that is an ordinary number."""
    size, whole = abs(x), y.one("trunc").compare("oeq", y)
    half = y * 0.5
    odd = whole & half.one("trunc").compare("une", half)
    grows = y.compare("ogt", 0.0)
    zero_base = code.select(grows, code.number(0.0), INFINITY)
    value = code.select(size.compare("oeq", 0.0), zero_base, value)
    value = code.select(size.compare("oeq", INFINITY), code.select(grows, INFINITY, code.number(0.0)), value)
    above = code.select(size.compare("ogt", 1.0), code.number(1.0), -1.0)
    limit = code.select((above * y).compare("ogt", 0.0), INFINITY, code.number(0.0))
    value = code.select(abs(y).compare("oeq", INFINITY), limit, value)
    value = code.select(size.compare("oeq", 1.0), 1.0, value)
    value = code.select(odd, copy_sign(value, x), value)
    root = x.compare("olt", 0.0) & ~whole & size.compare("olt", INFINITY)
    value = code.select(root, math.nan, value)
    value = code.select(x.compare("uno", y), math.nan, value)
    return code.select(y.compare("oeq", 0.0) | x.compare("oeq", 1.0), 1.0, value)


def expm1(code: Code, x: Value) -> None:
    """e**x - 1 for |x| < 700, accurate near zero."""
    bits, r = _rest_of_exp(code, x)
    scale = ((bits << 52) + 0x3FF0000000000000).real()
    near = abs(x).compare("olt", 0.34)
    value = fma(scale, r, scale - 1.0) + scale * (r * r * polynomial(r, EXP))
    ret(code, code.select(near, x + x * x * polynomial(x, EXP), value))


def tanh(code: Code, x: Value) -> None:
    """Hyperbolic tangent."""
    size = abs(x)
    near = code.select(size.compare("olt", 20.0), size, 20.0)
    grown = code.call("m_expm1", near * 2.0)
    value = code.select(size.compare("uge", 20.0), 1.0, grown / (grown + 2.0))
    ret(code, code.select(x.compare("uno", x), x, copy_sign(value, x)))


def half_exp(code: Code, x: Value) -> None:
    """e**x / 2, which overflows later than e**x does."""
    near = code.select(x.compare("olt", 712.0), x, 712.0)
    near = code.select(near.compare("ogt", -746.0), near, -746.0)
    bits, grown = _reduce_exp(code, near)
    far = _scale_far(code, bits - 1, 1.0 + grown)
    ret(code, code.select(x.compare("uno", x), x, far))


def sinh(code: Code, x: Value) -> None:
    """Hyperbolic sine."""
    size, square = abs(x), x * x
    far = code.call("m_half_exp", size) - code.call("m_half_exp", -size)
    near = fma(x * square, polynomial(square, SINH), x)
    ret(code, code.select(size.compare("olt", 1.0), near, copy_sign(far, x)))


def cosh(code: Code, x: Value) -> None:
    """Hyperbolic cosine."""
    size = abs(x)
    ret(code, code.call("m_half_exp", size) + code.call("m_half_exp", -size))


#: Every kernel in double precision: its name in the module, how many arguments it takes, and what writes it.
KERNELS: dict[str, tuple[int, Kernel]] = {
    "m_exp": (1, exp),
    "m_log": (1, log),
    "m_power": (2, power),
    "m_power_odd": (2, power_odd),
    **trigonometry.KERNELS,
    "m_expm1": (1, expm1),
    "m_half_exp": (1, half_exp),
    "m_sinh": (1, sinh),
    "m_cosh": (1, cosh),
    "m_tanh": (1, tanh),
}
#: Fast paths of those that are written for several interleaved vectors.
STRAIGHT: dict[str, Straight] = {"m_exp": usual_exp, "m_log": usual_log, "m_power": usual_power}
