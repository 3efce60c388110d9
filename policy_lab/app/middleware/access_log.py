"""One line in the log for each request that is worth one, and nothing about who asked.

A line has the method, the path without its query, the status, the bytes and the milliseconds. Scripts, style sheets,
the health address and questions how a study stands would drown the rest and are left out while they succeed.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from flask import Flask, Response, g, request

log = logging.getLogger("policy_lab.access")

#: Entry of a request's environment that names another address whose answer is its own (``response_cache.py``).
ELSEWHERE: Final = "policy_lab.elsewhere"

_QUIET: Final = re.compile(
    r"/(assets|scripts|engine|_dash-component-suites)/|/(health|_dash-[a-z-]+|_reload-hash)$|/studies(/[0-9a-f]+)?$"
    r"|/rooms/[A-Za-z]+(/answers)?$"
)
#: What Dash sends whenever a hand rests.
CALLBACKS: Final = "/_dash-update-component"
#: Whether the server asks itself for something, to have it ready.
_unasked: ContextVar[bool] = ContextVar("unasked", default=False)


def listen(server: Flask) -> None:
    """Every request that a server answers itself is written down."""

    def begin() -> None:
        g.began = time.perf_counter()

    def write(reply: Response) -> Response:
        if ELSEWHERE in request.environ:
            return reply  # what is at the other address is told when it is sent
        size = reply.calculate_content_length()
        note(request.method, request.path, reply.status_code, size, g.get("began", time.perf_counter()))
        return reply

    server.before_request(begin)
    server.after_request(write)


def note(method: str, path: str, status: int, size: int | None, began: float) -> None:
    """Write a request down if it is worth a line.

    Args:
        size: bytes of the answer, None while nobody knows.
        began: when it came in, by ``time.perf_counter``.
    """
    if (
        not log.isEnabledFor(logging.INFO)
        or _unasked.get()
        or (status < 400 and (method == "GET" or path.endswith(CALLBACKS) or "/rooms/" in path) and _QUIET.search(path))
    ):
        return
    spent = 1000 * (time.perf_counter() - began)
    log.info("%s %s %s %s %.0f ms", plain(method), plain(path), status, size or "-", spent)


def plain(text: str) -> str:
    """A text that may hold anything, so that it cannot begin a line of its own or fill the log."""
    return text.encode("unicode_escape").decode("ascii")[:200]


@contextmanager
def unasked() -> Iterator[None]:
    """Requests within are the server's own and are not written down."""
    token = _unasked.set(True)
    try:
        yield
    finally:
        _unasked.reset(token)


class Plain:
    """The logger that gunicorn asks for, on Python's own: its errors join our lines, requests are told by ours."""

    def __init__(self, cfg: object) -> None:
        self.setup(cfg)
        self.error_log = logging.getLogger("gunicorn.error")

    def setup(self, cfg: object) -> None:
        """Called again with the settings of a reload."""
        self.cfg = cfg

    def access(self, *_: object) -> None:
        """Requests are written down by ``listen``."""

    def reopen_files(self) -> None:
        """There are no files of its own."""

    def close_on_exec(self) -> None:
        """There are no files of its own."""

    def log(self, level: int, message: str, *values: object, **more: Any) -> None:
        """One line of a level."""
        self.error_log.log(level, message, *values, **more)

    def critical(self, message: str, *values: object, **more: Any) -> None:
        """The server cannot go on."""
        self.error_log.critical(message, *values, **more)

    def error(self, message: str, *values: object, **more: Any) -> None:
        """Something failed."""
        self.error_log.error(message, *values, **more)

    def warning(self, message: str, *values: object, **more: Any) -> None:
        """Something is odd."""
        self.error_log.warning(message, *values, **more)

    def info(self, message: str, *values: object, **more: Any) -> None:
        """A worker starts or ends."""
        self.error_log.info(message, *values, **more)

    def debug(self, message: str, *values: object, **more: Any) -> None:
        """For who mends gunicorn."""
        self.error_log.debug(message, *values, **more)

    def exception(self, message: str, *values: object, **more: Any) -> None:
        """Something failed, and where."""
        self.error_log.exception(message, *values, **more)
