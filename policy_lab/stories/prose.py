"""Words of a story as data: emphasis, lists, links into the app and quoted numbers. Nothing in them is markup.

``{0.47 | Coherence | 2050}`` is a quoted number (``figures.py``). Every other number in the words must be a year of
a run, a time of the lesson, or part of a word; so no figure goes unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policy_lab.errors import StoryError
from policy_lab.stories.document import Text
from policy_lab.stories.faults import Faults

#: Pages of the app that a story may link to, with what follows their address.
PAGES: Final = ("explore", "compare", "rank", "why", "precedents", "model", "learn")
_LINK: Final = re.compile(rf"(?:{'|'.join(PAGES)})(?:\?[\w=&%.,+~-]*)?(?:#[\w=&%.,+~-]*)?")
_PIECE: Final = re.compile(
    r"\{(?P<figure>[^{}]*)\}|\*\*(?P<strong>[^*]+)\*\*|(?<!\*)\*(?P<emphasis>[^*]+)\*|"
    r"\[(?P<words>[^\]\[]*)\]\((?P<target>[^)\s]*)\)"
)
#: Tags, images, comments and entities; characters that cannot be seen or turn the direction of writing.
_MARKUP: Final = re.compile(
    r"<[/!?a-zA-Z]|!\[|&#?\w+;|javascript:|"
    r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_ITEM: Final = re.compile(r"\s*(?:(?P<bullet>[-*])|(?P<number>\d+)[.)])\s+")
#: A number that stands by itself, not in a word such as G7.
_BARE: Final = re.compile(r"(?<![\w–-])[-−+]?\d[\d.,]*\d|(?<![\w–-])\d")
_TIME: Final = re.compile(r"\d+(?:\s*[–-]\s*\d+)?(?=\s*(?:min\b|minutes?\b|Minuten?\b))|(?<=\d[–-])\d+")


@dataclass(frozen=True)
class Span:
    """A stretch of words: ``kind`` is text, strong, emphasis, link or figure; ``target`` of a link."""

    kind: str
    text: str
    target: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Passage:
    """A paragraph (one item) or a list: ``kind`` is ``paragraph``, ``bullets`` or ``numbers``."""

    kind: str
    items: tuple[Line, ...]


@dataclass(frozen=True)
class Words:
    """Reads words, noting what does not fit.

    Attributes:
        faults: of the file.
        figure: makes of what stands in braces, with its line, the text that is shown.
        is_year: whether a moment is in a run of the story.
    """

    faults: Faults
    figure: Callable[[str, int], str]
    is_year: Callable[[float], bool]

    def passages(self, texts: Sequence[Text]) -> tuple[Passage, ...]:
        """Paragraphs and lists."""
        return tuple(passage for text in texts for passage in self._passages(text))

    def line(self, text: Any, number: int) -> Line:
        """One line of words from line ``number`` of the file."""
        if not isinstance(text, str) or not text.strip():
            self.faults.add(number, StoryError("error.story.no_words", value=str(text)))
            return ()
        if hostile := _MARKUP.search(text):
            shown = hostile[0] if hostile[0].isprintable() else f"U+{ord(hostile[0]):04X}"
            self.faults.add(number, StoryError("error.story.markup", text=shown))
            return ()
        return tuple(self._spans(text, number))

    def _passages(self, text: Text) -> Iterator[Passage]:
        kind, items = "paragraph", list[tuple[int, str]]()
        for number, line in enumerate(text.lines, text.line):
            item = _ITEM.match(line)
            own = "paragraph" if not item else "bullets" if item["bullet"] else "numbers"
            if item:
                if own != kind and items:
                    yield self._passage(kind, items)
                    items = []
                kind = own
                items.append((number, line[item.end() :]))
            elif items:
                items[-1] = (items[-1][0], f"{items[-1][1]} {line.strip()}")
            else:
                items.append((number, line.strip()))
        yield self._passage(kind, items)

    def _passage(self, kind: str, items: list[tuple[int, str]]) -> Passage:
        return Passage(kind, tuple(self.line(text, number) for number, text in items))

    def _spans(self, text: str, number: int) -> Iterator[Span]:
        end = 0
        for found in _PIECE.finditer(text):
            yield from self._plain(text[end : found.start()], number, "text")
            end = found.end()
            if found["figure"] is not None:
                yield Span("figure", self.figure(found["figure"], number))
            elif found["target"] is not None:
                if not _LINK.fullmatch(found["target"]):
                    self.faults.add(
                        number, StoryError("error.story.link", target=found["target"], pages=", ".join(PAGES))
                    )
                yield Span("link", found["words"], found["target"])
            else:
                kind = "strong" if found["strong"] else "emphasis"
                yield from self._within(found[kind], number, kind)
        yield from self._plain(text[end:], number, "text")

    def _within(self, text: str, number: int, kind: str) -> Iterator[Span]:
        for span in self._spans(text, number):
            yield span if span.kind in ("figure", "link") else Span(kind, span.text)

    def _plain(self, text: str, number: int, kind: str) -> Iterator[Span]:
        if brace := re.search(r"[{}]", text):
            self.faults.add(number, StoryError("error.story.brace", text=text[brace.start() :][:40]))
        for found in _BARE.finditer(_TIME.sub(lambda time: " " * len(time[0]), text)):
            year = re.fullmatch(r"\d{4}", found[0])
            if year and not self.is_year(float(found[0])):
                self.faults.add(number, StoryError("error.story.year", value=found[0]))
            elif not year:
                self.faults.add(number, StoryError("error.story.bare", value=found[0]))
        if text:
            yield Span(kind, text)


def plain(line: Line) -> str:
    """A line without its emphasis."""
    return "".join(span.text for span in line)
