"""What is the same for everybody is answered from memory, before the framework is asked.

Scripts, style sheets, the compiled model and the pages themselves are most of what a server is asked for, and none of
it changes while the server runs. The framework makes each such answer once, with all its headers, and marks it
(``compression.py``); from then on it costs a look into a table and a copy of bytes.
"""

from __future__ import annotations

import html
import io
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Request, Response, request

from policy_lab import catalogue
from policy_lab.app.language import PART, chosen_language
from policy_lab.app.middleware import access_log
from policy_lab.app.middleware.access_log import ELSEWHERE
from policy_lab.app.middleware.compression import FILE, KEEP, PACKINGS, has_age, packing

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask.testing import FlaskClient

#: Bytes of files kept in one process; all files of the app, in two languages, are a tenth of it.
ROOM: Final = 64_000_000
#: Bytes of other answers kept in one process, of which those not asked for longest go first.
ROOM_ASKED: Final = 8_000_000
#: An answer larger than this (bytes) is not kept, unless it is a file.
LARGEST_ASKED: Final = 200_000
#: Bytes of an answer above which a server is not given a copy of its own.
LARGE: Final = 50_000
#: Characters that decide a language, of all headers together, up to which it is remembered for them.
SHORT: Final = 1000
#: Headers that an answer without a body has not.
_OF_BODY: Final = frozenset({"content-length", "content-type", "content-encoding"})

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Kept:
    """One answer: headers as they are sent, the same for "you have it already", and the body."""

    headers: list[tuple[str, str]]
    short: list[tuple[str, str]]
    body: bytes
    tag: str

    def answer(self, environ: WSGIEnvironment, start: StartResponse) -> tuple[int, list[bytes]]:
        """Send it, or only that it has not changed."""
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and self.tag and _names(known, self.tag):
            start("304 NOT MODIFIED", list(self.short))
            return 304, []
        start("200 OK", list(self.headers))
        return 200, [self.body]


