"""exp, log, power, sine, cosine and tangent in single precision, special cases as NumPy has them.

For ensembles of which only quantiles are shown: no arithmetic in two parts, no tables, hardly more than a polynomial
for four runs at once. Each is right to one or two units in the last place (2**-24), except power:
there the error of the logarithm grows with the exponent of the result, to some 90 units where that is e**60.
Polynomials are Chebyshev fits; ``tests/test_math_functions_single.py`` measures the errors. Other functions
have no single precision, and a model that uses one stays in double precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from policy_lab.compiler.llvm_ir import Code, Kernel, Straight, Value, ret
from policy_lab.compiler.math_functions import power_edges, straight_or_odd
from policy_lab.compiler.vector_math import exponent, fma, polynomial

ROUND = 12582912.0  # 1.5 * 2**23: adding it leaves the nearest integer in the low bits
ROUND_BITS = 0x4B400000
LOG2_E = 1.4426950408889634
LN2_HIGH = 0.693145751953125  # 15 bits, so that k * LN2_HIGH is exact
LN2_LOW = 1.4286068203094172e-06
SMALLEST_NORMAL = 2.0**-126
SQRT_HALF_BITS = 0x3F3504F3
MANTISSA, BIAS = 23, 127
INFINITY = math.inf
#: Turns of pi/2 whose parts below are exact: no further does sine go.
FARTHEST = 8192.0
PI_2 = (1.5703125, 4.837512969970703e-4, 7.549789948768648e-8)

# (exp(r) - 1 - r) / r**2 for |r| <= ln(2)/2, relative error of exp 2**-26
EXP = (0.5, 0.16666576, 0.041666552, 0.008363293, 0.0013926326)
# (log(1+r) - r + r**2/2) / r**3 for 1+r from sqrt(1/2) to sqrt(2), relative error of log 2**-25
LOG = (0.3333333, -0.25000307, 0.20001045, -0.16641282, 0.14214496, -0.12998183, 0.12622322, -0.07902747)
# (sin(r) - r) / r**3 and (cos(r) - 1 + r**2/2) / r**4 in r**2, |r| <= pi/4
SIN = (-0.16666664, 0.008332746, -0.00019587387)
COS = (0.041666664, -0.00138883, 2.4547437e-05)


def _reduce_exp(code: Code, x: Value) -> tuple[Value, Value]:
    """The bits that hold the nearest multiple of ln 2, and e**rest of the rest."""
    shifted = fma(x, LOG2_E, ROUND)
    n = shifted - ROUND
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
    return shifted.bits(), 1.0 + fma(r * r, polynomial(r, EXP), r)


def _scale_far(code: Code, n_bits: Value, value: Value) -> Value:
    """``value * 2**n`` in two steps, rounded once: the result may be denormal or overflow."""
    half = ((n_bits - (ROUND_BITS - 512)) >> 1) - 256
    rest = (n_bits - ROUND_BITS) - half
    return value * ((half + BIAS) << MANTISSA).real() * ((rest + BIAS) << MANTISSA).real()


def _far_exp(code: Code, x: Value) -> Value:
    near = code.select(x.compare("olt", 89.0), x, 89.0)
    near = code.select(near.compare("ogt", -104.0), near, -104.0)
    return _scale_far(code, *_reduce_exp(code, near))


def usual_exp(code: Code, x: Value) -> tuple[Value, Callable[[], Value]]:
    """e**x where it is a normal number."""
    bits, value = _reduce_exp(code, x)
    return abs(x).compare("olt", 87.0), lambda: ((bits << MANTISSA) + value.bits()).real()


def exp(code: Code, x: Value) -> None:
    """e**x."""
    straight_or_odd(code, usual_exp(code, x))
    ret(code, code.select(x.compare("uno", x), x, _far_exp(code, x)))


def _logarithm(code: Code, x: Value, lift: Value | None = None) -> Value:
    """Natural logarithm of positive normal x, as ``2**k * (1 + r)``."""
    offset = x.bits() - SQRT_HALF_BITS
    r = (x.bits() - (offset & -(1 << MANTISSA))).real() - 1.0
    k = exponent(offset)
    if lift is not None:
        k = k + lift
    square = r * r
    low = fma(square * r, polynomial(r, LOG), k * LN2_LOW)
    return fma(k, LN2_HIGH, r + fma(square, -0.5, low))


def _positive_normal(x: Value) -> Value:
    return x.compare("oge", SMALLEST_NORMAL) & x.compare("olt", INFINITY)


def usual_log(code: Code, x: Value) -> tuple[Value, Callable[[], Value]]:
    """Natural logarithm of a positive normal number."""
    return _positive_normal(x), lambda: _logarithm(code, x)


def _far_logarithm(code: Code, size: Value) -> Value:
    """Natural logarithm of a positive number, denormal or infinite or zero as well."""
    tiny = size.compare("olt", SMALLEST_NORMAL)
    lifted = code.select(tiny, size * 2.0**24, size)
    value = _logarithm(code, lifted, code.select(tiny, -24.0, code.number(0.0)))
    value = code.select(size.compare("oeq", 0.0), -INFINITY, value)
    return code.select(size.compare("oeq", INFINITY), INFINITY, value)


def log(code: Code, x: Value) -> None:
    """Natural logarithm; -inf at zero, NaN below it."""
    straight_or_odd(code, usual_log(code, x))
    ret(code, code.select(x.compare("ult", 0.0), math.nan, _far_logarithm(code, x)))


def usual_power(code: Code, x: Value, y: Value) -> tuple[Value, Callable[[], Value]]:
    """x**y of a positive normal base where it is a normal number, and zero to a positive power."""
    e = _logarithm(code, x) * y
    ordinary = _positive_normal(x) & abs(e).compare("olt", 87.0)
    nothing = x.bits().compare("eq", 0)  # but not -0, which has a sign to keep

    def result() -> Value:
        bits, value = _reduce_exp(code, e)
        return code.select(nothing, 0.0, ((bits << MANTISSA) + value.bits()).real())

    return ordinary | (nothing & y.compare("ogt", 0.0)), result


def power(code: Code, x: Value, y: Value) -> None:
    """x**y, with IEEE 754's special cases; a negative base with a fractional exponent is NaN."""
    straight_or_odd(code, usual_power(code, x, y))
    ret(code, code.call("m_power_odd", x, y))


