"""Text in CSV files that no spreadsheet takes for a formula (OWASP, "CSV injection")."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*\s*[=+\-@]")
_GUARDED = re.compile(r"'(?='*\s*[=+\-@])")


def harmless(text: str) -> str:
    """A cell that would be a formula begins with an apostrophe instead."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """The text that ``harmless`` made a cell of."""
    return _GUARDED.sub("", text, count=1) if _GUARDED.match(text) else text
