"""A little of Markdown as components: a question, a numbered list, with *emphasis*, **weight** and `code`."""

from __future__ import annotations

import re
from typing import Any

from dash import html

_PIECE = re.compile(r"\*\*(.+?)\*\*|`(.+?)`|(?<!\*)\*([^*]+)\*")
#: A link to a file beside the text leads nowhere from a page: its words stay.
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")


def numbered(text: str, heading: str) -> list[str]:
    """The items of the numbered list under a heading of a Markdown text, each as one line; none where there is none.

    An item ends at an empty line, so that what stands below the list is no part of it.
    """
    _, found, rest = text.partition(f"\n## {heading}\n")
    section = re.split(r"\n#{1,2} ", rest, maxsplit=1)[0] if found else ""
    items = re.split(r"^\d+\.\s+", section, flags=re.MULTILINE)[1:]
    return [" ".join(item.partition("\n\n")[0].split()) for item in items]


def question(text: str) -> tuple[str, str]:
    """Title of a Markdown text and the first sentence of its paragraph "**Question.**"; "" where one is missing."""
    title = re.search(r"^# +(.+)$", text, flags=re.MULTILINE)
    asked = re.search(r"^\*\*Question\.\*\*\s+(.+?\?)(?=\s|$)", text, flags=re.MULTILINE | re.DOTALL)
    if title is None or asked is None:
        return "", ""
    return title.group(1).strip(), " ".join(asked.group(1).split())


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
