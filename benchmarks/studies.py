"""Time of a whole study, and of the same study with the usual tools.

    python benchmarks/studies.py [MODEL...] [--repeats 3] [--size 1024] [--runs 2] [--outputs 4] [--only-ours]

The study: 45 factors, N = 1,024 base points, first and total order, 12 outcomes in 36 years, 1,000 resamples; from the
study to the report on disk, each time in a new process. The peer: EMA workbench driving PySD for the runs and SALib for
the indices, in an environment of its own that is made on first use (or ``--peer PYTHON``). It does the whole of some
runs and of some outputs (of a long run only one and three years, from which the whole follows, since every step costs
the same), multiplied by the number of runs and outputs of the study. Both in processor seconds of all threads, since
other work on the machine changes those little; seconds by the clock stand beside ours.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.engines import machine, processes  # noqa: E402
from policy_lab import studies  # noqa: E402
from policy_lab.ensemble import runner  # noqa: E402
from policy_lab.ensemble.factors import Factor, named_factors  # noqa: E402
from policy_lab.estimators import sobol as sobol_indices  # noqa: E402
from policy_lab.model import Model, load_model  # noqa: E402
from policy_lab.progress import duration  # noqa: E402
from policy_lab.report import study_report  # noqa: E402
from policy_lab.studies import Study, run_study, sobol  # noqa: E402

MODELS = [str(HERE / "models" / "representative.mdl"), "big_science"]
FACTORS, OUTCOMES, YEARS, RESAMPLES = 45, 12, 36, 1000
#: Steps of a run from which on the peer is not asked for a whole one.
LONG = 500
#: Where the time of a study goes: what a person would call it, and the functions that do it.
PHASES = (
    ("runs", runner.Ensemble, "run"),
    ("means and indices", sobol_indices, "moments"),
    ("means and indices", sobol_indices, "estimate"),
    ("resampling", sobol, "_analyse"),
    ("sentences, figures", sobol, "statements"),
    ("sentences, figures", sobol, "draw"),
    ("NetCDF", runner.Ensemble, "write_netcdf"),
    ("report and its pictures, tables", study_report, "write"),
)


@dataclass(frozen=True)
class Ours:
    """Seconds of one study, by the clock and of all its threads; both of its phases; and its peak memory in MB."""

    clock: float
    processor: float
    phases: Mapping[str, tuple[float, float]]
    memory: float


def factors_of(model: Model) -> list[Factor]:
    """The model's levers and uncertainties; of a bare model, its constants by a tenth up and down."""
    if model.levers or model.uncertainties:
        found = list(named_factors(model, "all"))
    else:
        found = [Factor(n, 0.9 * v, 1.1 * v) for n, v in model.program.constants.items() if v > 0]
    return [f for f in found if "[" not in f.name][:FACTORS]


def outcomes_of(model: Model) -> tuple[str, ...]:
    """The model's outcomes; of a bare model, its stocks."""
    named = [n for n in model.outcomes if n not in model.program.constants]
    stocks = [n for n in model.program.visible if model.program.equations[n].kind == "stock" and "[" not in n]
    return tuple((named or stocks)[:OUTCOMES])


def study_of(model: Model, size: int) -> Study:
    """The study of the benchmark, or the nearest to it that the model allows."""
    clock = model.program.clock
    years = tuple(float(y) for y in range(int(clock.initial), int(clock.final) + 1))[-YEARS:]
    return Study(
        model=str(model.folder or model.path),
        factors={f.name: {"low": f.low, "high": f.high} for f in factors_of(model)},
        size=size,
        outcomes=outcomes_of(model),
        times=years,
        options={"resamples": RESAMPLES},
    )


def ours(path: str, size: int) -> Ours:
    """The whole study, once."""
    study = study_of(load_model(path), size)
    spent = {label: [0.0, 0.0] for label, *_ in PHASES}
    for label, place, name in PHASES:
        setattr(place, name, _timed(getattr(place, name), spent[label]))
    whole = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        _timed(run_study, whole)(study, Path(folder) / "out")
    spent["resampling"] = [a - b for a, b in zip(spent["resampling"], spent["means and indices"], strict=True)]
    spent["the rest"] = [w - sum(parts) for w, *parts in zip(whole, *spent.values(), strict=True)]
    phases = {label: (clock, processor) for label, (clock, processor) in spent.items()}
    return Ours(whole[0], whole[1], phases, processes.peak_memory())


def _timed(function: Any, spent: list[float]) -> Any:
    """A function that adds its seconds, by the clock and of all threads, to ``spent``."""

    @functools.wraps(function)
    def timed(*args: Any, **named: Any) -> Any:
        clock, processor = time.perf_counter(), time.process_time()
        try:
            return function(*args, **named)
        finally:
            spent[0] += time.perf_counter() - clock
            spent[1] += time.process_time() - processor

    return timed


