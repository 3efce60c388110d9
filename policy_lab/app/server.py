"""Serving the app: on this machine by default, with waitress, in one line of output.

Waitress and not Werkzeug's own server: it keeps a fixed number of threads and queues what is too much for them,
bounds the size of a request, and is meant to be left running; it is pure Python and small.
"""

from __future__ import annotations

import errno
import logging
import socket
import webbrowser
from typing import TYPE_CHECKING

from policy_lab.app.factory import create_app
from policy_lab.errors import BadValue

if TYPE_CHECKING:
    from pathlib import Path

    from policy_lab.model import Model

HOST, PORT = "127.0.0.1", 8050
THREADS = 8
#: Largest request in bytes; the page's own are a few kilobytes.
LARGEST_REQUEST = 1_000_000


def serve(
    model: Model, host: str = HOST, port: int = PORT, open_browser: bool = True, rank_folder: Path | None = None
) -> None:
    """Serves the app until it is interrupted, and prints its address as one line.

    Args:
        model: what it explores.
        host: address to listen on; 127.0.0.1 is this machine alone.
        port: 0 takes a free one.
        open_browser: also show the page.
        rank_folder: the stored study of the Rank page, as ``create_app`` takes it.

    Raises:
        BadValue: the port is taken or not allowed, or the host is not an address of this machine.
    """
    import waitress

    listening = listen(host, port)
    quiet_logs()
    address = f"http://{_for_link(host)}:{listening.getsockname()[1]}/"
    server = waitress.create_server(
        create_app(model, rank_folder=rank_folder).server,
        sockets=[listening],
        threads=THREADS,
        max_request_body_size=LARGEST_REQUEST,
        ident="",
    )
    print(f"Policy Lab: {address}", flush=True)
    if open_browser:
        webbrowser.open(address)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises ``BadValue`` in words where that cannot be."""
    if not 0 <= port <= 65535:
        raise BadValue(f"Port {port} does not exist; choose one from 1024 to 65535, or 0 for any free one.")
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise BadValue(f"'{host}' is not an address of this machine; 127.0.0.1 always is.") from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(where)
    except OSError as error:
        listening.close()
        raise BadValue(_why(error, host, port)) from None
    return listening


def quiet_logs() -> None:
    """Only warnings and worse from the server and its framework."""
    for name in ("waitress", "waitress.queue", "werkzeug", "dash", "dash.dash"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another with --port, or --port 0 for any free one."
    if error.errno == errno.EACCES:
        return f"Port {port} is not allowed for you. Choose one above 1023 with --port, or --port 0 for any free one."
    return f"Cannot listen on {host}, port {port}: {error.strerror or error}. Use 127.0.0.1, or --port 0."


def _for_link(host: str) -> str:
    return f"[{host}]" if ":" in host else host
