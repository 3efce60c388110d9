"""How long does a whole study take, and what would it take with the usual tools?

    python benchmarks/studies.py [MODEL] [--size N] [--slice RUNS] [--only-ours]

The study: 45 factors, N = 1,024 base points, first and total order, 12 outcomes in 36 years, 1,000 resamples; from the
study to the report on disk. The peer: EMA workbench driving PySD (PySD alone where the workbench is not installed) and
SALib for the indices, on a slice, extrapolated to all runs and outputs and divided by the number of cores as if it
spread over them without loss. Both on this machine, one after the other; read ratios, not seconds.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pysd
from SALib.analyze import sobol as salib

from policy_lab.ensemble.factors import Factor, named_factors
from policy_lab.model import Model, load_model
from policy_lab.progress import Bar, duration
from policy_lab.studies import Study, run_study

FACTORS, OUTCOMES, YEARS, RESAMPLES = 45, 12, 36, 1000


@dataclass
class Phases:
    """Seconds of each long piece of work of a study, by its label."""

    seconds: dict[str, float]

    def meter(self, label: str, total: float = 0, unit: str = "") -> _Timed:
        return _Timed(self, label, total, unit)


class _Timed(Bar):
    def __init__(self, phases: Phases, label: str, total: float, unit: str) -> None:
        super().__init__(label, total, unit)
        self.phases = phases

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.phases.seconds[self.label] = self.clock() - self.started
        super().__exit__(kind, *rest)


def study_of(model: Model, size: int) -> Study:
    """The study of the benchmark, or the nearest to it that a smaller model allows."""
    plain = [f for f in named_factors(model, "all") if "[" not in f.name][:FACTORS]
    outcomes = tuple(n for n in model.outcomes if n not in model.program.constants)[:OUTCOMES]
    clock = model.program.clock
    years = tuple(float(y) for y in range(int(clock.initial), int(clock.final) + 1))[-YEARS:]
    return Study(
        model=str(model.folder),
        factors={f.name: {} for f in plain},
        size=size,
        outcomes=outcomes,
        times=years,
        options={"resamples": RESAMPLES},
    )


def ours(study: Study) -> tuple[float, dict[str, float]]:
    """Seconds of the whole study, and of its parts."""
    phases = Phases({})
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        run_study(study, Path(place) / "out", progress=phases.meter)
        taken = time.perf_counter() - start
    rest = taken - sum(phases.seconds.values())
    return taken, {**phases.seconds, "indices, figures, report, files": rest}


def seconds_a_run(model: Model, factors: Sequence[Factor], outcomes: Sequence[str], runs: int) -> tuple[str, float]:
    """Seconds of one run of the peer, the translation of the model left out."""
    plain = list(dict.fromkeys(o.partition("[")[0] for o in outcomes))
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "peer.mdl"  # PySD writes its translation beside the model
        copy.write_bytes(model.path.read_bytes())
        if find_spec("ema_workbench") is not None:
            return "EMA workbench + PySD", _timed_slice(_ema(copy, factors, plain), runs)
        return "PySD", _timed_slice(_pysd(copy, factors, plain), runs)


def _timed_slice(make: Callable[[int], object], runs: int) -> float:
    make(1)  # the first run loads what later ones have
    start = time.perf_counter()
    make(runs)
    return (time.perf_counter() - start) / runs


def _pysd(path: Path, factors: Sequence[Factor], outcomes: Sequence[str]) -> Callable[[int], object]:
    loaded = pysd.read_vensim(str(path))
    rng = np.random.default_rng(1)

    def make(runs: int) -> None:
        for _ in range(runs):
            values = {f.name: float(f.at(rng.random(1))[0]) for f in factors}
            loaded.run(params=values, return_columns=list(outcomes))

    return make


def _ema(path: Path, factors: Sequence[Factor], outcomes: Sequence[str]) -> Callable[[int], object]:
    from ema_workbench import RealParameter, TimeSeriesOutcome, perform_experiments
    from ema_workbench.connectors.pysd_connector import PysdModel

    peer = PysdModel("peer", mdl_file=str(path))
    peer.uncertainties = [RealParameter(_safe(f.name), f.low, f.high, variable_name=f.name) for f in factors]
    peer.outcomes = [TimeSeriesOutcome(_safe(n), variable_name=n) for n in outcomes]
    return lambda runs: perform_experiments(peer, scenarios=runs)


def _safe(name: str) -> str:
    return name.lower().replace(" ", "_")


def seconds_an_output(factors: int, size: int) -> float:
    """Seconds SALib takes for first and total order of one output, with its bootstrap."""
    problem = {"num_vars": factors, "names": [f"x{i}" for i in range(factors)], "bounds": [[0, 1]] * factors}
    y = np.random.default_rng(1).standard_normal(size * (factors + 2))
    start = time.perf_counter()
    salib.analyze(problem, y, calc_second_order=False, num_resamples=RESAMPLES, seed=1)
    return time.perf_counter() - start


def main() -> None:
    warnings.simplefilter("ignore")
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", default="big_science")
    words.add_argument("--size", type=int, default=1024, help="base points, a power of two")
    words.add_argument("--slice", type=int, default=4, help="runs of the peer that are timed")
    words.add_argument("--only-ours", action="store_true", help="do not time the peer")
    asked = words.parse_args()
    model = load_model(asked.model)
    study = study_of(model, asked.size)
    factors, outputs = len(study.factors), len(study.outcomes) * len(study.times)
    runs = asked.size * (factors + 2)
    print(
        f"{model.name}: {factors} factors, N = {asked.size:,}, {runs:,} runs, {outputs} outputs, {RESAMPLES} resamples"
    )
    taken, parts = ours(study)
    for label, seconds in parts.items():
        print(f"  {label:<34} {seconds:8.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'policy lab, end to end':<34} {taken:8.1f} s   peak memory {peak:,.0f} MB")
    if asked.only_ours:
        return
    cores = os.cpu_count() or 1
    plain = [f for f in named_factors(model, "all") if f.name in study.factors]
    name, a_run = seconds_a_run(model, plain, study.outcomes, asked.slice)
    an_output = seconds_an_output(factors, asked.size)
    whole = (a_run * runs + an_output * outputs) / cores
    print(f"  {name + ', a run':<34} {a_run:8.2f} s   (mean of {asked.slice})")
    print(f"  {'SALib, an output':<34} {an_output:8.2f} s")
    print(f"  {'peer, end to end, extrapolated':<34} {whole:8.0f} s   {duration(whole)} on {cores} cores")
    print(f"  {'ratio':<34} {whole / taken:8,.0f} x")


if __name__ == "__main__":
    main()
