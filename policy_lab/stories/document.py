"""A story file in pieces, each with its line: front matter, headings, paragraphs and fenced blocks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from policy_lab.errors import StoryError
from policy_lab.stories.faults import Faults

#: What only the notes print.
FACILITATOR: Final = "facilitator"
#: A block stands between two lines of either; Markdown knows both.
FENCES: Final = ("```", "~~~")
#: A file larger than this is no lesson.
MOST_BYTES: Final = 200_000
_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class Block:
    """A fenced block, or the front matter: its TOML as data, and its lines to say where something stands."""

    kind: str
    line: int
    data: Mapping[str, Any]
    lines: tuple[str, ...]

    def line_of(self, *words: object) -> int:
        """The line in which the last of these words stands, looked for one after the other; else the first line."""
        at = 0
        for word in words:
            rows = range(at, len(self.lines))
            at = next((n for n in rows if str(word) in self.lines[n]), at)
        return self.line + at


@dataclass(frozen=True)
class Text:
    """Lines of prose without an empty line between them."""

    line: int
    lines: tuple[str, ...]


@dataclass
class Section:
    """A heading and the text below it."""

    title: str
    line: int
    texts: list[Text] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Document:
    """The whole file: ``steps`` for everybody, ``notes`` for the facilitator."""

    head: Block
    steps: list[Section] = field(default_factory=list)
    notes: list[Section] = field(default_factory=list)


def read_file(path: Path) -> str:
    """The text of a story file; raises StoryError."""
    try:
        raw = path.read_bytes()
        if len(raw) > MOST_BYTES:
            raise StoryError("error.story.large", file=path.name, most=MOST_BYTES)
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StoryError("error.file.encoding", file=path.name) from None
    except OSError as error:
        raise StoryError("error.file.read", file=path.name, reason=error.strerror or error) from None


def read_document(text: str, faults: Faults) -> Document:
    """A story's text in pieces; what cannot be placed is a fault."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "+++":
        raise StoryError("error.story.no_head", file=faults.file)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "+++"), None)
    if end is None:
        raise StoryError("error.story.open_head", file=faults.file)
    document = Document(_block("head", 2, lines[1:end], faults))
    _Body(document, faults).read(lines, end + 1)
    if not document.steps:
        faults.add(end + 1, StoryError("error.story.no_step"))
    return document


@dataclass
class _Body:
    """Reads the text below the front matter."""

    document: Document
    faults: Faults
    section: Section | None = None
    aside: bool = False
    text: list[str] = field(default_factory=list)
    begun: int = 0

    def read(self, lines: list[str], first: int) -> None:
        """Every line from ``first`` on."""
        at = first
        while at < len(lines):
            line = lines[at]
            if line.startswith(FENCES):
                self._end_text()
                at = self._fenced(lines, at)
                continue
            self._line(line, at + 1)
            at += 1
        self._end_text()
        if self.aside:
            self.faults.add(len(lines), StoryError("error.story.open_notes"))

    def _fenced(self, lines: list[str], at: int) -> int:
        """The block that begins at line ``at``; gives where the text goes on."""
        fence, kind = lines[at][:3], lines[at][3:].strip()
        end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith(fence)), len(lines))
        if end < len(lines) and lines[end].strip() == fence:
            self._place(_block(kind, at + 2, lines[at + 1 : end], self.faults), at + 1)
            return end + 1
        # The next block begins, or the file ends, before this one does.
        self.faults.add(at + 1, StoryError("error.story.open_block", fence=fence))
        self._place(Block(kind, at + 2, {}, ()), at + 1)
        return end

    def _line(self, line: str, number: int) -> None:
        heading = re.match(r"(#+)\s+(\S.*)", line.rstrip())
        if line.startswith(":::"):
            self._end_text()
            word = line[3:].strip()
            if word not in ("", FACILITATOR) or (word == "") != self.aside:
                self.faults.add(number, StoryError("error.story.fence", word=line.strip()))
            self.aside = word == FACILITATOR
            self.section = None
        elif heading:
            self._end_text()
            if len(heading[1]) != (2 if self.aside else 1):
                self.faults.add(number, StoryError("error.story.heading", text=heading[2]))
            self.section = Section(heading[2], number)
            (self.document.notes if self.aside else self.document.steps).append(self.section)
        elif not line.strip():
            self._end_text()
        else:
            self.begun = self.begun if self.text else number
            self.text.append(line)

    def _end_text(self) -> None:
        if not self.text:
            return
        if self.section is None and self.aside:
            self.section = Section("", self.begun)
            self.document.notes.append(self.section)
        if self.section is None:
            self.faults.add(self.begun, StoryError("error.story.no_heading", text=self.text[0].strip()[:60]))
        else:
            self.section.texts.append(Text(self.begun, tuple(self.text)))
        self.text = []

    def _place(self, block: Block, number: int) -> None:
        if self.section is None or self.aside:
            self.faults.add(number, StoryError("error.story.block_place", kind=block.kind))
        else:
            self.section.blocks.append(block)


def _block(kind: str, line: int, lines: list[str], faults: Faults) -> Block:
    try:
        data = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        reason = _TOML_LINE.sub("", str(error)).strip()
        faults.add(line + (int(found[1]) - 1 if found else 0), StoryError("error.story.toml", reason=reason))
        data = {}
    return Block(kind, line, data, tuple(lines))
