"""How many people can one two-core server serve, with two workers, and does a study slow their pages?

    python benchmarks/load.py [--people N] [--minutes M] [--no-study]

Starts ``policy-lab app --workers 2`` on this machine and N people, each of whom loads the page with all that a browser
fetches with it (six connections, packed files, nothing cached), then does what a session does: looks at the ranking,
changes its outcome and year, saves a chart's numbers, looks up variables, and comes back for a new load. Everybody
arrives within the first part of the run. Then the same with a study under way. The people are simulated on the same
cores as the server, so what they cost is in the figures, against the server.

One table: page loads (all of one load, the median and the 95th percentile), single requests, the processor time of the
server for each (which other work on the machine hardly changes), errors, and the memory of
server and workers once everybody has come and at the end. Bounded: it ends after M minutes, twice that with the study.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

CONNECTIONS = 6  # of a browser to one host
ARRIVE = 0.25  # of the run, within which everybody comes
THINK = (4.0, 12.0)  # seconds between two things a person does
PATIENCE = 30.0


@dataclass
class Seen:
    """What people met: seconds of whole page loads and of single requests, errors, and bytes received."""

    loads: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    received: int = 0


class Connection:
    """One connection that is kept, as a browser keeps it; speaks as much HTTP/1.1 as this needs."""

    def __init__(self, port: int, seen: Seen) -> None:
        self.port, self.seen = port, seen
        self.stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> bytes:
        """The body of an answer, as it came (packed)."""
        began = time.perf_counter()
        try:
            status, body = await asyncio.wait_for(self._ask(path), PATIENCE)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.close()
            self.seen.errors.append(f"{path}: {type(error).__name__} {error}")
            return b""
        self.seen.requests.append(time.perf_counter() - began)
        self.seen.received += len(body)
        if status != 200:
            self.seen.errors.append(f"{path}: {status}")
        return body

    async def _ask(self, path: str) -> tuple[int, bytes]:
        fresh = self.stream is None
        try:
            return await self._exchange(path)
        except (ConnectionError, asyncio.IncompleteReadError):
            if fresh:
                raise
            self.close()  # the server ended a connection that was idle, as it may; a browser opens another
            return await self._exchange(path)

    async def _exchange(self, path: str) -> tuple[int, bytes]:
        if self.stream is None:
            self.stream = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self.stream
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.casefold(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").casefold() == "close":
            self.close()
        return int(head[0].split()[1]), body

    def close(self) -> None:
        """Let go of the connection."""
        if self.stream is not None:
            self.stream[1].close()
            self.stream = None


@dataclass
class Site:
    """The addresses of one server: the page's files in the order a browser meets them, and what a session asks."""

    port: int
    prefix: str
    files: list[str]
    session: list[str]


async def person(site: Site, seen: Seen, starts: float, until: float, chance: random.Random) -> None:
    """One person, from arriving to the end of the run."""
    await asyncio.sleep(max(0.0, starts - time.monotonic()))
    while time.monotonic() < until:
        lines = [Connection(site.port, seen) for _ in range(CONNECTIONS)]
        began, before = time.perf_counter(), len(seen.errors)
        await lines[0].get(site.prefix)
        todo = iter(site.files)  # shared: each connection takes the next file
        await asyncio.gather(*(_take(line, todo) for line in lines))
        if len(seen.errors) == before:
            seen.loads.append(time.perf_counter() - began)
        for line in lines[1:]:
            line.close()
        for _ in range(chance.randint(3, 8)):
            await asyncio.sleep(min(chance.uniform(*THINK), max(0.0, until - time.monotonic())))
            if time.monotonic() >= until:
                break
            await lines[0].get(chance.choice(site.session))
        lines[0].close()


async def _take(line: Connection, todo: Iterator[str]) -> None:
    for path in todo:
        await line.get(path)


