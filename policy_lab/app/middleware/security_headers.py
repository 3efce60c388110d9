"""Security headers of every answer: Content-Security-Policy and those that keep a page from being misused.

``script-src`` is strict: scripts come from this address alone, none is in the page, none is made from text.
WebAssembly needs ``wasm-unsafe-eval``, which allows that and nothing else. ``style-src`` cannot be as strict: Dash's
renderer and components bring style sheets in their scripts and put them into ``<style>`` elements, so elements are
allowed; ``style`` attributes in markup are not (React and our own scripts set styles one by one, which no policy needs
to allow).

No page may stand in a frame of another site, but the one that is made for it (``EMBED``): charts and figures to look
at, with nothing to press that would change anything, so a page laid over it can mislead nobody into doing something.
The Learn page may stand in frames of the sites that whoever runs the app names (``--embed-from``), and of no others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

from policy_lab.errors import BadValue

#: The one page that other sites may put into a frame, by its name below the prefix.
EMBED: Final = "embed"
#: The page that sites which were named may put into a frame.
LEARN: Final = "learn"
#: Headers that are the same on every answer.
FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    # The language of a page stands in its address, and our own addresses are asked from it; nobody else learns it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: Of an answer that is a sentence and no page.
NOTHING: Final = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
#: Who may frame an answer, as browsers of today and those before them are told; these say nothing of "anybody".
OWN_FRAMES: Final = {"X-Frame-Options": "SAMEORIGIN"}


def add_to(server: Flask, prefix: str, embed_from: Sequence[str] = ()) -> None:
    """Adds the headers to every answer of a server; sites in ``embed_from`` may frame its Learn page."""
    own = {**FIXED, **OWN_FRAMES, "Content-Security-Policy": content_policy()}
    framed = {prefix + EMBED: {**FIXED, "Content-Security-Policy": content_policy(ancestors="*")}}
    if embed_from:
        ancestors = " ".join(["'self'", *map(whole_origin, embed_from)])
        framed[prefix + LEARN] = {**FIXED, "Content-Security-Policy": content_policy(ancestors=ancestors)}

    def dress(reply: Response) -> Response:
        for name, value in framed.get(request.path, own).items():
            reply.headers.setdefault(name, value)
        return reply

    server.after_request(dress)


def whole_origin(text: str) -> str:
    """A site as a browser names it, ``https://moodle.example.org``; raises ``BadValue`` for what is none (RFC 6454)."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        port = parts.port
    except ValueError:
        raise BadValue("error.server.origin", text=text) from None
    host = (parts.hostname or "").rstrip(".")
    bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in ("http", "https") or not bare or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]+", host):
        raise BadValue("error.server.origin", text=text)
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port is not None else "")


def content_policy(in_page: bool = False, ancestors: str = "'self'") -> str:
    """The Content-Security-Policy; ``in_page`` leaves out what browsers take from a header only.

    ``ancestors`` may have the page in a frame.
    """
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "style-src-attr": ["'none'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": [ancestors],
    }
    if in_page:
        del rules["frame-ancestors"]
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())
