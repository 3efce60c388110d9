"""Reading a sketch section as views, from Vensim's files and other programs' alike.

Fonts, pictures, sliders and settings are skipped. What cannot be right (a box without a place, two of the same number)
is a ModelError with its line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from policy_lab.errors import ModelError
from policy_lab.messages import Message
from policy_lab.readers.sketch.parts import MARKER, Arrow, Box, BoxKind, Tone, View
from policy_lab.readers.sketch.writing import CHANGED, COLOURS

#: No page is wider than this many pixels; a larger number is damage, and would make a picture nobody can open.
FARTHEST: Final = 1_000_000
_FIELD = re.compile(r'"(?:\\.|[^"\\])*"|[^,]*')
_POINT = re.compile(r"\(\s*(-?\d{1,7})\s*,\s*(-?\d{1,7})\s*\)")
_NUMBER = re.compile(r"\s*-?\d{1,9}\s*")
_TONES: dict[str, Tone] = {colour: tone for tone, colour in COLOURS.items()}

# Bits of the shape and the bits field, after the reference manual.
_SHAPE, _RECTANGLES, _ATTACHED, _BARE_FLOW = 0b11111, (3, 4), 32, 100
_TAKES_ARROWS, _TEXT_FOLLOWS = 1, 4
_PIPE_FROM = 20
_CLOUD = "48"


def read_sketch(text: str) -> tuple[View, ...]:
    """The views of a Vensim model file, in its order.

    Args:
        text: the whole model file, or only its sketch section.

    Returns:
        One View for each; none if the file has no sketch. Positions and sizes in pixels.

    Raises:
        ModelError: a line of the sketch that cannot be read, with its line number in ``text``.
    """
    before, marker, _ = text.partition(MARKER)
    if not marker:
        return ()
    first = before.count("\n") + 1
    pages: list[list[tuple[int, str]]] = []
    for number, line in enumerate(text[len(before) :].split("\n"), start=first):
        if line.startswith(MARKER):
            pages.append([])
        elif line.startswith("///---"):
            break
        else:
            pages[-1].append((number, line.rstrip("\r")))
    return tuple(_view(page) for page in pages)


def _view(lines: Sequence[tuple[int, str]]) -> View:
    name, boxes, arrows, text_of = "", list[Box](), list[Arrow](), None
    for number, line in lines:
        if text_of is not None:  # the line after a comment's is its text, whatever it looks like
            boxes.append(_comment(text_of, line))
            text_of = None
        elif line.startswith("*"):
            name = line[1:].strip()
        elif line.startswith("1,"):
            arrows.append(_arrow(line, number))
        elif line.startswith(("10,", "11,", "12,")):
            box, text_follows = _box(line, number)
            if box is not None and text_follows:
                text_of = box
            elif box is not None:
                boxes.append(box)
    _check_numbers(boxes, name, lines[0][0] if lines else 0)
    return View(name, tuple(boxes), _to_boxes(boxes, arrows))


def _box(line: str, number: int) -> tuple[Box | None, bool]:
    fields = _fields(line)
    if len(fields) < 9:
        raise _damaged(number, "error.sketch.box_fields", count=len(fields))
    code, name = fields[0], _bare(fields[2])
    key, x, y, half_width, half_height, shape, bits = _numbers(line, number, (1, 3, 4, 5, 6, 7, 8))
    if max(abs(x), abs(y), half_width, half_height) > FARTHEST or min(half_width, half_height) < 0:
        raise _damaged(number, "error.sketch.box_place")
    text_follows = code == "12" and bool(bits & _TEXT_FOLLOWS)
    kind = _kind(code, name, shape, bits)
    if kind is None:
        return None, False
    return Box(key, kind, "" if kind in ("valve", "cloud") else name, x, y, half_width, half_height,
               _tone(fields, kind)), text_follows  # fmt: skip


def _kind(code: str, name: str, shape: int, bits: int) -> BoxKind | None:
    """Kind of a box; None for what a diagram does not need (a slider, a graph)."""
    if code == "11":
        return "valve"
    if code == "12":
        return "cloud" if name == _CLOUD else "comment" if bits & _TEXT_FOLLOWS else None
    if not bits & _TAKES_ARROWS:
        return "ghost"
    if shape & _ATTACHED:
        return "flow"
    return "stock" if shape & _SHAPE in _RECTANGLES else "variable"


def _tone(fields: Sequence[str], kind: BoxKind) -> Tone:
    changed = len(fields) > 17 and fields[10].strip() == str(CHANGED) and kind != "ghost"
    return _TONES.get(fields[17].rpartition("|")[2], "plain") if changed else "plain"


def _comment(box: Box, text: str) -> Box:
    return Box(box.id, box.kind, text.strip(), box.x, box.y, box.half_width, box.half_height, box.tone)


def _arrow(line: str, number: int) -> Arrow:
    head, _, listed = line.partition("|")
    if len(_fields(head)) < 9:
        raise _damaged(number, "error.sketch.arrow_fields")
    key, start, end, shape, polarity, thickness = _numbers(head, number, (1, 2, 3, 4, 6, 7))
    points = tuple((int(x), int(y)) for x, y in _POINT.findall(listed) if (x, y) != ("0", "0"))
    pipe = thickness > _PIPE_FROM
    sign = chr(polarity) if 32 < polarity < 127 else ""
    return Arrow(key, start, end, points, pipe, not (pipe and shape == _BARE_FLOW), sign)


def _check_numbers(boxes: Sequence[Box], name: str, line: int) -> None:
    number, times = Counter(b.id for b in boxes).most_common(1)[0] if boxes else (0, 0)
    if times > 1:
        raise _damaged(line, "error.sketch.same_number", view=name[:60], number=number)


def _to_boxes(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> tuple[Arrow, ...]:
    """Arrows between boxes: Vensim leaves arrows to things deleted long ago in its files, and shows them nowhere."""
    ids = {b.id for b in boxes}
    return tuple(a for a in arrows if a.start in ids and a.end in ids)


def _fields(line: str) -> list[str]:
    """The fields of a line: split at commas, those between quotes left alone."""
    fields, place = [], 0
    while place <= len(line):
        match = _FIELD.match(line, place)
        assert match is not None  # the pattern matches the empty text
        fields.append(match[0])
        place = match.end() + 1
    return fields


def _numbers(line: str, number: int, places: Sequence[int]) -> list[int]:
    fields = _fields(line)
    for place in places:
        if not _NUMBER.fullmatch(fields[place]):
            raise _damaged(number, "error.sketch.number", text=fields[place][:40])
    return [int(fields[place]) for place in places]


def _bare(name: str) -> str:
    name = name.strip()
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return " ".join(name.split())


def _damaged(line: int, what: str, **values: object) -> ModelError:
    return ModelError("error.file.sketch", line=line, what=Message(what, values))
