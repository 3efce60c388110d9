"""Ids of everything a callback reads or writes, in one place, so that a typing error is an AttributeError."""

from __future__ import annotations

from typing import Final

PROVIDER: Final = "provider"
MAIN: Final = "main"

STAGE: Final = "stage"
# What Dash's own pages are told once they are there: the words that scripts say on them.
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
PINS: Final = "pins-add"
REPLAY: Final = "replay"
PIN: Final = "pin"
ASSUMPTIONS: Final = "assumptions"

SIDES: Final = ("a", "b")

RANKING: Final = "ranking"

SEARCH: Final = "variable-search"
SEARCH_PLACE: Final = "variable-search-place"
SEARCH_KIND: Final = "variable-kind"
SEARCH_COUNT: Final = "variable-count"
VARIABLES: Final = "variables"

SECTOR: Final = "sector"
SKETCH: Final = "sketch"
SKETCH_VALUES: Final = "sketch-values"
SKETCH_YEAR: Final = "sketch-year"
