"""Sentences that differ from translated ones in figures alone, as those of a README do after its model has changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policy_lab.app.labels import in_language

#: A number in English: 10,000 and 0.31, and no comma behind it.
NUMBER: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True)
class Refigured:
    """Translations by their English wording, found also where only figures differ from it.

    Attributes:
        said: whole texts in English with their translation into the language in use.
    """

    said: Mapping[str, str]

    @cached_property
    def _by_form(self) -> Mapping[str, str]:
        return {masked(own): own for own in self.said}

    def of(self, text: str) -> str | None:
        """The translation with the figures of ``text``; None where nothing of that wording is translated.

        None also where a figure that differs cannot be found in the translation, written there in words, say.
        """
        own = self._by_form.get(masked(text)) if NUMBER.search(text) else None
        if own is None:
            return None
        other, seen = self.said[own], Counter[str]()
        changes: list[tuple[int, int, str]] = []
        for before, after in zip(NUMBER.findall(own), NUMBER.findall(text), strict=True):
            there = _places(other, in_language(before))
            place = seen[before]
            seen[before] += 1
            if before != after and place >= len(there):
                return None
            if before != after:
                changes.append((*there[place], in_language(after)))
        for start, end, figure in sorted(changes, reverse=True):
            other = other[:start] + figure + other[end:]
        return other


def masked(text: str) -> str:
    """A text with a sign in place of each number."""
    return NUMBER.sub("#", text)


def _places(text: str, figure: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(rf"(?<![\d.,]){re.escape(figure)}(?![.,]?\d)", text)]
