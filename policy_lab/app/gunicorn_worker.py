"""The kind of worker that gunicorn runs: our own server in each process.

Gunicorn forks, replaces and reloads the processes. Its own kinds of worker have no deadline for a header, a body or a
reader, and hold a thread for each, so that sixteen slow clients stop two workers of eight threads.
"""

from __future__ import annotations

import os
import time
from typing import Any, Final

from gunicorn.workers.base import Worker as Base

from policy_lab.app.http_server import Server

#: Seconds that a worker which is to stop leaves kept connections open, for a request that is on its way already.
LINGER: Final = 1.0


class Worker(Base):  # type: ignore[misc]
    """A process with one server."""

    server: Server | None = None

    def run(self) -> None:
        """Serve until told to stop, then answer what was asked."""
        self.server = Server(self.wsgi, self.sockets[0].sock)
        told = 0.0
        while self.alive and os.getppid() == self.ppid:
            if time.monotonic() > told + 1:
                self.notify()
                told = time.monotonic()
            self.server.turn(1.0)
        self.server.leave()
        began = time.monotonic()
        while self._owes(time.monotonic() - began):
            self.notify()
            self.server.turn(0.1)

    def _owes(self, seconds: float) -> bool:
        """Whether somebody still waits for an answer, so many seconds after the end was told."""
        assert self.server is not None
        if self.server.busy():
            return bool(seconds < self.cfg.graceful_timeout)
        return seconds < LINGER and bool(self.server.active_channels)

    def handle_exit(self, number: int, frame: Any) -> None:
        """Told to stop."""
        super().handle_exit(number, frame)
        if self.server is not None:
            self.server.pull_trigger()
