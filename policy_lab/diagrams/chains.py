"""What a mechanism consists of before it is placed: single names, and stocks joined by flows as one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from policy_lab.readers.sketch import text_width, wrapped
from policy_lab.readers.sketch.lettering import LINE
from policy_lab.readers.sketch.parts import BoxKind, Tone

#: Pixels. Names break at ``NAME``; ``SLOT`` is the room of one valve along a pipe, ``STAIR`` the drop to the next.
NAME: Final = 104
SLOT: Final = 122
STAIR: Final = 58


@dataclass(frozen=True)
class Pipe:
    """A flow with the stock it leaves and the stock it enters; None for a cloud."""

    flow: str
    source: str | None
    target: str | None


@dataclass(frozen=True)
class Sector:
    """What is to be drawn of one sector.

    Attributes:
        kinds: variable to ``stock``, ``flow`` or ``variable``, in the order of the model file.
        tones: variable to its tone, where not plain.
        pipes: one for each flow.
        note: what the head of the page says.
        links: (cause, consequence); a cause that is not among ``kinds`` belongs to another sector.
    """

    name: str
    kinds: Mapping[str, BoxKind]
    tones: Mapping[str, Tone]
    pipes: Sequence[Pipe]
    links: Sequence[tuple[str, str]]
    note: str


@dataclass
class Part:
    """One box before it is placed, relative to its block; ``key`` is what arrows know it by."""

    key: str
    kind: BoxKind
    name: str
    half_width: int
    half_height: int
    dx: float = 0
    dy: float = 0
    tone: Tone = "plain"


@dataclass
class Block:
    """What moves as one: a chain of stocks, or a single name. ``x, y`` is its origin on the tile."""

    parts: list[Part]
    pipes: list[tuple[int, int, bool]] = field(default_factory=list)
    x: float = 0
    y: float = 0
    rank: int = 0

    @property
    def left(self) -> float:
        """Reach to the left of its origin."""
        return min(p.dx - p.half_width for p in self.parts)

    @property
    def right(self) -> float:
        """Reach to the right of its origin."""
        return max(p.dx + p.half_width for p in self.parts)

    @property
    def top(self) -> float:
        """Reach above its origin."""
        return min(p.dy - p.half_height for p in self.parts)

    @property
    def bottom(self) -> float:
        """Reach below its origin."""
        return max(p.dy + p.half_height for p in self.parts)


def word(kind: BoxKind, name: str, tone: Tone = "plain", key: str = "") -> Part:
    """A name as a box as large as its letters need."""
    bold = kind == "flow"
    lines = wrapped(f"<{name}>" if kind == "ghost" else name, NAME, bold)
    width = max(text_width(line, bold) for line in lines)
    return Part(key or name, kind, name, round(width / 2) + 3, round(len(lines) * LINE / 2) + 1, tone=tone)


def chains_of(members: Sequence[str], pipes: Sequence[Pipe], sector: Sector) -> list[list[str]]:
    """Stocks joined by flows, each chain in the direction of its flows."""
    following = {p.source: p.target for p in pipes if p.source and p.target}
    stocks = [n for n in members if sector.kinds[n] == "stock"]
    chains: list[list[str]] = []
    heads = [s for s in stocks if s not in following.values()]
    for stock in [*heads, *stocks]:
        if any(stock in chain for chain in chains):
            continue
        chain = [stock]
        while (after := following.get(chain[-1])) is not None and not any(after in c for c in [*chains, chain]):
            chain.append(after)
        chains.append(chain)
    return chains


def chain(stocks: Sequence[str], pipes: Sequence[Pipe], sector: Sector) -> Block:
    """Stocks from left to right with their valves in steps between them, so that each valve is reached from above."""
    block = Block([])
    gaps = _gaps(stocks, pipes)
    rows = max(1, *(max((step for _, _, step in gap), default=0) + 1 for gap in gaps))
    half_height = max(19, round(rows * STAIR / 2) - 4)
    x = 0.0
    places: dict[str, int] = {}
    for i, gap in enumerate(gaps):
        x = _valves(block, gap, x, rows)
        if i < len(stocks):
            lines = wrapped(stocks[i], NAME, bold=True)
            half = max(42, round(max(text_width(line, bold=True) for line in lines) / 2) + 8)
            tone = sector.tones.get(stocks[i], "plain")
            places[stocks[i]] = len(block.parts)
            tall = max(half_height, len(lines) * 8 + 5)
            block.parts.append(Part(stocks[i], "stock", stocks[i], half, tall, x + half, 0, tone))
            x += 2 * half
    _join(block, gaps, stocks, places)
    middle = (block.left + block.right) / 2
    for part in block.parts:
        part.dx -= middle
    return block


Slot = tuple[str, str, int]


def _gaps(stocks: Sequence[str], pipes: Sequence[Pipe]) -> list[list[Slot]]:
    """For each gap between stocks (and the two ends): its valves from left to right as (flow, what it is, step).

    What it is: ``in`` from a cloud into the stock on the right, ``out`` of the stock on the left into a cloud,
    ``through`` from one to the next.
    """
    gaps: list[list[Slot]] = []
    for left, right in zip([None, *stocks], [*stocks, None], strict=True):
        through = [p.flow for p in pipes if left and right and p.source == left and p.target == right]
        out = [p.flow for p in pipes if left and p.source == left and p.flow not in through
               and not _passes(p, stocks)]  # fmt: skip
        into = [p.flow for p in pipes if right and p.target == right and p.flow not in through
                and not _passes(p, stocks)]  # fmt: skip
        first = len(through)
        gaps.append([
            *((f, "out", first + i) for i, f in enumerate(out)),
            *((f, "through", i) for i, f in enumerate(through)),
            *((f, "in", first + i) for i, f in reversed(list(enumerate(into)))),
        ])  # fmt: skip
    return gaps


def _passes(pipe: Pipe, stocks: Sequence[str]) -> bool:
    """Whether a flow runs from one stock of the chain straight to the next."""
    return any((pipe.source, pipe.target) == pair for pair in pairwise(stocks))


def _valves(block: Block, gap: Sequence[Slot], x: float, rows: int) -> float:
    """Places the valves of a gap with their names and clouds from x on; returns where the gap ends."""
    if not gap:
        return x
    x += 14 + (26 if gap[0][1] == "in" else 0)
    for flow, what, step in gap:
        label = word("flow", flow)
        y = (step - (rows - 1) / 2) * STAIR - 6
        x += max(label.half_width, SLOT / 2 - 14)
        block.parts.append(Part(f"valve of {flow}", "valve", "", 6, 8, x, y))
        label.dx, label.dy = x, y + 10 + label.half_height
        block.parts.append(label)
        if what != "through":
            block.parts.append(Part(f"cloud of {flow}", "cloud", "", 10, 8, x + (64 if what == "out" else -64), y))
        x += max(label.half_width, SLOT / 2 - 14)
    return x + 14 + (26 if gap[-1][1] == "out" else 0)


def _join(block: Block, gaps: Sequence[Sequence[Slot]], stocks: Sequence[str], places: Mapping[str, int]) -> None:
    valves = {block.parts[i + 1].name: i for i, p in enumerate(block.parts) if p.kind == "valve"}
    for i, gap in enumerate(gaps):
        for flow, what, _ in gap:
            valve = valves[flow]
            source = places[stocks[i - 1]] if what != "in" else valve + 2
            target = places[stocks[i]] if what != "out" else valve + 2
            block.pipes += [(valve, target, True), (valve, source, False)]
