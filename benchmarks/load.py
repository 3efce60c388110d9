"""Load on a server: how many people two cores serve with two workers, and whether a study slows their pages.

    python benchmarks/load.py [--people N] [--minutes M] [--no-study]
    python benchmarks/load.py --cost

Starts ``policy-lab app --workers 2`` on this machine and N people (``load_people.py``): each loads the page with all
that a browser fetches with it, looks around with time to think, loads pages again with what the browser has kept,
leaves after some ten such things, and somebody with an empty cache takes the place. Everybody arrives within the first
quarter. Then the same once more with a study under way. The people are simulated on the same cores as the server, so
what they cost is in the figures, against the server.

One table: page loads with an empty and with a filled cache (median, 95th percentile), single requests, the processor
time of the server for each (which other work on the machine hardly changes), errors, and the memory of server and
workers from a third of the run to its end. Below it the verdict on what is asked of us, which is also the exit status:
95 of 100 page loads within 3 s, no error, memory flat, and pages at most twice as slow beside a study.

``--cost`` instead lets one browser at a time come, and tells the server's processor time for each kind of visit.

Bounded: it ends after M minutes, twice that with the study; an alarm ends it two minutes after it should have ended,
and the server it started ends with it, whatever ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from load_people import PAGES, Browser, Seen, Site, person, site_of

ARRIVE = 0.25  # of the run, within which everybody comes
WITHIN = 3.0  # seconds for the 95th percentile of page loads
SLOWER = 2.0  # times, for the same beside a study
GROWTH = 1.05  # times, of memory that counts as flat
LATE = 120  # seconds after which a run that has not ended is ended
REPEATS = 60  # visits of each kind for --cost
PR_SET_PDEATHSIG = 1


@contextmanager
def server(studies: Path, workers: int) -> Iterator[tuple[str, int]]:
    """``policy-lab app`` with its workers, from its line with the address (given with its process) to its end."""
    command = [sys.executable, "-m", "policy_lab", "app", "--port", "0", "--no-browser", "--workers", str(workers)]
    environment = {**os.environ, "POLICY_LAB_STUDIES": str(studies)}
    library = ctypes.CDLL(None)

    def end_with_us() -> None:  # even where we are killed
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=end_with_us
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("Policy Lab: ").strip(), process.pid
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()


def whereabouts(address: str) -> tuple[int, str]:
    """Port and prefix of an address that the server has told."""
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/.*)", address)
    if found is None:
        raise SystemExit("The server did not start.")
    return int(found[1]), found[2]


@dataclass
class Load:
    """Own memory (MB) and processor time (s) of a server and its workers, second by second, not counting studies."""

    pid: int
    taken: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    async def watch(self, until: float) -> None:
        """One figure a second."""
        while time.monotonic() < until:
            everybody = [self.pid, *children(self.pid)]
            self.taken.append(sum(map(resident, everybody)))
            self.spent.append(sum(map(processor, everybody)))
            await asyncio.sleep(1)

    def memory(self) -> tuple[float, float]:
        """MB at a third of the run, when everybody has come, and at its end; medians of a tenth of the run."""
        third, tenth = len(self.taken) // 3, max(1, len(self.taken) // 10)
        return float(np.median(self.taken[third : third + tenth])), float(np.median(self.taken[-tenth:]))


def children(pid: int) -> list[int]:
    """The web workers of a server."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(n) for n in found if b"jobs.runner" not in Path(f"/proc/{n}/cmdline").read_bytes()]


def resident(pid: int) -> float:
    """Memory of a process that it does not share, in MB."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(n) for n in re.findall(r"^(?:Private_Clean|Private_Dirty):\s+(\d+)", text, re.MULTILINE)) / 1024


def processor(pid: int) -> float:
    """Seconds of processor time that all threads of a process have had."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return 0.0


