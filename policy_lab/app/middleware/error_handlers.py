"""What is answered, and written down, where a request is none of ours or nobody foresaw what it does.

One line in the log and a sentence to whoever asks, never a traceback: anybody can send anything to a server, and a log
that strangers can fill tells nothing. ``POLICY_LAB_DEBUG=1`` adds the traceback for whoever mends it.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Container
from typing import Any, Final

from dash.exceptions import DependencyException
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from policy_lab.app.middleware.access_log import plain
from policy_lab.catalogue import languages, say, speak

log = logging.getLogger("policy_lab.access")

#: What is said of it on the page.
UNFORESEEN: Final = "study.failed_unexpected"


def listen(server: Flask, prefix: str, known: Callable[[], Container[str]]) -> None:
    """Every request that a server answers itself ends in an answer; ``known`` are the callbacks of its pages."""
    callbacks = f"{prefix}_dash-update-component"

    def refuse() -> Response | None:
        # What no callback of a page asks for was sent by another program.
        if request.path != callbacks or is_callback(known(), request.get_json(silent=True)):
            return None
        return _text(say("refused.nothing_here"), 404)

    def no_file(_: DependencyException) -> Response:
        return _text(say("refused.nothing_here"), 404)

    def unforeseen(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        tell(f"{request.method} {request.path}", error)
        return _text(say(UNFORESEEN), 500)

    server.before_request(refuse)
    server.register_error_handler(DependencyException, no_file)
    server.register_error_handler(Exception, unforeseen)


def is_callback(known: Container[str], sent: Any) -> bool:
    """Whether what was sent asks one of the known callbacks; Dash's own for pages asks nothing of ours."""
    if not isinstance(sent, dict) or not isinstance(sent.get("inputs"), list) or "outputs" not in sent:
        return False
    output = sent.get("output")
    return isinstance(output, str) and output in known and "_pages_content" not in output


def tell(what: str, error: BaseException) -> None:
    """Write down in one line that something failed in a way that nobody foresaw, and where."""
    steps = traceback.extract_tb(error.__traceback__)
    where = f" ({steps[-1].filename.rpartition('/')[2]}, line {steps[-1].lineno})" if steps else ""
    log.error(
        "%s failed: %s: %s%s",
        plain(what),
        type(error).__name__,
        plain(str(error)),
        where,
        exc_info=error if os.environ.get("POLICY_LAB_DEBUG") else None,
    )


def in_every_language(key: str) -> str:
    """A sentence for whoever sent what cannot be read, so that nobody knows their language."""
    said = []
    for code in languages():
        speak(code)
        said.append(say(key))
    return "\n".join(said) + "\n"


def _text(text: str, status: int) -> Response:
    return Response(f"{text}\n", status=status, mimetype="text/plain")
