"""Clients that hold what they can: they say a request or read an answer as slowly as it takes, and come again.

Each kind is one connection at a time; when the server closes it, the next begins. Beside them honest ones ask, each on
a connection of its own, and the longest that one of them waited is what counts.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

#: Seconds between two bytes.
DRIP = 0.5
#: Seconds that an honest one waits at most.
PATIENCE = 30.0


@dataclass
class Told:
    """What came of it: seconds that honest ones waited for answers, what went wrong, slow connections closed."""

    waited: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    closed: int = 0

    @property
    def worst(self) -> float:
        """The longest wait in seconds."""
        return max(self.waited, default=float("inf"))


async def silent(port: int, path: str) -> None:
    """Connects and says nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await reader.read()
    finally:
        writer.close()


async def slow_header(port: int, path: str) -> None:
    """A header line a moment, for ever."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _drip(reader, writer, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode(), b"A")


async def slow_body(port: int, path: str) -> None:
    """A body of 100 KB, a byte a moment."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "POST /studies/estimate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    await _drip(reader, writer, f"{head}Content-Length: 100000\r\n\r\n".encode(), b" ")


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, start: bytes, byte: bytes) -> None:
    try:
        writer.write(start)
        while not reader.at_eof():
            writer.write(byte)
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1000), DRIP)
    finally:
        writer.close()


async def slow_reader(port: int, path: str) -> None:
    """Asks for the same large file many times over, and reads a few bytes a moment."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(line, ("127.0.0.1", port))
        await loop.sock_sendall(line, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 50)
        while await loop.sock_recv(line, 16):
            await asyncio.sleep(DRIP)
    finally:
        line.close()


KINDS: tuple[Callable[[int, str], Awaitable[None]], ...] = (silent, slow_header, slow_body, slow_reader)


async def besieged(port: int, slow: int, honest: int, seconds: float, large: str, asked: tuple[str, ...]) -> Told:
    """So many slow clients, a quarter of each kind, for so many seconds beside so many honest ones.

    Args:
        port: of a server on this machine.
        slow: how many slow ones there are at any moment.
        honest: how many honest ones.
        seconds: how long.
        large: path of a large file.
        asked: paths that honest ones ask for in turn.
    """
    told, until = Told(), time.monotonic() + seconds

    async def attacks(number: int) -> None:
        while time.monotonic() < until:
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(KINDS[number % len(KINDS)](port, large), until - time.monotonic())
                told.closed += 1
            await asyncio.sleep(0.05)

    async def asks(number: int) -> None:
        chance = random.Random(number)
        await asyncio.sleep(min(1.0, seconds / 4))  # when the slow ones have what they can get
        while time.monotonic() < until:
            path, began = chance.choice(asked), time.monotonic()
            try:
                status = await asyncio.wait_for(_status(port, path), PATIENCE)
                told.waited.append(time.monotonic() - began)
                if status != 200:
                    told.wrong.append(f"{path} {status}")
            except (OSError, ValueError, TimeoutError) as error:
                told.wrong.append(f"{path} {type(error).__name__}")
                told.waited.append(time.monotonic() - began)
            await asyncio.sleep(chance.uniform(0.2, 1.0))

    await asyncio.gather(*map(attacks, range(slow)), *map(asks, range(honest)))
    return told


async def _status(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        return int(answer.split(b" ", 2)[1])
    finally:
        writer.close()
