"""exp, log, power and their kin against extended precision, in units in the last place, and NumPy's special cases."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from policy_lab.compiler.hoisting import HUGE, TINY
from policy_lab.compiler.llvm_ir import Code, Kernel, Module, Value
from policy_lab.compiler.llvm_toolchain import Loaded, compile_object, host
from policy_lab.compiler.math_functions import KERNELS, quotient
from policy_lab.compiler.target import Target

Floats = NDArray[np.float64]
COUNT = 100_000
#: This machine as it is, and as poorer ones are: half the width, and (as WebAssembly) without fused multiply-add.
TARGETS = {
    "host": host(),
    "narrow": replace(host(), lanes=max(2, host().lanes // 2), permute=False),
    "no fma": replace(host(), lanes=2, fma="", permute=False),
}


class Functions:
    """Kernels as functions of arrays."""

    def __init__(self, target: Target, kernels: Mapping[str, tuple[int, Kernel]] = KERNELS) -> None:
        self.real = np.float64 if target.bits == 64 else np.float32
        module = Module(target, dict(kernels))
        for name, (count, _) in kernels.items():
            _loop(module, f"loop_{name}", count, lambda code, *a, name=name: code.call(name, *a))
        if target.fma and target.bits == 64:
            _loop(module, "loop_quotient", 3, quotient)
        self.loaded = Loaded(compile_object(module.text(), target))

    def __call__(self, name: str, *arguments: Any) -> Floats:
        arrays = [np.asarray(a, dtype=self.real).ravel() for a in np.broadcast_arrays(*arguments)]
        count = arrays[0].size
        padded = [np.concatenate([a, np.ones(-count % 16, self.real)]) for a in arrays]
        out = np.empty(len(padded[0]), self.real)
        signature = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * (len(padded) + 1))
        function = signature(self.loaded.address(f"loop_{name}"))
        function(len(out), out.ctypes.data, *[a.ctypes.data for a in padded])
        return out[:count]


def _loop(module: Module, name: str, count: int, body: Callable[..., Value]) -> None:
    code, lanes = Code(module), module.target.lanes
    wide, real, size = code.type("f"), module.target.real, module.target.size
    code.lines = ["  br label %loop", "loop:", "  %i = phi i64 [0, %entry], [%j, %loop]"]
    places = [code.scalar(f"getelementptr {real}, ptr %p{k}, i64 %i") for k in range(count)]
    result = body(code, *[code.emit("f", f"load {wide}, ptr {p}, align {size}") for p in places])
    code.line(f"{(out := code.name())} = getelementptr {real}, ptr %out, i64 %i")
    code.line(f"store {wide} {result.text}, ptr {out}, align {size}")
    code.line(f"%j = add i64 %i, {lanes}")
    code.line("%more = icmp slt i64 %j, %n")
    code.line("br i1 %more, label %loop, label %done")
    code.lines += ["done:", "  ret void"]
    module.function(f"void @{name}(i64 %n, ptr %out{''.join(f', ptr %p{k}' for k in range(count))})", code)


@cache
def functions(target: str) -> Functions:
    return Functions(TARGETS[target])


def units(got: Floats, exact: NDArray[np.longdouble]) -> Floats:
    """Error in units in the last place, where the exact value is an ordinary number."""
    with np.errstate(over="ignore"):
        rounded = exact.astype(np.float64)
    kept = np.isfinite(rounded) & (rounded != 0)
    step = np.spacing(np.abs(rounded[kept])).astype(np.longdouble)
    error: Floats = np.abs((got[kept].astype(np.longdouble) - exact[kept]) / step).astype(np.float64)
    return error


def spread(low: float, high: float) -> Floats:
    return np.random.default_rng(7).uniform(low, high, COUNT)


def orders(low: float, high: float) -> Floats:
    """Numbers of every size between e**low and e**high."""
    return np.exp(spread(low, high))


ONE = [
    ("m_exp", np.exp, spread(-708, 709.7), 1.0),
    ("m_exp", np.exp, spread(-1, 1), 1.0),
    ("m_exp", np.exp, spread(-745, -708), 1.0),
    ("m_log", np.log, orders(-700, 700), 0.6),
    ("m_log", np.log, spread(0.5, 2), 0.6),
    ("m_log", np.log, 1 + spread(-0.04, 0.04), 0.6),
    ("m_log", np.log, spread(0, 3e-308), 0.6),
    ("m_sin", np.sin, spread(-10, 10), 1.0),
    ("m_sin", np.sin, spread(-2.9e6, 2.9e6), 1.0),
    ("m_sin", np.sin, np.arange(1, COUNT) * (np.pi / 2), 1.0),
    ("m_cos", np.cos, spread(-10, 10), 1.0),
    ("m_cos", np.cos, spread(-2.9e6, 2.9e6), 1.0),
    ("m_cos", np.cos, np.arange(1, COUNT) * (np.pi / 2), 1.0),
    ("m_tan", np.tan, spread(-10, 10), 2.4),
    ("m_arctan", np.arctan, spread(-3, 3), 2.0),
    ("m_arctan", np.arctan, orders(-30, 30), 2.0),
    ("m_arcsin", np.arcsin, spread(-1, 1), 1.3),
    ("m_arccos", np.arccos, spread(-1, 1), 1.3),
    ("m_arccos", np.arccos, 1 - orders(-30, 0), 1.3),
    ("m_sinh", np.sinh, spread(-710, 710), 2.0),
    ("m_sinh", np.sinh, orders(-30, 3), 2.0),
    ("m_cosh", np.cosh, spread(-710, 710), 2.0),
    ("m_tanh", np.tanh, spread(-3, 3), 2.6),
    ("m_tanh", np.tanh, orders(-30, 3), 2.6),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("name", "exact", "x", "limit"), ONE, ids=lambda v: v if isinstance(v, str) else "")
def test_accuracy(target: str, name: str, exact: Callable[..., Any], x: Floats, limit: float) -> None:
    assert units(functions(target)(name, x), exact(x.astype(np.longdouble))).max() < limit


BASES = [spread(0, 10), orders(-300, 300), spread(0.6, 1.4), 1 + spread(-0.05, 0.05), spread(1e-310, 2e-308)]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("base", BASES, ids=["near", "all sizes", "around one", "close to one", "denormal"])
def test_accuracy_of_power(target: str, base: Floats) -> None:
    """Small exponents, and exponents that lead to every size of result there is."""
    for exponent in (spread(-5, 5), np.random.default_rng(3).uniform(-744, 709, COUNT) / np.log(base)):
        exact = np.power(base.astype(np.longdouble), exponent.astype(np.longdouble))
        assert units(functions(target)("m_power", base, exponent), exact).max() < 1.5


SPECIAL = np.array(
    [0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e-310, -1e-310,
     2.2250738585072014e-308, 1e308, -1e308, 1.7976931348623157e308, 1e300, 2.0**53 + 2, 2.0**53 + 1, -7, 1e-20,
     745.2, -745.2, 709.79, -709.79, 710.5, -710.5]
)  # fmt: skip


def same(got: Floats, want: Floats) -> NDArray[np.bool_]:
    """Equal with its sign, both NaN, or within two units in the last place."""
    equal = (got == want) & (np.signbit(got) == np.signbit(want))
    near = np.abs(got - want) <= 2 * np.spacing(np.abs(want))
    result: NDArray[np.bool_] = equal | (np.isnan(got) & np.isnan(want)) | (near & (want != 0))
    return result


@pytest.mark.parametrize("target", TARGETS)
def test_special_cases_of_power_are_numpys(target: str) -> None:
    x, y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))
    with np.errstate(all="ignore"):
        good = same(functions(target)("m_power", x, y), np.power(x, y))
    assert [(x[i], y[i]) for i in np.flatnonzero(~good)] == []


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["exp", "log", "arctan", "arcsin", "arccos", "tanh", "sinh", "cosh"])
def test_special_cases_are_numpys(target: str, name: str) -> None:
    with np.errstate(all="ignore"):
        good = same(functions(target)(f"m_{name}", SPECIAL), getattr(np, name)(SPECIAL))
    assert list(SPECIAL[~good]) == []


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_angles_of_infinitely_many_turns_are_refused(name: str) -> None:
    """Where a number has no digits behind the point, NaN is honest."""
    assert np.isnan(functions("host")(f"m_{name}", [np.inf, -np.inf, np.nan, 4e15, -1e300])).all()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_angles_of_very_many_turns(target: str, name: str) -> None:
    """NumPy's own, which is right for every number, is the witness."""
    size = 10 ** np.random.default_rng(7).uniform(6, 15, COUNT)
    x = np.concatenate([size, -size, np.rint(size / np.pi) * np.pi])
    got, want = functions(target)(f"m_{name}", x), getattr(np, name)(x)
    assert np.max(np.abs(got - want) / np.maximum(np.abs(want), 0.1)) < 1e-13


