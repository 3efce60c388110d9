"""The stock-and-flow diagram of each sector as SVG, from the sketch in the model file.

Names are in the language in use, with room for a value below each; arrows have their signs, loops their marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from policy_lab.app.loops import loops_of
from policy_lab.catalogue import SOURCE, here, language, name_in_words, say
from policy_lab.checks.polarity import base, signs_of
from policy_lab.diagrams import laid_out
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model
from policy_lab.model.loops import CHAIN
from policy_lab.readers.sketch import View, read_sketch, to_svg
from policy_lab.readers.sketch.geometry import Point
from policy_lab.readers.sketch.room import Mark, placed, with_room

#: Variables of a loop that a sector must define to carry the loop's mark.
FEWEST = 3
DRAWN = ("stock", "flow", "variable")
_SIGNS = {1: "+", -1: "−", 0: ""}


def views_of(model: Model) -> tuple[View, ...]:
    """The sectors of a model file, laid out here where it has no sketch, or one that cannot be read."""
    return _sketched(model) or tuple(drawing.view for drawing in laid_out(model))


@lru_cache(maxsize=8)
def _read(text: str) -> tuple[View, ...]:
    try:
        return tuple(view for view in read_sketch(text) if any(box.kind in DRAWN for box in view.boxes))
    except PolicyLabError:
        return ()


def _sketched(model: Model) -> tuple[View, ...]:
    return _read(model.text)


def sectors_of(model: Model) -> dict[str, int]:
    """Variable, arrays without elements, to the number of the sector that draws it where it is defined."""
    return {
        base(box.name): number
        for number, view in reversed(list(enumerate(views_of(model))))
        for box in view.boxes
        if box.kind in DRAWN
    }


def picture(model: Model, view: View) -> str:
    """A sector as SVG."""
    words = {box.name: _in_words(box.name) for box in view.boxes if box.name}
    roomy = with_room(view, words)
    marks = list(_marks(model, roomy))
    told = {f"{mark.letter} {mark.name}" for mark, _ in marks} | {f"{m.kind} {m.name}" for m in model.loops}
    laid = {} if _sketched(model) else {drawing.view: drawing.note for drawing in laid_out(model)}
    note = here().in_words(laid[view]) if view in laid else name_in_words(view.name, "note")
    kept = [box for box in roomy.boxes if box.kind != "comment" or box.name not in told]
    boxes = [replace(box, name=note or box.name) if box.kind == "comment" else box for box in kept]
    drawn = replace(roomy, name=name_in_words(view.name, "group") or view.name, boxes=tuple(boxes))
    return to_svg(
        drawn,
        style=True,
        words=words,
        signs={pair: _SIGNS[sign] for pair, sign in signs_of(model).links.items()},
        marks=tuple(placed(drawn, marks)),
        values=True,
        description=_description(view) if any(words.values()) else "",
    )


def _in_words(name: str) -> str:
    """What the language in use calls a variable, the clock included, which no model's text names; "" in English."""
    return say("model.time") if name == "Time" and language() != SOURCE else name_in_words(name)


def _marks(model: Model, view: View) -> Iterator[tuple[Mark, list[Point]]]:
    """The loops that a sector defines some variables of, with the places of those."""
    places = {base(box.name): (box.x, box.y) for box in view.boxes if box.kind in DRAWN}
    drawn = [loop for loop in loops_of(model) if loop.circuit]
    for number, loop in enumerate(drawn):
        names = loop.circuit.names if loop.circuit else ()
        there = dict.fromkeys(base(name) for name in names if base(name) in places)
        if len(there) >= FEWEST and loop.kind != CHAIN:
            yield Mark(number, loop.kind, loop.name), [places[name] for name in there]


def _description(view: View) -> str:
    """What the picture says, for who cannot see it."""
    stocks = [name_in_words(box.name) or box.name for box in view.boxes if box.kind == "stock"]
    links = sum(not arrow.pipe for arrow in view.arrows)
    others = sum(box.kind in ("variable", "ghost") for box in view.boxes)
    return say("model.sketch_told", stocks=", ".join(stocks) or "–", others=others, links=links)
