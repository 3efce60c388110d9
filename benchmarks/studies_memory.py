"""Peak memory of a study, and whether it grows with the number of runs.

    python benchmarks/studies_memory.py [MODEL] [--factors N] [--outcomes N] [--sizes 4096 16384 65536]

Sobol' studies of growing size (100 resamples), each in a new process that reports its peak. The model
is the small field of the tests unless another is named. Its libraries alone take what the first line says.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.engines import machine, processes  # noqa: E402
from policy_lab.ensemble.factors import named_factors  # noqa: E402
from policy_lab.ensemble.plan import saved_times  # noqa: E402
from policy_lab.model import Model, load_model  # noqa: E402
from policy_lab.studies import Study, run_study  # noqa: E402

SMALL = str(HERE.parent / "tests" / "models" / "small_field")


def study_of(model: Model, size: int, factors: int, outcomes: int) -> Study:
    """Every year, and so many of the model's factors and outcomes (0: all)."""
    plain = [f for f in named_factors(model, "all") if "[" not in f.name]
    moved = [n for n in model.outcomes if n not in model.program.constants]
    return Study(
        model=str(model.folder),
        factors={f.name: {} for f in plain[: factors or None]},
        size=size,
        outcomes=tuple(moved[: outcomes or None]),
        times=tuple(float(t) for t in saved_times(model) if float(t).is_integer()),
        options={"resamples": 100},
    )


def peak(path: str, size: int, factors: int, outcomes: int) -> tuple[float, float, float, float]:
    """Memory before the study and at most, in MB; seconds; and MB of its results on disk."""
    study = study_of(load_model(path), size, factors, outcomes)
    before, start = processes.peak_memory(), time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        run_study(study, Path(place) / "out", pictures=False)
        disk = sum(p.stat().st_size for p in (Path(place) / "out").iterdir()) / 1e6
    return before, processes.peak_memory(), time.perf_counter() - start, disk


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", default=SMALL)
    words.add_argument("--factors", type=int, default=0, help="how many to vary, the first ones; 0 is all")
    words.add_argument("--outcomes", type=int, default=0, help="how many to study, the first ones; 0 is all")
    words.add_argument("--sizes", type=int, nargs="+", default=[2**12, 2**14, 2**16], help="base points")
    asked = words.parse_args()
    model = load_model(asked.model)
    example = study_of(model, 2, asked.factors, asked.outcomes)
    print(f"{machine.name()}\n\n**{model.name}**: {len(example.factors)} factors,", end=" ")
    print(f"{len(example.outcomes)} outcomes in {len(example.times)} years")
    print("\n| N | runs | on disk, MB | most memory, MB | s by the clock |")
    print("|---|---|---|---|---|")
    for size in asked.sizes:
        before, most, seconds, disk = processes.alone(peak, asked.model, size, asked.factors, asked.outcomes)
        runs = size * (len(example.factors) + 2)
        print(f"| {size:,} | {runs:,} | {disk:,.0f} | {most:,.0f} (before: {before:,.0f})", end=" ")
        print(f"| {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
