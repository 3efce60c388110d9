"""``simulate``: a model, values for its constants, and a backend -> Runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy_lab import backends, limits
from policy_lab.backends import Backend, Integration
from policy_lab.catalogue import english
from policy_lab.errors import BadValue, ModelError, SimulationError, UnknownName, UnsupportedConstruct
from policy_lab.evaluate import start_values
from policy_lab.inputs import Changes, Inputs, Value, sorted_inputs
from policy_lab.limits import memory
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.program import CONTROLS, Clock, Guard, Program
from policy_lab.readers import Given, program_of
from policy_lab.runs import Floats, Runs

#: Runs given to a backend at once by default; progress is reported after each such chunk.
CHUNK = 4096
#: Share of the machine's memory that the results of one call may take.
MOST_MEMORY = 0.5
#: Structures (numbers of stages of delays) that the runs of one call may need.
MOST_STRUCTURES = 64

#: Called with the number of runs finished since the last call.
Progress = Callable[[int], object]


def simulate(
    model: Model,
    values: Mapping[str, Value] | None = None,
    *,
    scenario: str | None = None,
    outputs: Sequence[str] | None = None,
    times: Iterable[float] | None = None,
    backend: str = "auto",
    time_step: float | None = None,
    until: float | None = None,
    integration: Integration | None = None,
    chunk: int | None = None,
    of: int = 0,
    progress: Progress | None = None,
    allow_nan: bool = False,
) -> Runs:
    """Simulate one run or many.

    Args:
        model: from ``load_model``.
        values: on top of the scenario, by name: a number or ``value[run]`` for a constant, a lever or what a stock
            starts with; arrays, input series and lookups as ``policy_lab.inputs`` says.
        scenario: key of the scenario to start from; None for the model file as it is.
        outputs: names of variables to save, an array's for all its elements; every visible one if None.
        times: moments to save, each one that the model saves (``SAVEPER``); all of these if None.
        backend: ``"auto"`` (the fastest that knows all constructs), or a name of ``backends.available()``.
        time_step: another step than the model's ``TIME STEP``; saved times stay where the model has them.
        until: last moment of the runs; the scenario's own if None, which mostly is the model's ``FINAL TIME``.
        integration: ``"euler"`` or ``"rk4"``; as the model file asks if None.
        chunk, of: runs given to the backend at once, and runs to come with the same varied constants, these included;
            ``progress`` is called with the number of runs finished since its last call.
        allow_nan: keep runs that fail as they are; ``provenance["failed_runs"]`` counts them.

    Returns: Runs; ``fallback`` in their provenance says why not the fastest backend was used, ``notes`` who warned.

    Raises:
        UnknownName: a constant, output, scenario or backend that does not exist.
        BadValue: a value out of range or not finite, a time that is not saved, more results than the memory holds.
        SimulationError: a run gave NaN or infinity; names the first variable and time.
        UnsupportedConstruct: the chosen backend does not know a construct.
    """
    inputs = sorted_inputs(model, values or {}, scenario)
    model, constants, runs, changes = _changed(inputs), inputs.constants, inputs.runs, inputs.changes
    names, step = _names(model, outputs), _step(model, time_step)
    saved = _times(model, step, last := model.until(scenario, until), times)
    engine, fallback, method = _engine(model, backend, integration, changes)
    _check_size(runs, len(saved), len(names))
    result, notes = np.empty((runs, len(saved), len(names))), list[str]()
    for program, rows, own in _pieces(model, engine, constants, runs, step, chunk or CHUNK, progress, changes):
        notes += program.notes
        result[rows] = engine.run(program, own, len(rows), names, saved, step, method, max(runs, of))
    if (failed := _failed(result)).any() and not allow_nan:
        raise _failure(result, names, saved, failed)
    provenance = {
        "model": model.name, "hash": model.hash, "scenario": scenario, "backend": engine.name, "fallback": fallback,
        "time_step": step, "until": last, "integration": method, "runs": runs, "failed_runs": int(failed.sum()),
        "notes": list(dict.fromkeys(notes))}  # fmt: skip
    units = tuple(model.program.equations[n].unit for n in names)
    given, made = MappingProxyType(inputs.as_given(constants)), MappingProxyType(provenance)
    return Runs(result, _rounded(saved, step), names, units, given, made)


def _changed(inputs: Inputs) -> Model:
    """The model with what is given of its clock, lookups and initial values."""
    model = _with_own_clock(inputs.model, inputs.changes.unchanged(inputs.constants))
    return replace(model, program=inputs.changes.applied(model.program))


def _pieces(
    model: Model,
    engine: Backend,
    constants: Mapping[str, Any],
    runs: int,
    step: float,
    chunk: int,
    progress: Progress | None,
    changes: Changes,
) -> Iterator[tuple[Program, NDArray[np.int64], dict[str, Any]]]:
    """The runs in chunks, and of each chunk those of one structure: Program, positions, and their constants."""
    for rows in np.array_split(np.arange(runs), max(1, -(-runs // chunk))):
        part = _of_runs(constants, rows)
        for program, lanes in _structures(model, engine, part, len(rows), step, changes):
            yield program, rows[lanes], _of_runs(part, lanes)
        if progress is not None:
            progress(len(rows))


def _of_runs(constants: Mapping[str, Any], runs: NDArray[np.int64]) -> dict[str, Any]:
    """The constants of some runs: arrays over runs cut to these, numbers as they are."""
    return {name: value[runs] if np.ndim(value) else value for name, value in constants.items()}


def _with_own_clock(model: Model, constants: Mapping[str, Any]) -> Model:
    """The model with the clock that follows from these constants.

    Raises:
        BadValue: a time setting follows from a constant that differs between the runs.
    """
    program = model.program
    for guard in program.guards:
        if guard.variable not in CONTROLS or not (moved := [n for n in constants if n in program.under(guard.name)]):
            continue
        for name in moved:
            if np.ndim(constants[name]) and np.ptp(constants[name]) > 0:
                raise BadValue("error.run.clock", name=Name(name), setting=guard.variable)
        given = tuple((n, float(np.ravel(constants[n])[0])) for n in moved)
        if any(value != program.constants[n] for n, value in given):
            scalars = tuple((n, float(v)) for n, v in constants.items() if np.ndim(v) == 0)
            return replace(
                model,
                program=_translated(str(model.path), model.hash, tuple(dict((*scalars, *given)).items()), program.data),
            )
    return model


def _names(model: Model, outputs: Sequence[str] | None) -> tuple[str, ...]:
    if outputs is None:
        return model.program.visible
    names = tuple(dict.fromkeys(found for n in outputs for found in model.find_all(n)))
    for name in names:
        if model.program.equations[name].kind == "lookup":
            raise UnknownName("variable with a value over time", name, model.program.visible, model.name)
    return names


def _step(model: Model, time_step: float | None) -> float:
    clock = model.program.clock
    if time_step is None:
        return clock.step
    check_step(model, time_step)
    return float(time_step)


def check_step(model: Model, time_step: float) -> None:
    """Raise BadValue for a time step that no run can have."""
    clock = model.program.clock
    if not (np.isfinite(time_step) and time_step > 0):
        raise BadValue("error.run.step", step=str(time_step))
    limits.check("steps", (clock.final - clock.initial) / time_step)


def _times(model: Model, step: float, until: float, times: Iterable[float] | None) -> Floats:
    """The moments to save, as the run reaches them."""
    clock = model.program.clock
    moments, positions = clock.moments(step, until)
    saved = np.array([moments[i] for i in positions])
    if step != clock.step:
        saved = _kept(clock, step, until, np.array(moments), every=times is None)
    if times is None:
        return saved
    wanted = np.unique(np.array(list(times), dtype=float))
    if not len(wanted):
        raise BadValue("error.run.no_time")
    nearest: Floats = saved[np.abs(saved[:, None] - wanted[None, :]).argmin(axis=0)]
    for time, near in zip(wanted, nearest, strict=True):
        if not abs(near - time) <= step * 1e-3:
            raise BadValue(
                "error.run.not_saved",
                time=time,
                model=model.name,
                saveper=clock.saveper,
                start=clock.initial,
                stop=until,
            )
    return nearest


def _kept(clock: Clock, step: float, until: float, moments: Floats, every: bool) -> Floats:
    """The moments that the model saves, as a run with another step reaches them.

    Raises:
        BadValue: it does not reach ``every`` one.
    """
    own, positions = clock.moments(until=until)
    wanted = np.array([own[i] for i in positions])
    near: Floats = moments[np.clip(np.rint((wanted - clock.initial) / step).astype(int), 0, len(moments) - 1)]
    missed = np.abs(near - wanted) > step * 1e-3
    if every and missed.any():
        raise BadValue("error.run.step_misses", step=step, time=float(wanted[missed][0]), saveper=clock.saveper)
    reached: Floats = near[~missed]
    return reached


def _rounded(times: Floats, step: float) -> Floats:
    """Moments without the rounding errors of adding up steps."""
    return np.round(times, -int(np.floor(np.log10(step))) + 5)


def _engine(
    model: Model, backend: str, asked: Integration | None, changes: Changes
) -> tuple[Backend, str, Integration]:
    """The engine, why it is not the fastest or not as the file asks, and the method that it integrates by."""
    engine, fallback, method = _chosen(model, backend, asked)
    if changes and engine.name == backends.REFERENCE:
        raise BadValue("error.run.reference", names=[Name(n) for n in changes.names], reason=fallback)
    return engine, fallback, method


def _chosen(model: Model, backend: str, asked: Integration | None) -> tuple[Backend, str, Integration]:
    method = asked or model.program.clock.method
    if backend == "auto":
        try:
            return *backends.choose(model.program, method), method
        except BadValue:
            if asked or method == "euler":
                raise
        engine, why = backends.choose(model.program, "euler")
    else:
        engine, why = backends.get(backend), ""
        if asked or method in engine.integrations:
            backends.check_integration(engine, method)
            engine.supports(model.program)
            return engine, why, method
        engine.supports(model.program)
    return (
        engine,
        f"{why} {english().in_words(Message('error.backend.euler', {'backend': engine.name}))}".strip(),
        "euler",
    )


def _structures(
    model: Model, engine: Backend, constants: Mapping[str, Any], runs: int, step: float, changes: Changes
) -> Iterator[tuple[Program, NDArray[np.int64]]]:
    """Programs whose delays have the stages these runs need, each with the runs it fits."""
    lanes = np.arange(runs)
    if engine.name == backends.REFERENCE:  # reads the model file itself, and counts stages anew for every run
        yield model.program, lanes
        return
    program, guard = model.program, None
    for _ in range(MOST_STRUCTURES):
        fits, guard = _fits(program, _of_runs(constants, lanes), len(lanes), step)
        if fits.any():
            yield program, lanes[fits]
        lanes = lanes[~fits]
        if not len(lanes):
            return
        first = {n: float(v) for n, v in _of_runs(constants, lanes[0]).items()}
        given = (*changes.unchanged(first).items(), ("TIME STEP", step))
        program = changes.applied(_translated(str(model.path), model.hash, given, program.data))
        engine.supports(program)
        own_fits, guard = _fits(program, first, 1, step)
        if not own_fits.all():
            assert guard is not None  # it is what does not fit
            raise UnsupportedConstruct(guard.variable, guard.construct, guard.line)
    assert guard is not None  # it is what the last translation did not fit
    forms = Message("error.construct.forms", {"construct": guard.construct})
    raise UnsupportedConstruct(guard.variable, forms, guard.line)


@lru_cache(maxsize=64)
def _translated(path: str, source: str, given: tuple[tuple[str, float], ...], data: Given) -> Program:
    program = program_of(Path(path), dict(given), data)
    if program.source != source:
        raise ModelError("error.model.changed", file=Path(path).name)
    return program


def _fits(
    program: Program, constants: Mapping[str, Any], runs: int, step: float
) -> tuple[NDArray[np.bool_], Guard | None]:
    """For which runs all guards hold, and one that does not hold for the others."""
    fits: NDArray[np.bool_] = np.ones(runs, dtype=bool)
    failed: Guard | None = None
    clock, under = program.clock, program.under_guards
    changed = constants if step == clock.step else {**constants, "TIME STEP": step}
    concerned = [g for g in program.guards if not under[g.name].isdisjoint(changed)]
    if not concerned:
        return fits, None
    needed = frozenset().union(*(under[g.name] for g in concerned))
    known = {**program.constants, **constants, **clock.controls(step), "Time": clock.initial}
    names = [n for n in (*program.once, *program.start) if n in needed]
    values = start_values(program.equations, names, known, program.tables)
    for guard in concerned:
        holds = np.broadcast_to(values[guard.name] != 0, (runs,))
        failed = failed if bool(holds.all()) else guard
        np.logical_and(fits, holds, out=fits)
    return fits, failed


def _check_size(runs: int, times: int, outputs: int) -> None:
    """Raise BadValue for results that the machine's memory cannot hold; the page and studies ask for parts."""
    needed, there = 8 * runs * times * outputs, memory()
    if needed > there * MOST_MEMORY:
        told = {"runs": runs, "times": times, "outputs": outputs, "needed": needed / 1e9, "there": there / 1e9}
        raise BadValue("error.run.memory", **told)


def _failed(values: Floats) -> NDArray[np.bool_]:
    return np.array([not np.isfinite(run).all() for run in values])


def _failure(values: Floats, names: Sequence[str], times: Floats, failed: NDArray[np.bool_]) -> SimulationError:
    """What went wrong first: the earliest time, and there the variable named first."""
    run = int(np.argmax(failed))
    time, output = np.argwhere(~np.isfinite(values[run]))[0]
    what = Message("error.run.nan" if np.isnan(values[run, time, output]) else "error.run.infinite")
    fail = {"count": int(failed.sum()), "all": len(values)}
    others = Message("error.run.others", fail) if len(values) > 1 else ""
    return SimulationError("error.run.not_finite", name=Name(names[output]), what=what, time=times[time], others=others)