class Busy:
    """One study after the other, from ``with`` to its end: the next one starts when the last has ended.

    Attributes:
        looked, running: how often it looked, and how often a study was simulating or computing indices then.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.looked = self.running = 0
        self._begun = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        name = self._start()
        for _ in range(600):
            told = self._asked(f"studies/{name}")
            if told["state"] == "running" and told["share"] > 0:
                self._name = name
                self._thread.start()
                return self
            time.sleep(0.1)
        raise SystemExit(f"The study did not begin: {told}")

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=60)

    def _keep(self) -> None:
        while not self._over.wait(1.0):
            with suppress(OSError):
                told = self._asked(f"studies/{self._name}")
                self.looked += 1
                self.running += told["state"] == "running"
                if not told["open"]:
                    self._name = self._start()

    def _start(self) -> str:
        """The id of a study of all levers, the largest that the page offers."""
        offered = self._asked("studies/form")
        factors = {
            f["name"]: [f["low"], f["high"]] for g in offered["groups"] if g["kind"] == "lever" for f in g["factors"]
        }
        first = next(iter(factors.values()))
        first[1] -= 1e-3 * self._begun * (first[1] - first[0])  # another study than those before
        self._begun += 1
        wanted = {
            "question": "levers",
            "scenario": offered["worlds"][0]["value"],
            "size": "indices",
            "outcomes": [o["name"] for o in offered["outcomes"] if o["chosen"]],
            "factors": factors,
        }
        return str(self._asked("studies", wanted)["id"])

    def _asked(self, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=60) as reply:
            told: dict[str, Any] = json.loads(reply.read())
        return told


async def crowd(site: Site, people: int, seconds: float, load: Load) -> Seen:
    """Everybody's day, and the memory of the server meanwhile."""
    seen, chance, begins = Seen(), random.Random(1), time.monotonic()
    until = begins + seconds
    everybody = [
        person(site, seen, begins + ARRIVE * seconds * n / people, until, random.Random(chance.random()))
        for n in range(people)
    ]
    watching = asyncio.create_task(load.watch(until))
    await asyncio.gather(*everybody)
    await watching
    return seen


