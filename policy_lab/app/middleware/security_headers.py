"""Security headers of every answer: Content-Security-Policy and those that keep a page from being misused.

``script-src`` is strict: scripts come from this address alone, none is in the page, none is made from text.
WebAssembly needs ``wasm-unsafe-eval``, which allows that and nothing else. ``style-src`` cannot be as strict: Dash's
renderer and components bring style sheets in their scripts and put them into ``<style>`` elements, so elements are
allowed; ``style`` attributes in markup are not (React and our own scripts set styles one by one, which no policy needs
to allow).
"""

from __future__ import annotations

from typing import Final

from dash import Dash
from flask import Response

#: Headers that are the same on every answer.
FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    # The language of a page stands in its address, and our own addresses are asked from it; nobody else learns it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}


def add_to(app: Dash) -> None:
    """Adds the headers to every answer of an app."""
    policy = content_policy()

    def dress(reply: Response) -> Response:
        for name, value in FIXED.items():
            reply.headers.setdefault(name, value)
        reply.headers.setdefault("Content-Security-Policy", policy)
        return reply

    app.server.after_request(dress)


def content_policy() -> str:
    """The Content-Security-Policy."""
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
        "frame-ancestors": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())
