"""Speed of Explore: how soon it shows, and how quickly it answers a hand.

    python benchmarks/page.py [MODEL...] [--beside FOLDER] [--moves 60] [--drags 3] [--starts 5] [--only-page]

In Chromium, on this machine, with a server of its own: from a slider's event to the painted curve, by key and by a
drag of three seconds; to the painted band of 200 members, and to the verdict made from them; curves a second and long
tasks in the drag; requests while the hand moves; the first picture of a browser that has just been started; the weight
of the page. The peer is the same page in a browser without WebAssembly, where the server computes each picture:
server-side interaction, in the same run. Another checkout of this repository, such as an earlier edition, is measured
in the same run with ``--beside FOLDER``: each part is measured on one page after the other before the next part.

A curve counts as painted when a message posted in the frame that set its path arrives, which is after the frame's
paint; a band or verdict when the same holds for that of the policy on show. The verdict waits until the hand has rested
for a while; that wait is in its time, which begins with the hand's last event. Milliseconds unless it says otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession as AsyncSession
from playwright.async_api import async_playwright
from playwright.sync_api import Browser, CDPSession, Page, Playwright, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.engines import machine  # noqa: E402
from tests.browser.ensure_browser import ensure_browser  # noqa: E402

SERVE = """
import sys
from policy_lab.app import serve
from policy_lab.model import load_model
serve(load_model(sys.argv[1]), port=0, open_browser=False)
"""
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DRAG = 3.0  # seconds
MOUSE = 125  # times a second that a mouse tells where it is
SPEED = 300.0  # pixels a second
#: Long enough for bands of all members and for Dash to have come.
SETTLED = "() => document.documentElement.dataset.drawn === '' && PolicyLab.dashIsHere"

WATCH = (HERE / "page.js").read_text(encoding="utf-8")
WITHOUT_ENGINE = "delete window.WebAssembly;"


@dataclass(frozen=True)
class Measured:
    """A page to measure: the head of its column, its address, and what the browser runs before it."""

    name: str
    address: str
    script: str = ""


def main() -> None:
    """Measure and print one table a model."""
    asked = arguments()
    print(machine.name())
    for model in asked.models:
        with ExitStack() as servers:
            ours = servers.enter_context(server(model, HERE.parent))
            pages = [Measured("page", ours)]
            if asked.beside:
                pages.append(Measured(asked.beside.name, servers.enter_context(server(model, asked.beside))))
            if not asked.only_page:
                pages.append(Measured("server computes", ours, WITHOUT_ENGINE))
            found = measured(pages, asked)
        print(f"\n{model}\n")
        print_table(pages, found, ratio=bool(asked.beside))


def arguments() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=["big_science"])
    parser.add_argument("--beside", type=Path, help="another checkout; with its own .venv, if it has one")
    parser.add_argument("--moves", type=int, default=60, help="key presses")
    parser.add_argument("--drags", type=int, default=3, help="drags of three seconds")
    parser.add_argument("--starts", type=int, default=5, help="cold starts of the browser")
    parser.add_argument("--only-page", action="store_true", help="without the peer")
    return parser.parse_args()


@contextmanager
def server(model: str, checkout: Path = HERE.parent) -> Iterator[str]:
    """A server of a checkout's app in a process of its own, on a free port; gives its address."""
    own = checkout / ".venv" / "bin" / "python"
    command = [str(own) if own.exists() else sys.executable, "-c", SERVE, model]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=checkout) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("Policy Lab: ").strip()
        finally:
            process.terminate()


