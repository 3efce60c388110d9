"""Outcomes of a study's own, made of the model's variables: a peak, a mean, a first passage, a difference."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from policy_lab.errors import PolicyLabError, StudyError
from policy_lab.evaluate import values_with
from policy_lab.inputs import Value
from policy_lab.model import Model
from policy_lab.program import Expression, Name, names_in
from policy_lab.readers.expression_text import expression_in
from policy_lab.runs import Floats, Runs
from policy_lab.simulation import simulate

if TYPE_CHECKING:
    import pandas as pd

KEYS: Final = ("name", "of", "take", "from", "to", "above", "below", "minus")

#: ``times[time]``, ``values[run, time]`` and a level to ``[run]``.
Take = Callable[[Floats, Floats, float], Floats]


def _mean(times: Floats, values: Floats, level: float) -> Floats:
    """Over time, with straight lines between the saved values."""
    if len(times) == 1:
        return values[:, 0]
    return np.asarray(np.trapezoid(values, times, axis=1) / (times[-1] - times[0]))


def _when(best: Callable[..., Any]) -> Take:
    def of(times: Floats, values: Floats, level: float) -> Floats:
        at = times[best(np.nan_to_num(values, nan=0.0), axis=1)]
        return np.where(np.isfinite(values).all(axis=1), at, np.nan)

    return of


def _time_above(times: Floats, values: Floats, level: float) -> Floats:
    """How long the straight lines between the saved values lie above the level."""
    before, after = values[:, :-1] - level, values[:, 1:] - level
    high, low = np.maximum(before, after), np.minimum(before, after)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(low >= 0, high > 0, np.where(high <= 0, 0.0, high / (high - low)))
    return np.asarray((share * np.diff(times)).sum(axis=1) + 0 * values.sum(axis=1))


def _first_above(times: Floats, values: Floats, level: float) -> Floats:
    """When the level is first passed upwards (or held from the start); NaN where it never is."""
    over = values >= level
    found = over.any(axis=1)
    at = np.argmax(over, axis=1)
    before, run = np.maximum(at - 1, 0), np.arange(len(values))
    rise = values[run, at] - values[run, before]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(at > 0, (level - values[run, before]) / rise, 0.0)
    found &= np.isfinite(values).all(axis=1)
    return np.where(found, times[before] + share * (times[at] - times[before]), np.nan)


def _mirrored(take: Take) -> Take:
    return lambda times, values, level: take(times, -values, -level)


#: What can be taken of a curve; in the unit of the variable, of time (``TIMES``), or nothing: the curve itself.
TAKES: Final[Mapping[str, Take]] = {
    "max": lambda times, values, level: np.asarray(values.max(axis=1)),
    "min": lambda times, values, level: np.asarray(values.min(axis=1)),
    "mean": _mean,
    "final": lambda times, values, level: values[:, -1],
    "time_of_max": _when(np.argmax),
    "time_of_min": _when(np.argmin),
    "time_above": _time_above,
    "time_below": _mirrored(_time_above),
    "first_above": _first_above,
    "first_below": _mirrored(_first_above),
}
TIMES: Final = tuple(t for t in TAKES if t.startswith(("time", "first")))


@dataclass(frozen=True)
class Measure:
    """One outcome of a study's own.

    Attributes:
        name: what it is called.
        expression: of the model's variables, at every saved time.
        take: a key of ``TAKES``, or "" for the value at each time.
        level: for "above" and "below".
        start, stop: the times between which it is taken.
        minus: a scenario whose own value is taken off, with the same values of what is varied; None for none.
        unit: of the model, where it is known.
    """

    name: str
    expression: Expression
    take: str = ""
    level: float = 0.0
    start: float = -np.inf
    stop: float = np.inf
    minus: str | None = None
    unit: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """The variables it is made of."""
        return tuple(dict.fromkeys(n for n in names_in(self.expression) if n != "Time"))

    def of(self, runs: Runs, times: Floats) -> Floats:
        """``values[run, time]``; what is taken of a whole run is the same at all times."""
        known: dict[str, Any] = {n: runs.of(n) for n in self.reads}
        curve = np.broadcast_to(values_with(self.expression, {**known, "Time": runs.time[None, :]}, {}),
                                (len(runs), len(runs.time)))  # fmt: skip
        if not self.take:
            return curve[:, [int(np.argmin(np.abs(runs.time - t))) for t in times]]
        within = (runs.time >= self.start - 1e-9) & (runs.time <= self.stop + 1e-9)
        found = TAKES[self.take](runs.time[within], curve[:, within], self.level)
        return np.repeat(found[:, None], len(times), axis=1)


def measure_from(entry: Mapping[str, Any], model: Model) -> Measure:
    """One entry of ``outcomes`` that is a table.

    Raises:
        StudyError: a key or a value that is none; names it and what is possible.
        UnknownName: a variable or scenario that does not exist.
    """
    for key in entry:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, n=1)
            raise StudyError("error.study.measure_key", key=key, known=near or list(KEYS))
    name, of, take = (_text(entry, key) for key in ("name", "of", "take"))
    take = "_".join(take.casefold().split())
    if not name or not of or (take and take not in TAKES):
        raise StudyError("error.study.measure", entry=_shown(entry), takes=list(TAKES))
    start, stop = (_number(entry, key, end) for key, end in (("from", -np.inf), ("to", np.inf)))
    side = take.rpartition("_")[2] if take in ("time_above", "time_below", "first_above", "first_below") else ""
    level = _number(entry, side, np.nan) if side else 0.0
    if side and np.isnan(level):
        raise StudyError("error.study.measure_level", name=name, take=take, side=side)
    minus = _text(entry, "minus") or None
    if minus is not None:
        model.scenario(minus)
    clock = model.program.clock
    if not max(start, clock.initial) <= min(stop, model.until()):
        raise StudyError("error.study.measure_span", name=name, start=clock.initial, stop=clock.final)
    return _with_unit(Measure(name, _expression(of, model), take, level, start, stop, minus), model)


def outcomes_of(
    model: Model,
    values: Mapping[str, Value] | None = None,
    outcomes: Sequence[str | Mapping[str, Any]] = (),
    *,
    at: float | None = None,
    scenario: str | None = None,
    **how: Any,
) -> pd.DataFrame:
    """Outcomes of runs: a row a run, a column an outcome; no more is kept of the runs.

    Args:
        model: from ``load_model``.
        values: as ``simulate`` takes them; ``how`` is the rest of what it takes.
        outcomes: names of variables, or tables as in a study file: ``{"name", "of", "take", …}``; the model's
            headline outcomes if none are given.
        at: the time of what is not taken of a whole run; the last one if None.
        scenario: the scenario to start from.

    Raises:
        StudyError: an outcome that is none; and whatever ``simulate`` raises.
    """
    import pandas as pd

    asked = outcomes or [o.name for o in model.outcomes.values() if o.headline]
    found = [measure_from(one if isinstance(one, Mapping) else {"name": one, "of": one}, model) for one in asked]
    reads = list(dict.fromkeys(name for one in found for name in one.reads))
    made = {
        key: simulate(model, values, scenario=key, outputs=reads, **how)
        for key in dict.fromkeys((scenario, *(one.minus for one in found if one.minus is not None)))
    }
    times = np.array([made[scenario].time[-1] if at is None else at])
    for runs in made.values():
        runs.check_time(times[0])
    table = {one.name: one.of(made[scenario], times)[:, 0] for one in found}
    less = {one.name: one.of(made[one.minus], times)[:, 0] for one in found if one.minus is not None}
    return pd.DataFrame({name: column - less.get(name, 0.0) for name, column in table.items()})


def _expression(of: str, model: Model) -> Expression:
    try:
        return Name(model.find(of))
    except PolicyLabError:
        if not any(sign in of for sign in "+-*/^()<>="):
            raise
        return expression_in(of, model.find)


def _with_unit(measure: Measure, model: Model) -> Measure:
    unit = ""
    if measure.take in TIMES:
        unit = model.program.clock.unit
    elif isinstance(measure.expression, Name):
        unit = model.program.equations[measure.expression.name].unit
    return Measure(**{**measure.__dict__, "unit": unit})


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise StudyError("error.study.no_text", key=key, value=repr(value))
    return value.strip()


def _number(entry: Mapping[str, Any], key: str, default: float) -> float:
    value = entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise StudyError("error.study.should_be", key=key, value=repr(value), wanted="a number")
    return float(value)


def _shown(entry: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{k} = {v!r}" for k, v in entry.items()) + " }"
