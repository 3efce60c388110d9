"""Speed of the engines: runs a second on the same models, in turn, beside the machine and its peak.

python benchmarks/engine.py [--seconds 4] [--without-pysd] [MODEL...]

Each engine has its turn in every round, so that a noisy machine is noisy for all; the table has medians. Ours in the
browser runs in one worker of a Chromium that stays open. On a machine with other work the clock measures the
neighbours too, so the gain of two threads over one is given in processor time as well.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.engines import chromium, costs, machine, peers  # noqa: E402
from policy_lab.backends.llvm import threads  # noqa: E402
from policy_lab.browser_files import write_browser_files  # noqa: E402
from policy_lab.model import Model  # noqa: E402
from tests.browser.ensure_browser import find_browser  # noqa: E402

MODELS = [str(HERE / "models" / "representative.mdl"), "big_science"]
ROUNDS = 5
RUNS = 4096
#: The compiler is a package of npm, but not the command line that brings its run-time library in C along.
SDEVERYWHERE = "not measured: npm has its compiler (@sdeverywhere/compile), but not the C library its code needs"


def engines(model: Model, with_pysd: bool) -> list[peers.Engine]:
    found = [
        peers.Engine("policy lab, compiled, one thread", peers.batched(model, "llvm", RUNS, 1)),
        peers.Engine("policy lab, compiled, all threads", peers.batched(model, "llvm", RUNS)),
        peers.Engine("policy lab, NumPy, all threads", peers.batched(model, "numpy", RUNS // 4), once=True),
        peers.Engine("pysimlin", peers.simlin(model)),
    ]
    if with_pysd:
        found.append(peers.Engine("PySD, lookups by np.interp", peers.pysd(model, fast_lookups=True), once=True))
        found.append(peers.Engine("PySD as shipped", peers.pysd(model, fast_lookups=False), once=True))
    return found


@dataclass
class Rates:
    """Runs a second of one engine, by the clock and by processor time, once a round."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def measure(self, engine: peers.Engine, seconds: float) -> None:
        """At least one call, and about this many seconds."""
        start, used, runs = time.perf_counter(), time.process_time(), 0.0
        while True:
            runs += engine.work()
            taken = time.perf_counter() - start
            if taken >= seconds or engine.once:
                break
        self.clock.append(runs / taken)
        self.processor.append(runs / max(time.process_time() - used, 1e-9))


def measured(model: Model, seconds: float, with_pysd: bool, page: chromium.Page | None) -> dict[str, Rates]:
    """What every engine did in each round; the page keeps its own figures besides."""
    all_engines = engines(model, with_pysd)
    rates = {e.name: Rates() for e in all_engines}
    for engine in all_engines[:2]:
        engine.work()
    for round_ in range(ROUNDS):
        for engine in all_engines:
            if round_ == 0 or not engine.once:
                rates[engine.name].measure(engine, seconds / ROUNDS)
        if page is not None:
            page.measure(3 * seconds / ROUNDS)
    return rates


@contextmanager
def a_page(model: Model, folder: Path) -> Iterator[chromium.Page | None]:
    """The model in a browser; None where there is none."""
    program = find_browser()
    if program is None:
        yield None
        return
    with chromium.opened(model, folder, program) as page:
        yield page


def in_node(model: Model, folder: Path) -> tuple[float, float, float, int] | None:
    """Milliseconds a run, runs a second of an ensemble, of one in single precision (0: the model has none), and bytes
    of the module; None where there is no node.
    """
    node = shutil.which("node")
    code, layout, _ = write_browser_files(model, folder)
    if node is None:
        return None
    request = folder / "request.json"
    values = {n: v.tolist() for n, v in peers.ensemble(model, 1000).items()}
    request.write_text(json.dumps({"outputs": peers.outputs_of(model), "values": values}))
    one, ensemble = run_in_node(node, code, layout, request)
    single = chromium.single_files(model, folder)
    _, coarse = run_in_node(node, single["plain"], single["layout"], request) if single else (0.0, 0.0)
    return one, ensemble, coarse, code.stat().st_size


def run_in_node(node: str, *files: Path) -> tuple[float, float]:
    """Milliseconds a run, and runs a second of an ensemble; files: code, layout, request."""
    words = [node, str(HERE / "engines" / "node.mjs"), *map(str, files)]
    one, ensemble = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    return one, ensemble


