"""exp, log, power, sine, cosine and tangent in single precision, against NumPy's in double."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from policy_lab.compiler.llvm_toolchain import host
from policy_lab.compiler.math_functions_single import FARTHEST, KERNELS
from policy_lab.compiler.target import Target, TooFine
from tests.test_math_functions import Functions

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]
COUNT = 100_000
#: As this machine fuses multiply and add, and as WebAssembly does not.
TARGETS = {
    "fused": replace(host(), bits=32, lanes=2 * host().lanes, permute=False),
    "no fma": replace(host(), bits=32, lanes=4, permute=False, fma=""),
}
SPECIAL = np.array(
    [0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 3e38, -3e38, 1e20,
     88.7, -88.7, 89.1, -104.5, 16777216],
    dtype=np.float32,
)  # fmt: skip


@cache
def functions(target: str) -> Functions:
    return Functions(TARGETS[target], KERNELS)


def spread(low: float, high: float, seed: int = 7) -> Singles:
    return np.random.default_rng(seed).uniform(low, high, COUNT).astype(np.float32)


def units(got: NDArray[Any], exact: Floats) -> float:
    """Largest error in units in the last place of single precision, where the exact value has one."""
    with np.errstate(over="ignore"):
        rounded = exact.astype(np.float32)
    kept = np.isfinite(rounded) & (rounded != 0)
    step = np.spacing(np.abs(rounded[kept])).astype(float)
    return float(np.max(np.abs(got[kept].astype(float) - exact[kept]) / step))


ONE = [
    ("m_exp", np.exp, spread(-87, 88.7), 1.2),
    ("m_exp", np.exp, spread(-1, 1), 1.1),
    ("m_exp", np.exp, spread(-103, -87), 1.0),
    ("m_log", np.log, np.exp(spread(-87, 88)), 1.1),
    ("m_log", np.log, spread(0.5, 2), 1.1),
    ("m_log", np.log, 1 + spread(-0.01, 0.01), 1.0),
    ("m_log", np.log, spread(0, 1e-38), 1.0),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("name", "exact", "x", "limit"), ONE, ids=lambda v: v if isinstance(v, str) else "")
def test_accuracy(target: str, name: str, exact: Callable[..., Any], x: Singles, limit: float) -> None:
    assert units(functions(target)(name, x), exact(x.astype(float))) < limit


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("size", "most", "limit"), [(1, 1, 1.5), (1, 2, 3), (7, 2, 14), (0.7, 90, 100)])
def test_power_is_as_exact_as_its_exponent_is_small(target: str, size: float, most: float, limit: float) -> None:
    """Bases between e**-size and e**size, exponents to ``most``: the error grows with the product of both."""
    base, exponent = np.exp(spread(-size, size)), spread(-most, most, seed=8)
    exact = np.power(base.astype(float), exponent.astype(float))
    assert units(functions(target)("m_power", base, exponent), exact) < limit


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("name", "exact", "limit"), [("m_sin", np.sin, 1e-7), ("m_cos", np.cos, 1e-7)])
def test_angles(target: str, name: str, exact: Callable[..., Any], limit: float) -> None:
    for x in (spread(-3, 3), spread(-FARTHEST, FARTHEST)):
        assert np.abs(functions(target)(name, x) - exact(x.astype(float))).max() < limit
    assert np.isnan(functions(target)(name, [FARTHEST + 1, -1e30, np.inf, np.nan])).all()


@pytest.mark.parametrize("target", TARGETS)
def test_tangent(target: str) -> None:
    x = spread(-30, 30)
    exact = np.tan(x.astype(float))
    assert np.max(np.abs(functions(target)("m_tan", x) - exact) / np.maximum(1, exact**2)) < 3e-7


def same(got: NDArray[Any], want: NDArray[Any]) -> NDArray[np.bool_]:
    """Equal with its sign, both NaN, or within some units in the last place."""
    equal = (got == want) & (np.signbit(got) == np.signbit(want))
    near = np.abs(got - want) <= 40 * np.spacing(np.abs(want))
    result: NDArray[np.bool_] = equal | (np.isnan(got) & np.isnan(want)) | (near & (want != 0))
    return result


@pytest.mark.parametrize("target", TARGETS)
def test_special_cases_are_numpys(target: str) -> None:
    x, y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))
    with np.errstate(all="ignore"):
        good = same(functions(target)("m_power", x, y), np.power(x.astype(float), y.astype(float)).astype(np.float32))
        assert [(x[i], y[i]) for i in np.flatnonzero(~good)] == []
        for name in ("exp", "log"):
            want = getattr(np, name)(SPECIAL.astype(float)).astype(np.float32)
            assert list(SPECIAL[~same(functions(target)(f"m_{name}", SPECIAL), want)]) == [], name


@pytest.mark.parametrize(("name", "count"), [(name, count) for name, (count, _) in KERNELS.items()])
def test_a_value_does_not_depend_on_its_neighbours(name: str, count: int) -> None:
    ordinary = [np.abs(spread(-3, 3, seed))[:1600] for seed in range(count)]
    mixed = [np.repeat(column, 2) for column in ordinary]
    for column in mixed:
        column[1::2] = np.resize(SPECIAL[:: 1 if column is mixed[0] else -1], 1600)
    for target in TARGETS:
        alone = functions(target)(name, *ordinary)
        assert functions(target)(name, *mixed)[0::2].tobytes() == alone.tobytes()


@pytest.mark.parametrize("number", [1e-60, -1e-39, 1e39, 3.5e38])
def test_numbers_that_it_does_not_have_are_refused(number: float) -> None:
    single: Target = TARGETS["fused"]
    with pytest.raises(TooFine, match="it has the number"):
        single.literal(number)
    assert replace(single, bits=64).literal(number).startswith("double 0x")
