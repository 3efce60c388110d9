"""Diagrams of a model whose file has none: what there is to draw, laid out as a modeller would draw it.

    sectors.py   what a diagram shows, from the equations
    chains.py    stocks joined by flows, as one piece
    layout.py    where everything stands
    arrows.py    which way arrows run

``analysis/draw_sketch.py`` writes the same diagrams into the published model. Why this and no library:
docs/decisions/019-diagrams-laid-out-here.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from policy_lab import cache
from policy_lab.diagrams.chains import Sector
from policy_lab.diagrams.layout import lay_out
from policy_lab.diagrams.sectors import sectors
from policy_lab.messages import Message
from policy_lab.model import Model
from policy_lab.readers.sketch import View, read_sketch, write_sketch

#: A sector of more variables is drawn by its stocks and flows alone; one of more of these is not drawn.
MOST: Final = 60


@dataclass(frozen=True)
class Drawing:
    """A sector laid out; ``note`` says how to read it and what it leaves out."""

    view: View
    note: Message


def laid_out(model: Model) -> tuple[Drawing, ...]:
    """A drawing of each sector of a model that has stocks or variables; a file without groups is one sector."""
    return _laid_out(_Same(model))


class _Same:
    """A Model as a key: the very same object."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.model.program is self.model.program

    def __hash__(self) -> int:
        return id(self.model.program)


@lru_cache(maxsize=8)
def _laid_out(kept: _Same) -> tuple[Drawing, ...]:
    return tuple(_drawings(kept.model))


def _drawings(model: Model) -> Iterator[Drawing]:
    for sector in sectors(model):
        count = len(sector.kinds)
        drawn = sector if count <= MOST else _stocks_and_flows(sector)
        if not drawn.kinds or len(drawn.kinds) > MOST:
            continue
        key = "model.laid_out" if drawn is sector else "model.laid_out_stocks"
        yield Drawing(_view(replace(drawn, name=drawn.name or model.name)), Message(key, {"count": count}))


def _view(sector: Sector) -> View:
    """A sector laid out, at most once on this machine: that takes seconds."""
    key = cache.key_of(
        "sketch", repr(sector), *(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    )
    kept = cache.read(key, "sketch")
    if kept is not None:
        return read_sketch(kept.decode("utf-8"))[0]
    view = lay_out(sector)
    cache.write(key, "sketch", write_sketch([view]).encode("utf-8"))
    return view


def _stocks_and_flows(sector: Sector) -> Sector:
    kinds = {name: kind for name, kind in sector.kinds.items() if kind in ("stock", "flow")}
    links = [(cause, effect) for cause, effect in sector.links if cause in kinds and effect in kinds]
    return replace(sector, kinds=kinds, links=links)
