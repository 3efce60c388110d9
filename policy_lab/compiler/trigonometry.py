"""Sine, cosine, tangent and their inverses as inline vector code in double precision, special cases as NumPy has them.

Argument reduction after Cody and Waite (Software Manual for the Elementary Functions, 1980): pi/2 in four parts of few
bits; far from zero in three parts with exact products (Dekker, Numerische Mathematik 18, 1971). Polynomials are
Chebyshev fits made with 60 digits; ``tests/test_math_functions.py`` measures the errors in units in the last place
against extended precision.
"""

from __future__ import annotations

import math

from policy_lab.compiler.llvm_ir import Code, Kernel, Value, ret
from policy_lab.compiler.vector_math import ROUND, copy_sign, exact_product, exact_sum, fma, polynomial

# (sin(r) - r) / r**3 and (cos(r) - 1 + r**2/2) / r**4 in r**2, |r| <= pi/4
SIN = (-0.16666666666666666, 0.008333333333333331, -0.0001984126984126506, 2.7557319219335453e-06,
       -2.5052106231157904e-08, 1.605853141458901e-10, -7.586685070091267e-13)  # fmt: skip
COS = (0.041666666666666664, -0.0013888888888888887, 2.4801587301584645e-05, -2.755731922140076e-07,
       2.0876755790363397e-09, -1.1470460773969325e-11, 4.7458652037874553e-14)  # fmt: skip
# (arctan(r)/r - 1) / r**2 for |r| <= tan(pi/8), and (arcsin(r)/r - 1) / r**2 for |r| <= 1/2, in r**2
ARCTAN = (-0.3333333333333333, 0.19999999999999804, -0.14285714285659779, 0.11111111105150588, -0.09090908753259112,
          0.07692296368042296, -0.0666642476020052, 0.05878927554473807, -0.05230443640686948, 0.045515447340221615,
          -0.03456931506332609, 0.016284375050043393)  # fmt: skip
ARCSIN = (0.16666666666666666, 0.07500000000000118, 0.044642857142551895, 0.03038194447553234, 0.02237215744350722,
          0.017352816540325496, 0.01396378001220357, 0.011566459612121669, 0.009621842970100282,
          0.009319560794767446, 0.0030448799094556773, 0.019554513336123378, -0.01924167174674304,
          0.02961201126495512)  # fmt: skip
PI_2 = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32)  # 33 bits each
PI_2_HIGH, PI_2_LOW, PI_2_LOWEST = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33
#: Up to the first size pi/2 in four short parts is enough, up to the second in three long ones.
NEAR, FARTHEST = 3.0e6, 1e15


def _quadrant(code: Code, x: Value) -> tuple[Value, Value, Value]:
    """What x exceeds the nearest multiple of pi/2 by, in two parts; the bits that hold which multiple it was."""
    shifted = fma(x, 2.0 / math.pi, ROUND)
    n = shifted - ROUND
    first = fma(n, -PI_2[0], x)
    r, low = exact_sum(first, n * -PI_2[1])
    r, lower = exact_sum(r, n * -PI_2[2])
    r, low = exact_sum(r, low + fma(n, -PI_2[3], lower))
    far, far_low = _far(code, n, x)
    near = abs(x).compare("olt", NEAR)
    return shifted.bits(), code.select(near, r, far), code.select(near, low, far_low)


def _far(code: Code, n: Value, x: Value) -> tuple[Value, Value]:
    """``x - n * pi/2`` in two parts, with exact products: also where n has 50 bits."""
    product, error = exact_product(n, code.number(PI_2_HIGH))
    r, first = exact_sum(x, -product)
    r, second = exact_sum(r, -error)
    product, error = exact_product(n, code.number(PI_2_LOW))
    r, third = exact_sum(r, -product)
    return exact_sum(r, ((first + second) + third) - error - n * PI_2_LOWEST)


def _sine_and_cosine(code: Code, r: Value, low: Value) -> tuple[Value, Value]:
    z = r * r
    sine = r + fma(r * z, polynomial(z, SIN), low)
    half = z * 0.5
    one = 1.0 - half
    cosine = one + (((1.0 - one) - half) + fma(z * z, polynomial(z, COS), -(r * low)))
    return sine, cosine


