"""Middleware: what every request and answer passes through, one file a concern.

access_log.py       a line for each request
error_handlers.py   a sentence for whoever sends what cannot be answered
security_headers.py headers
compression.py      packed answers
response_cache.py   what is the same for everybody, from memory
same_origin.py      no orders from other sites' pages, no answers to other names
proxies.py          whom a request comes from, behind a proxy
strict_json.py      what is read as JSON
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Final

from flask import Flask

from policy_lab.app.middleware import access_log, error_handlers, response_cache, same_origin, security_headers
from policy_lab.app.middleware.compression import Packer
from policy_lab.app.middleware.security_headers import EMBED, LEARN
from policy_lab.app.middleware.strict_json import StrictJson

#: Largest request in bytes; the page's own are a few kilobytes.
LARGEST_REQUEST: Final = 1_000_000


def install(
    server: Flask,
    prefix: str,
    frames: Sequence[str],
    embed_from: Sequence[str] = (),
    callbacks: Callable[[], Container[str]] = tuple,
) -> None:
    """Adds all of it but ``proxies`` and own names to a server, after the language of a request is known to it.

    Args:
        server: whose answers they are.
        prefix: path below which they stand, with a slash at both ends.
        frames: addresses of its pages, below the prefix.
        embed_from: sites that may put its Learn page into a frame.
        callbacks: gives those of its pages.

    Raises:
        BadValue: one of those is no site.
    """
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    server.json = StrictJson(server)
    access_log.listen(server)
    same_origin.listen(server)
    error_handlers.listen(server, prefix, callbacks)
    security_headers.add_to(server, prefix, embed_from)
    Packer(prefix, tuple(frames)).listen(server)
    response_cache.put_before(server, prefix, tuple(frames), alone=(EMBED, *((LEARN,) if embed_from else ())))