def peer(model: Model, asked: argparse.Namespace, outputs: int, years: float | None) -> dict[str, Any]:
    """What the peer takes for some runs, of the first years only if these are given; see ``engines/workbench.py``."""
    text = model.path.read_text(encoding="utf-8")
    if years is not None:
        until = model.program.clock.initial + years
        text, found = re.subn(r"(?m)^(FINAL TIME\s*=\s*)[-+.\d]+", rf"\g<1>{until:g}", text)
        assert found == 1
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "peer.mdl"  # PySD writes its translation beside the model
        copy.write_text(text, encoding="utf-8")
        slice_ = {
            "model": str(copy),
            "factors": [{"name": f.name, "low": f.low, "high": f.high} for f in factors_of(model)],
            "outcomes": list(dict.fromkeys(o.partition("[")[0] for o in outcomes_of(model))),
            "size": asked.size,
            "resamples": RESAMPLES,
            "runs": asked.runs,
            "outputs": outputs,
        }
        alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}  # waiting threads use processor
        words = [str(asked.peer or processes.workbench()), str(HERE / "engines" / "workbench.py")]
        told = subprocess.run(words, input=json.dumps(slice_), env=alone, capture_output=True, text=True, check=False)
    if told.returncode:
        said = told.stderr.strip() or "it said nothing"
        sys.exit(f"The peer ({words[0]}) ended with {told.returncode} (below zero: killed by that signal):\n{said}")
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def peer_of_whole_runs(model: Model, asked: argparse.Namespace) -> dict[str, Any]:
    """The same for whole runs: measured, or where these have many steps by what three years cost more than one."""
    clock = model.program.clock
    if len(clock.moments()[0]) <= LONG:
        return peer(model, asked, asked.outputs, None)
    short, longer = (peer(model, asked, outputs, years) for outputs, years in ((0, 1.0), (asked.outputs, 3.0)))
    a_year = (statistics.mean(longer["runs"]) - statistics.mean(short["runs"])) / 2
    rest = (clock.final - clock.initial - 1) * a_year
    return {**longer, "runs": [seconds + rest for seconds in short["runs"]]}


def compare(path: str, asked: argparse.Namespace) -> None:
    model = load_model(path)
    study = study_of(model, asked.size)
    outputs, runs = len(study.outcomes) * len(study.times), asked.size * (len(study.factors) + 2)
    print(
        f"\n**{model.name}**: {len(study.factors)} factors, N = {asked.size:,}, {runs:,} runs, {len(study.outcomes)} "
        f"outcomes in {len(study.times)} years, {RESAMPLES:,} resamples\n"
    )
    print("| | s by the clock | s of processor |\n|---|---|---|")
    made = [processes.alone(ours, path, asked.size) for _ in range(asked.repeats)]
    usual = sorted(made, key=lambda x: x.clock)[len(made) // 2]
    for label, (clock, processor) in usual.phases.items():
        print(f"| {label} | {clock:.1f} | {processor:.1f} |")
    clocks = ", ".join(f"{x.clock:.1f}" for x in made)
    print(f"| **Policy Lab, end to end** | {usual.clock:.1f} (of {clocks}) | **{usual.processor:.1f}** |")
    print(f"| its peak memory | | {max(x.memory for x in made):,.0f} MB |", flush=True)
    if asked.only_ours:
        return
    found = peer_of_whole_runs(model, asked)
    a_run, an_output = statistics.mean(found["runs"]), statistics.mean(found["outputs"])
    whole = found["start up"] + a_run * runs + an_output * outputs
    versions = found["versions"]
    print(f"| EMA workbench {versions['ema_workbench']}, PySD {versions['pysd']}: a run | | {_mean(found['runs'])} |")
    print(f"| SALib {versions['SALib']}: an output | | {_mean(found['outputs'])} |")
    print(f"| **{runs:,} runs and {outputs} outputs of these** | | **{whole:,.0f}**, {duration(whole)} |")
    print(f"| **ratio** | | **{whole / usual.processor:,.0f}** |", flush=True)


def _mean(seconds: list[float]) -> str:
    return f"{statistics.mean(seconds):.1f} (mean of {len(seconds)}, {min(seconds):.1f} to {max(seconds):.1f})"


def main() -> None:
    warnings.simplefilter("ignore")
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("models", nargs="*", default=MODELS)
    words.add_argument("--size", type=int, default=studies.method("sobol").DEFAULT_SIZE, help="base points")
    words.add_argument("--repeats", type=int, default=3, help="how often our study is made; the middle one counts")
    words.add_argument("--runs", type=int, default=2, help="runs of the peer that are timed, after a first one")
    words.add_argument("--outputs", type=int, default=4, help="outputs that SALib is timed with")
    words.add_argument("--only-ours", action="store_true", help="do not time the peer")
    words.add_argument("--peer", type=Path, help="an interpreter that has ema_workbench, pysd and SALib")
    asked = words.parse_args()
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "not known"
    print(f"{machine.name()}; load before: {load}")
    for path in asked.models:
        compare(path, asked)


if __name__ == "__main__":
    main()