def _turned(code: Code, x: Value, quarter: int) -> Value:
    """sin(x + quarter * pi/2); NaN beyond ``FARTHEST``, where a number has no digits left behind the point."""
    bits, r, low = _quadrant(code, x)
    sine, cosine = _sine_and_cosine(code, r, low)
    bits = bits + quarter
    value = code.select((bits & 1).compare("ne", 0), cosine, sine)
    value = (value.bits() ^ ((bits & 2) << 62)).real()
    return code.select(abs(x).compare("ult", FARTHEST), value, math.nan)


def sin(code: Code, x: Value) -> None:
    """Sine of an angle in radians; -0 and tiny x give x."""
    ret(code, code.select(abs(x).compare("olt", 1e-8), x, _turned(code, x, 0)))


def cos(code: Code, x: Value) -> None:
    """Cosine of an angle in radians."""
    ret(code, _turned(code, x, 1))


def tan(code: Code, x: Value) -> None:
    """Tangent of an angle in radians."""
    bits, r, low = _quadrant(code, x)
    sine, cosine = _sine_and_cosine(code, r, low)
    turned = (bits & 1).compare("ne", 0)
    value = code.select(turned, -cosine, sine) / code.select(turned, sine, cosine)
    value = code.select(abs(x).compare("olt", 1e-8), x, value)
    ret(code, code.select(abs(x).compare("ult", FARTHEST), value, math.nan))


def arctan(code: Code, x: Value) -> None:
    """Inverse tangent, radians."""
    size = abs(x)
    steep, middle = size.compare("ogt", 2.414213562373095), size.compare("ogt", 0.41421356237309503)
    top = code.select(steep, code.number(-1.0), code.select(middle, size - 1.0, size))
    bottom = code.select(steep, size, code.select(middle, size + 1.0, 1.0))
    r = top / bottom
    z = r * r
    high = code.select(steep, code.number(PI_2_HIGH), code.select(middle, code.number(PI_2_HIGH / 2), 0.0))
    low = code.select(steep, code.number(PI_2_LOW), code.select(middle, code.number(PI_2_LOW / 2), 0.0))
    value = high + (r + fma(r * z, polynomial(z, ARCTAN), low))
    ret(code, copy_sign(code.select(size.compare("oeq", math.inf), PI_2_HIGH, value), x))


def _arcsine_parts(code: Code, size: Value) -> tuple[Value, Value, Value]:
    """For |x| <= 1/2: x and its correction; above, sqrt((1-x)/2), the correction, and the root's own rounding."""
    upper = size.compare("ogt", 0.5)
    z = code.select(upper, (1.0 - size) * 0.5, size * size)
    root = code.select(upper, z.one("sqrt"), size)
    square, error = exact_product(root, root)
    rounding = code.select(z.compare("ogt", 0.0), ((z - square) - error) / (root * 2.0), 0.0)
    rounding = code.select(upper, rounding, 0.0)
    return root, root * z * polynomial(z, ARCSIN), rounding


def arcsin(code: Code, x: Value) -> None:
    """Inverse sine, radians; NaN outside [-1, 1]."""
    size = abs(x)
    root, tail, rounding = _arcsine_parts(code, size)
    far = PI_2_HIGH - (root * 2.0 - (PI_2_LOW - (tail + rounding) * 2.0))
    value = code.select(size.compare("ogt", 0.5), far, root + tail)
    ret(code, copy_sign(code.select(size.compare("ogt", 1.0), math.nan, value), x))


def arccos(code: Code, x: Value) -> None:
    """Inverse cosine, radians; NaN outside [-1, 1]."""
    size = abs(x)
    root, tail, rounding = _arcsine_parts(code, size)
    right = (root + (tail + rounding)) * 2.0
    left = 2.0 * (PI_2_HIGH - (root - (PI_2_LOW - (tail + rounding))))
    angle = copy_sign(root + (tail + 0.0), x)
    middle = PI_2_HIGH - (angle - PI_2_LOW)
    value = code.select(x.compare("ogt", 0.5), right, code.select(x.compare("olt", -0.5), left, middle))
    ret(code, code.select(size.compare("ugt", 1.0), math.nan, value))


#: Name in the module, how many arguments it takes, and what writes it.
KERNELS: dict[str, tuple[int, Kernel]] = {
    "m_sin": (1, sin),
    "m_cos": (1, cos),
    "m_tan": (1, tan),
    "m_arcsin": (1, arcsin),
    "m_arccos": (1, arccos),
    "m_arctan": (1, arctan),
}
