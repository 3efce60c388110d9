"""What a server has to do now and then, whether or not anybody asks it for something."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from flask import Flask

from policy_lab.errors import OutputError

log = logging.getLogger("policy_lab.access")
_NAME: Final = "policy_lab.errands"

#: Seconds between two times.
EVERY: Final = 60.0


def add(server: Flask, errand: Callable[[], None]) -> None:
    """Have something done every minute while a server runs."""
    server.extensions.setdefault(_NAME, []).append(errand)


def share(server: Flask, other: Flask) -> None:
    """Let ``other``, which passes requests on to ``server``, run the errands of ``server`` too."""
    other.extensions.setdefault(_NAME, []).extend(server.extensions.get(_NAME, []))


class Errands:
    """All errands of an application as one task of a server's threads."""

    def __init__(self, application: Any) -> None:
        self._each: list[Callable[[], None]] = getattr(application, "extensions", {}).get(_NAME, [])
        self._last = 0.0

    def due(self, now: float) -> bool:
        """Whether it is time, by a clock in seconds; at the start it is."""
        if not self._each or now < self._last + EVERY:
            return False
        self._last = now
        return True

    def service(self) -> None:
        """Run all of them."""
        for errand in self._each:
            try:
                errand()
            except OutputError as error:
                log.error("%s", error)

    def cancel(self) -> None:
        """Nothing is lost: the next server does them."""
