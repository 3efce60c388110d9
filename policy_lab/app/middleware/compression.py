"""Answers are packed on their way out: a page is a seventh of its size, its scripts a quarter.

What is the same for everybody (of one language) is packed well, given a tag, and marked, so that
``response_cache.py`` keeps it and answers from memory from then on; anything else is packed quickly, each time.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from flask import Flask, Response, g, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

try:
    import brotli
except ImportError:  # it comes with the extra "serve"
    brotli = None

#: Smaller answers are not worth it (bytes).
LEAST: Final = 1400
#: What packing must save, as a share.
SAVED: Final = 0.1
YEAR: Final = 365 * 24 * 3600
#: Entry of a request's environment that says that its answer may be kept: ``FILE``, or ``ASKED`` for one of many.
KEEP: Final = "policy_lab.keep"
FILE: Final = "file"
ASKED: Final = "asked"
#: How answers are packed, the smallest first: by the name that browsers know it by, from bytes and how hard to try.
#: Browsers take "br" over HTTPS and from their own machine.
PACKINGS: Final[Mapping[str, Callable[[bytes, int], bytes]]] = {
    **({"br": lambda data, effort: brotli.compress(data, quality=effort)} if brotli else {}),
    "gzip": gzip.compress,
}
#: For what is packed once and sent often, and for what is packed each time.
WELL: Final = 9
QUICKLY: Final = 5
_TEXT: Final = (
    "text/",
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "application/wasm",
)


class Packer:
    """Packs answers, and marks those that are the same for everybody.

    Args:
        prefix: of the app, with its slashes.
        pages: names of the pages, below the prefix.
    """

    def __init__(self, prefix: str, pages: tuple[str, ...]) -> None:
        self._files = (f"{prefix}_dash-component-suites/", f"{prefix}assets/")
        self._frames = {f"{prefix}_dash-layout", f"{prefix}_dash-dependencies", *(prefix + page for page in pages)}

    def listen(self, server: Flask) -> None:
        """Every answer of a server goes through here."""
        server.after_request(self.pack)

    def pack(self, reply: Response) -> Response:
        """Compress an answer, and mark it if it is the same for everybody."""
        if reply.status_code != 200 or request.method != "GET" or "Content-Encoding" in reply.headers:
            return reply
        is_file = request.path.startswith(self._files)
        if is_file or request.path in self._frames or reply.cache_control.immutable:
            return self._marked(reply, FILE, dated=is_file and has_age(request.query_string.decode("ascii", "replace")))
        if g.get("same_for_all"):
            return self._marked(reply, ASKED, dated=False)
        if not reply.is_streamed and (reply.mimetype or "").startswith(_TEXT):
            reply.vary.add("Accept-Encoding")
            _pack(reply, packing(request.headers.get("Accept-Encoding", "")), QUICKLY)
        return reply

    def _marked(self, reply: Response, kind: str, dated: bool) -> Response:
        reply.direct_passthrough = False
        data = reply.get_data()
        reply.close()  # the file it would have been sent from
        tag = hashlib.sha256(data).hexdigest()[:24]
        stays = dated or reply.cache_control.immutable  # another version has another address
        reply.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if stays else "no-cache"
        for left_over in ("Last-Modified", "Expires", "Content-Disposition"):
            reply.headers.pop(left_over, None)
        reply.vary.add("Accept-Encoding")
        reply.set_data(data)
        known = packing(request.headers.get("Accept-Encoding", ""))
        reply.set_etag(f"{tag}-{known}" if _pack(reply, known, WELL) else tag)
        request.environ[KEEP] = kind
        return reply


def same_for_all(reply: Response) -> Response:
    """Say of the answer in hand that whoever asks the same in the same language gets the same."""
    g.same_for_all = True
    return reply


def has_age(query: str) -> bool:
    """Whether the address of a file names its age, so that another version has another address."""
    return re.search(r"(?:^|&)m=", query) is not None


def packing(encodings: str) -> str:
    """The smallest of ``PACKINGS`` that a browser which sends this ``Accept-Encoding`` can unpack; "" if none."""
    return _packing(encodings[:200])


@lru_cache(maxsize=256)
def _packing(encodings: str) -> str:
    taken = parse_accept_header(encodings, Accept)
    return next((name for name in PACKINGS if taken[name]), "")


def _pack(reply: Response, known: str, effort: int) -> bool:
    """Whether it was packed: it is not where it would hardly be smaller."""
    data = reply.get_data()
    packed = PACKINGS[known](data, effort) if known and len(data) >= LEAST else data
    if len(packed) > (1 - SAVED) * len(data):
        return False
    reply.set_data(packed)
    reply.headers["Content-Encoding"] = known
    return True
