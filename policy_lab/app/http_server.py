"""The HTTP server of both ways to serve: waitress, with deadlines, and with refusals that are ours.

Waitress reads requests and sends answers in one loop beside its threads, so a slow connection holds no thread. What it
lacks is here. Its ``channel_timeout`` counts from the last byte, so that a byte a second keeps a connection for ever;
a reader that stops reading is never closed at all; and its refusals lack the headers that guard an answer and repeat
what was sent. Deadlines are those of RFC 9110 section 15.5.9 in spirit: a sender or a reader that keeps a pace is left
alone, however long it takes.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from contextvars import copy_context
from typing import Any, Final

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error, RequestHeaderFieldsTooLarge

from policy_lab.app.errands import Errands
from policy_lab.app.middleware import LARGEST_REQUEST
from policy_lab.app.middleware.error_handlers import UNFORESEEN, in_every_language, tell
from policy_lab.app.middleware.security_headers import FIXED, NOTHING

log = logging.getLogger("policy_lab.access")

THREADS: Final = 8
#: Connections at once, as far as the system allows that many files; a browser opens six.
CONNECTIONS: Final = 4000
#: Connections where the system can only wait for few at a time, as Windows.
FEW: Final = 400
#: Seconds that a connection is kept for the next request.
KEPT_ALIVE: Final = 15
#: Seconds that a request may take to arrive, or an answer to be read, before a minimum pace applies.
PATIENCE: Final = 10.0
#: Bytes a second that are the least pace; a telephone on a bad day has ten times that.
PACE: Final = 4096
#: Bytes of requests and answers under way that are held in memory; beyond it who is slowest has to go.
MOST_HELD: Final = 64_000_000
#: Bytes of an answer that is made piece by piece which are made ahead of its reader.
AHEAD: Final = 1_000_000
#: Bytes of a request's first line, of its first line and header, and the number of its header's lines.
LONGEST_LINE: Final = 8190
LONGEST_HEADER: Final = 65_536
MOST_FIELDS: Final = 60
#: Seconds in which what a refused client still sends is taken, so that the refusal reaches it.
LINGER: Final = 2.0

#: What is said of a refusal, by its status; of any other, that the request is malformed.
_SAID: Final = {413: "refused.too_large", 414: "refused.too_long", 431: "refused.too_long", 500: UNFORESEEN}


class _LineTooLong(Error):  # type: ignore[misc]
    code = 414
    reason = "URI Too Long"


class _Request(HTTPRequestParser):  # type: ignore[misc]
    """A request on its way in."""

    def received(self, data: bytes) -> int:
        """Take some bytes of it; what cannot be read as a request is refused, whatever it is."""
        if self.body_rcv is None and not self.completed:
            start = (self.header_plus + data[: LONGEST_LINE + 1]).lstrip()[: LONGEST_LINE + 1]
            if len(start) > LONGEST_LINE and b"\n" not in start:
                return self._refused(_LineTooLong(""), data)
        try:
            return int(super().received(data))
        except ValueError:  # a length of thousands of digits, an address with half a bracket
            return self._refused(BadRequest(""), data)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the header."""
        super().parse_header(header_plus)
        if header_plus.count(b"\n") > MOST_FIELDS + 1:
            self._refused(RequestHeaderFieldsTooLarge(""), b"")
            self.content_length = 0

    def _refused(self, error: Error, data: bytes) -> int:
        self.error, self.completed, self.body_rcv = error, True, None
        return len(data)


class _Answer(WSGITask):  # type: ignore[misc]
    """An answer of the application."""

    def execute(self) -> None:
        """Make it and hand it over."""
        if self.channel.server.leaving:
            self.request.headers["CONNECTION"] = "close"
        try:
            super().execute()
        except (OSError, ClientDisconnected):
            raise
        except Exception as error:
            tell(f"{self.request.command} {self.request.path}", error)
            raise