class Front:
    """Stands before an application and answers what it knows.

    Args:
        app: what is asked for everything else.
        prefix: of the pages, with its slashes.
        pages: their names, below the prefix.
        alone: those of them whose answer is not shared; the first page has its own too, and all others share one.
    """

    def __init__(self, app: WSGIApplication, prefix: str, pages: tuple[str, ...], alone: tuple[str, ...] = ()) -> None:
        self._app = app
        self._files = (f"{prefix}_dash-component-suites/", f"{prefix}assets/", f"{prefix}scripts/")
        self._told = (f"{prefix}engine/", f"{prefix}_dash-")
        shared = next((page for page in pages if page and page not in alone), "")
        self._pages = {prefix + page: prefix + (page if not page or page in alone else shared) for page in pages}
        self._kept: dict[Key, Kept] = {}
        self._asked: OrderedDict[Key, Kept] = OrderedDict()
        self._room, self._room_asked = ROOM, ROOM_ASKED
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        if environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start_response)
        began = time.perf_counter()
        key = self._key(environ)
        known = self._known(key)
        if known is None:
            return self._made(key, environ, start_response, began)
        return _told(known, environ, start_response, began)

    def _known(self, key: Key) -> Kept | None:
        if key in self._kept:
            return self._kept[key]
        with self._lock:
            if key in self._asked:
                self._asked.move_to_end(key)
            return self._asked.get(key)

    def _made(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse, began: float) -> Iterable[bytes]:
        """Ask the application, and keep what it says may be kept."""
        said: list[Any] = []
        written: list[bytes] = []

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            said[:] = [status, headers, error]
            return written.append

        body = self._app(environ, start)
        kind = environ.get(KEEP)
        if kind is None and ELSEWHERE not in environ:
            write = start_response(*said)
            for piece in written:
                write(piece)
            return body
        whole = b"".join([*written, *body])
        if hasattr(body, "close"):
            body.close()
        if kind is None:
            there = {**environ, "PATH_INFO": environ[ELSEWHERE]}
            del there[ELSEWHERE]
            key = self._key(there)
            known = self._known(key)
            if known is None:
                return self._made(key, there, start_response, began)
            return _told(known, environ, start_response, began)
        made = _kept(said[1], whole)
        self._keep(key, made, kind)
        return _shared(environ, made.answer(environ, start_response)[1])

    def _keep(self, key: Key, made: Kept, kind: str) -> None:
        with self._lock:
            if kind == FILE:
                if key not in self._kept and len(made.body) <= self._room:
                    self._room -= len(made.body)
                    self._kept[key] = made
            elif len(made.body) <= LARGEST_ASKED:
                known = self._asked.pop(key, None)
                self._room_asked += _size(key, known) - _size(key, made)
                self._asked[key] = made
                while self._room_asked < 0:
                    self._room_asked += _size(*self._asked.popitem(last=False))

    def _key(self, environ: WSGIEnvironment) -> Key:
        """What decides an answer: the path, the part of the query that matters, the language, how it is packed."""
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        packed = packing(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if path.startswith(self._files):
            return path, "m" if has_age(query) else "", "", packed
        language, named = language_of(environ)
        if path in self._pages:  # a language that the address names is remembered by a cookie
            return self._pages[path], PART if named else "", language, packed
        return path, "" if path.startswith(self._told) else query, language, packed


def put_before(server: Flask, prefix: str, pages: tuple[str, ...], alone: tuple[str, ...] = ()) -> None:
    """Every request of a server is answered by a ``Front`` first.

    The page under an address that no page has is the first one; it is not made anew for it.
    """
    unknown = f"{prefix}<path:path>"

    def lead_home() -> Response | None:
        if request.url_rule is None or request.url_rule.rule != unknown or request.path.removeprefix(prefix) in pages:
            return None
        request.environ[ELSEWHERE] = prefix
        return Response()

    server.before_request(lead_home)
    server.wsgi_app = Front(server.wsgi_app, prefix, pages, alone)  # type: ignore[method-assign]


def warm(server: Flask, prefix: str) -> None:
    """Make everything ready that the first visitors would wait for; processes forked later share it."""
    with access_log.unasked():
        _ask_for_all(server.test_client(use_cookies=False), prefix)


def _ask_for_all(client: FlaskClient, prefix: str) -> None:
    for language, known in product(catalogue.languages(), PACKINGS):
        told = {"Accept-Encoding": known, "Accept-Language": language}
        page = client.get(prefix, headers={"Accept-Language": language}).text
        client.get(f"{prefix}?lang={language}", headers=told)
        client.get(prefix, headers=told)
        named = {html.unescape(address) for address in re.findall(r"\"(/[^\"#\s]+)\"", page)}
        own = (f"{prefix}engine/", f"{prefix}scripts/")
        for address in sorted(a for a in named if a.startswith(own)):
            client.get(address, headers=told)
        for address in ("_dash-layout", "_dash-dependencies"):
            client.get(prefix + address, headers=told)


def language_of(environ: WSGIEnvironment) -> tuple[str, bool]:
    """The language that a request wants, and whether its address names it; remembered by all that decides it."""
    asked = [environ.get(name, "") for name in ("QUERY_STRING", "HTTP_REFERER", "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE")]
    return (_remembered if sum(map(len, asked)) <= SHORT else _language_of)(*asked)


def _language_of(query: str, referrer: str, cookies: str, languages: str) -> tuple[str, bool]:
    asked = Request(
        {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": query,
            "HTTP_REFERER": referrer,
            "HTTP_COOKIE": cookies,
            "HTTP_ACCEPT_LANGUAGE": languages,
        }
    )
    language = chosen_language(asked)
    return language, asked.args.get(PART) == language


_remembered = lru_cache(maxsize=256)(_language_of)


def _size(key: Key, kept: Kept | None) -> int:
    """Bytes that an answer and what is around it take, about."""
    if kept is None:
        return 0
    return 1000 + len(kept.body) + sum(map(len, map(str, key))) + 2 * sum(len(n) + len(v) for n, v in kept.headers)


def _told(known: Kept, environ: WSGIEnvironment, start: StartResponse, began: float) -> Iterable[bytes]:
    """Send what is known, and write it down."""
    status, body = known.answer(environ, start)
    access_log.note("GET", environ["PATH_INFO"], status, sum(map(len, body)), began)
    return _shared(environ, body)


def _shared(environ: WSGIEnvironment, body: list[bytes]) -> Iterable[bytes]:
    """A large body as a file, where the server takes one: a hundred slow readers of it then share its bytes."""
    wrap = environ.get("wsgi.file_wrapper")
    return wrap(io.BytesIO(body[0])) if wrap and body and len(body[0]) > LARGE else body


def _kept(headers: list[tuple[str, str]], body: bytes) -> Kept:
    tag = next((value for name, value in headers if name.casefold() == "etag"), "").strip('"')
    short = [(name, value) for name, value in headers if name.casefold() not in _OF_BODY]
    return Kept(list(headers), short, body, tag)


def _names(known: str, tag: str) -> bool:
    """Whether a browser's list of tags has one; proxies that pack anew weaken them."""
    return any(each.strip().removeprefix("W/").strip('"') == tag for each in known.split(","))