@pytest.mark.parametrize("name", [n for n, (count, _) in KERNELS.items() if count == 1])
def test_a_value_does_not_depend_on_its_neighbours(name: str) -> None:
    """One odd lane sends the whole vector down the second path, which must give the same bits."""
    ordinary = spread(-3, 3)[:1600]
    alone = functions("host")(name, ordinary)
    mixed = np.repeat(ordinary, 2)
    mixed[1::2] = np.resize(SPECIAL, len(ordinary))
    assert functions("host")(name, mixed)[0::2].tobytes() == alone.tobytes()


def test_a_power_does_not_depend_on_its_neighbours() -> None:
    base, exponent = np.abs(spread(-3, 3))[:1600], spread(-9, 9)[:1600][::-1]
    alone = functions("host")("m_power", base, exponent)
    bases, exponents = np.repeat(base, 2), np.repeat(exponent, 2)
    bases[1::2] = np.resize(SPECIAL, len(base))
    exponents[1::2] = np.resize(SPECIAL[::-1], len(base))
    assert functions("host")("m_power", bases, exponents)[0::2].tobytes() == alone.tobytes()


@pytest.mark.parametrize("divisor", [3.0, 7.0, 0.1, 49.0, 1e-200, 1e200, TINY * 2, HUGE / 2, 2 - 2**-52, "any"])
def test_division_by_a_kept_reciprocal_is_division(divisor: float | str) -> None:
    """To the last bit, whole quotients included, which INTEGER would cut."""
    target = next(n for n, t in TARGETS.items() if t.fma) if host().fma else None
    if target is None:
        assert not TARGETS["no fma"].fma  # without fma no reciprocal is kept: see layout_of
        return
    b = orders(-20, 20) if divisor == "any" else np.full(COUNT, float(divisor))
    for a in (spread(-10, 10), np.arange(COUNT) * b):
        assert np.array_equal(functions(target)("quotient", a, b, 1.0 / b), a / b)


def test_division_by_a_kept_reciprocal_has_the_same_special_cases() -> None:
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -5.0])
    a, b = (v.ravel() for v in np.meshgrid(odd, odd))
    with np.errstate(all="ignore"):
        want, reciprocal = a / b, 1.0 / b
    got = functions("host")("quotient", a, b, reciprocal)
    assert all(
        (g == w and np.signbit(g) == np.signbit(w)) or (g != g and w != w) for g, w in zip(got, want, strict=True)
    )