def report(path: str, seconds: float, with_pysd: bool, peak: float, folder: Path) -> None:
    model = peers.model_at(path)
    program = model.program
    moments, saved = program.clock.moments()
    print(
        f"\n{model.name}: {len(program.visible)} variables, {len(program.stocks)} stocks with those of delays,"
        f" {len(moments)} evaluations a run, {len(saved)} saved"
    )
    with a_page(model, folder / "chromium" / model.name) as page:
        found = measured(model, seconds, with_pysd, page)
    rates = {name: statistics.median(r.clock) for name, r in found.items()}
    if page is not None:
        rates["policy lab, WebAssembly in Chromium, one worker"] = statistics.median(page.many)
        if page.single:
            rates["the same in single precision, for bands"] = statistics.median(page.single)
    browser = in_node(model, folder / model.name)
    if browser:
        rates["policy lab, WebAssembly in node, one thread"] = browser[1]
        if browser[2]:
            rates["node, one thread, single precision, for bands"] = browser[2]
    print_rates(rates)
    one, every = found["policy lab, compiled, one thread"], found["policy lab, compiled, all threads"]
    share = max(one.processor) * machine.operations(program) / peak
    print(two_threads(one, every))
    print(f"one thread does {share:.0%} of its multiply-add peak")
    if page is not None:
        print(page.told())
    if browser:
        print(f"in node (not fused): one run {browser[0]:.2f} ms; the module has {browser[3] / 1000:.0f} KB")
    cold, warm = costs.compile_times(model.path, folder / f"cache {model.name}")
    for title, (imports, reading, compiling) in (("empty", cold), ("full", warm)):
        print(
            f"from .mdl to kernel, {title} cache: read {reading:.2f} s, compile {compiling:.2f} s"
            f" (imports {imports:.2f} s)"
        )
    results, grown = costs.memory(model.path, 20_000, folder / f"cache {model.name}")
    print(f"20,000 runs: results {results / 1e6:.0f} MB, process grew by {grown / 1e6:.0f} MB")


def two_threads(one: Rates, every: Rates) -> str:
    """All threads against one, round by round; and what a processor second is worth when all of them work."""
    ratios = sorted(b / a for a, b in zip(one.clock, every.clock, strict=True))
    worth = statistics.median(every.processor) / statistics.median(one.processor)
    return (
        f"all threads against one, by the clock: {ratios[0]:.2f} to {ratios[-1]:.2f}, median"
        f" {statistics.median(ratios):.2f}; a processor second of all threads makes {worth:.2f} of the runs that"
        f" one of one thread makes, so {worth * threads():.2f} times on {threads()} cores with nothing else to do"
    )


def print_rates(rates: dict[str, float]) -> None:
    """Rates with their ratios to the peers."""
    compared = [n for n in ("pysimlin", "PySD, lookups by np.interp", "PySD as shipped") if n in rates]
    print(
        f"{'engine':<48}{'runs/s':>12}"
        + "".join(f"{'x ' + n.split(',')[0] + ('*' if ',' in n else ''):>18}" for n in compared)
    )
    for name, value in sorted(rates.items(), key=lambda item: -item[1]):
        print(f"{name:<48}{value:>12,.2f}" + "".join(f"{value / rates[n]:>18,.2f}" for n in compared))
    if any("," in n for n in compared):
        print(
            f"* with its scalar lookups through np.interp; PySD makes {peers.PYSD_STEPS} steps, scaled to a whole run"
        )
    print(f"{'SDEverywhere, C':<48}{'-':>12}  {SDEVERYWHERE}")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("models", nargs="*", default=MODELS)
    words.add_argument("--seconds", type=float, default=4.0, help="for each engine and model (default 4)")
    words.add_argument("--without-pysd", action="store_true", help="leave out PySD, which takes minutes")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["POLICY_LAB_BENCH_FOLDER"] = name
        os.environ["POLICY_LAB_CACHE"] = str(folder / "cache")
        peak = machine.peak()
        print(f"{machine.name()}\nmultiply-add peak of one core, measured: {peak / 1e9:.1f} G/s (doubles)")
        for path in chosen.models:
            report(path, chosen.seconds, not chosen.without_pysd, peak, folder)


if __name__ == "__main__":
    main()
