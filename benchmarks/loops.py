"""Cost of saying what feedback loops do: ours beside pysimlin's analysis, on the same model, in turn in the same run.

    python benchmarks/loops.py [--rounds 3] [--moves 20] [MODEL...]

- knock-outs: one run with all loops that have a switch and one without each, as the strips of the Why page;
- link scores: of every link at every step, as its arrows and tables;
- pysimlin's ``analyze``: scores and ranks of loops that it finds itself; it takes no scenario and no levers.

The three answer different questions (docs/performance.md): only knock-outs say what would be different without a loop.
Medians in milliseconds, by the clock and in processor time, since a machine with other work slows all of them.

Then the Why page in Chromium with the same model: from the key that moves a lever (the last one of a row of ten, which
come as a held key's do) until what belongs to that state is painted: the curve, the ribbons of all loops, and in how
many futures each is among the strongest. ``--moves 0`` leaves the page out.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import simlin
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.page import FLAGS, pair, server  # noqa: E402
from policy_lab.loops import knock_outs, link_scores  # noqa: E402
from policy_lab.model import load_model  # noqa: E402
from tests.browser.ensure_browser import ensure_browser  # noqa: E402

#: What the Why page shows of a state, in the order in which it comes, and how soon after the key it is to be there.
STAGES = {"curve": ("the curve", None), "ribbons": ("ribbons of all loops", 150), "shares": ("shares of futures", 2000)}
ROW = 10  # keys one after the other
HELD = 33  # milliseconds between two keys of a held one

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


def on_page(name: str, moves: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds from a key to each of ``STAGES``, for single keys and for the last of a row."""
    with server(name) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(ensure_browser()), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script((HERE / "why.js").read_text(encoding="utf-8"))
        world = next(reversed(load_model(name).scenarios))
        page.goto(f"{address}why?w={world}")
        page.wait_for_function("() => window.PolicyLab?.why.futures && PolicyLab.dashIsHere", timeout=120_000)
        page.evaluate("for (const one of document.querySelectorAll('.did__levers')) one.open = true")
        page.locator(".did__move input").first.focus()
        moved(page, 0, 1)  # whatever is done once only
        found = {way: [moved(page, n, keys) for n in range(moves)] for way, keys in (("key", 1), ("row", ROW))}
        browser.close()
    return {way: {stage: [each[stage] for each in times] for stage in STAGES} for way, times in found.items()}


def moved(page: Page, number: int, keys: int) -> dict[str, float]:
    """One move, or a row of them, and the times of what comes of the last."""
    for n in range(keys):
        page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
        page.wait_for_timeout(HELD if n < keys - 1 else 0)
    page.wait_for_function("() => seen.curve && seen.ribbons && seen.shares", timeout=120_000)
    seen = page.evaluate("seen")
    page.wait_for_timeout(500)
    return {stage: seen[stage] - seen["began"] for stage in STAGES}


def main() -> None:
    parser = argparse.ArgumentParser(description="What it costs to say what feedback loops do.")
    parser.add_argument("models", nargs="*", default=["core", "big_science"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--moves", type=int, default=20, help="of a lever on the Why page")
    asked = parser.parse_args()
    print(f"{'model':14}{'way':34}{'clock, ms':>12}{'processor, ms':>16}")
    for name in asked.models:
        for way, (clock, processor) in costs(name, asked.rounds).items():
            print(f"{Path(name).stem:14}{way:34}{clock:12.0f}{processor:16.0f}")
    if not asked.moves:
        return
    print(
        f"\n{'model':14}{'Why page, until there is':34}{'key':>16}{'last of a row':>16}{'wanted':>10}   p50 / p95, ms"
    )
    for name in asked.models:
        times = on_page(name, asked.moves)
        for stage, (label, most) in STAGES.items():
            figures = (pair(times[way][stage]) for way in ("key", "row"))
            print(f"{Path(name).stem:14}{label:34}{''.join(f'{each:>16}' for each in figures)}{most or '–':>10}")


if __name__ == "__main__":
    main()
