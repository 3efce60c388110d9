"""Cost of saying what feedback loops do: ours beside pysimlin's analysis, on the same model, in turn in the same run.

    python benchmarks/loops.py [--rounds 3] [MODEL...]

- knock-outs: one run with all loops that have a switch and one without each, as the strips of the Why page;
- link scores: of every link at every step, as its arrows and tables;
- pysimlin's ``analyze``: scores and ranks of loops that it finds itself; it takes no scenario and no levers.

The three answer different questions (docs/performance.md): only knock-outs say what would be different without a loop.
Medians in milliseconds, by the clock and in processor time, since a machine with other work slows all of them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import simlin

sys.path.insert(0, str(Path(__file__).parent.parent))

from policy_lab.loops import knock_outs, link_scores
from policy_lab.model import load_model

Cost = tuple[float, float]


def timed(work: Callable[[], object]) -> Cost:
    """Milliseconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor)


def costs(name: str, rounds: int) -> dict[str, Cost]:
    """What each way costs, the median of some rounds in which all have their turn; the first round is not counted."""
    model = load_model(name)
    outcome = next(iter(model.outcomes))
    constants = model.constants_of(None)
    ways: dict[str, Callable[[], object]] = {
        f"knock-outs of {sum(bool(loop.switch) for loop in model.loops)} loops": lambda: knock_outs(model, [outcome]),
        "link scores of every link": lambda: link_scores(model.program, constants),
        "pysimlin: analyze": lambda: simlin.load(str(model.path)).analyze(),
    }
    measured = [{way: timed(work) for way, work in ways.items()} for _ in range(rounds + 1)][1:]
    return {
        way: (statistics.median(m[way][0] for m in measured), statistics.median(m[way][1] for m in measured))
        for way in ways
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="What it costs to say what feedback loops do.")
    parser.add_argument("models", nargs="*", default=["core", "big_science"])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(f"{'model':14}{'way':34}{'clock, ms':>12}{'processor, ms':>16}")
    for name in asked.models:
        for way, (clock, processor) in costs(name, asked.rounds).items():
            print(f"{Path(name).stem:14}{way:34}{clock:12.0f}{processor:16.0f}")


if __name__ == "__main__":
    main()
