"""Factors: the constants that a study varies, each with a range and a distribution.

A sample is drawn in the unit cube and mapped to each factor's values by its inverse distribution function,
so that every method works with every distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from scipy.special import ndtr, ndtri

from policy_lab.errors import StudyError, UnknownName
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.runs import Floats

Kind = Literal["lever", "uncertainty", "constant"]

DISTRIBUTIONS: Final = ("uniform", "log-uniform", "normal", "triangular", "discrete")

#: A normal factor without a stated ``sd`` has its range at two standard deviations either side of the middle.
SD_IN_RANGE: Final = 4.0


@dataclass(frozen=True)
class Factor:
    """One varied constant of a model.

    Attributes:
        name: the constant's name in the model.
        low, high: range, in ``unit``; every value drawn lies in it.
        distribution: one of ``DISTRIBUTIONS``; ``normal`` is truncated to the range.
        mode: most likely value of a ``triangular`` factor, mean of a ``normal`` one; None is the middle.
        sd: standard deviation (before truncation) of a ``normal`` factor; None is a quarter of the range.
        values: what a ``discrete`` factor can be, each as likely as the others.
        group: its heading (a lever's group, an uncertainty's sector).
        kind: where it was found: among the levers, the uncertainties, or the other constants.
        unit, default: from the model.
    """

    name: str
    low: float
    high: float
    distribution: str = "uniform"
    mode: float | None = None
    sd: float | None = None
    values: tuple[float, ...] = ()
    group: str = ""
    kind: Kind = "constant"
    unit: str = ""
    default: float = math.nan

    def __post_init__(self) -> None:
        _check(self)

    def at(self, u: Floats) -> Floats:
        """Values of the factor at the probabilities ``u`` in [0, 1), of the same shape."""
        inverse: Callable[[Factor, Floats], Floats] = _INVERSE[self.distribution]
        return inverse(self, np.asarray(u, dtype=np.float64))

    def evenly(self) -> Factor:
        """The same range with every position in it alike, for a search; a log-uniform one stays in logarithms."""
        even = "log-uniform" if self.distribution == "log-uniform" else "uniform"
        return replace(self, distribution=even, mode=None, sd=None)

    def position(self, value: float) -> float:
        """Position of a value in the range, 0 to 1, for a factor that is ``evenly``; beyond the ends it is 0 or 1."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.distribution == "log-uniform":
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low)


def _check(factor: Factor) -> None:
    name = factor.name
    if factor.distribution not in DISTRIBUTIONS:
        raise UnknownName(
            "distribution",
            factor.distribution,
            DISTRIBUTIONS,
            Message("error.unknown.of_factor", {"factor": Name(name)}),
        )
    numbers = [factor.low, factor.high, *factor.values]
    numbers += [n for n in (factor.mode, factor.sd) if n is not None]
    if not all(math.isfinite(n) for n in numbers):
        raise StudyError("error.factor.finite", name=Name(name), numbers=numbers)
    if factor.distribution == "discrete":
        if len(set(factor.values)) < 2:
            raise StudyError("error.factor.discrete", name=Name(name))
        return
    if factor.low >= factor.high:
        raise StudyError("error.factor.order", name=Name(name), low=factor.low, high=factor.high)
    if factor.distribution == "log-uniform" and factor.low <= 0:
        raise StudyError("error.factor.log_uniform", name=Name(name), low=factor.low)
    if factor.mode is not None and not factor.low <= factor.mode <= factor.high:
        raise StudyError("error.factor.mode", name=Name(name), mode=factor.mode, low=factor.low, high=factor.high)
    if factor.sd is not None and factor.sd <= 0:
        raise StudyError("error.factor.sd", name=Name(name), sd=factor.sd)


def _uniform(factor: Factor, u: Floats) -> Floats:
    return u * (factor.high - factor.low) + factor.low


def _log_uniform(factor: Factor, u: Floats) -> Floats:
    low, high = math.log(factor.low), math.log(factor.high)
    return np.asarray(np.clip(np.exp(u * (high - low) + low), factor.low, factor.high), dtype=np.float64)


def _normal(factor: Factor, u: Floats) -> Floats:
    mean = (factor.low + factor.high) / 2 if factor.mode is None else factor.mode
    sd = (factor.high - factor.low) / SD_IN_RANGE if factor.sd is None else factor.sd
    below, above = ndtr((factor.low - mean) / sd), ndtr((factor.high - mean) / sd)
    return np.asarray(
        np.clip(mean + sd * ndtri(below + u * (above - below)), factor.low, factor.high), dtype=np.float64
    )


def _triangular(factor: Factor, u: Floats) -> Floats:
    low, high = factor.low, factor.high
    mode = (low + high) / 2 if factor.mode is None else factor.mode
    left = low + np.sqrt(u * (high - low) * (mode - low))
    right = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u < (mode - low) / (high - low), left, right)


def _discrete(factor: Factor, u: Floats) -> Floats:
    values = np.array(factor.values)
    return values[np.minimum((u * len(values)).astype(np.intp), len(values) - 1)]


