"""Ids of everything a callback reads or writes, in one place, so that a typing error is an AttributeError."""

from __future__ import annotations

from typing import Final

PROVIDER: Final = "provider"
MAIN: Final = "main"

# ASKED: the query of the address. START: the settings it leads to. FACTS: levers and worlds, which never change.
ASKED: Final = "asked"
START: Final = "start"
STAGE: Final = "stage"
FACTS: Final = "facts"
# The page on show, told by the script: what is costly to draw waits until it is seen.
VISIT: Final = "visit"

NOTICE: Final = "notice"
NOTICE_TEXT: Final = "notice-text"

UNDO: Final = "undo"
REDO: Final = "redo"
SHARE: Final = "share"
SHARE_SAID: Final = "share-said"
SCHEME: Final = "scheme"

WORLD: Final = "world"
WORLD_RATIONALE: Final = "world-rationale"
WORLD_RESTORE: Final = "world-restore"
PINS: Final = "pins"

SIDES: Final = ("a", "b")

RANK_OUTCOME: Final = "rank-outcome"
RANK_BARS: Final = "rank-bars"
RANK_OVER_TIME: Final = "rank-over-time"
RANK_TABLE: Final = "rank-table"
RANK_SUMMARY: Final = "rank-summary"
RANK_TIME: Final = "rank-time"

SEARCH: Final = "variable-search"
SEARCH_KIND: Final = "variable-kind"
SEARCH_COUNT: Final = "variable-count"
VARIABLES: Final = "variables"

SECTOR: Final = "sector"
SKETCH: Final = "sketch"
SKETCH_VALUES: Final = "sketch-values"
SKETCH_YEAR: Final = "sketch-year"


def lever(key: str, part: str) -> dict[str, str]:
    """A part of one lever's control that Dash knows: slider, number, start or ramp."""
    return {"lever": key, "part": part}


def chart(side: str, part: str) -> dict[str, str]:
    """A part of one chart: choice, figure or table."""
    return {"chart": side, "part": part}