@contextmanager
def server(studies: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """``policy-lab app`` with its workers, from its line with the address to its end."""
    command = [sys.executable, "-m", "policy_lab", "app", "--port", "0", "--no-browser", "--workers", str(workers)]
    environment = {**os.environ, "POLICY_LAB_STUDIES": str(studies)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("Policy Lab: ").strip(), process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


async def site_of(address: str) -> Site:
    """What a browser fetches with the page, read from the page itself."""
    port, prefix = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/.*)", address).groups()  # type: ignore[union-attr]
    seen = Seen()
    line = Connection(int(port), seen)
    for _ in range(100):  # until it listens
        await line.get(f"{prefix}health")
        if seen.requests:
            break
        await asyncio.sleep(0.2)
    page = gzip.decompress(await line.get(prefix)).decode()
    files = list(dict.fromkeys(re.findall(r"(?:src|href)=\"(/[^\"#]+\.(?:js|css|svg|json|wasm|bin)[^\"]*)\"", page)))
    files = [path.replace("&amp;", "&") for path in files]
    files += [f"{prefix}_dash-layout", f"{prefix}_dash-dependencies"]
    files += [path for path in re.findall(r"\"(/engine/[^\"]+)\"", page) if path not in files]
    answer = await line.get(f"{prefix}studies/levers/view?width=600")
    if not answer:
        raise SystemExit(f"The server did not answer: {seen.errors[-1]}")
    view = json.loads(gzip.decompress(answer))
    views = [
        f"{prefix}studies/levers/view?width=600&outcome={o['value'].replace(' ', '+')}&time={t['value']}"
        for o in view["outcomes"]
        for t in view["times"]
    ]
    session = [*views, f"{prefix}studies", f"{prefix}variables?text=trust", f"{prefix}studies/levers/bars.csv"]
    wanted = []
    for path in (*files, *session[-3:]):  # only what is there: a path that a template names is not one
        before = len(seen.errors)
        await line.get(path)
        wanted += [path] if len(seen.errors) == before else []
    line.close()
    return Site(
        int(port), prefix, [p for p in wanted if p in files], [*views, *(p for p in wanted if p in session[-3:])]
    )


async def crowd(site: Site, people: int, seconds: float, memory: Memory) -> Seen:
    """Everybody's day, and the memory of the server meanwhile."""
    seen, chance, begins = Seen(), random.Random(1), time.monotonic()
    until = begins + seconds
    everybody = [
        person(site, seen, begins + ARRIVE * seconds * n / people, until, random.Random(chance.random()))
        for n in range(people)
    ]
    watching = asyncio.create_task(memory.watch(until))
    await asyncio.gather(*everybody)
    await watching
    return seen


@dataclass
class Memory:
    """Resident memory (MB) of a process and its workers over time, not counting studies."""

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

    def told(self) -> str:
        """At a third of the run, when everybody has come, and at its end; medians of ten seconds."""
        third = len(self.taken) // 3
        return f"{np.median(self.taken[third : third + 10]):.0f} → {np.median(self.taken[-10:]):.0f} MB"


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
    """Seconds of processor time that a process has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def study(address: str) -> None:
    """Start a study that outlasts the run."""
    with urllib.request.urlopen(f"{address}studies/form") as reply:
        offered = json.loads(reply.read())
    factors = {
        f["name"]: [f["low"], f["high"]] for g in offered["groups"] if g["kind"] == "lever" for f in g["factors"]
    }
    body = {
        "question": "levers",
        "scenario": offered["worlds"][0]["value"],
        "size": "indices",
        "outcomes": [o["name"] for o in offered["outcomes"] if o["chosen"]],
        "factors": factors,
    }
    asked = urllib.request.Request(f"{address}studies", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as reply:
        told = json.loads(reply.read())
    for _ in range(600):
        with urllib.request.urlopen(f"{address}studies/{told['id']}") as reply:
            told = json.loads(reply.read())
        if told["state"] == "running" and told["share"] > 0:
            return
        time.sleep(0.1)
    raise SystemExit(f"The study did not begin: {told}")


def row(name: str, seen: Seen, memory: Memory, seconds: float) -> str:
    """One line of the table."""
    loads, requests = (np.array(x) if x else np.array([np.nan]) for x in (seen.loads, seen.requests))
    figures = [
        f"{len(seen.loads):,}",
        f"{np.median(loads):.2f}",
        f"{np.quantile(loads, 0.95):.2f}",
        f"{1000 * np.median(requests):.0f}",
        f"{1000 * np.quantile(requests, 0.95):.0f}",
        f"{len(seen.requests) / seconds:,.0f}",
        f"{seen.received / 1e6 / seconds:.1f}",
        f"{1000 * (memory.spent[-1] - memory.spent[0]) / max(1, len(seen.requests)):.2f}",
        str(len(seen.errors)),
        memory.told(),
    ]
    return "| " + " | ".join([name, *figures]) + " |"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--people", type=int, default=300)
    words.add_argument("--minutes", type=float, default=1.0, help="length of each part (default 1; 10 for the record)")
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--no-study", action="store_true", help="leave out the part with a study under way")
    asked = words.parse_args()
    seconds = 60 * asked.minutes
    print(
        "| | loads | median s | p95 s | request median ms | p95 ms | requests/s | MB/s "
        "| processor ms a request | errors | own memory |",
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    parts: list[Seen] = []
    with tempfile.TemporaryDirectory() as studies, server(Path(studies), asked.workers) as (address, process):
        site = asyncio.run(site_of(address))
        for name in ("no study", "a study under way")[: 1 if asked.no_study else 2]:
            if parts:
                study(address)
            memory = Memory(process.pid)
            parts.append(asyncio.run(crowd(site, asked.people, seconds, memory)))
            print(row(name, parts[-1], memory, seconds), flush=True)
    size = parts[0].received / max(1, len(parts[0].loads)) / 1e6
    print(f"\n{asked.people} people, {asked.workers} workers, {len(site.files) + 1} files and {size:.2f} MB a load.")
    if len(parts) == 2:
        slower = np.median(parts[1].loads) / np.median(parts[0].loads)
        worst = np.quantile(parts[1].loads, 0.95) / np.quantile(parts[0].loads, 0.95)
        print(f"With a study, a page takes {slower:.2f} times as long (median), {worst:.2f} times (95th percentile).")
    for error in list(dict.fromkeys(e for part in parts for e in part.errors))[:20]:
        print(f"! {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