async def costs(site: Site, pid: int) -> list[tuple[str, int, float, float]]:
    """Every kind of visit: its name, its requests, its kilobytes, and the server's milliseconds of processor time."""
    told = []

    async def measured(name: str, visit: Callable[[Browser], Awaitable[object]], known: bool) -> None:
        """``known`` lets one browser come again and again, with what it has kept."""
        seen, regular = Seen(), Browser(site.port, Seen())
        if known:
            for page in PAGES:
                await regular.load(site, page)
            regular.seen = seen
        before = sum(map(processor, [pid, *children(pid)]))
        for _ in range(REPEATS):
            browser = regular if known else Browser(site.port, seen)
            await visit(browser)
            if not known:
                browser.close()
        spent = sum(map(processor, [pid, *children(pid)])) - before
        regular.close()
        if seen.errors:
            raise SystemExit(f"{name}: {seen.errors[0]}")
        told.append((name, len(seen.requests) // REPEATS, seen.received / REPEATS / 1e3, 1e3 * spent / REPEATS))

    for page in PAGES:
        named = page or "explore"
        await measured(f"{named}, first visit", lambda browser, page=page: browser.load(site, page), False)
        await measured(f"{named}, again", lambda browser, page=page: browser.load(site, page), True)
    for name, ways in site.actions.items():
        each = iter(ways * (REPEATS // len(ways) + 1))
        await measured(name, lambda browser, each=each: browser.all(next(each)), True)
    return told


def row(name: str, seen: Seen, load: Load, seconds: float) -> str:
    """One line of the table."""
    first, last = load.memory()
    figures = [
        *(f"{len(kind):,} | {quantile(kind, 0.5):.2f} | {quantile(kind, 0.95):.2f}" for kind in (seen.cold, seen.warm)),
        f"{1000 * quantile(seen.requests, 0.5):.0f}",
        f"{1000 * quantile(seen.requests, 0.95):.0f}",
        f"{len(seen.requests) / seconds:,.0f}",
        f"{seen.received / 1e6 / seconds:.1f}",
        f"{1000 * (load.spent[-1] - load.spent[0]) / max(1, len(seen.requests)):.2f}",
        str(len(seen.errors)),
        f"{first:.0f} → {last:.0f}",
    ]
    return "| " + " | ".join([name, *figures]) + " |"


def quantile(values: list[float], share: float) -> float:
    """A quantile, nan of nothing."""
    return float(np.quantile(values, share)) if values else float("nan")


def verdicts(parts: list[Seen], loads: list[Load]) -> list[tuple[str, bool]]:
    """What is asked of a server, in words, and whether it holds."""
    told = []
    for part, name in zip(parts, ("", " beside a study"), strict=False):
        worst = max(quantile(part.cold, 0.95), quantile(part.warm, 0.95))
        told.append((f"95 of 100 page loads{name} within {worst:.2f} s ({WITHIN:g} asked)", worst <= WITHIN))
        told.append((f"errors{name}: {len(part.errors)}", not part.errors))
    first, last = loads[0].memory()
    told.append((f"memory {last / first - 1:+.1%} after everybody had come", last <= GROWTH * first))
    if len(parts) == 2:
        for kind in ("cold", "warm"):
            ratio = quantile(getattr(parts[1], kind), 0.95) / quantile(getattr(parts[0], kind), 0.95)
            median = quantile(getattr(parts[1], kind), 0.5) / quantile(getattr(parts[0], kind), 0.5)
            said = f"{kind} page loads beside a study {ratio:.2f} times as long (95th percentile; median {median:.2f})"
            told.append((said, ratio <= SLOWER))
    return told


def tell_costs(workers: int) -> None:
    """Print what each kind of visit costs."""
    print("| visit | requests | KB | processor ms of the server |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as studies, server(Path(studies), workers) as (address, pid):
        site = asyncio.run(site_of(*whereabouts(address)))
        for name, requests, kilobytes, spent in asyncio.run(costs(site, pid)):
            print(f"| {name} | {requests} | {kilobytes:.0f} | {spent:.2f} |", flush=True)


def tell_load(people: int, seconds: float, workers: int, beside_study: bool) -> bool:
    """Print the table and the verdicts; whether all hold."""
    kinds = "| first visits | median s | p95 s | again | median s | p95 s "
    print(f"| {kinds}| request median ms | p95 ms | requests/s | MB/s | processor ms a request | errors | own MB |")
    print("|---" * 14 + "|", flush=True)
    parts: list[Seen] = []
    loads: list[Load] = []
    ended = ""
    with tempfile.TemporaryDirectory() as studies, server(Path(studies), workers) as (address, pid):
        site = asyncio.run(site_of(*whereabouts(address)))
        for name in ("no study", "a study under way")[: 2 if beside_study else 1]:
            loads.append(Load(pid))
            with Busy(address) if parts else nullcontext() as busy:
                parts.append(asyncio.run(crowd(site, people, seconds, loads[-1])))
            print(row(name, parts[-1], loads[-1], seconds), flush=True)
            if busy is not None:
                ended = f" A study was running {busy.running / max(1, busy.looked):.0%} of the second part."
    print(f"\n{people} people, {workers} workers, {len(site.files) + 1} requests of a first visit.{ended}")
    for error in list(dict.fromkeys(e for part in parts for e in part.errors))[:20]:
        print(f"! {error}", file=sys.stderr)
    told = verdicts(parts, loads)
    for said, holds in told:
        print(f"{'holds' if holds else 'FAILS'}: {said}")
    return all(holds for _, holds in told)


def main() -> int:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--people", type=int, default=300)
    words.add_argument("--minutes", type=float, default=1.0, help="length of each part (default 1; 10 for the record)")
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--no-study", action="store_true", help="leave out the part with a study under way")
    words.add_argument("--cost", action="store_true", help="one browser at a time: what each kind of visit costs")
    asked = words.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("It took much longer than it should and was ended."))
    parts = 1 if asked.no_study or asked.cost else 2
    signal.alarm(round(60 * asked.minutes * parts) + LATE + 60 * parts)
    if asked.cost:
        tell_costs(asked.workers)
        return 0
    return 0 if tell_load(asked.people, 60 * asked.minutes, asked.workers, not asked.no_study) else 1


if __name__ == "__main__":
    sys.exit(main())
