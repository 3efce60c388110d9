"""The ensemble runner: samples in, outcomes out, chunk by chunk, kept on disk as they are finished, resumable.

The grid of chunks depends on the study alone, never on the machine, and every run is computed by itself; so a study
that was stopped and resumed, or spread over other machines, ends in the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

import netCDF4
import numpy as np

from policy_lab.backends import REFERENCE, SINGLE
from policy_lab.ensemble.designs import Points, Sample
from policy_lab.ensemble.evaluation_cache import EvaluationCache
from policy_lab.ensemble.factors import Factor, values_of
from policy_lab.ensemble.folder import ChunkStore, Outcomes, ResultFolder, writing
from policy_lab.ensemble.measures import Measure
from policy_lab.ensemble.plan import Plan
from policy_lab.messages import Message
from policy_lab.model import load_model
from policy_lab.progress import SIMULATING, MeterMaker, silent
from policy_lab.runs import Floats, Runs
from policy_lab.simulation import simulate

#: Runs of a chunk: enough to keep a batched engine busy, few enough to lose little and show progress often.
LEAST_RUNS, MOST_RUNS, USUAL_CHUNKS = 256, 2048, 40
#: Numbers of a chunk's outcomes, at most.
CHUNK_NUMBERS = 4_000_000


@dataclass(frozen=True)
class Chunk:
    """Some runs to make: model reference, scenario, values by constant, outcomes and times to keep.

    ``measures`` are the study's own outcomes; ``data``, ``integration``, ``time_step``, ``until`` and ``backend`` say
    how runs are made. ``of`` is how many runs the part of the study has that they are of; 0 where nobody knows.
    """

    start: int
    model: str
    scenario: str | None
    values: Mapping[str, Any]
    outcomes: tuple[str, ...]
    times: Floats
    of: int = 0
    measures: Mapping[str, Measure] = field(default_factory=dict)
    data: tuple[str, ...] | None = None
    integration: Any = None
    time_step: float | None = None
    until: float | None = None
    backend: str = "auto"


@dataclass(frozen=True)
class Simulated:
    """A finished chunk: ``values[run, time, outcome]`` from run ``start`` on, and the engine that made it.

    ``fallback`` says why it was not the fastest engine, empty if it was.
    """

    start: int
    values: Floats
    backend: str
    fallback: str = ""


def run_chunk(chunk: Chunk) -> Simulated:
    """Simulate a chunk; runs that fail come back as NaN. Those that fail in single precision are made in double."""
    made = _simulated(chunk)
    if chunk.backend == SINGLE and (failed := ~np.isfinite(made.values).all(axis=(1, 2))).any():
        made.values[failed] = _simulated(replace(chunk, backend="auto")).values[failed]
    return made


def _simulated(chunk: Chunk) -> Simulated:
    runs = _runs_of(chunk, chunk.scenario)
    made = runs.provenance
    others = {m.minus for m in chunk.measures.values() if m.minus is not None}
    beside = {scenario: _runs_of(chunk, scenario) for scenario in others}
    rows = [int(np.argmin(np.abs(runs.time - t))) for t in chunk.times]
    values = np.empty((len(runs), len(chunk.times), len(chunk.outcomes)))
    for column, name in enumerate(chunk.outcomes):
        measure = chunk.measures.get(name)
        if measure is None:
            values[:, :, column] = runs.of(name)[:, rows]
            continue
        values[:, :, column] = measure.of(runs, chunk.times)
        if measure.minus is not None:
            values[:, :, column] -= measure.of(beside[measure.minus], chunk.times)
    return Simulated(chunk.start, values, str(made["backend"]), str(made["fallback"]))


def _runs_of(chunk: Chunk, scenario: str | None) -> Runs:
    """The runs of a chunk: at its times, at all that are saved where something is taken of whole runs."""
    model = load_model(chunk.model, chunk.data)
    plain = [name for name in chunk.outcomes if name not in chunk.measures]
    until = chunk.until or max(model.program.clock.final, float(chunk.times[-1]))
    return simulate(
        model,
        chunk.values,
        scenario=scenario,
        outputs=list(dict.fromkeys([*plain, *(n for m in chunk.measures.values() for n in m.reads)])),
        times=None if chunk.measures else chunk.times,
        until=until,
        backend=chunk.backend,
        time_step=chunk.time_step,
        integration=chunk.integration,
        of=chunk.of,
        allow_nan=True,
    )


#: Simulates chunks somewhere and yields them as they are finished, in any order.
Workers = Callable[[Iterable[Chunk]], Iterator[Simulated]]


def in_process(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
    """Simulate the chunks in this process, in order.

    The engine uses all cores for a chunk; a second chunk is under way so that they have something to do while the
    last runs of the first are made, checked and kept. PySD, which knows one run at a time, gets one chunk at a time.
    """
    rest = iter(chunks)
    for first in rest:
        made = run_chunk(first)  # alone: it reads and compiles what the others need
        yield made
        if made.backend != REFERENCE:
            yield from _one_ahead(rest)


def _one_ahead(chunks: Iterator[Chunk]) -> Iterator[Simulated]:
    with ThreadPoolExecutor(2) as pool:
        under_way = deque(pool.submit(run_chunk, chunk) for chunk in islice(chunks, 2))
        while under_way:
            made = under_way.popleft().result()
            under_way.extend(pool.submit(run_chunk, chunk) for chunk in islice(chunks, 1))
            yield made


@dataclass(frozen=True)
class Part:
    """One part of a study's runs: its sample and what it varied, its outcomes, and its scenario."""

    sample: Sample
    factors: tuple[Factor, ...]
    outcomes: Outcomes
    scenario: str | None