def measured(pages: Sequence[Measured], asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Everything about each page, part by part."""
    found = [asyncio.run(by_drag(page.address, asked.drags, page.script)) for page in pages]
    with sync_playwright() as playwright:
        for _ in range(asked.starts):
            for page, of in zip(pages, found, strict=True):
                first, of["weight"] = cold_start(playwright, page.address, page.script)
                of.setdefault("starts", []).append(first)
        for part in (by_key, bands):
            for page, of in zip(pages, found, strict=True):
                browser = playwright.chromium.launch(executable_path=str(ensure_browser()), args=FLAGS)
                of.update(part(opened(browser, page), asked.moves))
                browser.close()
    return found


def opened(browser: Browser, measured: Measured) -> Page:
    """The page, settled."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(measured.script + WATCH)
    page.goto(measured.address)
    page.wait_for_function(SETTLED, timeout=60_000)
    page.wait_for_timeout(3000)
    return page


def cold_start(playwright: Playwright, address: str, script: str) -> tuple[float, dict[str, int]]:
    """First picture of a browser that was just started (since navigation), and bytes over the network by stage."""
    browser = playwright.chromium.launch(executable_path=str(ensure_browser()), args=FLAGS)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(script + WATCH)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    weight = {"first": 0, "all": 0}
    done: list[bool] = []

    def loaded(event: dict[str, Any]) -> None:
        weight["all"] += int(event["encodedDataLength"])
        weight["first"] += 0 if done else int(event["encodedDataLength"])

    session.on("Network.loadingFinished", loaded)
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.seen && window.seen.first > 0", timeout=60_000)
    done.append(True)
    first = float(page.evaluate("window.seen.first"))
    page.wait_for_function(SETTLED, timeout=60_000)
    page.wait_for_timeout(500)
    browser.close()
    return first, weight


def by_key(page: Page, moves: int) -> dict[str, Any]:
    """From key press to painted curve, one press after the other; processor time of the page's thread in each."""
    slider = page.locator(".lever input[type=range]").first
    slider.focus()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = processor(session)
    page.evaluate("window.seen.moves.length = 0")
    for n in range(moves):
        page.keyboard.press("ArrowRight" if n % 80 < 40 else "ArrowLeft")
        page.wait_for_function("count => window.seen.moves.length >= count", arg=n + 1, polling=50, timeout=60_000)
    spent = [1000 * (after - start) / moves for after, start in zip(processor(session), before, strict=True)]
    return {"key": durations(page), "processor": spent}


def processor(session: CDPSession) -> tuple[float, float]:
    """Processor seconds of the page's thread so far: all its tasks, and scripts alone."""
    told = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return told["TaskDuration"], told["ScriptDuration"]


async def by_drag(address: str, drags: int, script: str) -> dict[str, Any]:
    """Drags of three seconds: latencies, curves and moves a second, tasks over 50 ms, requests.

    The mouse tells of itself as often as a real one does, whether or not the page keeps up; the browser hands the page
    the latest of what came since its last frame.
    """
    found: dict[str, Any] = {"drag": [], "curves": [], "moves": [], "long": []}
    requests: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(ensure_browser()), args=FLAGS)
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.add_init_script(script + WATCH)
        await page.goto(address)
        await page.wait_for_function(SETTLED, timeout=60_000)
        await page.wait_for_timeout(3000)
        lever = page.locator(".lever input[type=range]").first
        await lever.evaluate("lever => lever.scrollIntoView({ block: 'end' })")  # below the charts
        box = await lever.bounding_box()
        assert box is not None
        session = await page.context.new_cdp_session(page)
        page.on("request", lambda request: requests.append(request.url))
        for _ in range(drags):
            await page.evaluate("window.seen.moves.length = window.seen.long.length = window.seen.events = 0")
            taken = await stroke(session, box["x"] + 10, box["y"] + box["height"] / 2, box["width"] - 20)
            seen = await page.evaluate("window.seen")
            found["drag"] += [ended - began for began, ended in seen["moves"]]
            found["curves"].append(len(seen["moves"]) / taken)
            found["moves"].append(seen["events"] / taken)
            found["long"] += [duration for _, duration in seen["long"]]
            await page.wait_for_timeout(1500)
        await browser.close()
    return {**found, "requests": len(requests)}


async def stroke(session: AsyncSession, left: float, height: float, wide: float) -> float:
    """One drag, from end to end and back for as long as it takes; gives the seconds."""
    sent: list[asyncio.Future[Any]] = []

    def tell(kind: str, at: float, pressed: int) -> None:
        event = {"type": kind, "x": left + at, "y": height, "button": "left", "buttons": pressed, "clickCount": 1}
        sent.append(asyncio.ensure_future(session.send("Input.dispatchMouseEvent", event)))

    tell("mousePressed", 0, 1)
    began = time.monotonic()
    while (past := time.monotonic() - began) < DRAG:
        await asyncio.sleep(1 / MOUSE)
        turn = past * SPEED % (2 * wide)
        tell("mouseMoved", turn if turn < wide else 2 * wide - turn, 1)
    tell("mouseReleased", 0, 0)
    await asyncio.gather(*sent)
    return time.monotonic() - began


