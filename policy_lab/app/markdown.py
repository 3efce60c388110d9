"""A line of Markdown as components: *emphasis*, **weight** and `code`."""

from __future__ import annotations

import re
from typing import Any

from dash import html

_PIECE = re.compile(r"\*\*(.+?)\*\*|`(.+?)`|(?<!\*)\*([^*]+)\*")
#: A link to a file beside the text leads nowhere from a page: its words stay.
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")


def inline(text: str) -> list[Any]:
    """A line of Markdown as text and components; whatever else stands in it stays the text it is."""
    parts: list[Any] = []
    end = 0
    text = _LINK.sub(r"\1", text)
    for found in _PIECE.finditer(text):
        strong, code, emphasis = found.groups()
        parts.append(text[end : found.start()])
        parts.append(html.Strong(strong) if strong else html.Code(code) if code else html.Em(emphasis))
        end = found.end()
    return [part for part in [*parts, text[end:]] if part != ""]