@dataclass
class Ensemble:
    """Makes the runs of one study and keeps them in its folder.

    Attributes:
        plan: what is studied.
        folder: where it is kept.
        workers: where chunks are made.
        progress: makes the progress meter of long work.
        made: every part so far, by label.
        backends: names of the engines that made them; ``fallbacks`` says why not the fastest. Those of a study that
            was stopped count too.
    """

    plan: Plan
    folder: ResultFolder
    workers: Workers = in_process
    progress: MeterMaker = silent
    made: dict[str, Part] = field(default_factory=dict)
    backends: set[str] = field(default_factory=set)
    fallbacks: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for backend, fallback in self.folder.engines():
            self.backends.add(backend)
            self.fallbacks |= {fallback} - {""}

    @cached_property
    def memory(self) -> EvaluationCache:
        """The evaluations of a search so far, in this folder."""
        return EvaluationCache(self.folder.work / "searched")

    def run(
        self,
        sample: Sample,
        label: str = "runs",
        scenario: str | None = None,
        factors: tuple[Factor, ...] | None = None,
        backend: str = "auto",
    ) -> Outcomes:
        """Outcomes of every run of a sample.

        Args:
            sample: points of the unit cube, one column a factor.
            label: name of this part of the study, one word; every part has its own.
            scenario: another scenario than the study's.
            factors: what the columns of the sample are, if not the factors of the plan.
            backend: as ``simulate`` takes it.
        """
        store = self.folder.store(label, sample.runs, len(self.plan.times), len(self.plan.outcomes))
        base = self.plan.study.scenario if scenario is None else scenario
        varied = self.plan.factors if factors is None else factors
        part = Part(sample, varied, store.outcomes, base)
        todo = [c for c in self._grid(sample.runs) if store.finished.get(c[0]) != c[1]]
        left = sum(stop - start for start, stop in todo)
        before = Message("progress.kept", {"kept": sample.runs - left, "all": sample.runs})
        doing = {
            "part": "" if label == "runs" else Message("progress.part", {"part": label}),
            "kept": before if left < sample.runs else "",
        }
        with self.progress(Message(SIMULATING, doing), left) as meter:
            chunks = (replace(self._chunk(sample, varied, base, *c), backend=backend) for c in todo)
            self._make(store, chunks, meter.advance)
        self.made[label] = part
        return store.outcomes

    def _make(self, store: ChunkStore, chunks: Iterable[Chunk], advance: Callable[[float], None]) -> None:
        for done in self.workers(chunks):
            store.save(done.start, done.values)
            self._note_engine(done)
            advance(len(done.values))

    def _note_engine(self, done: Simulated) -> None:
        if done.backend not in self.backends or {done.fallback} - {""} - self.fallbacks:
            self.folder.note_engine(done.backend, done.fallback)
            self.backends.add(done.backend)
            self.fallbacks |= {done.fallback} - {""}

    def _grid(self, runs: int) -> list[tuple[int, int]]:
        numbers = max(1, len(self.plan.times) * len(self.plan.outcomes))
        size = min(max(LEAST_RUNS, -(-runs // USUAL_CHUNKS)), MOST_RUNS, max(1, CHUNK_NUMBERS // numbers))
        return [(start, min(start + size, runs)) for start in range(0, runs, size)]

    def try_out(
        self, unit: Floats, factors: tuple[Factor, ...] | None = None, backend: str = "auto", of: int = 0
    ) -> Floats:
        """``values[run, time, outcome]`` of runs that are not kept: steps of a search (it has its own cache), a trial.

        ``of``: how many runs like these there will be, if more than these.
        """
        varied, base = self.plan.factors if factors is None else factors, self.plan.study.scenario
        sample = Points(unit)
        values = np.empty((len(unit), len(self.plan.times), len(self.plan.outcomes)))
        chunks = (self._chunk(sample, varied, base, *c) for c in self._grid(len(unit)))
        for done in self.workers(replace(c, backend=backend, of=max(c.of, of)) for c in chunks):
            self._note_engine(done)
            values[done.start : done.start + len(done.values)] = done.values
        return values

    def _chunk(self, sample: Sample, factors: tuple[Factor, ...], scenario: str | None, start: int, stop: int) -> Chunk:
        values: dict[str, Any] = {self.plan.model.find(k): v for k, v in self.plan.study.settings.items()}
        values |= values_of(factors, sample.rows(start, stop))
        model = self.plan.model
        reference = str(model.folder or model.path)
        study, measures = self.plan.study, {o: m for o, m in self.plan.measures.items() if o in self.plan.outcomes}
        return Chunk(
            start, reference, scenario, values, self.plan.outcomes, self.plan.times, sample.runs, measures,
            study.data_files(), study.integration, study.time_step, study.final_time,
        )  # fmt: skip

    def failed(self) -> int:
        """How many runs of all parts failed."""
        return sum(part.outcomes.failed() for part in self.made.values())

    def runs(self) -> int:
        """How many runs all parts have."""
        return sum(part.sample.runs for part in self.made.values())

    def write_netcdf(self) -> None:
        """Write samples and outcomes of every part as NetCDF, for xarray and everything else that reads it."""
        for label, part in self.made.items():
            path = self.folder.path / f"{label}.nc"
            with writing(path):
                try:
                    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
                        self._fill(file, part)
                except RuntimeError as error:  # how the library reports what the system refused
                    raise OSError(str(error)) from None

    def _fill(self, file: Any, part: Part) -> None:
        plan, sample, outcomes = self.plan, part.sample, part.outcomes
        file.title = f"{plan.study.method} study of {plan.model.name}"
        file.model, file.model_hash, file.scenario = plan.model.name, plan.model.hash, part.scenario or ""
        file.createDimension("run", sample.runs)
        file.createDimension("factor", len(part.factors))
        file.createDimension("time", len(plan.times))
        file.createDimension("outcome", len(plan.outcomes))
        file.createVariable("time", "f8", ("time",))[:] = plan.times
        file.createVariable("factor", str, ("factor",))[:] = np.array([f.name for f in part.factors], dtype=object)
        file.createVariable("outcome", str, ("outcome",))[:] = np.array(plan.outcomes, dtype=object)
        value = file.createVariable("value", "f8", ("run", "factor"), contiguous=True)
        value.long_name = "value of each factor in each run, in the factor's own unit"
        result = file.createVariable("result", "f8", ("run", "time", "outcome"), contiguous=True)
        result.long_name = "value of each outcome at each time in each run, in the outcome's own unit"
        for start, stop in self._grid(sample.runs):
            columns = values_of(part.factors, sample.rows(start, stop))
            value[start:stop] = np.column_stack([columns[f.name] for f in part.factors])
            result[start:stop] = outcomes.rows(start, stop).reshape(-1, outcomes.times, outcomes.outcomes)