def bands(page: Page, moves: int) -> dict[str, list[float]]:
    """From a key press to the painted band of 200 members, and to the painted verdict, with a rest before each."""
    if not page.evaluate("'bands' in PolicyLab && !!window.WebAssembly"):
        return {}
    kinds = ["bands", *(["verdicts"] if page.evaluate("'verdict' in PolicyLab") else [])]
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    page.locator(".lever input[type=range]").first.focus()
    for n in range(max(5, moves // 4)):
        page.wait_for_timeout(1800)
        page.evaluate("window.seen.bands.length = window.seen.verdicts.length = 0")
        page.keyboard.press("ArrowLeft" if n % 2 else "ArrowRight")
        for kind in kinds:
            page.wait_for_function("kind => window.seen[kind].length > 0", arg=kind, timeout=60_000)
            [began, ended, members] = page.evaluate("kind => window.seen[kind][0]", kind)
            assert members >= 200, members
            found[kind].append(ended - began)
    return found


def durations(page: Page) -> list[float]:
    """Milliseconds from event to paint of what was seen since."""
    return [ended - began for began, ended in page.evaluate("window.seen.moves")]


def print_table(pages: Sequence[Measured], found: Sequence[dict[str, Any]], ratio: bool) -> None:
    """One row a figure and one column a page; the first page's times as parts of the second's, if asked for."""
    rows: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        ("key to painted curve, p50 / p95", lambda m: pair(m["key"])),
        ("processor time of the page's thread a move / of it scripts", lambda m: each(m["processor"])),
        ("drag to painted curve, p50 / p95", lambda m: pair(m["drag"])),
        (
            "curves a second in a drag / moves that the slider told of",
            lambda m: each(map(statistics.median, (m["curves"], m["moves"]))),
        ),
        ("tasks over 50 ms in the drags, longest", lambda m: f"{len(m['long'])}, {max(m['long'], default=0):.0f}"),
        ("requests during the drags", lambda m: str(m["requests"])),
        ("key to painted band of 200 members, p50 / p95", lambda m: pair(m.get("bands", []))),
        ("hand's last event to painted verdict, p50 / p95", lambda m: pair(m.get("verdicts", []))),
        ("first picture after a cold start, median (highest)", lambda m: first(m["starts"])),
        ("bytes until the first picture / in all, kB", lambda m: weight(m["weight"])),
    ]
    heads = [page.name for page in pages]
    if ratio:
        heads.insert(2, f"page / {pages[1].name}")
    print(f"| | {' | '.join(heads)} |\n|---{'|---' * len(heads)}|")
    for label, told in rows:
        cells = [told(of) for of in found]
        if ratio:
            cells.insert(2, parts(cells[0], cells[1]))
        print(f"| {label} | {' | '.join(cells)} |")


def parts(ours: str, theirs: str) -> str:
    """Each figure of a cell as a part of that beside it."""
    pairs = zip(*(re.findall(r"\d+", cell) for cell in (ours, theirs)), strict=False)
    return " / ".join(f"{int(a) / int(b):.2f}" if int(b) else "–" for a, b in pairs) or "–"


def pair(values: Sequence[float]) -> str:
    """Median and 95th percentile."""
    if not values:
        return "–"
    ranked = sorted(values)
    return f"{statistics.median(ranked):.0f} / {ranked[min(len(ranked) - 1, round(0.95 * (len(ranked) - 1)))]:.0f}"


def each(values: Iterable[float]) -> str:
    """All figures, side by side."""
    return " / ".join(f"{value:.0f}" for value in values)


def first(values: Sequence[float]) -> str:
    """Median and highest."""
    return f"{statistics.median(values):.0f} ({max(values):.0f})"


def weight(found: dict[str, int]) -> str:
    """Kilobytes of both stages."""
    return f"{found['first'] / 1000:.0f} / {found['all'] / 1000:.0f}"


if __name__ == "__main__":
    main()
