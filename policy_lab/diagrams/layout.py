"""Places of everything in the diagram of a sector: an automatic layout, the same for the same model.

A sector is cut into mechanisms: a chain of stocks and flows with the variables that belong to it. Each is laid out
on its own, causes above, the chain as a horizontal row of stocks and valves, consequences below, and the mechanisms
are fitted onto one page. What a mechanism takes from another one, or from another sector, is drawn beside what it
feeds as a ghost, as a modeller would draw it: so no arrow runs across the page. An arrow that would run through a
name becomes a ghost as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from policy_lab.diagrams.arrows import moved, routed
from policy_lab.diagrams.chains import Block, Part, Sector, chain, chains_of, word
from policy_lab.readers.sketch import Arrow, Box, View, text_width
from policy_lab.readers.sketch.geometry import extent

#: Pixels between rows, between names in a row, between mechanisms.
ROW_GAP: Final = 44
SIDE_GAP: Final = 18
TILE_GAP: Final = 64
#: A row wider than this is broken in two.
WIDEST_ROW: Final = 820
#: A mechanism grows by its neighbours up to this many variables.
MOST_TOGETHER: Final = 15
SWEEPS: Final = 40
MARGIN: Final = 60
#: Width of a page as a share of its height.
SHAPE: Final = 1.35

Edge = tuple[str, str]


@dataclass
class Tile:
    """A mechanism laid out around its own upper left corner."""

    boxes: list[Box]
    arrows: list[Arrow]
    width: int
    height: int


def lay_out(sector: Sector) -> View:
    """The diagram of a sector."""
    boxes, arrows = _packed([_tile(members, sector) for members in mechanisms(sector)])
    return View(sector.name, (*boxes, _note(sector.note, len(boxes) + len(arrows) + 1)), arrows)


def _note(text: str, number: int) -> Box:
    """The words at the head of a page."""
    half = round(text_width(text) / 2) + 4
    return Box(number, "comment", text, MARGIN + half, MARGIN // 2, half, 10)


# --- which variables stand together -------------------------------------------------------------------------------


def mechanisms(sector: Sector) -> list[list[str]]:
    """The variables of a sector in groups that are drawn together, each in the order of the model file."""
    home = _homes(sector)
    order = {name: i for i, name in enumerate(sector.kinds)}
    while (pair := _closest(sector, home)) is not None:
        for name in [n for n, h in home.items() if h == pair[1]]:
            home[name] = pair[0]
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(home, key=order.__getitem__):
        groups[home[name]].append(name)
    return sorted(groups.values(), key=lambda g: order[g[0]])


def _homes(sector: Sector) -> dict[str, str]:
    """Variable to the first stock of its chain; a variable outside the chains joins the chain it is closest to."""
    home: dict[str, str] = {n: n for n, k in sector.kinds.items() if k == "stock"}
    for pipe in sector.pipes:
        ends = [e for e in (pipe.source, pipe.target) if e is not None]
        for end in ends[1:]:
            old, new = home[end], home[ends[0]]
            home.update({n: new for n, h in home.items() if h == old})
        home[pipe.flow] = home[ends[0]]
    loose = [n for n in sector.kinds if n not in home]
    while loose:
        scores = {n: _pulls(n, sector, home) for n in loose}
        best = max(loose, key=lambda n: max(scores[n].values(), default=0))
        home[best] = max(scores[best], key=lambda h: scores[best][h]) if scores[best] else best
        loose.remove(best)
    return home


def _pulls(name: str, sector: Sector, home: Mapping[str, str]) -> Counter[str]:
    """How strongly each mechanism draws a variable: what it feeds counts double, a large one takes no more results."""
    pulls: Counter[str] = Counter()
    size = Counter(home.values())
    for cause, effect in sector.links:
        if cause == name and effect in home:
            pulls[home[effect]] += 2
        elif effect == name and cause in home and size[home[cause]] < MOST_TOGETHER:
            pulls[home[cause]] += 1
    return pulls


def _closest(sector: Sector, home: Mapping[str, str]) -> tuple[str, str] | None:
    """The two mechanisms with most arrows between them that are together small enough to be one."""
    size = Counter(home.values())
    between: Counter[tuple[str, str]] = Counter()
    for cause, effect in sector.links:
        if cause in home and home[cause] != home[effect]:
            between[min(home[cause], home[effect]), max(home[cause], home[effect])] += 1
    fitting = {p: n for p, n in between.items() if size[p[0]] + size[p[1]] <= MOST_TOGETHER}
    return max(sorted(fitting), key=lambda p: (fitting[p], -size[p[0]] - size[p[1]])) if fitting else None


# --- one mechanism ------------------------------------------------------------------------------------------------


def _tile(members: Sequence[str], sector: Sector) -> Tile:
    """A mechanism laid out; arrows that find no way past the names become ghosts, and it is laid out again."""
    links = [(c, e) for c, e in sector.links if e in members]
    cuts: set[Edge] = set()
    while True:
        blocks, edges = _blocks(members, sector, links, cuts)
        _Placing(blocks, edges).run()
        boxes, pipes = _boxes(blocks)
        first = len(boxes) + len(pipes) + 1
        arrows, poor, bent = routed(boxes, pipes, edges, first)
        movable = {c for c, e in edges if boxes[c].kind in ("variable", "ghost") and _feeds_one(c, edges)}
        for cause, effect in [*poor, *bent]:
            place = moved(boxes, pipes, arrows, cause, effect) if cause in movable else None
            if place is not None:
                boxes[cause] = place
                arrows = [replace(a, points=()) if a.start == place.id else a for a in arrows]
        arrows, poor, _ = routed(boxes, pipes, edges, first)
        new = {(c, e) for c, e in poor if c not in movable}
        if not new:
            return _framed(list(boxes.values()), [*pipes, *arrows])
        cuts |= new


def _feeds_one(name: str, edges: Sequence[Edge]) -> bool:
    """Whether a name has one arrow in all, an outgoing one, so that it may stand wherever there is room."""
    touching = [(c, e) for c, e in edges if name in (c, e)]
    return len(touching) == 1 and touching[0][0] == name


def _own(cause: str, effect: str) -> str:
    """Key of a ghost that stands there for one arrow alone."""
    return f"{cause}\0{effect}"


def _blocks(
    members: Sequence[str], sector: Sector, links: Sequence[Edge], cuts: set[Edge]
) -> tuple[list[Block], list[Edge]]:
    """What has to be placed, and what joins it (by the keys of parts)."""
    pipes = [p for p in sector.pipes if p.flow in members]
    blocks = [chain(stocks, pipes, sector) for stocks in chains_of(members, pipes, sector)]
    bare = [n for n in members if sector.kinds[n] == "variable"]
    blocks += [Block([word("variable", n, sector.tones.get(n, "plain"))]) for n in bare]
    shared = dict.fromkeys(c for c, e in links if c not in members and (c, e) not in cuts)
    blocks += [Block([word("ghost", c)]) for c in shared]
    blocks += [Block([word("ghost", c, key=_own(c, e))]) for c, e in links if (c, e) in cuts]
    return blocks, [(_own(c, e) if (c, e) in cuts else c, e) for c, e in links]


class _Placing:
    """Rows of blocks: ranks by what feeds what, order and place by where the neighbours stand."""

    def __init__(self, blocks: list[Block], edges: Sequence[Edge]) -> None:
        self.blocks = blocks
        at = {p.key: (i, p) for i, b in enumerate(blocks) for p in b.parts}
        self.joins = [(*at[c], *at[e]) for c, e in edges]
        self.after: dict[int, set[int]] = defaultdict(set)
        for i, _, j, _ in self.joins:
            if i != j:
                self.after[i].add(j)

    def run(self) -> None:
        """Gives every block its place."""
        self._rank()
        self._order()
        self._break_wide_rows()
        self._order()
        self._heights()

    def _rank(self) -> None:
        """Causes above consequences; what closes a loop runs upwards. A chain stays below all that feeds it."""
        forward = self._without_loops()
        before = defaultdict(set)
        for i, following in forward.items():
            for j in following:
                before[j].add(i)
        rank: dict[int, int] = {}

        def depth(i: int) -> int:
            if i not in rank:
                rank[i] = max((depth(j) + 1 for j in before[i]), default=0)
            return rank[i]

        for i in range(len(self.blocks)):
            depth(i)
        for i in sorted(rank, key=lambda i: -rank[i]):
            if forward[i] and len(self.blocks[i].parts) == 1:  # close to what it feeds
                rank[i] = min(rank[j] for j in forward[i]) - 1
        for i, block in enumerate(self.blocks):
            block.rank = 2 * rank[i]

    def _without_loops(self) -> dict[int, set[int]]:
        """The arrows that run downwards: all but those that close a loop, which start at a chain if one is in it."""
        chains = [i for i, b in enumerate(self.blocks) if len(b.parts) > 1]
        forward = {i: set(self.after[i]) for i in range(len(self.blocks))}
        for c in chains:
            for j in list(forward[c]):
                if c in _reach(forward, j):
                    forward[c].discard(j)
        for i in range(len(self.blocks)):
            for j in sorted(forward[i]):
                if i in _reach(forward, j):
                    forward[i].discard(j)
        return forward

    def _rows(self) -> list[list[Block]]:
        rows: dict[int, list[Block]] = defaultdict(list)
        for block in self.blocks:
            rows[block.rank].append(block)
        return [rows[r] for r in sorted(rows)]

    def _order(self) -> None:
        """Each block towards the middle of what it is joined with, rows down and up again until it settles."""
        rows = self._rows()
        for row in rows:
            _spread(row, [b.x for b in row])
        best, kept = float("inf"), [b.x for b in self.blocks]
        for sweep in range(SWEEPS):
            for row in rows if sweep % 2 == 0 else rows[::-1]:
                wished = {id(b): self._wish(b) for b in row}
                row.sort(key=lambda b: wished[id(b)])
                _spread(row, [wished[id(b)] for b in row])
            length = self._length()
            if length < best - 1:
                best, kept = length, [b.x for b in self.blocks]
        for block, x in zip(self.blocks, kept, strict=True):
            block.x = x

    def _wish(self, block: Block) -> float:
        found = []
        for i, p, j, q in self.joins:
            one, other = self.blocks[i], self.blocks[j]
            if one is other:
                continue
            if one is block:
                found.append(other.x + q.dx - p.dx)
            elif other is block:
                found.append(one.x + p.dx - q.dx)
        return sum(found) / len(found) if found else sum(b.x for b in self.blocks) / len(self.blocks)

    def _length(self) -> float:
        return sum(abs(self.blocks[i].x + p.dx - self.blocks[j].x - q.dx) for i, p, j, q in self.joins)

    def _break_wide_rows(self) -> None:
        """Of a row too wide for a page every other name without causes moves half a row up."""
        for row in self._rows():
            width = sum(b.right - b.left + SIDE_GAP for b in row)
            if width > WIDEST_ROW:
                sources = [b for b in sorted(row, key=lambda b: b.x) if not self._caused(b) and len(b.parts) == 1]
                for block in sources[1::2]:
                    block.rank -= 1

    def _caused(self, block: Block) -> bool:
        return any(self.blocks[j] is block for _, _, j, _ in self.joins)

    def _heights(self) -> None:
        y = 0.0
        for row in self._rows():
            y -= min(b.top for b in row)
            for block in row:
                block.y = y
            y += max(b.bottom for b in row) + ROW_GAP


def _reach(forward: Mapping[int, set[int]], start: int) -> set[int]:
    found, pending = {start}, [start]
    while pending:
        for j in forward[pending.pop()]:
            if j not in found:
                found.add(j)
                pending.append(j)
    return found


def _spread(row: Sequence[Block], wished: Sequence[float]) -> None:
    """Places a row in its order as near to the wishes as the widths allow (least squares, by pooling neighbours)."""
    offsets, reach = [], 0.0
    for i, block in enumerate(row):
        if i:
            reach += row[i - 1].right + SIDE_GAP - block.left
        offsets.append(reach)
    pools: list[list[float]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        pools.append([wish - offset, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            value, weight = pools.pop()
            total = pools[-1][1] + weight
            pools[-1] = [(pools[-1][0] * pools[-1][1] + value * weight) / total, total]
    places = [value for value, weight in pools for _ in range(int(weight))]
    for block, place, offset in zip(row, places, offsets, strict=True):
        block.x = place + offset


def _boxes(blocks: Sequence[Block]) -> tuple[dict[str, Box], list[Arrow]]:
    boxes: dict[str, Box] = {}
    pipes: list[tuple[Part, Part, bool]] = []
    for block in blocks:
        for p in block.parts:
            boxes[p.key] = Box(len(boxes) + 1, p.kind, p.name, round(block.x + p.dx), round(block.y + p.dy),
                               p.half_width, p.half_height, p.tone)  # fmt: skip
        pipes += [(block.parts[a], block.parts[b], head) for a, b, head in block.pipes]
    arrows = []
    for i, (valve, end, head) in enumerate(pipes, start=len(boxes) + 1):
        start, target = boxes[valve.key], boxes[end.key]
        side = target.half_width if target.x > start.x else -target.half_width
        middle = (round((start.x + target.x - side) / 2), start.y)
        arrows.append(Arrow(i, start.id, target.id, (middle,), pipe=True, head=head))
    return boxes, arrows


def _framed(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Tile:
    left, top, right, bottom = extent(boxes, arrows)
    return Tile(*_shifted(boxes, arrows, -left, -top, 0), right - left, bottom - top)


def _shifted(
    boxes: Iterable[Box], arrows: Iterable[Arrow], dx: int, dy: int, numbers: int
) -> tuple[list[Box], list[Arrow]]:
    moved = [replace(b, id=b.id + numbers, x=b.x + dx, y=b.y + dy) for b in boxes]
    return moved, [replace(a, id=a.id + numbers, start=a.start + numbers, end=a.end + numbers,
                           points=tuple((x + dx, y + dy) for x, y in a.points)) for a in arrows]  # fmt: skip


# --- the page -----------------------------------------------------------------------------------------------------


def _packed(tiles: Sequence[Tile]) -> tuple[tuple[Box, ...], tuple[Arrow, ...]]:
    """The mechanisms on one page, in the order and on the width that make the smallest page of a screen's shape."""
    widest = max(t.width for t in tiles)
    pages = range(max(widest, 800), max(2 * widest + TILE_GAP, 2000) + 1, 150)
    orders = [list(tiles), sorted(tiles, key=lambda t: -t.height), sorted(tiles, key=lambda t: -t.height * t.width)]
    best = min((_placed(order, page) for order in orders for page in pages), key=_size)
    while True:
        order = [tile for _, _, tile in best]
        swaps = [_swapped(order, i, j) for i, j in combinations(range(len(order)), 2)]
        better = min((_placed(swap, page) for swap in swaps for page in pages), key=_size, default=best)
        if _size(better) >= _size(best):
            break
        best = better
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for x, y, tile in best:
        more = _shifted(tile.boxes, tile.arrows, x + MARGIN, y + MARGIN, len(boxes) + len(arrows))
        boxes += more[0]
        arrows += more[1]
    return tuple(boxes), tuple(arrows)


