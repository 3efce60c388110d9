"""Engines behind one interface: a name, and a function that makes some runs and returns how many.

Every engine simulates the whole period of a model and gives the same three variables at every saved time. Ours and
NumPy run ensembles in which every constant differs; the others run one model after another.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from policy_lab.backends import get
from policy_lab.model import Model, load_model

Work = Callable[[], float]
#: PySD makes this many steps of a run, and the figure is scaled to the whole: a run of a large model takes minutes.
PYSD_STEPS = 60


@dataclass(frozen=True)
class Engine:
    """``work()`` makes some runs, or a part of one, and gives their number; ``once``: too slow to measure again."""

    name: str
    work: Work
    once: bool = False


def outputs_of(model: Model) -> list[str]:
    """Three variables that every engine saves: the first stocks of the model."""
    stocks = [n for n in model.program.visible if model.program.equations[n].kind == "stock"]
    return stocks[:3]


def ensemble(model: Model, runs: int) -> dict[str, Any]:
    """Every constant a little different in every run."""
    random = np.random.default_rng(0)
    return {n: v * random.uniform(0.999, 1.001, runs) for n, v in model.program.constants.items()}


def batched(model: Model, backend: str, runs: int, threads: int | None = None) -> Work:
    """One of our backends on an ensemble; ``threads`` None is all cores."""
    engine, values, names = get(backend), ensemble(model, runs), outputs_of(model)
    times, saved = model.program.clock.moments()
    wanted = np.array(times)[saved]

    def work() -> float:
        if threads is None:
            os.environ.pop("POLICY_LAB_THREADS", None)
        else:
            os.environ["POLICY_LAB_THREADS"] = str(threads)
        engine.run(model.program, values, runs, names, wanted, model.program.clock.step, "euler")
        return runs

    return work


def simlin(model: Model) -> Work:
    """pysimlin, one simulation object run again and again."""
    import simlin as library

    simulation = library.load(str(model.path)).simulate()
    names = outputs_of(model)

    def work() -> float:
        simulation.reset()
        simulation.run_to_end()
        for name in names:
            simulation.get_series(name)
        return 1

    return work


def pysd(model: Model, fast_lookups: bool) -> Work:
    """PySD as shipped, or with its scalar lookups through ``np.interp`` (the same numbers)."""
    import pysd as library
    from pysd.py_backend.lookups import HardcodedLookups

    shipped = HardcodedLookups._call

    def interpolated(self: Any, data: Any, x: Any, final_subs: Any = None) -> Any:
        if not self.is_float or getattr(x, "dims", ()) or self.interp not in ("interpolate", "hold"):
            return shipped(self, data, x, final_subs)
        points = self.__dict__.setdefault("_points", (data["lookup_dim"].values, data.values))
        return float(np.interp(float(x), *points))

    folder = Path(os.environ["POLICY_LAB_BENCH_FOLDER"])
    copy = folder / f"{model.path.stem}_{'fast' if fast_lookups else 'shipped'}.mdl"
    copy.write_bytes(model.path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = library.read_vensim(str(copy))
    names, clock = outputs_of(model), model.program.clock
    steps = min(PYSD_STEPS, len(clock.moments()[0]) - 1)
    until = clock.initial + steps * clock.step

    def work() -> float:
        HardcodedLookups._call = interpolated if fast_lookups else shipped
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded.run(return_columns=names, final_time=until)
        HardcodedLookups._call = shipped
        return (steps + 1) / len(clock.moments()[0])

    return work


def model_at(path: str) -> Model:
    """A model by name or path."""
    return load_model(path)
