"""Many files under one address: a first visit asks once for what are dozens of files in ``assets/`` and in packages.

Each stays a file of its own there, and scripts keep their own scope; they run in the order given. The address changes
when any of them does, so browsers may keep it for ever.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, abort

#: Seconds for which a browser may keep what an address with a fingerprint gives: a year.
FOR_EVER: Final = 365 * 24 * 3600
KINDS: Final = {"js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}


class Bundle:
    """Several scripts, or several style sheets, under one address.

    Args:
        title: what it is called at the end of its address.
        files: in the order they run or apply; all of one kind, which their endings say.
        tail: what comes behind them.
    """

    def __init__(self, title: str, files: Sequence[Path], tail: str = "") -> None:
        self.title = title
        self._tail = tail
        self._files = list(files)
        self._age: tuple[int, ...] = ()
        self._text = ""
        self._tag = ""

    @property
    def text(self) -> str:
        """All files, one after the other; read again when one has changed."""
        self._refresh()
        return self._text

    @property
    def name(self) -> str:
        """The end of its address: sixteen characters that change with the text, and what it is called."""
        self._refresh()
        return f"{self._tag}/{self.title}.{self._ending}"

    @property
    def _ending(self) -> str:
        return self._files[0].suffix[1:]

    def _refresh(self) -> None:
        age = tuple(file.stat().st_mtime_ns for file in self._files)
        if age != self._age:
            text = self._joined() if len(self._files) > 1 else self._files[0].read_text(encoding="utf-8")
            text += self._tail
            self._text, self._tag = text, hashlib.sha256(text.encode()).hexdigest()[:16]
            self._age = age

    def _joined(self) -> str:
        # A script that begins with a word to all of a file, such as "use strict", says it to none but itself.
        return (";" if self._ending == "js" else "") + "".join(map(self._piece, self._files))

    def _piece(self, file: Path) -> str:
        text = file.read_text(encoding="utf-8").strip()
        if self._ending == "js":
            return f"// {file.name}\n{text}\n;\n"

        def put(found: re.Match[str]) -> str:
            named = file.parent / found[1]
            return f'url("{as_address(named) if named.suffix == ".svg" else f"../{name_of_type(named)}"}")'

        text = re.sub(r'url\("([^":]+\.(?:svg|woff2))"\)', put, without_comments(text))
        return f"/* {file.name} */\n{text}\n"


def register(
    server: Flask,
    prefix: str,
    bundles: Callable[[], Mapping[str, Bundle]],
    chunk: Callable[[str], Path | None] = lambda _: None,
    types: Sequence[Path] = (),
) -> None:
    """Give each at ``PREFIXscripts/NAME``; an older name is not found rather than answered wrongly.

    ``chunk`` gives a file that a script in a bundle looks for beside it, by its name; ``types`` are the files of type
    that style sheets ask for.
    """

    def scripts(name: str) -> Response:
        letters = next((file.read_bytes() for file in types if name_of_type(file) == name), None)
        text = letters or next((bundle.text for bundle in bundles().values() if bundle.name == name), None)
        if text is None and (file := chunk(name.rpartition("/")[2])):
            text = file.read_text(encoding="utf-8")
        if text is None:
            abort(404)
        reply = Response(text, mimetype=KINDS[name.rpartition(".")[2]])
        reply.cache_control.max_age = FOR_EVER
        reply.cache_control.public = True
        reply.cache_control.immutable = True
        return reply

    server.add_url_rule(f"{prefix}scripts/<path:name>", "policy-lab-scripts", scripts)


def without_comments(sheet: str) -> str:
    """A style sheet as a browser needs it: without comments, indents and empty lines, a quarter of its bytes packed."""
    pieces = re.split(r"""("[^"]*"|'[^']*')|/\*.*?\*/""", sheet, flags=re.DOTALL)  # a text may look like a comment
    lines = "".join(piece or "" for piece in pieces).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def name_of_type(file: Path) -> str:
    """The end of the address of a file of type, which changes with what is in it."""
    return f"{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}/{file.name}"


def as_address(drawing: Path) -> str:
    """A small drawing inside its own address, so that nothing is asked for it."""
    text = drawing.read_text(encoding="utf-8").strip()
    return "data:image/svg+xml," + quote(text, safe="/:= '")
