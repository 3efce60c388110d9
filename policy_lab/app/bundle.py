"""The page's own scripts as one file: a first visit asks once for what are thirty files in ``assets/``.

Each file stays a script of its own there, with its own scope, and they run in the order given. The address changes
when any of them does, so browsers may keep it for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from flask import Flask, Response, abort

#: Seconds for which a browser may keep what an address with a fingerprint gives: a year.
FOR_EVER = 365 * 24 * 3600


class Bundle:
    """Several scripts under one address.

    Args:
        folder: where the scripts are.
        names: their file names, in the order they run.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._files = [folder / name for name in names]
        self._age: tuple[int, ...] = ()
        self._text = ""
        self._tag = ""

    @property
    def text(self) -> str:
        """All scripts, one after the other; read again when a file has changed."""
        self._refresh()
        return self._text

    @property
    def tag(self) -> str:
        """Sixteen characters that change with the text."""
        self._refresh()
        return self._tag

    def register(self, server: Flask, prefix: str) -> None:
        """Give the scripts at ``PREFIXscripts/TAG.js``; an older tag is not found rather than answered wrongly."""

        def scripts(tag: str) -> Response:
            if tag != self.tag:
                abort(404)
            reply = Response(self.text, mimetype="text/javascript")
            reply.cache_control.max_age = FOR_EVER
            reply.cache_control.public = True
            reply.cache_control.immutable = True
            return reply

        server.add_url_rule(f"{prefix}scripts/<tag>.js", "policy-lab-scripts", scripts)

    def _refresh(self) -> None:
        age = tuple(file.stat().st_mtime_ns for file in self._files)
        if age != self._age:
            text = "".join(f"// {file.name}\n{file.read_text(encoding='utf-8').strip()}\n;\n" for file in self._files)
            self._text, self._tag = text, hashlib.sha256(text.encode()).hexdigest()[:16]
            self._age = age