Placed = list[tuple[int, int, Tile]]


def _placed(tiles: Sequence[Tile], page: int) -> Placed:
    """Each mechanism as high up, then as far left, as the ones before leave room on a page of this width."""
    placed: Placed = []
    for tile in tiles:
        corners = [(x, y) for x in {0, *(p[0] + p[2].width + TILE_GAP for p in placed)}
                   for y in {0, *(p[1] + p[2].height + TILE_GAP for p in placed)}]  # fmt: skip
        free = [c for c in corners if (c[0] == 0 or c[0] + tile.width <= page) and _free(c, tile, placed)]
        placed.append((*min(free, key=lambda c: (c[1], c[0])), tile))
    return placed


def _size(placed: Placed) -> float:
    """Height that a page of the wanted shape needs."""
    return max(max(x + t.width for x, _, t in placed) / SHAPE, max(y + t.height for _, y, t in placed))


def _swapped(tiles: Sequence[Tile], i: int, j: int) -> list[Tile]:
    order = list(tiles)
    order[i], order[j] = order[j], order[i]
    return order


def _free(corner: tuple[int, int], tile: Tile, placed: Sequence[tuple[int, int, Tile]]) -> bool:
    x, y = corner
    return all(
        x + tile.width + TILE_GAP <= px or px + other.width + TILE_GAP <= x
        or y + tile.height + TILE_GAP <= py or py + other.height + TILE_GAP <= y
        for px, py, other in placed
    )  # fmt: skip
