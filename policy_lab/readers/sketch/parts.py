"""Views, boxes and arrows of a sketch, as plain data, in Vensim's pixels: x to the right, y downwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

#: First line of a sketch section; every view repeats it.
MARKER: Final = "\\\\\\---///"

BoxKind = Literal["stock", "flow", "variable", "ghost", "valve", "cloud", "comment"]
#: ``plain`` black; ``muted`` grey and small, for what is there but matters less; ``lever`` what somebody decides.
Tone = Literal["plain", "muted", "lever"]


@dataclass(frozen=True, slots=True)
class Box:
    """A name, valve, cloud or comment on a view.

    Attributes:
        id: number, unique in its view; arrows name it.
        kind: ``stock`` (a name in a box), ``flow`` (the name of a valve), ``variable`` (a bare name), ``ghost`` (a
            variable defined elsewhere, shown for what it feeds here), ``valve``, ``cloud`` (a source or sink outside
            the model), ``comment`` (free text).
        name: the variable as the model spells it; the text of a comment; empty for valves and clouds.
        x, y: centre.
        half_width, half_height: the box reaches from ``x - half_width`` to ``x + half_width``.
        tone: see ``Tone``.
    """

    id: int
    kind: BoxKind
    name: str
    x: int
    y: int
    half_width: int
    half_height: int
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from one box to another.

    Attributes:
        id: number, unique in its view among boxes and arrows.
        start, end: ids of the boxes it joins, in the direction of cause (or, for a pipe, away from the valve).
        points: where it passes between the two: none or one point for an arc, more for a broken line.
        pipe: True for material flow between a valve and a stock or cloud, False for information.
        head: whether its end has an arrowhead (of a flow's two pipes only the one it runs into has).
        polarity: ``"+"``, ``"-"`` or ``""``, whatever single character the sketch shows.
    """

    id: int
    start: int
    end: int
    points: tuple[tuple[int, int], ...] = ()
    pipe: bool = False
    head: bool = True
    polarity: str = ""


@dataclass(frozen=True)
class View:
    """One page of a sketch."""

    name: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    @cached_property
    def by_id(self) -> Mapping[int, Box]:
        """The boxes by their number."""
        return {b.id: b for b in self.boxes}

    @cached_property
    def valve_names(self) -> Mapping[int, str]:
        """Valve number to the flow it is the valve of: the nearest flow name, as valves carry no name of their own."""
        names = [b for b in self.boxes if b.kind == "flow"]
        valves = (b for b in self.boxes if b.kind == "valve")
        return {v.id: min(names, key=lambda b: _distance(v, b)).name for v in valves} if names else {}

    def variable_of(self, box: int) -> str:
        """The variable of a box, for a valve its flow; empty for a cloud or a comment."""
        found = self.by_id[box]
        if found.kind == "valve":
            return self.valve_names.get(box, "")
        return "" if found.kind in ("cloud", "comment") else found.name


def without_sketch(text: str) -> str:
    """A model file's text up to its sketch section, every character of it as it was."""
    return text.split(MARKER, 1)[0]


def _distance(one: Box, other: Box) -> int:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2
