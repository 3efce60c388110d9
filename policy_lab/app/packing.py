"""Files that never change while a server runs, kept packed: a page is a third of its size on the way.

Scripts, style sheets and the page's own frame are read, compressed and remembered once per process; after that a page
costs the server a few copies of bytes. Only what is the same for everybody (of one language) is kept.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
import threading
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, g, request

from policy_lab.app import words

#: Smaller answers are not worth it (bytes).
LEAST: Final = 1400
#: Kept in one process at most (bytes, packed and plain together); all files of the app are a fifth of it.
ROOM: Final = 64_000_000
_TEXT: Final = (
    "text/",
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "application/wasm",
)
YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True)
class Packed:
    """One answer: its bytes as they are and packed, and the headers that go with them."""

    plain: bytes
    packed: bytes
    kind: str
    tag: str
    caching: str


class Packer:
    """Answers from memory what was asked before, and packs what is worth it.

    Args:
        prefix: of the app, with its slashes.
    """

    def __init__(self, prefix: str) -> None:
        self.kept: dict[tuple[str, str], Packed] = {}
        self.room = ROOM
        self._lock = threading.Lock()
        self._files = (f"{prefix}_dash-component-suites/", f"{prefix}assets/")
        self._pages = (prefix, f"{prefix}<path:path>")
        self._frames = (f"{prefix}_dash-layout", f"{prefix}_dash-dependencies")

    def listen(self, server: Flask) -> None:
        """Every answer of a server goes through here."""
        server.before_request(self.answer)
        server.after_request(self.pack)

    def warm(self, server: Flask) -> None:
        """Pack the page and what it names before anybody asks: processes forked later share it."""
        client = server.test_client()
        page = client.get(self._pages[0]).get_data(as_text=True)
        named = (html.unescape(address) for address in re.findall(r"(?:src|href)=\"([^\"#]+)", page))
        for address in [*(a for a in named if a.startswith(self._files)), *self._frames]:
            client.get(address)

    def answer(self) -> Response | None:
        """What is remembered for the request in hand, None if nothing is."""
        known = self.kept.get(self._key()) if request.method == "GET" else None
        return self._reply(known) if known else None

    def pack(self, reply: Response) -> Response:
        """Compress an answer, and remember it if it is a file."""
        if reply.status_code != 200 or request.method != "GET" or "Content-Encoding" in reply.headers:
            return reply
        if g.get("packed") or not (reply.mimetype or "").startswith(_TEXT):
            return reply
        if self._is_file() or self._is_frame() or reply.cache_control.immutable:
            return self._remember(reply)
        if reply.is_streamed or not self._takes_packed():
            return reply
        data = reply.get_data()
        if len(data) >= LEAST:
            reply.set_data(gzip.compress(data, 5))
            reply.headers["Content-Encoding"] = "gzip"
            reply.vary.add("Accept-Encoding")
        return reply

    def _remember(self, reply: Response) -> Response:
        reply.direct_passthrough = False
        data = reply.get_data()
        reply.close()  # the file it would have been sent from
        dated = "m" in request.args or reply.cache_control.max_age  # another version has another address
        made = Packed(
            data,
            gzip.compress(data, 8) if len(data) >= LEAST else data,
            reply.content_type,
            hashlib.sha256(data).hexdigest()[:24],
            f"public, max-age={YEAR}, immutable" if dated else "no-cache",
        )
        with self._lock:
            size = len(made.plain) + len(made.packed)
            if size <= self.room:
                self.room -= size
                self.kept[self._key()] = made
        return self._reply(made)

    def _reply(self, known: Packed) -> Response:
        small = known.packed is not known.plain and self._takes_packed()
        reply = Response(known.packed if small else known.plain, content_type=known.kind)
        reply.headers["Cache-Control"] = known.caching
        g.packed = True
        reply.vary.add("Accept-Encoding")
        if small:
            reply.headers["Content-Encoding"] = "gzip"
        reply.set_etag(known.tag + ("-gzip" if small else ""))
        reply.make_conditional(request)
        return reply

    def _is_file(self) -> bool:
        return request.path.startswith(self._files)

    def _is_page(self) -> bool:
        """Whether Dash answers with the one page there is, whatever the path: the browser chooses what it shows."""
        return request.url_rule is not None and request.url_rule.rule in self._pages

    def _is_frame(self) -> bool:
        return request.path in self._frames or self._is_page()

    def _key(self) -> tuple[str, str]:
        """The path and, but for files, the language; the rest of an address changes nothing."""
        return self._pages[0] if self._is_page() else request.path, "" if self._is_file() else words.language()

    @staticmethod
    def _takes_packed() -> bool:
        return bool(request.accept_encodings["gzip"])
