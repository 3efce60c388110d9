"""Addresses of all that the page asks for: at a server, or as files beside it.

A server answers in the language that ``?lang=`` names. A published copy (``publish.py``) has no server: each answer
is a file with its language in its name, and every address is relative to the page, so that a copy works wherever it
lies. All pages of a copy lie in one folder, so a relative address means the same on each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from policy_lab.catalogue import language

#: What stands for a number in the address of one of many files; the page fills it in.
NUMBER = "*"


@dataclass(frozen=True)
class Addresses:
    """Where the page finds what it asks for.

    Attributes:
        prefix: what every address begins with: a path with a slash at both ends, or "./" in a published copy.
        opens_in: language of the page that a published copy opens with; "" at a server.
        data: folder of a published copy's answers, relative to its pages, with a slash at its end.
        above: what the address of the page that lists several models begins with, as ``prefix`` does for one model; ""
            where there is one model.
    """

    prefix: str = "/"
    opens_in: str = ""
    data: str = ""
    above: str = ""

    @property
    def published(self) -> bool:
        """Whether these are files, without a server."""
        return bool(self.opens_in)

    def page(self, path: str) -> str:
        """A page in the language in use, by its path below the prefix ("" is the first)."""
        if not self.published:
            return self.prefix + path
        return self.prefix + self.page_file(path, language())

    @property
    def front(self) -> str:
        """The page that lists all models, in the language in use; "" where there is one."""
        return self.above + self.page_file("", language()) if self.above and self.published else self.above

    def page_in(self, code: str) -> str:
        """The first page in another language; the script leads to that of the page on show instead."""
        return self.prefix + self.page_file("", code) if self.published else f"?lang={code}"

    def page_file(self, path: str, code: str) -> str:
        """Name of the file of a page of a published copy."""
        return f"{path or 'index'}{'' if code == self.opens_in else f'.{code}'}.html"

    def answer(self, path: str) -> str:
        """An answer in the language in use; ``path`` is where a server has it, with an ending."""
        return f"{self.prefix}{self.answer_file(path, language())}" if self.published else self._asked(path)

    def answer_file(self, path: str, code: str) -> str:
        """Name of the file of an answer of a published copy."""
        name = PurePosixPath(path)
        return f"{self.data}{name.with_suffix('')}.{code}{name.suffix}"

    def _asked(self, path: str) -> str:
        return f"{self.prefix}{path}?lang={language()}"

    def for_page(self, languages: Iterable[str], pages: Iterable[tuple[str, str]]) -> dict[str, Any] | None:
        """What a published copy's scripts have to know; None at a server.

        ``pages`` are key and path of each; ``dash`` names the files of what Dash asks for by names of its own.
        """
        if not self.published:
            return None
        listed = list(pages)
        return {
            "pages": {
                code: {key: f"{self.prefix}{self.page_file(path, code)}" for key, path in listed} for code in languages
            },
            "dash": {
                f"{self.prefix}_dash-{part}": self.answer(f"dash-{part}.json") for part in ("layout", "dependencies")
            },
            "studies": self.answer("studies.json"),
        }
