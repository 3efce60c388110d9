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

from collections.abc import Sequence
from typing import Final

from dash import Dash

from policy_lab.app.middleware import access_log, error_handlers, response_cache, same_origin, security_headers
from policy_lab.app.middleware.compression import Packer
from policy_lab.app.middleware.security_headers import EMBED, LEARN
from policy_lab.app.middleware.strict_json import StrictJson

#: Largest request in bytes; the page's own are a few kilobytes.
LARGEST_REQUEST: Final = 1_000_000


def install(app: Dash, pages: Sequence[str], embed_from: Sequence[str] = ()) -> None:
    """Adds all of it but ``proxies`` and own names to an app, after the language of a request is known to it.

    Args:
        app: whose answers they are.
        pages: addresses of its pages, below its prefix.
        embed_from: sites that may put its Learn page into a frame.

    Raises:
        BadValue: one of those is no site.
    """
    prefix = app.config.routes_pathname_prefix
    frames = (*pages, EMBED)
    app.server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.server.json = StrictJson(app.server)
    access_log.listen(app.server)
    same_origin.listen(app.server)
    error_handlers.listen(app, prefix)
    security_headers.add_to(app, embed_from)
    Packer(prefix, frames).listen(app.server)
    response_cache.put_before(app.server, prefix, frames, alone=(EMBED, *((LEARN,) if embed_from else ())))
