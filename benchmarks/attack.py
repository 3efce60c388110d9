"""What a stranger may try on a server, a model file or a result folder, tried on this machine.

    python benchmarks/attack.py [--short] [--model NAME]

Starts ``policy-lab app`` on 127.0.0.1 twice, from one process and with two workers, and tries on each: other host names
(DNS rebinding), orders from pages of other sites, bytes that are no request, requests that no page sends over every
route, thousands of long headers, and slow clients beside honest ones; on one of them also studies without end by
somebody who keeps no cookie. Then model files that are made to cost time, result folders that are damaged or hold
links. One line each: what was tried, what came of it, and whether it held. The exit status is 1 if anything did not.

Bounded: some ten minutes, ``--short`` one or two; an alarm ends it after half an hour; what it started ends with it,
and nothing is written but in a folder of its own, which is deleted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.attacks import folders, malformed, models, over_http, slow  # noqa: E402
from benchmarks.attacks.reading import reading  # noqa: E402

#: Seconds after which it is ended, whatever happens.
LONGEST = 1800
#: Seconds that an honest client waits at most, and processor seconds that reading a file may take.
PATIENCE, READING = 2.0, 8.0
#: MB by which a server may grow.
GROWTH = 20.0


@dataclass(frozen=True)
class Size:
    """How much of everything is tried."""

    requests: int
    headers: int
    slow: int
    honest: int
    seconds: float
    flips: int
    every: int


SHORT = Size(requests=300, headers=200, slow=48, honest=4, seconds=6.0, flips=20, every=8)
LONG = Size(requests=10_000, headers=2_000, slow=100, honest=20, seconds=60.0, flips=300, every=1)


@dataclass
class Table:
    """The lines that were printed."""

    failed: int = 0

    def tell(self, tried: str, what: str, held: bool) -> None:
        """One line."""
        self.failed += not held
        print(f"| {tried} | {what} | {'held' if held else 'DID NOT HOLD'} |", flush=True)


@contextmanager
def served(folder: Path, model: str, *options: str) -> Iterator[over_http.Target]:
    """A server of our own."""
    command = [sys.executable, "-m", "policy_lab", "app", "--model", model, "--port", "0", "--no-browser", *options]
    environment = over_http.environment(folder)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.startswith("Policy Lab: http://127.0.0.1:"):
                raise SystemExit("The server did not start.")
            yield over_http.Target(int(line.split(":")[3].partition("/")[0]), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def on_a_server(table: Table, name: str, target: over_http.Target, size: Size) -> None:
    """Everything that needs no study."""
    for tried, faults, count in (
        ("other host names", over_http.other_names(target), len(over_http.NAMES)),
        ("orders from other sites", over_http.other_sites(target), over_http.ORDERS),
        (
            "bytes that are no request",
            [f for sent in malformed.MALFORMED if (f := malformed.fault(sent, malformed.answer(target.port, sent)))],
            len(malformed.MALFORMED),
        ),
    ):
        table.tell(f"{name}: {tried}", f"{count} tried{_first(faults)}", not faults)
    for tried, attack, count in (
        ("requests that no page sends", over_http.hostile_requests, size.requests),
        ("long headers", over_http.long_headers, size.headers),
    ):
        attack(target, max(300, count // 5), 1)  # what is kept for everybody is kept by then, in every process
        before = target.memory()
        faults = attack(target, count, 2)
        grown = target.memory() - before
        held = not faults and grown < GROWTH
        table.tell(f"{name}: {tried}", f"{count:,} tried, {grown:+.1f} MB{_first(faults)}", held)
    told = asyncio.run(
        slow.besieged(target.port, size.slow, size.honest, size.seconds, "/assets/page.bundle.js", over_http.ASKED)
    )
    what = f"{size.slow} for {size.seconds:.0f} s, {told.closed} cut off; {len(told.waited)} honest requests, at most "
    held = told.worst < PATIENCE and not told.wrong
    table.tell(f"{name}: slow clients", f"{what}{told.worst:.2f} s{_first(told.wrong)}", held)


def on_files(table: Table, folder: Path, size: Size) -> None:
    """Model files and result folders."""
    kinds: tuple[tuple[str, Callable[[], Iterator[tuple[str, str, str]]]], ...] = (
        ("blanks for our patterns", models.blanks),
        ("marks for our patterns", models.marks),
        ("more than a machine has", models.too_many),
        ("brackets in brackets", models.deep),
    )
    for tried, kind in kinds:
        longest, faults, count = 0.0, [], 0
        with reading() as process:
            for number, (name, ending, text) in enumerate(kind()):
                if number % size.every:
                    continue
                path = folder / f"model{number}{ending}"
                path.write_text(text, encoding="utf-8")
                spent, what, said = process.of(path)
                path.unlink()
                count, longest = count + 1, max(longest, spent)
                if what not in ("read", "told") or spent > READING:
                    faults.append(f"{name}: {what} after {spent:.1f} s: {said[:60]}")
        table.tell(
            f"model files: {tried}", f"{count} files, the longest took {longest:.2f} s{_first(faults)}", not faults
        )
    for tried, faults, what in folders.tried(folder, size.flips):
        table.tell(f"result folders: {tried}", f"{what}{_first(faults)}", not faults)


def _first(faults: list[str]) -> str:
    return f"; {len(faults)} wrong, first: {' '.join(faults[0].split())[:160]}" if faults else ""


def main() -> int:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--short", action="store_true", help="a minute or two: less of everything")
    words.add_argument("--model", default="core", help="what the servers serve (default: core)")
    asked = words.parse_args()
    size, table = SHORT if asked.short else LONG, Table()
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("It took much longer than it should and was ended."))
    signal.alarm(LONGEST)
    print("| tried | what came of it | |\n|---|---|---|", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, options in (("one process", ("--rooms",)), ("two workers", ("--rooms", "--workers", "2"))):
            with served(folder / name, asked.model, *options) as target:
                on_a_server(table, name, target, size)
        with served(folder / "proxy", asked.model, "--behind-proxy") as target:
            faults, what = over_http.unfinished_studies(target)
            table.tell("studies without end, no cookie", f"{what}{_first(faults)}", not faults)
        on_files(table, folder, size)
    signal.alarm(0)
    print(f"\n{json.dumps({'failed': table.failed})}")
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
