"""Requests that change something must come from our own pages, and pages from a name that is ours.

*Same origin.* A browser says with each request whether a page of another site sends it: ``Sec-Fetch-Site``, where it
has it, else ``Origin``. What is no browser sends neither and is let through: it acts for whoever runs it.
https://www.w3.org/TR/fetch-metadata/, RFC 6454 section 7.

*Own names.* Another site may let its own name lead to this machine, so that its page counts as ours (DNS rebinding).
An answer is for names that lead here by themselves: addresses, localhost, this machine's name, and names that were
given. Behind a proxy the proxy decides by name.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.wrappers import Response as Answer

from policy_lab.app.middleware.security_headers import FIXED, NOTHING
from policy_lab.catalogue import say

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: Methods that change nothing.
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
#: What ``Sec-Fetch-Site`` says of our own pages, and of what a person does outside of any page.
_OURS: Final = ("same-origin", "none")


def listen(server: Flask) -> None:
    """Refuse what another site's page sends to change something."""

    def refuse() -> Response | None:
        if request.method in _SAFE or _same_origin():
            return None
        return Response(say("refused.other_site") + "\n", status=403, mimetype="text/plain")

    server.before_request(refuse)


def _same_origin() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in _OURS
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.host.lower() != ""
    except ValueError:
        return False


class OwnNames:
    """An application that answers to its own names alone.

    Args:
        app: the application.
        names: host names that lead to it, besides addresses, localhost and this machine's own name.
    """

    def __init__(self, app: WSGIApplication, names: Iterable[str]) -> None:
        self._app = app
        own = (*names, "localhost", socket.gethostname(), socket.getfqdn())
        self._names = {name.lower().rstrip(".") for name in own if name}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        if self._is_ours(environ.get("HTTP_HOST", "")):
            return self._app(environ, start_response)
        refused = Answer(say("refused.host") + "\n", status=421, mimetype="text/plain", headers={**FIXED, **NOTHING})
        return refused(environ, start_response)

    def _is_ours(self, host: str) -> bool:
        """``host`` with or without a port; none at all is HTTP/1.0, which no browser speaks."""
        if not host:
            return True
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return name in self._names or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
