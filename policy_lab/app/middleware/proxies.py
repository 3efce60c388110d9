"""Who may say, in ``X-Forwarded-…``, whom a request comes from: the proxy in front, and nobody else.

The limit on studies by network address and the links in downloads rest on these headers; anybody can send them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from werkzeug.middleware.proxy_fix import ProxyFix

from policy_lab.errors import BadValue

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Where a proxy is looked for unless it is named: this machine and private networks, as a container's is.
NEAR: Final = "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,::1,fc00::/7,fe80::/10"


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between, ``NEAR`` for an empty text; raises ``BadValue`` for others."""
    try:
        return tuple(ipaddress.ip_network(each.strip()) for each in (text or NEAR).split(","))
    except ValueError:
        raise BadValue("error.server.proxy", text=text) from None


class BehindProxy:
    """An application that believes what proxies at certain addresses say of who asks.

    Args:
        app: the application.
        proxies: networks from which the headers are believed; from elsewhere they are as if they were not there.
    """

    def __init__(self, app: WSGIApplication, proxies: Iterable[Network]) -> None:
        self._app = app
        self._told = ProxyFix(app, x_for=1, x_proto=1, x_host=1)
        self._proxies = tuple(proxies)
        self._is_proxy = lru_cache(maxsize=1024)(self._among)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        near = self._is_proxy(environ.get("REMOTE_ADDR", ""))
        return (self._told if near else self._app)(environ, start_response)

    def _among(self, address: str) -> bool:
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
            known = known.ipv4_mapped
        return any(known in network for network in self._proxies)