_INVERSE: Final = {
    "uniform": _uniform,
    "log-uniform": _log_uniform,
    "normal": _normal,
    "triangular": _triangular,
    "discrete": _discrete,
}


def values_of(factors: Iterable[Factor], unit: Floats) -> dict[str, Floats]:
    """Constant name to ``value[run]`` for a sample ``unit[run, factor]`` of the unit cube."""
    return {factor.name: factor.at(unit[:, j]) for j, factor in enumerate(factors)}


def lever_factors(model: Model) -> tuple[Factor, ...]:
    """Every lever of the model over its whole range, uniform: what could be decided, without judging how likely."""
    return tuple(
        Factor(x.name, x.low, x.high, group=x.group, kind="lever", unit=x.unit, default=x.default)
        for x in model.levers.values()
    )


def uncertainty_factors(model: Model) -> tuple[Factor, ...]:
    """Every row of ``uncertainties.csv``, with its range and distribution; a peaked one peaks at the default."""
    factors = []
    for x in model.uncertainties.values():
        peaked = x.distribution in ("normal", "triangular") and x.low <= x.default <= x.high
        factors.append(
            Factor(
                x.name,
                x.low,
                x.high,
                x.distribution or "uniform",
                mode=x.default if peaked else None,
                group=x.group,
                kind="uncertainty",
                unit=x.unit,
                default=x.default,
            )
        )
    return tuple(factors)


def named_factors(model: Model, which: str) -> tuple[Factor, ...]:
    """The factors of a word in a study file: ``levers``, ``uncertainties`` or ``all`` (levers first)."""
    tables = {
        "levers": lambda: lever_factors(model),
        "uncertainties": lambda: uncertainty_factors(model),
        "all": lambda: lever_factors(model) + uncertainty_factors(model),
    }
    if which not in tables:
        raise UnknownName("set of factors", which, tables)
    found = tables[which]()
    if not found:
        raise StudyError("error.factor.none", model=model.name, which=which)
    return found


def factor_from(model: Model, name: str, entry: Mapping[str, Any]) -> Factor:
    """A factor of a study file's ``[factors]`` table: what the entry lacks comes from the model's own tables and file.

    Raises:
        UnknownName: the model has no such constant, or the entry a key nobody knows.
        StudyError: the range is missing or wrong, or the variable is no constant.
    """
    canonical = model.find(name)
    if canonical not in model.program.constants:
        raise StudyError("error.factor.computed", name=Name(canonical))
    known = {f.name: f for f in lever_factors(model) + uncertainty_factors(model)}.get(canonical)
    given = _entry(canonical, entry)
    equation = model.program.equations[canonical]
    if known is not None:
        given = {"low": known.low, "high": known.high, "distribution": known.distribution, **given}
    given = {**{k: v for k, v in zip(("low", "high"), equation.limits, strict=True) if v is not None}, **given}
    if given.get("distribution") == "discrete":
        values = tuple(float(v) for v in given.get("values", ()))
        given = {**given, "values": values, "low": min(values, default=0.0), "high": max(values, default=0.0)}
    missing = [key for key in ("low", "high") if key not in given]
    if missing:
        raise StudyError("error.factor.lacks", name=Name(canonical), missing=" and ".join(missing))
    peaked = given.get("distribution") in ("normal", "triangular")
    default = model.program.constants[canonical]
    if peaked and "mode" not in given and given["low"] <= default <= given["high"]:
        given["mode"] = default
    return Factor(
        canonical,
        group=known.group if known else equation.group,
        kind=known.kind if known else "constant",
        unit=equation.unit,
        default=default,
        **given,
    )


def _entry(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    possible = ("low", "high", "distribution", "mode", "sd", "values")
    for key, value in entry.items():
        if key not in possible:
            raise UnknownName("key", key, possible, Message("error.unknown.of_factor", {"factor": Name(name)}))
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if key in ("low", "high", "mode", "sd") and not number:
            raise StudyError("error.factor.number", name=Name(name), key=key, value=repr(value))
        if key == "values" and not (isinstance(value, list) and all(isinstance(v, int | float) for v in value)):
            raise StudyError("error.factor.values", name=Name(name), value=repr(value))
    return {k: float(v) if k in ("low", "high", "mode", "sd") else v for k, v in entry.items()}


def check_limits(model: Model, factors: Iterable[Factor]) -> None:
    """Refuse a range that leaves a lever's range or a constant's limits, before any run is made."""
    for factor in factors:
        low, high = model.program.equations[factor.name].limits
        lever = model.levers.get(factor.name)
        if lever is not None:
            low, high = lever.low, lever.high
        if (low is not None and factor.low < low) or (high is not None and factor.high > high):
            raise StudyError(
                "error.factor.range",
                name=Name(factor.name),
                low=factor.low,
                high=factor.high,
                least="any" if low is None else f"{low:g}",
                most="any" if high is None else f"{high:g}",
            )