def power_odd(code: Code, x: Value, y: Value) -> None:
    """The same for vectors with an unusual lane."""
    value = _far_exp(code, _far_logarithm(code, abs(x)) * y)
    ret(code, power_edges(code, x, y, value))


def _turned(code: Code, x: Value) -> tuple[Value, Value, Value]:
    """How many right angles are in x (in the low bits), and sine and cosine of what is left; NaN too far away."""
    x = code.select(abs(x).compare("ult", FARTHEST), x, math.nan)
    shifted = fma(x, 2.0 / math.pi, ROUND)
    n = shifted - ROUND
    r = x
    for part in PI_2:
        r = fma(n, -part, r)
    z = r * r
    sine = fma(r * z, polynomial(z, SIN), r)
    return shifted.bits(), sine, 1.0 - fma(z * z, -polynomial(z, COS), z * 0.5)


def _sine(code: Code, x: Value, quarter: int) -> None:
    bits, sine, cosine = _turned(code, x)
    bits = bits + quarter
    value = code.select((bits & 1).compare("ne", 0), cosine, sine)
    ret(code, (value.bits() ^ ((bits & 2) << 30)).real())


def sin(code: Code, x: Value) -> None:
    """Sine of an angle in radians."""
    _sine(code, x, 0)


def cos(code: Code, x: Value) -> None:
    """Cosine of an angle in radians."""
    _sine(code, x, 1)


def tan(code: Code, x: Value) -> None:
    """Tangent of an angle in radians."""
    bits, sine, cosine = _turned(code, x)
    turned = (bits & 1).compare("ne", 0)
    ret(code, code.select(turned, -cosine, sine) / code.select(turned, sine, cosine))


#: Every kernel in single precision: its name in the module, how many arguments it takes, and what writes it.
KERNELS: dict[str, tuple[int, Kernel]] = {
    "m_exp": (1, exp),
    "m_log": (1, log),
    "m_power": (2, power),
    "m_power_odd": (2, power_odd),
    "m_sin": (1, sin),
    "m_cos": (1, cos),
    "m_tan": (1, tan),
}
#: Fast paths of those that are written for several interleaved vectors.
STRAIGHT: dict[str, Straight] = {"m_exp": usual_exp, "m_log": usual_log, "m_power": usual_power}
