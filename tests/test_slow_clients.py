"""Who sends or reads slowly holds nobody up, in either server: real sockets, real processes."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from benchmarks.attacks.slow import besieged
from policy_lab.app import create_app, http_server
from policy_lab.app.http_server import THREADS, Server
from policy_lab.jobs import Queue
from policy_lab.jobs.queue import DOWNLOADS
from policy_lab.model import load_model
from policy_lab.studies import Study, run_study
from tests.running_server import SMALL, port_of, served

#: Kilobytes of a large answer, more than the system takes for a reader that does not read.
LARGE = 20_000
FILE = "/assets/page.bundle.js"
ASKED = ("/health", "/studies", "/", "/variables.json")


def answers(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    """Small, large at once, large piece by piece, or what was sent."""
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/large":
        return [bytes(1000 * LARGE)]
    if environ["PATH_INFO"] == "/pieces":
        return (bytes(1000) for _ in range(LARGE))
    return [b"%d bytes" % len(body)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server in a thread, less patient than real ones."""
    monkeypatch.setattr(http_server, "PATIENCE", 1.0)
    monkeypatch.setattr(http_server, "PACE", 20_000)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server, over = Server(answers, listening), threading.Event()

        def serve() -> None:
            while not over.is_set():
                server.turn(0.05)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            over.set()
            thread.join()
            server.task_dispatcher.shutdown()
            server.trigger.close()


def told_by(siege: Coroutine[Any, Any, Any]) -> Any:
    """What a siege tells, in a thread of its own: this one may have a loop already, a browser's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, siege).result()


@pytest.fixture
def port(server: Server) -> int:
    """Where it listens."""
    return int(server.effective_port)


def connected(port: int, sent: bytes, room: int | None = None) -> socket.socket:
    """A connection that has sent something."""
    line = socket.socket()
    if room:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    line.settimeout(30)
    line.connect(("127.0.0.1", port))
    line.sendall(sent)
    return line


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"GET / HTTP/1.1\r\n", b"A"),
        (b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n", b"."),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
    ],
)
def test_a_request_that_trickles_in_is_closed(port: int, start: bytes, drop: bytes) -> None:
    began = time.monotonic()
    with connected(port, start) as line, pytest.raises(OSError):  # noqa: PT012
        while time.monotonic() < began + 25:
            line.sendall(drop)
            time.sleep(0.05)
        pytest.fail("It was let be.")
    assert time.monotonic() - began > 1.0  # not before its time


@pytest.mark.parametrize(("path", "readers"), [("/large", 3 * THREADS), ("/pieces", THREADS - 1)])
def test_a_reader_that_stops_is_closed(server: Server, port: int, path: str, readers: int) -> None:
    """Each asks three times at once. What is made piece by piece holds a thread; the app lets few such be made."""
    asked = f"GET {path} HTTP/1.1\r\n\r\n".encode()
    stuck = [connected(port, asked * 3, room=4096) for _ in range(readers)]
    with connected(port, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n") as line:
        assert b"0 bytes" in b"".join(iter(lambda: line.recv(1000), b""))
    end = time.monotonic() + 60
    while server.active_channels:
        assert time.monotonic() < end
        time.sleep(0.1)
    for line in stuck:
        line.close()


def test_who_keeps_a_pace_is_served_however_long_it_takes(port: int) -> None:
    """Three times as long as the server is patient, at twice the pace that it asks for."""
    with connected(port, b"POST / HTTP/1.1\r\nContent-Length: 120000\r\nConnection: close\r\n\r\n") as line:
        for _ in range(30):
            line.sendall(bytes(4000))
            time.sleep(0.1)
        assert b"120000 bytes" in b"".join(iter(lambda: line.recv(1000), b""))


def test_what_slow_readers_hold_in_memory_is_bounded(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who have waited longest go, long before their time; the last may stay."""
    monkeypatch.setattr(http_server, "MOST_HELD", 1500 * LARGE)
    monkeypatch.setattr(http_server, "PATIENCE", 600.0)
    stuck = [connected(port, b"GET /large HTTP/1.1\r\n\r\n", room=4096) for _ in range(6)]
    time.sleep(3)
    ended = 0
    for line in stuck:
        line.settimeout(2.0)
        try:
            while line.recv(1 << 20):
                pass
            ended += 1
        except TimeoutError:
            pass  # whole, and kept for the next request
        except OSError:
            ended += 1
        line.close()
    assert 4 <= ended < 6


def test_so_many_downloads_at_once_and_no_more(tmp_path: Path) -> None:
    """Each holds a thread until its reader has read it; the rest are told to come back, and can."""
    run_study(Study(model=str(SMALL), size=8, factors="levers", times=(2050.0,)), tmp_path / "study", pictures=False)
    app = create_app(load_model(SMALL), rank_folder=tmp_path / "study", queue=Queue(tmp_path / "studies"))
    clients = [app.server.test_client() for _ in range(DOWNLOADS + 1)]
    open_ones = [client.get("/studies/levers/folder.zip", buffered=False) for client in clients]
    *sent, refused = open_ones
    assert {reply.status_code for reply in sent} == {200}
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0 and "Try again" in refused.text
    sent[0].close()  # one who goes away half way
    again = clients[-1].get("/studies/levers/folder.zip")
    assert again.status_code == 200 and again.data[:2] == b"PK"
    again.close()
    for reply in open_ones[1:]:
        reply.close()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_slow_clients_hold_no_honest_one_up(tmp_path: Path, workers: str) -> None:
    """Three for each thread; how long the honest ones wait without them is what the machine itself costs."""
    with served("--workers", workers, studies=tmp_path) as (address, _):
        port = port_of(address)
        alone = told_by(besieged(port, 0, 4, 3.0, FILE, ASKED))
        told = told_by(besieged(port, 6 * THREADS, 4, 6.0, FILE, ASKED))
    assert alone.wrong == told.wrong == []
    assert len(told.waited) >= 4
    assert told.worst < 2.0 + alone.worst, (told.worst, alone.worst)


@pytest.mark.deep
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_hundred_slow_clients_for_a_minute(tmp_path: Path, workers: str) -> None:
    with served("--workers", workers, studies=tmp_path) as (address, _):
        told = told_by(besieged(port_of(address), 100, 20, 60.0, FILE, ASKED))
    assert told.wrong == []
    assert told.closed > 100  # each kind was cut off, again and again
    assert told.worst < 2.0
