"""Simulated visitors of a server, with a browser's cache: they keep what they may, and revalidate the rest.

A ``Browser`` speaks as much HTTP/1.1 as this needs, over six connections that it keeps. What an answer calls immutable
it never asks for again; what has a tag it asks for with that tag, and counts 304 as an answer. ``Site`` is what there
is to ask for, read from the server itself.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

CONNECTIONS = 6  # of a browser to one host
WORKERS = 2  # threads for bands, each of which asks for its own scripts
PATIENCE = 30.0  # seconds after which an answer that has not come is an error
THINK = (4.0, 12.0)  # seconds between two things a person does
PAGES = ("", "compare", "rank", "model")


@dataclass
class Seen:
    """What people met: seconds of cold and warm page loads and of single requests, errors, and bytes received."""

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    received: int = 0


class Connection:
    """One connection that is kept until the server ends it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, tag: str = "") -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and the body as it came (packed)."""
        fresh = self.stream is None
        try:
            return await self._exchange(path, tag)
        except (ConnectionError, asyncio.IncompleteReadError):
            if fresh:
                raise
            self.close()  # the server ended a connection that was idle, as it may; a browser opens another
            return await self._exchange(path, tag)

    async def _exchange(self, path: str, tag: str) -> tuple[int, dict[str, str], bytes]:
        if self.stream is None:
            self.stream = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self.stream
        known = f"If-None-Match: {tag}\r\n" if tag else ""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n{known}\r\n".encode())
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.casefold(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        status = int(head[0].split()[1])
        body = b"" if status == 304 else await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").casefold() == "close":
            self.close()
        return status, headers, body

    def close(self) -> None:
        """Let go of the connection."""
        if self.stream is not None:
            self.stream[1].close()
            self.stream = None


class Browser:
    """One browser with a cache of its own, empty at first."""

    def __init__(self, port: int, seen: Seen) -> None:
        self.lines = [Connection(port) for _ in range(CONNECTIONS)]
        self.seen = seen
        self.tags: dict[str, str] = {}
        self.kept: set[str] = set()

    async def get(self, path: str, line: int = 0) -> bytes:
        """The body of an answer, b"" for what the browser has or what failed."""
        if path in self.kept:
            return b""
        began = time.perf_counter()
        try:
            status, headers, body = await asyncio.wait_for(
                self.lines[line].get(path, self.tags.get(path, "")), PATIENCE
            )
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.lines[line].close()
            self.seen.errors.append(f"{path}: {type(error).__name__} {error}".strip())
            return b""
        self.seen.requests.append(time.perf_counter() - began)
        self.seen.received += len(body)
        if status not in (200, 304):
            self.seen.errors.append(f"{path}: {status}")
        elif "immutable" in headers.get("cache-control", ""):
            self.kept.add(path)
        elif "etag" in headers and "no-store" not in headers.get("cache-control", ""):
            self.tags[path] = headers["etag"]
        return body

    async def all(self, paths: list[str]) -> None:
        """Several files over all connections, each of which takes the next file."""
        todo = iter(paths)
        await asyncio.gather(*(self._take(todo, line) for line in range(CONNECTIONS)))

    async def load(self, site: Site, page: str = "") -> None:
        """One whole page load; its seconds count as cold or warm if nothing failed."""
        cold, began, before = not self.tags, time.perf_counter(), len(self.seen.errors)
        await self.get(site.prefix + page)
        await self.all(site.files)
        await self.all([path for action in site.opening.get(page, []) for path in action])
        if len(self.seen.errors) == before:
            (self.seen.cold if cold else self.seen.warm).append(time.perf_counter() - began)

    async def _take(self, todo: Iterator[str], line: int) -> None:
        for path in todo:
            await self.get(path, line)

    def close(self) -> None:
        """Leave."""
        for line in self.lines:
            line.close()


@dataclass
class Site:
    """What there is to ask for.

    Attributes:
        files: everything that a browser fetches with any page, in the order it meets it.
        opening: what a page asks for when it opens, by page.
        actions: what people do, by name; each is a list of ways, and a way is the requests it takes.
    """

    port: int
    prefix: str
    files: list[str]
    opening: dict[str, list[list[str]]]
    actions: dict[str, list[list[str]]]


async def person(site: Site, seen: Seen, starts: float, until: float, chance: random.Random) -> None:
    """One seat: somebody arrives, looks around, loads pages again, leaves, and somebody else comes, to the end."""
    await asyncio.sleep(max(0.0, starts - time.monotonic()))
    while time.monotonic() < until:
        browser = Browser(site.port, seen)
        try:
            await browser.load(site)
            for _ in range(chance.randint(6, 14)):
                await asyncio.sleep(max(0.0, min(chance.uniform(*THINK), until - time.monotonic())))
                if time.monotonic() >= until:
                    break
                await act(site, browser, chance)
        finally:
            browser.close()


async def act(site: Site, browser: Browser, chance: random.Random) -> None:
    """One thing that a person does: a third are page loads, as a link or a reload makes them."""
    if chance.random() < 1 / 3:
        await browser.load(site, chance.choice(PAGES))
        return
    for path in chance.choice(site.actions[chance.choice(list(site.actions))]):
        await browser.get(path)


async def site_of(port: int, prefix: str) -> Site:
    """What the server that listens there offers, read from its page.

    Raises:
        SystemExit: it does not answer, or something that a page names is not there.
    """
    seen = Seen()
    browser = Browser(port, seen)
    page = text_of(await browser.get(prefix))
    if not page:
        raise SystemExit(f"The server did not answer: {seen.errors[-1]}")
    files = await files_of(browser, prefix, page)
    views = await views_of(browser, prefix)
    actions = {
        "another outcome of the ranking": views,
        "an entry of a variable": [[f"{prefix}entries/{n}.json"] for n in range(4)],
        "a diagram": [[f"{prefix}sector/{n}.svg"] for n in range(4)],
    }
    opening = {
        "rank": [[f"{prefix}studies"], [f"{prefix}studies/levers/view?outcome=&time=&width=592"]],
        "model": [*actions["a diagram"][1:2], [f"{prefix}variables.json"]],
    }
    for path in (p for ways in (*actions.values(), *opening.values()) for way in ways for p in way):
        await browser.get(path)
    browser.close()
    if seen.errors:
        raise SystemExit(f"The site is not whole: {seen.errors[0]}")
    return Site(port, prefix, files, opening, actions)


async def files_of(browser: Browser, prefix: str, page: str) -> list[str]:
    """The files of a page: those its elements name, the model's, the workers' scripts, and what Dash asks for."""
    local = re.findall(r"<(?:link|script)[^>]*?(?:src|href)=\"(/[^\"#]+)\"", page)
    data = re.search(r"<script[^>]*id=\"facts-data\"[^>]*>(.*?)</script>", page, re.DOTALL)
    if data is None:
        raise SystemExit("The page has no facts.")
    facts = json.loads(data.group(1))["files"]
    model = [facts[name] for name in ("layout", "fused", "names", "members")]
    bands = facts["worker"]
    workers = [*[bands] * WORKERS, facts["thread"]]
    named = list(dict.fromkeys(html.unescape(path) for path in (*local, *model)))
    return [*named, *workers, f"{prefix}_dash-layout", f"{prefix}_dash-dependencies"]


def text_of(body: bytes) -> str:
    """What an answer says, packed or not."""
    return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()


async def views_of(browser: Browser, prefix: str) -> list[list[str]]:
    """What the Rank page asks for, for every outcome and year of the stored study."""
    answer = await browser.get(f"{prefix}studies/levers/view?width=592")
    if not answer:
        raise SystemExit(f"The server did not answer: {browser.seen.errors[-1]}")
    view = json.loads(text_of(answer))
    return [
        [f"{prefix}studies/levers/view?outcome={quote(o['value'])}&time={t['value']}&width=592"]
        for o in view["outcomes"]
        for t in view["times"]
    ]
