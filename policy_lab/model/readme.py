"""What the README beside a model says: its question, its boundary, its surprises, what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policy_lab.model.parts import Core

FILE: Final = "README.md"
#: The heading that modellers write the list of weaknesses under.
WEAKNESSES: Final = "What is wrong with this model"


@dataclass(frozen=True)
class Readme:
    """A README in Markdown; every part is empty where the text has none."""

    text: str

    @property
    def question(self) -> tuple[str, str]:
        """Title and the first sentence of the paragraph "**Question.**"; "" for both where one is missing."""
        title = re.search(r"^# +(.+)$", self.text, flags=re.MULTILINE)
        asked = re.search(r"^\*\*Question\.\*\*\s+(.+?\?)(?=\s|$)", self.text, flags=re.MULTILINE | re.DOTALL)
        if title is None or asked is None:
            return "", ""
        return title.group(1).strip(), " ".join(asked.group(1).split())

    @property
    def weaknesses(self) -> list[str]:
        """Each known weakness as one line of Markdown."""
        return self.numbered(WEAKNESSES)

    def numbered(self, heading: str) -> list[str]:
        """The items of the numbered list under a heading, each as one line.

        An item ends at an empty line, so that what stands below the list is no part of it.
        """
        _, found, rest = self.text.partition(f"\n## {heading}\n")
        section = re.split(r"\n#{1,2} ", rest, maxsplit=1)[0] if found else ""
        items = re.split(r"^\d+\.\s+", section, flags=re.MULTILINE)[1:]
        return [" ".join(item.partition("\n\n")[0].split()) for item in items]

    def table(self, heading: str) -> tuple[list[str], list[list[str]]]:
        """Header and rows of the first table in the section whose heading begins so, without marks of Markdown."""
        lines = [
            line.strip().strip("|") for line in self._section(heading).splitlines() if line.strip().startswith("|")
        ]
        cells = [[bare(c) for c in line.split("|")] for line in lines if not set(line) <= set("-| :")]
        return (cells[0], cells[1:]) if cells else ([], [])

    def bullets(self, heading: str) -> list[str]:
        """Every entry of a list, ``*``, ``-`` or numbered, in the section whose heading begins so, without marks."""
        text = self._section(heading)
        found = re.findall(r"^(?:[*-]|\d+\.) +(.+(?:\n(?!(?:[*-]|\d+\.) |\n).+)*)", text, flags=re.MULTILINE)
        return [bare(" ".join(entry.split())) for entry in found]

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
