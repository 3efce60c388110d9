"""PySD at several times its speed with the same numbers: short cuts around xarray, none around PySD's own arithmetic.

PySD spends nearly all of a run in xarray, which aligns two arrays before each operation even where they have the same
coordinates, looks up one element through a machinery for many dimensions, and interpolates one number in one table
through another. Inside ``quick_pysd`` arrays of equal coordinates, or an array and a number, are given to the operator
as they are; elements are picked and set by their position; tables without subscripts are read by ``numpy.interp``,
which is what xarray itself comes down to. Whatever is not as simple as that goes xarray's own way. Who uses this
compares a whole run with PySD as shipped, number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import xarray as xr
import xarray.core.dataarray
from pysd.py_backend.lookups import HardcodedLookups

_Array: Any = xr.DataArray
_Locator: Any = xarray.core.dataarray._LocIndexer
_Table: Any = HardcodedLookups
_call, _operate, _get, _set = _Table._call, _Array._binary_op, _Locator.__getitem__, _Locator.__setitem__
_NUMBERS = (float, int, np.floating, np.integer)


@contextmanager
def quick_pysd() -> Iterator[None]:
    """PySD is quick in this block, in this process; afterwards it is as shipped again."""
    _put(_look_up, _calculate, _element, _put_elements)
    try:
        yield
    finally:
        _put(_call, _operate, _get, _set)


def _put(call: Any, operate: Any, get: Any, put: Any) -> None:
    _Table._call, _Array._binary_op, _Locator.__getitem__, _Locator.__setitem__ = call, operate, get, put


def _look_up(table: Any, data: Any, x: Any, final_subs: Any = None) -> Any:
    """``value(x)`` of a table; x a number or an array. Subscripted and extrapolating tables go PySD's own way."""
    if not table.is_float or table.interp != "interpolate":
        return _call(table, data, x, final_subs)
    points = table.__dict__.setdefault("_points", (data["lookup_dim"].values, data.values))
    if isinstance(x, xr.DataArray) and x.dims:
        return xr.DataArray(np.interp(x.values, *points), x.coords, x.dims).transpose(*final_subs)
    return float(np.interp(float(x), *points))


def _calculate(array: Any, other: Any, operation: Callable[[Any, Any], Any], reflexive: bool = False) -> Any:
    """``array operation other``, or the other way round, where both have the same elements or one is a number."""
    if isinstance(other, xr.DataArray) and _same_elements(array, other):
        right = other.variable.data
    elif isinstance(other, _NUMBERS):
        right = other
    else:
        return _operate(array, other, operation, reflexive)
    left = array.variable.data
    with np.errstate(all="ignore"):
        values = operation(right, left) if reflexive else operation(left, right)
    return array._replace(xr.Variable(array.dims, values), name=None)


def _same_elements(one: Any, other: Any) -> bool:
    """Whether two arrays have the same dimensions in the same order, nothing but them, and the same elements."""
    if one.dims != other.dims or not (_plain(one) and _plain(other)):
        return False
    mine, theirs = one._indexes, other._indexes
    return all(mine[d] is theirs[d] or mine[d].index is theirs[d].index or mine[d].equals(theirs[d]) for d in one.dims)


def _plain(array: Any) -> bool:
    return len(array._coords) == len(array.dims) == len(array._indexes)


def _element(locator: Any, key: Any) -> Any:
    """``array.loc["element"]``, ``array.loc["one", "two"]``; anything else goes xarray's own way."""
    array, labels = locator.data_array, key if isinstance(key, tuple) else (key,)
    if len(labels) != array.ndim or not all(isinstance(name, str) for name in labels) or not _plain(array):
        return _get(locator, key)
    value = array.variable.data[_positions(array, labels)]
    return array._replace(xr.Variable((), value), {}, None, indexes={})


def _put_elements(locator: Any, key: Any, value: Any) -> None:
    """``array.loc[["element"]] = number``; anything else goes xarray's own way."""
    array, lists = locator.data_array, key if isinstance(key, tuple) else (key,)
    single = all(isinstance(names, list) and len(names) == 1 for names in lists)
    if not (single and len(lists) == array.ndim and isinstance(value, _NUMBERS) and _plain(array)):
        _set(locator, key, value)
        return
    array.variable.data[_positions(array, [names[0] for names in lists])] = value


def _positions(array: Any, labels: Any) -> tuple[int, ...]:
    return tuple(array._indexes[d].index.get_loc(name) for d, name in zip(array.dims, labels, strict=True))
