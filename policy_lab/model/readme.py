"""What the README beside a model says: its question, its boundary, its surprises, what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policy_lab.messages import Name
from policy_lab.model.parts import Core

FILE: Final = "README.md"
#: The heading that modellers write the list of weaknesses under.
WEAKNESSES: Final = "What is wrong with this model"


#: The name of an item in translations, right behind the sign of its list or at the head of its row: ``<!-- name -->``.
_ID: Final = re.compile(r"^<!--\s*(\w+)\s*-->\s*")


@dataclass(frozen=True)
class Item:
    """An entry of a list, or a cell of a table; ``key`` is its name in translations, "" where it has none."""

    key: str
    text: str

    def name(self, kind: str) -> Name:
        """The entry for a message, without marks of Markdown."""
        return Name(self.key, kind, bare(self.text))


def _item(text: str, part: str = "") -> Item:
    named = _ID.match(text)
    key = named.group(1) if named else ""
    return Item(f"{key}.{part}" if key and part else key, _ID.sub("", text).strip())


@dataclass(frozen=True)
class Readme:
    """A README in Markdown; every part is empty where the text has none."""

    text: str

    @property
    def question(self) -> tuple[str, str]:
        """Title, and what the paragraph "**Question.**" asks first, or says; "" for both where one is missing."""
        title = re.search(r"^# +(.+)$", self.text, flags=re.MULTILINE)
        asked = re.search(r"^\*\*Question\.\*\*\s+((?:\S.*\n?)+)", self.text, flags=re.MULTILINE)
        if title is None or asked is None:
            return "", ""
        paragraph = " ".join(asked.group(1).split())
        first = re.match(r".+?\?(?=\s|$)", paragraph)
        return title.group(1).strip(), first.group() if first else paragraph

    @property
    def weaknesses(self) -> list[Item]:
        """Each known weakness, its text one line of Markdown."""
        return self.numbered(WEAKNESSES)

    def numbered(self, heading: str) -> list[Item]:
        """The items of the numbered list under a heading, each as one line.

        An item ends at an empty line, so that what stands below the list is no part of it.
        """
        _, found, rest = self.text.partition(f"\n## {heading}\n")
        section = re.split(r"\n#{1,2} ", rest, maxsplit=1)[0] if found else ""
        items = re.split(r"^\d+\.\s+", section, flags=re.MULTILINE)[1:]
        return [_item(" ".join(item.partition("\n\n")[0].split())) for item in items]

    def table(self, heading: str, columns: Sequence[str]) -> list[list[Item]]:
        """Rows of the first table in the section whose heading begins so; ``columns`` name the cells of a row."""
        lines = [line.strip() for line in self._section(heading).splitlines()]
        cells = [line.strip("|").split("|") for line in lines if line.startswith("|") and not set(line) <= set("-| :")]
        rows = [[cell.strip() for cell in row] for row in cells[1:]]
        return [
            [Item(_item(row[0], part).key, _item(cell).text) for part, cell in zip(columns, row, strict=False)]
            for row in rows
        ]

    def bullets(self, heading: str) -> list[Item]:
        """Every entry of a list, ``*``, ``-`` or numbered, in the section whose heading begins so."""
        text = self._section(heading)
        found = re.findall(r"^(?:[*-]|\d+\.) +(.+(?:\n(?!(?:[*-]|\d+\.) |\n).+)*)", text, flags=re.MULTILINE)
        return [_item(" ".join(entry.split())) for entry in found]

    def _section(self, beginning: str) -> str:
        return next((text for heading, text in self._sections.items() if heading.startswith(beginning)), "")

    @cached_property
    def _sections(self) -> dict[str, str]:
        """Second-level headings to the text below them."""
        parts = re.split(r"^## +(.+)$", self.text, flags=re.MULTILINE)
        return {heading.strip(): text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def read_readme(model: Core) -> Readme:
    """The README beside a model; an empty one where there is none."""
    file = model.folder / FILE if model.folder else None
    return Readme(file.read_text(encoding="utf-8", errors="replace") if file is not None and file.is_file() else "")


def bare(text: str) -> str:
    """A line of Markdown without its marks."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", re.sub(r"[*`]+", "", text)).strip()