class _Refusal(ErrorTask):  # type: ignore[misc]
    """An answer to what is no request, or to one that the application failed at."""

    def execute(self) -> None:
        """Say so in every language, without repeating what was sent."""
        error = self.request.error
        log.info("a request that cannot be read %s", error.code)
        self.channel.lingers, self.version = True, "1.1"
        body = copy_context().run(in_every_language, _SAID.get(error.code, "refused.not_understood")).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "text/plain; charset=utf-8"), *NOTHING.items(), *FIXED.items()]
        self.content_length = len(body)
        self.set_close_on_finish()
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    parser_class, task_class, error_task_class = _Request, _Answer, _Refusal
    #: Whether it is read from for a while after its last answer: who still sends would see a broken connection else.
    lingers = False
    sent = 0
    will_close = False
    _lingers_until = 0.0
    #: What is on its way in, and when it was first seen; and the same of what is on its way out.
    _coming: _Request | None = None
    _coming_since = _going_since = 0.0
    _sent_before = 0

    def service(self) -> None:
        """Answer one request. One that was sent before its answer was read is dropped: it would hold a thread."""
        with self.requests_lock:
            if len(self.requests) > 1:
                self.requests[0].headers["CONNECTION"], self.lingers = "close", True
                del self.requests[1:]
        super().service()

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Hand bytes to the system, as many as it takes."""
        taken = int(super().send(data, do_close))
        self.sent += taken
        return taken

    def handle_read(self) -> None:
        """Take what has come in; after the last answer, to throw it away."""
        if self._lingers_until:
            try:
                self.recv(1 << 16)
            except OSError:
                self.handle_close()
        else:
            super().handle_read()

    def handle_close(self) -> None:
        """Close it, or only its way out while it lingers."""
        if self.lingers and not self._lingers_until and self.will_close and self.connected:
            self.will_close, self._lingers_until = False, time.time() + LINGER
            try:
                self.socket.shutdown(socket.SHUT_WR)
                return
            except OSError:
                pass
        super().handle_close()

    def too_slow(self, now: float) -> bool:
        """Whether what comes in or goes out is behind its pace; asked every second."""
        if self._lingers_until:
            return now > self._lingers_until
        if self.request is not self._coming:
            self._coming, self._coming_since = self.request, now
        if not self.total_outbufs_len:
            self._going_since = 0.0
        elif not self._going_since:
            self._going_since, self._sent_before = now, self.sent
        late_in = self._coming is not None and (
            now - self._coming_since > PATIENCE + self._coming.body_bytes_received / PACE
        )
        going = now - self._going_since if self._going_since else 0.0
        return late_in or going > PATIENCE + (self.sent - self._sent_before) / PACE

    def held(self) -> int:
        """Bytes that it holds in memory; answers that are kept anyway do not count."""
        coming = self.request.body_bytes_received if self.request else 0
        return coming + sum(len(b) for b in list(self.outbufs) if not isinstance(b, ReadOnlyFileBasedBuffer))

    def waits_since(self) -> float:
        """When what is under way was first seen; the slowest has waited longest."""
        return min(since for since in (self._coming_since, self._going_since, time.time()) if since)


def _connections() -> int:
    """How many connections this process may have, with some files left for all else."""
    if not hasattr(select, "poll"):
        return FEW
    import resource

    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return CONNECTIONS if files == resource.RLIM_INFINITY else max(FEW // 4, min(CONNECTIONS, files - 100))


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Serves an application at a socket that listens.

    Args:
        application: the WSGI application.
        listening: a bound socket.

    Attributes:
        leaving: set when it is to stop: nobody new is let in, and each connection ends with the answer in hand.
    """

    channel_class = _Channel
    leaving = False

    def __init__(self, application: Any, listening: socket.socket) -> None:
        settings = Adjustments(
            sockets=[listening],
            threads=THREADS,
            max_request_body_size=LARGEST_REQUEST,
            max_request_header_size=LONGEST_HEADER,
            inbuf_overflow=2 * LARGEST_REQUEST,  # in memory, not in files: ``MOST_HELD`` bounds it
            outbuf_overflow=2 * MOST_HELD,
            outbuf_high_watermark=AHEAD,
            connection_limit=_connections(),
            backlog=2048,
            channel_timeout=KEPT_ALIVE,
            cleanup_interval=1,
            asyncore_use_poll=True,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,  # whom they are believed from is for ``proxies.py`` to say
            ident="",
        )
        where = (listening.family, listening.type, listening.proto, listening.getsockname())
        self._errands, self._looked = Errands(application), 0.0
        super().__init__(application, {}, _sock=listening, adj=settings, sockinfo=where, bind_socket=False)

    def run(self) -> None:
        """Serve until the process is asked to stop."""
        try:
            while self._map:
                self.turn(1.0)
        except (SystemExit, KeyboardInterrupt):
            self.task_dispatcher.shutdown()

    def turn(self, seconds: float) -> None:
        """Read and send what can be, waiting so long at most for something; look after connections every second."""
        wasyncore.loop(seconds, use_poll=True, map=self._map, count=1)
        now = time.time()
        if abs(now - self._looked) >= 1.0:
            self._looked = now
            self._close_late(now)
            if self._errands.due(now):
                self.add_task(self._errands)

    def _close_late(self, now: float) -> None:
        """Close what is idle, too slow, or, where too much is held, slow for longest.

        Between two waits and never within one: a new connection could have the number of one just closed, and would be
        taken for it.
        """
        channels = list(self.active_channels.values())
        for channel in channels:
            # Closed at once: one that is only told to close waits until its reader reads.
            if channel.too_slow(now) or (channel.will_close and not channel.requests):
                channel.lingers = False
                channel.handle_close()
        held = {channel: channel.held() for channel in channels if channel.connected}
        most = sum(held.values())
        for channel in sorted(held, key=_Channel.waits_since):
            if most <= MOST_HELD:
                break
            if held[channel]:
                most -= held[channel]
                channel.handle_close()

    def leave(self) -> None:
        """Let nobody new in."""
        self.leaving, self.accepting = True, False

    def busy(self) -> bool:
        """Whether anything is under way."""
        return any(c.requests or c.request or c.total_outbufs_len for c in list(self.active_channels.values()))
