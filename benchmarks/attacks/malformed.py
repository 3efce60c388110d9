"""Bytes that are no request, or one that no server should take, and what a server may say to them."""

from __future__ import annotations

import socket
from contextlib import suppress

#: What is sent -> the statuses that are right.
MALFORMED: dict[bytes, tuple[int, ...]] = {
    b"WHATEVER\r\n\r\n": (400,),
    b"get / HTTP/1.1\r\n\r\n": (400,),
    b"GET  / HTTP/1.1\r\n\r\n": (400,),
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n": (400,),
    b"GET / HTTP/1.1\r\n folded: x\r\n\r\n": (400,),
    b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n": (400,),
    b"GET / HTTP/1.1\r\nA\x00: b\r\n\r\n": (400,),
    b"GET http://[::1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": (400,),
    b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n": (400,),
    b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n": (400, 413),
    b"POST /studies HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n": (413,),
    b"POST /studies HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n": (501,),
    b"POST /studies HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": (400,),
    b"POST /studies HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n" + b"x" * 1_100_000: (413,),
    b"GET /?w=" + b"secret_plan" * 900 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": (414,),
    b"GET /" + b"secret_plan" * 9000: (414,),
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 99 + b"\r\n": (431,),
    b"GET / HTTP/1.1\r\nX: " + b"secret_plan" * 9000 + b"\r\n\r\n": (431,),
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n": (400,),
    b"\xff" * 200 + b"\r\n\r\n": (400,),
    b"GET /\xff%ff%00 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n": (200, 400, 404),
    b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n": (421,),
    b"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n": (400, 421),
    b"BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n": (405,),
    b"GET /assets/none.js HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n": (404,),
    b"POST /studies HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n": (415,),
    b"GET / HTTP/0.9\r\nHost: 127.0.0.1\r\n\r\n": (200, 400, 505),
}


def answer(port: int, sent: bytes, seconds: float = 30.0) -> bytes:
    """All that a server answers until it closes the connection; what it answers counts, not how it closes it."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        with suppress(ConnectionError):
            line.sendall(sent)
        with suppress(ConnectionError):
            while piece := line.recv(1 << 16):
                got += piece
    return got


def fault(sent: bytes, said: bytes) -> str:
    """What is wrong with an answer; "" for nothing."""
    head, _, body = said.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    names = {line.partition(":")[0].casefold() for line in lines[1:]}
    status = lines[0].split(" ")[1:2]
    if not status or int(status[0]) not in MALFORMED.get(sent, (*range(200, 500), 501, 503, 507)):
        return f"{sent[:60]!r} was answered by {lines[0]!r}"
    if missing := {"content-security-policy", "x-content-type-options", "referrer-policy"} - names:
        return f"{sent[:60]!r}: no {', '.join(sorted(missing))}"
    if b"secret_plan" in said or b"Traceback" in body:
        return f"{sent[:60]!r} is repeated or traced"
    return ""
