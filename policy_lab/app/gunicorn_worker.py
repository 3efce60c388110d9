"""The kind of worker that gunicorn runs: as it comes with it, but what is no HTTP is answered and told as all the rest.

Gunicorn's own answer to that has none of the headers that guard an answer, repeats what was sent, and its line in the
log names who sent it.
"""

from __future__ import annotations

import logging
from contextvars import copy_context
from typing import Any, Final

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from policy_lab.app.middleware.error_handlers import UNFORESEEN, in_every_language, tell
from policy_lab.app.middleware.security_headers import FIXED, NOTHING

log = logging.getLogger("policy_lab.access")

#: What a request was refused for -> status line, and the text that says so; anything else is a bad request.
_MEANS: Final = {
    errors.LimitRequestLine: ("414 URI Too Long", "refused.too_long"),
    errors.LimitRequestHeaders: ("431 Request Header Fields Too Large", "refused.too_long"),
    errors.ExpectationFailed: ("417 Expectation Failed", "refused.not_understood"),
    errors.UnsupportedTransferCoding: ("501 Not Implemented", "refused.not_understood"),
}
_OWN_FAULTS: Final = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


class Worker(ThreadWorker):  # type: ignore[misc]
    """A process with several threads."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what cannot be read as a request, or what failed outside the application."""
        status, key = _MEANS.get(type(exc), ("400 Bad Request", "refused.not_understood"))
        if isinstance(exc, _OWN_FAULTS) or not isinstance(exc, errors.ParseException | OSError):
            status, key = "500 Internal Server Error", UNFORESEEN
            tell("a request", exc)
        else:
            log.info("a request that cannot be read %s (%s)", status[:3], type(exc).__name__)
        try:
            write_nonblock(client, refusal(status, key))
        except OSError:
            pass  # whoever sent it has gone


def refusal(status: str, key: str) -> bytes:
    """A whole answer: status line, headers, and a sentence in every language."""
    body = copy_context().run(in_every_language, key).encode()
    headers = {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        **NOTHING,
        **FIXED,
    }
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
