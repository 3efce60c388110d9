"""Writing a sketch section as Vensim does.

Field by field after Vensim's reference manual ("Sketch Information" and "Objects"). Numbers that never differ in our
sketches are in the templates: 8 is a bare word, 3 a rectangle, 34 a valve, 40 a word attached to a valve; 22 the
thickness of a pipe, 4 and 100 a pipe with and without head. The field after the shape is a sum of bits: 128 says that
the size is ours and not Vensim's, 4 that a line of text follows, 2 that arrows may leave, and 1 that they may come in,
which a definition has and a ghost has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from policy_lab.readers.sketch.parts import MARKER, Arrow, Box, BoxKind, Tone, View

_HEAD = f"{MARKER} Sketch information - do not modify anything except names"
_VERSION = "V300  Do not put anything below this section - it will be ignored"
_FONT = "$192-192-192,0,Arial|10||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0"
_END = "///---\\\\\\"
#: Names that need no quotes in a sketch.
_PLAIN = re.compile(r"[^\W\d][\w $']*")

#: shape, bits, hide level, kind of font change, place of the text, border for each kind of box.
_FORM: dict[BoxKind, str] = {
    "stock": "3,131,0,{font},0,0",
    "flow": "40,131,0,{font},-1,0",
    "variable": "8,131,0,{font},0,0",
    "ghost": "8,130,0,{font},-1,0",
    "valve": "34,3,0,0,1,0",
    "cloud": "0,3,0,0,-1,0",
    "comment": "8,4,0,{font},-1,0",
}
#: Colour of each tone. 3 changes border and letters, as Vensim does for ghosts.
COLOURS: dict[Tone, str] = {"plain": "0-0-0", "muted": "128-128-128", "lever": "0-114-178"}
CHANGED = 3


def write_sketch(views: Iterable[View]) -> str:
    """The sketch section of a model file, from its first marker to its last line.

    ``read_sketch`` of the result gives the same views back.
    """
    lines = [line for view in views for line in _view(view)]
    return "\n".join([*lines, _END]) + "\n" if lines else ""


def _view(view: View) -> Iterator[str]:
    yield from (_HEAD, _VERSION, f"*{_one_line(view.name)}", _FONT)
    for box in view.boxes:
        yield from _box(box)
    for arrow in view.arrows:
        yield _arrow(arrow)


def _box(box: Box) -> Iterator[str]:
    code = {"valve": 11, "cloud": 12, "comment": 12}.get(box.kind, 10)
    name = {"valve": "48", "cloud": "48", "comment": "0"}.get(box.kind) or quoted(box.name)
    changed = box.kind == "ghost" or box.tone != "plain"
    form = _FORM[box.kind].format(font=CHANGED if changed else 0)
    place = f"{box.x},{box.y},{box.half_width},{box.half_height}"
    colours = f",0-0-0,0-0-0,|||{COLOURS['muted' if box.kind == 'ghost' else box.tone]}" if changed else ""
    yield f"{code},{box.id},{name},{place},{form},0,0{colours}"
    if box.kind == "comment":
        yield _one_line(box.name)


def _arrow(arrow: Arrow) -> str:
    shape = (4 if arrow.head else 100) if arrow.pipe else 1 if arrow.points else 0
    polarity = ord(arrow.polarity) if arrow.polarity else 0
    points = arrow.points or ((0, 0),)
    listed = "|".join(f"({x},{y})" for x, y in points)
    thickness, kind = (22, 0) if arrow.pipe else (0, 64)
    ends = f"{arrow.id},{arrow.start},{arrow.end}"
    return f"1,{ends},{shape},0,{polarity},{thickness},0,{kind},0,-1--1--1,,{len(points)}|{listed}|"


def quoted(name: str) -> str:
    """A name as a sketch line holds it: between quotes where a comma or another sign would be misread."""
    name = _one_line(name)
    return name if _PLAIN.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _one_line(text: str) -> str:
    return " ".join(text.split())
